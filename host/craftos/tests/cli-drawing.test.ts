/** How a screen is sent to a terminal. */
import { describe, expect, it } from "vitest";
import { type ColourDepth, frameOf, redraw, viewOf } from "../src/cli/drawing.ts";
import { Terminal } from "../src/machine/terminal.ts";

const size = { columns: 20, rows: 5 };

function screen(text = "", textColours = "", backgrounds = ""): Terminal {
    const terminal = new Terminal(10, 3);
    terminal.blit(text, textColours, backgrounds);
    return terminal;
}

const frame = (terminal: Terminal, depth: ColourDepth = 24, status = "status", colour = true) =>
    frameOf(terminal.picture(colour), size, depth, status);

/** What is sent, with "^" for Escape. */
const sent = (...args: Parameters<typeof redraw>): string => redraw(...args).replaceAll("\u001b", "^");

describe("drawing", () => {
    it("wipes what the terminal showed and sends every row and the status", () => {
        const text = sent(undefined, frame(screen("hi", "00", "ff")));
        expect(text).toContain("^[2J^[1;1H^[0;38;2;240;240;240;48;2;17;17;17mhi        ^[2;1H");
        expect(text).toMatch(/\^\[4;1H\^\[0;2mstatus +$/);
    });

    it("sends nothing where nothing has changed", () => {
        expect(sent(frame(screen("hi", "00", "ff")), frame(screen("hi", "00", "ff")))).toBe("");
    });

    it("sends only the cells that have changed", () => {
        const text = sent(
            frame(screen("abcdef", "000000", "ffffff")),
            frame(screen("abXYeZ", "000000", "ffffff")),
        );
        expect(text).toBe("^[?25l^[1;3H^[0;38;2;240;240;240;48;2;17;17;17mXY^[1;6HZ");
    });

    it("sends a cell whose colour alone has changed, and one of a changed palette", () => {
        const before = screen("ab", "00", "ff");
        const after = screen("ab", "0e", "ff");
        expect(sent(frame(before), frame(after))).toBe("^[?25l^[1;2H^[0;38;2;204;76;76;48;2;17;17;17mb");
        after.palette.set(14, [0, 1, 0]);
        expect(sent(frame(before), frame(after))).toContain("38;2;0;255;0;");
    });

    it("finds its place again after a symbol that may be two columns wide", () => {
        expect(sent(frame(screen()), frame(screen("\x03b", "00", "ff")))).toContain("♥^[1;2Hb");
    });

    it("shows the cursor where it blinks, and moves and hides it", () => {
        const terminal = screen();
        const still = frame(terminal);
        terminal.cursorX = 4;
        terminal.cursorY = 2;
        terminal.cursorBlink = true;
        const blinking = frame(terminal);
        expect(sent(still, blinking)).toBe("^[?25l^[2;4H^[?25h");
        expect(sent(blinking, still)).toBe("^[?25l");
        terminal.cursorX = 11;
        expect(frame(terminal).cursor).toBeUndefined();
    });

    it("begins anew where the computer's screen has another size", () => {
        expect(sent(frame(screen()), frame(new Terminal(9, 3)))).toContain("^[2J");
    });

    it.each<[string, ColourDepth, boolean, string]>([
        ["millions of colours", 24, true, "^[0;38;2;204;76;76;48;2;51;102;204m"],
        ["256 colours", 8, true, "^[0;38;5;167;48;5;62m"],
        ["16 colours", 4, true, "^[0;91;104m"],
        ["a basic computer's greys", 24, false, "^[0;38;2;119;119;119;48;2;119;119;119m"],
    ])("has %s", (_, depth, colour, style) => {
        const drawn = frameOf(screen("x", "e", "b").picture(colour), size, depth, "");
        expect(sent(frameOf(screen().picture(colour), size, depth, ""), drawn)).toBe(`^[?25l^[1;1H${style}x`);
    });

    it("keeps each of CC's colours apart from black in 16 colours, but for black", () => {
        for (const place of "0123456789abcde") {
            const text = sent(frame(screen(), 4), frame(screen("x", place, "f"), 4));
            expect(text).toMatch(/\^\[0;(3[1-7]|9[0-7]);40mx$/);
        }
    });

    it("has no colours but turns a bar around that is brighter than its text, where colours are not wanted", () => {
        expect(sent(frame(screen(), 1), frame(screen("x", "e", "f"), 1))).toBe("^[?25l^[1;1H^[0mx");
        expect(sent(frame(screen(), 1), frame(screen("x", "f", "0"), 1))).toBe("^[?25l^[1;1H^[0;7mx");
    });
});

describe("the part that fits", () => {
    const at = (x: number, y: number) => {
        const terminal = new Terminal(51, 19);
        terminal.cursorX = x;
        terminal.cursorY = y;
        return terminal.picture(true);
    };

    it.each([
        ["all of it", at(1, 1), { columns: 80, rows: 24 }, { left: 0, top: 0, width: 51, height: 19 }],
        [
            "all of it, just so",
            at(51, 19),
            { columns: 51, rows: 20 },
            { left: 0, top: 0, width: 51, height: 19 },
        ],
        ["the top", at(3, 4), { columns: 40, rows: 10 }, { left: 0, top: 0, width: 40, height: 9 }],
        ["the cursor's row", at(3, 12), { columns: 40, rows: 10 }, { left: 0, top: 3, width: 40, height: 9 }],
        [
            "the cursor's column",
            at(45, 1),
            { columns: 40, rows: 30 },
            { left: 5, top: 0, width: 40, height: 19 },
        ],
        [
            "no further than the end",
            at(99, 99),
            { columns: 40, rows: 10 },
            { left: 11, top: 10, width: 40, height: 9 },
        ],
        ["the status alone", at(1, 1), { columns: 40, rows: 1 }, { left: 0, top: 1, width: 40, height: 0 }],
    ])("is %s", (_, picture, terminal, view) => {
        expect(viewOf(picture, terminal)).toEqual(view);
    });

    it("is drawn with a status line that is cut to the terminal", () => {
        const { rows } = frameOf(at(1, 1), { columns: 8, rows: 4 }, 1, "Ctrl+C leaves");
        expect(rows.map((row) => row.map(({ glyph }) => glyph).join(""))).toEqual([
            "        ",
            "        ",
            "        ",
            "Ctrl+C l",
        ]);
    });
});
