/** Runs spec files and says what became of each case. */
import modules = require("cc.require");
import { assertions, isAssertionFailure } from "./assertions";
import { openFile } from "./files";
import { type Block, type Body, type Case, createSuite, type Pending } from "./suite";
import { show } from "./values";

/** What became of a case. */
export interface CaseResult {
    /** Names of the blocks around it and its own. */
    names: string[];
    status: "passed" | "failed" | "pending";
    /** File and line, where it failed. */
    where?: string;
    /** Why it failed, or is pending. */
    message?: string;
    /** What an assertion wanted and what it got. */
    expected?: string;
    got?: string;
}

/** Reasons not to run a case, by its names with a space between them. */
export type Skipped = Record<string, string | undefined>;

interface Problem {
    /** What was raised. */
    value: unknown;
    where?: string;
}

/** The innermost line of a file among those that a stack trace names. */
function lineIn(file: string, trace: string): string | undefined {
    const [, last] = string.find(trace, `${file}:`, 1, true);
    const [line] = string.match(last === undefined ? "" : string.sub(trace, last + 1), "^%d+");
    return line === undefined ? undefined : `${file}:${line}`;
}

/** Calls a part of a spec. Ctrl+T ends all of it. */
function attempt(file: string, body: Body): Problem | undefined {
    let where: string | undefined;
    const [ok, value] = xpcall(body, (problem: unknown) => {
        where = lineIn(file, debug.traceback());
        return problem;
    });
    if (!ok && value === "Terminated") throw value;
    return ok ? undefined : { value, where };
}

/** Whether a value says itself what it is. */
function hasText(value: unknown): boolean {
    if (type(value) !== "table") return true;
    const meta = getmetatable(value as object);
    return meta !== undefined && meta.__tostring !== undefined;
}

function failed(names: string[], { value, where }: Problem): CaseResult {
    const result: CaseResult = { names, status: "failed", where };
    if (isAssertionFailure(value)) {
        result.message = value.message;
        result.expected = value.expected;
        result.got = value.got;
    } else {
        result.message = hasText(value) ? tostring(value) : show(value);
    }
    return result;
}

function runBefore(block: Block): void {
    if (block.parent !== undefined) runBefore(block.parent);
    for (const body of block.before) body();
}

function runCase(file: string, { names, block, body }: Case): CaseResult {
    if (body === undefined) return { names, status: "pending" };
    let problem = attempt(file, () => {
        runBefore(block);
        body();
    });
    // Each is run, so that nothing is left to the next case.
    let around: Block | undefined = block;
    while (around !== undefined) {
        for (const after of around.after) {
            const another = attempt(file, after);
            problem ??= another;
        }
        around = around.parent;
    }
    if (problem === undefined) return { names, status: "passed" };
    const reason = type(problem.value) === "table" ? (problem.value as Pending).pending : undefined;
    if (reason !== undefined) return { names, status: "pending", message: reason };
    return failed(names, problem);
}

/**
 * Runs a spec file, case by case.
 * @param path absolute path of the file
 * @param shell the shell API that it gets
 * @param skipped cases that are not run, and why
 * @param tell called with each case's result as soon as it is known; a file that cannot be loaded is one failed case
 */
export function runFile(
    path: string,
    shell: unknown,
    skipped: Skipped,
    tell: (result: CaseResult) => void,
): void {
    const suite = createSuite();
    const environment: Record<string, unknown> = { shell, assert: assertions, arg: { 0: path } };
    for (const [word, meaning] of pairs(suite.vocabulary)) environment[word] = meaning;
    const [require, loaded] = modules.make(environment, fs.getDir(path));
    environment.require = require;
    environment.package = loaded;
    setmetatable(environment, { __index: _G });

    const [handle, problem] = openFile(path, "r");
    if (handle === undefined) return tell(failed(["loads"], { value: problem }));
    const source = handle.readAll();
    handle.close();
    const [chunk, mistake] = load(source, `@${path}`, "t", environment);
    const broken = chunk === undefined ? { value: mistake } : attempt(path, chunk);
    if (broken !== undefined) return tell(failed(["loads"], broken));
    suite.close();
    for (const one of suite.cases) {
        const reason = skipped[table.concat(one.names, " ")];
        tell(
            reason === undefined
                ? runCase(path, one)
                : { names: one.names, status: "pending", message: reason },
        );
    }
}
