/**
 * What opencode 1 can do, for programs in Node: the face that a computer has of it (src/apis/ai/server/face.d.ts), by the
 * same routes, the same shapes and the same codes. Every function rejects with an `OpencodeFailure`, or with the reason
 * of the signal that stopped it.
 */
import type { PermissionReply } from "../../../src/apis/ai/ask.ts";
import type { Code } from "../../../src/apis/ai/codes.ts";
import {
    answers,
    lists,
    type Change,
    type FileEntry,
    type ListValues,
    type Message,
    type Session,
    type Todo,
} from "../../../src/apis/ai/protocol.ts";
import * as routes from "../../../src/apis/ai/server/opencode1/routes.ts";
import type { CommandCall, Prompt } from "../../../src/apis/ai/server/prompt.ts";
import { information, type Route } from "../../../src/apis/ai/server/route.ts";
import type { Loaded } from "../../../src/apis/ai/stop.ts";
import type { Action } from "./environment.ts";
import { OpencodeFailure } from "./failure.ts";
import { patientFetch, type Fetch } from "./fetch.ts";
import { listedMessages, type ListedMessage } from "./listed.ts";
import { reader, type Reader } from "./shapes.ts";

/** Which server, and how it is asked. */
export interface ClientOptions {
    /** `http://127.0.0.1:4096`; a path in it stands before every route. */
    readonly url: string;
    /** `opencode` when absent. */
    readonly username?: string;
    readonly password?: string;
    /** The real one when absent. */
    readonly fetch?: Fetch;
    /** How long a request may take that is answered at once; 30 when absent. */
    readonly timeoutSeconds?: number;
}

/** What becomes of something that a session's agent wants to do. Of several that fit the last one counts. */
export interface PermissionRule {
    /** The kind of tool, or "*". */
    readonly permission: string;
    readonly pattern: string;
    readonly action: Action;
}

/** What a new session is like. */
export interface SessionOptions {
    /** Where its tools work; the server's own directory when absent. */
    readonly directory?: string;
    /** Rules that win over the server's. */
    readonly permission?: readonly PermissionRule[];
}

/** opencode's largest known answers are lists of messages, of less than 1 MB each; a reply may be longer. */
const largestAnswer = 64 * 1024 * 1024;

const defaultTimeoutSeconds = 30;

const readHealth = reader(answers.health);
const readRefusal = reader(answers.refusal);
const readSession = reader(answers.session);
const readSessions = reader(answers.sessions);
const readMessages = reader(answers.messages);
const readMessage = reader(answers.message);
const readListed = reader(listedMessages);
const readTodos = reader(answers.todos);
const readChanges = reader(answers.changes);
const readFiles = reader(answers.files);
const readPaths = reader(answers.paths);
const readRules = reader({
    "permission?": [
        "list",
        { permission: "text", pattern: "text", action: ["choice", "deny", "allow", "ask"] },
    ],
});

const listReaders: { readonly [K in keyof ListValues]: Reader<ListValues[K]> } = {
    status: reader(lists.status),
    permissions: reader(lists.permissions),
    questions: reader(lists.questions),
    providers: reader(lists.providers),
    agents: reader(lists.agents),
    commands: reader(lists.commands),
    config: reader(lists.config),
};

/** Letters, digits and `-._~` stay, as on a computer; half a character becomes the sign for what is none. */
function percentEncode(text: string): string {
    const whole = Buffer.from(text, "utf8").toString("utf8");
    return encodeURIComponent(whole).replace(
        /[!'()*]/g,
        (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}

/** Path and query of a request. An id that is no name, but a way up, would lead to another route. */
function addressOf(route: Route): string {
    if (route.path.some((name) => name === "" || name === "." || name === "..")) {
        throw new OpencodeFailure("not_found", { what: `no such thing: ${route.path.join("/")}` });
    }
    const query = Object.entries(route.query ?? {})
        .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
        .map(([name, value]) => `${name}=${percentEncode(String(value))}`);
    const path = route.path.map((name) => `/${percentEncode(name)}`).join("");
    return query.length === 0 ? path : `${path}?${query.join("&")}`;
}

/** What Node calls the ways in which a connection does not come about. */
const unconnected = new Set([
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EADDRNOTAVAIL",
    "ETIMEDOUT",
]);

/** The name that Node has for an error, or for what has caused it. */
function nameOf(error: unknown): string {
    for (let inner = error; inner instanceof Error; inner = inner.cause) {
        const code = (inner as NodeJS.ErrnoException).code;
        if (typeof code === "string") return code;
    }
    return error instanceof Error ? error.message : String(error);
}

function isJson(response: Response): boolean {
    return (response.headers.get("content-type") ?? "").includes("json");
}

/** JSON, or nothing where it is none. */
function decode(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return undefined;
    }
}

/** How a request is sent, and what is wanted of its answer. */
interface Asked<T> {
    /** Reads the answer; without it any JSON will do, and none (status 204), too. */
    readonly read?: Reader<T>;
    readonly signal?: AbortSignal;
    /** Infinity for no limit. */
    readonly timeoutSeconds?: number;
}

/**
 * Makes a client. It sends nothing by itself.
 * @param options which server, and how it is asked
 */
export function opencodeClient(options: ClientOptions) {
    const base = options.url.replace(/\/+$/, "");
    const fetch = options.fetch ?? patientFetch;
    const limit = options.timeoutSeconds ?? defaultTimeoutSeconds;
    const headers: Record<string, string> = { accept: "application/json" };
    if (options.password !== undefined) {
        const login = `${options.username ?? "opencode"}:${options.password}`;
        headers.authorization = `Basic ${Buffer.from(login).toString("base64")}`;
    }

    /** The failure for what has kept an answer from coming. */
    function unanswered(
        error: unknown,
        given: AbortSignal | undefined,
        time: AbortSignal | undefined,
    ): unknown {
        if (given?.aborted) return given.reason;
        if (error instanceof OpencodeFailure) return error;
        const detail = { url: base, what: nameOf(error) };
        if (time?.aborted) return new OpencodeFailure("timed_out", detail, { cause: error });
        const code: Code = unconnected.has(detail.what) ? "cannot_connect" : "network_error";
        return new OpencodeFailure(code, detail, { cause: error });
    }

    /** Sends a request and hands its answer to `use`, which the time limit is for, too. */
    async function send<T>(
        route: Route,
        asked: Asked<unknown>,
        use: (response: Response) => Promise<T>,
    ): Promise<T> {
        const address = base + addressOf(route);
        const body = route.body && JSON.stringify(route.body);
        const seconds = asked.timeoutSeconds ?? limit;
        const time = seconds === Infinity ? undefined : AbortSignal.timeout(seconds * 1000);
        const signals = [asked.signal, time].filter((signal) => signal !== undefined);
        try {
            asked.signal?.throwIfAborted();
            const response = await fetch(address, {
                method: route.method ?? (body === undefined ? "GET" : "POST"),
                headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
                body,
                redirect: "manual",
                signal: AbortSignal.any(signals),
            });
            return await use(response);
        } catch (error) {
            throw unanswered(error, asked.signal, time);
        }
    }

    async function textOf(response: Response): Promise<string> {
        const decoder = new TextDecoder();
        let text = "";
        for await (const chunk of response.body ?? []) {
            text += decoder.decode(chunk as Uint8Array, { stream: true });
            if (text.length > largestAnswer) throw new OpencodeFailure("reply_too_large");
        }
        return text + decoder.decode();
    }

    /** The failure for what is no answer of opencode 1: opencode 2 answers its routes with a web page, as others do. */
    async function stranger(status: number): Promise<OpencodeFailure> {
        const info = await send(information(), {}, async (response) => {
            const text = await textOf(response);
            return response.status === 200 && isJson(response) ? readHealth(decode(text)) : undefined;
        }).catch(() => undefined);
        const major = Number(/^(\d+)\./.exec(info?.version ?? "")?.[1] ?? 0);
        if (major >= 2) return new OpencodeFailure("other_opencode", { version: info?.version, status });
        return new OpencodeFailure("not_opencode", { url: base, status });
    }

    /** The failure for an answer that is none: another status than 2xx. */
    async function refused(status: number, text: string): Promise<OpencodeFailure> {
        const body = readRefusal(decode(text)) ?? {};
        const what = body.data?.path ?? body.data?.message ?? body.message ?? "no reason given";
        const isOurs = body.name !== undefined || body._tag !== undefined;
        let code: Code = "server_error";
        if (status === 401 || status === 403) code = "unauthorized";
        else if (body.name === "ConfigJsonError") code = "server_config";
        else if (!isOurs && status < 500) return stranger(status);
        else if (status === 404) code = "not_found";
        else if (status === 400) code = "bad_request";
        return new OpencodeFailure(code, { status, what });
    }

    /** Asks for something. @returns what was read of the answer */
    async function ask<T = void>(route: Route, asked: Asked<T> = {}): Promise<T> {
        const answer = await send(route, asked, async (response) => ({
            status: response.status,
            isJson: isJson(response),
            text: await textOf(response),
        }));
        const { status, text } = answer;
        if (status < 200 || status > 299) throw await refused(status, text);
        if (status === 204 && asked.read === undefined) return undefined as T;
        const value = answer.isJson ? decode(text) : undefined;
        const read = asked.read === undefined ? value : asked.read(value);
        if (read === undefined) throw await stranger(status);
        return read as T;
    }

    /** Asks for something of a session; fails with `session_gone` where the server does not have it. */
    async function askSession<T = void>(id: string, route: Route, asked: Asked<T> = {}): Promise<T> {
        // Any other id makes the server fail with 500.
        if (!id.startsWith("ses")) throw new OpencodeFailure("session_gone", { session: id });
        try {
            return await ask(route, asked);
        } catch (error) {
            const isGone = error instanceof OpencodeFailure && error.code === "not_found";
            if (!isGone) throw error;
            throw new OpencodeFailure(
                "session_gone",
                { session: id, status: error.status },
                { cause: error },
            );
        }
    }

    /** The same of what a session refuses while it works: 409, or 400 on 1.14.41 and 500 on 1.2.27. */
    async function askIdle<T = void>(id: string, route: Route, asked: Asked<T> = {}): Promise<T> {
        try {
            return await askSession(id, route, asked);
        } catch (error) {
            const isBusy = error instanceof OpencodeFailure && error.message.includes("usy");
            if (!isBusy) throw error;
            throw new OpencodeFailure("works_now", { status: error.status }, { cause: error });
        }
    }

    /** For what is answered when all is done. */
    const patiently = (signal: AbortSignal | undefined) => ({ signal, timeoutSeconds: Infinity });

    return {
        /** Where the server is. */
        url: base,

        /** Whether the server is up, and its version. */
        health: (): Promise<{ readonly version: string }> => ask(routes.health(), { read: readHealth }),

        /** Makes a session. The title is for people. */
        createSession(title: string, created: SessionOptions = {}): Promise<Session> {
            const route = routes.createSession(title, created.directory);
            const body = { ...route.body, permission: created.permission };
            return ask({ ...route, body }, { read: readSession });
        },

        /** One session; fails with `session_gone` when the server does not have it. */
        getSession: (id: string): Promise<Session> =>
            askSession(id, routes.getSession(id), { read: readSession }),

        /** The newest sessions that no other session opened, newest first. */
        async listSessions(
            most: number | undefined,
            search: string | undefined,
            directory?: string,
        ): Promise<readonly Session[]> {
            const found = await ask(routes.listSessions(most, search, directory), { read: readSessions });
            // Other servers may have an empty list, too.
            if (found.length === 0) await ask(routes.health(), { read: readHealth });
            return found;
        },

        /** The sessions that a session has opened for subagents. */
        children: (id: string): Promise<readonly Session[]> =>
            askSession(id, { path: ["session", id, "children"] }, { read: readSessions }),

        /**
         * The newest messages of a session, oldest first. Always with a limit: the whole list grows with every turn.
         * Like the four below it fails with `not_found` where there is no such session.
         */
        getMessages: (sessionId: string, most: number): Promise<readonly Message[]> =>
            ask(routes.getMessages(sessionId, most), { read: readMessages }),

        /** The same with the ids of all parts, for who compares them with what the stream said. */
        listMessages: (sessionId: string, most: number): Promise<readonly ListedMessage[]> =>
            ask(routes.getMessages(sessionId, most), { read: readListed }),

        /** One message of a session. */
        getMessage: (sessionId: string, id: string): Promise<Message> =>
            ask(routes.getMessage(sessionId, id), { read: readMessage }),

        /** Sends a prompt and does not wait for its answer. Success only means that the server has it. */
        sendPrompt: (sessionId: string, prompt: Prompt): Promise<void> =>
            ask(routes.sendPrompt(sessionId, prompt, percentEncode)),

        /** Stops what a session does; fine for an idle one. */
        abortSession: (sessionId: string): Promise<void> => ask(routes.abortSession(sessionId)),

        renameSession: (id: string, title: string): Promise<Session> =>
            askSession(id, routes.renameSession(id, title), { read: readSession }),

        /** The rules that a session has of its own, in their order. */
        async getPermission(id: string): Promise<readonly PermissionRule[]> {
            return (await askSession(id, routes.getSession(id), { read: readRules })).permission ?? [];
        },

        /**
         * Gives a session more rules, which win over those that it has: opencode adds them behind those and takes none
         * away (1.18.33).
         * @returns all its rules, read back from the server
         */
        async setPermission(
            id: string,
            rules: readonly PermissionRule[],
        ): Promise<readonly PermissionRule[]> {
            await askSession(id, { path: ["session", id], method: "PATCH", body: { permission: rules } });
            return (await askSession(id, routes.getSession(id), { read: readRules })).permission ?? [];
        },

        /** Deletes a session with all that was said in it. */
        deleteSession: (id: string): Promise<void> => askSession(id, routes.deleteSession(id)),

        /** Makes a session that begins with all that was said in another. It has none of that one's rules (1.18.33). */
        forkSession: (id: string): Promise<Session> =>
            askSession(id, routes.forkSession(id), { read: readSession }),

        /** Takes back all from a prompt on, files among it; fails with `works_now` while something runs. */
        undo: (id: string, messageId: string): Promise<Session> =>
            askIdle(id, routes.undo(id, messageId), { read: readSession }),

        /** Brings back all that was taken back; fails like `undo`. */
        redo: (id: string): Promise<Session> => askIdle(id, routes.redo(id), { read: readSession }),

        /** Makes a session readable on the web, at an address that the session then has. */
        shareSession: (id: string): Promise<Session> =>
            askSession(id, routes.shareSession(id), { read: readSession }),

        unshareSession: (id: string): Promise<Session> =>
            askSession(id, routes.unshareSession(id), { read: readSession }),

        /** What the agent means to do. */
        getTodos: (id: string): Promise<readonly Todo[]> =>
            askSession(id, routes.getTodos(id), { read: readTodos }),

        /** What the turn of a prompt has changed. */
        getChanges: (id: string, messageId: string): Promise<readonly Change[]> =>
            askSession(id, routes.getChanges(id, messageId), { read: readChanges }),

        /**
         * Writes a summary that takes the place of what was said. Like the two below it resolves when all is done,
         * however long that takes, fails with `works_now` where the session is at work, and goes on at the server when
         * the signal stops the waiting.
         */
        startCompacting: (id: string, model: string, signal?: AbortSignal): Promise<void> =>
            askIdle(id, routes.compact(id, model), patiently(signal)),

        /** Runs a line of the server's shell in the session's folder, whatever permissions say. */
        startShell: (id: string, agent: string, line: string, signal?: AbortSignal): Promise<void> =>
            askIdle(id, routes.shell(id, agent, line), patiently(signal)),

        /** Runs a command of opencode's configuration. */
        startCommand: (id: string, command: CommandCall, signal?: AbortSignal): Promise<void> =>
            askIdle(id, routes.command(id, command), patiently(signal)),

        /** What stands in a folder, by its path from the directory. */
        listFiles: (directory: string | undefined, path: string): Promise<readonly FileEntry[]> =>
            ask(routes.listFiles(directory, path), { read: readFiles }),

        /** Paths from the directory that are like a text. */
        findFiles: (directory: string | undefined, text: string): Promise<readonly string[]> =>
            ask(routes.findFiles(directory, text), { read: readPaths }),

        /**
         * Answers a permission that waits; fails with `not_found` where it does not wait any more.
         * @param message for the model, which goes on then where it is refused; without one a refusal ends its turn
         */
        answerPermission: (
            id: string,
            reply: PermissionReply,
            message: string | undefined,
            directory: string | undefined,
        ): Promise<void> => ask(routes.answerPermission(id, reply, message, directory)),

        /**
         * Answers a question that waits; fails with `not_found` where it does not wait any more.
         * @param chosen for each question the labels that were chosen; words of one's own stand for a label
         */
        answerQuestion: (
            id: string,
            chosen: readonly (readonly string[])[],
            directory: string | undefined,
        ): Promise<void> => ask(routes.answerQuestion(id, chosen, directory)),

        /** Refuses to answer a question that waits, which ends the turn; fails like `answerQuestion`. */
        rejectQuestion: (id: string, directory: string | undefined): Promise<void> =>
            ask(routes.rejectQuestion(id, directory)),

        /** Reads one of the server's lists, each per directory. */
        readList: <K extends keyof ListValues>(
            name: K,
            directory: string | undefined,
        ): Promise<ListValues[K]> => ask(routes.readList(name, directory), { read: listReaders[name] }),

        /** Waits until the server has loaded something for a directory: MCP servers may take seconds. */
        waitUntilLoaded: (what: Loaded, directory: string | undefined): Promise<void> =>
            ask(routes.waitUntilLoaded(what, directory)),

        /** Ends all that the server has loaded and runs for a directory; the next request loads it anew. */
        dispose: (directory: string | undefined): Promise<void> =>
            ask({ path: ["instance", "dispose"], query: { directory }, body: {} }),

        /**
         * Opens the stream of all that happens on the server, which never ends by itself.
         * @returns its bytes; they end, or are torn off with an error, when the connection does
         */
        events: (signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> =>
            send({ path: ["global", "event"] }, patiently(signal), async (response) => {
                const type = response.headers.get("content-type") ?? "";
                if (response.status === 200 && type.includes("text/event-stream") && response.body !== null) {
                    return response.body;
                }
                const text = await textOf(response);
                throw response.status === 200
                    ? await stranger(response.status)
                    : await refused(response.status, text);
            }),
    };
}

/** What asks a server; see `opencodeClient`. */
export type OpencodeClient = ReturnType<typeof opencodeClient>;
