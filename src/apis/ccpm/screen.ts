/** What `ccpm` shows: rows page by page, failures in red, questions, and one line that moves. */
import type { Progress, Result } from "./types";

interface Line {
    readonly text: string;
    readonly colour?: number;
    readonly detail?: string;
}

/** What has been said and not been printed yet. */
let pending: Line[] = [];

/**
 * Says a line, which is printed with the next that must be seen.
 * @param text what a row has no room for goes on in an indented one
 * @param colour where there are any
 * @param detail stands in a second column; below the text where the screen is too narrow
 */
export function add(text: string, colour?: number, detail?: string): void {
    pending.push({ text, colour, detail });
}

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

/** Breaks lines at spaces into rows that fit a width, in the colours of their lines. */
function layOut(lines: readonly Line[], width: number): Line[] {
    const rows: Line[] = [];
    let column = 0;
    for (const line of lines) {
        const detail = line.detail;
        const end = line.text.length + 1;
        if (detail !== undefined && end + detail.length <= width) column = Math.max(column, end);
    }
    for (const line of lines) {
        const colour = line.colour;
        const detail = line.detail;
        const indent = string.match(line.text, "^ *")[0]!;
        const put = (whole: string, first: string, others: string): void => {
            let lead = first;
            let rest = whole;
            do {
                const room = Math.max(width - lead.length, 1);
                let row = string.sub(rest, 1, room);
                if (rest.length > room) row = string.match(string.sub(rest, 1, room + 1), "^(.*) ")[0] ?? row;
                rows.push({ text: lead + row, colour });
                rest = string.match(rest, "^ *(.*)", row.length + 1)[0]!;
                lead = others;
            } while (rest !== "");
        };
        let both = line.text;
        if (detail !== undefined) both = string.format(`%-${column}s`, `${both} `) + detail;
        // Rather out of line than on two rows.
        if (detail !== undefined && both.length > width) both = `${line.text} ${detail}`;
        const isApart = detail !== undefined && both.length > width;
        const deeper = `${indent}  `;
        put(string.sub(isApart ? line.text : both, indent.length + 1), indent, indent === "" ? deeper : indent);
        if (isApart) put(detail, deeper, deeper);
    }
    return rows;
}

/**
 * Prints what has been said. Waits at the end of each page, for a computer's screen does not scroll back; not so in
 * harness mode, where nobody would press the key.
 */
export function flush(): void {
    const [width, height] = term.getSize();
    const rows = layOut(pending, width);
    pending = [];
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
        paint(row.colour, () => print(row.text));
        shown += 1;
        // A program that prints for 7 s without a pause is stopped.
        if (shown % 500 === 0) sleep(0);
    }
}

/** Prints one line at once, in a colour where there are any. */
export function say(text: string, colour?: number): void {
    add(text, colour);
    flush();
}

/** Prints at once what went wrong and what to do next. */
export function fail(failure: { readonly message: string; readonly hint: string }): void {
    add(failure.message, colours.red);
    say(failure.hint, colours.red);
}

/**
 * Asks until y, n or Enter is pressed.
 * @param question without a question mark's "[Y/n]"
 * @param usual what Enter means
 */
export function ask(question: string, usual: boolean): boolean {
    flush();
    write(`${question} ${usual ? "[Y/n]" : "[y/N]"} `);
    let key: string;
    do {
        key = readKey();
    } while (key !== "y" && key !== "n" && key !== "");
    const agreed = key === "" ? usual : key === "y";
    print(agreed ? "yes" : "no");
    return agreed;
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

/**
 * Makes a call that may show progress. The moving line is gone when it ends, however it ends.
 * @returns what the call returns
 */
export function during<T>(call: () => Result<T>): Result<T> {
    flush();
    const [ok, first, second] = pcall(call);
    clearRow();
    if (!ok) {
        if ((first as unknown) === "Terminated") say("Nothing has changed. The same command goes on.");
        error(first, 0);
    }
    return $multi(first, second) as unknown as Result<T>;
}
