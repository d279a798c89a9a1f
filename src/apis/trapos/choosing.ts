/** A caret on one of many rows, some of which are in sight. */
import { scrolled, scrolledTo, type Move, type Scroll } from "./scroll";

/** What is chosen from. Places are counted from 1. */
export interface Choosing {
    /** All rows, in CC's font. */
    readonly texts: readonly string[];
    /** Only rows with this in them are shown; all where it is empty. */
    readonly word: string;
    /** The places in `texts` of the rows that are shown. */
    readonly shown: readonly number[];
    /** Which of `shown` the caret is on; 0 where there is none. */
    readonly caret: number;
    /** The first of `shown` that is in sight. */
    readonly top: number;
    /** Rows of the screen for them. */
    readonly height: number;
    /** Which of `shown` was clicked at last, if nothing else was done since. */
    readonly clicked?: number;
}

function scrollOf(choosing: Choosing): Scroll {
    return { rows: choosing.shown.length, height: choosing.height, top: choosing.top };
}

/** The same rows, with others in sight. */
function from(choosing: Choosing, top: number, caret: number, clickedPlace?: number): Choosing {
    return {
        texts: choosing.texts,
        word: choosing.word,
        shown: choosing.shown,
        caret,
        top,
        height: choosing.height,
        clicked: clickedPlace,
    };
}

/** With the caret on a row, or on the one that is nearest, and that row in sight. */
function withCaret(choosing: Choosing, caret: number): Choosing {
    const place = Math.min(Math.max(caret, 1), choosing.shown.length);
    const top = Math.max(Math.min(choosing.top, place), place - choosing.height + 1);
    return from(choosing, scrolledTo(scrollOf(choosing), top).top, place);
}

/** The place in `texts` of the row with the caret; nothing where there is none. */
export function chosen(choosing: Choosing): number | undefined {
    return choosing.shown[choosing.caret - 1];
}

/**
 * The rows with a word in them, in letters of either case. The caret stays on its row, or goes to the next one that is
 * shown.
 * @param word in CC's font; all rows are shown where it is empty
 * @param index the place in `texts` of the caret's row
 */
function select(choosing: Choosing, word: string, index: number): Choosing {
    const wanted = string.lower(word);
    const shown: number[] = [];
    let caret: number | undefined;
    for (const [place, text] of ipairs(choosing.texts)) {
        if (string.find(string.lower(text), wanted, 1, true)[0] !== undefined) {
            table.insert(shown, place);
            if (place >= index && caret === undefined) caret = shown.length;
        }
    }
    const selected: Choosing = {
        texts: choosing.texts,
        word,
        shown,
        caret: 0,
        top: choosing.top,
        height: choosing.height,
    };
    return withCaret(selected, caret ?? shown.length);
}

/**
 * Begins to choose, or goes on with other rows.
 * @param texts in CC's font
 * @param index the place of the caret's row
 * @param height rows of the screen for them
 * @param word what the rows are narrowed by
 */
export function choosingFrom(
    texts: readonly string[],
    index: number,
    height: number,
    word: string,
): Choosing {
    return select({ texts, word, shown: [], caret: 0, top: 1, height: Math.max(height, 1) }, word, index);
}

/** Shows the rows with a word in them alone. */
export function narrowed(choosing: Choosing, word: string): Choosing {
    return select(choosing, word, chosen(choosing) ?? 1);
}

/** After a key or a turn of the wheel. The wheel moves what is in sight, and takes the caret along where it must. */
export function moved(choosing: Choosing, move: Move): Choosing {
    const caret = choosing.caret;
    const page = Math.max(choosing.height - 1, 1);
    if (move === "wheelUp" || move === "wheelDown") {
        const top = scrolled(scrollOf(choosing), move).top;
        const inSight = Math.max(Math.min(caret, top + choosing.height - 1), top);
        return withCaret(from(choosing, top, caret), inSight);
    }
    const carets: { readonly [M in Move]?: number } = {
        up: caret - 1,
        down: caret + 1,
        pageUp: caret - page,
        pageDown: caret + page,
        home: 1,
        end: choosing.shown.length,
    };
    return withCaret(choosing, carets[move]!);
}

/**
 * After a click on a row of the screen.
 * @param y counted from 1, the first of the rows that are in sight
 * @returns the new state, and whether that was the second click on it, which chooses it
 */
export function clicked(choosing: Choosing, y: number): LuaMultiReturn<[Choosing, boolean]> {
    const place = choosing.top + y - 1;
    if (y < 1 || y > choosing.height || place > choosing.shown.length) return $multi(choosing, false);
    const isSecond = choosing.clicked === place;
    return $multi(from(choosing, choosing.top, place, place), isSecond);
}

/** A letter that does something, and what: "r", "rename". */
export interface Action {
    readonly letter: string;
    readonly purpose: string;
}

/** A letter and its purpose, as short as can be told: "Rename", "x:delete". */
function legendOf(action: Action): string {
    const first = string.sub(action.purpose, 1, 1);
    if (first !== action.letter) return `${action.letter}:${action.purpose}`;
    return string.upper(first) + string.sub(action.purpose, 2);
}

/**
 * What the keys do, in the most words that there is room for.
 * @param enter what Enter does: "use"
 */
export function legend(choosing: Choosing, enter: string, actions: readonly Action[], width: number): string {
    const words: string[] = [];
    const letters: string[] = [];
    for (const action of actions) {
        table.insert(words, `${legendOf(action)} `);
        table.insert(letters, `${action.letter} `);
    }
    const said = table.concat(words);
    const word = choosing.word === "" ? "" : ` /${choosing.word}`;
    const place = `${choosing.caret}/${choosing.shown.length}${word}  `;
    const whole = `Enter:${enter} ${said}/:find Quit`;
    const short = `Enter:${enter} ${said}/ Quit`;
    for (const line of [
        place + whole,
        whole,
        short,
        `${place}${said}/ Quit`,
        `${said}/ Quit`,
        `${said}Quit`,
    ]) {
        if (line.length <= width) return line;
    }
    return string.sub(`${table.concat(letters)}/ q`, 1, width);
}
