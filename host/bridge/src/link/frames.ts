/** Frames as the bridge writes and reads them; what they are stands in src/apis/ai/link/frames.ts. */
import { reader } from "trapos-opencode";
import {
    frame,
    type Frame,
    fromComputer,
    LARGEST_FRAME,
    LARGEST_MESSAGE,
    type BridgeMessage,
    type ComputerMessage,
} from "../../../../src/apis/ai/link/frames.ts";
import { type Channel, put } from "../../../../src/apis/ai/link/channel.ts";

/** A piece is a text in JSON: a quotation mark takes two bytes, and any other character no more than in the message. */
const LARGEST_PIECE = LARGEST_FRAME / 2 - 200;

/** The most pieces of a message: few of those that are cut here, and many that are as small as can be. */
const MOST_PIECES = 1024;

const readAnyFrame = reader(frame);
const readers = new Map(Object.entries(fromComputer).map(([type, shape]) => [type, reader(shape)] as const));

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

/** Reads a frame; nothing for what is none. */
export function readFrame(text: string): Frame | undefined {
    return text.length > 4 * LARGEST_FRAME ? undefined : readAnyFrame(parse(text));
}

/** Reads a message; nothing for what is none of the protocol. */
export function readMessage(given: unknown): ComputerMessage | undefined {
    const type = typeof given === "object" && given !== null && "type" in given ? given.type : undefined;
    return typeof type === "string" ? (readers.get(type)?.(given) as ComputerMessage | undefined) : undefined;
}

/** Cuts a text into pieces of at most so many bytes of UTF-8, between characters. */
function piecesOf(text: string, most: number): string[] {
    const bytes = Buffer.from(text);
    const pieces: string[] = [];
    for (let start = 0; start < bytes.length;) {
        let end = Math.min(start + most, bytes.length);
        // A byte that goes on with a character is 10xxxxxx.
        while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end -= 1;
        pieces.push(bytes.toString("utf8", start, end));
        start = end;
    }
    return pieces;
}

/**
 * Puts a message on its way.
 * @returns false where the channel takes no more
 */
export function putMessage(channel: Channel, message: BridgeMessage): boolean {
    const text = JSON.stringify(message);
    if (Buffer.byteLength(text) <= LARGEST_PIECE)
        return put(channel, (sequence) => `{"sequence":${sequence},"message":${text}}`);
    const pieces = piecesOf(text, LARGEST_PIECE);
    return pieces.every((piece, place) =>
        put(channel, (sequence) => JSON.stringify({ sequence, piece, more: place < pieces.length - 1 })),
    );
}

/** Puts pieces together to a message. */
export interface Assembly {
    pieces: string[];
    size: number;
}

/**
 * Adds a frame that carries a message or a piece of one.
 * @returns the message, "more" where pieces are missing, or nothing where it is none
 */
export function assemble(
    assembly: Assembly,
    { message, piece, more }: Frame,
): ComputerMessage | "more" | undefined {
    if (piece === undefined) return readMessage(message);
    assembly.size += Buffer.byteLength(piece);
    assembly.pieces.push(piece);
    const isTooLarge = assembly.size > LARGEST_MESSAGE || assembly.pieces.length > MOST_PIECES;
    if (more === true && !isTooLarge) return "more";
    const whole = assembly.pieces.join("");
    assembly.pieces = [];
    assembly.size = 0;
    return isTooLarge ? undefined : readMessage(parse(whole));
}
