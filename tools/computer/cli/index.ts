/** `npm run computer`: a computer in the terminal, or one that plays a script. */
import { rmSync } from "node:fs";
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { CommanderError } from "commander";
import { conclusion, exitStatus } from "../../harness/conclusion.ts";
import { installPackages } from "../../harness/disk.ts";
import { endQuietlyWithoutReader } from "../../harness/options.ts";
import { boot, type Computer, type Exit } from "../index.ts";
import { fittingSize, showLive } from "./live.ts";
import { commandLine, type Options } from "./options.ts";
import { playScript } from "./play-script.ts";
import { readScript, type ScriptLine } from "./script.ts";

/** Something that the person can mend by other options, or by another script. */
class UsageError extends Error {}

/** Runs something whose errors come from what the person asked for. */
async function asUsage<Result>(run: () => Promise<Result> | Result, where = ""): Promise<Result> {
    try {
        return await run();
    } catch (error) {
        throw new UsageError(where + (error as Error).message);
    }
}

/** Where the person is: npm starts its scripts in the project's folder. */
const folder = process.env["INIT_CWD"] ?? process.cwd();

async function loadScript(file: string): Promise<ScriptLine[]> {
    if (file === "-") return asUsage(async () => readScript(await readAll(process.stdin)), "The script: ");
    const text = await asUsage(() => readFile(resolve(folder, file), "utf8"), "The script cannot be read: ");
    return asUsage(() => readScript(text), `${file}: `);
}

async function ownDisk(disk: string): Promise<string> {
    const found = await stat(disk).catch(() => undefined);
    if (found?.isDirectory()) return disk;
    throw new UsageError(
        `There is no folder ${disk}: make it first, or leave --disk out for a temporary one.`,
    );
}

/** A folder that is gone when the process ends, however it ends. */
async function temporaryDisk(): Promise<{ disk: string; remove: () => void }> {
    const disk = await mkdtemp(join(tmpdir(), "trapos-computer-"));
    const remove = (): void => rmSync(disk, { recursive: true, force: true });
    process.once("exit", remove);
    return { disk, remove };
}

/** The exit status that a computer's end gives; says on standard error what its screen does not. */
function statusOf(exit: Exit): number {
    const end =
        exit.reason === "failed"
            ? ({ how: "failed", message: exit.message ?? "no reason given" } as const)
            : exit.reason === "powerCut"
              ? ({ how: "powerCut" } as const)
              : ({ how: "shutdown", status: exit.status ?? 0 } as const);
    const { status, line } = conclusion(end, 0);
    if (line !== undefined) console.error(line);
    return status;
}

async function playLines(
    lines: readonly ScriptLine[],
    computer: Computer,
    signal: AbortSignal,
): Promise<number> {
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    let ended: Exit | undefined;
    void computer.exit.then((exit) => {
        ended = exit;
    });
    await Promise.race([playScript(lines, computer, { print: console.log, folder, signal }), stopped]);
    if (signal.aborted) {
        console.error("Stopped.");
        return exitStatus.interrupted;
    }
    return ended === undefined ? 0 : statusOf(ended);
}

async function playLive(computer: Computer, options: Options, signal: AbortSignal): Promise<number> {
    const isTemporary = options.disk === undefined;
    const exit = await showLive(computer, {
        input: process.stdin,
        output: process.stdout,
        status: isTemporary ? "temporary disk, gone afterwards" : `disk ${options.disk}`,
        fit: options.size === "fit",
        signal,
    });
    if (isTemporary) console.log("The temporary disk is gone. --disk keeps one.");
    if (exit === undefined) return signal.aborted ? exitStatus.interrupted : 0;
    if (exit.reason === "shutdown") console.log("The computer has switched itself off.");
    return statusOf(exit);
}

async function main(options: Options, signal: AbortSignal): Promise<number> {
    const lines = options.script === undefined ? undefined : await loadScript(options.script);
    if (lines === undefined && !(process.stdin.isTTY && process.stdout.isTTY)) {
        throw new UsageError("A live screen needs a terminal. Without one, play steps with --script <file>.");
    }
    const temporary = options.disk === undefined ? await temporaryDisk() : undefined;
    let computer: Computer | undefined;
    try {
        const disk = temporary?.disk ?? (await ownDisk(options.disk ?? ""));
        const packages = options.packages ?? (temporary && !options.bare ? ["trapos"] : []);
        if (packages.length > 0) await asUsage(() => installPackages(disk, packages));
        if (options.size === "fit" && lines !== undefined) {
            throw new UsageError("--size fit goes with a terminal. Give a script's computer columns x rows.");
        }
        computer = await asUsage(() =>
            boot({
                disk,
                id: options.id,
                ...(options.label === undefined ? {} : { label: options.label }),
                ...(options.size === "fit" ? fittingSize(process.stdout) : options.size),
                colour: !options.basic,
                ...(options.rom === undefined ? {} : { rom: options.rom }),
                http: { allow: options.httpAllow },
                mounts: [...options.mountRo, ...options.mountRw],
            }),
        );
        return lines === undefined
            ? await playLive(computer, options, signal)
            : await playLines(lines, computer, signal);
    } finally {
        await computer?.close();
        temporary?.remove();
    }
}

endQuietlyWithoutReader();
const program = commandLine(folder);
const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => interrupted.abort());
try {
    program.parse();
    process.exitCode = await main(program.opts<Options>(), interrupted.signal);
} catch (error) {
    if (error instanceof CommanderError) {
        process.exitCode = error.exitCode === 0 ? 0 : exitStatus.usage;
    } else {
        console.error((error as Error).message);
        process.exitCode = error instanceof UsageError ? exitStatus.usage : exitStatus.failed;
    }
}
