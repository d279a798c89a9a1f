import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { median } from "../statistics.ts";
import { nodeOptions } from "../../setup/node.ts";

/** How many computers are idle at once when their memory is measured. */
export const idleComputers = 50;

const bootSamples = 9;
const run = promisify(execFile);
const program = join(import.meta.dirname, "../computer-sample.ts");

/** A number from a Node process of its own, so that nothing that ran before has warmed it up. */
async function sample(bench: Bench, what: "boot" | "idle"): Promise<number> {
    const options = ["--expose-gc", ...nodeOptions, program, what];
    const { stdout } = await run(process.execPath, options, { signal: bench.signal });
    return Number(stdout);
}

/** What the headless computer costs whoever tests on it. */
export const computerFigures: readonly Figure[] = [
    {
        // From the call of boot() in a new process to the shell's prompt; Node and the modules are loaded by then.
        name: "computer-boot",
        unit: "ms",
        bar: 150,
        measure: async (bench) => {
            bench.say("a computer's boot ...");
            const times: number[] = [];
            for (let count = 0; count < bootSamples; count++) times.push(await sample(bench, "boot"));
            return median(times);
        },
    },
    {
        // What each of 50 computers at their prompts adds to the process, resident memory after a collection.
        name: "computer-idle-memory",
        unit: "B",
        bar: 25_000_000,
        measure: async (bench) => {
            bench.say(`${idleComputers} idle computers ...`);
            return sample(bench, "idle");
        },
    },
];
