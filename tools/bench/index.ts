/** `npm run bench`: what TrapOS AI costs, measured. See docs/bench.md. */
import { cpus, loadavg } from "node:os";
import { CommanderError } from "commander";
import { exitStatus, interruption, endQuietlyWithoutReader } from "craftos-headless/command-line";
import { type Bench, withBench } from "./bench.ts";
import { type Figure, isOk, type Result } from "./figure.ts";
import { figures } from "./figures/index.ts";
import { commandLine, type Options } from "./options.ts";
import { jsonLine, table } from "./report.ts";

const names = figures.map(({ name }) => name);

function readOptions(): Options {
    try {
        return commandLine(names).parse().opts<Options>();
    } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        process.exit(error.exitCode === 0 ? 0 : exitStatus.usage);
    }
}

/** How busy the machine was in the last minute. */
const load = () => (loadavg()[0] ?? 0).toFixed(1);

/** What went wrong and has been said: figures that share a measurement share its failure. */
const told = new Set<unknown>();

async function measure(figure: Figure, bench: Bench): Promise<Result> {
    try {
        return { figure, value: await figure.measure(bench) };
    } catch (error) {
        bench.signal.throwIfAborted();
        if (!told.has(error)) {
            console.error(`${figure.name} could not be measured: ${(error as Error).message}`);
        }
        told.add(error);
        return { figure, value: undefined };
    }
}

async function main(options: Options, signal: AbortSignal): Promise<number> {
    const start = performance.now();
    const loadBefore = load();
    const say = (text: string) => {
        console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${text}`);
    };
    const wanted = options.only ?? names;
    const results = await withBench({ wanted, signal, say }, async (bench) => {
        const measured: Result[] = [];
        for (const figure of figures.filter(({ name }) => wanted.includes(name))) {
            const result = await measure(figure, bench);
            measured.push(result);
            if (options.json) console.log(jsonLine(result, measured));
        }
        return measured;
    });
    const seconds = Math.round((performance.now() - start) / 1000);
    const note =
        `Measured in ${seconds} s on ${cpus().length} processors, with a load of ${loadBefore} before and ` +
        `${load()} after.\nValues of turns and times are medians; other work on the machine makes them worse.`;
    if (options.json) console.error(note);
    else console.log(`${table(results)}\n\n${note}`);
    return results.every((result) => isOk(result, results)) ? 0 : exitStatus.failed;
}

endQuietlyWithoutReader();
const options = readOptions();
const interrupted = interruption();
try {
    process.exitCode = await main(options, interrupted);
} catch (error) {
    const stopped = interrupted.aborted;
    console.error(stopped ? "Stopped." : (error as Error).message);
    process.exitCode = stopped ? exitStatus.interrupted : exitStatus.failed;
}
