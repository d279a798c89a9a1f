import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findBinary } from "./binary.ts";
import { environment, folders, type ModelEndpoint, type Permission } from "./environment.ts";
import { onlyUser } from "./health.ts";
import { prepareHome } from "./home.ts";
import { freePort, serve, stopPatienceSeconds } from "./serve.ts";
import { type Dialect, dialectOf, judgeVersion, readVersion } from "./version.ts";

export { attachOpencode, type AttachOptions } from "./attach.ts";
export { findBinary, locateOpencode } from "./binary.ts";
export { type Action, ownerEnvironment, type Permission, provider } from "./environment.ts";
export { isolatedOwner } from "./home.ts";
export { type Login, probe, type Probe } from "./health.ts";
export { type Clock, realClock, type ServerState, type Supervisor } from "./supervision.ts";
export { superviseOpencode, type SuperviseOptions } from "./supervisor.ts";
export {
    type Dialect,
    dialectOf,
    type Judgement,
    judgeVersion,
    OpencodeProblem,
    readVersion,
    triedVersions,
} from "./version.ts";
export {
    type ClientOptions,
    opencodeClient,
    type OpencodeClient,
    type PermissionRule,
    type SessionOptions,
} from "./client.ts";
export * as events1 from "./events1.ts";
export * as events2 from "./events2.ts";
export { OpencodeFailure } from "./failure.ts";
export { type Fetch, type FetchRequest, patientFetch } from "./fetch.ts";
export type { Happening, ModelName, SessionHappening, StepUsage } from "./happening.ts";
export { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
export type { ListedInfo, ListedMessage, ListedPart } from "./listed.ts";
export { type Reader, reader } from "./shapes.ts";
export { watch, type Watch, type WatchOptions } from "./upstream.ts";

/** How to start a server. */
export interface OpencodeOptions {
    /** Its program; the opencode 1 that npm has installed when absent. */
    binary?: string;
    /** A folder for all that the server keeps; made when absent. The same home, port and password bring a session back. */
    home: string;
    /** An OpenAI-compatible model, which becomes its only provider (see `provider`) and its default model. */
    model?: ModelEndpoint;
    /** The port on 127.0.0.1; a free one when absent. */
    port?: number;
    /** `opencode` when absent, and for an opencode 2, which knows no other. */
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
    /** As it says it. */
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

/** What a program speaks: its configuration is written before it runs. Rejects with an OpencodeProblem. */
async function dialectOfProgram(binary: string, home: string): Promise<Dialect> {
    const env = environment(home, { username: "", password: "" }, process.env);
    return dialectOf(judgeVersion(await readVersion(binary, env), binary).version);
}

/** How often another free port is tried when somebody took the one that was free a moment ago. */
const portAttempts = 5;

function withOutput(message: string, lines: readonly string[]): Error {
    if (lines.length === 0) return new Error(`${message} It said nothing.`);
    return new Error(`${message} Its last lines:\n${lines.map((line) => `    ${line}`).join("\n")}`);
}

/**
 * Starts `opencode serve` on 127.0.0.1 and waits until it answers. It reads no configuration, key or project of the
 * user's, writes under `home` only, and ends with this process in any case.
 * @returns the running server; rejects, with the server's last lines, when it ends early or does not answer in time
 */
export async function startOpencode(options: OpencodeOptions): Promise<Opencode> {
    const binary = options.binary ?? findBinary();
    const home = resolve(options.home);
    const dialect = options.binary === undefined ? 1 : await dialectOfProgram(options.binary, home);
    const directory = resolve(options.directory ?? folders(home).work);
    const login = {
        username: dialect === 2 ? onlyUser : (options.username ?? onlyUser),
        password: options.password ?? randomBytes(18).toString("base64url"),
    };
    await prepareHome(home, options.model, options.config, dialect);
    const access = { ...login, permission: options.permission };
    const env = environment(home, access, process.env, options.env, dialect);
    const seconds = options.startSeconds ?? 60;

    for (let attempt = 1; ; attempt += 1) {
        const port = options.port ?? (await freePort());
        const url = `http://127.0.0.1:${port}`;
        const served = await serve({
            binary,
            directory,
            env,
            port,
            ...login,
            dialect,
            late: (signal) => sleep(seconds * 1000, undefined, { signal }),
            signal: options.signal,
        });
        if (served.kind === "answers") {
            const { child, version } = served;
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
        options.signal?.throwIfAborted();
        if (served.kind === "ended") {
            throw withOutput(`opencode ended before it answered (${served.how}).`, served.lines);
        }
        if (served.kind !== "port taken") {
            throw withOutput(`opencode did not answer on ${url} within ${seconds} s.`, served.lines);
        }
        if (options.port !== undefined || attempt === portAttempts) {
            throw withOutput(`opencode cannot listen on port ${port}: something else does.`, served.lines);
        }
    }
}
