/** Files of this computer that a command line names. */
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

/**
 * Writes a whole file, or leaves the one that is there as it is: beside it first, so that no power cut leaves a part.
 * Fails with `not_written`.
 * @param path absolute
 */
export function writeWhole(path: string, text: string): void {
    const draft = `${path}.new`;
    const [isWritten, problem] = pcall(() => {
        if (fs.isDir(path)) throw "it is a folder";
        const [file, reason] = fs.open(draft, "w");
        if (file === null) throw reason;
        file.write(text);
        file.close();
        fs.delete(path);
        fs.move(draft, path);
    });
    if (isWritten) return;
    if ((problem as unknown) === "Terminated") error(problem, 0);
    pcall(() => fs.delete(draft));
    throw fail("not_written", { path, what: tostring(problem) });
}
