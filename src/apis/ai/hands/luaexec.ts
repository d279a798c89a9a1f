/** Asks the model for Lua and runs it on this computer: every version approved, behind the fence, and corrected where it fails. */
import { foldFile } from "../../trapos/font";
import { listOf } from "../../trapos/json";
import { toUtf8 } from "../../trapos/utf8";
import { fail } from "../failure";
import { codeBlocks } from "../markdown/codeblocks";
import type { AskOptions, LuaOptions, LuaResult, Reply } from "../types";
import { run, syntaxProblem, type Outcome } from "./fence";
import { groupNames, groups, isGroup, type Group } from "./groups";
import { correction, instructions } from "./instructions";

declare const shell: object | undefined;
declare const multishell: object | undefined;

/** Blocks of an answer that are looked at for its program. */
const MOST_BLOCKS = 20;

/** What it works with. */
export interface Parts {
    /** Asks the model. Raises its failure. */
    readonly ask: (this: void, prompt: string, options: AskOptions) => Reply;
    /** How often a program that failed is corrected, and the seconds that it may run, where the call does not say. */
    readonly retries: number;
    readonly seconds: number;
    /** Where programs draw; nowhere where it is not given. */
    readonly screen?: ITerminal;
}

/** The program in an answer: its first block of Lua, or else its first block that is called nothing. */
function programIn(answer: string): string | undefined {
    let unnamed: string | undefined;
    for (const block of codeBlocks(answer, MOST_BLOCKS)) {
        if (block.language === "lua") return block.code;
        if (block.language === undefined) unnamed ??= block.code;
    }
    return unnamed;
}

/** The groups of some names. Fails with `bad_argument` for one that there is not. */
function groupsNamed(names: readonly string[]): Group[] {
    const found: Group[] = [];
    for (const name of names) {
        if (!isGroup(name))
            throw fail("bad_argument", {
                what: `There is no group ${name}; there are ${table.concat(groupNames(), ", ")}`,
            });
        table.insert(found, name);
    }
    return found;
}

/** Options of a prompt: those of the call, in the session that the talk has begun in. */
function askOptions(options: LuaOptions, system: string, session: string | undefined): AskOptions {
    const own: Record<string, unknown> = {};
    for (const [name, value] of pairs(options as unknown as Record<string, unknown>)) own[name] = value;
    own.system = system;
    if (session !== undefined) {
        own.session = session;
        own.newSession = undefined;
    }
    return own;
}

/** The failure that an outcome is, where nothing is left to try. */
function failureOf(parts: Parts, outcome: Outcome, seconds: number): unknown {
    const text = parts.screen === undefined ? toUtf8(outcome.output) : undefined;
    const closed = outcome.closed;
    if (closed !== undefined) {
        const detail = { does: groups[closed.group], what: closed.what, group: closed.group };
        return fail("not_allowed", detail, text);
    }
    if (outcome.how === "timed out") return fail("lua_timed_out", { seconds }, text);
    return fail("lua_failed", { what: toUtf8(outcome.problem ?? "") }, text);
}

/**
 * Does it. Fails with `no_code`, `not_approved`, `not_allowed`, `lua_timed_out`, `lua_failed` once it was corrected as
 * often as is allowed, and as `ask` does.
 * @param prompt what the program is to do
 */
export function luaExec(parts: Parts, prompt: string, options: LuaOptions): LuaResult {
    const allow = groupsNamed(options.allow ?? []);
    const seconds = options.timeout ?? parts.seconds;
    const system = instructions(allow, seconds);
    const log = options.log ?? (() => undefined);
    let left = options.retries ?? parts.retries;
    let attempts = 0;
    let session: string | undefined;
    let asked = prompt;
    while (true) {
        const reply = parts.ask(asked, askOptions(options, system, session));
        session = reply.sessionId;
        const code = programIn(reply.text);
        if (code === undefined) throw fail("no_code", {}, reply.text);
        attempts += 1;
        const syntax = syntaxProblem(code);
        let outcome: Outcome | undefined;
        if (syntax === undefined) {
            if (options.approve(code, attempts) !== true) throw fail("not_approved");
            log(`runs version ${attempts}`);
            outcome = run(foldFile(code), {
                seconds,
                allow,
                ask: options.onNotAllowed,
                screen: parts.screen,
                shell,
                multishell,
            });
            if (outcome.how === "returned") {
                const output = toUtf8(outcome.output);
                const [values, opened] = [listOf(outcome.values), listOf(outcome.opened)];
                return { code, output, values, attempts, opened };
            }
        }
        const problem = syntax ?? (outcome && outcome.problem);
        if (problem === undefined) throw failureOf(parts, outcome!, seconds);
        log(`version ${attempts} failed: ${problem}`);
        if (left <= 0) {
            if (outcome === undefined) throw fail("lua_failed", { what: problem });
            throw failureOf(parts, outcome, seconds);
        }
        left -= 1;
        asked = correction(toUtf8(problem), outcome && toUtf8(outcome.output));
    }
}
