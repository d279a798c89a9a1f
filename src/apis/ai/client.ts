/** What a client of opencode does; its functions raise failures, and /apis/libai returns them. */
import { need } from "../failure";
import { drive, replyOf, tell, type Server } from "./drive";
import { fail, type Result } from "./failure";
import * as opencode from "./opencode";
import type { ListValues, Session } from "./protocol";
import { withoutReasoning } from "./reasoning";
import { forgetTurn, pendingTurns, rememberSession, type TurnRecord } from "./session";
import { messageText } from "./turn";
import type { Ai, AskOptions, Reply, SessionSummary } from "./types";

const PING = "Reply with the single word: pong";

/** Text as UTF-8: what is typed on a computer comes as Latin-1, what programs hand in mostly is UTF-8 already. */
function toUtf8(text: string): string {
    // For other text the game returns false and Lua 5.3 nil.
    if (type(utf8.len(text)) === "number") return text;
    return string.gsub(text, "[^\x01-\x7f]", (char) => utf8.char(string.byte(char)))[0];
}

function raise(code: string, detail?: Record<string, unknown>): never {
    throw fail(code, detail);
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

/** A title by which lists tell sessions apart: the beginning of a prompt, if there is one, and the computer's name. */
function titleOf(prompt: string): string {
    const name = toUtf8((os.getComputerLabel() as string | undefined) ?? `computer ${os.getComputerID()}`);
    if (prompt === "" || prompt === PING) return `ComputerCraft: ${name}`;
    const [line] = string.gsub(string.gsub(toUtf8(prompt), "^%s+", "")[0], "%s+", " ");
    let last = 40;
    // A letter of several bytes is not cut in two.
    while (type(utf8.len(string.sub(line, 1, last))) !== "number") last -= 1;
    return `${string.sub(line, 1, last)}${line.length > last ? ".." : ""} (${name})`;
}

function createSession(server: Server, title: string): Session {
    const session = need(opencode.createSession, server, title);
    rememberSession(server, session.id);
    return session;
}

/** The session to talk in: the one asked for, the remembered one while the server has it, or else a new one. */
function openSession(server: Server, prompt: string, options: AskOptions): Session {
    const id = options.session ?? server.settings.session_id;
    if (id === undefined || options.newSession) return createSession(server, titleOf(prompt));
    const [ok, session] = opencode.getSession(server, id);
    if (ok) return session;
    if (session.code !== "session_gone" || options.session !== undefined) throw session;
    const created = createSession(server, titleOf(prompt));
    tell(options, { phase: "new session", seconds: 0, message: id });
    return created;
}

function ask(server: Server, prompt: string, given?: AskOptions): Reply {
    const options = given ?? {};
    const values = server.settings;
    const model = options.model ?? values.model;
    if (type(prompt) !== "string" || string.find(prompt, "%S")[0] === undefined) raise("empty_prompt");
    if (model !== undefined && string.find(tostring(model), "^[^/]+/.")[0] === undefined) {
        raise("bad_argument", { what: `The model ${model} is not of the form provider/model` });
    }
    const session = openSession(server, prompt, options);
    const record: TurnRecord = {
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
    return drive(server, record, options, false);
}

/** The last answer of the session, for whoever wants to read it again. */
function lastReply(server: Server): Reply {
    const sessionId = server.settings.session_id ?? raise("nothing_to_resume");
    need(opencode.getSession, server, sessionId);
    let reply: Reply | undefined;
    for (const message of need(opencode.getMessages, server, sessionId, 10)) {
        const info = message.info;
        const text = withoutReasoning(messageText(message));
        if (info.role === "assistant" && text !== "") {
            reply = replyOf(server, message, text, { sessionId, sentAt: info.time.created });
        }
    }
    return reply ?? raise("nothing_to_resume");
}

/** What each of a client's functions does: it returns its value or raises a failure. */
export const functions: {
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
    newSession: (server, options) =>
        summarise(server, createSession(server, (options && options.title) ?? titleOf(""))),
    useSession: (server, id) => {
        const session = need(opencode.getSession, server, id);
        rememberSession(server, session.id);
        return summarise(server, session);
    },
    currentSession: (server) => server.settings.session_id,
    clearSession: (server) => {
        rememberSession(server, undefined);
        return undefined;
    },
    abort: (server, session) => {
        const id = session ?? server.settings.session_id ?? raise("no_session");
        const directory = need(opencode.getSession, server, id).directory;
        const statuses = need(opencode.readList, server, "status", directory) as ListValues["status"];
        need(opencode.abortSession, server, id);
        for (const record of pendingTurns(server.disk)) {
            if (record.sessionId === id) forgetTurn(server.disk, record.nonce);
        }
        return statuses[id] !== undefined;
    },
    resume: (server, options) => {
        const records = pendingTurns(server.disk);
        const record = records[0];
        if (record === undefined) return lastReply(server);
        const reply = drive(server, record, options ?? {}, true);
        reply.remaining = records.length - 1;
        return reply;
    },
};
