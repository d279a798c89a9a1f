/** A colour as red, green and blue, each 0 to 1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** CC's 16 colours by place: white is 0, black is 15. Source: CC: Tweaked's documentation of the colors API. */
const defaults = [
    0xf0f0f0, 0xf2b233, 0xe57fd8, 0x99b2f2, 0xdede6c, 0x7fcc19, 0xf2b2cc, 0x4c4c4c, 0x999999, 0x4c99b2,
    0xb266e5, 0x3366cc, 0x7f664c, 0x57a64e, 0xcc4c4c, 0x111111,
];

/** The colour that a place 0-15 has when the computer starts. */
export function nativeColour(place: number): Rgb {
    const rgb = defaults[place] ?? 0;
    return [((rgb >> 16) & 255) / 255, ((rgb >> 8) & 255) / 255, (rgb & 255) / 255];
}

export class Palette {
    private colours = defaults.map((_, place) => nativeColour(place));

    get(place: number): Rgb {
        return this.colours[place] ?? nativeColour(place);
    }

    set(place: number, colour: Rgb): void {
        this.colours[place] = colour;
    }

    reset(): void {
        this.colours = defaults.map((_, place) => nativeColour(place));
    }
}
