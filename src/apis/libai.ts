/**
 * The client of an opencode server for programs: `local ai = require("/apis/libai")()`.
 *
 * Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
 * passes on after it has stopped the turn on the server. While it waits it takes every event of its coroutine: run it
 * under `parallel` beside code that needs events of its own.
 */
import { fail, type Failure, type Result } from "./ai/failure";
import * as opencode from "./ai/opencode";
import type { ListValues, Message, Session } from "./ai/protocol";
import * as memory from "./ai/session";
import { readSettings, type SettingsStore } from "./ai/settings";
import * as turn from "./ai/turn";
import type { Ai, AskOptions, Environment, Progress, Reply, SessionSummary, WaitOptions } from "./ai/types";
import { send as sendOverHttp } from "./http";

const PING = "Reply with the single word: pong";

/** Text as UTF-8: what is typed on a computer comes as Latin-1, what programs hand in mostly is UTF-8 already. */
function toUtf8(text: string): string {
    // For other text the game returns false and Lua 5.3 nil.
    if (type(utf8.len(text)) === "number") return text;
    return string.gsub(text, "[^\x01-\x7f]", (char) => utf8.char(string.byte(char)))[0];
}

/** What one call works with. */
interface Server extends opencode.Server {
    raw?: boolean;
    readonly store: SettingsStore;
    readonly disk: memory.Disk;
    readonly now: (this: void) => number;
    readonly sleep: (this: void, seconds: number) => void;
}

/** Calls a function that can fail and returns its value. Its failure is raised; a client's functions return it. */
function need<A extends unknown[], T>(act: (this: void, ...given: A) => Result<T>, ...given: A): T {
    const [ok, value] = act(...given);
    if (!ok) throw value;
    return value;
}

function raise(code: string, detail?: Record<string, unknown>): never {
    throw fail(code, detail);
}

function tell(options: WaitOptions, progress: Progress): void {
    if (options.onProgress !== undefined) options.onProgress(progress);
}

/** Talks in that session, or none, from now on. */
function remember(server: Server, id: string | undefined): void {
    server.settings.session_id = id;
    memory.rememberSession(server.store, server.disk, id);
}

function summarise(server: Server, session: Session): SessionSummary {
    return {
        id: session.id,
        title: session.title,
        created: session.time.created,
        updated: session.time.updated,
        current: session.id === server.settings.session_id,
    };
}

function createSession(server: Server, title?: string): Session {
    const name = (os.getComputerLabel() as string | undefined) ?? `computer ${os.getComputerID()}`;
    const session = need(opencode.createSession, server, title ?? `ComputerCraft: ${toUtf8(name)}`);
    remember(server, session.id);
    return session;
}

/** The session to talk in: the one asked for, the remembered one while the server has it, or else a new one. */
function openSession(server: Server, options: AskOptions): Session {
    const id = options.session ?? server.settings.session_id;
    if (id === undefined) return createSession(server);
    const [ok, session] = opencode.getSession(server, id);
    if (ok) return session;
    if (session.code !== "session_gone" || options.session !== undefined) throw session;
    const created = createSession(server);
    tell(options, { phase: "new session", seconds: 0, message: id });
    return created;
}

/** Performs what the turn asks for. */
function perform(server: Server, record: memory.TurnRecord, action: turn.Action): Result<unknown> {
    const id = record.sessionId;
    const kind = action.kind;
    if (kind === "wait") {
        server.sleep(action.seconds);
        return $multi(true as const, undefined);
    }
    if (kind === "send") {
        memory.recordTurn(server.disk, record);
        return opencode.sendPrompt(server, id, record);
    }
    if (kind === "last" || kind === "recent") return opencode.getMessages(server, id, action.limit ?? 1);
    if (kind === "parent") return opencode.getMessage(server, id, action.id);
    return opencode.readList(server, kind as keyof ListValues, record.directory);
}

function replyOf(
    server: Server,
    message: Message,
    text: string,
    record: { readonly sessionId: string; readonly sentAt: number; readonly text?: string },
): Reply {
    const info = message.info;
    return {
        text,
        sessionId: record.sessionId,
        messageId: info.id,
        model: info.modelID === undefined ? undefined : `${info.providerID}/${info.modelID}`,
        agent: info.agent,
        finish: info.finish,
        tokens: info.tokens,
        cost: info.cost,
        seconds: (server.now() - record.sentAt) / 1000,
        prompt: record.text,
    };
}

/** Drives a turn to its end. */
function drive(server: Server, record: memory.TurnRecord, options: WaitOptions, resumed: boolean): Reply {
    const settings = server.settings;
    let state = turn.start(record, options.idleTimeout ?? settings.poll_timeout_seconds, resumed);
    let observation: turn.Observation = { kind: "begin", now: server.now() };
    while (true) {
        const next = turn.step(state, observation);
        const action = next.action;
        state = next.state;
        if (options.log !== undefined && observation.kind === "last" && state.polls > 0) {
            options.log(turn.describePoll(state, observation.value.length));
        }
        if (action.kind === "done") {
            memory.forgetTurn(server.disk, record.nonce);
            return replyOf(server, action.message, action.text, record);
        }
        if (action.kind === "fail") {
            if (!action.pending) memory.forgetTurn(server.disk, record.nonce);
            if (action.code === "no_progress" && settings.reset_session_on_timeout === "true") remember(server, undefined);
            throw action.failure ?? fail(action.code, action.detail, action.text);
        }
        if (action.kind === "wait") tell(options, turn.progress(state, server.now()));
        if (action.kind === "send") {
            record.sent = true;
            record.baselineId = state.baselineId;
            record.sentAt = server.now();
        }
        const [ok, value] = perform(server, record, action);
        observation = {
            kind: ok ? action.kind : "failed",
            request: action.kind,
            value,
            now: server.now(),
        } as unknown as turn.Observation;
    }
}

/** Drives a turn; Ctrl+T stops it on the server, too, before it goes on to the caller. */
function run(server: Server, record: memory.TurnRecord, options: WaitOptions, resumed: boolean): Reply {
    const [ok, reply] = pcall(drive, server, record, options, resumed);
    if (ok) return reply;
    if ((reply as unknown) === "Terminated" && record.sent === true) {
        tell(options, { phase: "stopping", seconds: 0 });
        server.raw = true;
        const [stopped, problem] = opencode.abortSession(server, record.sessionId);
        if (stopped) memory.forgetTurn(server.disk, record.nonce);
        tell(options, { phase: "stopped", seconds: 0, message: stopped ? undefined : problem.message });
    }
    return error(reply, 0);
}

function ask(server: Server, prompt: string, given?: AskOptions): Reply {
    const options = given ?? {};
    const values = server.settings;
    const model = options.model ?? values.model;
    if (type(prompt) !== "string" || string.find(prompt, "%S")[0] === undefined) raise("empty_prompt");
    if (model !== undefined && string.find(tostring(model), "^[^/]+/.")[0] === undefined) {
        raise("bad_argument", { what: `The model ${model} is not of the form provider/model` });
    }
    const session = openSession(server, options);
    const record: memory.TurnRecord = {
        nonce: string.format("%d-%.0f-%d", os.getComputerID(), server.now(), math.random(1, 999999)),
        sessionId: session.id,
        directory: session.directory,
        text: toUtf8(prompt),
        sentAt: server.now(),
        model,
        agent: options.agent ?? values.agent,
        variant: options.variant ?? values.variant,
        system: options.system,
    };
    return run(server, record, options, false);
}

/** The last answer of the session, for whoever wants to read it again. */
function lastReply(server: Server): Reply {
    const sessionId = server.settings.session_id ?? raise("nothing_to_resume");
    let reply: Reply | undefined;
    for (const message of need(opencode.getMessages, server, sessionId, 10)) {
        const info = message.info;
        const text = turn.messageText(message);
        if (info.role === "assistant" && text !== "") {
            reply = replyOf(server, message, text, { sessionId, sentAt: info.time.created });
        }
    }
    return reply ?? raise("nothing_to_resume");
}

/** What each of a client's functions does: it returns its value or raises a failure. */
const functions: {
    readonly [K in keyof Ai]: (
        this: void,
        server: Server,
        ...given: Parameters<Ai[K]>
    ) => ReturnType<Ai[K]> extends Result<infer T> ? T : never;
} = {
    ask,
    ping: (server, options) => ask(server, PING, options),
    health: (server) => {
        const start = server.now();
        const version = need(opencode.health, server).version;
        return { version, seconds: (server.now() - start) / 1000 };
    },
    listSessions: (server, options) => {
        const summaries: SessionSummary[] = [];
        const wanted = options ?? {};
        for (const session of need(opencode.listSessions, server, wanted.limit, wanted.search)) {
            summaries.push(summarise(server, session));
        }
        return summaries;
    },
    newSession: (server, options) => summarise(server, createSession(server, options && options.title)),
    useSession: (server, id) => {
        const session = need(opencode.getSession, server, id);
        remember(server, session.id);
        return summarise(server, session);
    },
    currentSession: (server) => server.settings.session_id,
    clearSession: (server) => {
        remember(server, undefined);
        return undefined;
    },
    abort: (server, session) => {
        const id = session ?? server.settings.session_id ?? raise("no_session");
        const directory = need(opencode.getSession, server, id).directory;
        const statuses = need(opencode.readList, server, "status", directory) as ListValues["status"];
        need(opencode.abortSession, server, id);
        for (const record of memory.pendingTurns(server.disk)) {
            if (record.sessionId === id) memory.forgetTurn(server.disk, record.nonce);
        }
        return statuses[id] !== undefined;
    },
    resume: (server, options) => {
        const records = memory.pendingTurns(server.disk);
        const record = records[0];
        if (record === undefined) return lastReply(server);
        const reply = run(server, record, options ?? {}, true);
        reply.remaining = records.length - 1;
        return reply;
    },
};

/**
 * Makes a client. Settings are read anew by each call.
 * @param environment stand-ins for what the computer provides, for tests
 * @returns its functions
 */
function createAi(this: void, environment?: Environment): Ai {
    const given: Environment = environment ?? {};
    const store: SettingsStore = given.settings ?? settings;
    const ai: Record<string, unknown> = {};
    for (const [name, act] of pairs(functions)) {
        ai[name] = (first: never, second: never) => {
            const [ok, value] = pcall(() => {
                const server: Server = {
                    settings: need(readSettings, store),
                    store,
                    disk: given.fs ?? fs,
                    send: given.send ?? sendOverHttp,
                    now: given.now ?? (() => os.epoch("utc")),
                    sleep: given.sleep ?? sleep,
                };
                return act(server, first, second);
            });
            if (ok || (type(value) === "table" && (value as unknown as Failure).code !== undefined))
                return $multi(ok, value);
            if (value === "Terminated") error(value, 0);
            return $multi(false, fail("internal_error", { what: value }));
        };
    }
    return ai as unknown as Ai;
}

export = createAi;
