/** `npm run specs`: the specs that run on the computer, from the command line. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { exitStatus, interruption, seconds, endQuietlyWithoutReader } from "craftos-headless/command-line";
import { ourComputer } from "./our-computer.ts";
import { compileSpecs, type SpecFile } from "./spec-compile.ts";
import { specsOf } from "./spec-folder.ts";
import { runSpec, type SpecCase } from "./spec-run.ts";
import { startSpecServer } from "./spec-server.ts";

interface Options {
    rom?: string;
    timeout: number;
}

const program = new Command("npm run specs --")
    .description("Runs specs on our headless computer: those of ComputerCraft, or another project's.")
    .argument(
        "[specs...]",
        "names of our specs, such as fs, or folders of other projects; all of ours when absent",
    )
    .option("--timeout <seconds>", "for each spec", seconds, 60)
    .option("--rom <folder>", "boot this folder with bios.lua and rom/ in place of our ROM")
    .addHelpText(
        "after",
        `
Of another project all files *.spec.ts, *.spec.lua and *_spec.lua are run, each on a computer that has the project's files
on its disk: see docs/testing.md.

Exit status: 0, 1 when a case failed, 2 for wrong options.`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitStatus.usage));

const signs: Record<SpecCase["status"], string> = { passed: "+", failed: "-", pending: "?" };

interface Counts {
    passed: number;
    failed: number;
    pending: number;
}

function tell(counts: Counts, { name, status, message }: SpecCase): void {
    counts[status] += 1;
    console.log(`  ${signs[status]} ${name}`);
    if (message !== undefined) console.log(message.replace(/^/gm, "      "));
}

// npm starts its scripts in the project's folder, and says here where the person is.
const personsFolder = process.env["INIT_CWD"] ?? process.cwd();

/** The specs that the words stand for: ours by their names, another project's by its folder. */
async function chosenSpecs(words: readonly string[]): Promise<SpecFile[]> {
    const known = await compileSpecs();
    if (words.length === 0) return known;
    const chosen: SpecFile[] = [];
    for (const word of words) {
        const path = resolve(personsFolder, word);
        const own = known.find(({ name }) => name === word);
        if (own !== undefined) chosen.push(own);
        else if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
            chosen.push(...(await specsOf(path, word)));
        } else {
            const names = known.map(({ name }) => name).join(", ");
            program.error(`error: ${word} is neither a folder nor one of our specs: ${names}`);
        }
    }
    return chosen;
}

async function runSpecs(names: readonly string[], options: Options, signal: AbortSignal): Promise<Counts> {
    const counts: Counts = { passed: 0, failed: 0, pending: 0 };
    const specs = await chosenSpecs(names);
    const server = await startSpecServer();
    try {
        for (const spec of specs) {
            console.log(spec.source);
            const { cases, problem } = await runSpec(spec, {
                backend: ourComputer,
                server: server.url,
                timeoutSeconds: options.timeout,
                signal,
                rom: options.rom,
            });
            signal.throwIfAborted();
            for (const one of cases) tell(counts, one);
            if (problem !== undefined)
                tell(counts, { name: "runs to its end", status: "failed", message: problem });
        }
    } finally {
        await server.stop();
    }
    return counts;
}

async function main(names: readonly string[], options: Options, signal: AbortSignal): Promise<number> {
    if (options.rom !== undefined) options.rom = resolve(personsFolder, options.rom);
    const counts = await runSpecs(names, options, signal);
    const pending = counts.pending === 0 ? "" : `, ${counts.pending} pending`;
    console.log(`\n${counts.passed} passed, ${counts.failed} failed${pending}`);
    return counts.failed === 0 ? 0 : exitStatus.failed;
}

endQuietlyWithoutReader();
program.parse();
const interrupted = interruption();
try {
    process.exitCode = await main(program.args, program.opts<Options>(), interrupted);
} catch (error) {
    const stopped = interrupted.aborted;
    console.error(stopped ? "Stopped." : (error as Error).message);
    process.exitCode = stopped ? exitStatus.interrupted : exitStatus.failed;
}
