import { runLua, toLua } from "../../../tools/lua/index.ts";

/**
 * Lua that puts in place what modules of ours look at of a computer while they are loaded, for tests that use nothing
 * else of it.
 */
export const COMPUTER = `
    fs = { exists = function() return false end }
    colours = setmetatable({}, { __index = function() return 1 end })
    local requireOurs = require
    function require(name)
        if name:sub(1, 3) == "cc." then return {} end
        return requireOurs(name)
    end
`;

/** The same for a computer on which everything is installed: what other packages add to a program's table is in it. */
export const FULL_COMPUTER = `${COMPUTER}
    fs.exists = function() return true end
`;

/**
 * Reads a command line by a program's table, in the compiled Lua.
 * @param table the module that holds it, such as "/apis/ai/commandtable"
 */
export function parse(table: string, line: string): unknown {
    const words = toLua(line.split(" ").filter((word) => word !== ""));
    return runLua(`return require("/apis/trapos/commandline").parse(require("${table}").program, ${words})`, {
        setup: FULL_COMPUTER,
    })[0];
}
