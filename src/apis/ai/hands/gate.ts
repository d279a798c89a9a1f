/**
 * The gate in the fence: what is closed asks here, and whoever runs the program answers. It is asked by a yield that no
 * program can catch, so that one which is refused goes no further.
 */
import type { Group } from "./groups";

/** A function that a program calls. */
export type Call = (this: void, ...given: unknown[]) => LuaMultiReturn<unknown[]>;

/** The gate of one run. */
export interface Gate {
    /** The groups that are open. */
    readonly allowed: Record<string, true | undefined>;
    /** What waits for an answer, or was refused. */
    wanted?: { readonly group: Group; readonly what: string };
    /** Why the program has to end, where it may not catch the error itself. */
    problem?: string;
    /** Epoch milliseconds from which on a program that has not waited since is ended by what it catches. */
    lastMoment: number;
    /** True once the program may do nothing any more. */
    isOver: boolean;
}

/** What ComputerCraft ends a program with that does not yield; caught again and again it would cost the computer. */
const TOO_LONG = "Too long without yielding";

/** Milliseconds after which it has to wait, a second less than ComputerCraft gives it (TimeoutState, 7 s). */
export const LONGEST_WITHOUT_WAIT = 6000;

/** Yielded in place of an event's name. Nobody else has this table. */
const SIGNAL = {};

/** The most bytes of a name that are told: it may be made of anything that a program likes. */
const LONGEST_NAME = 100;

/** What is called, as it can be shown in a question: short, and on one line. */
function nameOf(what: string): string {
    const [line] = string.gsub(what, "%c", "?");
    return line.length > LONGEST_NAME ? string.sub(line, 1, LONGEST_NAME) + ".." : line;
}

/** Whether what a program has yielded is a question to whoever runs it. */
export function isSignal(yielded: unknown): boolean {
    return yielded === SIGNAL;
}

function requireRunning(gate: Gate): void {
    if (gate.isOver) error("the program has ended", 0);
}

/**
 * Passes where the group is open, or is opened now; else the program ends here.
 * @param what is called, as the player reads it: "turtle.dig"
 */
export function permit(gate: Gate, group: Group, what: string): void {
    requireRunning(gate);
    if (gate.allowed[group]) return;
    gate.wanted = { group, what: nameOf(what) };
    coroutine.yield(SIGNAL);
    // Where nothing can be yielded (inside of a native function) it was not asked either.
    if (gate.allowed[group] !== true) error(`not allowed: ${nameOf(what)}`, 0);
}

/** Ends the program. */
function stop(gate: Gate, problem: string): void {
    gate.problem = problem;
    gate.isOver = true;
    coroutine.yield(SIGNAL);
    error(problem, 0);
}

function isTooLong(problem: unknown): boolean {
    return type(problem) === "string" && string.find(problem as string, TOO_LONG, 1, true)[0] !== undefined;
}

/** Hands on what pcall returned, unless it is an error that no program may catch. */
function checked(gate: Gate, ...all: unknown[]): LuaMultiReturn<unknown[]> {
    const [ok, problem] = select(1, ...all);
    // Where the stack is full nothing can be yielded, and the error becomes another: the next one to catch it looks again.
    if (gate.problem !== undefined) stop(gate, gate.problem);
    if (ok === false && os.epoch("utc") > gate.lastMoment) stop(gate, TOO_LONG);
    if (ok === false && isTooLong(problem)) stop(gate, problem as string);
    return $multi(...all);
}

/** An error's text without the place in our files that it names. */
function withoutPlace(problem: unknown): unknown {
    if (type(problem) !== "string") return problem;
    return string.gsub(problem as string, "^[%w_/.-]+%.lua:%d+: ", "")[0];
}

/**
 * A function as the program gets it: it ends with the program, and its errors are at the line that called it.
 * @param call what it does
 */
export function guarded(gate: Gate, call: Call): Call {
    return (...given) => {
        requireRunning(gate);
        const results = table.pack(...pcall(call, ...given));
        if (results[1] === false) error(withoutPlace(results[2]) as string, 2);
        return table.unpack(results, 2, results.n);
    };
}

/** `pcall`, `xpcall` and `coroutine` as a program gets them: none of them catches what has to end it. */
export function control(gate: Gate): {
    readonly pcall: Call;
    readonly xpcall: Call;
    readonly coroutine: Record<string, unknown>;
} {
    function resumed(thread: LuaThread, ...all: unknown[]): LuaMultiReturn<unknown[]> {
        const [ok, first] = select(1, ...all);
        if (ok === true && first === SIGNAL) {
            coroutine.yield(SIGNAL);
            return resumed(thread, ...coroutine.resume(thread));
        }
        return checked(gate, ...all);
    }
    function unwrapped(...all: unknown[]): LuaMultiReturn<unknown[]> {
        const [ok, problem] = select(1, ...all);
        if (ok !== true) error(problem as string, 0);
        return select(2, ...all);
    }
    const resume: Call = (thread, ...values) => {
        requireRunning(gate);
        return resumed(thread as LuaThread, ...coroutine.resume(thread as LuaThread, ...values));
    };
    const own: Record<string, unknown> = {
        create: coroutine.create,
        resume,
        wrap: (body: never) => {
            const thread = coroutine.create(body);
            return (...values: unknown[]) => unwrapped(...resume(thread, ...values));
        },
    };
    for (const name of ["yield", "status", "running", "isyieldable"]) {
        own[name] = (coroutine as unknown as Record<string, unknown>)[name];
    }
    return {
        pcall: (...given) => checked(gate, ...(pcall as Call)(...given)),
        xpcall: (body, handler, ...given) => {
            const handle: Call = (problem) => {
                if (isTooLong(problem) || type(handler) !== "function") return $multi(problem);
                return (handler as Call)(problem);
            };
            return checked(gate, ...(xpcall as Call)(body, handle, ...given));
        },
        coroutine: own,
    };
}
