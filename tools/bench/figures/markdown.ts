import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runSnippet } from "../../harness/run-snippet.ts";
import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { median } from "../statistics.ts";

const lua = join(import.meta.dirname, "../lua");

/** What lua/markdown.lua writes down of a way. */
interface Measured {
    /** A sample each. */
    readonly milliseconds: readonly number[];
    readonly rows: number;
    /** Columns of the longest row. */
    readonly longest: number;
}

/** The naive one is measured only where it is wanted. */
interface Both {
    readonly ours: Measured;
    readonly naive?: Measured;
}

/** A piece of a reply as models write them: prose, lists, a table, code, and what is not ASCII. */
const piece = `## Why the door stays shut

The computer sets **redstone** on its *right* side, but the door listens to the left one – so nothing moves. See
[the documentation](https://tweaked.cc/module/redstone.html) for \`redstone.setOutput\` and “sides”.

1. Break the cable behind the door.
   - [x] Note its colour
   - [ ] Place it again, with \`bundled_cable_mode\` off
2. Run the program:

\`\`\`lua
local side = "left"
while true do
    local event, key = os.pullEvent("key") -- wait for somebody to press a key
    if key == keys.enter then redstone.setOutput(side, not redstone.getOutput(side)) end
end
\`\`\`

| side  | what is there | state |
|-------|:-------------:|------:|
| left  | the door      |    15 |
| right | **a lamp**    |     0 |

> Doors of iron need a signal; those of wood don't.

`;

/** About 20 kB. */
const reply = piece.repeat(Math.round(20_000 / Buffer.byteLength(piece)));

const [name, naiveName] = ["markdown-20kB", "markdown-20kB-naive"];
const [piecesName, naivePiecesName] = ["markdown-pieces-20kB", "markdown-pieces-20kB-naive"];

/** Runs one of lua/ on a computer that has the reply, and reads what it wrote down. */
async function run<T>(bench: Bench, disk: string, script: string): Promise<T> {
    await writeFile(join(disk, "bench/reply.md"), reply);
    const { end, output } = await runSnippet({
        disk,
        // Text that is laid out while it is written comes with the link.
        packages: ["trapos", "trapos-link"],
        snippet: await readFile(join(lua, script), "utf8"),
        timeoutSeconds: 120,
        signal: bench.signal,
    });
    if (end.how !== "shutdown" || end.status !== 0) {
        throw new Error(`${script} failed. Its screen:\n${output}`);
    }
    return JSON.parse(await readFile(join(disk, "bench/result.json"), "utf8")) as T;
}

async function measureBoth(bench: Bench): Promise<Both> {
    bench.say("laying out 20 kB of Markdown ...");
    const disk = await bench.newFolder();
    await mkdir(join(disk, "bench"));
    if (bench.wanted.includes(naiveName)) {
        await copyFile(join(lua, "naive-markdown.lua"), join(disk, "bench/naive-markdown.lua"));
    }
    const both = await run<Both>(bench, disk, "markdown.lua");
    for (const { rows, longest } of Object.values(both) as Measured[]) {
        if (rows < 400 || longest > 51)
            throw new Error(`Not laid out: ${rows} rows of up to ${longest} columns`);
    }
    return both;
}

let measured: Promise<Both> | undefined;
const both = (bench: Bench) => (measured ??= measureBoth(bench));

/** What lua/markdown-pieces.lua writes down. */
interface Pieces {
    /** A sample each. */
    readonly milliseconds: readonly number[];
    readonly rows: number;
    readonly naive?: number;
}

async function measurePieces(bench: Bench): Promise<Pieces> {
    bench.say("laying out 20 kB of Markdown in pieces ...");
    const disk = await bench.newFolder();
    await mkdir(join(disk, "bench"));
    if (bench.wanted.includes(naivePiecesName)) await writeFile(join(disk, "bench/naive"), "");
    const pieces = await run<Pieces>(bench, disk, "markdown-pieces.lua");
    if (pieces.rows < 400) throw new Error(`Not laid out: ${pieces.rows} rows`);
    return pieces;
}

let measuredPieces: Promise<Pieces> | undefined;
const inPieces = (bench: Bench) => (measuredPieces ??= measurePieces(bench));

/** What a computer takes to lay out a long reply for its screen. */
export const markdownFigures: readonly Figure[] = [
    {
        name,
        unit: "ms",
        bar: 60,
        measure: async (bench) => median((await both(bench)).ours.milliseconds),
    },
    {
        name: naiveName,
        unit: "ms",
        beside: name,
        measure: async (bench) => median((await both(bench)).naive?.milliseconds ?? []),
    },
    {
        name: piecesName,
        unit: "ms",
        bar: 600,
        measure: async (bench) => median((await inPieces(bench)).milliseconds),
    },
    {
        name: naivePiecesName,
        unit: "ms",
        beside: piecesName,
        measure: async (bench) => (await inPieces(bench)).naive ?? NaN,
    },
];
