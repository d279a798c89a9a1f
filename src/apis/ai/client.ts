/** What a client of opencode does; its functions raise failures, and /apis/libai returns them. */
import { outcome } from "../trapos/failure";
import { send as sendOverHttp } from "../trapos/http";
import { nearest } from "../trapos/nearest";
import { ownSettings } from "../trapos/settingsfile";
import { oneLine, toUtf8 } from "../trapos/utf8";
import { attachmentsOf } from "./attachments";
import { serverFiles } from "./serverfiles";
import { askForValue } from "./structured";
import * as choices from "./calls/choices";
import * as history from "./calls/history";
import * as sessions from "./calls/sessions";
import { status } from "./calls/status";
import * as tasks from "./calls/tasks";
import { usage } from "./calls/usage";
import { answerOf, drive, replyOf, stop, tell, type Server } from "./drive";
import { fail, type Code, type Result } from "./failure";
import type * as luaexecModule from "./hands/luaexec";
import { isComplete, looksFinal, newestTurn, nonceOf, textOf, type PastTurn } from "./messages";
import { agentsIn, modelsIn, shownAgents, variantsIn } from "./names";
import type { Session } from "./protocol";
import { answer, openPermissions, openQuestions } from "./openasks";
import direct = require("./server/direct");
import { keep, recall } from "./known";
import { isSet, readSettings } from "./settings";
import { forgetTurn, isOwnNonce, newNonce, pendingTurns, rememberSession, type TurnRecord } from "./session";
import type { Ai, AskOptions, Environment, Reply, SessionSummary } from "./types";
import type { Check, DoctorOptions } from "./doctor/check";
import type * as conversationModule from "./link/conversation";
import type { Dialect, Face, Named } from "./server/face";
import type * as examineModule from "./doctor/examine";
import type { FileKeeper, Means } from "./doctor/examine";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

const PING = "Reply with the single word: pong";

/** What a list of sessions shows of a prompt, in characters, beside a number and the computer's name. */
const LONGEST_TITLE = 42;

/** What a client can do; each raises its failure. */
export type Calls = {
    readonly [K in Exclude<keyof Ai, "askAsync" | "run" | "jobs">]: (
        this: void,
        ...given: Parameters<Ai[K]>
    ) => ReturnType<Ai[K]> extends Result<infer T> ? T : never;
};

/** What a client works with: one call's server, and what outlasts the call. */
export interface Client extends Server {
    /** Models and agents that were looked up and are there, by where and what. */
    readonly known: Record<string, true | undefined>;
}

function raise(code: Code, detail?: Record<string, unknown>): never {
    throw fail(code, detail);
}

/** An option as UTF-8: at a computer it may have been typed. */
function asUtf8(option: string | undefined): string | undefined {
    return option === undefined ? undefined : toUtf8(option);
}

/** A title by which lists tell sessions apart: the beginning of a prompt, if there is one, and the computer's name. */
function titleOf(prompt: string): string {
    const name = toUtf8((os.getComputerLabel() as string | undefined) ?? `computer ${os.getComputerID()}`);
    if (prompt === "" || prompt === PING) return `ComputerCraft: ${name}`;
    const [words] = string.gsub(toUtf8(prompt), "^%s+", "");
    return `${oneLine(words, LONGEST_TITLE)} (${name})`;
}

/** Talks in a session from now on, which is of the opencode that there is. */
function talkIn(server: Server, session: Session): void {
    rememberSession(server, session.id);
    const dialect = server.face.dialect(server);
    if (dialect !== undefined) keep(server.disk, { session: { id: session.id, dialect } });
}

/** Whether a session was made by the other opencode, which knows nothing of it. */
function isOfOther(server: Server, id: string): boolean {
    const known = recall(server.disk).session;
    const dialect = server.face.dialect(server);
    return dialect !== undefined && known !== undefined && known.id === id && known.dialect !== dialect;
}

function createSession(server: Server, title: string): Session {
    const session = server.face.createSession(server, title);
    talkIn(server, session);
    return session;
}

/** Whether an empty list tells nothing: opencode 2 has models and agents, which it lists when it has read a folder; that takes a while. */
function isUnread(client: Client, code: Code): boolean {
    return code !== "unknown_variant" && client.face.dialect(client) === 2;
}

/**
 * Looks a name up. opencode takes a prompt for any model, agent or variant, and where it has none of that name nothing comes of
 * it, or nobody hears of it; a model even stays with the session. So this is asked before anything is sent. Where the list cannot be read
 * nothing is known, and the prompt goes on its way: what keeps the server from listing may not keep it from answering.
 * @param names the names that there are, or nothing where they cannot be told; and those to choose from, where these are fewer
 * @returns whether the name is there, or nothing where that cannot be told
 */
function lookUp(
    client: Client,
    code: Code,
    wanted: string,
    where: string,
    names: () => LuaMultiReturn<[there: string[] | undefined, offered?: string[]]>,
): boolean | undefined {
    const key = `${client.settings.server_url} ${where} ${code} ${wanted}`;
    if (client.known[key]) return true;
    const [there, offered] = names();
    if (there === undefined || (there.length === 0 && isUnread(client, code))) return undefined;
    for (const name of there) {
        if (name === wanted) {
            client.known[key] = true;
            return true;
        }
    }
    throw fail(code, { wanted, known: nearest(wanted, offered ?? there) });
}

/** The model that a session asks where none is named; nothing where that cannot be told. */
function usualModel(client: Client, directory: string | undefined, session?: Session): string | undefined {
    const used = session && session.model;
    if (used !== undefined) return `${used.providerID}/${used.id}`;
    const [ok, config] = outcome(() => client.face.readList(client, "config", directory));
    return ok ? config.model : undefined;
}

/** Fails where a variant is not one of a model's. */
function checkVariant(client: Client, directory: string | undefined, model: string, variant: string): void {
    lookUp(client, "unknown_variant", variant, `${directory ?? ""} ${model}`, () => {
        const [ok, providers] = outcome(() => client.face.readList(client, "providers", directory));
        return $multi(ok ? variantsIn(providers, model) : undefined);
    });
}

/** What is asked, by the options and else the settings. */
function namedBy(client: Client, options: AskOptions): Named {
    const values = client.settings;
    const model = asUtf8(options.model) ?? values.model;
    const agent = asUtf8(options.agent) ?? values.agent;
    const variant = asUtf8(options.variant) ?? values.variant;
    return { model, agent, variant };
}

/** Fails where a model, an agent or a variant that is asked for is not there. */
function checkNames(client: Client, named: Named, directory: string | undefined, session?: Session): void {
    const model = named.model;
    const agent = named.agent;
    const variant = named.variant;
    const where = directory ?? "";
    if (agent !== undefined) {
        lookUp(client, "unknown_agent", agent, where, () => {
            const [ok, agents] = outcome(() => client.face.readList(client, "agents", directory));
            if (!ok) return $multi(undefined);
            return $multi(agentsIn(agents), shownAgents(agents));
        });
    }
    if (model !== undefined) {
        const isKnown = lookUp(client, "unknown_model", model, where, () => {
            const [ok, providers] = outcome(() => client.face.readList(client, "providers", directory));
            return $multi(ok ? modelsIn(providers) : undefined);
        });
        // It could not be sent as anything.
        if (isKnown === undefined && string.find(model, "^[^/]+/.")[0] === undefined)
            raise("bad_argument", { what: `The model ${model} is not of the form provider/model` });
    }
    if (variant !== undefined) {
        const asked = model ?? usualModel(client, directory, session);
        if (asked !== undefined) checkVariant(client, directory, asked, variant);
    }
}

/**
 * The session to talk in: the one asked for, the remembered one while the server has it, or else a new one.
 * @param check raises where something is wrong with the prompt, by the folder that it is for
 */
function openSession(
    client: Client,
    prompt: string,
    options: AskOptions,
    check: (directory: string | undefined, session?: Session) => void,
): Session {
    const id = options.newSession ? undefined : (options.session ?? client.settings.session_id);
    const isAsked = options.session !== undefined;
    if (id !== undefined && (isAsked || !isOfOther(client, id))) {
        const [ok, session] = outcome(() => sessions.requireSession(client, id));
        if (ok) {
            check(session.directory, session);
            return session;
        }
        if (session.code !== "session_gone" || isAsked) throw session;
    }
    check(client.settings.directory);
    const created = createSession(client, titleOf(prompt));
    if (id !== undefined) tell(options, { phase: "new session", seconds: 0, message: id });
    return created;
}

/** Asks for a text. */
function askForText(client: Client, prompt: string, options: AskOptions): Reply {
    const named = namedBy(client, options);
    if (string.find(prompt, "%S")[0] === undefined) raise("empty_prompt");
    const text = toUtf8(prompt);
    const attachments = attachmentsOf(client.disk, options.files ?? []);
    const session = openSession(client, prompt, options, (directory, known) => {
        checkNames(client, named, directory, known);
    });
    client.face.beforePrompt(client, session, named);
    const record: TurnRecord = {
        dialect: client.face.dialect(client),
        nonce: newNonce(client.now()),
        sessionId: session.id,
        directory: session.directory,
        text,
        attachments,
        files: serverFiles(client, session.directory, text),
        sentAt: client.now(),
        model: named.model,
        agent: named.agent,
        variant: named.variant,
        system: asUtf8(options.system),
    };
    return drive(client, record, options, false);
}

function ask(client: Client, prompt: string, given?: AskOptions): Reply {
    const options = given ?? {};
    const schema = options.schema;
    if (schema === undefined) return askForText(client, prompt, options);
    return askForValue((words, chosen) => askForText(client, words, chosen), prompt, options, schema);
}

/** The newest turn of a session of the kind that is wanted. */
function findTurn(
    server: Server,
    session: Session,
    isWanted: (this: void, turn: PastTurn) => boolean,
): PastTurn | undefined {
    for (const limit of [10, 100]) {
        const messages = server.face.getMessages(server, session.id, limit);
        const found = newestTurn(messages, isWanted, history.hiddenFrom(session));
        if (found || messages.length < limit) return found;
    }
    return undefined;
}

/** Whether a turn's last step is an answer, and not one that is being written. */
function isOver(turn: PastTurn): boolean {
    const last = turn.steps[turn.steps.length - 1];
    return isComplete(last) && looksFinal(last);
}

/** A time of the server's, which was before now by this computer's clock, too. */
function passed(server: Server, time: number): number {
    return Math.min(time, server.now());
}

/** The last answer of the session, for whoever wants to read it again. */
function lastReply(server: Server, wanted?: string): Reply {
    const sessionId = wanted ?? server.settings.session_id ?? raise("nothing_to_resume");
    const session = server.face.getSession(server, sessionId);
    const found = findTurn(server, session, (turn) => answerOf(turn.steps) !== "");
    if (!found) return raise("nothing_to_resume");
    const sentAt = passed(server, found.steps[found.steps.length - 1]!.info.time.created);
    const nonce = found.prompt && nonceOf(found.prompt);
    for (const record of isOver(found) ? pendingTurns(server.disk) : []) {
        if (record.nonce === nonce) forgetTurn(server.disk, record.nonce);
    }
    return replyOf(server, found.steps, { sessionId, sentAt });
}

/**
 * The turn of this computer that goes on in a session, its own where none is named, although no record tells of it, as none could be written on a full
 * disk: the newest prompt there carries this computer's nonce, and is not answered yet.
 */
function unrecordedTurn(server: Server, wanted?: string): TurnRecord | undefined {
    const sessionId = wanted ?? server.settings.session_id;
    if (sessionId === undefined) return undefined;
    const session = server.face.getSession(server, sessionId);
    const found = findTurn(server, session, () => true);
    const prompt = found && found.prompt;
    const nonce = prompt && nonceOf(prompt);
    if (!found || !prompt || nonce === undefined || isOver(found) || !isOwnNonce(nonce)) return undefined;
    const directory = session.directory;
    const statuses = server.face.readList(server, "status", directory);
    if (statuses[sessionId] === undefined) return undefined;
    const sentAt = passed(server, prompt.info.time.created);
    const dialect = server.face.dialect(server);
    return { dialect, nonce, sessionId, directory, text: textOf([prompt]), sentAt, sent: true };
}

/**
 * Fails where a turn was asked of the other opencode, which is not there any more. Where nobody answers that is not known: a
 * server that restarts is waited for by whoever asks for the turn.
 */
function checkDialect(server: Server, record: TurnRecord): void {
    const [isTold, dialect] = outcome(() => server.face.dialect(server));
    if (!isTold || dialect === undefined || (record.dialect ?? 1) === dialect) return;
    const version = server.face.health(server).version;
    forgetTurn(server.disk, record.nonce);
    // Its prompt was sent: there is nothing left of the call that could be made anew.
    server.learned.hasSent = true;
    throw fail("other_opencode", { version });
}

type Act = (this: void, client: Client, first: never, second: never, third: never) => unknown;
/** What each of a client's functions does: it returns its value or raises a failure. */
const functions: {
    readonly [K in Exclude<keyof Calls, "doctor">]: (
        this: void,
        client: Client,
        ...given: Parameters<Calls[K]>
    ) => ReturnType<Calls[K]>;
} = {
    ask,
    luaExec: (client, prompt, options) => {
        const values = client.settings;
        const parts = {
            ask: (question: string, given: AskOptions) => ask(client, question, given),
            retries: values.lua_exec_max_retries,
            seconds: values.lua_exec_timeout_seconds,
        };
        // Few programs ask for it.
        const luaexec = load("/apis/ai/hands/luaexec") as typeof luaexecModule;
        return luaexec.luaExec(parts, prompt, options);
    },
    ping: (server, options) => ask(server, PING, options),
    health: (server) => {
        const start = server.now();
        const version = server.face.health(server).version;
        return { version, seconds: (server.now() - start) / 1000 };
    },
    listSessions: (server, options) => {
        const summaries: SessionSummary[] = [];
        const wanted = options ?? {};
        for (const session of server.face.listSessions(server, wanted.limit, asUtf8(wanted.search))) {
            summaries.push(sessions.summarise(server, session));
        }
        return summaries;
    },
    newSession: (server, options) =>
        sessions.summarise(server, createSession(server, toUtf8((options && options.title) ?? titleOf("")))),
    useSession: (server, id) => {
        const session = sessions.requireSession(server, id);
        talkIn(server, session);
        return sessions.summarise(server, session);
    },
    currentSession: (server) => server.settings.session_id,
    session: (server, id) => sessions.summarise(server, sessions.sessionOf(server, id)),
    clearSession: (server) => {
        rememberSession(server, undefined);
        return undefined;
    },
    abort: (server, session, options) => {
        const id = session ?? server.settings.session_id ?? raise("no_session");
        const directory = server.face.getSession(server, id).directory;
        const records = pendingTurns(server.disk, id);
        const record = records[records.length - 1];
        tell(options ?? {}, { phase: "stopping", seconds: 0 });
        const baselineId = record && record.baselineId;
        const isOurs = record !== undefined;
        const end = stop(server, { sessionId: id, isOurs, baselineId }, directory);
        const how = end.outcome;
        if (how === "starting") raise("still_starting");
        if (how === "failed") throw end.failure ?? fail("not_stopped");
        if (how === "stopped" && record) forgetTurn(server.disk, record.nonce);
        if (how === "ended") tell(options ?? {}, { phase: "ended", seconds: 0 });
        return how === "stopped";
    },
    resume: (server, options) => {
        const session = options && options.session;
        const records = pendingTurns(server.disk, session);
        const record = records[0] ?? unrecordedTurn(server, session);
        if (record === undefined) return lastReply(server, session);
        checkDialect(server, record);
        const reply = drive(server, record, options ?? {}, true);
        reply.remaining = Math.max(records.length - 1, 0);
        return reply;
    },
    last: lastReply,
    messages: history.messages,
    models: choices.models,
    chooseModel: choices.chooseModel,
    agents: choices.agents,
    chooseAgent: choices.chooseAgent,
    variants: choices.variants,
    chooseVariant: choices.chooseVariant,
    commands: choices.commands,
    rename: sessions.rename,
    delete: sessions.deleteSession,
    fork: sessions.fork,
    share: sessions.share,
    unshare: sessions.unshare,
    undo: history.undo,
    redo: history.redo,
    todo: history.todo,
    diff: history.diff,
    usage,
    compact: (client, options) =>
        tasks.compact(client, sessions.sessionOf(client, options && options.session), options ?? {}),
    shell: (client, line, options) =>
        tasks.shell(
            client,
            openSession(client, `!${line}`, options ?? {}, () => undefined),
            line,
            options ?? {},
        ),
    runCommand: (client, name, text, given) => {
        const options = given ?? {};
        const words = text ?? "";
        const named = namedBy(client, options);
        const session = openSession(client, `/${name} ${words}`, options, (directory, known) => {
            checkNames(client, named, directory, known);
        });
        const call = {
            name,
            arguments: toUtf8(words),
            model: named.model,
            agent: named.agent,
            variant: named.variant,
        };
        return tasks.runCommand(client, session, call, options);
    },
    status,
    permissions: openPermissions,
    answerPermission: (server, id, reply, message) => {
        answer(server, (folder) => {
            server.face.answerPermission(server, id, reply, asUtf8(message), folder);
        });
        return undefined;
    },
    questions: openQuestions,
    answerQuestion: (server, id, answers) => {
        answer(server, (folder) => {
            if (answers === undefined) server.face.rejectQuestion(server, id, folder);
            else server.face.answerQuestion(server, id, answers, folder);
        });
        return undefined;
    },
};

/** The installer's package manager, where there is one. */
function fileKeeper(): FileKeeper | undefined {
    if (!fs.exists("/apis/libccpm.lua")) return undefined;
    return (load("/apis/libccpm") as (this: void) => FileKeeper)();
}

/** The bytes that are free on the computer's disk. */
function freeSpace(): number {
    const free = fs.getFreeSpace("/") as number | "unlimited";
    return free === "unlimited" ? math.huge : free;
}

/** What a client works with beside the settings. */
function meansOf(given: Environment): Omit<Server, "settings"> {
    const disk = given.fs ?? fs;
    return {
        store: given.settings ?? ownSettings(disk),
        disk,
        face: direct,
        learned: {},
        send: given.send ?? sendOverHttp,
        now: given.now ?? (() => os.epoch("utc")),
        sleep: given.sleep ?? sleep,
    };
}

/** Whether the package of the link is there. */
function hasLink(): boolean {
    return fs.exists("/apis/ai/server/link.lua");
}

/** Makes a call to the bridge that this computer is linked with. */
function overLink<T>(client: { face: Face }, call: (this: void) => T): T {
    if (!hasLink()) raise("link_missing");
    client.face = load("/apis/ai/server/link") as Face;
    return (load("/apis/ai/link/conversation") as typeof conversationModule).withService(call);
}

/** Failures after which another server may be there. */
const DOUBTFUL: Record<string, true | undefined> = {
    cannot_connect: true,
    network_error: true,
    timed_out: true,
    not_opencode: true,
    other_opencode: true,
};

/**
 * Makes a call, and has it asked again which opencode the server is where another may be there. What was found out is kept
 * at once, as a turn's end leaves nothing that tells of an answer which was not shown.
 */
function noting<T>(client: Client, call: (this: void) => T): T {
    const url = client.settings.server_url;
    client.learned.note = (dialect) => {
        keep(client.disk, { server: { url, dialect } });
    };
    const [ok, value] = outcome(call);
    if (ok) return value;
    if (DOUBTFUL[value.code]) {
        client.learned.dialect = undefined;
        keep(client.disk, { server: { url, dialect: 0 } });
    }
    throw value;
}

/**
 * Makes a call to opencode itself. Which one it is is known from calls before; where the other one has taken its place,
 * the call is made anew unless a prompt was sent.
 */
function overHttp<T>(client: Client, call: (this: void) => T): T {
    const known = recall(client.disk).server;
    const isKnown = known !== undefined && known.url === client.settings.server_url && known.dialect > 0;
    if (isKnown) client.learned.dialect = known.dialect as Dialect;
    const [ok, value] = outcome(() => noting(client, call));
    if (ok) return value;
    if (value.code !== "other_opencode" || client.learned.hasSent === true) throw value;
    return noting(client, call);
}

/** Examines the way to the model; loaded for that alone. */
function doctor(given: Environment, options?: DoctorOptions): Check[] {
    const means = meansOf(given) as { -readonly [K in keyof Means]: Means[K] };
    // Of a disk that stands in for the computer's neither is known.
    const isOwn = given.fs === undefined;
    means.freeSpace = () => (isOwn ? freeSpace() : undefined);
    means.fileKeeper = () => (isOwn ? fileKeeper() : undefined);
    const examine = () =>
        (load("/apis/ai/doctor/examine") as typeof examineModule).examine(means, options ?? {});
    if (!isSet(means.store, "link_url")) return examine();
    if (hasLink()) return overLink(means, examine);
    means.whyNoLink = fail("link_missing");
    return examine();
}

/**
 * Makes a client. Settings are read anew by each call.
 * @param given stand-ins for what the computer provides
 */
export function connect(given: Environment): Calls {
    const known: Client["known"] = {};
    const calls: Record<string, unknown> = { doctor: (options?: DoctorOptions) => doctor(given, options) };
    for (const [name, act] of pairs(functions)) {
        calls[name] = (first: never, second: never, third: never) => {
            const client = meansOf(given) as { -readonly [K in keyof Client]: Client[K] };
            client.settings = readSettings(client.store);
            client.known = known;
            const call = () => (act as Act)(client, first, second, third);
            if (client.settings.link_url === undefined) return overHttp(client, call);
            return overLink(client, call);
        };
    }
    return calls as unknown as Calls;
}
