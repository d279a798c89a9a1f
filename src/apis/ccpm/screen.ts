/** What `ccpm` shows: rows page by page, failures in red, questions, and one line that moves. */
import * as strings from "cc.strings";
import type { Progress, Result } from "./types";

interface Line {
    readonly text: string;
    readonly colour?: number;
    readonly detail?: string;
}

/** What has been said and not been printed yet. */
let pending: Line[] = [];

/** In harness mode nobody would press a key. */
let isPaged = settings.get("trapos.harness_mode") !== true;

/** From here on nobody is asked to turn a page. */
export function unattended(): void {
    isPaged = false;
}

/**
 * Says a line, which is printed with the next that must be seen.
 * @param text what a row has no room for goes on in an indented one
 * @param colour where there are any
 * @param detail stands in a second column
 */
export function add(text: string, colour?: number, detail?: string): void {
    pending.push({ text, colour, detail });
}

function clearRow(): void {
    const [, row] = term.getCursorPos();
    term.setCursorPos(1, row);
    term.clearLine();
}

/** Waits for one of some characters; "\n" is Enter. What Ctrl+T ends begins on a row of its own. */
function choose(question: string, answers: string): string {
    write(question);
    while (true) {
        const [event, what] = os.pullEventRaw();
        let key: string | undefined;
        if (event === "char") key = string.lower(what as string);
        if (event === "key" && what === keys.enter) key = "\n";
        if (key !== undefined && string.find(answers, key, 1, true)[0] !== undefined) return key;
        if (event === "terminate") {
            print();
            error("Terminated", 0);
        }
    }
}

/** Prints what has been said. Waits at the end of each page, for a computer's screen does not scroll back. */
export function flush(): void {
    const [width, height] = term.getSize();
    const lines = pending;
    pending = [];
    let column = 0;
    for (const line of lines) {
        const end = line.text.length + 1;
        if (line.detail !== undefined && end + line.detail.length <= width) column = Math.max(column, end);
    }
    clearRow();
    let shown = 0;
    for (const line of lines) {
        let text = line.text;
        if (line.detail !== undefined) {
            // Rather out of line than on two rows, and rather there than broken.
            const gap = Math.min(column, width - line.detail.length) - text.length;
            text += (gap > 0 ? string.rep(" ", gap) : "\n") + line.detail;
        }
        const before = term.getTextColour();
        for (const [number, row] of ipairs(strings.wrap(text, text.length > width ? width - 2 : width))) {
            if (isPaged && shown > 0 && shown % (height - 1) === 0) {
                const key = choose("-- Enter: more, q: quit --", "q\n");
                clearRow();
                if (key === "q") return;
            }
            if (line.colour !== undefined && term.isColour()) term.setTextColour(line.colour);
            print(number > 1 ? `  ${row}` : row);
            term.setTextColour(before);
            shown += 1;
        }
    }
}

/** Prints one line at once, in a colour where there are any. */
export function say(text: string, colour?: number): void {
    add(text, colour);
    flush();
}

/** Prints at once what a player must know beside the result. */
export function note(text: string): void {
    say(text, colours.yellow);
}

/** Prints at once what went wrong and what to do next. */
export function fail(failure: { readonly message: string; readonly hint: string }): void {
    add(failure.message, colours.red);
    say(failure.hint, colours.red);
}

/**
 * Asks until y, n or Enter is pressed.
 * @param question without "[Y/n]" behind it
 * @param usual what Enter means
 */
export function ask(question: string, usual: boolean): boolean {
    flush();
    const key = choose(`${question} ${usual ? "[Y/n]" : "[y/N]"} `, "yn\n");
    const agreed = key === "y" || (usual && key === "\n");
    print(agreed ? "yes" : "no");
    return agreed;
}

/** Bytes as a person reads them: "812 bytes", "45.2 kB". */
export function bytes(count: number): string {
    return count < 1000 ? `${count} bytes` : string.format("%.1f kB", count / 1e3);
}

const PHASES: Record<Progress["phase"], string> = { index: "Asking ", fetch: "Fetching ", apply: "Writing " };

/** Shows in the moving line how far an application is: its left part is lit. */
export function showProgress(progress: Progress): void {
    const [width] = term.getSize();
    const all = progress.totalBytes;
    let text = `${width < 40 ? "" : PHASES[progress.phase]}${progress.done}/${progress.total} `;
    if (all > 0) text += string.format("%d/%d kB ", Math.ceil(progress.bytes / 1e3), Math.ceil(all / 1e3));
    // Of a long path the end tells more.
    text = strings.ensure_width(text + string.sub(progress.name, text.length - width), width);
    const lit = Math.floor(width * Math.min(progress.bytes / Math.max(all, 1), 1));
    clearRow();
    term.blit(text, string.rep("0", width), string.rep("7", lit) + string.rep("f", width - lit));
}

/**
 * Makes a call that may show progress. The moving line is gone when it ends, however it ends.
 * @returns the call's value; its failure is raised
 */
export function need<A extends unknown[], T>(call: (this: void, ...given: A) => Result<T>, ...given: A): T {
    flush();
    const [returned, ok, value] = pcall(call, ...given);
    clearRow();
    if (!returned) {
        if ((ok as unknown) === "Terminated") say("Nothing has changed. The same command goes on.");
        error(ok, 0);
    }
    if ((ok as unknown) === false) throw value as unknown;
    return value as T;
}
