/** Files of this computer that go along with a prompt. */
import { isSettingsFile } from "../trapos/settingsfile";
import { toUtf8 } from "../trapos/utf8";
import { fail } from "./failure";
import type { Disk } from "./session";

/** The most bytes of all files of a prompt: more than a model has any use for, and well below what CC sends (4 MiB). */
const MOST_BYTES = 200000;

/** What the model is told of the language of a file, by how its name ends. */
function languageOf(path: string): string {
    return string.match(path, "%.(%w+)$")[0] ?? "";
}

/** More backquotes than stand in a row anywhere in a text. */
function fenceAround(text: string): string {
    let fence = "```";
    for (const [marks] of string.gmatch(text, "`+")) {
        if (marks!.length >= fence.length) fence = `${marks!}\``;
    }
    return fence;
}

function contentOf(disk: Disk, path: string): string {
    if (isSettingsFile(path)) throw fail("file_unread", { path, what: "it has the server's password" });
    const [file, problem] = disk.open(path, "rb");
    if (file === null) {
        // CC says which file, too.
        const [what] = string.gsub(tostring(problem), "^/[^:]*: ", "");
        throw fail("file_unread", { path, what });
    }
    const content = (file.readAll() as unknown as string | undefined) ?? "";
    file.close();
    if (string.find(content, "\0", 1, true)[0] !== undefined)
        throw fail("file_unread", { path, what: "it is no text" });
    return toUtf8(content);
}

/**
 * Reads files as texts that the model gets beside a prompt. Fails with `file_unread` and `files_too_large`.
 * @param paths absolute
 * @returns a text for each file, with its path and its whole content
 */
export function attachmentsOf(disk: Disk, paths: readonly string[]): readonly string[] {
    const texts: string[] = [];
    let bytes = 0;
    for (const path of paths) {
        const content = contentOf(disk, path);
        bytes += content.length;
        if (bytes > MOST_BYTES) throw fail("files_too_large", { path, most: MOST_BYTES / 1000 });
        const fence = fenceAround(content);
        const name = string.gsub(path, "^/*", "/")[0];
        table.insert(
            texts,
            `File ${name} of the ComputerCraft computer:\n${fence}${languageOf(path)}\n${content}\n${fence}`,
        );
    }
    return texts;
}
