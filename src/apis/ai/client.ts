/** What a client of opencode does; its functions raise failures, and /apis/libai returns them. */
import { need } from "../failure";
import { drive, replyOf, stop, tell, type Server } from "./drive";
import { fail, type Result } from "./failure";
import * as opencode from "./opencode";
import { isComplete, looksFinal, newestTurn, nonceOf, textOf, type PastTurn } from "./messages";
import type { Session } from "./protocol";
import { forgetTurn, pendingTurns, rememberSession, type TurnRecord } from "./session";
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

/** The newest turn of a session of the kind that is wanted. */
function findTurn(
    server: Server,
    sessionId: string,
    isWanted: (this: void, turn: PastTurn) => boolean,
): PastTurn | undefined {
    for (const limit of [10, 100]) {
        const messages = need(opencode.getMessages, server, sessionId, limit);
        const found = newestTurn(messages, isWanted);
        if (found || messages.length < limit) return found;
    }
    return undefined;
}

/** Whether a turn's last step is an answer, and not one that is being written. */
function isOver(turn: PastTurn): boolean {
    const last = turn.steps[turn.steps.length - 1];
    return isComplete(last) && looksFinal(last);
}

/** The last answer of the session, for whoever wants to read it again. */
function lastReply(server: Server): Reply {
    const sessionId = server.settings.session_id ?? raise("nothing_to_resume");
    need(opencode.getSession, server, sessionId);
    const found = findTurn(server, sessionId, (turn) => textOf(turn.steps) !== "");
    if (!found) return raise("nothing_to_resume");
    const last = found.steps[found.steps.length - 1]!;
    const nonce = found.prompt && nonceOf(found.prompt);
    for (const record of isOver(found) ? pendingTurns(server.disk) : []) {
        if (record.nonce === nonce) forgetTurn(server.disk, record.nonce);
    }
    return replyOf(server, last, textOf(found.steps), { sessionId, sentAt: last.info.time.created });
}

/**
 * The turn that goes on in this computer's session although no record tells of it, as none could be written on a full
 * disk: the newest prompt there carries this computer's nonce, and is not answered yet.
 */
function unrecordedTurn(server: Server): TurnRecord | undefined {
    const sessionId = server.settings.session_id;
    if (sessionId === undefined) return undefined;
    const session = need(opencode.getSession, server, sessionId);
    const found = findTurn(server, sessionId, () => true);
    const prompt = found && found.prompt;
    const nonce = prompt && nonceOf(prompt);
    if (!found || !prompt || nonce === undefined || isOver(found)) return undefined;
    if (string.find(nonce, `^${os.getComputerID()}%-%d+%-%d+$`)[0] === undefined) return undefined;
    const sentAt = prompt.info.time.created;
    const directory = session.directory;
    return { nonce, sessionId, directory, text: textOf([prompt]), sentAt, sent: true };
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
    abort: (server, session, options) => {
        const id = session ?? server.settings.session_id ?? raise("no_session");
        const directory = need(opencode.getSession, server, id).directory;
        let record: TurnRecord | undefined;
        for (const pending of pendingTurns(server.disk)) {
            if (pending.sessionId === id) record = pending;
        }
        tell(options ?? {}, { phase: "stopping", seconds: 0 });
        const baselineId = record && record.baselineId;
        const isOurs = record !== undefined;
        const { outcome, failure } = stop(server, { sessionId: id, isOurs, baselineId }, directory);
        if (outcome === "starting") raise("still_starting");
        if (outcome === "failed") throw failure ?? fail("not_stopped");
        if (outcome === "stopped" && record) forgetTurn(server.disk, record.nonce);
        if (outcome === "ended") tell(options ?? {}, { phase: "ended", seconds: 0 });
        return outcome === "stopped";
    },
    resume: (server, options) => {
        const records = pendingTurns(server.disk);
        const record = records[0] ?? unrecordedTurn(server);
        if (record === undefined) return lastReply(server);
        const reply = drive(server, record, options ?? {}, true);
        reply.remaining = Math.max(records.length - 1, 0);
        return reply;
    },
    last: lastReply,
};
