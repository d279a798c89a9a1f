/** The colours of an answer's Markdown. */
import type { Piece } from "../../trapos/row";
import type { Span } from "../markdown/inline";

/** The colours of what is marked in an answer. */
const COLOURS: Record<string, number | undefined> = {
    heading: colours.yellow,
    bold: colours.yellow,
    code: colours.lightBlue,
    quote: colours.lightGrey,
    link: colours.cyan,
    block: colours.white,
    aside: colours.lightGrey,
};

/** The colours behind what has one of its own. */
const GROUNDS: Record<string, number | undefined> = { block: colours.grey, aside: colours.grey };

/**
 * A row of an answer as it is drawn.
 * @param colour that of all of it, where it is not to look like an answer
 */
export function coloured(row: readonly Span[], colour?: number): Piece[] {
    const pieces: Piece[] = [];
    for (const { text, style } of row)
        table.insert(pieces, { text, colour: colour ?? COLOURS[style], ground: GROUNDS[style] });
    return pieces;
}
