import { bytes, runLua, toLua } from "../lua/index.ts";

/**
 * What a computer would not take of an index, as the computer itself finds it: with ccpm's compiled `formats`.
 *
 * @param index what stands in `packages/index.json`
 * @returns what is wrong with each package, by its name ("files.../x.lua is not a path that packages may have"), and with
 * the whole, under ""
 */
export function formatProblems(index: object): Record<string, string> {
    const given = JSON.parse(bytes(JSON.stringify(index))) as object;
    const [problems] = runLua(`
        local ok, found = require("/apis/ccpm/formats").checkIndex(${toLua(given)})
        return ok and found.leftOut or { [""] = found }`);
    // An empty table comes back as a list.
    return { ...(problems as Record<string, string>) };
}
