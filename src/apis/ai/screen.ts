/** What `ai` shows: answers page by page, failures in red, and one line that moves while something is under way. */
import * as strings from "cc.strings";
import type { Failure } from "./failure";
import { markdown } from "./markdown";
import * as text from "./text";
import type { Progress } from "./types";

const COLOURS: Record<string, number | undefined> = {
    heading: colours.yellow,
    bold: colours.yellow,
    code: colours.lightBlue,
    quote: colours.lightGrey,
    link: colours.cyan,
};

/** The most rows of a line that is no answer. */
const MOST_ROWS = 3;

/** Columns that what went wrong may take, which is three rows of a computer's screen and six of a pocket computer's. */
const FAILURE_COLUMNS = 150;

/** Shows a line in a colour; returns what `show` does. */
function withColour<T>(colour: number, show: (this: void, line: string) => T, line: string): T {
    const before = term.getTextColour();
    if (term.isColour()) term.setTextColour(colour);
    const shown = show(line);
    term.setTextColour(before);
    return shown;
}

/** Goes to the start of the row, which is the last one where the screen has become lower since. */
function startRow(): void {
    const [, row] = term.getCursorPos();
    const [, height] = term.getSize();
    if (row > height) term.scroll(1);
    term.setCursorPos(1, Math.min(row, height));
}

function clearRow(): void {
    startRow();
    term.clearLine();
}

/** A text, UTF-8, as rows that fit the screen. Where they would be too many its middle is missing. */
function rowsOf(line: string, most: number): string[] {
    const [width] = term.getSize();
    const whole = text.oneLine(line);
    let columns = width * most;
    let rows: string[];
    do {
        rows = strings.wrap(text.shorten(whole, columns), width);
        columns -= 1;
    } while (rows.length > most);
    return rows;
}

/** Prints a line, of a hostile length, too: on three rows at most. */
export function say(line: string): void {
    for (const row of rowsOf(line, MOST_ROWS)) print(row);
}

/** Rows of remarks that stand above the next answer. */
let above = 0;

/** Prints a remark that is not part of an answer, on three rows at most. */
export function remark(line: string): void {
    for (const row of rowsOf(line, MOST_ROWS)) above = above + withColour(colours.lightGrey, print, row);
}

/** Waits at the end of a page, on its free last row. True to go on, false when the reader has seen enough. */
function turnPage(): boolean {
    const [width] = term.getSize();
    term.write(text.cut("-- any key, q to quit --", width));
    let event: string;
    let key: unknown;
    do {
        [event, key] = os.pullEventRaw();
    } while (event !== "key" && event !== "terminate");
    clearRow();
    if (event === "terminate") error("Terminated", 0);
    // The key's character would be typed at the shell's prompt.
    sleep(0.05);
    return key !== keys.q;
}

/**
 * Begins to print rows page by page: waits at the end of each page, for a computer's screen does not scroll back.
 * Remarks above are part of the first page. Not so in harness mode, where nobody would press the key.
 * @returns what prints a row: it is handed what draws it, and returns false once the reader has seen enough
 */
export function pages(): (this: void, draw: (this: void) => void) => boolean {
    const isPaged = settings.get("trapos.harness_mode") !== true;
    const [, first] = term.getSize();
    let shown = above < first - 1 ? above : 0;
    let printed = 0;
    let isReading = true;
    above = 0;
    return (draw) => {
        const [, height] = term.getSize();
        if (isReading && isPaged && shown >= height - 1) {
            isReading = turnPage();
            shown = 0;
        }
        if (!isReading) return false;
        draw();
        print();
        shown += 1;
        printed += 1;
        // A program that prints for 7 s without a pause is stopped.
        if (printed % 100 === 0) sleep(0);
        return true;
    };
}

/**
 * Prints an answer page by page, its Markdown as colours.
 * @param answer Markdown, UTF-8
 */
export function showAnswer(answer: string): void {
    const [width] = term.getSize();
    const printRow = pages();
    markdown(answer, width, (row) =>
        printRow(() => {
            for (const span of row) withColour(COLOURS[span.style] ?? colours.white, write, span.text);
        }),
    );
}

/** Prints what went wrong and what to do next, and what there was of an answer until then. */
export function showFailure(failure: Failure): void {
    if (failure.text !== undefined && failure.text !== "") showAnswer(failure.text);
    const [width] = term.getSize();
    const most = Math.max(MOST_ROWS, Math.ceil(FAILURE_COLUMNS / width));
    for (const row of rowsOf(failure.message, most)) printError(row);
    // A hint may show lines as they are to be written into a file.
    for (const [line] of string.gmatch(failure.hint, "[^\n]+")) {
        for (const row of rowsOf(line!, most)) printError(row);
    }
}

/** What is said of each phase, before the tool's title or the message. */
const PHASES: Record<string, string | undefined> = {
    sent: "asked",
    starting: "not started yet: the server is slow",
    retry: "the model fails, trying again: ",
    reconnecting: "server out of reach, trying again",
    failing: "server fails, trying again: ",
    "waiting for permission": "needs permission: ",
    "waiting for an answer": "asks: ",
    stopping: "stopping the turn",
};

function describe(progress: Progress): string {
    const tool = progress.tool;
    const said = PHASES[progress.phase] ?? progress.phase;
    return text.oneLine(
        tool === undefined ? said + (progress.message ?? "") : `${tool} ${progress.title ?? ""}`,
    );
}

/** The moving line: a sign that turns, the seconds and what is being done, as far as a row of the screen has room. */
function drawLine(turns: number, seconds: number, doing: string): void {
    const [width] = term.getSize();
    const at = (turns % 4) + 1;
    const start = `${string.sub("|/-\\", at, at)} ${seconds} s`;
    const hasRoom = start.length + 6 < width;
    startRow();
    // All of the row at once: it would flicker if it were cleared before.
    withColour(
        colours.lightGrey,
        term.write,
        strings.ensure_width(hasRoom ? text.cut(`${start} ${doing}`, width) : start, width),
    );
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
            drawLine(turns, Math.floor((os.epoch("utc") - start) / 1000), doing);
            turns += 1;
        }
    };
    const [ok, problem] = pcall(() => parallel.waitForAny(() => act({ onProgress, log }), spin));
    clearRow();
    if (!ok) error(problem, 0);
}
