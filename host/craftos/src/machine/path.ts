import { LuaError } from "./lua-error.ts";

/**
 * Paths as ComputerCraft has them: always absolute, without a leading slash, "" is the root. Names are binary strings
 * (see wire.ts), so that a byte above 127 is the Latin-1 character of a file's name on the host.
 */

const MAXIMUM_NAME_LENGTH = 255;

/** No host takes a path of so many characters, and looking at a longer one takes time. */
const MAXIMUM_PATH_LENGTH = 16384;

function trimSpaces(text: string): string {
    let [start, end] = [0, text.length];
    while (text[start] === " ") start++;
    while (end > start && text[end - 1] === " ") end--;
    return text.slice(start, end);
}

/**
 * Resolves "." and "..", and drops what no name may hold. A path that leads above the root keeps its leading "..".
 * @param wildcards keep * and ?, which `fs.find` and the functions that only rearrange paths allow
 * @throws LuaError for a path that is too long
 */
export function sanitizePath(path: string, wildcards = false): string {
    const forbidden = wildcards ? /[\u0000-\u001f":<>|]/g : /[\u0000-\u001f"*:<>?|]/g;
    if (path.length > MAXIMUM_PATH_LENGTH) throw new LuaError("File name too long");
    const parts: string[] = [];
    for (const piece of path.replaceAll("\\", "/").replace(forbidden, "").split("/")) {
        const part = trimSpaces(piece);
        // Three dots and more count as one.
        if (part === "" || part === "." || /^\.{3,}$/.test(part)) continue;
        if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
        else parts.push(trimSpaces(part.slice(0, MAXIMUM_NAME_LENGTH)));
    }
    return parts.join("/");
}

/** Joins paths and resolves the result. */
export function combinePaths(paths: readonly string[]): string {
    return sanitizePath(
        paths
            .map((path) => sanitizePath(path, true))
            .filter((path) => path !== "")
            .join("/"),
        true,
    );
}

/** The last name of a path; "root" for the root. */
export function nameOf(path: string): string {
    const clean = sanitizePath(path, true);
    return clean === "" ? "root" : clean.slice(clean.lastIndexOf("/") + 1);
}

/** The folder that a path is in; ".." for the root. */
export function directoryOf(path: string): string {
    const clean = sanitizePath(path, true);
    if (clean === "") return "..";
    const slash = clean.lastIndexOf("/");
    if (clean.slice(slash + 1) === "..") return `${clean}/..`;
    return slash < 0 ? "" : clean.slice(0, slash);
}

/** Whether a clean path is a folder or inside of it. Case does not matter, as for CC. */
export function containsPath(folder: string, path: string): boolean {
    const outer = folder.toLowerCase();
    const inner = path.toLowerCase();
    if (inner === ".." || inner.startsWith("../")) return false;
    return outer === "" || inner === outer || inner.startsWith(`${outer}/`);
}
