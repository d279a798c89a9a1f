/** Rows of the screen, as pieces of text that look different. */

/** A piece of a row. */
export interface Piece {
    /** In CC's font, without line breaks. */
    readonly text: string;
    /** Its colour, where there are any; that of other texts where nothing is said. */
    readonly colour?: number;
    /** The colour behind it, where there are any. */
    readonly ground?: number;
    /** Whether it stands out, on every screen. */
    readonly isMarked?: boolean;
}

/** A row, from its left end on. */
export type Row = readonly Piece[];

/** A row's text. */
export function textOf(row: Row): string {
    let text = "";
    for (const piece of row) text += piece.text;
    return text;
}

/** How many characters of a row are no blanks. */
export function lettersOf(row: Row): number {
    return string.gsub(textOf(row), " ", "")[0].length;
}

/**
 * A row in which some of its text stands out.
 * @param from the first column of it, counted from 1
 * @param to the last one
 */
export function marked(row: Row, from: number, to: number): Row {
    const pieces: Piece[] = [];
    let before = 0;
    for (const { text, colour, ground } of row) {
        const start = Math.max(from - before, 1);
        const end = Math.max(to - before, 0);
        const parts: [text: string, isMarked: boolean][] = [
            [string.sub(text, 1, start - 1), false],
            [string.sub(text, start, end), true],
            [string.sub(text, Math.max(end + 1, start)), false],
        ];
        for (const [part, isMarked] of parts) {
            if (part !== "") table.insert(pieces, { text: part, colour, ground, isMarked });
        }
        before += text.length;
    }
    return pieces;
}

/** Draws a row from the cursor on, without a line break. */
export function drawRow(row: Row): void {
    const textColour = term.getTextColour();
    const background = term.getBackgroundColour();
    const hasColours = term.isColour();
    for (const piece of row) {
        if (piece.isMarked) {
            // Black and white are on every screen.
            term.setTextColour(colours.black);
            term.setBackgroundColour(hasColours ? colours.yellow : colours.white);
        } else if (hasColours) {
            term.setTextColour(piece.colour ?? textColour);
            term.setBackgroundColour(piece.ground ?? background);
        }
        term.write(piece.text);
        term.setTextColour(textColour);
        term.setBackgroundColour(background);
    }
}
