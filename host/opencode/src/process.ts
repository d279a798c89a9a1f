import { type ChildProcess, spawn } from "node:child_process";
import { descendants, killAll } from "./process-tree.ts";

const running = new Set<ChildProcess>();

process.on("exit", () => {
    for (const { pid } of running) if (pid !== undefined) killAll([...descendants(pid), pid]);
});

/**
 * A shell's script that becomes the program, with a watcher beside it in its process group that kills the group when
 * its third stream ends: the end of this process, however it went. The watcher is there before the program is, so that
 * no moment is left in which the program is unwatched.
 */
const guardedProgram = '(read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 & exec "$@" 3<&-';

/** Starts `file` in a process group of its own, where a Ctrl+C in the terminal does not reach it: that is ours to answer. */
function spawnGuarded(
    file: string,
    args: string[],
    options: { cwd: string; env: Record<string, string> },
): ChildProcess {
    // There is no such shell on Windows: the exit handler above covers all but a SIGKILL of this process.
    if (process.platform === "win32")
        return spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const child = spawn("/bin/sh", ["-c", guardedProgram, "guard", file, ...args], {
        ...options,
        stdio: ["ignore", "pipe", "pipe", "pipe"],
        detached: true,
    });
    // Its watcher ends with it.
    child.once("exit", () => child.stdio[3]?.destroy());
    return child;
}

/** A child process that never outlives this one. */
export interface Child {
    /** Its process id; undefined where it could not be started. */
    readonly pid: number | undefined;
    /** Resolves when it has ended, with a few words on how: "exit status 1", "killed by SIGTERM". */
    readonly ended: Promise<string>;
    hasEnded(): boolean;
    /** The last lines it wrote, standard output and error together. */
    lastLines(): string[];
    /** Resolves when it first writes a line that holds `text`; stays pending when it never does. */
    writes(text: string): Promise<void>;
    /**
     * Ends it and all that it started: SIGTERM first unless `patienceSeconds` is 0, SIGKILL when it is still there
     * after them. Resolves when it has ended. Safe to call twice.
     */
    end(patienceSeconds: number): Promise<void>;
}

/** How many lines of output are kept for an error message. */
const keptLines = 20;

/** How long the last output of a program that has ended may take to come. */
const outputPatienceMilliseconds = 500;

const colours = /\u001b\[[0-9;]*m/g;

/**
 * Starts a program.
 * @param file the program, @param args its arguments, @param options its working directory and whole environment
 */
export function startChild(
    file: string,
    args: string[],
    options: { cwd: string; env: Record<string, string> },
): Child {
    const child = spawnGuarded(file, args, options);
    running.add(child);
    child.once("exit", () => {
        // What it has started may keep its output open, and is not waited for.
        setTimeout(() => {
            child.stdout?.destroy();
            child.stderr?.destroy();
        }, outputPatienceMilliseconds).unref();
    });
    const lines: string[] = [];
    const listeners: ((line: string) => void)[] = [];
    for (const stream of [child.stdout, child.stderr]) {
        let rest = "";
        stream?.setEncoding("utf8").on("data", (chunk: string) => {
            const parts = (rest + chunk).replace(colours, "").split("\n");
            rest = parts.pop() ?? "";
            for (const line of parts.filter((part) => part.trim() !== "")) {
                lines.push(line.trimEnd());
                lines.splice(0, lines.length - keptLines);
                for (const listener of listeners) listener(line);
            }
        });
    }
    const ended = new Promise<string>((resolve) => {
        child.once("error", (error) => resolve(error.message));
        // Not "exit": "close" comes when its last output has been read too.
        child.once("close", (code, signal) =>
            resolve(signal ? `killed by ${signal}` : `exit status ${code}`),
        );
    }).finally(() => running.delete(child));
    return {
        pid: child.pid,
        ended,
        hasEnded: () => !running.has(child),
        lastLines: () => [...lines],
        writes: (text) =>
            new Promise((resolve) => {
                listeners.push((line) => line.includes(text) && resolve());
            }),
        async end(patienceSeconds) {
            if (!running.has(child)) return;
            // opencode leaves the commands that its tools run behind, on SIGTERM too (1.18.33).
            const started = child.pid === undefined ? [] : descendants(child.pid);
            const kill = () => void child.kill("SIGKILL");
            if (patienceSeconds > 0) child.kill("SIGTERM");
            const timer = setTimeout(kill, patienceSeconds * 1000);
            await ended;
            clearTimeout(timer);
            killAll(started);
        },
    };
}
