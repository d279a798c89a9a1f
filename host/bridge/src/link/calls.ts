import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OpencodeFailure, type OpencodeClient } from "trapos-opencode";
import { z } from "zod";
import { permissionAsk } from "../../../../src/apis/ai/ask.ts";
import type { Permission, Question, Session } from "../../../../src/apis/ai/protocol.ts";
import { BridgeFailure, forbidden } from "../failure.ts";
import type { Jobs } from "../jobs/job.ts";
import type { Journal, LinkedComputer, Profile } from "../journal/journal.ts";
import { allows, type SessionRule } from "../session-rules.ts";
import { placeInside } from "../turns/files.ts";
import type { Turns } from "../turns/turns.ts";
import { stopSession } from "../turns/stopping.ts";

/** What calls work with. */
export interface CallsWorld {
    readonly client: () => OpencodeClient;
    readonly journal: Journal;
    readonly turns: Turns;
    readonly jobs: Jobs;
    readonly directory: string;
    readonly now: () => number;
    /** Why opencode cannot be asked now, where that is so. */
    readonly away: () => string | undefined;
    /** The rules of a session of the computer's. */
    readonly rulesOf: (profile: Profile) => readonly SessionRule[];
}

/** A call of a computer. */
interface Call extends CallsWorld {
    readonly computer: LinkedComputer;
}

/** What a session is opened with. */
type SessionCall = Pick<Call, "client" | "journal" | "directory" | "now" | "rulesOf" | "computer">;

/** A function that a computer may call: the profile that it needs, what it is given, and what it does. */
interface Callable<Given> {
    readonly needs: Profile;
    readonly given: z.ZodType<Given>;
    readonly run: (call: Call, given: Given) => Promise<unknown>;
    /** Whether the bridge answers it by itself, also while opencode is away. */
    readonly isOwn?: boolean;
}

const id = z.string().min(1).max(100);
const text = z.string().max(1_000_000);
const ofSession = z.object({ id });
const jobNumber = z.int().min(1);
const ofJob = z.object({ number: jobNumber });
const optional = <T>(type: z.ZodType<T>) => type.nullish().transform((value) => value ?? undefined);

/** How many sessions opencode is asked for, of which the computer's own are shown. */
const MOST_SESSIONS = 1000;

/** The most characters of a job's prompt. */
const MOST_PROMPTED = 100_000;

/** The most jobs that a computer is told of at once, the newest: each takes a kilobyte of its memory. */
const MOST_JOBS = 100;

/** The longest that a computer waits for a job at once, in seconds: less than a call may take. */
const LONGEST_WAIT = 10;

/** A ring of parents has no end, so no more of them are followed. */
const MOST_GENERATIONS = 10;

function gone(session: string): BridgeFailure {
    return new BridgeFailure("session_gone", { session });
}

/** Fails unless a session is the computer's own. Others' are to it as if they were not there. */
function own({ journal, computer, client }: Call, sessionId: string): string {
    if (journal.ownerOfSession(sessionId) !== computer.id) throw gone(sessionId);
    // The opencode whose place another one has taken has it, and this one may have one of that id that is another's.
    if (journal.dialectOf(sessionId) !== client().dialect) throw gone(sessionId);
    return sessionId;
}

/** Whether a session is the computer's own, or was opened for a subagent of one that is. */
async function isOwnTree({ journal, computer, client }: Call, sessionId: string): Promise<boolean> {
    let current: string | undefined = sessionId;
    for (let generation = 0; current !== undefined && generation < MOST_GENERATIONS; generation++) {
        const owner = journal.ownerOfSession(current);
        if (owner !== undefined) return owner === computer.id;
        try {
            current = (await client().getSession(current)).parentID;
        } catch (error) {
            if (error instanceof OpencodeFailure && error.code === "session_gone") return false;
            throw error;
        }
    }
    return false;
}

/** Those of a list that are of the computer's own sessions, or of their subagents. */
async function ownEntries<T extends Permission | Question>(call: Call, entries: readonly T[]): Promise<T[]> {
    const mine: T[] = [];
    for (const entry of entries) if (await isOwnTree(call, entry.sessionID)) mine.push(entry);
    return mine;
}

/** Makes the rules of a session those of the computer's profile, and looks whether they are. */
async function fenceIn({ client, computer, rulesOf }: SessionCall, session: Session): Promise<void> {
    const rules = rulesOf(computer.profile);
    const held = await client().setPermission(session.id, rules);
    // Of several rules that fit the last one counts, and the first of ours fits everything.
    const last = rules.length === 0 ? [] : held.slice(-rules.length);
    const isHeld = rules.every((rule, place) =>
        (["permission", "pattern", "action"] as const).every((key) => rule[key] === last[place]?.[key]),
    );
    if (!isHeld) throw forbidden("opencode does not keep the rules of the session");
}

/** Makes a session the computer's own, with its rules. */
async function withRules<T extends Session>(call: SessionCall, make: () => Promise<T>): Promise<T> {
    if (call.journal.sessionsOf(call.computer.id).length >= MOST_SESSIONS)
        throw new BridgeFailure("limit_reached", { what: `This computer has ${MOST_SESSIONS} sessions` });
    const { dialect } = call.client();
    const session = await make();
    // Before it is anybody's: whoever has its id while it has no rules may prompt without them.
    await fenceIn(call, session);
    const { id, profile } = call.computer;
    const now = call.journal.computers().find((computer) => computer.id === id);
    // Its owner may have changed it meanwhile, and closed the sessions that it had.
    if (now?.revokedAt !== undefined || now?.profile !== profile)
        throw forbidden("the profile of this computer has changed: try again");
    call.journal.addSession(session.id, call.computer.id, call.now(), dialect);
    return session;
}

/**
 * Opens a session of a computer's, with the rules of its profile.
 * @throws BridgeFailure, OpencodeFailure
 */
export function openSession(call: SessionCall, title: string): Promise<Session> {
    const permission = call.rulesOf(call.computer.profile);
    return withRules(call, () =>
        call.client().createSession(title, { directory: call.directory, permission }),
    );
}

function callable<Given>(
    needs: Profile,
    given: z.ZodType<Given>,
    run: (call: Call, given: Given) => Promise<unknown>,
): Callable<Given> {
    return { needs, given, run };
}

/** What the bridge answers by itself, whatever opencode does. */
function ownCallable<Given>(
    given: z.ZodType<Given>,
    run: (call: Call, given: Given) => unknown,
): Callable<Given> {
    return { needs: "talk", given, run: async (call, read) => run(call, read), isOwn: true };
}

/** Fails unless something that waits is asked by one of the computer's own sessions. */
async function ownAsk(
    call: Call,
    list: "permissions" | "questions",
    askId: string,
): Promise<Permission | Question> {
    const entries: readonly (Permission | Question)[] = await call.turns.looks[list]();
    const found = entries.find((entry) => entry.id === askId);
    if (found === undefined || !(await isOwnTree(call, found.sessionID)))
        throw new BridgeFailure("not_found", { what: "it does not wait any more" });
    return found;
}

const readable: { readonly [name: string]: (call: Call) => Promise<unknown> } = {
    async status(call) {
        const statuses = await call.turns.looks.status();
        const mine = Object.entries(statuses).filter(
            ([session]) => call.journal.ownerOfSession(session) === call.computer.id,
        );
        return Object.fromEntries(mine);
    },
    permissions: async (call) => ownEntries(call, await call.turns.looks.permissions()),
    questions: async (call) => ownEntries(call, await call.turns.looks.questions()),
    providers: (call) => call.client().readList("providers", call.directory),
    agents: (call) => call.client().readList("agents", call.directory),
    commands: (call) => call.client().readList("commands", call.directory),
    config: (call) => call.client().readList("config", call.directory),
};

/**
 * All that a computer may call: the functions of src/apis/ai/server/face.d.ts. What is not in this table cannot be called.
 */
export const callables = {
    health: callable("talk", z.unknown(), ({ client }) => client().health()),
    createSession: callable("talk", z.object({ title: text }), (call, { title }) => openSession(call, title)),
    getSession: callable("talk", ofSession, (call, given) => {
        const reason = call.journal.closedReason(given.id);
        if (reason !== undefined) throw gone(given.id);
        return call.client().getSession(own(call, given.id));
    }),
    listSessions: callable(
        "talk",
        z.object({ limit: optional(z.number().int().positive()), search: optional(text) }),
        async (call, { limit, search }) => {
            const mine = new Set(call.journal.sessionsOf(call.computer.id));
            const all = await call.client().listSessions(MOST_SESSIONS, search, call.directory);
            return all.filter((session) => mine.has(session.id)).slice(0, limit ?? 100);
        },
    ),
    getMessages: callable(
        "talk",
        // 0 stands for all of them.
        z.object({ sessionId: id, limit: z.number().int().min(0).max(1_000_000) }),
        async (call, { sessionId, limit }) => {
            if (!(await isOwnTree(call, sessionId))) throw gone(sessionId);
            return call.client().getMessages(sessionId, limit);
        },
    ),
    getMessage: callable("talk", z.object({ sessionId: id, id }), async (call, given) => {
        if (!(await isOwnTree(call, given.sessionId))) throw gone(given.sessionId);
        return call.client().getMessage(given.sessionId, given.id);
    }),
    abortSession: callable("talk", z.object({ sessionId: id }), (call, { sessionId }) =>
        call.client().abortSession(own(call, sessionId)),
    ),
    stopSession: callable("talk", z.object({ sessionId: id }), (call, { sessionId }) => {
        const nonce = call.turns.nonceIn(own(call, sessionId));
        const record = nonce === undefined ? undefined : call.journal.promptOf(nonce);
        return stopSession(call, sessionId, record);
    }),
    renameSession: callable("talk", z.object({ id, title: text }), (call, given) =>
        call.client().renameSession(own(call, given.id), given.title),
    ),
    deleteSession: callable("talk", ofSession, async (call, given) => {
        await call.client().deleteSession(own(call, given.id));
        call.journal.removeSession(given.id);
    }),
    forkSession: callable("talk", ofSession, (call, given) =>
        withRules(call, () => call.client().forkSession(own(call, given.id))),
    ),
    undo: callable("build", z.object({ id, messageId: id }), (call, given) =>
        call.client().undo(own(call, given.id), given.messageId),
    ),
    redo: callable("build", ofSession, (call, given) => call.client().redo(own(call, given.id))),
    shareSession: callable("build", ofSession, (call, given) =>
        call.client().shareSession(own(call, given.id)),
    ),
    unshareSession: callable("talk", ofSession, (call, given) =>
        call.client().unshareSession(own(call, given.id)),
    ),
    getTodos: callable("talk", ofSession, (call, given) => call.client().getTodos(own(call, given.id))),
    getChanges: callable("talk", z.object({ id, messageId: id }), (call, given) =>
        call.client().getChanges(own(call, given.id), given.messageId),
    ),
    startCompacting: callable("talk", z.object({ id, model: text }), (call, given) =>
        asking(call, own(call, given.id), () => call.client().startCompacting(given.id, given.model)),
    ),
    startShell: callable("trusted", z.object({ id, agent: text, line: text }), (call, given) =>
        begun(call.client().startShell(own(call, given.id), given.agent, given.line)),
    ),
    startCommand: callable(
        // A command's template may run a shell before the model sees it.
        "trusted",
        z.object({
            id,
            command: z.object({
                name: text,
                arguments: text,
                model: optional(text),
                agent: optional(text),
                variant: optional(text),
            }),
        }),
        (call, given) =>
            asking(call, own(call, given.id), () => call.client().startCommand(given.id, given.command)),
    ),
    listFiles: callable("read", z.object({ path: text }), (call, given) =>
        call.client().listFiles(call.directory, inside(call.directory, given.path)),
    ),
    findFiles: callable("read", z.object({ query: text }), (call, given) =>
        call.client().findFiles(call.directory, given.query),
    ),
    answerPermission: callable(
        "talk",
        z.object({ id, reply: z.enum(["once", "always", "reject"]), message: optional(text) }),
        async (call, { id: askId, reply, message }) => {
            const ask = permissionAsk((await ownAsk(call, "permissions", askId)) as Permission);
            if (reply !== "reject" && !allows(call.computer.profile, "build"))
                throw forbidden("the profile of this computer allows no tools");
            if (reply === "always")
                for (const pattern of ask.always)
                    call.journal.allowAlways({
                        sessionId: ask.sessionId,
                        permission: ask.kind,
                        pattern,
                        at: call.now(),
                    });
            // opencode's own "always" holds for the whole folder and everybody.
            await call
                .client()
                .answerPermission(askId, reply === "always" ? "once" : reply, message, call.directory);
        },
    ),
    answerQuestion: callable(
        "talk",
        z.object({ id, answers: z.array(z.array(text)) }),
        async (call, given) => {
            await ownAsk(call, "questions", given.id);
            await call.client().answerQuestion(given.id, given.answers, call.directory);
        },
    ),
    rejectQuestion: callable("talk", ofSession, async (call, given) => {
        await ownAsk(call, "questions", given.id);
        await call.client().rejectQuestion(given.id, call.directory);
    }),
    readList: callable("talk", z.object({ name: z.string() }), (call, { name }) => {
        const read = Object.hasOwn(readable, name) ? readable[name] : undefined;
        if (read === undefined) throw new BridgeFailure("bad_request", { what: `there is no list ${name}` });
        return read(call);
    }),
    waitUntilLoaded: callable(
        "talk",
        z.object({ what: z.enum(["providers", "tools", "mcp", "skills"]) }),
        (call, { what }) => call.client().waitUntilLoaded(what, call.directory),
    ),
    spawnJob: ownCallable(
        z.object({
            key: id,
            prompt: z.string().min(1).max(MOST_PROMPTED),
            model: optional(id),
            agent: optional(id),
            isKept: optional(z.boolean()),
        }),
        ({ jobs, computer }, request) => jobs.spawn(computer, request),
    ),
    listJobs: ownCallable(z.unknown(), ({ jobs, computer }) => jobs.list(computer.owner).slice(0, MOST_JOBS)),
    getJob: ownCallable(ofJob, ({ jobs, computer }, { number }) => jobs.job(number, computer.owner)),
    collectJob: ownCallable(
        z.object({ number: jobNumber, seconds: z.number().min(0).max(LONGEST_WAIT) }),
        ({ jobs, computer }, { number, seconds }) => jobs.collect(number, seconds * 1000, computer.owner),
    ),
    jobCollected: ownCallable(ofJob, ({ jobs, computer }, { number }) =>
        jobs.collected(number, computer.owner),
    ),
    killJob: ownCallable(ofJob, ({ jobs, computer }, { number }) =>
        jobs.kill(number, `Stopped on ${computer.name}.`, computer.owner, computer.id),
    ),
    jobTold: ownCallable(ofJob, ({ jobs, computer }, { number }) => jobs.told(number, computer.id)),
} as const;

/** How long it is waited whether something begins at all, in milliseconds. */
const BEGIN_MILLISECONDS = 2000;

/** Begins what has the model asked in a session, unless the computer's limits are reached. */
function asking(call: Call, sessionId: string, begin: () => Promise<unknown>): Promise<void> {
    const end = call.turns.beginCounted(call.computer, sessionId);
    const done = begin();
    done.then(
        () => end("done"),
        () => end("failed"),
    );
    return begun(done);
}

/** Waits until something has failed at once, is done, or may be taken to have begun: the messages tell what comes of it. */
async function begun(done: Promise<unknown>): Promise<void> {
    const timer = new AbortController();
    // What fails later is seen in the messages.
    done.catch(() => undefined);
    await Promise.race([done, sleep(BEGIN_MILLISECONDS, undefined, { signal: timer.signal })]).finally(() =>
        timer.abort(),
    );
}

/** A path in the folder; fails for one that leads out of it, by a symbolic link as well. */
function inside(directory: string, path: string): string {
    const names = path.split(/[\\/]/);
    const isOut =
        path.startsWith("/") || /^[A-Za-z]:/.test(path) || names.includes("..") || path.includes("\0");
    const place = join(directory, path);
    if (isOut || (existsSync(place) && placeInside(directory, place) === undefined))
        throw forbidden("files outside of the folder");
    return path;
}

/**
 * Makes a call for a computer.
 * @throws BridgeFailure, OpencodeFailure
 */
export async function makeCall(
    world: CallsWorld,
    computer: LinkedComputer,
    name: string,
    given: unknown,
): Promise<unknown> {
    if (!Object.hasOwn(callables, name)) throw new BridgeFailure("bad_request", { what: `no call ${name}` });
    const callee = callables[name as keyof typeof callables] as Callable<unknown>;
    const read = callee.given.safeParse(given);
    if (!read.success)
        throw new BridgeFailure("bad_request", { what: `${name}: ${z.prettifyError(read.error)}` });
    if (!allows(computer.profile, callee.needs))
        throw forbidden(`it needs the profile ${callee.needs}, and this computer has ${computer.profile}`);
    const why = callee.isOwn === true ? undefined : world.away();
    if (why !== undefined) throw new BridgeFailure("away", { what: why });
    return callee.run({ ...world, computer }, read.data);
}
