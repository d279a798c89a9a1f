/** `npm run soak`: random faults, for minutes, against what users rely on. See docs/testing.md. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { exitStatus, interruption, endQuietlyWithoutReader } from "craftos-headless/command-line";
import { summaryLine } from "../../tools/setup/summary.ts";
import { commandLine, type Options, roundsOf } from "./options.ts";
import type { Part } from "./part.ts";
import { parts } from "./parts/index.ts";
import { play } from "./play.ts";

/** How often a run that goes well says where it is. */
const SECONDS_BETWEEN_LINES = 20;

function readOptions(): Options {
    try {
        return commandLine(parts).parse().opts<Options>();
    } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        process.exit(error.exitCode === 0 ? 0 : exitStatus.usage);
    }
}

/**
 * Gives all that the parts write a folder that goes when this process goes, by Ctrl+C, too: a part that is cut short cannot
 * clean up. What its servers are goes with the process anyhow.
 */
function keepTogether(): void {
    const folder = mkdtempSync(join(tmpdir(), "trapos-soak-"));
    for (const name of ["TMPDIR", "TEMP", "TMP"]) process.env[name] = folder;
    process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    interruption().addEventListener("abort", () => {
        console.error("Stopped.");
        process.exit(exitStatus.interrupted);
    });
}

/** @returns how many rounds there were, and how many had a fault */
async function playPart(part: Part, options: Options): Promise<{ played: number; failed: number }> {
    const rounds = roundsOf(part, options);
    console.log(`${part.name}: ${part.purpose}`);
    let told = performance.now();
    const { played, faults, seconds, figures } = await play(part, {
        seed: options.seed,
        rounds,
        onRound: (count, fault) => {
            if (fault !== undefined) {
                const where = fault.round === undefined ? "all rounds" : `round ${fault.round}`;
                console.log(`  ${where}: ${fault.what.replaceAll("\n", "\n    ")}`);
                if (fault.round !== undefined)
                    console.log(
                        `    again: --part ${part.name} --seed ${options.seed} --round ${fault.round}`,
                    );
            }
            if (performance.now() - told < SECONDS_BETWEEN_LINES * 1000) return;
            told = performance.now();
            console.log(`  ${count} of ${rounds.length} rounds`);
        },
    });
    const details = figures === undefined ? "" : `; ${figures}`;
    console.log(`  ${played} rounds in ${seconds.toFixed(0)} s, ${faults.length} with a fault${details}`);
    return { played, failed: faults.length };
}

endQuietlyWithoutReader();
const options = readOptions();
keepTogether();
const wanted = options.part ?? parts.map(({ name }) => name);
console.log(`Seed ${options.seed}`);
let passed = 0;
let failed = 0;
for (const part of parts.filter(({ name }) => wanted.includes(name))) {
    try {
        const result = await playPart(part, options);
        passed += result.played - result.failed;
        failed += result.failed;
    } catch (error) {
        console.log(`  ${part.name} could not be played: ${(error as Error).stack}`);
        failed++;
    }
}
console.log(`\n${summaryLine({ passed, failed, skipped: 0 })}`);
process.exitCode = failed === 0 ? 0 : 1;
