/** The small parts of the link: the same cases on the sources in Node and on the compiled Lua. */
import { describe, expect, test } from "vitest";
import { nextPause } from "../../src/apis/ai/link/pause.ts";
import { mayPoll, whyClosed, whyFailed } from "../../src/apis/ai/link/problems.ts";
import { LARGEST_FRAME } from "../../src/apis/ai/link/frames.ts";
import { bytes, runInLua, runLua, toLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

const source = await importSource<{
    pieces(message: string): { text: string; isWhole: boolean; hasMore: boolean }[];
}>("src/apis/ai/link/pieces.ts");

describe("the pause before the next try", () => {
    test.each([
        [0, 0, 1],
        [0, 7, 1.7],
        [1.7, 7, 2.7],
        [2.7, 7, 4.7],
        [16, 123, 30.3],
        [30.3, 123, 30.3],
    ])("after %d s, on computer %d", (last, computer, expected) => {
        expect(nextPause(last, computer)).toBeCloseTo(expected);
        expect(runInLua("/apis/ai/link/pause", "nextPause", [last, computer])).toBeCloseTo(expected);
    });
});

describe("why there is no connection", () => {
    test.each([
        ["unknown_token", "link_unknown", true],
        ["revoked", "link_revoked", true],
        ["token_used_twice", "link_used_twice", true],
        ["computer_too_old", "link_computer_old", true],
        ["bridge_too_old", "link_bridge_old", false],
        ["protocol", "link_protocol", false],
        ["stopping", "link_down", false],
        ["what a newer bridge says", "link_down", false],
    ])("by the bridge's word %s", (reason, code, isFinal) => {
        expect(whyClosed(reason)).toEqual({ code, isFinal });
        expect(runInLua("/apis/ai/link/problems", "whyClosed", [reason])).toEqual({ code, isFinal });
    });

    test.each([
        ["Domain not permitted", "address_denied", false],
        ["Websocket connections are disabled", "link_disabled", true],
        ["http.lua:174: Websocket connections are disabled", "link_disabled", true],
        ["Invalid handshake response getStatus: 404 Not Found", "link_down", true],
        ["http is disabled", "http_disabled", false],
        ["Could not connect", "link_down", false],
        ["Timed out", "link_down", false],
    ])("by CC's word %s", (reason, code, isPolled) => {
        expect([whyFailed(reason), mayPoll(reason)]).toEqual([code, isPolled]);
        const [inLua] = runLua(`
            local problems = require("/apis/ai/link/problems")
            return { problems.whyFailed(${toLua(reason)}), problems.mayPoll(${toLua(reason)}) }`);
        expect(inLua).toEqual([code, isPolled]);
    });
});

/** Messages as a computer writes them, in JSON. */
const messages: [what: string, text: string][] = [
    ["a short one", "hello"],
    ["one of a single frame", "x".repeat(16_000)],
    ["one of two", "x".repeat(16_500)],
    ["a large one", "It was the best of times. ".repeat(10_000)],
    ["one of quotation marks, which JSON doubles", '"'.repeat(40_000)],
    ["one of characters of two bytes", "ü".repeat(40_000)],
    ["one of characters of four bytes, at an odd place", `x${"😀".repeat(20_000)}`],
    ["one of line ends", "\n".repeat(40_000)],
];

describe("a message in pieces", () => {
    test.each(messages)("%s is cut between characters, and no frame is too large", (_, text) => {
        const message = bytes(JSON.stringify({ type: "prompt", text }));
        const cut = source.pieces(message);
        expect(runInLua("/apis/ai/link/pieces", "pieces", [message])).toEqual(cut);
        expect(cut.map((piece) => piece.text).join("")).toBe(message);
        expect(cut.map(({ hasMore }) => hasMore)).toEqual(cut.map((__, place) => place < cut.length - 1));
        expect(cut.every(({ isWhole }) => isWhole === (cut.length === 1))).toBe(true);
        for (const piece of cut) {
            const given = Buffer.from(piece.text, "latin1").toString("utf8");
            // Half a character would be another one.
            expect(bytes(given)).toBe(piece.text);
            const frame = piece.isWhole
                ? `{"sequence":1,"message":${given}}`
                : JSON.stringify({ sequence: 1000, piece: given, more: piece.hasMore });
            expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(LARGEST_FRAME);
        }
    });
});
