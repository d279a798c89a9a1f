import { spawnSync } from "node:child_process";
import type { EventEmitter } from "node:events";
import { StringDecoder } from "node:string_decoder";
import type { ReadStream, WriteStream } from "node:tty";
import type { Computer, Exit } from "../index.ts";
import { unicodeToFont } from "../machine/font.ts";
import { type ColourDepth, type Frame, frameOf, redraw, viewOf } from "./drawing.ts";
import { type Input, pastedText, readInput } from "./input.ts";
import { mouseEvent, type Pressed } from "./mouse.ts";

/** What the person at the terminal is told below the screen. */
const LEAVE = "Ctrl+C leaves";

/** The alternate screen, a cursor like CC's, and reports of pastes; see xterm's control sequences. */
const ENTER_SCREEN = "\u001b[?1049h\u001b[4 q\u001b[?2004h";
const MOUSE_ON = "\u001b[?1002h\u001b[?1006h";
const RESTORE = "\u001b[?1006l\u001b[?1002l\u001b[?2004l\u001b[0m\u001b[0 q\u001b[?25h\u001b[?1049l";

/** After so many milliseconds the beginning of a sequence without its end was the Escape key. */
const ESCAPE_MILLISECONDS = 50;

/** The screen is drawn at most so often. */
const FRAME_MILLISECONDS = 15;

export interface LiveOptions {
    readonly input: ReadStream;
    readonly output: WriteStream;
    /** Text of the status line, beside how to leave; asked for whenever the screen is drawn. */
    readonly status: () => string;
    /** Whether the computer's screen takes the size of the terminal. */
    readonly fit: boolean;
    /** Leaves, as Ctrl+C does. */
    readonly signal: AbortSignal;
}

/** The size of a computer's screen that fills a terminal but for the status line. */
export function fittingSize({ columns, rows }: WriteStream): { width: number; height: number } {
    return { width: Math.max(1, columns), height: Math.max(1, rows - 1) };
}

/** A computer that is being shown, and how far that has come. */
interface Show {
    readonly computer: Computer;
    readonly options: LiveOptions;
    readonly hasMouse: boolean;
    /** Ends the show: with how the computer ended, or undefined when the person has left. */
    readonly finish: (exit: Exit | undefined) => void;
    readonly fail: (error: unknown) => void;
    /** What the terminal shows; undefined where that is not known. */
    frame: Frame | undefined;
    drawTimer: NodeJS.Timeout | undefined;
    /** Makes characters of bytes, which may come with the halves of one apart. */
    readonly decoder: StringDecoder;
    /** What has come from the terminal and needs more to be understood. */
    unread: string;
    escapeTimer: NodeJS.Timeout | undefined;
    /** Resolves when the computer has seen all that was done so far: one thing after the other. */
    acted: Promise<void>;
    pressed: Pressed | undefined;
    isRestored: boolean;
}

/**
 * Shows a computer in a terminal and hands it what is typed there, until the computer ends or the person leaves. The
 * terminal is afterwards as it was before, also when the process ends by an error meanwhile.
 * @returns how the computer ended; undefined when the person left, and the computer still runs
 */
export async function showLive(computer: Computer, options: LiveOptions): Promise<Exit | undefined> {
    const { promise, resolve, reject } = promiseOf<Exit | undefined>();
    const show: Show = {
        computer,
        options,
        hasMouse: computer.picture().colour,
        finish: resolve,
        fail: reject,
        frame: undefined,
        drawTimer: undefined,
        decoder: new StringDecoder("utf8"),
        unread: "",
        escapeTimer: undefined,
        acted: Promise.resolve(),
        pressed: undefined,
        isRestored: false,
    };
    const stopListening = listen(show);
    try {
        takeTerminal(show);
        draw(show);
        if (options.signal.aborted) leave(show);
        return await promise;
    } finally {
        stopListening();
        clearTimeout(show.drawTimer);
        clearTimeout(show.escapeTimer);
        options.input.pause();
        restoreTerminal(show);
    }
}

/** A promise, and what settles it. */
function promiseOf<T>() {
    let resolve!: (value: T) => void;
    let reject!: (error: unknown) => void;
    const promise = new Promise<T>((done, failed) => {
        resolve = done;
        reject = failed;
    });
    return { promise, resolve, reject };
}

/**
 * Has all that happens do its part.
 * @returns what ends that
 */
function listen(show: Show): () => void {
    const { input, output, signal } = show.options;
    const left = (): void => leave(show);
    const restored = (): void => restoreTerminal(show);
    const listeners: [EventEmitter, name: string, (bytes: Buffer) => void][] = [
        [input, "data", (bytes) => read(show, bytes)],
        [input, "end", left],
        [output, "resize", () => resize(show)],
        [output, "drain", () => drawSoon(show)],
        [process, "exit", restored],
        [process, "uncaughtExceptionMonitor", restored],
    ];
    for (const [emitter, name, listener] of listeners) emitter.on(name, listener);
    // The terminal may be gone, as when its window is closed, also afterwards: there is nobody left to tell.
    for (const stream of [input, output]) stream.on("error", left);
    signal.addEventListener("abort", left);
    const stopWatching = show.computer.onChange(() => drawSoon(show));
    void show.computer.exit.then(show.finish);
    return () => {
        for (const [emitter, name, listener] of listeners) emitter.off(name, listener);
        signal.removeEventListener("abort", left);
        stopWatching();
    };
}

/** The person goes, or is gone; the computer runs on. */
function leave(show: Show): void {
    show.finish(undefined);
}

function takeTerminal({ options: { input, output }, hasMouse }: Show): void {
    input.setRawMode(true);
    keepInterrupt(input);
    input.resume();
    output.write(ENTER_SCREEN + (hasMouse ? MOUSE_ON : ""));
}

function restoreTerminal(show: Show): void {
    if (show.isRestored) return;
    show.isRestored = true;
    show.options.output.write(RESTORE);
    show.options.input.setRawMode(false);
}

/** Writes what has changed since the last time, unless the terminal has not taken that yet. */
function draw(show: Show): void {
    const { output, status } = show.options;
    show.drawTimer = undefined;
    if (output.writableNeedDrain) return;
    const picture = show.computer.picture();
    const { width, height } = viewOf(picture, output);
    const isCut = width < picture.width || height < picture.height;
    const hint = isCut ? ` | needs ${picture.width}x${picture.height + 1} to show all` : "";
    const depth = output.getColorDepth() as ColourDepth;
    const frame = frameOf(picture, output, depth, `${LEAVE}${hint} | ${status()}`);
    const text = redraw(show.frame, frame);
    show.frame = frame;
    if (text !== "") output.write(text);
}

function drawSoon(show: Show): void {
    show.drawTimer ??= setTimeout(draw, FRAME_MILLISECONDS, show);
}

/** The terminal has another size: what it shows is not known any more. */
function resize(show: Show): void {
    const { output, fit } = show.options;
    show.frame = undefined;
    if (fit) {
        const { width, height } = fittingSize(output);
        show.computer.resize(width, height);
    }
    drawSoon(show);
}

/** Takes what the terminal has sent. */
function read(show: Show, bytes: Buffer): void {
    clearTimeout(show.escapeTimer);
    const { inputs, rest } = readInput(show.unread + show.decoder.write(bytes));
    show.unread = rest;
    for (const one of inputs) {
        // Leaving must not wait for a program that handles no events.
        if (one.kind === "leave") leave(show);
        show.acted = show.acted.then(() => act(show, one));
    }
    show.acted.catch(show.fail);
    if (rest !== "" && !rest.includes("~")) show.escapeTimer = setTimeout(forget, ESCAPE_MILLISECONDS, show);
}

/** What was to be the beginning of a sequence was the Escape key, which a computer has no use for. */
function forget(show: Show): void {
    show.unread = "";
}

/** Does on the computer what the person did. */
async function act(show: Show, one: Input): Promise<void> {
    const { computer } = show;
    switch (one.kind) {
        case "press":
            return computer.press(one.keys);
        case "type":
            // As in the game, what CC's font does not have cannot be typed.
            return unicodeToFont(one.text) === undefined ? undefined : computer.type(one.text);
        case "paste": {
            const text = pastedText(one.text);
            if (text !== "") computer.queue("paste", text);
            return;
        }
        case "mouse":
        case "scroll": {
            if (!show.hasMouse) return;
            const view = viewOf(computer.picture(), show.options.output);
            const { event, pressed } = mouseEvent(one, view, show.pressed);
            show.pressed = pressed;
            if (event !== undefined) computer.queue(...event);
            return;
        }
        case "leave":
            return;
    }
}

/**
 * Has the terminal turn Ctrl+C into a signal again, which raw mode ends: who has started this process, such as npm, learns of
 * it, too. What else would be a signal is a key.
 */
function keepInterrupt(input: ReadStream): void {
    if (!input.isTTY) return;
    spawnSync("stty", ["isig", "quit", "undef", "susp", "undef"], { stdio: [input, "ignore", "ignore"] });
}
