/** Prints rows page by page, for a computer's screen does not scroll back. */
import { clearRow, takeRowsAbove } from "./screen";
import { cut } from "./text";

/** How many rows are printed without a pause: a program that prints for 7 s without one is stopped. */
const ROWS_WITHOUT_PAUSE = 100;

/** What is being printed. */
export interface Pager {
    /** Rows of this page. */
    shown: number;
    /** Rows in all. */
    printed: number;
    /** False once the reader has seen enough. */
    isReading: boolean;
}

/** Whether anybody is there to turn a page. */
let isAttended = true;

/** From here on nobody is asked to turn a page. */
export function unattended(): void {
    isAttended = false;
}

/** Begins to print rows. What was said above them is part of their first page. */
export function open(): Pager {
    const [, height] = term.getSize();
    const above = takeRowsAbove();
    return { shown: above < height - 1 ? above : 0, printed: 0, isReading: true };
}

/** Waits at the end of a page, on its free last row. True to go on, false when the reader has seen enough. */
function turnPage(): boolean {
    const [width] = term.getSize();
    term.write(cut("-- any key, q to quit --", width));
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
 * Prints a row, after a pause at the end of a page. In harness mode, where nobody would press the key, there is none.
 * @param draw what draws it, without a line break
 * @returns false once the reader has seen enough, and nothing is printed any more
 */
export function printRow(pager: Pager, draw: (this: void) => void): boolean {
    const [, height] = term.getSize();
    const isPaged = isAttended && settings.get("trapos.harness_mode") !== true;
    if (pager.isReading && isPaged && pager.shown >= height - 1) {
        pager.isReading = turnPage();
        pager.shown = 0;
    }
    if (!pager.isReading) return false;
    draw();
    print();
    pager.shown += 1;
    pager.printed += 1;
    if (pager.printed % ROWS_WITHOUT_PAUSE === 0) sleep(0);
    return true;
}
