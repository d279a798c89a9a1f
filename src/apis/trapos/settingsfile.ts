/**
 * The computer's settings, and their file: `settings.save` writes in place, and a power cut there would cost the player
 * every setting.
 */

/** CC's settings API, or a stand-in for it. */
export interface SettingsStore {
    get(this: void, name: string): unknown;
    set(this: void, name: string, value: unknown): void;
    unset(this: void, name: string): void;
    /** Keeps them beyond the next boot. A store without it forgets. */
    save?: (this: void) => void;
}

/** What is used of CC's fs API. */
type Disk = Pick<typeof fs, "exists" | "delete" | "move">;

const FILE = "/.settings";
const DRAFT = "/.settings.new";

/** The computer's own settings, as a store that can save them: beside the file first. */
export function ownSettings(disk: Disk): SettingsStore {
    return {
        get: settings.get,
        set: settings.set,
        unset: settings.unset,
        save: () => {
            if (settings.save(DRAFT) as unknown as boolean) {
                disk.delete(FILE);
                disk.move(DRAFT, FILE);
            }
        },
    };
}

/** Mends the settings file when the power went while it was replaced. To be called at boot. */
export function recoverSettings(disk: Disk): void {
    if (!disk.exists(DRAFT)) return;
    if (disk.exists(FILE)) {
        disk.delete(DRAFT);
    } else {
        disk.move(DRAFT, FILE);
        settings.load(FILE);
    }
}
