import { rmSync } from "node:fs";
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import type { ReadStream, WriteStream } from "node:tty";
import { CommanderError } from "commander";
import { exitStatus } from "../command-line/exit-status.ts";
import { boot, type Computer, type Exit } from "../index.ts";
import { exitConclusion } from "./conclusion.ts";
import { fittingSize, showLive } from "./live.ts";
import { type DeniedAddresses, deniedAddresses } from "./denied.ts";
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

/** What the program has to do with besides the computer. */
export interface World {
    readonly input: ReadStream;
    readonly output: WriteStream;
    /** Takes a line, or several, for the person or for another program. */
    readonly print: (text: string) => void;
    /** Takes what went wrong. */
    readonly complain: (text: string) => void;
    /** What paths are relative to. */
    readonly folder: string;
    /** Ends the program. */
    readonly signal: AbortSignal;
    /** How it is called, with what stands before options: "npm run computer --". `craftos` when absent. */
    readonly program?: string;
    /** What can be installed on a disk: nothing when absent, and then there are no options for it. */
    readonly packages?: Packages;
}

/** What can be installed on a disk. */
export interface Packages {
    /** The names of those that a temporary disk gets. */
    readonly standard: readonly string[];
    /** Puts packages onto the disk in that folder. @throws Error with one line for names that there are not */
    readonly install: (disk: string, names: readonly string[]) => Promise<void>;
}

async function loadScript(file: string, { input, folder }: World): Promise<ScriptLine[]> {
    if (file === "-") return asUsage(async () => readScript(await readAll(input)), "The script: ");
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
    const disk = await mkdtemp(join(tmpdir(), "craftos-"));
    const remove = (): void => {
        process.off("exit", remove);
        rmSync(disk, { recursive: true, force: true });
    };
    process.once("exit", remove);
    return { disk, remove };
}

/** The exit status that a computer's end gives; says what its screen does not. */
function statusOf(exit: Exit, { complain }: World): number {
    const { status, line } = exitConclusion(exit);
    if (line !== undefined) complain(line);
    return status;
}

async function playLines(lines: readonly ScriptLine[], computer: Computer, world: World): Promise<number> {
    const { print, complain, folder, signal } = world;
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    let ended: Exit | undefined;
    void computer.exit.then((exit) => {
        ended = exit;
    });
    await Promise.race([playScript(lines, computer, { print, folder, signal }), stopped]);
    if (signal.aborted) {
        complain("Stopped.");
        return exitStatus.interrupted;
    }
    return ended === undefined ? 0 : statusOf(ended, world);
}

async function playLive(
    computer: Computer,
    options: Options,
    denied: DeniedAddresses,
    world: World,
): Promise<number> {
    const { input, output, print, signal } = world;
    const isTemporary = options.disk === undefined;
    const disk = isTemporary ? "temporary disk, gone afterwards" : `disk ${options.disk}`;
    const exit = await showLive(computer, {
        input,
        output,
        status: () => denied.status(disk),
        fit: options.size === "fit",
        signal,
    });
    if (isTemporary) print("The temporary disk is gone. --disk keeps one.");
    // Ctrl+C is how to leave, and no mishap.
    if (exit === undefined) return signal.aborted && signal.reason !== "SIGINT" ? exitStatus.interrupted : 0;
    if (exit.reason === "shutdown") print("The computer has switched itself off.");
    return statusOf(exit, world);
}

/** Installs what the person asked for; on a temporary disk of which nothing else was said, what is standard. */
async function installWanted(disk: string, options: Options, packages: Packages | undefined): Promise<void> {
    if (packages === undefined) return;
    const isOwnDisk = options.disk !== undefined;
    const names = options.packages ?? (isOwnDisk || options.bare ? [] : packages.standard);
    if (names.length > 0) await asUsage(() => packages.install(disk, names));
}

async function play(options: Options, world: World): Promise<number> {
    const lines = options.script === undefined ? undefined : await loadScript(options.script, world);
    if (lines === undefined && !(world.input.isTTY && world.output.isTTY)) {
        throw new UsageError("A live screen needs a terminal. Without one, play steps with --script <file>.");
    }
    if (options.size === "fit" && lines !== undefined) {
        throw new UsageError("--size fit goes with a terminal. Give a script's computer columns x rows.");
    }
    const temporary = options.disk === undefined ? await temporaryDisk() : undefined;
    const denied = deniedAddresses();
    let computer: Computer | undefined;
    try {
        const disk = temporary?.disk ?? (await ownDisk(options.disk ?? ""));
        await installWanted(disk, options, world.packages);
        computer = await asUsage(() =>
            boot({
                disk,
                id: options.id,
                ...(options.label === undefined ? {} : { label: options.label }),
                ...(options.size === "fit" ? fittingSize(world.output) : options.size),
                colour: !options.basic,
                ...(options.rom === undefined ? {} : { rom: options.rom }),
                http: { allow: options.httpAllow, onDenied: denied.onDenied },
                mounts: [...options.mountRo, ...options.mountRw],
            }),
        );
        return lines === undefined
            ? await playLive(computer, options, denied, world)
            : await playLines(lines, computer, world);
    } finally {
        await computer?.close();
        temporary?.remove();
        for (const line of denied.lines()) world.complain(line);
    }
}

/**
 * What the program does.
 * @param words of the command line
 * @returns the exit status
 */
export async function run(words: readonly string[], world: World): Promise<number> {
    const { print, complain, folder } = world;
    const program = commandLine({
        program: world.program ?? "craftos",
        folder,
        packages: world.packages?.standard,
    }).configureOutput({
        writeOut: (text) => print(text.trimEnd()),
        writeErr: (text) => complain(text.trimEnd()),
    });
    try {
        program.parse(words, { from: "user" });
        return await play(program.opts<Options>(), world);
    } catch (error) {
        if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
        complain((error as Error).message);
        return error instanceof UsageError ? exitStatus.usage : exitStatus.failed;
    }
}
