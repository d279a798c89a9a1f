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
import type { Ai, AskOptions, Environment, Reply, SessionSummary, WaitOptions } from "./ai/types";
import { send as sendOverHttp } from "./http";

const PING = "Reply with the single word: pong";

/** Text as UTF-8: what is typed on a computer comes as Latin-1, what programs hand in mostly is UTF-8 already. */
function toUtf8(text: string): string {
    // For other text the game returns false and Lua 5.3 nil.
    if (type(utf8.len(text)) === "number") return text;
    return string.gsub(text, "[^\x01-\x7f]", (char) => utf8.char(string.byte(char)))[0];
}

/**
 * Makes a client. Settings are read anew by each call.
 * @param environment stand-ins for what the computer provides, for tests
 * @returns its functions
 */
function createAi(this: void, environment?: Environment): Ai {
    const given: Environment = environment ?? {};
    const store: SettingsStore = given.settings ?? settings;
    const disk: memory.Disk = given.fs ?? fs;
    const now = given.now ?? (() => os.epoch("utc"));
    const pause = given.sleep ?? sleep;

    /** Makes a public function of one that needs a server: whatever happens in it, it returns. */
    function connected<A, T>(
        act: (server: opencode.Server, argument: A) => Result<T>,
    ): (argument?: A) => Result<T> {
        return (argument) => {
            const [ok, first, second] = pcall(() => {
                const [valid, value] = readSettings(store);
                if (!valid) return $multi(false as const, value);
                return act({ settings: value, send: given.send ?? sendOverHttp }, argument as A);
            });
            if (ok) return $multi(first, second) as unknown as Result<T>;
            if ((first as unknown) === "Terminated") error(first, 0);
            return $multi(false as const, fail("internal_error", { what: first }));
        };
    }

    function summarise(session: Session, current: string | undefined): SessionSummary {
        const id = session.id;
        const time = session.time;
        return {
            id,
            title: session.title,
            created: time.created,
            updated: time.updated,
            current: id === current,
        };
    }

    function createSession(server: opencode.Server, title?: string): Result<Session> {
        const label = os.getComputerLabel();
        const name = label === undefined ? `computer ${os.getComputerID()}` : label;
        const [ok, session] = opencode.createSession(
            server,
            title ?? `ComputerCraft: ${toUtf8(name as string)}`,
        );
        if (ok) memory.rememberSession(store, disk, session.id);
        return $multi(ok, session) as unknown as Result<Session>;
    }

    /** The session to talk in: the one asked for, the remembered one while the server has it, or else a new one. */
    function openSession(server: opencode.Server, options: AskOptions): Result<Session> {
        const id = options.session ?? server.settings.sessionId;
        if (id === undefined) return createSession(server);
        const [ok, session] = opencode.getSession(server, id);
        if (ok) return $multi(true as const, session);
        if (session.code !== "session_gone" || options.session !== undefined) {
            return $multi(false as const, session);
        }
        const [created, fresh] = createSession(server);
        if (created && options.onProgress !== undefined) {
            options.onProgress({ phase: "new session", seconds: 0, message: id });
        }
        return $multi(created, fresh) as unknown as Result<Session>;
    }

    /** Performs what the turn asks for. */
    function perform(server: opencode.Server, record: memory.TurnRecord, action: turn.Action): Result<unknown> {
        const id = record.sessionId;
        const kind = action.kind;
        if (kind === "wait") {
            pause(action.seconds);
            return $multi(true as const, undefined);
        }
        if (kind === "send") {
            memory.recordTurn(disk, record);
            return opencode.sendPrompt(server, id, record);
        }
        if (kind === "last") return opencode.getMessages(server, id, 1);
        if (kind === "recent") return opencode.getMessages(server, id, action.limit);
        if (kind === "parent") return opencode.getMessage(server, id, action.id);
        return opencode.readList(server, kind as keyof ListValues, record.directory);
    }

    function replyOf(
        message: Message,
        text: string,
        record: { readonly sessionId: string; readonly sentAt: number; readonly text?: string },
    ): Reply {
        const info = message.info;
        const reply: Reply = {
            text,
            sessionId: record.sessionId,
            messageId: info.id,
            agent: info.agent,
            finish: info.finish,
            tokens: info.tokens,
            cost: info.cost,
            seconds: (now() - record.sentAt) / 1000,
            prompt: record.text,
        };
        if (info.modelID !== undefined) reply.model = `${info.providerID}/${info.modelID}`;
        return reply;
    }

    /** Drives a turn to its end. */
    function drive(
        server: opencode.Server,
        record: memory.TurnRecord,
        options: WaitOptions,
        resumed: boolean,
    ): Result<Reply> {
        const nonce = record.nonce;
        let state = turn.start(record, options.idleTimeout ?? server.settings.pollTimeout, resumed);
        let observation: turn.Observation = { kind: "begin", now: now() };
        while (true) {
            const next = turn.step(state, observation);
            const action = next.action;
            state = next.state;
            if (options.log !== undefined && observation.kind === "last" && state.polls > 0) {
                options.log(turn.describePoll(state, observation.value.length));
            }
            if (action.kind === "done") {
                memory.forgetTurn(disk, nonce);
                return $multi(true as const, replyOf(action.message, action.text, record));
            }
            if (action.kind === "fail") {
                if (!action.pending) memory.forgetTurn(disk, nonce);
                if (action.code === "no_progress" && server.settings.resetSessionOnTimeout) {
                    memory.rememberSession(store, disk, undefined);
                }
                const failure = action.failure as Failure | undefined;
                return $multi(false as const, failure ?? fail(action.code, action.detail, action.text));
            }
            if (action.kind === "wait" && options.onProgress !== undefined) {
                options.onProgress(turn.progress(state, now()));
            }
            if (action.kind === "send") {
                record.sent = true;
                record.baselineId = state.baselineId;
                record.sentAt = now();
            }
            const [ok, value] = perform(server, record, action);
            const kind = ok ? action.kind : "failed";
            observation = { kind, request: action.kind, value, now: now() } as unknown as turn.Observation;
        }
    }

    /** Drives a turn; Ctrl+T stops it on the server, too, before it goes on to the caller. */
    function run(
        server: opencode.Server,
        record: memory.TurnRecord,
        options: WaitOptions,
        resumed: boolean,
    ): Result<Reply> {
        const [ok, first, second] = pcall(() => drive(server, record, options, resumed));
        if (ok) return $multi(first, second) as unknown as Result<Reply>;
        if ((first as unknown) === "Terminated" && record.sent === true) {
            const tell = options.onProgress ?? (() => {});
            tell({ phase: "stopping", seconds: 0 });
            const stubborn = { settings: server.settings, send: server.send, raw: true };
            const [stopped, problem] = opencode.abortSession(stubborn, record.sessionId);
            if (stopped) memory.forgetTurn(disk, record.nonce);
            tell({ phase: "stopped", seconds: 0, message: stopped ? undefined : problem.message });
        }
        return error(first, 0);
    }

    function ask(server: opencode.Server, prompt: string, options: AskOptions): Result<Reply> {
        const values = server.settings;
        const model = options.model ?? values.model;
        if (type(prompt) !== "string" || string.find(prompt, "%S")[0] === undefined) {
            return $multi(false as const, fail("empty_prompt"));
        }
        if (model !== undefined && string.find(model, "^[^/]+/.")[0] === undefined) {
            const what = `The model ${model} is not of the form provider/model`;
            return $multi(false as const, fail("bad_argument", { what }));
        }
        const [opened, session] = openSession(server, options);
        if (!opened) return $multi(false as const, session);
        const record: memory.TurnRecord = {
            nonce: string.format("%d-%.0f-%d", os.getComputerID(), now(), math.random(1, 999999)),
            sessionId: session.id,
            directory: session.directory,
            text: toUtf8(prompt),
            sentAt: now(),
            model,
            agent: options.agent ?? values.agent,
            variant: options.variant ?? values.variant,
            system: options.system,
        };
        return run(server, record, options, false);
    }

    /** The last answer of the session, for whoever wants to read it again. */
    function lastReply(server: opencode.Server): Result<Reply> {
        const sessionId = server.settings.sessionId;
        if (sessionId === undefined) return $multi(false as const, fail("nothing_to_resume"));
        const [ok, messages] = opencode.getMessages(server, sessionId, 10);
        if (!ok) return $multi(false as const, messages);
        let reply: Reply | undefined;
        for (const message of messages) {
            const text = turn.messageText(message);
            if (message.info.role === "assistant" && text !== "") {
                reply = replyOf(message, text, { sessionId, sentAt: message.info.time.created });
            }
        }
        if (reply === undefined) return $multi(false as const, fail("nothing_to_resume"));
        return $multi(true as const, reply);
    }

    return {
        ask: (prompt, options) =>
            connected<string, Reply>((server, text) => ask(server, text, options ?? {}))(prompt),
        ping: connected((server, options?: AskOptions) => ask(server, PING, options ?? {})),
        health: connected((server) => {
            const start = now();
            const [ok, value] = opencode.health(server);
            if (!ok) return $multi(false as const, value);
            return $multi(true as const, { version: value.version, seconds: (now() - start) / 1000 });
        }),
        listSessions: connected((server, options?: { limit?: number; search?: string }) => {
            const [ok, sessions] = opencode.listSessions(server, options && options.limit, options && options.search);
            if (!ok) return $multi(false as const, sessions);
            const summaries: SessionSummary[] = [];
            for (const session of sessions) summaries.push(summarise(session, server.settings.sessionId));
            return $multi(true as const, summaries);
        }),
        newSession: connected((server, options?: { title?: string }) => {
            const [ok, session] = createSession(server, options && options.title);
            if (!ok) return $multi(false as const, session);
            return $multi(true as const, summarise(session, session.id));
        }),
        useSession: connected((server, id: string) => {
            const [ok, session] = opencode.getSession(server, tostring(id));
            if (!ok) return $multi(false as const, session);
            memory.rememberSession(store, disk, session.id);
            return $multi(true as const, summarise(session, session.id));
        }),
        currentSession: connected((server) => $multi(true as const, server.settings.sessionId)),
        clearSession: connected(() => {
            memory.rememberSession(store, disk, undefined);
            return $multi(true as const, undefined);
        }),
        abort: connected((server, session?: string) => {
            const id = session ?? server.settings.sessionId;
            if (id === undefined) return $multi(false as const, fail("no_session"));
            const [found, details] = opencode.getSession(server, id);
            if (!found) return $multi(false as const, details);
            const [asked, statuses] = opencode.readList(server, "status", details.directory);
            if (!asked) return $multi(false as const, statuses);
            const [ok, value] = opencode.abortSession(server, id);
            if (!ok) return $multi(false as const, value);
            for (const record of memory.pendingTurns(disk)) {
                if (record.sessionId === id) memory.forgetTurn(disk, record.nonce);
            }
            return $multi(true as const, statuses[id] !== undefined);
        }),
        resume: connected((server, options?: WaitOptions) => {
            const records = memory.pendingTurns(disk);
            const record = records[0];
            if (record === undefined) return lastReply(server);
            const [ok, reply] = run(server, record, options ?? {}, true);
            if (!ok) return $multi(false as const, reply);
            reply.remaining = records.length - 1;
            return $multi(true as const, reply);
        }),
    };
}

export = createAi;
