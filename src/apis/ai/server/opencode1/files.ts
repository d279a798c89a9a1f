/** Files of the server's folders. */
import { reader } from "../../../trapos/shape";
import { answers, type FileEntry } from "../../protocol";
import type { Connection } from "../face";
import { call } from "./call";
import * as routes from "./routes";

const readFiles = reader(answers.files);
const readPaths = reader(answers.paths);

/** What stands in a folder, by its path from the directory. */
export function listFiles(
    server: Connection,
    directory: string | undefined,
    path: string,
): readonly FileEntry[] {
    return call(server, routes.listFiles(directory, path), { read: readFiles });
}

/** Paths from the directory that are like a text. */
export function findFiles(
    server: Connection,
    directory: string | undefined,
    text: string,
): readonly string[] {
    return call(server, routes.findFiles(directory, text), { read: readPaths });
}
