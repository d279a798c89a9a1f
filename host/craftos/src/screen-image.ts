import { PNG } from "pngjs";
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphPixel } from "./glyphs.ts";
import type { Picture } from "./machine/terminal.ts";
import { shownColours } from "./shown-colours.ts";

const UNDERSCORE = "_".charCodeAt(0);

/**
 * Draws a screen as a PNG. A cursor that blinks is drawn in its visible phase, as an underscore over its character.
 * @param scale how many pixels wide and high a pixel of the computer is
 * @returns the bytes of the file
 */
export function drawPng(picture: Picture, scale: number): Buffer {
    const { width, height, cursor } = picture;
    const png = new PNG({ width: width * GLYPH_WIDTH * scale, height: height * GLYPH_HEIGHT * scale });
    const colours = shownColours(picture);
    const colourAt = (x: number, y: number): number => {
        const [column, line] = [Math.floor(x / GLYPH_WIDTH), Math.floor(y / GLYPH_HEIGHT)];
        const [glyphX, glyphY] = [x % GLYPH_WIDTH, y % GLYPH_HEIGHT];
        const atCursor = cursor.blink && cursor.x === column + 1 && cursor.y === line + 1;
        if (atCursor && glyphPixel(UNDERSCORE, glyphX, glyphY)) return cursor.colour;
        const row = picture.rows[line];
        const place = glyphPixel(row?.text[column] ?? 0, glyphX, glyphY)
            ? row?.textColour[column]
            : row?.backgroundColour[column];
        return place ?? 0;
    };
    for (let y = 0; y < png.height; y++) {
        for (let x = 0; x < png.width; x++) {
            const colour = colours[colourAt(Math.floor(x / scale), Math.floor(y / scale))] ?? [0, 0, 0];
            png.data.set([...colour, 255], (y * png.width + x) * 4);
        }
    }
    return PNG.sync.write(png);
}
