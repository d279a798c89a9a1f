/**
 * Runs Lua of a model's on this computer: in globals of its own, for a limited time, with what it prints and returns kept
 * as text, and with nothing that reaches further than was allowed. See docs/hands.md for what that promises.
 */
import { makeEnvironment } from "./environment";
import { cancelTimers, deliver, keepEvents, makeEvents, pause, pullEvent, type Event } from "./events";
import { closeFiles, makeFiles } from "./files";
import { isSignal, LONGEST_WITHOUT_WAIT, type Gate } from "./gate";
import type { Group } from "./groups";
import { makePrinted, printedText, recorded } from "./printed";
import { literal } from "./values";

/** The most characters that are kept of a returned value or an error, and of how many values. */
const LONGEST_VALUE = 2000;
const MOST_VALUES = 16;

/** How a program is run. */
export interface FenceOptions {
    /** Seconds until it is ended; those in which its player is asked do not count. */
    readonly seconds: number;
    /** The groups that are open. */
    readonly allow?: readonly Group[];
    /** Asked when the program calls what is closed: true opens its group for this run. Where it is not given nothing is. */
    readonly ask?: (this: void, group: Group, what: string) => boolean;
    /** Where it draws; a screen that nobody sees where it is not given. */
    readonly screen?: ITerminal;
    /** The shell's API, where there is one. */
    readonly shell?: object;
    readonly multishell?: object;
}

/** What came of a program. */
export interface Outcome {
    /** It came to its end, an error ended it, its time was up, or it called what is closed. */
    readonly how: "returned" | "failed" | "timed out" | "not allowed";
    /** What it printed, in bytes of CC's font; at most 16,000 and then "..". */
    readonly output: string;
    /** What it returned, each as Lua would write it; at most 16 of 2,000 characters each. */
    readonly values: readonly string[];
    /** The error that ended it. */
    readonly problem?: string;
    /** What it called that is closed, and the group that opens it. */
    readonly closed?: { readonly group: Group; readonly what: string };
    /** The groups that were opened while it ran. */
    readonly opened: readonly Group[];
}

/** The name by which errors call the program. */
const NAME = "=lua";

/** What is wrong with a source's syntax, or nothing. */
export function syntaxProblem(source: string): string | undefined {
    if (string.byte(source, 1) === 27) return "the code is not text";
    const [chunk, problem] = load(source, NAME, "t", {});
    return chunk === undefined ? problem : undefined;
}

/** What a screen has beside its text. */
interface Look {
    readonly text: number;
    readonly background: number;
    readonly isBlinking: boolean;
    readonly palette: readonly (readonly [number, number, number])[];
}

function lookOf(screen: ITerminal): Look {
    const palette: [number, number, number][] = [];
    for (const at of $range(0, 15)) {
        const [red, green, blue] = screen.getPaletteColour(2 ** at);
        table.insert(palette, [red, green, blue]);
    }
    return {
        text: screen.getTextColour(),
        background: screen.getBackgroundColour(),
        isBlinking: screen.getCursorBlink(),
        palette,
    };
}

/** Leaves a screen with the colours that it had. */
function restore(screen: ITerminal, look: Look): void {
    for (const [at, parts] of ipairs(look.palette)) {
        screen.setPaletteColour(2 ** (at - 1), parts[0], parts[1], parts[2]);
    }
    screen.setTextColour(look.text);
    screen.setBackgroundColour(look.background);
    screen.setCursorBlink(look.isBlinking);
}

function hiddenScreen(): ITerminal {
    const [width, height] = term.getSize();
    return window.create(term.current(), 1, 1, width, height, false);
}

function errorText(problem: unknown): string {
    return type(problem) === "string"
        ? string.sub(problem as string, 1, LONGEST_VALUE)
        : literal(problem, LONGEST_VALUE);
}

/**
 * Runs a program. Raises nothing but "Terminated" (Ctrl+T), after it has ended the program.
 * @param source Lua, as text, whose syntax is right
 */
export function run(source: string, options: FenceOptions): Outcome {
    const gate: Gate = { allowed: {}, lastMoment: 0, isOver: false };
    for (const group of options.allow ?? []) gate.allowed[group] = true;
    const events = makeEvents(gate);
    const files = makeFiles(gate);
    const printed = makePrinted();
    const screen = options.screen ?? hiddenScreen();
    const look = lookOf(screen);
    const own = recorded(gate, printed, screen);
    const environment = makeEnvironment(
        { gate, events, files, printed, screen: own },
        { shell: options.shell as never, multishell: options.multishell as never },
    );
    const [chunk, syntax] = load(source, NAME, "t", environment);
    const opened: Group[] = [];
    const values: string[] = [];
    const outcome = (how: Outcome["how"], rest: Partial<Outcome>): Outcome => {
        return {
            how,
            output: printedText(printed),
            values,
            opened,
            problem: rest.problem,
            closed: rest.closed,
        };
    };
    if (chunk === undefined) return outcome("failed", { problem: syntax });

    const thread = coroutine.create(chunk);
    let target = own as unknown as ITerminal;
    /** Runs the program until it waits or ends; what it draws goes to its own screen. */
    function resume(event: Event): Event {
        const before = term.redirect(target);
        gate.lastMoment = os.epoch("utc") + LONGEST_WITHOUT_WAIT;
        const results = table.pack(...coroutine.resume(thread, ...table.unpack(event, 1, event.n)));
        target = term.current();
        term.redirect(before);
        return results;
    }

    let deadline = os.epoch("utc") + options.seconds * 1000;
    let timer = os.startTimer(options.seconds);
    /** Waits for the next event that the program may see; nothing once its time is up. */
    function nextEvent(filter: unknown): Event | undefined {
        while (true) {
            const event = pullEvent(events);
            if (event[1] === "terminate") error("Terminated", 0);
            if (event[1] === "timer" && event[2] === timer) {
                const left = (deadline - os.epoch("utc")) / 1000;
                if (left > 0) timer = os.startTimer(left);
            } else {
                const seen = deliver(events, event);
                if (seen && (filter === undefined || filter === seen[1])) return seen;
            }
            if (os.epoch("utc") >= deadline) return undefined;
        }
    }
    /** Asks whether what the program wants may be opened. */
    function isOpened(): boolean {
        const wanted = gate.wanted!;
        const ask = options.ask;
        if (ask === undefined) return false;
        const start = os.epoch("utc");
        const agreed = keepEvents(events, () => ask(wanted.group, wanted.what));
        deadline += os.epoch("utc") - start;
        if (agreed !== true) return false;
        // It may have ended while somebody was asked, who has dropped its event then.
        os.cancelTimer(timer);
        timer = os.startTimer(Math.max(deadline - os.epoch("utc"), 0) / 1000);
        gate.allowed[wanted.group] = true;
        gate.wanted = undefined;
        table.insert(opened, wanted.group);
        return true;
    }

    function play(): Outcome {
        let event: Event = table.pack();
        while (true) {
            const results = resume(event);
            const yielded = results[2];
            if (results[1] !== true || gate.problem !== undefined) pause(events);
            if (gate.problem !== undefined) return outcome("failed", { problem: gate.problem });
            if (gate.wanted !== undefined) {
                // Where the program could not wait for an answer its call has failed already.
                if (!isSignal(yielded) || !isOpened()) return outcome("not allowed", { closed: gate.wanted });
                event = table.pack();
            } else if (results[1] !== true) {
                return outcome("failed", { problem: errorText(yielded) });
            } else if (coroutine.status(thread) === "dead") {
                for (const at of $range(2, Math.min(results.n, MOST_VALUES + 1))) {
                    table.insert(values, literal(results[at], LONGEST_VALUE));
                }
                return outcome("returned", {});
            } else {
                const next = nextEvent(yielded);
                if (next === undefined) return outcome("timed out", {});
                event = next;
            }
        }
    }

    const [ok, result] = pcall(play);
    gate.isOver = true;
    os.cancelTimer(timer);
    cancelTimers(events);
    closeFiles(files);
    restore(screen, look);
    if (!ok) error(result, 0);
    return result;
}
