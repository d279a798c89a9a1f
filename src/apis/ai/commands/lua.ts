/** `ai lua <request>`: has the model write Lua for this computer, and runs it once its player has read it. */
import { remark, say } from "../../trapos/screen";
import { ask } from "../../trapos/question";
import { ownSettings } from "../../trapos/settingsfile";
import { fold } from "../../trapos/font";
import { oneLine } from "../../trapos/text";
import type { AiCommand, Context } from "../command";
import { fail } from "../failure";
import { groups, type Group } from "../hands/groups";
import { luaExec } from "../hands/luaexec";
import { readSettings } from "../settings";
import type { AskOptions, LuaOptions, LuaResult } from "../types";
import { showCode } from "../view/difference";
import { isShownFirst } from "../view/confirm";
import { wait } from "../view/waiting";

/** The groups that `--allow fs,turtle` names. */
function allowed(context: Context): string[] {
    const names: string[] = [];
    const flag = context.flags.allow;
    for (const [name] of string.gmatch(flag === undefined ? "" : (flag as string), "[^,%s]+")) {
        table.insert(names, name!);
    }
    return names;
}

/** Shows a version and asks whether it may run. With `--yes` it is shown all the same, but not with `--quiet` or `--json`. */
function approve(context: Context, code: string, attempt: number): boolean {
    const answer = context.options.answer;
    if (attempt > 1) remark(`The program failed; this is version ${attempt}:`);
    if (isShownFirst(context)) showCode(code);
    if (answer !== undefined) return answer === "yes";
    return ask("Run this?", false);
}

/** Asks for what is closed; `--yes` opens nothing: what it opens is named by `--allow`. */
function isOpened(context: Context, group: string, what: string): boolean {
    if (context.options.answer !== undefined || !context.options.isAttended) return false;
    const does = groups[group as Group];
    return ask(`It wants to ${does}: ${oneLine(what)} (${group}). Allow it this once?`, false);
}

function run(context: Context, words: readonly string[]): LuaResult {
    const options = context.options;
    const request = table.concat(words as string[], " ");
    if (options.answer === undefined && !options.isAttended)
        throw fail("asks_first", { command: `lua ${request}` });
    const settings = readSettings(ownSettings(fs));
    const own: Record<string, unknown> = {};
    for (const [name, value] of pairs(options as unknown as Record<string, unknown>)) own[name] = value;
    own.allow = allowed(context);
    own.approve = (code: string, attempt: number) => approve(context, code, attempt);
    own.onNotAllowed = (group: string, what: string) => isOpened(context, group, what);
    return luaExec(
        {
            ask: (prompt: string, given: AskOptions) => {
                const waiting = given as typeof options;
                return wait(waiting, () => context.ai.ask(prompt, waiting));
            },
            retries: settings.lua_exec_max_retries,
            seconds: settings.lua_exec_timeout_seconds,
            // With --json the screen is for the object alone.
            screen: options.isQuiet ? undefined : term.current(),
        },
        request,
        own as unknown as LuaOptions,
    );
}

function show(context: Context, result: LuaResult): void {
    if (context.options.isQuiet) print(fold(result.output));
    const [column] = term.getCursorPos();
    if (column > 1) print();
    for (const value of result.values) say(`= ${value}`);
    if (result.output === "" && result.values.length === 0) remark("It ended, and printed nothing.");
}

const lua: AiCommand = {
    name: "lua",
    usage: "ai lua <request>",
    purpose: "Have it run Lua here",
    section: "Code, and this computer",
    least: 1,
    most: Infinity,
    isText: true,
    run,
    show,
};

export = lua;
