/** `assert` as busted has it: `assert.are.equal(1, x)`, `assert.is_not_nil(x)`, and Lua's own `assert(x)`. */
import { same, show } from "./values";

/** What a failed assertion raises. */
export interface AssertionFailure {
    assertion: string;
    /** What was wanted and what came, written down. */
    expected: string;
    got: string;
    /** What the spec has to say about it. */
    message?: string;
}

/** What an assertion found out: whether it holds, and in words what it wants and what it got. */
type Finding = [holds: boolean, expected: string, got: string];

interface Assertion {
    /** Its arguments; one more is the spec's message. */
    arguments: number;
    find: (this: void, first: unknown, second: unknown) => LuaMultiReturn<Finding>;
}

type Body = (this: void) => unknown;

/** Words that only make a sentence of it. */
const FILLERS: Record<string, boolean | undefined> = {};
for (const [word] of string.gmatch("is are was were has have does a an be", "%a+")) FILLERS[word!] = true;

/** Other forms of an assertion's name. */
const SYNONYMS: Record<string, string | undefined> = {
    equals: "equal",
    errors: "error",
    match: "matches",
};

/** Calls a function that may raise. Ctrl+T ends the spec and is no outcome. */
function outcome(body: Body): LuaMultiReturn<[boolean, unknown]> {
    const [ok, problem] = pcall(body);
    if (!ok && problem === "Terminated") throw problem;
    return $multi(ok, problem);
}

/** A message without the place that Lua puts before it. */
function withoutPlace(problem: unknown): unknown {
    return type(problem) === "string" ? string.gsub(problem as string, "^[^\n]-:%d+: ", "", 1)[0] : problem;
}

function raises(body: unknown, expected: unknown): LuaMultiReturn<Finding> {
    const [ok, problem] = outcome(body as Body);
    if (ok) return $multi(false, expected === undefined ? "an error" : `error ${show(expected)}`, "no error");
    const holds = expected === undefined || same(expected, problem) || same(expected, withoutPlace(problem));
    return $multi(
        holds,
        expected === undefined ? "an error" : `error ${show(expected)}`,
        `error ${show(problem)}`,
    );
}

function matches(pattern: unknown, text: unknown): LuaMultiReturn<Finding> {
    const holds = type(text) === "string" && string.find(text as string, pattern as string)[0] !== undefined;
    return $multi(holds, `a match of ${show(pattern)}`, show(text));
}

function raisesMatch(body: unknown, pattern: unknown): LuaMultiReturn<Finding> {
    const [ok, problem] = outcome(body as Body);
    if (ok) return $multi(false, `an error like ${show(pattern)}`, "no error");
    const [holds] = matches(pattern, problem);
    return $multi(holds, `an error like ${show(pattern)}`, `error ${show(problem)}`);
}

const ASSERTIONS: Record<string, Assertion | undefined> = {
    equal: {
        arguments: 2,
        find: (expected, actual) => $multi(expected === actual, show(expected), show(actual)),
    },
    same: {
        arguments: 2,
        find: (expected, actual) => $multi(same(expected, actual), show(expected), show(actual)),
    },
    true: { arguments: 1, find: (actual) => $multi(actual === true, "true", show(actual)) },
    false: { arguments: 1, find: (actual) => $multi(actual === false, "false", show(actual)) },
    truthy: {
        arguments: 1,
        find: (actual) => $multi(actual !== undefined && actual !== false, "a true value", show(actual)),
    },
    falsy: {
        arguments: 1,
        find: (actual) => $multi(actual === undefined || actual === false, "nil or false", show(actual)),
    },
    error: { arguments: 2, find: raises },
    matches: { arguments: 2, find: matches },
    error_matches: { arguments: 2, find: raisesMatch },
};
for (const [name] of string.gmatch("nil boolean number string table function thread", "%a+")) {
    ASSERTIONS[name!] = {
        arguments: 1,
        find: (actual) => $multi(type(actual) === name, name === "nil" ? "nil" : `a ${name}`, show(actual)),
    };
}

/** Reads a name such as `is_not_nil`: the assertion's own name and whether it is turned round. */
function read(words: string): LuaMultiReturn<[string, boolean]> {
    const rest: string[] = [];
    let negated = false;
    for (const [word] of string.gmatch(string.lower(words), "%a+")) {
        if (word === "not" || word === "no") negated = !negated;
        else if (FILLERS[word!] === undefined) rest.push(SYNONYMS[word!] ?? word!);
    }
    return $multi(table.concat(rest, "_"), negated);
}

function check(words: string, ...values: unknown[]): void {
    const [name, negated] = read(words);
    const assertion = ASSERTIONS[name];
    if (assertion === undefined) {
        const names: string[] = [];
        for (const [known] of pairs(ASSERTIONS)) names.push(known);
        table.sort(names);
        error(`assert has no "${words}". It has: ${table.concat(names, ", ")}`, 3);
    }
    const [holds, expected, got] = assertion.find(values[0], values[1]);
    if (holds !== negated) return;
    const message = values[assertion.arguments];
    const failure: AssertionFailure = {
        assertion: words,
        expected: negated ? `not ${expected}` : expected,
        got,
        message: message === undefined ? undefined : tostring(message),
    };
    throw setmetatable(failure, { __tostring: () => `expected ${failure.expected}, got ${failure.got}` });
}

/** A name that is not complete yet, such as `assert.are`: the next word makes it longer, a call checks. */
function sentence(words: string): object {
    return setmetatable(
        {},
        {
            __index: (_: unknown, word: unknown) => sentence(`${words}_${tostring(word)}`),
            __call: (...values: unknown[]) => check(words, ...values),
        },
    );
}

const luaAssert = assert;

/** What specs know as `assert`. */
export const assertions: object = setmetatable(
    {},
    {
        __index: (_: unknown, word: unknown) => sentence(tostring(word)),
        __call: (...values: unknown[]) => luaAssert(...(values as [unknown])),
    },
);

/** Whether what was raised is a failed assertion. */
export function isAssertionFailure(problem: unknown): problem is AssertionFailure {
    return type(problem) === "table" && (problem as AssertionFailure).assertion !== undefined;
}
