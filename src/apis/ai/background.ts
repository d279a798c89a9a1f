/**
 * Turns beside a program: they are begun at once, and what comes of them is told by events. Nothing runs on a computer by
 * itself, so the program has `run` beside it, under `parallel`.
 */
import type { Failure } from "./failure";
import type { AskOptions, Progress, Reply } from "./types";

/** How a turn is asked for, as libai does it. */
type Ask = (
    this: void,
    prompt: string,
    options: AskOptions,
) => LuaMultiReturn<[true, Reply] | [false, Failure]>;

interface Task {
    readonly thread: LuaThread;
    /** The only event that it waits for, if there is one. */
    filter?: unknown;
}

interface Background {
    /** Begins a turn; the value tells it from others in the events `ai_progress` and `ai_reply`. */
    begin(this: void, prompt: string, options?: AskOptions): number;
    /**
     * Runs turns until Ctrl+T. That ends all that stands under one `parallel` at once, so no turn can be stopped then: they
     * go on on the server, and `resume` gives their answers.
     */
    run(this: void): void;
}

/** How many turns were begun on this computer since it was switched on; each has a number of its own. */
let begun = 0;

/** Makes a place for the turns of one client. */
export function createBackground(ask: Ask): Background {
    let waiting: LuaThread[] = [];

    function begin(prompt: string, given?: AskOptions): number {
        begun += 1;
        const id = begun;
        const options: AskOptions = {};
        for (const [name, value] of pairs(given ?? {})) options[name] = value as never;
        options.onProgress = (progress: Progress) => {
            os.queueEvent("ai_progress", id, progress);
        };
        table.insert(
            waiting,
            coroutine.create(() => {
                const [ok, value] = ask(prompt, options);
                os.queueEvent("ai_reply", id, ok, value);
            }),
        );
        // Wakes `run`.
        os.queueEvent("ai_ask", id);
        return id;
    }

    function run(): void {
        let tasks: Task[] = [];
        const dispatch: (this: void, ...event: unknown[]) => void = (event?: unknown, ...values) => {
            for (const thread of waiting) table.insert(tasks, { thread });
            waiting = [];
            const alive: Task[] = [];
            for (const task of tasks) {
                if (task.filter === undefined || task.filter === event) {
                    const [, filter] = coroutine.resume(task.thread, event, ...values);
                    task.filter = filter;
                }
                if (coroutine.status(task.thread) !== "dead") table.insert(alive, task);
            }
            tasks = alive;
        };
        dispatch();
        while (true) dispatch(...os.pullEvent());
    }

    return { begin, run };
}
