/** Frames as the bridge writes and reads them: what is large goes in pieces and is whole again, what is none is refused. */
import { describe, expect, test } from "vitest";
import { nextFrames, openChannel } from "../../../src/apis/ai/link/channel.ts";
import { LARGEST_FRAME, LARGEST_MESSAGE } from "../../../src/apis/ai/link/frames.ts";
import { type Assembly, assemble, putMessage, readFrame } from "../src/link/frames.ts";

const texts: [what: string, text: string][] = [
    ["a short one", "hello"],
    ["a large one", "It was the best of times. ".repeat(10_000)],
    ["one of quotation marks, which JSON doubles", '"'.repeat(40_000)],
    ["one of characters of two bytes", "ü".repeat(40_000)],
    ["one of characters of four bytes, at an odd place", `x${"😀".repeat(20_000)}`],
    ["one of line ends", "\n".repeat(40_000)],
];

/** Frames as the bridge writes them, for a message. */
function framesOf(message: Parameters<typeof putMessage>[1]): string[] {
    const channel = openChannel();
    expect(putMessage(channel, message)).toBe(true);
    return nextFrames(channel);
}

describe("a message", () => {
    test.each(texts)("to a computer: %s", (_, text) => {
        const message = { type: "text", nonce: "n", kind: "text", part: "p", at: 0, text } as const;
        const frames = framesOf(message);
        for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(LARGEST_FRAME);
        const read = frames.map((frame) => JSON.parse(frame) as { message?: object; piece?: string });
        const whole = read[0]!.message ?? (JSON.parse(read.map(({ piece }) => piece).join("")) as unknown);
        expect(whole).toEqual(message);
    });

    test.each(texts)("of a computer, in pieces as it cuts them: %s", (_, text) => {
        const message = {
            type: "prompt",
            nonce: "n",
            sessionId: "s",
            text,
            idleTimeout: 300,
            wanted: { text: true },
        };
        const json = JSON.stringify(message);
        const assembly: Assembly = { pieces: [], size: 0 };
        const step = 10_000;
        let last: unknown;
        for (let start = 0, sequence = 1; start < json.length; start += step, sequence++) {
            const more = start + step < json.length;
            const written = JSON.stringify({ sequence, piece: json.slice(start, start + step), more });
            last = assemble(assembly, readFrame(written)!);
            expect(last === "more").toBe(more);
        }
        expect(last).toEqual(message);
        expect(assembly).toEqual({ pieces: [], size: 0 });
    });

    test("larger than any may be is refused before it is whole", () => {
        const assembly: Assembly = { pieces: [], size: 0 };
        const piece = "x".repeat(16_000);
        let size = 0;
        while (assemble(assembly, { sequence: 1, piece, more: true }) === "more") size += piece.length;
        expect(size).toBeLessThanOrEqual(LARGEST_MESSAGE);
        expect(size + piece.length).toBeGreaterThan(LARGEST_MESSAGE);
    });

    test.each([
        ["no object", 7],
        ["without a type", {}],
        ["of a type that there is not", { type: "sudo" }],
        ["of one that every object has", { type: "constructor" }],
        ["without what it needs", { type: "prompt", nonce: "n" }],
        ["with something else in its place", { type: "leave", nonce: { id: 1 } }],
    ])("%s is none", (_, message) => {
        expect(assemble({ pieces: [], size: 0 }, { sequence: 1, message })).toBeUndefined();
    });
});

test.each([
    ["nothing", ""],
    ["a word", "hello"],
    ["a number", "7"],
    ["no value", "null"],
    ["one that is larger than any may be", `{"piece":"${"x".repeat(200_000)}"}`],
])("%s is no frame", (_, text) => {
    expect(readFrame(text)).toBeUndefined();
});
