import { InvalidArgumentError, Option } from "commander";

/** Reads `--timeout`. */
export function seconds(text: string): number {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 86_400) {
        throw new InvalidArgumentError("Give seconds: a number above 0, at most 86400.");
    }
    return value;
}

/** A screen's size in characters. */
export interface Size {
    readonly width: number;
    readonly height: number;
}

/** Reads `--size`. */
export function size(text: string): Size {
    const [width = 0, height = 0] = text.split("x").map(Number);
    if (!/^\d{1,3}x\d{1,3}$/.test(text) || width < 1 || height < 1) {
        throw new InvalidArgumentError("Give columns x rows, such as 51x19 or 26x20.");
    }
    return { width, height };
}

/** Reads `--size` where a terminal can give it, too: "fit". */
export function sizeOrFit(text: string): Size | "fit" {
    return text === "fit" ? text : size(text);
}

/** `--size`, that of a computer in the game by default. */
export const sizeOption = new Option("--size <columns x rows>", "the size of its screen")
    .argParser(size)
    .default({ width: 51, height: 19 }, "51x19");

/** `--http-allow` */
export const httpAllowOption = new Option(
    "--http-allow <host[:port]>",
    "a private address that it may reach, or $private for all; can be repeated",
)
    .argParser(several)
    .default([], "none");

/** Reads an option that may be given several times. */
export function several(text: string, before: string[]): string[] {
    return [...before, text];
}
