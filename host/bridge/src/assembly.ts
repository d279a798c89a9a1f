import { isIPv6 } from "node:net";
import { join } from "node:path";
import { type Dialect, type OpencodeClient, type ServerState, watch } from "trapos-opencode";
import type { Log } from "./log.ts";
import { openJournal } from "./journal/store.ts";
import { createJobs, type JobKeeper } from "./jobs/jobs.ts";
import { openSession } from "./link/calls.ts";
import { createHub, type Hub } from "./link/hub.ts";
import type { Jobs } from "./jobs/job.ts";
import { createPage } from "./page/page.ts";
import { createPairings, type Pairings } from "./pairing.ts";
import { type BridgeOptions, usualJobs } from "./options.ts";
import { startServer } from "./server/server.ts";
import type { Profile } from "./journal/journal.ts";
import { type SessionRule, sessionRules } from "./session-rules.ts";
import { createTurns, type Turns } from "./turns/turns.ts";

/** How many of a session's newest messages are looked at for what the stream did not tell. */
const MOST_MISSED = 20;

/** What a bridge is made of. */
export interface BridgeParts {
    /** A client of the opencode that there is now. */
    readonly client: () => OpencodeClient;
    /** What is known of that opencode. */
    readonly opencode: () => ServerState;
    /** Tells each change of that. @returns ends it */
    readonly onOpencode?: (listener: (state: ServerState) => void) => () => void;
    /** What the owner's commands show that they are. */
    readonly adminToken: string;
    readonly host: string;
    readonly port: number;
    /** The folder where the agent works. */
    readonly directory: string;
    /** The folder of the bridge's own. */
    readonly data: string;
    /** The folder of the Lua packages. */
    readonly packages: string;
    readonly version: string;
    readonly log: Log;
    /** Keeps a secret out of the log, until the function that it gives is called. */
    readonly hide?: (secret: string) => () => void;
    readonly approveLocal: boolean;
    readonly now?: () => number;
    /** Milliseconds since some moment, by a clock that nobody sets; the process's own when absent. */
    readonly elapsed?: () => number;
    /** How many jobs run at once, and what each may use; those of options.ts when absent. */
    readonly jobs?: Pick<BridgeOptions, "jobsAtOnce" | "jobTools" | "jobMinutes" | "jobCost">;
    /** The rules of a session, by the profile of its computer; those of docs/bridge.md when absent. */
    readonly rulesOf?: (profile: Profile) => readonly SessionRule[];
    /** The jobs that the page shows; its own when absent. */
    readonly shownJobs?: Jobs;
}

/** A bridge that runs. */
export interface AssembledBridge {
    /** Where it listens, as a computer on this machine reaches it. */
    readonly url: string;
    /** Where its owner's commands reach it, on this machine. */
    readonly ownUrl: string;
    /** The owner's page, with what logs in to it. */
    readonly pageUrl: string;
    readonly hub: Hub;
    readonly pairings: Pairings;
    readonly turns: Turns;
    readonly jobs: JobKeeper;
    stop(): Promise<void>;
}

/** Puts a bridge together, and starts it. @throws Error with one line that says what to do */
export async function assembleBridge(parts: BridgeParts): Promise<AssembledBridge> {
    const { client, directory, log, now = Date.now, rulesOf = sessionRules } = parts;
    const journal = openJournal(join(parts.data, "bridge.db"));
    const pairings = createPairings(journal, now, parts.hide);
    const { elapsed = () => performance.now() } = parts;
    const dialect = (): Dialect | undefined =>
        parts.opencode().kind === "ready" ? client().dialect : undefined;
    const turns = createTurns({ client, dialect, journal, directory, now, elapsed, log });
    const versionOf = () => {
        const state = parts.opencode();
        return state.kind === "ready" ? state.version : undefined;
    };
    const startedAt = now();
    const { jobsAtOnce, jobTools, jobMinutes, jobCost } = parts.jobs ?? usualJobs;
    const jobs = createJobs({
        client,
        journal,
        turns,
        directory,
        now,
        elapsed,
        log,
        atOnce: jobsAtOnce,
        caps: { tools: jobTools, minutes: jobMinutes, cost: jobCost },
        isReady: () => parts.opencode().kind === "ready",
        openSession: async (computer, title) =>
            (await openSession({ client, journal, directory, now, rulesOf, computer }, title)).id,
        tell: (computerId, message) => hub.tell(computerId, "jobs", message),
    });
    const hub: Hub = createHub({
        client,
        journal,
        turns,
        jobs,
        directory,
        now,
        elapsed,
        rulesOf,
        away() {
            const state = parts.opencode();
            if (state.kind === "ready") return undefined;
            return ("reason" in state ? state.reason : undefined) ?? `it is ${state.kind}`;
        },
        log,
        versions() {
            const opencode = versionOf();
            return { bridge: parts.version, ...(opencode === undefined ? {} : { opencode }) };
        },
    });
    const ended = new AbortController();
    const stream = watch(client, {
        signal: ended.signal,
        onHappening(happening) {
            turns.happened(happening);
            jobs.happened(happening);
        },
        onConnected(isFirst) {
            if (isFirst) {
                // Before turns that nobody follows are gone on with: jobs go on with their own, which may be silent for longer.
                jobs.resume();
                return turns.resumeOpen((sessionId) => jobs.isIn(sessionId));
            }
            // What was missed is in the messages; turns look there by themselves, but for their texts.
            for (const { sessionId, baselineId } of turns.running())
                stream.catchUp(sessionId, MOST_MISSED, baselineId).catch((error: unknown) => {
                    log.warn({ err: error, sessionId }, "what was missed of a turn is told at its end");
                });
            turns.lookAnew();
        },
        onLost: (failure, seconds) => log.warn({ reason: failure.message, seconds }, "the stream was cut"),
        onFault: (fault) => log.error({ err: fault }, "a happening broke something"),
    });
    let watched = client().dialect;
    const unwatch = parts.onOpencode?.((state) => {
        const reason = "reason" in state ? state.reason : undefined;
        log.info({ state: state.kind, ...(reason === undefined ? {} : { reason }) }, "opencode");
        // The stream comes back by itself, some seconds later.
        if (state.kind !== "ready") return;
        // It would stay with a stream that opencode 1 has for a preview of opencode 2.
        if (client().dialect !== watched) stream.reconnect();
        watched = client().dialect;
        turns.lookAnew();
        jobs.wake();
    });
    function state() {
        const { kind, ...more } = parts.opencode();
        const version = versionOf();
        return {
            version: parts.version,
            opencode: {
                state: kind,
                ...(version === undefined ? {} : { version }),
                ...("warning" in more && more.warning !== undefined ? { warning: more.warning } : {}),
                ...("reason" in more && more.reason !== undefined ? { reason: more.reason } : {}),
            },
            online: hub.online,
            turns: turns.count(),
            jobs: jobs.open,
        };
    }
    const page = createPage({
        journal,
        hub,
        turns,
        pairings,
        jobs: parts.shownJobs ?? jobs,
        client,
        directory,
        log,
        now,
        elapsed,
        state: () => ({ ...state(), startedAt }),
        hide: parts.hide,
        data: parts.data,
    });
    const pageUrl = (): string => `http://127.0.0.1:${server.ownPort}/login#${page.token}`;
    const server = await startServer(
        {
            hub,
            jobs,
            pairings,
            journal,
            token: parts.adminToken,
            stopTurns(computerId) {
                const busy = journal.sessionsOf(computerId).filter((id) => turns.isBusy(id));
                for (const sessionId of busy)
                    client()
                        .abortSession(sessionId)
                        .catch((error: unknown) => log.error({ err: error, sessionId }, "a turn goes on"));
            },
            status: () => ({
                ...state(),
                uptimeSeconds: Math.max(0, now() - startedAt) / 1000,
                computers: journal.computers().filter(({ revokedAt }) => revokedAt === undefined).length,
            }),
            pageAddress: () => pageUrl(),
            page,
            packages: parts.packages,
            log,
            approveLocal: parts.approveLocal,
            health: () => ({
                bridge: parts.version,
                opencode: parts.opencode().kind,
                online: hub.online,
                turns: turns.count(),
                jobs: jobs.open,
            }),
        },
        parts.host,
        parts.port,
    ).catch((error: unknown) => {
        ended.abort();
        unwatch?.();
        page.stop();
        jobs.stop();
        hub.stop();
        turns.stop();
        journal.close();
        throw error;
    });
    return {
        url: `http://${isIPv6(parts.host) ? `[${parts.host}]` : parts.host}:${server.port}`,
        ownUrl: `http://127.0.0.1:${server.ownPort}`,
        pageUrl: pageUrl(),
        hub,
        pairings,
        turns,
        jobs,
        async stop() {
            ended.abort();
            unwatch?.();
            page.stop();
            jobs.stop();
            hub.stop();
            turns.stop();
            await server.stop();
            journal.close();
        },
    };
}
