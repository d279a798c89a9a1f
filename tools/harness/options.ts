import { InvalidArgumentError, Option } from "commander";

/** Reads `--timeout`. */
export function seconds(text: string): number {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 86_400) {
        throw new InvalidArgumentError("Give seconds: a number above 0, at most 86400.");
    }
    return value;
}

function size(text: string): { width: number; height: number } {
    const [width = 0, height = 0] = text.split("x").map(Number);
    if (!/^\d{1,3}x\d{1,3}$/.test(text) || width < 1 || height < 1) {
        throw new InvalidArgumentError("Give columns x rows, such as 51x19 or 26x20.");
    }
    return { width, height };
}

/** `--size`, that of a computer in the game by default. */
export const sizeOption = new Option("--size <columns x rows>", "the size of its screen")
    .argParser(size)
    .default({ width: 51, height: 19 }, "51x19");

/** Reads `--model`. A model's own name may hold slashes. */
export function model(text: string): { provider: string; model: string } {
    const found = /^([^/\s]+)\/(\S+)$/.exec(text);
    if (!found) throw new InvalidArgumentError("Give provider/model, such as anthropic/claude-sonnet-4-5.");
    return { provider: found[1] ?? "", model: found[2] ?? "" };
}

/** Reads an option that may be given several times. */
export function several(text: string, before: string[]): string[] {
    return [...before, text];
}

/** Reads `--server`. */
export function serverUrl(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
        throw new InvalidArgumentError("Give a URL, such as http://127.0.0.1:4096.");
    }
    return url;
}

/** Ends the process when nobody reads its output any more (`npm start | head`), in place of a stack trace. */
export function endQuietlyWithoutReader(): void {
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "EPIPE") throw error;
        process.exit(0);
    });
}
