/** Jobs over real turns and a journal, with an opencode that does what a test says. */
import { pino } from "pino";
import { type Happening, OpencodeFailure } from "trapos-opencode";
import { onTestFinished, vi } from "vitest";
import type { BridgeMessage } from "../../../../src/apis/ai/link/frames.ts";
import type { Job } from "../../../../src/apis/ai/jobs/shapes.ts";
import { forbidden } from "../../src/failure.ts";
import type { Caps } from "../../src/jobs/caps.ts";
import { createJobs, type JobKeeper } from "../../src/jobs/jobs.ts";
import type { Journal, LinkedComputer } from "../../src/journal/journal.ts";
import { createTurns, type Turns } from "../../src/turns/turns.ts";
import { memoryJournal } from "../journal/memory-journal.ts";
import { computerOf, noon } from "../journal/samples.ts";
import { standInClient } from "../security/stand-in.ts";

interface Message {
    info: { id: string; role: string; parentID?: string; time: object; finish?: string; error?: object };
    parts: object[];
}

/** A session of the stand-in. */
interface Session {
    readonly id: string;
    readonly title: string;
    readonly messages: Message[];
    isBusy: boolean;
}

/** What a test begins with. */
export interface WorldOptions {
    readonly atOnce?: number;
    readonly caps?: Partial<Caps>;
    /** Of the bridge before this one. */
    readonly journal?: Journal;
    readonly sessions?: Map<string, Session>;
    /** Whether the bridge has not yet reached opencode. */
    readonly isLate?: boolean;
    /** How far the clock was set, in milliseconds. */
    readonly moved?: () => number;
}

/** A bridge's jobs, as far as these tests need it. */
export interface World {
    readonly journal: Journal;
    readonly jobs: JobKeeper;
    readonly turns: Turns;
    readonly sessions: Map<string, Session>;
    /** What computers were told of jobs: "c1 ended 1 done". */
    readonly told: string[];
    /** What was asked of opencode. */
    readonly asked: string[];
    readonly opencode: {
        isAway: boolean;
        permissions: object[];
        /** Is called at each request, "abortSession ses_1", and may throw. */
        onAsked?: (request: string) => void;
    };
    /** The profiles by whose rules sessions were made. */
    readonly profiles: string[];
    /** Moves the clock that nobody sets, in milliseconds. */
    wait(milliseconds: number): void;
    happen(happening: Happening): void;
    /** Spawns a job of a computer. */
    spawn(prompt: string, more?: object, computer?: LinkedComputer): Promise<Job>;
    /** The session in which a job runs, once its prompt is there. */
    sessionOf(number: number): Promise<Session>;
    /** The model answers the newest prompt of a job. */
    answer(number: number, text: string): Promise<void>;
    /** The model fails. */
    fail(number: number, message: string): Promise<void>;
    /** The job, once it is what is wanted. */
    until(number: number, matches: Partial<Job>): Promise<Job>;
    /** Ends the bridge, as a kill does. */
    end(): void;
}

let messages = 0;
const nextId = (kind: string) => `${kind}_${String(++messages).padStart(8, "0")}`;

/** Starts one, which ends with the test. */
export function startWorld(options: WorldOptions = {}): World {
    const journal = options.journal ?? memoryJournal();
    if (journal.computers().length === 0)
        for (const computer of [computerOf("c1"), computerOf("c2"), computerOf("c3", "bob")])
            journal.addComputer(computer);
    const sessions = options.sessions ?? new Map<string, Session>();
    const asked: string[] = [];
    asked.push = (request) => {
        opencode.onAsked?.(request);
        return Array.prototype.push.call(asked, request);
    };
    const told: string[] = [];
    const profiles: string[] = [];
    const opencode: World["opencode"] = { isAway: false, permissions: [] };
    let waited = 0;
    const log = pino({ level: "silent" });

    async function reached<T>(value: () => T): Promise<T> {
        if (opencode.isAway) throw new OpencodeFailure("cannot_connect", { what: "refused" });
        return value();
    }

    function session(id: string): Session {
        const found = sessions.get(id);
        if (found === undefined) throw new OpencodeFailure("session_gone", { session: id });
        return found;
    }

    const client = standInClient(asked, {
        createSession: (title: string) =>
            reached(() => {
                const id = nextId("ses");
                sessions.set(id, { id, title, messages: [], isBusy: false });
                return { id, title, directory: "/", time: { created: 1, updated: 1 } };
            }),
        getSession: ((id: string) =>
            reached(() => ({ id: session(id).id, title: "", directory: "/" }))) as never,
        getMessages: ((id: string, limit: number) =>
            reached(() => session(id).messages.slice(-limit))) as never,
        listMessages: ((id: string, limit: number) =>
            reached(() => session(id).messages.slice(-limit))) as never,
        getMessage: ((id: string, messageId: string) =>
            reached(() => {
                const found = session(id).messages.find(({ info }) => info.id === messageId);
                if (found === undefined) throw new OpencodeFailure("not_found", {});
                return found;
            })) as never,
        readList: ((name: string) =>
            reached(() => {
                if (name === "status")
                    return Object.fromEntries(
                        [...sessions.values()]
                            .filter(({ isBusy }) => isBusy)
                            .map(({ id }) => [id, { type: "busy" }]),
                    );
                if (name === "providers") return { providers: [{ id: "test", models: { small: {} } }] };
                if (name === "agents") return [{ name: "build", mode: "primary" }];
                return name === "permissions" ? opencode.permissions : [];
            })) as never,
        answerPermission: (id: string) =>
            reached(() => {
                opencode.permissions = opencode.permissions.filter(
                    (one) => (one as { id: string }).id !== id,
                );
            }),
        sendPrompt: (id: string, { text, nonce }: { text: string; nonce: string }) =>
            reached(() => {
                const one = session(id);
                one.isBusy = true;
                one.messages.push({
                    info: { id: nextId("msg"), role: "user", time: { created: noon } },
                    parts: [{ type: "text", text, metadata: { nonce } }],
                });
                const first = { id: nextId("msg"), role: "assistant", time: { created: noon } };
                const parentID = one.messages.at(-1)?.info.id as string;
                one.messages.push({ info: { ...first, parentID }, parts: [] });
            }),
        abortSession: (id: string) =>
            reached(() => {
                const one = session(id);
                const last = one.messages.at(-1);
                if (!one.isBusy || last === undefined) return;
                last.info.error = { name: "MessageAbortedError", data: { message: "Aborted" } };
                last.info.time = { created: noon, completed: noon };
                last.parts.push({ type: "text", text: "half an" });
                one.isBusy = false;
                setImmediate(() => turns.happened({ sessionId: id, kind: "idle" }));
            }),
    });

    const elapsed = () => performance.now() + waited;
    const now = () => noon + performance.now() + waited + (options.moved?.() ?? 0);
    const turns = createTurns({ client: () => client, journal, directory: "/", now, elapsed, log });
    const jobs = createJobs({
        client: () => client,
        journal,
        turns,
        directory: "/",
        now,
        elapsed,
        log,
        atOnce: options.atOnce ?? 2,
        caps: { tools: 10, minutes: 60, cost: 1, ...options.caps },
        isReady: () => !opencode.isAway,
        async openSession(computer, title) {
            const { profile } = journal.computers().find((one) => one.id === computer.id) ?? {};
            if (profile !== computer.profile) throw forbidden("the profile of this computer has changed");
            const { id } = await client.createSession(title, { directory: "/", permission: [] });
            journal.addSession(id, computer.id, noon);
            profiles.push(computer.profile);
            return id;
        },
        tell(computerId, message: BridgeMessage) {
            if (message.type === "job")
                told.push(`${computerId} ${message.what} ${message.job.number} ${message.job.state}`);
            return true;
        },
    });
    if (options.isLate !== true) {
        jobs.resume();
        turns.resumeOpen((sessionId) => jobs.isIn(sessionId));
    }
    const end = () => {
        jobs.stop();
        turns.stop();
    };
    onTestFinished(end);

    /** The session of a job whose newest prompt is there. */
    async function sessionOf(number: number): Promise<Session> {
        return vi.waitFor(
            () => {
                const { sessionId, nonce } = jobs.job(number);
                const found = sessions.get(sessionId ?? "");
                const isThere = JSON.stringify(found?.messages ?? []).includes(nonce ?? "none");
                if (found === undefined || !isThere) throw new Error(`Job ${number} has not begun`);
                return found;
            },
            { timeout: 20_000 },
        );
    }

    async function finish(number: number, end: object, parts: object[]): Promise<void> {
        const one = await sessionOf(number);
        const last = one.messages.at(-1) as Message;
        Object.assign(last.info, { time: { created: noon, completed: noon }, ...end });
        last.parts.push(...parts);
        one.isBusy = false;
        turns.happened({ sessionId: one.id, kind: "idle" });
    }

    let keys = 0;
    return {
        journal,
        jobs,
        turns,
        sessions,
        told,
        asked,
        profiles,
        opencode,
        wait: (milliseconds) => void (waited += milliseconds),
        happen(happening) {
            turns.happened(happening);
            jobs.happened(happening);
        },
        spawn: (prompt, more = {}, computer = computerOf("c1")) =>
            jobs.spawn(computer, { key: `k${++keys}`, prompt, ...more }),
        sessionOf,
        answer: (number, text) => finish(number, { finish: "stop" }, [{ type: "text", text }]),
        fail: (number, message) => finish(number, { error: { name: "APIError", data: { message } } }, []),
        until: (number, matches) =>
            vi.waitFor(
                () => {
                    const job = jobs.job(number);
                    for (const [name, value] of Object.entries(matches))
                        if (job[name as keyof Job] !== value)
                            throw new Error(
                                `${name} is ${String(job[name as keyof Job])}: ${JSON.stringify(job)}`,
                            );
                    return job;
                },
                { timeout: 30_000 },
            ),
        end,
    };
}
