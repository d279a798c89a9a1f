/** Where a secret can be found that is to be in the settings alone. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** The files below a folder that hold a text, by their paths from there. */
export function filesWith(folder: string, text: string): string[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((path) => statSync(join(folder, path)).isFile())
        .filter((path) => readFileSync(join(folder, path), "latin1").includes(text));
}

/** The command lines of processes of this machine that hold a text. */
export function processesWith(text: string): string[] {
    const all = execFileSync("ps", ["-A", "-o", "args"], { encoding: "utf8", maxBuffer: 1e8 });
    return all.split("\n").filter((line) => line.includes(text));
}
