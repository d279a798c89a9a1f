/** SHA-256 of the compiled Lua gives what Node's does, for each length around the borders of its blocks. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";

/** Texts of all bytes, the same in each run. */
function bytesOf(length: number): string {
    let state = length + 1;
    return Array.from({ length }, () => {
        state = (state * 1103515245 + 12345) % 2 ** 31;
        return String.fromCharCode((state >> 16) & 255);
    }).join("");
}

/** Hashes in one Lua state, with a stand-in for CC's events that counts them. */
function inLua(texts: readonly string[]): { hashes: string[]; queued: string[]; pulled: string[] } {
    const setup = `
        queued, pulled = {}, {}
        os.queueEvent = function(name) queued[#queued + 1] = name end
        os.pullEvent = function(name) pulled[#pulled + 1] = name return name end`;
    const source = `
        local sha256 = require("/apis/ccpm/sha256").sha256
        local hashes = {}
        for index, text in ipairs(${toLua(texts)}) do hashes[index] = sha256(text) end
        return { hashes = hashes, queued = queued, pulled = pulled }`;
    return runLua(source, { setup })[0] as ReturnType<typeof inLua>;
}

function inNode(text: string): string {
    return createHash("sha256").update(text, "latin1").digest("hex");
}

test("known digests", () => {
    expect(inLua(["", "abc", "a".repeat(1000)]).hashes).toEqual([
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3",
    ]);
});

test("every length from 0 to 200", () => {
    const texts = Array.from({ length: 201 }, (_, length) => bytesOf(length));
    expect(inLua(texts).hashes).toEqual(texts.map(inNode));
});

test("all bits set, none set, and long contents", () => {
    const texts = ["\xff".repeat(300), "\0".repeat(300), ...[4095, 4096, 4097, 60000].map(bytesOf)];
    expect(inLua(texts).hashes).toEqual(texts.map(inNode));
});

test("yields once in 64 KiB with an event of its own, over several contents", () => {
    const long = bytesOf(200_000);
    const { hashes, queued, pulled } = inLua([long]);
    expect(hashes).toEqual([inNode(long)]);
    expect(queued).toEqual(["ccpm_sha256", "ccpm_sha256", "ccpm_sha256"]);
    expect(pulled).toEqual(queued);
    expect(inLua(Array.from({ length: 9 }, () => bytesOf(10_000))).pulled).toEqual(["ccpm_sha256"]);
    expect(inLua([bytesOf(60_000)]).pulled).toEqual([]);
});
