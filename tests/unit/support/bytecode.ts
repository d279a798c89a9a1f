/** What Lua makes of a source, to tell whether two sources are the same program. */
import { createRequire } from "node:module";
import type { Lua, LauxLib, LuaLib } from "lua-wasm-bindings/dist/lua.js";
import { toLua, bytes } from "../../../tools/lua/index.ts";

// CC's Lua 5.2 keeps the names of variables in its bytecode; 5.4 can leave them out.
const { lua, lauxlib, lualib } = createRequire(import.meta.url)("lua-wasm-bindings/dist/lua.54.js") as {
    lua: Lua;
    lauxlib: LauxLib;
    lualib: LuaLib;
};

/**
 * Compiles Lua and drops what is there for errors alone, names of variables and numbers of lines: sources that differ
 * in nothing but those, blanks, comments and needless parentheses give the same.
 *
 * @param source UTF-8, with comments on lines of their own alone
 * @returns the bytecode in hexadecimal digits
 * @throws Error with Lua's message for what is no Lua
 */
export function bytecodeOf(source: string): string {
    const state = lauxlib.luaL_newstate();
    lualib.luaL_openlibs(state);
    // Where a function begins stays in the bytecode, too.
    const oneLine = source.replace(/^\s*--.*$/gm, "").replaceAll("\n", " ");
    const program = `
        local code = string.dump(assert(load(${toLua(bytes(oneLine))}, "=source")), true)
        return (code:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))`;
    const status = lauxlib.luaL_dostring(state, program);
    const result = lua.lua_tostring(state, -1);
    lua.lua_close(state);
    if (status !== 0) throw new Error(result);
    return result;
}
