/** What `ai` shows: answers page by page, failures in red, and one line that moves while something is under way. */
import type { Failure } from "./failure";
import * as text from "./text";
import type { Progress } from "./types";

const COLOURS: Record<string, number | undefined> = {
    heading: colours.yellow,
    bold: colours.yellow,
    code: colours.lightBlue,
    quote: colours.lightGrey,
    link: colours.cyan,
};

/** Shows a line in a colour; returns what `show` does. */
function withColour<T>(colour: number, show: (this: void, line: string) => T, line: string): T {
    const before = term.getTextColour();
    if (term.isColour()) term.setTextColour(colour);
    const shown = show(line);
    term.setTextColour(before);
    return shown;
}

function clearRow(): void {
    const [, row] = term.getCursorPos();
    term.setCursorPos(1, row);
    term.clearLine();
}

/** Rows of remarks that stand above the next answer. */
let above = 0;

/** Prints a remark that is not part of an answer. */
export function remark(line: string): void {
    above = above + withColour(colours.lightGrey, print, text.fold(line));
}

/** Waits at the end of a page, on its free last row. True to go on, false when the reader has seen enough. */
function turnPage(width: number): boolean {
    term.write(text.cut("-- any key, q to quit --", width));
    const [, key] = os.pullEvent("key");
    // The key's character would be typed at the shell's prompt.
    sleep(0.05);
    clearRow();
    return key !== keys.q;
}

/**
 * Prints an answer, its Markdown as colours; waits at the end of each page, for a computer's screen does not scroll
 * back. Remarks above it are part of the first page. Not so in harness mode, where nobody would press the key.
 * @param markdown the answer, UTF-8
 */
export function showAnswer(markdown: string): void {
    const [width, height] = term.getSize();
    const paged = settings.get("trapos.harness_mode") !== true;
    let rows = above < height - 1 ? above : 0;
    let reading = true;
    text.markdown(markdown, width, (row) => {
        if (reading && paged && rows > 0 && rows % (height - 1) === 0) reading = turnPage(width);
        if (!reading) return;
        for (const span of row) withColour(COLOURS[span.style] ?? colours.white, write, span.text);
        print();
        rows += 1;
        // A program that prints for 7 s without a pause is stopped.
        if (rows % 500 === 0) sleep(0);
    });
    above = 0;
}

/** Prints what went wrong and what to do next, and what there was of an answer until then. */
export function showFailure(failure: Failure): void {
    if (failure.text !== undefined && failure.text !== "") showAnswer(failure.text);
    printError(text.fold(failure.message));
    printError(text.fold(failure.hint));
}

/** What is said of each phase, before the tool's title or the message. */
const PHASES: Record<string, string | undefined> = {
    sent: "asked",
    starting: "the server has not started it yet",
    retry: "the model fails, trying again: ",
    reconnecting: "the server is out of reach, trying again",
    failing: "trying again, the server fails at ",
    "waiting for permission": "needs permission: ",
    "waiting for an answer": "asks: ",
    stopping: "stopping the turn",
};

function describe(progress: Progress): string {
    const tool = progress.tool;
    if (tool !== undefined) return `${tool} ${progress.title ?? ""}`;
    return (PHASES[progress.phase] ?? progress.phase) + (progress.message ?? "");
}

/** What a running call may tell the screen. */
export interface Reporter {
    /** Shows how far it is, in the moving line. */
    readonly onProgress: (this: void, progress: Progress) => void;
    /** Prints a line that stays. */
    readonly log: (this: void, line: string) => void;
}

/**
 * Runs something with a moving line below: a spinner, the seconds and what is being done. The line is gone when it
 * ends, however it ends. Ctrl+T reaches only what runs.
 * @param act what to run
 */
export function withSpinner(act: (reporter: Reporter) => void): void {
    const start = os.epoch("utc");
    const [width] = term.getSize();
    let doing = "";
    const log = (line: string) => {
        clearRow();
        remark(line);
    };
    const onProgress = (progress: Progress) => {
        const phase = progress.phase;
        const problem = progress.message;
        if (phase === "new session") log("The session is gone from the server; this is a new one.");
        else if (phase === "not recorded") log("The disk is full: this turn is not written down.");
        else if (phase === "ended") log("It had ended already. Show the answer: ai resume");
        else if (phase !== "stopped") doing = describe(progress);
        else if (problem === undefined) log("The turn was stopped on the server.");
        else log(`The turn may go on, stop it with: ai abort (${problem})`);
    };
    const spin = () => {
        let turns = 0;
        while (true) {
            const timer = os.startTimer(0.2);
            let event: string;
            let id: unknown;
            do {
                [event, id] = os.pullEventRaw();
            } while (!(event === "timer" && id === timer));
            const at = (turns % 4) + 1;
            const sign = string.sub("|/-\\", at, at);
            const seconds = Math.floor((os.epoch("utc") - start) / 1000);
            turns += 1;
            clearRow();
            withColour(
                colours.lightGrey,
                term.write,
                text.cut(`${sign} ${seconds} s ${text.fold(doing)}`, width),
            );
        }
    };
    const [ok, problem] = pcall(() => parallel.waitForAny(() => act({ onProgress, log }), spin));
    clearRow();
    if (!ok) error(problem, 0);
}
