import * as stylua from "@johnnymorganz/stylua";

const COLUMNS = 110;

/**
 * Lays Lua out as StyLua does, the formatter that Lua programmers use: a tab a level, which is one column in CC's `edit`.
 *
 * @param code Lua 5.1
 * @throws Error where it is no Lua
 */
export function format(code: string): string {
    const config = stylua.Config.new();
    config.column_width = COLUMNS;
    config.indent_type = stylua.IndentType.Tabs;
    config.syntax = stylua.LuaVersion.Lua51;
    return stylua.formatCode(code, config, undefined, stylua.OutputVerification.None);
}
