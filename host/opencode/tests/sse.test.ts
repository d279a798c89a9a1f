import { describe, expect, test } from "vitest";
import { eventReader } from "../src/sse.ts";

/** What is read of a text that comes in pieces of some length, in bytes. */
function readIn(text: string, length: number): string[] {
    const reader = eventReader();
    const bytes = Buffer.from(text);
    const read: string[] = [];
    for (let at = 0; at < bytes.length; at += length)
        read.push(...reader.read(bytes.subarray(at, at + length)));
    return read;
}

describe("events", () => {
    test.each<[given: string, data: string[]]>([
        ['data: {"a":1}\n\ndata: {"b":2}\n\n', ['{"a":1}', '{"b":2}']],
        ["data: Größe 日本 😀\n\n", ["Größe 日本 😀"]],
        ["data: one\r\n\r\ndata: two\r\n\r\n", ["one", "two"]],
        ["data:close\n\ndata:  wide\n\n", ["close", " wide"]],
        ["data: first\ndata: second\n\n", ["first\nsecond"]],
        [": a comment\nevent: x\nid: 1\nretry: 5\ndata: y\n\n", ["y"]],
        ["event: x\n\n\n\n: nothing\n\n", []],
        ["data: never ended\n", []],
        ["data: cut of", []],
        ["data\n\ndata:\n\n", [""]],
    ])("of %j", (given, data) => {
        for (let length = 1; length <= 12; length += 1)
            expect(readIn(given, length), String(length)).toEqual(data);
        expect(readIn(given, 1000)).toEqual(data);
    });

    test("a long line costs what it is long", () => {
        const text = "x".repeat(4_000_000);
        expect(readIn(`data: ${text}\n\n`, 1000)).toEqual([text]);
    });

    test("what never ends is too long at some time", () => {
        const reader = eventReader();
        const megabyte = Buffer.alloc(1024 * 1024, "x");
        const fill = () => {
            for (let round = 0; round < 70; round += 1) reader.read(megabyte);
        };
        expect(fill).toThrow("an event of more than");
    });
});
