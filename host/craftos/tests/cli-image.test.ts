/** Screens saved as text and as images. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { savePng, saveText } from "../src/index.ts";
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphPixel } from "../src/glyphs.ts";
import { Terminal } from "../src/machine/terminal.ts";

function glyph(byte: number): string[] {
    return Array.from({ length: GLYPH_HEIGHT }, (_, y) =>
        Array.from({ length: GLYPH_WIDTH }, (_, x) => (glyphPixel(byte, x, y) ? "#" : ".")).join(""),
    );
}

describe("the font", () => {
    const hollowBox = [
        "#####.",
        "#...#.",
        "#...#.",
        "#...#.",
        "#...#.",
        "#...#.",
        "#####.",
        "......",
        "......",
    ];

    it("has a drawing of each of its 256 characters", () => {
        const bytes = Array.from({ length: 256 }, (_, byte) => byte);
        expect(bytes.filter((byte) => glyph(byte).join() === hollowBox.join())).toEqual([]);
        const blank = bytes.filter((byte) => !glyph(byte).join().includes("#"));
        expect(blank).toEqual([0, 9, 10, 13, 32, 128, 160]);
    });

    it("tells characters apart that CC's font tells apart", () => {
        const drawings = new Map<string, number[]>();
        for (let byte = 0; byte < 256; byte++) {
            const key = glyph(byte).join();
            drawings.set(key, [...(drawings.get(key) ?? []), byte]);
        }
        const shared = [...drawings.values()].filter((bytes) => bytes.length > 1 && !bytes.includes(32));
        const [hyphen, softHyphen] = [45, 173];
        const [section, paragraph] = [0xa7, 0xb6];
        expect(shared).toEqual([
            [20, paragraph],
            [21, section],
            [hyphen, softHyphen],
        ]);
    });

    it.each([
        [
            "a small letter's accent in the two rows over it",
            0xe9,
            "...#.. ..#... .###.. #...#. #####. #..... .####.",
        ],
        ["an i's accent in the place of its dot", 0xed, "...#.. ..#... .##... ..#... ..#... ..#... .###.."],
        ["a capital's accent over a lower letter", 0xc9, "...#.. ..#... #####. #..... ####.. #..... #####."],
        ["blocks of 3 x 3", 128 + 0b010110, "...### ...### ...### ###... ###... ###... ###... ###... ###..."],
    ])("draws %s", (_, byte, rows) => {
        const wanted = rows.split(" ");
        expect(glyph(byte).slice(0, wanted.length)).toEqual(wanted);
    });
});

describe("a saved screen", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "trapos-image-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    /** A computer as far as saving looks at one. */
    function screen(colour: boolean) {
        const terminal = new Terminal(3, 2);
        terminal.blit("L\x97 ", "eb0", "f50");
        terminal.palette.set(15, [0, 0, 1]);
        return { terminal, picture: () => terminal.picture(colour), screen: () => terminal.screen() };
    }

    async function saved(computer: ReturnType<typeof screen>, scale?: number) {
        const file = join(folder, "screen.png");
        await savePng(computer, file, scale === undefined ? {} : { scale });
        const png = PNG.sync.read(readFileSync(file));
        const pixel = (x: number, y: number) => [
            ...png.data.subarray((y * png.width + x) * 4).subarray(0, 4),
        ];
        return { width: png.width, height: png.height, pixel };
    }

    it("is 6 x 9 pixels a character, twice as large unless said", async () => {
        expect(await saved(screen(true))).toMatchObject({ width: 36, height: 36 });
        expect(await saved(screen(true), 1)).toMatchObject({ width: 18, height: 18 });
        await expect(saved(screen(true), 0.5)).rejects.toThrow(
            "scale must be a whole number from 1 on, but is 0.5",
        );
    });

    it("has the colours of the text, of the background and of a changed palette", async () => {
        const { pixel } = await saved(screen(true), 1);
        expect(pixel(0, 0)).toEqual([0xcc, 0x4c, 0x4c, 255]);
        expect(pixel(3, 0)).toEqual([0, 0, 255, 255]);
        expect(pixel(6, 0)).toEqual([0x33, 0x66, 0xcc, 255]);
        expect(pixel(9, 4)).toEqual([0x7f, 0xcc, 0x19, 255]);
        expect(pixel(12, 0)).toEqual([0xf0, 0xf0, 0xf0, 255]);
    });

    it("shows a basic computer's colours as greys", async () => {
        const { pixel } = await saved(screen(false), 1);
        expect(pixel(0, 0)).toEqual([119, 119, 119, 255]);
        expect(pixel(3, 0)).toEqual([85, 85, 85, 255]);
    });

    it("shows a cursor that blinks, and none that does not", async () => {
        const computer = screen(true);
        computer.terminal.cursorX = 3;
        computer.terminal.textColour = 13;
        expect((await saved(computer, 1)).pixel(12, 7)).toEqual([0xf0, 0xf0, 0xf0, 255]);
        computer.terminal.cursorBlink = true;
        expect((await saved(computer, 1)).pixel(12, 7)).toEqual([0x57, 0xa6, 0x4e, 255]);
    });

    it("is UTF-8 without blanks at the ends of rows, as text", async () => {
        const file = join(folder, "screen.txt");
        await saveText(screen(true), file);
        expect(readFileSync(file, "utf8")).toBe("L🬕\n\n");
    });
});
