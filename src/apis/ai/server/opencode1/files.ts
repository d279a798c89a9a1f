/** Files of the server's folders. */
import { reader } from "../../../trapos/shape";
import { answers, type FileEntry } from "../../protocol";
import type { Connection } from "../face";
import { call, query } from "../request";

const readFiles = reader(answers.files);
const readPaths = reader(answers.paths);

/** How many paths are asked for. */
const MOST_PATHS = 100;

/** What stands in a folder, by its path from the directory. One that is not there is 500 (1.18.33). */
export function listFiles(
    server: Connection,
    directory: string | undefined,
    path: string,
): readonly FileEntry[] {
    return call(server, "/file" + query({ path, directory }), { read: readFiles });
}

/** Paths from the directory that are like a text; none where the server has no ripgrep (1.18.33). */
export function findFiles(
    server: Connection,
    directory: string | undefined,
    text: string,
): readonly string[] {
    const parameters = { query: text, directory, limit: MOST_PATHS };
    return call(server, "/find/file" + query(parameters), { read: readPaths });
}
