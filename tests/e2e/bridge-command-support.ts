/** The bridge as its owner has it: the real program as a process, and its commands beside it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectFolder } from "../../tools/harness/disk.ts";
import { nodeOptions } from "../../tools/setup/node.ts";

/** What runs the program as `npm run bridge` does, once that has built. */
const program = [...nodeOptions, join(projectFolder, "host/bridge/src/cli/main.ts")];

/** How long it may take to start on a slow machine: opencode starts with it. */
const START_SECONDS = 90;

/** How long a command may take that ends by itself. */
const COMMAND_SECONDS = 90;

/** An owner's machine, as far as the bridge sees it. */
export interface Owner {
    /** Their environment. */
    readonly env: Readonly<Record<string, string>>;
    /** Where the bridge keeps what outlives it. */
    readonly data: string;
    /** Where the agent works. */
    readonly directory: string;
}

/** How a command ended. */
export interface Ended {
    readonly status: number | null;
    readonly output: string;
    readonly complaints: string;
}

/** A bridge that runs as a process of its own. */
export interface RunningBridge {
    /** Where computers reach it, without a slash at its end. */
    readonly url: string;
    readonly port: number;
    readonly pid: number;
    /** What it has printed. */
    printed(): string;
    /** What it has logged. */
    log(): string;
    /** Sends it a signal, and waits until it has ended. @returns its exit status, or null where the signal ended it */
    end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Runs a command of the owner's beside the bridge, to its end. */
export function runCommand(owner: Owner, words: readonly string[]): Promise<Ended> {
    return new Promise((resolve) => {
        // What is to end by itself, and does not, is ended.
        const options = { cwd: projectFolder, env: environmentOf(owner), timeout: COMMAND_SECONDS * 1000 };
        const child = execFile(process.execPath, [...program, ...words], options, (_, output, complaints) =>
            resolve({ status: child.exitCode, output, complaints }),
        );
    });
}

function environmentOf({ env, data }: Owner): NodeJS.ProcessEnv {
    return { ...env, npm_lifecycle_event: "bridge", TRAPOS_BRIDGE_DATA: data };
}

/**
 * Starts the bridge, and waits until it says that it runs. Rejects with what it said where it ends.
 * @param words options beside port, data and directory
 */
export async function startBridgeCommand(
    owner: Owner,
    { port = 0, words = [] }: { port?: number; words?: readonly string[] } = {},
): Promise<RunningBridge> {
    const options = [
        "--port",
        String(port),
        "--directory",
        owner.directory,
        "--log-level",
        "debug",
        ...words,
    ];
    const child: ChildProcess = spawn(process.execPath, [...program, ...options], {
        cwd: projectFolder,
        env: environmentOf(owner),
        stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    let logged = "";
    child.stderr!.on("data", (chunk: Buffer) => (logged += chunk.toString()));
    const ended = once(child, "exit") as Promise<[number | null, string | null]>;
    await new Promise<void>((resolve, reject) => {
        const fail = (why: string) => reject(new Error(`The bridge ${why}.\n${printed}\n${logged}`));
        const timer = setTimeout(() => fail("does not start"), START_SECONDS * 1000);
        const settle = (act: () => void) => {
            clearTimeout(timer);
            act();
        };
        child.stdout!.on("data", (chunk: Buffer) => {
            printed += chunk.toString();
            if (printed.includes("Ctrl+C ends it.")) settle(resolve);
        });
        void ended.then(() => settle(() => fail("has ended")));
    });
    const url = /wget run (http:\S+)\/install\.lua/.exec(printed)![1]!;
    return {
        url,
        port: Number(new URL(url).port),
        pid: child.pid!,
        printed: () => printed,
        log: () => logged,
        async end(signal) {
            child.kill(signal);
            const [status] = await ended;
            return status;
        },
    };
}
