/**
 * Writes files so that a power cut at any moment leaves what stood there or what was to stand there, and never a part.
 *
 * CC puts no file in the place of another: `fs.move` fails where something is. So what is to be done is noted down; then
 * the new file is written beside the old one, the old one is moved aside, and the new one to its name. By the note
 * `mendWritten` puts right what a power cut left of that, at boot and before the next file is written. Both names beside
 * the file are such as nothing had before. Nothing here yields, so that one note is enough.
 */
import { decode, encode } from "./json";
import { reader } from "./shape";

/** What is used of CC's fs API. */
type Disk = Pick<typeof fs, "exists" | "open" | "delete" | "move">;

/** Is there only while a file is written. */
const NOTE = "/trapos/writing.json";

const readNote = reader({
    path: "text",
    /** Where the new file is written. */
    draft: "text",
    /** Where the old one is moved; absent where there is none. */
    "old?": "text",
    "isOldKept?": "boolean",
    "isElsewhere?": "boolean",
    "isTold?": "boolean",
});

type Note = NonNullable<ReturnType<typeof readNote>>;

/** What may be said about a file that is written. */
export interface Writing {
    /** Whether the file that was there stays beside it. */
    readonly isOldKept?: boolean;
    /** Whether it is on another drive, where another disk may be after a power cut. */
    readonly isElsewhere?: boolean;
    /** Whether whoever sits there is told what a power cut made of it. */
    readonly isTold?: boolean;
}

/** What a power cut left, and was put right. */
export interface Mended {
    readonly path: string;
    /** To be told, where anything is. */
    readonly line?: string;
}

/** A name that nothing has: "door.lua.old", "door.lua.old2". */
function freeName(disk: Disk, name: string): string {
    let free = name;
    let number = 1;
    while (disk.exists(free)) {
        number += 1;
        free = `${name}${number}`;
    }
    return free;
}

/** Writes a file where there is none. Raises why it cannot; a part of it may be there then. */
export function put(disk: Pick<Disk, "open">, path: string, text: string): void {
    const [file, problem] = disk.open(path, "w");
    if (file === null) throw problem;
    const [isWritten, reason] = pcall(() => file.write(text));
    file.close();
    if (!isWritten) throw reason;
}

/**
 * Takes back a file that is not at its place yet; of one that is there it removes the old one, where that is not kept.
 * A power cut at any moment of it leaves what the next call goes on with.
 * @returns whether the new one is in place; nothing where that cannot be told
 */
function settle(disk: Disk, note: Note): boolean | undefined {
    const old = note.old;
    let isOldThere = old !== undefined && disk.exists(old);
    if (isOldThere && !disk.exists(note.path)) {
        disk.move(old!, note.path);
        isOldThere = false;
    }
    if (disk.exists(note.draft)) {
        disk.delete(note.draft);
        return false;
    }
    if (!disk.exists(note.path)) return false;
    if (old === undefined) return true;
    if (isOldThere) {
        if (note.isOldKept !== true) disk.delete(old);
        return true;
    }
    if (note.isOldKept === true) return false;
    return undefined;
}

/** Puts right what a power cut left of a file, and says what came of it. */
function mend(disk: Disk, note: Note): string | undefined {
    const path = note.path;
    const [isSettled, isWritten] = pcall(() => {
        if (note.isElsewhere === true) throw "it may be another disk";
        return settle(disk, note);
    });
    if (!isSettled)
        return `The power went while ${path} was written. Is it gone? See ${note.old ?? note.draft}`;
    if (isWritten === undefined) return undefined;
    if (!isWritten) return `The power went before ${path} was written.`;
    const kept = note.isOldKept === true && note.old !== undefined ? ` The old one: ${note.old}` : "";
    return `The power went, but ${path} is written.${kept}`;
}

/** Puts right what a power cut has left of a file that was being written; nothing where it has left nothing. */
export function mendWritten(disk: Disk): Mended | undefined {
    const [file] = disk.open(NOTE, "r");
    if (file === null) return undefined;
    const note = readNote(decode(file.readAll() ?? ""));
    file.close();
    let mended: Mended | undefined;
    // A note that is cut short: nothing was begun.
    if (note !== undefined) {
        const line = mend(disk, note);
        mended = { path: note.path, line: note.isTold === true ? line : undefined };
    }
    disk.delete(NOTE);
    return mended;
}

/**
 * Writes a file whole, or leaves all as it is and raises why, as a text.
 * @param path absolute, and no folder
 * @param write writes the file under the name that it is given; raises where it cannot
 * @returns the name of the old one, where there was one and it is kept
 */
export function writeBy(
    disk: Disk,
    path: string,
    write: (this: void, draft: string) => void,
    writing: Writing = {},
): string | undefined {
    mendWritten(disk);
    const note: Note = {
        path,
        draft: freeName(disk, `${path}.new`),
        old: disk.exists(path) ? freeName(disk, `${path}.old`) : undefined,
        isOldKept: writing.isOldKept,
        isElsewhere: writing.isElsewhere,
        isTold: writing.isTold,
    };
    const [isWritten, problem] = pcall(() => {
        put(disk, NOTE, encode(note));
        write(note.draft);
        if (note.old !== undefined) disk.move(path, note.old);
        disk.move(note.draft, path);
    });
    // Where even that fails the note stays, for the next time.
    pcall(() => {
        settle(disk, note);
        disk.delete(NOTE);
    });
    if (!isWritten) {
        // CC puts the place of whoever called before some reasons.
        const [reason] = string.gsub(tostring(problem), "^[%w_/.-]+%.lua:%d+: ", "");
        error(reason, 0);
    }
    return note.isOldKept === true ? note.old : undefined;
}

/**
 * Writes a text into a file whole, or leaves all as it is and raises why, as a text.
 * @param path absolute, and no folder
 * @returns the name of the old one, where there was one and it is kept
 */
export function writeText(disk: Disk, path: string, text: string, writing?: Writing): string | undefined {
    return writeBy(disk, path, (draft) => put(disk, draft, text), writing);
}
