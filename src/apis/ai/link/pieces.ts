/** A message's JSON, cut where it is too large for a frame. */
import { LARGEST_FRAME } from "./frames";

/** A piece is a text in JSON, which takes two bytes for a quotation mark: half of a frame, and room for what is around it. */
const LARGEST_PIECE = LARGEST_FRAME / 2 - 200;

/** A byte that goes on with a character of UTF-8. */
const TAIL = `[${string.char(0x80)}-${string.char(0xbf)}]`;

/** A piece, or all of it. */
export interface Piece {
    readonly text: string;
    /** Whether it is all, and so goes as it is. */
    readonly isWhole: boolean;
    readonly hasMore: boolean;
}

/** Cuts a message between characters. */
export function pieces(message: string): Piece[] {
    if (message.length <= LARGEST_PIECE) return [{ text: message, isWhole: true, hasMore: false }];
    const list: Piece[] = [];
    let start = 1;
    while (start <= message.length) {
        let last = Math.min(start + LARGEST_PIECE - 1, message.length);
        while (last > start && string.find(string.sub(message, last + 1, last + 1), TAIL)[0] !== undefined)
            last -= 1;
        table.insert(list, {
            text: string.sub(message, start, last),
            isWhole: false,
            hasMore: last < message.length,
        });
        start = last + 1;
    }
    return list;
}
