import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findBinary } from "./binary.ts";
import { configuration, environment, folders, type ModelEndpoint, type Permission } from "./environment.ts";
import { type Child, startChild } from "./process.ts";

export { findBinary } from "./binary.ts";
export { type Action, type Permission, provider } from "./environment.ts";

/** How to start a server. */
export interface OpencodeOptions {
    /** A folder for all that the server keeps; made when absent. The same home, port and password bring a session back. */
    home: string;
    /** An OpenAI-compatible model, which becomes its only provider (see `provider`) and its default model. */
    model?: ModelEndpoint;
    /** The port on 127.0.0.1; a free one when absent. */
    port?: number;
    /** `opencode` when absent. */
    username?: string;
    /** A random one when absent. */
    password?: string;
    /**
     * What the agent may do without asking, in opencode's words: an action by permission, "*" for all, or by permission and
     * pattern. When absent it may do nothing but talk. Nobody is asked unless somebody watches the server's permissions.
     * Whoever has the password may do everything all the same: the server's own routes run commands.
     */
    permission?: Permission;
    /** Set in the server's environment last; undefined removes a variable. Most of ours is not passed on. */
    env?: Record<string, string | undefined>;
    /** Top-level keys of opencode.json that win over ours. */
    config?: Record<string, unknown>;
    /** Where the agent works by default; an empty folder under `home` when absent. */
    directory?: string;
    /** How long it may take to answer; 60 when absent. */
    startSeconds?: number;
    /** Gives up starting. Of no effect once it has started. */
    signal?: AbortSignal;
}

/** A running server. */
export interface Opencode {
    /** `http://127.0.0.1:<port>` */
    url: string;
    port: number;
    username: string;
    password: string;
    /** As `/global/health` says it. */
    version: string;
    home: string;
    directory: string;
    /** Resolves when the server has ended, by itself too, with a few words on how. */
    readonly ended: Promise<string>;
    /** Ends it: SIGTERM, and SIGKILL three seconds later. Safe to call twice. */
    stop(): Promise<void>;
    /** Ends it with SIGKILL, as a crash would. */
    kill(): Promise<void>;
}

/** Ends a server that will not stop: it takes 0.1 s (1.18.33), unless it hangs. */
const stopPatienceSeconds = 3;

/** How often another free port is tried when somebody took the one that was free a moment ago. */
const portAttempts = 5;

async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((done, failed) => {
        server.once("error", failed);
        server.listen(0, "127.0.0.1", done);
    });
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((done) => server.close(() => done()));
    return port;
}

/**
 * Keeps the server from installing its plugin package with npm when it starts: it does so unless its config folder
 * looks as if that had been done. Nothing here needs plugins, and while npm runs the server ignores SIGTERM.
 */
async function preventPluginInstallation(configFolder: string): Promise<void> {
    await mkdir(join(configFolder, "node_modules"), { recursive: true });
    const lock = { packages: { "": { dependencies: { "@opencode-ai/plugin": "*" } } } };
    await writeFile(join(configFolder, "package-lock.json"), JSON.stringify(lock));
}

/**
 * Keeps the server from taking a git repository that `home` lies in for its project, which it would also write to:
 * git and opencode look upwards for .git, and stop at this file, which names no repository.
 */
async function hideRepositoryAbove(home: string): Promise<void> {
    await writeFile(join(home, ".git"), "No repository: opencode's project ends here.\n");
}

async function prepare(home: string, options: OpencodeOptions): Promise<void> {
    const where = folders(home);
    for (const folder of Object.values(where)) await mkdir(folder, { recursive: true });
    const configFolder = join(where.config, "opencode");
    await preventPluginInstallation(configFolder);
    await hideRepositoryAbove(home);
    const config = configuration(options.model, options.config);
    await writeFile(join(configFolder, "opencode.json"), JSON.stringify(config, null, 4));
}

/**
 * Waits until a server answers. It is not asked before it says that it listens: 1.18.33 accepts connections a little
 * earlier and never answers what comes over those.
 * @returns the version it says; rejects when `signal` is aborted first
 */
async function answers(
    child: Child,
    url: string,
    authorization: string,
    signal: AbortSignal,
): Promise<string> {
    const aborted = new Promise<never>((_, reject) => {
        if (signal.aborted) reject(signal.reason as Error);
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
    await Promise.race([child.writes("server listening"), aborted]);
    for (let pauseMilliseconds = 20; ; pauseMilliseconds = Math.min(500, pauseMilliseconds * 2)) {
        try {
            const response = await fetch(`${url}/global/health`, {
                headers: { authorization },
                signal: AbortSignal.timeout(2000),
            });
            const body = (await response.json()) as { healthy?: boolean; version?: string };
            if (body.healthy && body.version) return body.version;
        } catch {
            // Not yet, or too slow: ask again.
        }
        signal.throwIfAborted();
        await sleep(pauseMilliseconds, undefined, { signal });
    }
}

function withOutput(message: string, child: Child): Error {
    const lines = child.lastLines();
    if (lines.length === 0) return new Error(`${message} It said nothing.`);
    return new Error(`${message} Its last lines:\n${lines.map((line) => `    ${line}`).join("\n")}`);
}

/**
 * Starts `opencode serve` on 127.0.0.1 and waits until it answers. It reads no configuration, key or project of the
 * user's, writes under `home` only, and ends with this process in any case.
 * @returns the running server; rejects, with the server's last lines, when it ends early or does not answer in time
 */
export async function startOpencode(options: OpencodeOptions): Promise<Opencode> {
    const binary = findBinary();
    const home = resolve(options.home);
    const directory = resolve(options.directory ?? folders(home).work);
    const login = {
        username: options.username ?? "opencode",
        password: options.password ?? randomBytes(18).toString("base64url"),
    };
    const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
    await prepare(home, options);
    const env = environment(home, { ...login, permission: options.permission }, process.env, options.env);
    const seconds = options.startSeconds ?? 60;

    for (let attempt = 1; ; attempt += 1) {
        const port = options.port ?? (await freePort());
        const url = `http://127.0.0.1:${port}`;
        const child = startChild(binary, ["serve", "--hostname", "127.0.0.1", "--port", String(port)], {
            cwd: directory,
            env,
        });
        const over = new AbortController();
        const giveUp = (): void => over.abort();
        void child.ended.then(giveUp);
        const timer = setTimeout(giveUp, seconds * 1000);
        options.signal?.addEventListener("abort", giveUp);
        if (options.signal?.aborted) giveUp();
        const version = await answers(child, url, authorization, over.signal).catch(() => undefined);
        clearTimeout(timer);
        options.signal?.removeEventListener("abort", giveUp);
        if (version !== undefined) {
            return {
                url,
                port,
                ...login,
                version,
                home,
                directory,
                ended: child.ended,
                stop: () => child.end(stopPatienceSeconds),
                kill: () => child.end(0),
            };
        }
        if (!child.hasEnded()) {
            await child.end(stopPatienceSeconds);
            options.signal?.throwIfAborted();
            throw withOutput(`opencode did not answer on ${url} within ${seconds} s.`, child);
        }
        const how = await child.ended;
        // All that opencode 1.18.33 says when the port is taken.
        const portTaken = child.lastLines().some((line) => line.includes("ServeError"));
        if (portTaken && options.port !== undefined) {
            throw withOutput(`opencode cannot listen on port ${port}: something else does.`, child);
        }
        if (!portTaken || attempt === portAttempts) {
            throw withOutput(`opencode ended before it answered (${how}).`, child);
        }
    }
}
