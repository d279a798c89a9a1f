/** Files of this computer that a command line names. */
import { writeText } from "../trapos/wholefile";
import { fail } from "./failure";

declare const shell: { resolve(this: void, path: string): string; dir(this: void): string };

/** The absolute path of a file as it is named at the shell. */
export function pathOf(name: string): string {
    return `/${shell.resolve(name)}`;
}

/** Whether a word is the name of a file rather than one of a prompt: it is there, has a folder, or ends in one of files. */
export function isFileName(word: string): boolean {
    const [looksLike] = string.find(word, "[^%s/]%.%w+$");
    return looksLike !== undefined || fs.exists(shell.resolve(word));
}

/** The most files that one name with "*" or "?" may stand for. */
const MOST_FILES = 50;

/**
 * The files that names stand for, in which "*" and "?" stand for letters: of files that are not hidden, and of no folder.
 * Fails with `file_unread` where there is none.
 * @param names as they are named at the shell
 * @returns absolute paths
 */
export function filesOf(names: readonly string[] | undefined): readonly string[] | undefined {
    if (names === undefined) return undefined;
    const paths: string[] = [];
    for (const name of names) {
        const isPattern = string.find(name, "[*?]")[0] !== undefined;
        const found: string[] = [];
        // One that leads above the root is none.
        const [isPath, there] = pcall(fs.find, shell.resolve(name));
        for (const path of isPath ? there : []) {
            const isHidden = string.sub(fs.getName(path), 1, 1) === ".";
            if (!isPattern || !(isHidden || fs.isDir(path))) table.insert(found, path);
        }
        if (found.length === 0) throw fail("file_unread", { path: name, what: "there is no such file" });
        if (found.length > MOST_FILES)
            throw fail("file_unread", { path: name, what: `that is ${found.length} files` });
        for (const path of found) table.insert(paths, `/${path}`);
    }
    return paths;
}

/** Fails with `not_written` where nothing can be written, before a model is asked for what. */
export function requireWritable(path: string): void {
    if (fs.isDir(path)) throw fail("not_written", { path, what: "it is a folder" });
    if (string.find(fs.combine("", path), "^%.%.")[0] !== undefined && !fs.exists(path))
        throw fail("not_written", { path, what: "it leads out of this computer" });
    if (fs.isReadOnly(path)) throw fail("not_written", { path, what: "it is read-only" });
}

/** Whether a path is on another drive than the computer's own. */
function isElsewhere(path: string): boolean {
    let there = path;
    while (there !== "" && !fs.exists(there)) there = fs.getDir(there);
    return fs.getDrive(there) !== fs.getDrive("");
}

/**
 * Writes a file whole whenever the power goes, or leaves all as it is. Fails with `not_written`.
 * @param path absolute
 * @param isOldKept whether the file that was there stays beside it
 * @returns the old one's name, where it is kept
 */
export function writeWhole(path: string, text: string, isOldKept?: boolean): string | undefined {
    requireWritable(path);
    const [isWritten, result] = pcall(() => {
        const isTold = string.find(path, "^/trapos/")[0] === undefined;
        return writeText(fs, path, text, { isOldKept, isElsewhere: isElsewhere(path), isTold });
    });
    if (isWritten) return result;
    throw fail("not_written", { path, what: tostring(result) });
}
