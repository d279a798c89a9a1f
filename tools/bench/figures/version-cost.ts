import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runSnippet } from "../../harness/run-snippet.ts";
import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { withLuaMemory } from "../lua-memory.ts";
import { median } from "../statistics.ts";

const lua = join(import.meta.dirname, "../lua");

/** What lua/version-cost.lua writes down. */
interface Cost {
    /** A sample each. */
    readonly milliseconds: readonly number[];
    readonly bytes: number;
}

async function measureCost(bench: Bench): Promise<Cost> {
    bench.say("ai --version beside an empty program ...");
    const disk = await bench.newFolder();
    await mkdir(join(disk, "bench"));
    await copyFile(join(lua, "empty.lua"), join(disk, "bench/empty.lua"));
    const snippet = await readFile(join(lua, "version-cost.lua"), "utf8");
    const { end, output } = await withLuaMemory(() =>
        runSnippet({ disk, snippet, timeoutSeconds: 120, signal: bench.signal }),
    );
    if (end.how !== "shutdown" || end.status !== 0) {
        throw new Error(`version-cost.lua failed. Its screen:\n${output}`);
    }
    return JSON.parse(await readFile(join(disk, "bench/result.json"), "utf8")) as Cost;
}

let measured: Promise<Cost> | undefined;
const cost = (bench: Bench) => (measured ??= measureCost(bench));

/** What `ai --version`, which loads the commands and the kit but no client, takes over an empty program. */
export const versionCostFigures: readonly Figure[] = [
    {
        name: "version-time",
        unit: "ms",
        bar: 25,
        measure: async (bench) => median((await cost(bench)).milliseconds),
    },
    {
        name: "version-memory",
        unit: "B",
        bar: 250_000,
        measure: async (bench) => (await cost(bench)).bytes,
    },
];
