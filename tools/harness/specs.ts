/** `npm run specs` and `npm run test:craftos-pc`: the specs that run on the computer, from the command line. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import type { Backend } from "./backend.ts";
import { runBackendCommand } from "./backend-command.ts";
import { conclusion, exitStatus } from "./conclusion.ts";
import { craftosPc, findCraftosPc } from "./craftos-pc.ts";
import { endQuietlyWithoutReader, seconds } from "./options.ts";
import { ourComputer } from "./our-computer.ts";
import { serverSettings, startScriptedServer } from "./server.ts";
import { compileSpecs } from "./spec-compile.ts";
import { runSpec, type SpecCase } from "./spec-run.ts";
import { startSpecServer } from "./spec-server.ts";

interface Options {
    craftosPc?: boolean;
    rom?: string;
    timeout: number;
}

/** CraftOS-PC is not there. */
const statusMissing = 3;

const forCraftosPc = process.argv.includes("--craftos-pc");
const program = new Command(forCraftosPc ? "npm run test:craftos-pc --" : "npm run specs --")
    .description(
        forCraftosPc
            ? "Runs the specs, and `ai ping` against a real opencode server, on CraftOS-PC, headless."
            : "Runs the specs on our headless computer.",
    )
    .argument("[specs...]", "names of specs, such as fs; all of them when absent")
    .option("--timeout <seconds>", "for each spec and command", seconds, 60)
    .addOption(new Option("--craftos-pc").hideHelp())
    .addHelpText(
        "after",
        `
Exit status: 0, 1 when a case failed, 2 for wrong options${forCraftosPc ? `, ${statusMissing} without CraftOS-PC` : ""}.`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitStatus.usage));
if (!forCraftosPc)
    program.option("--rom <folder>", "boot this folder with bios.lua and rom/ in place of our ROM");

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

async function runSpecs(
    names: readonly string[],
    backend: Backend,
    options: Options,
    signal: AbortSignal,
): Promise<Counts> {
    const counts: Counts = { passed: 0, failed: 0, pending: 0 };
    const specs = await compileSpecs();
    const unknown = names.find((name) => !specs.some((spec) => spec.name === name));
    if (unknown !== undefined) {
        program.error(`error: no spec ${unknown}. There are: ${specs.map(({ name }) => name).join(", ")}`);
    }
    const server = await startSpecServer();
    try {
        for (const spec of specs.filter(({ name }) => names.length === 0 || names.includes(name))) {
            console.log(spec.source);
            const { cases, problem } = await runSpec(spec, {
                backend,
                server: server.url,
                timeoutSeconds: options.timeout,
                signal,
                ...(options.rom !== undefined && { rom: options.rom }),
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

/** `ai ping`, end to end. */
async function runPing(backend: Backend, options: Options, signal: AbortSignal): Promise<SpecCase> {
    const name = "ai ping is answered by a real opencode server";
    const folder = await mkdtemp(join(tmpdir(), "trapos-ping-"));
    try {
        const server = await startScriptedServer({ home: join(folder, "opencode"), signal });
        try {
            const { end, output } = await runBackendCommand(backend, {
                disk: join(folder, "disk"),
                command: "ai ping",
                packages: ["trapos"],
                settings: serverSettings(server.opencode),
                allow: ["127.0.0.1"],
                timeoutSeconds: options.timeout,
                signal,
                ...(options.rom !== undefined && { rom: options.rom }),
            });
            const { status, line } = conclusion(end, options.timeout);
            if (status === 0 && output.includes("pong")) return { name, status: "passed" };
            return { name, status: "failed", message: `${line ?? "No pong."} Its screen:\n${output}` };
        } finally {
            await server.stop();
        }
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

async function main(names: readonly string[], options: Options, signal: AbortSignal): Promise<number> {
    let backend = ourComputer;
    if (options.craftosPc === true) {
        const found = await findCraftosPc(process.env);
        if ("missing" in found) {
            console.error(found.missing);
            return statusMissing;
        }
        backend = craftosPc(found.path);
        options.rom = process.env["CRAFTOS_PC_ROM"];
        console.log(
            "This way of running was written from CraftOS-PC's documentation and is untested on a real one.",
        );
    }
    if (options.rom !== undefined) options.rom = resolve(options.rom);
    console.log(`On ${backend.name}:`);
    const counts = await runSpecs(names, backend, options, signal);
    if (options.craftosPc === true && names.length === 0) {
        console.log("end to end");
        tell(counts, await runPing(backend, options, signal));
    }
    const pending = counts.pending === 0 ? "" : `, ${counts.pending} pending`;
    console.log(`\n${counts.passed} passed, ${counts.failed} failed${pending}`);
    return counts.failed === 0 ? 0 : exitStatus.failed;
}

endQuietlyWithoutReader();
program.parse();
const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => interrupted.abort());
try {
    process.exitCode = await main(program.args, program.opts<Options>(), interrupted.signal);
} catch (error) {
    const stopped = interrupted.signal.aborted;
    console.error(stopped ? "Stopped." : (error as Error).message);
    process.exitCode = stopped ? exitStatus.interrupted : exitStatus.failed;
}
