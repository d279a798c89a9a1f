/**
 * How a call says that it failed: what happened and what to do next, in words that every package keeps in one table.
 */

import { oneLine } from "./utf8";

/** The most characters of a detail that a message or hint holds: three rows of a 51 column screen. */
const LONGEST_DETAIL = 160;

/** What a failed call returns beside `false`. `tostring(failure)` gives the message, and the hint below it. */
export interface Failure {
    /** Which entry of the package's table this is; programs compare this and never the words. */
    readonly code: string;
    /** What happened, for a person, in one or two lines of a 51 column screen. */
    readonly message: string;
    /** What to do next; where something is to be written, in rows as they are to be written. */
    readonly hint: string;
    /** What there was of the result before the call failed, where there is any. */
    readonly text?: string;
}

/** What a call returns: `true` and its value, or `false` and the failure; Lua's order of pcall. */
export type Result<T> = LuaMultiReturn<[true, T] | [false, Failure]>;

/** What a failure says; `{name}` stands for a detail of the case. */
export type Words = [message: string, hint: string];

/** Anything as text. What somebody's program has raised may refuse to become one: that is told by its type. */
export function written(value: unknown): string {
    const [ok, text] = pcall(tostring, value);
    return ok && type(text) === "string" ? text : type(value);
}

const describe = { __tostring: (failure: Failure) => failure.message + "\n" + failure.hint };

/**
 * Makes a failure. What it is told of comes from anywhere, so each detail is one line that fits.
 * @param failures the package's table
 * @param code a key of it
 * @param detail values for the `{name}`s in its message and hint
 * @param text what there was of the result, where there is any
 * @returns the failure, which `tostring` turns into message and hint
 */
export function makeFailure<Code extends string>(
    failures: Record<Code, Words>,
    code: Code,
    detail?: Record<string, unknown>,
    text?: string,
): Failure {
    const [message, hint] = failures[code];
    const given = detail ?? {};
    const fill = (template: string) =>
        string.gsub(template, "{(%w+)}", (name) =>
            given[name] === undefined ? "" : oneLine(written(given[name]), LONGEST_DETAIL),
        )[0];
    const failure: Failure = { code, message: fill(message), hint: fill(hint), text };
    return setmetatable(failure, describe as unknown as LuaMetatable<Failure>);
}

/** Whether something that was raised is a failure. */
export function isFailure(raised: unknown): raised is Failure {
    return type(raised) === "table" && (raised as Failure).code !== undefined;
}

/** Calls a function that raises failures, and returns what came of it. What is no failure is raised on. */
export function outcome<T>(act: (this: void) => T): Result<T> {
    const [ok, value] = pcall(act);
    if (!ok && !isFailure(value)) error(value, 0);
    return $multi(ok, value) as unknown as Result<T>;
}

/**
 * Calls a function that raises failures, as a public function returns them. Only `Terminated` (Ctrl+T) is raised.
 * @param act what is called
 * @param fail makes a failure of the package; anything else that was raised becomes its `internal_error`
 * @returns `true` and the value, or `false` and the failure
 */
export function attempt<T>(
    act: (this: void) => T,
    fail: (this: void, code: "internal_error", detail: Record<string, unknown>) => Failure,
): Result<T> {
    const [ok, value] = pcall(act);
    if (ok || isFailure(value)) return $multi(ok, value) as unknown as Result<T>;
    if ((value as unknown) === "Terminated") error(value, 0);
    return $multi(false as const, fail("internal_error", { what: value }));
}
