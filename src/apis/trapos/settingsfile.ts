/**
 * The computer's settings, and their file: `settings.save` writes in place, and a power cut there would cost the player
 * every setting.
 */

/** CC's settings API, or a stand-in for it. */
export interface SettingsStore {
    get(this: void, name: string): unknown;
    set(this: void, name: string, value: unknown): void;
    unset(this: void, name: string): void;
    /**
     * Whether a setting has a value of its own, and not its default. In a store without it, it has where `get` gives
     * something.
     */
    isSet?: (this: void, name: string) => boolean;
    /** Keeps them beyond the next boot; gives false where that cannot be. A store without it forgets. */
    save?: (this: void) => boolean | void;
}

/** What is used of CC's fs API. */
type Disk = Pick<typeof fs, "exists" | "delete" | "move">;

const FILE = "/.settings";
const DRAFT = "/.settings.new";

/** Writes all settings beside their file, and then puts that in its place. */
function save(disk: Disk): boolean {
    // On a full disk CC gives false, or raises where the room ends in the middle.
    const [ok, isWritten] = pcall(() => settings.save(DRAFT) as unknown as boolean);
    if (!ok || !isWritten) {
        pcall(() => disk.delete(DRAFT));
        return false;
    }
    disk.delete(FILE);
    disk.move(DRAFT, FILE);
    return true;
}

/** The computer's own settings, as a store that can save them: beside the file first. */
export function ownSettings(disk: Disk): SettingsStore {
    return {
        get: settings.get,
        set: settings.set,
        unset: settings.unset,
        isSet: (name) => (settings.getDetails(name) as { changed?: boolean }).changed === true,
        save: () => save(disk),
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
