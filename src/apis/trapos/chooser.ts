/** Lets somebody choose one of many rows, on all of the screen. */
import * as strings from "cc.strings";
import {
    chosen,
    choosingFrom,
    clicked,
    legend,
    moved,
    narrowed,
    type Action,
    type Choosing,
} from "./choosing";
import { fold } from "./font";
import { readLine } from "./lineinput";
import { moveOf } from "./movekeys";
import { drawRow } from "./row";
import { inColour } from "./screen";
import { cut } from "./text";

export type { Action };

/** What is chosen from. */
export interface Chooser {
    /** The rows for a width, in CC's font, a text each. Asked anew where the width changes. */
    readonly rows: (this: void, width: number) => readonly string[];
    /** Stands above the rows where it is said, UTF-8: what they are. */
    readonly title?: string;
    /** What Enter and a second click do, in a word: "use". */
    readonly enter: string;
    /** What letters do: small ones, but for `q`, in the order in which they are told. */
    readonly actions?: readonly Action[];
    /** The place of the row that the caret is on at first, counted from 1; the first one where nothing is said. */
    readonly index?: number;
    /** The word that the rows are narrowed by at first. */
    readonly word?: string;
}

/** What somebody chose. */
export interface Choice {
    /** "enter", or the letter of an action. */
    readonly action: string;
    /** The place of the row in all rows, counted from 1. */
    readonly index: number;
    /** The word that the rows are narrowed by, for choosing on. */
    readonly word: string;
}

/** What is being chosen from, on a screen. */
interface Open {
    readonly chooser: Chooser;
    state: Choosing;
}

/** Rows of the screen that the title takes. */
function titleRows(chooser: Chooser): number {
    return chooser.title === undefined ? 0 : 1;
}

/** Asks for the rows, for the screen as it is now. */
function load(open: Open, index: number): void {
    const [width, height] = term.getSize();
    const room = height - titleRows(open.chooser) - 1;
    open.state = choosingFrom(open.chooser.rows(width), index, room, open.state.word);
}

function drawTitle(title: string, width: number): void {
    term.setCursorPos(1, 1);
    inColour(colours.yellow, term.write, strings.ensure_width(cut(fold(title), width), width));
}

function draw(open: Open): void {
    const [width, height] = term.getSize();
    const state = open.state;
    const title = open.chooser.title;
    if (title !== undefined) drawTitle(title, width);
    for (const y of $range(1, state.height)) {
        const place = state.top + y - 1;
        const text = cut(state.texts[(state.shown[place - 1] ?? 0) - 1] ?? "", width);
        term.setCursorPos(1, y + titleRows(open.chooser));
        term.clearLine();
        if (place === state.caret) drawRow([{ text: strings.ensure_width(text, width), isMarked: true }]);
        else drawRow([{ text }]);
    }
    term.setCursorPos(1, height);
    const keys = legend(state, open.chooser.enter, open.chooser.actions ?? [], width);
    inColour(colours.lightGrey, term.write, strings.ensure_width(keys, width));
}

/** Asks for a word on the last row. */
function narrow(open: Open): void {
    const [, height] = term.getSize();
    term.setCursorPos(1, height);
    term.clearLine();
    open.state = narrowed(open.state, readLine({ prompt: "/" }));
}

/** Whether a letter does something. */
function isAction(chooser: Chooser, letter: string): boolean {
    for (const action of chooser.actions ?? []) {
        if (action.letter === letter) return true;
    }
    return false;
}

/** What an event chooses; nothing where it does something else. */
function actionOf(open: Open, event: string, what: unknown, y: unknown): string | undefined {
    const move = moveOf(event, what);
    if (move !== undefined) open.state = moved(open.state, move);
    if (event === "key" && what === keys.enter) return "enter";
    if (event === "mouse_click") {
        const [state, isChosen] = clicked(open.state, (y as number) - titleRows(open.chooser));
        open.state = state;
        return isChosen ? "enter" : undefined;
    }
    if (event !== "char") return undefined;
    const letter = string.lower(what as string);
    if (letter === "/") narrow(open);
    return letter === "q" || isAction(open.chooser, letter) ? letter : undefined;
}

function chooseOn(open: Open): Choice | undefined {
    while (true) {
        draw(open);
        const [event, what, , y] = os.pullEvent();
        if (event === "term_resize") load(open, chosen(open.state) ?? 1);
        const action = actionOf(open, event, what, y);
        if (action === "q") return undefined;
        const index = chosen(open.state);
        if (action !== undefined && index !== undefined) return { action, index, word: open.state.word };
    }
}

/**
 * Lets somebody choose a row: arrows, page keys, Home, End and the wheel move, Enter or a second click choose, letters do
 * what the caller says, `/` narrows the rows by a word, `q` leaves. The screen is clear afterwards. It must not be used
 * where nobody is there, see `isInteractive`. Raises what Ctrl+T does.
 * @returns what was chosen; nothing after `q`
 */
export function choose(chooser: Chooser): Choice | undefined {
    const open: Open = { chooser, state: choosingFrom([], 1, 1, chooser.word ?? "") };
    let choice: Choice | undefined;
    const [ok, problem] = pcall(() => {
        load(open, chooser.index ?? 1);
        choice = chooseOn(open);
    });
    term.clear();
    term.setCursorPos(1, 1);
    if (!ok) error(problem, 0);
    return choice;
}
