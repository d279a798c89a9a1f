import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { locateOpencode } from "./binary.ts";
import { ownerEnvironment } from "./environment.ts";
import { afterProbe, type Login, onlyUser, probe, probeSeconds } from "./health.ts";
import { endLastServer, endMarked, forgetServer, markVariable, noteServer } from "./last-server.ts";
import type { Child } from "./process.ts";
import { residentBytes } from "./process-info.ts";
import { freePort, type Served, serve, stopPatienceSeconds } from "./serve.ts";
import { type Clock, nextPause, realClock, slept, stateHolder, type Supervisor } from "./supervision.ts";
import { type Dialect, dialectOf, judgeVersion, OpencodeProblem, readVersion } from "./version.ts";

/** How to keep a server. */
export interface SuperviseOptions {
    /** Where the agent works. */
    readonly directory: string;
    /** Where a file tells the next start which server ran: nobody else's folder. Made when absent. */
    readonly dataFolder: string;
    /** The opencode to run; when absent the one that npm has installed, else the one of the owner's PATH. */
    readonly binary?: string;
    /** The port on 127.0.0.1; a free one when absent. */
    readonly port?: number;
    /** The owner's environment, `process.env` when absent. Their configuration and keys are the server's. */
    readonly owner?: NodeJS.ProcessEnv;
    /** Set in the server's environment last; undefined removes a variable. */
    readonly env?: Record<string, string | undefined>;
    /** How long it may take to answer; 60 when absent. */
    readonly startSeconds?: number;
    /** By what it may be started again when it has become too large, or when another version is there; never when absent. */
    readonly upkeep?: {
        /** Whether a turn runs. */
        readonly isBusy: () => boolean;
        /** How long to wait until none does. */
        readonly patienceSeconds: number;
        /** How much memory it may hold; any when absent. */
        readonly memoryBytes?: number;
    };
    /** The machine's when absent. */
    readonly clock?: Clock;
}

/** How often it is looked whether a turn still runs that a planned restart waits for. */
const idleSeconds = 0.5;

/** A server that is above its limit soon after its start is not started again and again. */
const memoryRestSeconds = 600;

/** What tells a program's file from the one that stood there before; the same where there is none. */
function fileState(file: string): string {
    const { ino, size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
    return `${ino} ${size} ${mtimeMs}`;
}

/** How often another free port is tried at once when somebody took the one that was free a moment ago. */
const portAttempts = 5;

/** How a run of the server went. */
interface Run {
    readonly reason: string;
    /** How long it was well. */
    readonly healthySeconds: number;
    readonly planned?: boolean;
    readonly portTaken?: boolean;
}

function requireDirectory(directory: string): void {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
    throw new OpencodeProblem("no_directory", `${directory} is no folder. Check --directory.`);
}

/** What a server said last, in one line. */
function lastWords(lines: readonly string[]): string {
    const line = lines.at(-1)?.trim().slice(0, 200);
    return line === undefined ? "" : ` It said: ${line}`;
}

/** Why a server did not come up. */
function failureOf(served: Exclude<Served, { kind: "answers" }>, port: number, seconds: number): string {
    switch (served.kind) {
        case "ended":
            return `opencode ended before it answered: ${served.how}.${lastWords(served.lines)}`;
        case "port taken":
            return `opencode cannot listen on port ${port}: something else does.`;
        case "late":
            return `opencode did not answer within ${seconds} s.${lastWords(served.lines)}`;
        case "given up":
            return "It was stopped.";
    }
}

/**
 * Keeps an `opencode serve` alive, for its owner: with their configuration, keys and home, on 127.0.0.1, with a password that
 * nobody needs to know. It is started again when it ends or hangs, with the same login. It ends with this process in any case.
 * @returns as soon as it is known what to run: the server itself comes up later, see `state`. Rejects with an OpencodeProblem
 * where there is no opencode that can be used
 */
export async function superviseOpencode(options: SuperviseOptions): Promise<Supervisor> {
    const clock = options.clock ?? realClock;
    const owner = options.owner ?? process.env;
    const directory = resolve(options.directory);
    const dataFolder = resolve(options.dataFolder);
    requireDirectory(directory);
    const binary = locateOpencode(options.binary, owner["PATH"] ?? owner["Path"]);
    const access = { username: onlyUser, password: randomBytes(24).toString("base64url") };
    const env = ownerEnvironment(access, owner, options.env);
    /** What the program speaks, as it was when that was last looked at. */
    let dialect: Dialect = dialectOf(judgeVersion(await readVersion(binary, env), binary).version);
    await endLastServer(dataFolder);

    let port = options.port ?? (await freePort());
    const login = (): Login => ({ url: `http://127.0.0.1:${port}`, ...access });
    const startSeconds = options.startSeconds ?? 60;
    const states = stateHolder();
    const stopped = new AbortController();
    const isStopped = (): boolean => stopped.signal.aborted;
    /** The run that goes on, for whoever wants to end it. */
    let running: { readonly child: Child; readonly end: (reason: string) => void } | undefined;
    let restart: Promise<boolean> | undefined;

    /** The program's file as the server that runs has found it, and as it was when it was last looked at. */
    let started = fileState(binary);
    let seen = started;

    /** Says which other opencode is there now. @returns undefined where there is none, or none that can be used */
    async function newVersion(): Promise<string | undefined> {
        const now = fileState(binary);
        // One that is just being written is looked at later.
        const isWritten = now === seen;
        seen = now;
        if (now === started || !isWritten) return undefined;
        started = now;
        const judged = await readVersion(binary, env)
            .then((text) => judgeVersion(text, binary))
            .catch(() => undefined);
        if (judged !== undefined) dialect = dialectOf(judged.version);
        return judged && `opencode ${judged.version} is there now.`;
    }

    /** Why the server should be started again. */
    async function wearOf(pid: number, healthySeconds: number): Promise<string | undefined> {
        const limit = options.upkeep?.memoryBytes;
        if (limit !== undefined && healthySeconds >= memoryRestSeconds) {
            const bytes = await residentBytes([pid]);
            if (bytes !== undefined && bytes > limit) {
                return `opencode holds ${Math.round(bytes / 1e6)} MB of memory.`;
            }
        }
        return await newVersion();
    }

    /** Watches a server that answers. @returns why it is not to be used any more; the child may still run */
    async function watch(child: Child): Promise<Run> {
        const began = clock.elapsed();
        const healthySeconds = (): number => (clock.elapsed() - began) / 1000;
        const over = new AbortController();
        const restarts: string[] = [];
        const end = (): void => over.abort();
        running = {
            child,
            end(reason) {
                restarts.push(reason);
                end();
            },
        };
        void child.ended.then(end);
        stopped.signal.addEventListener("abort", end);
        try {
            let misses = 0;
            let follows = afterProbe(misses, { kind: "well", version: "", dialect });
            while (!over.signal.aborted) {
                if ("away" in follows) return { reason: follows.away, healthySeconds: healthySeconds() };
                misses = follows.misses;
                if (!(await slept(clock, follows.nextSeconds, over.signal))) break;
                const outcome = await probe(login(), probeSeconds, over.signal, dialect);
                follows = afterProbe(misses, outcome);
                if (outcome.kind === "well" && options.upkeep !== undefined && child.pid !== undefined) {
                    const { isBusy, patienceSeconds } = options.upkeep;
                    const reason = await wearOf(child.pid, healthySeconds());
                    if (reason !== undefined) void restartWhenIdle(reason, isBusy, patienceSeconds);
                }
            }
        } finally {
            running = undefined;
            stopped.signal.removeEventListener("abort", end);
        }
        const [planned] = restarts;
        if (planned !== undefined) {
            return { reason: planned, healthySeconds: healthySeconds(), planned: true };
        }
        const how = child.hasEnded() ? await child.ended : "stopped";
        return { reason: `opencode has ended: ${how}.`, healthySeconds: healthySeconds() };
    }

    /** Starts the server and watches it. @returns when it has ended; throws an OpencodeProblem where it cannot be used */
    async function runOnce(): Promise<Run> {
        let noted = Promise.resolve<void>(undefined);
        const mark = randomBytes(12).toString("hex");
        started = fileState(binary);
        const served = await serve({
            binary,
            directory,
            env: { ...env, [markVariable]: mark },
            port,
            ...access,
            dialect,
            late: (signal) => clock.sleep(startSeconds * 1000, signal),
            signal: stopped.signal,
            onSpawn(pid) {
                // Where the disk takes no file the guard of process.ts has to do.
                noted = noteServer(dataFolder, { pid, binary, port, mark }).catch(() => undefined);
            },
        });
        await noted;
        if (served.kind !== "answers") {
            return {
                reason: failureOf(served, port, startSeconds),
                healthySeconds: 0,
                portTaken: served.kind === "port taken",
            };
        }
        const { child, version } = served;
        try {
            const judgement = judgeVersion(version, binary);
            dialect = dialectOf(judgement.version);
            if (!isStopped()) states.set({ kind: "ready", ...judgement });
            return await watch(child);
        } finally {
            const hadEnded = child.hasEnded();
            await child.end(stopPatienceSeconds);
            if (hadEnded) await endMarked(mark);
        }
    }

    async function keep(): Promise<void> {
        let pause: number | undefined;
        let moves = 0;
        while (!isStopped()) {
            const run = await runOnce();
            if (isStopped()) return;
            if (run.planned) {
                pause = undefined;
                continue;
            }
            if (run.portTaken && options.port === undefined && moves < portAttempts) {
                // Nobody has asked for this very port.
                moves += 1;
                port = await freePort();
                continue;
            }
            moves = 0;
            pause = nextPause(pause, run.healthySeconds);
            states.set({ kind: "away", reason: run.reason, retryAt: clock.now() + pause * 1000 });
            if (!(await slept(clock, pause, stopped.signal))) return;
            states.set({ kind: "starting", reason: run.reason });
        }
    }

    const ended = keep()
        .then(
            () => undefined,
            (error: unknown) => (error as Error).message,
        )
        .then(async (reason) => {
            await forgetServer(dataFolder).catch(() => {
                // What it tells of does not run any more.
            });
            states.set(reason === undefined ? { kind: "stopped" } : { kind: "stopped", reason });
        });

    async function waitAndRestart(
        reason: string,
        isBusy: () => boolean,
        patienceSeconds: number,
    ): Promise<boolean> {
        const run = running;
        // One that ends meanwhile is started again anyway.
        const isOver = (): boolean => running !== run || isStopped();
        const until = clock.elapsed() + patienceSeconds * 1000;
        while (!isOver() && isBusy() && clock.elapsed() < until) {
            await slept(clock, idleSeconds, stopped.signal);
        }
        if (run === undefined || isOver()) return false;
        // Before anything else can happen: no turn begins between the last look and this.
        states.set({ kind: "starting", reason });
        run.end(reason);
        await run.child.ended;
        return true;
    }

    function restartWhenIdle(
        reason: string,
        isBusy: () => boolean,
        patienceSeconds: number,
    ): Promise<boolean> {
        restart ??= waitAndRestart(reason, isBusy, patienceSeconds).finally(() => (restart = undefined));
        return restart;
    }

    return {
        login,
        state: states.state,
        onState: states.onState,
        settled: states.settled,
        restartWhenIdle,
        async stop() {
            stopped.abort();
            await ended;
        },
    };
}
