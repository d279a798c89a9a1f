/** Frames that a server sends, and what is left of them where only the first part of a message counts. */
import { describe, expect, test } from "vitest";
import { FirstParts } from "../src/machine/websocket-parts.ts";

const [CONTINUATION, TEXT, BINARY, PING] = [0, 1, 2, 9];

function frame(opcode: number, payload: string, { final = true, compressed = false } = {}): Buffer {
    const bytes = Buffer.from(payload);
    const first = opcode | (final ? 0x80 : 0) | (compressed ? 0x40 : 0);
    if (bytes.length < 126) return Buffer.concat([Buffer.from([first, bytes.length]), bytes]);
    const isShort = bytes.length < 65_536;
    const header = Buffer.alloc(isShort ? 4 : 10);
    header.writeUInt8(first, 0);
    header.writeUInt8(isShort ? 126 : 127, 1);
    if (isShort) header.writeUInt16BE(bytes.length, 2);
    else header.writeBigUInt64BE(BigInt(bytes.length), 2);
    return Buffer.concat([header, bytes]);
}

const more = { final: false };
const medium = "m".repeat(300);
const long = "l".repeat(70_000);

const cases: Record<string, { sent: Buffer[]; left: Buffer[]; texts?: boolean[] }> = {
    "whole messages of each size": {
        sent: [frame(TEXT, ""), frame(TEXT, "a"), frame(BINARY, medium), frame(TEXT, long), frame(PING, "p")],
        left: [frame(TEXT, ""), frame(TEXT, "a"), frame(BINARY, medium), frame(TEXT, long), frame(PING, "p")],
        texts: [false],
    },
    "the parts of a text": {
        sent: [
            frame(TEXT, medium, more),
            frame(CONTINUATION, long, more),
            frame(CONTINUATION, ""),
            frame(TEXT, "b"),
        ],
        left: [frame(BINARY, medium), frame(TEXT, "b")],
        texts: [true],
    },
    "the parts of bytes, with a ping between them": {
        sent: [frame(BINARY, "a", more), frame(PING, "p"), frame(CONTINUATION, medium), frame(BINARY, "b")],
        left: [frame(BINARY, "a"), frame(PING, "p"), frame(BINARY, "b")],
        texts: [false, false],
    },
    "an empty first part": {
        sent: [frame(TEXT, "", more), frame(CONTINUATION, "a")],
        left: [frame(BINARY, "")],
        texts: [true],
    },
    "a compressed message stays in its parts": {
        sent: [
            frame(TEXT, "a", { final: false, compressed: true }),
            frame(CONTINUATION, "b"),
            frame(TEXT, "c", more),
        ],
        left: [
            frame(TEXT, "a", { final: false, compressed: true }),
            frame(CONTINUATION, "b"),
            frame(BINARY, "c"),
        ],
        texts: [true],
    },
    "a part of nothing goes on, for whoever calls that a fault": {
        sent: [frame(CONTINUATION, "a")],
        left: [frame(CONTINUATION, "a")],
    },
    "a later part that is too large goes on as a message that is": {
        sent: [frame(TEXT, "a", more), frame(CONTINUATION, "x".repeat(100_001))],
        left: [frame(BINARY, "a"), frame(BINARY, "x".repeat(100_001))],
        texts: [true],
    },
};

describe.each(Object.entries(cases))("%s", (_, { sent, left, texts = [] }) => {
    const all = Buffer.concat(sent);

    test.each([1, 2, 3, 7, 1000, all.length])("in pieces of %d bytes", (size) => {
        const parts = new FirstParts(100_000);
        const kept: Buffer[] = [];
        for (let at = 0; at < all.length; at += size) kept.push(parts.filter(all.subarray(at, at + size)));
        expect(Buffer.concat(kept).equals(Buffer.concat(left))).toBe(true);
        expect(texts.map(() => parts.isText())).toEqual(texts);
    });
});
