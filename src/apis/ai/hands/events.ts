/**
 * A program's events and timers. What it queues is its own: the computer's queue gets a mark in its place, so that the
 * order is kept and nothing that it queues is ever typed into the shell.
 */
import { guarded, type Call, type Gate } from "./gate";
import { copied } from "./values";

/** What the computer's queue gets in place of an event of a program's, with the number of its run. */
const MARK = "ai_hands";

/** The most events that may wait, which is CC's own figure, and the most timers, for whose number it has none. */
const MOST_EVENTS = 256;
const MOST_TIMERS = 1000;

/** Name and values of an event, by their places. */
export type Event = table.Packed;

/** What the game numbers apart: by the name of its event. */
type Clock = "timer" | "alarm";

/** The events of one run. */
export interface Events {
    readonly gate: Gate;
    /** Its number, as the marks have it. */
    readonly run: number;
    /** What the program has queued, the oldest first. */
    readonly queued: Event[];
    /** What came while its player was asked, the oldest first. */
    readonly kept: Event[];
    /** The numbers of its timers and alarms that run. */
    readonly running: Readonly<Record<Clock, Record<number, true | undefined>>>;
    count: number;
}

let runs = 0;

function forget(events: Events, clock: Clock, id: number): boolean {
    const running = events.running[clock];
    if (running[id] === undefined) return false;
    running[id] = undefined;
    events.count -= 1;
    return true;
}

/** Makes the events of a run. */
export function makeEvents(gate: Gate): Events {
    runs += 1;
    return { gate, run: runs, queued: [], kept: [], running: { timer: {}, alarm: {} }, count: 0 };
}

/** Events whose values are functions of whoever waits for them, or secrets of theirs. */
function isOfNetwork(name: string): boolean {
    return string.find(name, "^http_")[0] !== undefined || string.find(name, "^websocket_")[0] !== undefined;
}

/**
 * An event of the computer's as a program may see it, or nothing.
 * @param event as the computer's queue had it
 */
export function deliver(events: Events, event: Event): Event | undefined {
    const name = event[1];
    if (name === MARK) {
        if (event[2] !== events.run) return undefined;
        return table.remove(events.queued, 1);
    }
    if (type(name) !== "string") return undefined;
    if (isOfNetwork(name as string)) {
        if (events.gate.allowed.http !== true) return undefined;
        return event;
    }
    if (name === "timer" || name === "alarm") forget(events, name, event[2] as number);
    const own: { [at: number]: unknown; n: number } = { n: event.n };
    for (const at of $range(1, event.n)) own[at] = copied(event[at]);
    return own;
}

/**
 * Lets the computer go on for a moment: it ends altogether where a program that has run for too long is not followed by a
 * pause.
 */
export function pause(events: Events): void {
    os.queueEvent(MARK, events.run);
    while (true) {
        const [event, run] = os.pullEventRaw(MARK);
        if (event === "terminate") error("Terminated", 0);
        if (event === MARK && run === events.run) return;
    }
}

/** Whether an event is one that the program alone waits for: of a timer of its own, or queued by it. */
function isOwn(events: Events, event: Event): boolean {
    const [name, id] = [event[1], event[2]];
    if (name === MARK) return id === events.run;
    return (name === "timer" || name === "alarm") && events.running[name][id as number] !== undefined;
}

/**
 * Does something that waits for events, in which those that are the program's are kept for it: whoever waits for a key drops
 * all others. Raises what it raises.
 * @param act is run as a coroutine
 * @returns what it returns
 */
export function keepEvents<T>(events: Events, act: (this: void) => T): T {
    const thread = coroutine.create(act as never);
    let event: Event = table.pack();
    while (true) {
        const [ok, result] = coroutine.resume(thread, ...table.unpack(event, 1, event.n));
        if (!ok) error(result, 0);
        if (coroutine.status(thread) === "dead") return result as T;
        do {
            event = table.pack(...os.pullEventRaw());
            if (isOwn(events, event)) table.insert(events.kept, event);
        } while (result !== undefined && event[1] !== result && event[1] !== "terminate");
    }
}

/** The next event of the computer's, those first that were kept. */
export function pullEvent(events: Events): Event {
    return table.remove(events.kept, 1) ?? table.pack(...os.pullEventRaw());
}

/** Ends all timers and alarms that the program has left. */
export function cancelTimers(events: Events): void {
    for (const [id] of pairs(events.running.timer)) os.cancelTimer(id);
    for (const [id] of pairs(events.running.alarm)) os.cancelAlarm(id);
}

/** The functions of `os` that have to do with events, and `sleep`. */
export function eventFunctions(events: Events): Record<string, Call> {
    const starter = (clock: Clock, start: (this: void, when: number) => number): Call => {
        return (when) => {
            if (events.count >= MOST_TIMERS) error("Too many timers", 0);
            const id = start(when as number);
            events.running[clock][id] = true;
            events.count += 1;
            return $multi(id);
        };
    };
    // The player's own programs have timers, too, and so has the fence.
    const stopper = (clock: Clock, stop: (this: void, id: number) => void): Call => {
        return (id) => {
            if (type(id) === "number" && forget(events, clock, id as number)) stop(id as number);
            return $multi();
        };
    };
    const startTimer = starter("timer", os.startTimer);
    const functions: Record<string, Call> = {
        queueEvent: (name, ...values) => {
            if (type(name) !== "string") error(`bad argument #1 (string expected, got ${type(name)})`, 0);
            if (events.queued.length < MOST_EVENTS) {
                table.insert(events.queued, table.pack(name, ...values));
                os.queueEvent(MARK, events.run);
            }
            return $multi();
        },
        startTimer,
        setAlarm: starter("alarm", os.setAlarm),
        cancelTimer: stopper("timer", os.cancelTimer),
        cancelAlarm: stopper("alarm", os.cancelAlarm),
        sleep: (seconds) => {
            const wait = type(seconds) === "number" ? (seconds as number) : 0;
            const [timer] = startTimer(wait);
            while (true) {
                const [, fired] = coroutine.yield("timer");
                if (fired === timer) return $multi();
            }
        },
    };
    const own: Record<string, Call> = {};
    for (const [name, call] of pairs(functions)) own[name] = guarded(events.gate, call);
    const pull: Call = (filter) => coroutine.yield(filter);
    own.pullEvent = pull;
    own.pullEventRaw = pull;
    return own;
}
