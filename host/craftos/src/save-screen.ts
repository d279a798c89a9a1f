import { writeFile } from "node:fs/promises";
import type { Computer } from "./index.ts";

/**
 * Writes the screen as UTF-8 text: one line a row, without the blanks at its end.
 * @param file path on the host; what is there is replaced
 * @throws Error from Node when the file cannot be written
 */
export async function saveText(computer: Pick<Computer, "screen">, file: string): Promise<void> {
    const rows = computer.screen().map((row) => `${row.trimEnd()}\n`);
    await writeFile(file, rows.join(""));
}

/**
 * Writes the screen as a PNG in the computer's colours: 6 x 9 pixels a character, enlarged.
 * @param file path on the host; what is there is replaced
 * @param options.scale how many pixels wide and high a pixel of the computer is: a whole number, 2 unless given
 * @throws Error for a scale below 1, or from Node when the file cannot be written
 */
export async function savePng(
    computer: Pick<Computer, "picture">,
    file: string,
    options: { scale?: number } = {},
): Promise<void> {
    const { scale = 2 } = options;
    if (!Number.isInteger(scale) || scale < 1)
        throw new Error(`scale must be a whole number from 1 on, but is ${scale}`);
    // Loaded here so that a computer whose screen nobody saves does not wait for it.
    const { drawPng } = await import("./screen-image.ts");
    await writeFile(file, drawPng(computer.picture(), scale));
}
