import type { Picture } from "./machine/terminal.ts";

/** Red, green and blue, each a whole number 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** The colours that a screen shows for the places 0 to 15: greys of the same mean on a basic computer. */
export function shownColours({ palette, colour }: Pick<Picture, "palette" | "colour">): readonly Colour[] {
    const byte = (part: number): number => Math.round(Math.min(1, Math.max(0, part)) * 255);
    return palette.map(([red, green, blue]): Colour => {
        if (colour) return [byte(red), byte(green), byte(blue)];
        const grey = byte((red + green + blue) / 3);
        return [grey, grey, grey];
    });
}
