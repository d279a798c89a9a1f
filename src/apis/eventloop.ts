/**
 * An event loop, which servers are written with: `local loop = require("/apis/eventloop")()`.
 *
 * Each handler runs in a coroutine of its own: one that waits (`sleep`, `http.get`, `rednet.receive`) holds up neither
 * the loop nor other handlers, and takes no event away from them.
 */
import check = require("cc.expect");

type Handler = (this: void, ...values: unknown[]) => void;

interface Registration {
    event?: string;
    handler: Handler;
}

/** A handler that has not returned yet, and the only event that it waits for, if there is one. */
interface Task {
    thread: LuaThread;
    filter?: unknown;
}

/**
 * Makes an event loop.
 * @param onError gets what a handler raised, after which the loop goes on; `printError` when absent
 * @returns `register`, `setTimeout`, `run` and `stop`
 */
function createEventLoop(this: void, onError?: (this: void, problem: unknown) => void) {
    let registrations: Registration[] = [];
    const timers: Record<number, Handler | undefined> = {};
    let tasks: Task[] = [];
    let running = false;

    check.expect(1, onError, "function", "nil");

    function resume(task: Task, ...values: unknown[]): void {
        const [ok, result] = coroutine.resume(task.thread, ...values);
        if (!ok && result !== "Terminated") (onError ?? printError)(result);
        task.filter = result;
        if (coroutine.status(task.thread) !== "dead") tasks.push(task);
    }

    function start(handler: Handler, ...values: unknown[]): void {
        resume({ thread: coroutine.create(handler) }, ...values);
    }

    const dispatch: (this: void, ...event: unknown[]) => void = (
        event?: unknown,
        value?: unknown,
        ...others
    ) => {
        const waiting = tasks;
        const current = registrations;
        // What handlers register gets later events alone.
        const count = current.length;
        tasks = [];
        for (const task of waiting) {
            const filter = task.filter;
            if (filter === undefined || filter === event || event === "terminate")
                resume(task, event, value, ...others);
            else tasks.push(task);
        }
        for (const index of $range(1, count)) {
            const registration = current[index - 1]!;
            if (registration.event === event) start(registration.handler, value, ...others);
        }
        if (event === "timer") {
            const handler = timers[value as number];
            timers[value as number] = undefined;
            if (handler !== undefined) start(handler);
        } else if (event === "terminate") {
            running = false;
            error("Terminated", 0);
        }
    };

    /**
     * Calls a handler for each event of a name.
     * @param event as in `os.pullEvent`, such as "rednet_message"
     * @param handler gets what follows the name in the event
     * @returns a function that ends it
     */
    function register(event: string, handler: Handler): () => void {
        check.expect(1, event, "string");
        check.expect(2, handler, "function");
        const registration: Registration = { event, handler };
        registrations.push(registration);
        return () => {
            registration.event = undefined;
            const others: Registration[] = [];
            for (const other of registrations) if (other !== registration) others.push(other);
            registrations = others;
        };
    }

    /**
     * Calls a handler once.
     * @param seconds from now, in steps of 0.05
     * @param handler gets nothing
     * @returns a function that calls it off
     */
    function setTimeout(seconds: number, handler: Handler): () => void {
        check.expect(1, seconds, "number");
        check.expect(2, handler, "function");
        const id = os.startTimer(seconds);
        timers[id] = handler;
        return () => {
            timers[id] = undefined;
            os.cancelTimer(id);
        };
    }

    /** Takes events until `stop` is called. Ctrl+T ends it too, with the error "Terminated". */
    function run(): void {
        if (running) error("The event loop is running already", 2);
        running = true;
        while (running) dispatch(...os.pullEventRaw());
    }

    /** Ends `run` once the event in hand is through. Handlers that wait for another one get no more of it. */
    function stop(): void {
        running = false;
    }

    return { register, setTimeout, run, stop };
}

export = createEventLoop;
