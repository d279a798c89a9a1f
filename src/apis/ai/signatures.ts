/** What the functions of libai take, and what is said of an argument that is something else. Pure. */
import { problemWithSchema } from "./schema";
import type { Ai } from "./types";

/** Looks at an argument: what is wrong with it, in words that begin with where it stands, or nothing. */
export type Check = (this: void, where: string, value: unknown) => string | undefined;

/** A value of which it can be told whether it fits. */
function kind(words: string, fits: (this: void, value: never) => boolean, luaType: string): Check {
    return (where, value) =>
        type(value) === luaType && fits(value as never) ? undefined : `${where} must be ${words}`;
}

const always = () => true;

/** A table whose fields are looked at, each where it is given. Fields of other names are let through. */
function fields(words: string, checks: Record<string, Check>, needed: readonly string[]): Check {
    return (where, value) => {
        if (type(value) !== "table") return `${where} must be ${words}`;
        const given = value as Record<string, unknown>;
        for (const name of needed) {
            const problem = checks[name]!(`${where}.${name}`, given[name]);
            if (problem !== undefined) return problem;
        }
        for (const [name, check] of pairs(checks)) {
            const problem = given[name] === undefined ? undefined : check(`${where}.${name}`, given[name]);
            if (problem !== undefined) return problem;
        }
        return undefined;
    };
}

const text = kind("a text", always, "string");
const name = kind("a text that is not empty", (value: string) => value !== "", "string");
const flag = kind("true or false", always, "boolean");
const act = kind("a function", always, "function");
const model = kind("a text, like provider/model", (value: string) => value !== "", "string");
const seconds = kind("a number of seconds above 0", (value: number) => value > 0, "number");
const count = kind("a whole number from 1 on", (value: number) => value >= 1 && value % 1 === 0, "number");

const period = kind(
    '"session", "today" or "all"',
    (value: string) => value === "session" || value === "today" || value === "all",
    "string",
);

const REPLIES: Readonly<Record<string, true | undefined>> = { once: true, always: true, reject: true };
const reply = kind("once, always or reject", (value: string) => REPLIES[value] === true, "string");
const policy = kind(
    "ask, once, always or reject",
    (value: string) => value === "ask" || REPLIES[value] === true,
    "string",
);

/** A list of which each entry is looked at. */
function list(words: string, check: Check): Check {
    return (where, value) => {
        if (type(value) !== "table") return `${where} must be ${words}`;
        for (const [place, entry] of ipairs(value as unknown[])) {
            const problem = check(`${where}[${place}]`, entry);
            if (problem !== undefined) return problem;
        }
        return undefined;
    };
}

/** What every call takes that waits for a turn. */
const waiting: Record<string, Check> = {
    idleTimeout: seconds,
    onProgress: act,
    log: act,
    onPermission: act,
    onQuestion: act,
    onTool: act,
    onText: act,
    onReasoning: act,
    permission: policy,
};
const asking: Record<string, Check> = {
    session: name,
    newSession: flag,
    model,
    agent: name,
    variant: name,
    system: text,
    files: list("a list of paths", name),
    schema: (where, value) => problemWithSchema(value, where),
};
for (const [option, check] of pairs(waiting)) asking[option] = check;

const groupNames: Check = (where, value) => {
    const problem = `${where} must be a list of names of groups`;
    if (type(value) !== "table") return problem;
    for (const group of value as unknown[]) if (type(group) !== "string") return problem;
    return undefined;
};
const luaOptions: Record<string, Check> = {
    approve: act,
    allow: groupNames,
    onNotAllowed: act,
    timeout: seconds,
    retries: kind("a whole number from 0 on", (value: number) => value >= 0 && value % 1 === 0, "number"),
};
for (const [option, check] of pairs(asking)) luaOptions[option] = check;

const inSession: Record<string, Check> = { session: name };
for (const [option, check] of pairs(waiting)) inSession[option] = check;

const waitOptions = fields("a table of options", waiting, []);
const sessionOptions = fields("a table of options", inSession, []);
const askOptions = fields("a table of options", asking, []);

/** Lists of texts, one for each question. */
const answers: Check = (where, value) => {
    const problem = `${where} must be a list of labels for each question`;
    if (type(value) !== "table") return problem;
    for (const labels of value as unknown[]) {
        if (type(labels) !== "table") return problem;
        for (const label of labels as unknown[]) if (type(label) !== "string") return problem;
    }
    return undefined;
};

/** Kinds of arguments, for functions whose signatures stand elsewhere. */
export const kinds = { kind, fields, text, name, flag, act, model, count };

/** Names and kinds of arguments; those with a question mark may be left out. */
export type Parameters = readonly (readonly [name: string, check: Check])[];

const signatures: { readonly [K in Exclude<keyof Ai, "jobs">]: Parameters } = {
    ask: [
        ["prompt", text],
        ["options?", askOptions],
    ],
    askAsync: [
        ["prompt", text],
        ["options?", askOptions],
    ],
    run: [],
    luaExec: [
        ["prompt", text],
        ["options", fields("a table of options", luaOptions, ["approve"])],
    ],
    ping: [["options?", askOptions]],
    health: [],
    listSessions: [["options?", fields("a table of options", { limit: count, search: text }, [])]],
    newSession: [["options?", fields("a table of options", { title: text }, [])]],
    useSession: [["id", name]],
    currentSession: [],
    session: [["id?", name]],
    clearSession: [],
    abort: [
        ["session?", name],
        ["options?", waitOptions],
    ],
    resume: [["options?", sessionOptions]],
    last: [["session?", name]],
    doctor: [["options?", fields("a table of options", { ping: flag, onStart: act, onCheck: act }, [])]],
    messages: [["options?", fields("a table of options", { session: name, limit: count }, [])]],
    models: [],
    chooseModel: [["model?", name]],
    agents: [],
    chooseAgent: [["agent?", name]],
    variants: [],
    chooseVariant: [["variant?", name]],
    commands: [],
    rename: [
        ["title", name],
        ["session?", name],
    ],
    delete: [["session", name]],
    fork: [["session?", name]],
    share: [["session?", name]],
    unshare: [["session?", name]],
    undo: [["session?", name]],
    redo: [["session?", name]],
    todo: [["session?", name]],
    diff: [["session?", name]],
    usage: [["options?", fields("a table of options", { of: period, session: name }, [])]],
    compact: [["options?", sessionOptions]],
    shell: [
        ["line", name],
        ["options?", sessionOptions],
    ],
    runCommand: [
        ["name", name],
        ["text?", text],
        ["options?", askOptions],
    ],
    status: [],
    permissions: [],
    answerPermission: [
        ["id", name],
        ["reply", reply],
        ["message?", text],
    ],
    questions: [],
    answerQuestion: [
        ["id", name],
        ["answers?", answers],
    ],
};

/**
 * Looks at what a function of libai was called with.
 * @param ai the table that it was called on, to tell `ai:ask()` from `ai.ask()`
 * @param called the function's name
 * @param given its arguments
 * @param parameters what it takes, where that does not stand here
 * @returns what is wrong, as "ask: options.model must be a text, like provider/model", or nothing
 */
export function problemWith(
    ai: object,
    called: string,
    given: readonly unknown[],
    parameters: Parameters = signatures[called as keyof typeof signatures],
): string | undefined {
    if (given[0] === ai) return `${called}: call it with a dot, as ai.${called}(...)`;
    for (const [place, parameter] of ipairs(parameters)) {
        const value = given[place - 1];
        const [where, mark] = string.match(parameter[0], "^(%w+)(%??)$");
        const isLeftOut = mark !== "" && value === undefined;
        const problem = isLeftOut ? undefined : parameter[1](where!, value);
        if (problem !== undefined) return `${called}: ${problem}`;
    }
    return undefined;
}

const storeOfSettings = fields("a table like CC's settings", { get: act, set: act, unset: act, save: act }, [
    "get",
    "set",
    "unset",
]);

const disk = fields("a table like CC's fs", { exists: act, list: act, open: act, delete: act, move: act }, [
    "exists",
    "list",
    "open",
    "delete",
    "move",
]);

const environment = fields(
    "a table of stand-ins",
    { settings: storeOfSettings, fs: disk, send: act, now: act, sleep: act },
    [],
);

/** What is wrong with the stand-ins that a client is to be made with, or nothing. */
export function problemWithEnvironment(given: unknown): string | undefined {
    const problem = given === undefined ? undefined : environment("environment", given);
    return problem === undefined ? undefined : `createAi: ${problem}`;
}
