/** Running `opencode serve`, until it answers. */
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { type Login, probe } from "./health.ts";
import { type Child, startChild } from "./process.ts";
import type { Dialect } from "./version.ts";

/** Ends a server that will not stop: it takes 0.1 s (1.18.33), unless it hangs. */
export const stopPatienceSeconds = 3;

/** Returns a port on 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((done, failed) => {
        server.once("error", failed);
        server.listen(0, "127.0.0.1", done);
    });
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((done) => server.close(() => done()));
    return port;
}

/** What to run. */
export interface Serving {
    readonly binary: string;
    /** Where it works. */
    readonly directory: string;
    /** Its whole environment, with the login. */
    readonly env: Record<string, string>;
    readonly port: number;
    readonly username: string;
    readonly password: string;
    /** What it speaks, where that is known. */
    readonly dialect?: Dialect;
    /** Ends the wait for its answer when it resolves: it is too late then. */
    readonly late: (signal: AbortSignal) => Promise<unknown>;
    /** Gives up. Of no effect once it answers. */
    readonly signal?: AbortSignal;
    /** Is told of the process as soon as there is one. */
    readonly onSpawn?: (pid: number) => void;
}

/** What came of it. All but the first have ended. */
export type Served =
    | { readonly kind: "answers"; readonly child: Child; readonly version: string }
    | { readonly kind: "ended"; readonly how: string; readonly lines: string[] }
    | { readonly kind: "port taken" | "late" | "given up"; readonly lines: string[] };

/** The pauses between its first questions: milliseconds, at first and at most. */
const firstPause = 20;
const longestPause = 500;

/** All that opencode says when its port is taken: 1.18.33 and 1.18.14, and 1.14.41. */
const portTaken = ["ServeError", "Failed to start server on port"];

/** How long it may take to answer one of them. */
const questionSeconds = 2;

/**
 * Waits until a server answers. It is not asked before it says that it listens: 1.18.33 accepts connections a little
 * earlier and never answers what comes over those. Its line is "opencode server listening on", that of opencode 2 "server
 * listening on".
 * @returns the version it says; rejects when `signal` is aborted first
 */
async function answers(
    child: Child,
    login: Login,
    dialect: Dialect | undefined,
    signal: AbortSignal,
): Promise<string> {
    const aborted = new Promise<never>((_, reject) => {
        const giveUp = (): void => reject(new Error("given up"));
        if (signal.aborted) giveUp();
        signal.addEventListener("abort", giveUp, { once: true });
    });
    await Promise.race([child.writes("server listening"), aborted]);
    for (let milliseconds = firstPause; ; milliseconds = Math.min(longestPause, milliseconds * 2)) {
        const outcome = await Promise.race([probe(login, questionSeconds, undefined, dialect), aborted]);
        if (outcome.kind === "well") return outcome.version;
        // Not yet, or too slow: ask again.
        await pause(milliseconds, undefined, { signal });
    }
}

/**
 * Starts `opencode serve` on 127.0.0.1 and waits until it answers. It ends with this process in any case.
 */
export async function serve(serving: Serving): Promise<Served> {
    const { binary, directory, env, port, username, password, signal } = serving;
    const child = startChild(binary, ["serve", "--hostname", "127.0.0.1", "--port", String(port)], {
        cwd: directory,
        env,
    });
    if (child.pid !== undefined) serving.onSpawn?.(child.pid);
    const over = new AbortController();
    const giveUp = (): void => over.abort();
    void child.ended.then(giveUp);
    serving.late(over.signal).then(
        () => over.abort("late"),
        () => {
            // It was not needed any more.
        },
    );
    signal?.addEventListener("abort", giveUp);
    if (signal?.aborted) giveUp();
    const login = { url: `http://127.0.0.1:${port}`, username, password };
    const said = await answers(child, login, serving.dialect, over.signal).catch(() => undefined);
    signal?.removeEventListener("abort", giveUp);
    giveUp();
    if (said !== undefined) return { kind: "answers", child, version: said };
    if (!child.hasEnded()) {
        await child.end(stopPatienceSeconds);
        return { kind: over.signal.reason === "late" ? "late" : "given up", lines: child.lastLines() };
    }
    const how = await child.ended;
    const lines = child.lastLines();
    if (lines.some((line) => portTaken.some((words) => line.includes(words))))
        return { kind: "port taken", lines };
    return { kind: "ended", how, lines };
}
