/** Runs a command of a shell, which ends with the server in any case. */
import { spawn } from "node:child_process";
import { killAll, descendants } from "trapos-opencode/process-tree";

export interface Ran {
    /** What it wrote, standard output and error together. */
    readonly output: string;
    /** Undefined where it was killed. */
    readonly exit: number | undefined;
}

/** The shell that runs it. */
export const shell = "/bin/sh";

const running = new Set<number>();

process.on("exit", killCommands);

/** Kills all commands that run, and all that they started. */
export function killCommands(): void {
    for (const pid of running) killAll([...descendants(pid), pid]);
}

/**
 * Runs a command.
 * @param command a line of a shell
 * @param options.signal kills it, and all that it started
 * @param options.onOutput is told what it has written so far
 * @returns how it ended; rejects when it cannot be started
 */
export function runCommand(
    command: string,
    options: {
        cwd: string;
        environment?: Readonly<Record<string, string>>;
        signal: AbortSignal;
        onOutput?: (output: string) => void;
    },
): Promise<Ran> {
    const { cwd, environment, signal, onOutput } = options;
    return new Promise((resolve, reject) => {
        const child = spawn(shell, ["-c", command], {
            cwd,
            env: { ...process.env, ...environment },
            stdio: ["ignore", "pipe", "pipe"],
        });
        const { pid } = child;
        if (pid !== undefined) running.add(pid);
        let output = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream.setEncoding("utf8").on("data", (chunk: string) => {
                output += chunk;
                onOutput?.(output);
            });
        }
        const kill = (): void => {
            if (pid !== undefined) killAll([...descendants(pid), pid]);
        };
        if (signal.aborted) kill();
        signal.addEventListener("abort", kill, { once: true });
        const settle = (): void => {
            if (pid !== undefined) running.delete(pid);
            signal.removeEventListener("abort", kill);
        };
        child.once("error", (error) => {
            settle();
            reject(error);
        });
        child.once("exit", () => {
            // What it has left behind may keep its output open, and is not waited for.
            setTimeout(() => {
                child.stdout.destroy();
                child.stderr.destroy();
            }, leftOutputMilliseconds).unref();
        });
        child.once("close", (code) => {
            settle();
            resolve({ output, exit: code ?? undefined });
        });
    });
}

/** How long the last output of a command that has ended may take to come. */
const leftOutputMilliseconds = 200;
