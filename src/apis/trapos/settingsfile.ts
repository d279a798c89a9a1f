/**
 * The computer's settings, and their file: `settings.save` writes in place, and a power cut there would cost the player
 * every setting.
 */
import { writeBy } from "./wholefile";

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
type Disk = Pick<typeof fs, "exists" | "open" | "delete" | "move">;

const FILE = "/.settings";

/**
 * Whether a path is that of the settings' file, or of what a power cut left of it: it has the server's password. Some
 * hosts take letters of either case, and blanks, for the same.
 * @param path in whichever way it is written
 */
export function isSettingsFile(path: string): boolean {
    const [name] = string.gsub(string.lower(fs.combine("", path)), "%s", "");
    return string.find(name, "^%.settings")[0] !== undefined;
}

/** Writes all settings; false where they cannot be written. */
function save(disk: Disk): boolean {
    const [isSaved] = pcall(writeBy, disk, FILE, (draft: string) => {
        // On a full disk CC gives false, or raises where the room ends in the middle.
        if (!(settings.save(draft) as unknown as boolean)) throw "Out of space";
    });
    return isSaved;
}

/** The computer's own settings, as a store that can save them: whole whenever the power goes. */
export function ownSettings(disk: Disk): SettingsStore {
    return {
        get: settings.get,
        set: settings.set,
        unset: settings.unset,
        isSet: (name) => (settings.getDetails(name) as { changed?: boolean }).changed === true,
        save: () => save(disk),
    };
}

/**
 * Loads the settings again where the file that was mended is theirs: CC may have found none at boot.
 * @param path that of a file that was mended
 */
export function reloadSettings(path: string): void {
    if (path === FILE) settings.load(FILE);
}
