/** The one line that moves while something is under way. */
import * as strings from "cc.strings";
import { clearRow, inColour, startRow } from "./screen";
import { cut } from "./text";

/** Seconds between two pictures of the sign that turns. */
const TURN = 0.2;

/** Columns that what is being done needs, to be worth showing. */
const LEAST_ROOM = 6;

/**
 * Shows how far something is: the left part of the row is lit. All of the row at once: it would flicker if it were
 * cleared before.
 * @param doing in CC's font
 * @param share from 0 to 1
 */
export function showShare(doing: string, share: number): void {
    const [width] = term.getSize();
    const lit = Math.floor(width * Math.min(share, 1));
    startRow();
    term.blit(
        strings.ensure_width(doing, width),
        string.rep("0", width),
        string.rep("7", lit) + string.rep("f", width - lit),
    );
}

/** The moving line as it was drawn last; nothing where none moves. */
let shown: string | undefined;

/** Draws the moving line on the row that the cursor is on, which is clear where none moves: what is above it has grown. */
export function drawAgain(): void {
    if (shown === undefined) {
        clearRow();
        return;
    }
    const [width] = term.getSize();
    startRow();
    inColour(colours.lightGrey, term.write, strings.ensure_width(shown, width));
}

/** Shows the sign that turns, the seconds and what is being done, as far as a row of the screen has room. */
function showTurn(turns: number, seconds: number, doing: string): void {
    const [width] = term.getSize();
    const at = (turns % 4) + 1;
    const start = `${string.sub("|/-\\", at, at)} ${seconds} s`;
    const hasRoom = start.length + LEAST_ROOM < width;
    shown = hasRoom ? cut(`${start} ${doing}`, width) : start;
    drawAgain();
}

/** Turns the sign for ever. */
function turn(start: number, doing: (this: void) => string | undefined): void {
    let turns = 0;
    while (true) {
        const timer = os.startTimer(TURN);
        let event: string;
        let id: unknown;
        do {
            [event, id] = os.pullEventRaw();
        } while (!(event === "timer" && id === timer));
        const said = doing();
        if (said !== undefined) showTurn(turns, Math.floor((os.epoch("utc") - start) / 1000), said);
        turns += 1;
    }
}

/**
 * Runs something with a moving line below: a sign that turns, the seconds and what is being done. The line is gone when
 * it ends, however it ends. Ctrl+T reaches only what runs.
 * @param act what to run
 * @param doing says what is being done, in CC's font; nothing where the line is to rest, as something else is shown
 */
export function during(act: (this: void) => void, doing: (this: void) => string | undefined): void {
    const start = os.epoch("utc");
    const [ok, problem] = pcall(() => parallel.waitForAny(act, () => turn(start, doing)));
    shown = undefined;
    clearRow();
    if (!ok) error(problem, 0);
}
