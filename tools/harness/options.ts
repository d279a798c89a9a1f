import { InvalidArgumentError } from "commander";

/** Reads `--model`. A model's own name may hold slashes. */
export function model(text: string): { provider: string; model: string } {
    const found = /^([^/\s]+)\/(\S+)$/.exec(text);
    if (!found) throw new InvalidArgumentError("Give provider/model, such as anthropic/claude-sonnet-4-5.");
    return { provider: found[1] ?? "", model: found[2] ?? "" };
}

/** Reads `--server`. */
export function serverUrl(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
        throw new InvalidArgumentError("Give a URL, such as http://127.0.0.1:4096.");
    }
    return url;
}
