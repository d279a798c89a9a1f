/** What the bridge does with jobs, call by call. Each raises its failure. */
import { makeFailure, outcome, type Failure } from "../../trapos/failure";
import { reader, type Reader } from "../../trapos/shape";
import type { SettingsStore } from "../../trapos/settingsfile";
import { toUtf8 } from "../../trapos/utf8";
import { copy } from "../copy";
import { fail } from "../failure";
import { call } from "../link/call";
import { newId, withService } from "../link/conversation";
import type { Connection } from "../server/face";
import { readSettings, type Settings } from "../settings";
import type { CollectOptions, JobOptions } from "../types";
import { jobFailures, type JobCode } from "./codes";
import { collectedShape, jobShape, type Collected, type Job } from "./shapes";
import { noteSeen } from "./told";

/** Seconds that the bridge may hold an answer until there is news. */
const HELD_SECONDS = 5;
/** Seconds for which a call is made again whose answer was lost, as the bridge is restarted. */
const LOST_SECONDS = 60;
/** Seconds between two of these. */
const PAUSE_SECONDS = 1;
/** Seconds that the bridge has to answer what it is only told. */
const TELL_SECONDS = 5;

const readJob = reader(jobShape);
const readJobs = reader(["some", jobShape]);
const readCollected = reader(collectedShape);

type Server = Pick<Connection, "settings">;

/** How a call of jobs fails. */
function failJob(code: JobCode, detail: Record<string, unknown>, text?: string): Failure {
    return makeFailure(jobFailures, code, detail, text);
}

/** Whether a job has ended. */
export function hasEnded(job: Job): boolean {
    return job.state !== "queued" && job.state !== "running";
}

/** Why a job has no result, as a failure; what there is of its text stands in that. */
export function failureOfJob(job: Job, text?: string): Failure {
    const code = job.state === "killed" ? "job_killed" : "job_failed";
    return failJob(code, { number: job.number, what: job.reason ?? "it does not say why" }, text);
}

/** Calls of jobs that go over this computer's link. Fails with `not_linked` where there is none. */
function overLink<T>(store: SettingsStore, act: (this: void, server: Server) => T): T {
    const settings = readSettings(store);
    if (settings.link_url === undefined) throw fail("not_linked");
    return withService(() => act({ settings }));
}

/** A failure in the words of jobs. */
function inWords(failure: Failure, number: number): Failure {
    if (failure.code === "not_found") return failJob("not_found", { number });
    // A bridge that is older than jobs are.
    const isOld = failure.code === "bad_request" && failure.message.indexOf("no call ") >= 0;
    return isOld ? fail("link_bridge_old") : failure;
}

/** Makes a call about a job. */
function ask<T>(server: Server, name: string, number: number, given: object, read?: Reader<T>): T {
    const [ok, value] = outcome(() => call(server, name, given, read));
    if (!ok) throw inWords(value, number);
    return value;
}

/** Whether the answer to a call was lost, so that nobody knows what came of it. */
function isLost(failure: Failure): boolean {
    const code = failure.code;
    return code === "timed_out" || code === "network_error" || code === "link_down";
}

/**
 * Makes a call that may be made twice, until it is answered. One that never left this computer is not made again.
 * @param unsure the failure where it may have reached the bridge and no answer comes; else that of the last call
 */
function askAgain<T>(
    server: Server,
    name: string,
    number: number,
    given: object,
    read: Reader<T>,
    unsure?: (this: void, failure: Failure) => Failure,
): T {
    const start = os.clock();
    let isFirst = true;
    while (true) {
        const [ok, value] = outcome(() => ask(server, name, number, given, read));
        if (ok) return value;
        const isUnsent = isFirst && value.code === "link_down";
        if (!isLost(value) || isUnsent) throw value;
        if (os.clock() - start >= LOST_SECONDS) {
            if (unsure === undefined) throw value;
            throw unsure(value);
        }
        isFirst = false;
        sleep(PAUSE_SECONDS);
    }
}

/** Begins a job: one, however often the bridge is asked for it. */
export function spawn(store: SettingsStore, prompt: string, options: JobOptions): Job {
    if (string.find(prompt, "%S")[0] === undefined) throw fail("empty_prompt");
    return overLink(store, (server) => {
        let model = server.settings.model;
        let agent = server.settings.agent;
        if (options.model !== undefined) model = toUtf8(options.model);
        if (options.agent !== undefined) agent = toUtf8(options.agent);
        const given = {
            key: `${os.getComputerID()}-${newId()}`,
            prompt: toUtf8(prompt),
            model,
            agent,
            isKept: options.keep === true,
        };
        return askAgain(server, "spawnJob", 0, given, readJob, (failure) =>
            failJob("job_unsure", { what: failure.message }),
        );
    });
}

/** The jobs of this computer's owner, newest first. */
export function list(store: SettingsStore): readonly Job[] {
    return overLink(store, (server) => ask(server, "listJobs", 0, {}, readJobs));
}

/** One of them. */
export function status(store: SettingsStore, number: number): Job {
    return overLink(store, (server) => ask(server, "getJob", number, { number }, readJob));
}

/** A job and what it has come to, once there is news of it or so many seconds are over, 5 at most. */
export function news(store: SettingsStore, number: number, seconds: number): Collected {
    const given = { number, seconds: Math.min(Math.max(seconds, 0), HELD_SECONDS) };
    return overLink(store, (server) => askAgain(server, "collectJob", number, given, readCollected));
}

/** Stops a job, and gives what it is then. */
export function kill(store: SettingsStore, number: number): Job {
    return overLink(store, (server) => ask(server, "killJob", number, { number }, readJob));
}

/**
 * Waits for the end of a job whose result nobody has yet. Fails with `job_running` where the time is over before, and with
 * `job_collected` where somebody has it.
 */
export function collect(store: SettingsStore, number: number, options: CollectOptions): Collected {
    const start = os.clock();
    const timeout = options.timeout ?? math.huge;
    let isFirst = true;
    // One link for all of it, where none is held beside the shell.
    return overLink(store, () => {
        while (true) {
            const left = timeout - (os.clock() - start);
            const got = news(store, number, isFirst ? 0 : left);
            const job = got.job;
            if (options.onProgress !== undefined) options.onProgress(job);
            if (hasEnded(job)) {
                if (isFirst && job.isCollected) throw failJob("job_collected", { number });
                return got;
            }
            if (left <= 0) throw failJob("job_running", { number });
            isFirst = false;
        }
    });
}

/** Tells the bridge something, and once more where its answer is lost. It is not waited for long: all is shown already. */
function tell(store: SettingsStore, name: string, number: number): boolean {
    const [isTold] = outcome(() => {
        overLink(store, (server) => {
            const settings = copy<object>(server.settings, {}) as Settings;
            copy({ request_timeout_seconds: TELL_SECONDS }, settings);
            const [ok, failure] = outcome(() => call({ settings }, name, { number }));
            if (!ok && isLost(failure)) call({ settings }, name, { number });
        });
    });
    return isTold;
}

/** Keeps that a job's end was seen on this computer: no line tells of it any more. */
export function wasSeen(store: SettingsStore, number: number): void {
    noteSeen(fs, number);
    tell(store, "jobTold", number);
}

/** Keeps that a job's result was shown. */
export function wasCollected(store: SettingsStore, number: number): void {
    noteSeen(fs, number);
    if (tell(store, "jobCollected", number)) tell(store, "jobTold", number);
}
