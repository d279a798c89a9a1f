/** What a terminal sends, as the keys, pastes and clicks that it means. */
import { describe, expect, it } from "vitest";
import { type Input, pastedText, readInput } from "../src/cli/input.ts";
import { pressKeys } from "../src/machine/keyboard.ts";

const press = (keys: string): Input => ({ kind: "press", keys });
const type = (text: string): Input => ({ kind: "type", text });

const cases: [what: string, sent: string, inputs: Input[]][] = [
    ["characters", "aß☺ ", [type("a"), type("ß"), type("☺"), type(" ")]],
    ["Enter", "\r", [press("enter")]],
    ["Tab", "\t", [press("tab")]],
    ["Backspace", "\u007f\b", [press("backspace"), press("backspace")]],
    ["Ctrl and a letter", "\u0014\u0001", [press("ctrl+t"), press("ctrl+a")]],
    ["Ctrl+C", "a\u0003", [type("a"), { kind: "leave" }]],
    [
        "arrows",
        "\u001b[A\u001b[B\u001bOC\u001bOD",
        [press("up"), press("down"), press("right"), press("left")],
    ],
    ["Home and End", "\u001b[H\u001b[4~\u001bOF\u001b[1~", ["home", "end", "end", "home"].map(press)],
    ["Delete and the pages", "\u001b[3~\u001b[5~\u001b[6~", ["delete", "pageup", "pagedown"].map(press)],
    ["function keys", "\u001bOP\u001b[15~\u001b[24~\u001b[[B", ["f1", "f5", "f12", "f2"].map(press)],
    [
        "keys with Ctrl and Shift",
        "\u001b[1;5C\u001b[3;2~\u001b[Z",
        ["ctrl+right", "shift+delete", "shift+tab"].map(press),
    ],
    ["keys with Alt", "\u001bx\u001b\r\u001b[1;3A", ["alt+x", "alt+enter", "alt+up"].map(press)],
    ["Escape before a sequence", "\u001b\u001b[A", [press("up")]],
    ["unknown sequences, left out", "\u001b[?1;2c\u001b[Ia\u001b[99~", [type("a")]],
    [
        "a paste",
        "a\u001b[200~two\r\u0003lines\u001b[201~b",
        [type("a"), { kind: "paste", text: "two\r\u0003lines" }, type("b")],
    ],
    ["a click", "\u001b[<0;5;3M", [{ kind: "mouse", action: "click", button: 1, x: 5, y: 3 }]],
    ["the right button", "\u001b[<2;5;3M", [{ kind: "mouse", action: "click", button: 2, x: 5, y: 3 }]],
    ["the middle button", "\u001b[<1;5;3m", [{ kind: "mouse", action: "up", button: 3, x: 5, y: 3 }]],
    ["a drag with Ctrl held", "\u001b[<48;6;3M", [{ kind: "mouse", action: "drag", button: 1, x: 6, y: 3 }]],
    ["the wheel, up", "\u001b[<64;1;2M", [{ kind: "scroll", direction: -1, x: 1, y: 2 }]],
    ["the wheel, down", "\u001b[<65;1;2M", [{ kind: "scroll", direction: 1, x: 1, y: 2 }]],
    ["a move without a button, left out", "\u001b[<35;1;2M", []],
];

describe("what a terminal sends", () => {
    it.each(cases)("%s", (_, sent, inputs) => {
        expect(readInput(sent)).toEqual({ inputs, rest: "" });
    });

    it.each(cases)("%s, in pieces", (_, sent, inputs) => {
        const characters = [...sent];
        const read: Input[] = [];
        let rest = "";
        for (const character of characters) {
            const result = readInput(rest + character);
            read.push(...result.inputs);
            rest = result.rest;
        }
        expect(read).toEqual(inputs);
        expect(rest).toBe("");
    });

    it("names only keys that a computer has", () => {
        const keys = cases.flatMap(([, , inputs]) =>
            inputs.flatMap((one) => (one.kind === "press" ? [one.keys] : [])),
        );
        for (let code = 0; code < 128; code++) {
            for (const sent of [String.fromCharCode(code), `\u001b${String.fromCharCode(code)}`]) {
                keys.push(
                    ...readInput(sent).inputs.flatMap((one) => (one.kind === "press" ? [one.keys] : [])),
                );
            }
        }
        for (const key of keys) expect(() => pressKeys(key)).not.toThrow();
    });
});

describe("a paste", () => {
    it.each([
        ["one line", "ls /rom", "ls /rom"],
        ["the first of several lines", "first\nsecond", "first"],
        ["the first of Windows' lines", "first\r\nsecond", "first"],
        ["nothing where it begins with an end of line", "\nsecond", ""],
        ["Latin-1 as its bytes", "é÷ÿ", "\u00e9\u00f7\u00ff"],
        ["a question mark for the rest", "a\tb☺😀\u00a0", "a?b???"],
        ["512 characters at most", "x".repeat(600), "x".repeat(512)],
    ])("is %s", (_, text, bytes) => {
        expect(pastedText(text)).toBe(bytes);
    });
});
