/** Files of the server that a prompt names, as in "what does @src/door.lua do?". */
import { outcome } from "../trapos/failure";
import type { Client } from "./client";
import { keep } from "./known";
import type { FileEntry } from "./protocol";
import type { ServerFile } from "./server/face";

/** The most files of one prompt that are looked for. */
const MOST_FILES = 10;

/** The paths that stand behind an "@" at the beginning of a word, without the stop that ends a sentence. */
function pathsIn(prompt: string): string[] {
    const paths: string[] = [];
    const isKnown: Record<string, true | undefined> = {};
    for (const [word] of string.gmatch(` ${prompt}`, "%s@([^%s@]+)")) {
        const [path] = string.match(word!, "^(.-)[.,;:!?)]*$");
        if (path !== undefined && path !== "" && !isKnown[path] && paths.length < MOST_FILES) {
            isKnown[path] = true;
            table.insert(paths, path);
        }
    }
    return paths;
}

/** The folder that a path leads to, and "." for that of the session. */
function folderOf(path: string): string {
    return string.match(path, "^(.*)/[^/]*$")[0] ?? ".";
}

/** What stands in a folder; nothing where the server cannot tell. */
function entriesOf(client: Client, directory: string, folder: string): readonly FileEntry[] {
    const [ok, entries] = outcome(() => client.face.listFiles(client, directory, folder));
    return ok ? entries : [];
}

/** Keeps the paths that were seen, for Tab. */
function noteFiles(client: Client, directory: string, listed: readonly string[]): void {
    const [ok, found] = outcome(() => client.face.findFiles(client, directory, ""));
    const files: string[] = [];
    for (const path of ok && found.length > 0 ? found : listed) table.insert(files, path);
    keep(client.disk, { files });
}

/**
 * The files that a prompt names and that are there; any other word behind an "@" is one of the prompt. A prompt without
 * an "@" costs no request.
 * @param directory the session's folder
 */
export function serverFiles(client: Client, directory: string, prompt: string): readonly ServerFile[] {
    const files: ServerFile[] = [];
    const wanted = pathsIn(prompt);
    if (wanted.length === 0) return files;
    const listed: string[] = [];
    const folders: Record<string, readonly FileEntry[] | undefined> = {};
    for (const path of wanted) {
        const folder = folderOf(path);
        const entries = folders[folder] ?? entriesOf(client, directory, folder);
        folders[folder] = entries;
        for (const entry of entries) {
            table.insert(listed, entry.path);
            if (entry.path === path && entry.absolute !== undefined && entry.type === "file")
                table.insert(files, { path, absolute: entry.absolute });
        }
    }
    noteFiles(client, directory, listed);
    return files;
}
