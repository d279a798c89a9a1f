/** What `ccpm` shows: rows page by page, failures in red, questions, and one line that moves. */
import type { Progress } from "./types";

/** A text and its colour; the rows after its first are indented by two more columns. */
export type Line = readonly [text: string, colour?: number];

function paint(colour: number | undefined, act: () => void): void {
    const before = term.getTextColour();
    if (colour !== undefined && term.isColour()) term.setTextColour(colour);
    act();
    term.setTextColour(before);
}

function clearRow(): void {
    const [, row] = term.getCursorPos();
    term.setCursorPos(1, row);
    term.clearLine();
}

/** Waits for a character or Enter; what Ctrl+T ends begins on a row of its own. */
function readKey(): string {
    while (true) {
        const [event, what] = os.pullEventRaw();
        if (event === "char") return string.lower(what as string);
        if (event === "key" && what === keys.enter) return "";
        if (event === "terminate") {
            print();
            error("Terminated", 0);
        }
    }
}

/**
 * Prints lines, broken at spaces. Waits at the end of each page, for a computer's screen does not scroll back; not so
 * in harness mode, where nobody would press the key.
 * @param lines in order
 */
export function show(lines: readonly Line[]): void {
    const [width, height] = term.getSize();
    const rows: Line[] = [];
    for (const line of lines) {
        const text = line[0];
        const indent = string.match(text, "^ *")[0]!;
        let lead = indent;
        let rest = string.sub(text, lead.length + 1);
        do {
            const room = width - lead.length;
            let row = string.sub(rest, 1, room);
            if (rest.length > room) row = string.match(string.sub(rest, 1, room + 1), "^(.*) ")[0] ?? row;
            rows.push([lead + row, line[1]]);
            rest = string.match(rest, "^ *(.*)", row.length + 1)[0]!;
            lead = `${indent}  `;
        } while (rest !== "");
    }
    // Two rows are left for the command above and the prompt below.
    const paged = rows.length > height - 2 && settings.get("trapos.harness_mode") !== true;
    clearRow();
    let shown = 0;
    for (const row of rows) {
        if (paged && shown > 0 && shown % (height - 1) === 0) {
            term.write("-- Enter: more, q: quit --");
            const key = readKey();
            clearRow();
            if (key === "q") return;
        }
        paint(row[1], () => print(row[0]));
        shown += 1;
        // A program that prints for 7 s without a pause is stopped.
        if (shown % 500 === 0) sleep(0);
    }
}

/** Prints one line, in a colour where there are any. */
export function say(text: string, colour?: number): void {
    show([[text, colour]]);
}

/** Prints what went wrong and what to do next. */
export function fail(failure: { readonly message: string; readonly hint: string }): void {
    show([
        [failure.message, colours.red],
        [failure.hint, colours.red],
    ]);
}

/**
 * Asks until y, n or Enter is pressed.
 * @param question without a question mark's "[Y/n]"
 * @param usual what Enter means
 */
export function ask(question: string, usual: boolean): boolean {
    write(`${question} ${usual ? "[Y/n]" : "[y/N]"} `);
    let key: string;
    do {
        key = readKey();
    } while (key !== "y" && key !== "n" && key !== "");
    const agreed = key === "" ? usual : key === "y";
    print(agreed ? "yes" : "no");
    return agreed;
}

/**
 * Lays two columns out; where a row is too wide for that its second field goes below.
 * @param rows name, what is said of it, and a colour
 * @param lead stands before each name
 */
export function columns(rows: readonly (readonly [string, string, number?])[], lead = ""): Line[] {
    const [width] = term.getSize();
    let first = 0;
    let second = 0;
    for (const row of rows) second = Math.max(second, row[1].length);
    for (const row of rows) {
        if (row[0].length < width - second - lead.length) first = Math.max(first, row[0].length);
    }
    const lines: Line[] = [];
    for (const row of rows) {
        const name = lead + row[0];
        if (name.length + row[1].length < width) {
            lines.push([string.format(`%-${lead.length + first}s `, name) + row[1], row[2]]);
        } else {
            lines.push([name, row[2]]);
            lines.push([`${lead}  ${row[1]}`, row[2]]);
        }
    }
    return lines;
}

/** Bytes as a person reads them: "812 bytes", "45.2 kB". */
export function bytes(count: number): string {
    if (count < 1000) return `${count} bytes`;
    return count < 1e6 ? string.format("%.1f kB", count / 1e3) : string.format("%.1f MB", count / 1e6);
}

const PHASES: Record<Progress["phase"], string> = { index: "Asking ", fetch: "Fetching ", apply: "Writing " };

/** Shows in the moving line how far an application is: its left part is lit. */
export function showProgress(progress: Progress): void {
    const [width] = term.getSize();
    const name = progress.name;
    const [done, all] = [progress.bytes, progress.totalBytes];
    let start = width < 40 ? "" : PHASES[progress.phase];
    start += `${progress.done}/${progress.total} `;
    if (all > 0) start += string.format("%d/%d kB ", Math.ceil(done / 1e3), Math.ceil(all / 1e3));
    const room = width - start.length;
    const shown = name.length > room ? `..${string.sub(name, 2 - room)}` : name;
    const text = string.format(`%-${width}s`, start + shown);
    const lit = Math.floor(width * (all > 0 ? done / all : 0));
    clearRow();
    const before = term.getBackgroundColour();
    term.setBackgroundColour(colours.grey);
    term.write(string.sub(text, 1, lit));
    term.setBackgroundColour(before);
    term.write(string.sub(text, lit + 1));
}

/** Runs what may show progress. The moving line is gone when it ends, however it ends. */
export function during(act: () => void): void {
    const [ok, problem] = pcall(act);
    clearRow();
    if (ok) return;
    if (problem === "Terminated") say("Nothing has changed. The same command goes on.");
    error(problem, 0);
}
