/** All jobs: the queue, those that run, and who is told of their ends. */
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Happening } from "trapos-opencode";
import type { BridgeMessage } from "../../../../src/apis/ai/link/frames.ts";
import type { Job } from "../../../../src/apis/ai/jobs/shapes.ts";
import { BridgeFailure } from "../failure.ts";
import { millisecondsPerDay } from "../journal/day.ts";
import type { JobChange, JobRecord, JobSummary, LinkedComputer } from "../journal/journal.ts";
import type { Jobs } from "./job.ts";
import { type JobRun, type JobWorld, newNonce, runJob, type Settled } from "./job-run.ts";
import { isDue, MOST_OPEN, places, toBegin } from "./queue.ts";
import { viewOf } from "./view.ts";
import { kept, lineOf, titleOf } from "./words.ts";

/** How often running jobs are looked at, in milliseconds. */
const TICK_MILLISECONDS = 1000;

/** How long whoever waits for a job is told nothing of it but its end, in milliseconds: it writes twenty times a second. */
const NEWS_MILLISECONDS = 1000;

/** For how many days a job is remembered after its end. */
const REMEMBERED_DAYS = 30;

/** The most jobs that are listed. */
const MOST_LISTED = 500;

/** Seconds until a job is begun that its computer's limits have refused, or that could not be written down. */
const LATER_SECONDS = 15;

/** What jobs need. */
export interface JobsWorld extends Omit<JobWorld, "signal" | "changed" | "asks"> {
    /** How many run at once. */
    readonly atOnce: number;
    /** Sends a message to a computer that knows of jobs. @returns whether it is on its way */
    readonly tell: (computerId: string, message: BridgeMessage) => boolean;
}

/** The bridge's own side of its jobs. */
export interface JobKeeper extends Jobs {
    /** Goes on with what the bridge before this one has left, once opencode can be asked. */
    resume(): void;
    /** Whether a job runs in a session, and so goes on with its turns. */
    isIn(sessionId: string): boolean;
    happened(happening: Happening): void;
    /** opencode is there again. */
    wake(): void;
    /** A computer has come: it is told what it does not know. */
    online(computerId: string): void;
    /** A computer is linked no more. */
    abandon(computerId: string): void;
    stop(): void;
}

function unknown(number: number): BridgeFailure {
    return new BridgeFailure("not_found", { what: `there is no job ${number}` });
}

/** Makes a place for jobs. */
export function createJobs(world: JobsWorld): JobKeeper {
    const { journal, turns, now, elapsed, log, tell } = world;
    const ended = new AbortController();
    // Each job and whoever waits for one listens to it: more than ten are no leak.
    setMaxListeners(0, ended.signal);
    const runs = new Map<number, JobRun>();
    const listeners = new Set<(number: number) => void>();
    /** Those whose own computer has stopped them, and so need not tell it. */
    const expected = new Set<number>();
    /** Whether the jobs of the bridge before this one were taken over. */
    let isOpen = false;
    /** When a job's pause ends, where one is in such. */
    let nextDue: number | undefined = 0;
    let forgottenAt = -Infinity;

    function changed(number: number): void {
        for (const listener of listeners) listener(number);
    }

    function computerOf(id: string): LinkedComputer | undefined {
        return journal.computers().find((computer) => computer.id === id);
    }

    /** What jobs are shown with: names of computers, and places in the queue. */
    function surroundings(): { name: ReadonlyMap<string, string>; place: ReadonlyMap<number, number> } {
        return {
            name: new Map(journal.computers().map(({ id, name }) => [id, name])),
            place: places(journal.openJobs()),
        };
    }

    function shown(job: JobSummary, { name, place } = surroundings()): Job {
        return viewOf({
            job,
            computer: name.get(job.computerId) ?? "",
            sight: runs.get(job.number)?.sight,
            place: place.get(job.number),
            now: now(),
            elapsed: elapsed(),
        });
    }

    function recordOf(number: number, owner: string | undefined): JobRecord {
        const record = journal.jobOf(number);
        if (record === undefined || (owner !== undefined && record.owner !== owner)) throw unknown(number);
        return record;
    }

    function tellOf(job: JobSummary, what: "ended" | "asks"): void {
        tell(job.computerId, { type: "job", what, job: shown(job) });
    }

    /** Writes down how a job goes on, and tells of it. */
    function write(number: number, change: JobChange): void {
        journal.changeJob(number, change);
        const job = journal.jobOf(number);
        if (job?.endedAt !== undefined) {
            log.info({ job: number, state: job.state, reason: job.reason }, "job ended");
            if (expected.delete(number)) journal.tellJob(number, now());
            else if (job.toldAt === undefined) tellOf(job, "ended");
        }
        changed(number);
    }

    function changeFor(
        next: Settled,
        { attempt, stopping, reason = "" }: Pick<JobSummary, "attempt" | "stopping" | "reason">,
    ): JobChange {
        // It was stopped after that was decided.
        if (next.kind !== "end" && stopping !== undefined)
            return changeFor({ kind: "end", state: stopping, reason, result: "" }, { attempt });
        if (next.kind === "end")
            return {
                state: next.state,
                reason: next.reason ?? null,
                result: kept(next.result),
                stopping: null,
                asked: null,
                endedAt: now(),
            };
        const queued = { state: "queued", reason: next.reason, dueAt: now() + next.seconds * 1000 } as const;
        // One that was not begun at all keeps its session.
        if (next.kind === "queue") return { ...queued, attempt: attempt - 1, nonce: null };
        return { ...queued, sessionId: null, nonce: null, asked: null, interventions: 0 };
    }

    /** How a job goes on that runs no more, which is written down however long that takes. */
    async function settle(number: number, next: Settled): Promise<void> {
        for (;;) {
            try {
                const job = journal.jobOf(number);
                runs.delete(number);
                if (job !== undefined) write(number, changeFor(next, job));
                pump();
                journal
                    .durable()
                    .catch((error: unknown) => log.error({ err: error }, "the journal is not on the disk"));
                return;
            } catch (error) {
                log.error({ err: error, job: number }, "how a job has ended could not be written down yet");
            }
            await sleep(LATER_SECONDS * 1000, undefined, { signal: ended.signal }).catch(() => undefined);
            if (ended.signal.aborted) return;
        }
    }

    function run(record: JobRecord): void {
        const computer = computerOf(record.computerId);
        if (computer === undefined) return;
        runs.set(
            record.number,
            runJob(
                {
                    ...world,
                    signal: ended.signal,
                    changed,
                    asks(number) {
                        const job = journal.jobOf(number);
                        if (job !== undefined) tellOf(job, "asks");
                    },
                },
                computer,
                record,
                titleOf(record.number, record.prompt, computer.name),
                (next) => void settle(record.number, next),
            ),
        );
    }

    /** Begins a job, or says why that has to wait. */
    function begin({ number, computerId, attempt }: JobSummary): void {
        const computer = computerOf(computerId);
        if (computer?.revokedAt !== undefined) return end(number, "killed", REVOKED);
        const refused = computer && turns.refusal(computer);
        if (refused !== undefined) {
            write(number, { reason: lineOf(refused, 300), dueAt: now() + LATER_SECONDS * 1000 });
            return;
        }
        write(number, {
            state: "running",
            attempt: attempt + 1,
            nonce: newNonce(number),
            dueAt: null,
            reason: null,
        });
        const record = journal.jobOf(number);
        if (record !== undefined) run(record);
    }

    /** Begins what may be begun. */
    function pump(): void {
        if (!isOpen || ended.signal.aborted) return;
        try {
            for (const job of toBegin(journal.openJobs(), world.atOnce, now())) begin(job);
            const due = journal
                .openJobs()
                .flatMap(({ state, dueAt }) => (state === "queued" ? [dueAt ?? 0] : []));
            nextDue = due.filter((at) => !isDue(at, now())).sort((a, b) => a - b)[0];
        } catch (error) {
            log.error({ err: error }, "jobs cannot be begun now");
            nextDue = now() + LATER_SECONDS * 1000;
        }
    }

    function end(number: number, state: "failed" | "killed", reason: string): void {
        write(number, { state, reason, result: "", endedAt: now() });
    }

    function forgetOld(): void {
        if (now() - forgottenAt < millisecondsPerDay) return;
        forgottenAt = now();
        journal.forgetJobs(now() - REMEMBERED_DAYS * millisecondsPerDay);
    }

    /** Stops a job wherever it stands. */
    function halt(job: JobSummary, reason: string): void {
        if (job.endedAt !== undefined) return;
        const running = runs.get(job.number);
        if (running !== undefined) running.stop("killed", reason);
        else if (job.state === "queued") end(job.number, "killed", reason);
        // Left by the bridge before this one: it is stopped as soon as opencode can be asked.
        else if (job.stopping === undefined) write(job.number, { stopping: "killed", reason });
    }

    /** Nobody waits for the turns that a job's session had before. */
    function endOthers(sessionId: string | undefined, nonce: string | undefined): void {
        try {
            for (const prompt of journal.openPrompts())
                if (prompt.sessionId === sessionId && prompt.nonce !== nonce)
                    journal.endPrompt(prompt.nonce, "stopped", now());
        } catch (error) {
            log.error({ err: error, sessionId }, "the end of a job's turn could not be written down");
        }
    }

    /** The bridge before this one ended as a computer was revoked, before its jobs were stopped. */
    function stopRevoked(job: JobSummary): void {
        try {
            halt(job, REVOKED);
        } catch (error) {
            log.error({ err: error, job: job.number }, "a job of a revoked computer goes on");
        }
    }

    const ticks = setInterval(() => {
        for (const running of runs.values()) running.tick();
        if (nextDue !== undefined && isDue(nextDue, now())) pump();
    }, TICK_MILLISECONDS);

    return {
        async spawn(computer, { key, prompt, model, agent, isKept = false }) {
            const mine = journal.openJobs().filter(({ owner }) => owner === computer.owner);
            const isKnown = mine.some((job) => job.key === key && job.computerId === computer.id);
            if (!isKnown && mine.length >= MOST_OPEN)
                throw new BridgeFailure("limit_reached", { what: `${MOST_OPEN} jobs wait or run already` });
            forgetOld();
            const { number } = journal.addJob({
                key,
                computerId: computer.id,
                prompt,
                model,
                agent,
                isKept,
                addedAt: now(),
            });
            await journal.durable();
            pump();
            changed(number);
            return shown(recordOf(number, undefined));
        },
        list(owner) {
            const around = surroundings();
            return journal.jobs(owner, MOST_LISTED).map((job) => shown(job, around));
        },
        job: (number, owner) => shown(recordOf(number, owner)),
        async collect(number, milliseconds, owner) {
            const first = recordOf(number, owner);
            if (milliseconds > 0 && first.endedAt === undefined) await newsOf(number, milliseconds);
            const record = recordOf(number, owner);
            const text = record.endedAt === undefined ? undefined : (record.result ?? "");
            return { job: shown(record), ...(text === undefined ? {} : { text }) };
        },
        collected(number, owner) {
            recordOf(number, owner);
            if (journal.collectJob(number, now())) changed(number);
        },
        kill(number, reason, owner, computerId) {
            const record = recordOf(number, owner);
            const isOwn = computerId === record.computerId && record.endedAt === undefined;
            if (isOwn) expected.add(number);
            try {
                halt(record, reason);
            } catch (error) {
                expected.delete(number);
                throw error;
            }
            return shown(recordOf(number, owner));
        },
        told(number, computerId) {
            if (recordOf(number, undefined).computerId !== computerId) throw unknown(number);
            if (journal.tellJob(number, now())) changed(number);
        },
        onChange(listener) {
            listeners.add(listener);
            return () => void listeners.delete(listener);
        },
        get open() {
            return journal.countOpenJobs();
        },
        resume() {
            const open = journal
                .openJobs()
                .filter(({ state, number }) => state === "running" && !runs.has(number));
            for (const job of open) {
                const { number, sessionId, nonce } = job;
                endOthers(sessionId, nonce);
                if (computerOf(job.computerId)?.revokedAt !== undefined) stopRevoked(job);
                const record = journal.jobOf(number);
                if (record !== undefined) run(record);
            }
            isOpen = true;
            pump();
        },
        isIn: (sessionId) => [...runs.values()].some(({ record }) => record.sessionId === sessionId),
        happened(happening) {
            const sessionId = turns.rootOf(happening.sessionId);
            for (const one of runs.values()) if (one.record.sessionId === sessionId) one.happened(happening);
        },
        wake() {
            for (const running of runs.values()) running.wake();
        },
        online(computerId) {
            for (const job of journal.untoldJobs(computerId)) tellOf(job, "ended");
            for (const { record, sight } of runs.values())
                if (record.computerId === computerId && sight.asks !== undefined) tellOf(record, "asks");
        },
        abandon(computerId) {
            for (const job of journal.openJobs()) if (job.computerId === computerId) halt(job, REVOKED);
        },
        stop() {
            clearInterval(ticks);
            ended.abort();
            listeners.clear();
        },
    };

    /** Waits for a job's end, for something new of it once a moment has passed, or for so long. */
    function newsOf(number: number, milliseconds: number): Promise<void> {
        return new Promise((resolve) => {
            let isNews = false;
            let mayTell = false;
            const listener = (which: number): void => {
                if (which !== number) return;
                isNews = true;
                if (mayTell || journal.jobOf(number)?.endedAt !== undefined) finish();
            };
            const timers = [
                setTimeout(finish, milliseconds),
                setTimeout(() => {
                    mayTell = true;
                    if (isNews) finish();
                }, NEWS_MILLISECONDS),
            ];
            listeners.add(listener);
            ended.signal.addEventListener("abort", finish, { once: true });
            function finish(): void {
                for (const timer of timers) clearTimeout(timer);
                listeners.delete(listener);
                ended.signal.removeEventListener("abort", finish);
                resolve();
            }
        });
    }
}

const REVOKED = "Its computer is not linked any more.";
