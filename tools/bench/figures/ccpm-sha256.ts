import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runSnippet } from "../../harness/run-snippet.ts";
import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { median } from "../statistics.ts";

const lua = join(import.meta.dirname, "../lua");

/** What lua/sha256.lua writes down of an implementation. */
interface Measured {
    /** A sample each. */
    readonly milliseconds: readonly number[];
    readonly sum: string;
}

/** The content that lua/sha256.lua hashes. */
const content = Buffer.from(Array.from({ length: 60_000 }, (_, index) => ((index + 1) * 7919) % 256));
const expected = createHash("sha256").update(content).digest("hex");

/** The naive one takes seconds, and is measured only where it is wanted. */
interface Both {
    readonly ours: Measured;
    readonly naive?: Measured;
}

const [name, naiveName] = ["ccpm-sha256", "ccpm-sha256-naive"];

async function measureBoth(bench: Bench): Promise<Both> {
    bench.say("SHA-256 of 60 kB ...");
    const disk = await bench.newFolder();
    await mkdir(join(disk, "bench"));
    if (bench.wanted.includes(naiveName)) {
        await copyFile(join(lua, "naive-sha256.lua"), join(disk, "bench/naive-sha256.lua"));
    }
    const { end, output } = await runSnippet({
        disk,
        snippet: await readFile(join(lua, "sha256.lua"), "utf8"),
        packages: ["trapos", "ccpm"],
        timeoutSeconds: 120,
        signal: bench.signal,
    });
    if (end.how !== "shutdown" || end.status !== 0) {
        throw new Error(`sha256.lua failed. Its screen:\n${output}`);
    }
    const both = JSON.parse(await readFile(join(disk, "bench/result.json"), "utf8")) as Both;
    for (const [whose, { sum }] of Object.entries(both) as [string, Measured][]) {
        if (sum !== expected) throw new Error(`The ${whose} SHA-256 is wrong: ${sum}`);
    }
    return both;
}

let measured: Promise<Both> | undefined;
const both = (bench: Bench) => (measured ??= measureBoth(bench));

/** What a computer takes to check 60 kB, about what all of trapos-ai has. */
export const sha256Figures: readonly Figure[] = [
    {
        name,
        unit: "ms",
        bar: 300,
        measure: async (bench) => median((await both(bench)).ours.milliseconds),
    },
    {
        name: naiveName,
        unit: "ms",
        beside: name,
        measure: async (bench) => median((await both(bench)).naive?.milliseconds ?? []),
    },
];
