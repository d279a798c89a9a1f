import { fontToUnicode } from "./font.ts";
import { Palette, type Rgb } from "./palette.ts";
import type { ShownRow } from "../shown-text.ts";

const SPACE = 32;

/** Scrolled-off rows that are kept, so that a program that prints for ever does not fill the memory. */
const MAXIMUM_HISTORY = 10_000;

export interface Row {
    /** The bytes of the font. */
    readonly text: Uint8Array;
    /** Colours by place, 0 (white) to 15 (black). */
    readonly textColour: Uint8Array;
    readonly backgroundColour: Uint8Array;
}

/** A row of the screen, and what of it is another character than at the last input. */
interface ScreenRow extends Row {
    /** 1 for each cell that has held another character since, also where that is gone again. */
    readonly changed: Uint8Array;
}

/** What a screen looks like at one moment. It does not change afterwards. */
export interface Picture {
    readonly width: number;
    readonly height: number;
    /** False on a basic computer, which shows every colour as a grey. */
    readonly colour: boolean;
    /** One a line, top to bottom. */
    readonly rows: readonly Row[];
    /** The colour of each place 0 to 15. */
    readonly palette: readonly Rgb[];
    /** Counted from 1, and perhaps beyond the screen; `colour` is a place. */
    readonly cursor: {
        readonly x: number;
        readonly y: number;
        readonly blink: boolean;
        readonly colour: number;
    };
}

/** A place 0-15 from a byte of blit's colour strings; `fallback` where it is no hexadecimal digit. */
function blitColour(byte: number, fallback: number): number {
    const place = Number.parseInt(String.fromCharCode(byte), 16);
    return Number.isNaN(place) ? fallback : place;
}

/** The screen of a computer: what term's functions change and people look at. Positions count from 1, as in Lua. */
export class Terminal {
    width: number;
    height: number;
    readonly palette = new Palette();
    cursorX = 1;
    cursorY = 1;
    cursorBlink = false;
    textColour = 0;
    backgroundColour = 15;
    /** Goes up with every change, so that a reader can tell whether to look again. */
    revision = 0;
    private rows: ScreenRow[];
    private readonly history: string[] = [];
    /** What has changed in the last rows of the history: those that scrolled off since the last input. */
    private historyChanged: Uint8Array[] = [];
    private redraw: Redraw | undefined;

    constructor(width: number, height: number) {
        this.width = width;
        this.height = height;
        this.rows = Array.from({ length: height }, () => this.blankRow());
    }

    private blankRow(): ScreenRow {
        return {
            text: new Uint8Array(this.width).fill(SPACE),
            textColour: new Uint8Array(this.width).fill(this.textColour),
            backgroundColour: new Uint8Array(this.width).fill(this.backgroundColour),
            changed: new Uint8Array(this.width),
        };
    }

    /** A blank row in the place of one that is wiped away. */
    private wipedRow({ text, changed }: ScreenRow): ScreenRow {
        const row = this.blankRow();
        for (let x = 0; x < this.width; x++) row.changed[x] = text[x] === SPACE ? (changed[x] ?? 0) : 1;
        return row;
    }

    /** From now on what changes is new: see `shownRows`. */
    noteInput(): void {
        for (const row of this.rows) row.changed.fill(0);
        this.historyChanged = [];
    }

    /** Empties the screen and forgets colours and cursor, as switching on does. What scrolled off stays. */
    reset(): void {
        this.cursorX = 1;
        this.cursorY = 1;
        this.cursorBlink = false;
        this.textColour = 0;
        this.backgroundColour = 15;
        this.palette.reset();
        this.clear();
    }

    /** Changes the size. Rows keep their beginnings; what is new is blank. */
    resize(width: number, height: number): void {
        const before = this.rows;
        this.width = width;
        this.height = height;
        this.revision++;
        this.redraw = undefined;
        this.rows = Array.from({ length: height }, (_, y) => {
            const row = this.blankRow();
            const old = before[y];
            if (old === undefined) return row;
            row.text.set(old.text.subarray(0, width));
            row.textColour.set(old.textColour.subarray(0, width));
            row.backgroundColour.set(old.backgroundColour.subarray(0, width));
            row.changed.set(old.changed.subarray(0, width));
            return row;
        });
    }

    /** Draws over everything why the computer has ended. What was on the screen goes where scrolled-off rows are. */
    drawFailure(title: string, message: string, titleColour: number): void {
        const used = this.rows.findLastIndex((row) => row.text.some((byte) => byte !== SPACE)) + 1;
        this.rows.slice(0, used).forEach((row) => this.remember(row));
        this.reset();
        this.textColour = titleColour;
        this.write(title);
        const bytes = message.slice(0, this.width * this.height).replace(/[^\u0000-\u00ff]/gu, "?");
        for (let start = 0; start < bytes.length; start += this.width) {
            this.cursorX = 1;
            this.cursorY++;
            this.write(bytes.slice(start, start + this.width));
        }
    }

    /**
     * Writes at the cursor, in its colours, and moves it; what does not fit on the row is lost.
     * @param text all of what is written, or a piece of it
     * @param skipped how many characters there are before the piece, and @param length how many in all
     */
    write(text: string, skipped = 0, length = text.length): void {
        this.put(Buffer.from(text, "latin1"), this.textColour, this.backgroundColour, skipped, length);
    }

    /** Writes with a colour for each character, given as hexadecimal digits. The rest is as for `write`. */
    blit(
        text: string,
        textColours: string,
        backgroundColours: string,
        skipped = 0,
        length = text.length,
    ): void {
        this.put(
            Buffer.from(text, "latin1"),
            Buffer.from(textColours, "latin1"),
            Buffer.from(backgroundColours, "latin1"),
            skipped,
            length,
        );
    }

    private put(
        text: Uint8Array,
        textColour: number | Uint8Array,
        backgroundColour: number | Uint8Array,
        skipped: number,
        length: number,
    ): void {
        const column = this.cursorX - 1;
        const start = column + skipped;
        const row = this.rows[this.cursorY - 1];
        this.cursorX += length;
        this.revision++;
        if (row === undefined) return;
        this.noteRedraw(column, length);
        for (let index = Math.max(0, -start); index < text.length && start + index < this.width; index++) {
            const x = start + index;
            const character = text[index] ?? SPACE;
            if (row.text[x] !== character) row.changed[x] = 1;
            row.text[x] = character;
            row.textColour[x] =
                typeof textColour === "number" ? textColour : blitColour(textColour[index] ?? 0, 0);
            row.backgroundColour[x] =
                typeof backgroundColour === "number"
                    ? backgroundColour
                    : blitColour(backgroundColour[index] ?? 0, 15);
        }
        this.endRedraw();
    }

    /** Moves the rows up, or down where `lines` is negative; new rows are blank. */
    scroll(lines: number): void {
        if (lines === 0) return;
        this.revision++;
        this.redraw = undefined;
        const before = this.rows;
        if (lines > 0) before.slice(0, lines).forEach((row) => this.remember(row));
        this.rows = before.map((_, y) => before[y + lines] ?? this.blankRow());
    }

    clear(): void {
        this.revision++;
        this.redraw = undefined;
        this.rows = this.rows.map((row) => this.wipedRow(row));
    }

    clearLine(): void {
        this.revision++;
        const row = this.rows[this.cursorY - 1];
        if (row !== undefined) this.rows[this.cursorY - 1] = this.wipedRow(row);
    }

    private remember({ text, changed }: ScreenRow): void {
        this.history.push(fontToUnicode(text).trimEnd());
        this.historyChanged.push(changed);
        if (this.history.length > MAXIMUM_HISTORY) this.history.shift();
        if (this.historyChanged.length > MAXIMUM_HISTORY) this.historyChanged.shift();
    }

    /**
     * A program in a window (CC's window API, and so all that runs under multishell) never scrolls the terminal: the
     * window writes all its rows anew, from its first to the bottom of the screen. Such a run of whole rows is
     * watched, and when it has brought every row up by some lines those that went over its top have scrolled off.
     */
    private noteRedraw(start: number, length: number): void {
        const y = this.cursorY - 1;
        if (start !== 0 || length !== this.width) {
            this.redraw = undefined;
        } else if (this.redraw?.next === y) {
            this.redraw.next++;
        } else {
            this.redraw = {
                top: y,
                next: y + 1,
                before: this.rows
                    .slice(y)
                    .map((row) => ({ ...row, text: row.text.slice(), changed: row.changed.slice() })),
            };
        }
    }

    private endRedraw(): void {
        if (this.redraw?.next !== this.height) return;
        const { top, before } = this.redraw;
        this.redraw = undefined;
        const lines = scrolledBy(
            before.map((row) => row.text),
            this.rows.slice(top).map((row) => row.text),
        );
        before.slice(0, lines).forEach((row) => this.remember(row));
        // What has only moved up is not new.
        if (lines > 0)
            before.slice(lines).forEach(({ changed }, y) => this.rows[top + y]?.changed.set(changed));
    }

    /** @param colour whether it is an advanced computer's */
    picture(colour: boolean): Picture {
        return {
            width: this.width,
            height: this.height,
            colour,
            rows: this.rows.map((row) => ({
                text: row.text.slice(),
                textColour: row.textColour.slice(),
                backgroundColour: row.backgroundColour.slice(),
            })),
            palette: Array.from({ length: 16 }, (_, place) => this.palette.get(place)),
            cursor: { x: this.cursorX, y: this.cursorY, blink: this.cursorBlink, colour: this.textColour },
        };
    }

    /** The screen as text, one string of `width` characters a row. */
    screen(): string[] {
        return this.rows.map((row) => fontToUnicode(row.text));
    }

    /** Every row that scrolled off the top and those on the screen, up to the last that has text, right-trimmed. */
    transcript(): string {
        const rows = this.screen().map((row) => row.trimEnd());
        while (rows.at(-1) === "") rows.pop();
        return [...this.history, ...rows].join("\n");
    }

    /** The rows of the transcript, and what of them was not there at the last input, or was wiped away and written again. */
    shownRows(): ShownRow[] {
        const old = this.history.length - this.historyChanged.length;
        const rows: ShownRow[] = this.history.map((text, y) => ({
            text,
            isNew: newUnits(text, this.historyChanged[y - old]),
        }));
        for (const { text, changed } of this.rows) {
            const shown = fontToUnicode(text).trimEnd();
            rows.push({ text: shown, isNew: newUnits(shown, changed) });
        }
        while (rows.at(-1)?.text === "") rows.pop();
        return rows;
    }
}

/** For each UTF-16 unit of a row's text, whether its cell has changed. */
function newUnits(text: string, changed: Uint8Array | undefined): boolean[] | undefined {
    if (changed === undefined) return undefined;
    return [...text].flatMap(({ length }, x) => Array.from({ length }, () => changed[x] === 1));
}

interface Redraw {
    /** The first row of the run. */
    top: number;
    /** The row that must come next for the run to go on. */
    next: number;
    /** The rows from `top` on, as they were before the run. */
    before: ScreenRow[];
}

/**
 * By how many lines a block of rows moved up: the least number for which each row that stays has moved by it. 0 when
 * nothing moved or something else was drawn.
 */
function scrolledBy(before: readonly Uint8Array[], after: readonly Uint8Array[]): number {
    const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
        a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
    for (let lines = 0; lines < before.length; lines++) {
        if (after.slice(0, after.length - lines).every((row, y) => same(row, before[y + lines]))) {
            const stays = before.slice(lines).some((row) => row.some((byte) => byte !== SPACE));
            return stays ? lines : 0;
        }
    }
    return 0;
}
