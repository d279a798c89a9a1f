/** The files of the host that a prompt names: opencode reads them without asking anybody (1.18.33). */
import { realpathSync, statSync } from "node:fs";
import { sep } from "node:path";
import type { ServerFile } from "../../../../src/apis/ai/server/prompt.ts";
import { BridgeFailure, forbidden } from "../failure.ts";
import type { Profile } from "../journal/journal.ts";
import { allows } from "../session-rules.ts";

/** The most files of a prompt. */
const MOST_FILES = 100;

/** Where a path leads, with every symbolic link followed; nothing where nothing is. */
function placeOf(path: string): string | undefined {
    try {
        return realpathSync(path);
    } catch {
        return undefined;
    }
}

/**
 * Whether a path leads to something in a folder, or to the folder.
 * @returns where it leads, with every symbolic link followed; nothing where it leads out, or nowhere
 */
export function placeInside(directory: string, path: string): string | undefined {
    const folder = placeOf(directory);
    const place = placeOf(path);
    if (folder === undefined || place === undefined) return undefined;
    const start = folder.endsWith(sep) ? folder : folder + sep;
    return place === folder || place.startsWith(start) ? place : undefined;
}

/**
 * The files of a prompt as opencode is told of them: where they are, so that no symbolic link of theirs counts any more.
 * @param directory the folder that a computer's files are in
 * @returns nothing where the prompt names none
 * @throws BridgeFailure for a profile that reads nothing, and for a file that is not in the folder
 */
export function filesOf(
    profile: Profile,
    directory: string,
    files: readonly ServerFile[] | undefined,
): ServerFile[] | undefined {
    if (files === undefined || files.length === 0) return undefined;
    if (!allows(profile, "read")) throw forbidden("files of the host");
    if (files.length > MOST_FILES) throw forbidden(`more than ${MOST_FILES} files at once`);
    return files.map(({ path, absolute }) => {
        const place = placeInside(directory, absolute);
        if (place === undefined) throw forbidden("files outside of the folder");
        const found = statSync(place);
        // A pipe or a device would keep opencode for ever.
        if (!found.isFile() && !found.isDirectory())
            throw new BridgeFailure("file_unread", { path, what: "it is no file" });
        return { path, absolute: place };
    });
}
