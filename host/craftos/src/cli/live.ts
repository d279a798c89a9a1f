import { spawnSync } from "node:child_process";
import { StringDecoder } from "node:string_decoder";
import type { ReadStream, WriteStream } from "node:tty";
import type { Computer, Exit } from "../index.ts";
import { unicodeToFont } from "../machine/font.ts";
import { type ColourDepth, type Frame, frameOf, redraw, viewOf } from "./drawing.ts";
import { type Input, pastedText, readInput } from "./input.ts";

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

/**
 * Shows a computer in a terminal and hands it what is typed there, until the computer ends or the person leaves. The
 * terminal is afterwards as it was before, also when the process ends by an error meanwhile.
 * @returns how the computer ended; undefined when the person left, and the computer still runs
 */
export async function showLive(computer: Computer, options: LiveOptions): Promise<Exit | undefined> {
    const { input, output, status, fit, signal } = options;
    const hasMouse = computer.picture().colour;
    let finish!: (exit: Exit | undefined) => void;
    let fail!: (error: unknown) => void;
    const finished = new Promise<Exit | undefined>((resolve, reject) => {
        finish = resolve;
        fail = reject;
    });

    let shown: Frame | undefined;
    let drawTimer: NodeJS.Timeout | undefined;
    const draw = (): void => {
        drawTimer = undefined;
        if (output.writableNeedDrain) return;
        const picture = computer.picture();
        const { width, height } = viewOf(picture, output);
        const isCut = width < picture.width || height < picture.height;
        const hint = isCut ? ` | needs ${picture.width}x${picture.height + 1} to show all` : "";
        const depth = output.getColorDepth() as ColourDepth;
        const frame = frameOf(picture, output, depth, `${LEAVE}${hint} | ${status()}`);
        const text = redraw(shown, frame);
        shown = frame;
        if (text !== "") output.write(text);
    };
    const drawSoon = (): void => {
        drawTimer ??= setTimeout(draw, FRAME_MILLISECONDS);
    };
    const onResize = (): void => {
        shown = undefined;
        if (fit) {
            const { width, height } = fittingSize(output);
            computer.resize(width, height);
        }
        drawSoon();
    };

    let pressed: Pressed | undefined;
    const act = async (one: Input): Promise<void> => {
        if (one.kind === "press") return computer.press(one.keys);
        if (one.kind === "type") {
            // As in the game, what CC's font does not have cannot be typed.
            return unicodeToFont(one.text) === undefined ? undefined : computer.type(one.text);
        }
        if (one.kind === "paste") {
            const text = pastedText(one.text);
            if (text !== "") computer.queue("paste", text);
            return;
        }
        if (one.kind === "leave" || !hasMouse) return;
        const view = viewOf(computer.picture(), output);
        const isOnScreen = one.x <= view.width && one.y <= view.height;
        const x = Math.min(one.x, view.width) + view.left;
        const y = Math.min(one.y, view.height) + view.top;
        if (one.kind === "scroll") {
            if (isOnScreen) computer.queue("mouse_scroll", one.direction, x, y);
        } else if (one.action === "click") {
            if (!isOnScreen) return;
            pressed = { button: one.button, x, y };
            computer.queue("mouse_click", one.button, x, y);
        } else if (pressed?.button === one.button) {
            const hasMoved = pressed.x !== x || pressed.y !== y;
            if (one.action === "drag" && hasMoved) computer.queue("mouse_drag", one.button, x, y);
            if (one.action === "up") computer.queue("mouse_up", one.button, x, y);
            pressed = one.action === "up" ? undefined : { button: one.button, x, y };
        }
    };

    const decoder = new StringDecoder("utf8");
    let unread = "";
    let escapeTimer: NodeJS.Timeout | undefined;
    let acted = Promise.resolve();
    const onData = (bytes: Buffer): void => {
        clearTimeout(escapeTimer);
        const { inputs, rest } = readInput(unread + decoder.write(bytes));
        unread = rest;
        for (const one of inputs) {
            // Leaving must not wait for a program that handles no events.
            if (one.kind === "leave") finish(undefined);
            acted = acted.then(() => act(one));
        }
        acted.catch(fail);
        if (rest !== "" && !rest.includes("~")) {
            escapeTimer = setTimeout(() => {
                unread = "";
            }, ESCAPE_MILLISECONDS);
        }
    };
    const leave = (): void => finish(undefined);

    let isRestored = false;
    const restore = (): void => {
        if (isRestored) return;
        isRestored = true;
        output.write(RESTORE);
        input.setRawMode(false);
    };

    const stopListening = computer.onChange(drawSoon);
    void computer.exit.then(finish);
    // The terminal may be gone, as when its window is closed: there is nobody left to tell.
    const ignore = (): void => leave();
    process.once("exit", restore);
    process.once("uncaughtExceptionMonitor", restore);
    signal.addEventListener("abort", leave);
    output.on("resize", onResize).on("drain", drawSoon).on("error", ignore);
    input.on("data", onData).on("end", leave).on("error", ignore);
    try {
        input.setRawMode(true);
        keepInterrupt(input);
        input.resume();
        output.write(ENTER_SCREEN + (hasMouse ? MOUSE_ON : ""));
        draw();
        if (signal.aborted) leave();
        return await finished;
    } finally {
        stopListening();
        clearTimeout(drawTimer);
        clearTimeout(escapeTimer);
        signal.removeEventListener("abort", leave);
        output.off("resize", onResize).off("drain", drawSoon);
        input.off("data", onData).off("end", leave);
        input.pause();
        restore();
        process.off("exit", restore);
        process.off("uncaughtExceptionMonitor", restore);
    }
}

/**
 * Has the terminal turn Ctrl+C into a signal again, which raw mode ends: the signal stops a program that keeps Node from
 * reading keys. Without `stty` such a program keeps Ctrl+C waiting. What else would be a signal is a key.
 */
function keepInterrupt(input: ReadStream): void {
    if (!input.isTTY) return;
    spawnSync("stty", ["isig", "quit", "undef", "susp", "undef"], { stdio: [input, "ignore", "ignore"] });
}

/** A button of the mouse that is down, and the cell of the computer's screen where it was last. */
interface Pressed {
    readonly button: number;
    readonly x: number;
    readonly y: number;
}
