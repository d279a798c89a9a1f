/** Follows a job: its text as it is written, what it asks, and what comes of it. */
import { remark, fail as showFailure, say } from "../../trapos/screen";
import { ownSettings } from "../../trapos/settingsfile";
import { oneLine } from "../../trapos/text";
import type { Context } from "../command";
import { answerOf } from "../drive";
import { failureOfJob, hasEnded, news, wasSeen } from "../jobs/calls";
import type { Collected, Job } from "../jobs/shapes";
import { SEEN } from "../jobs/told";
import { fail, type Failure } from "../failure";
import { say as tellBridge, withService } from "../link/conversation";
import { runTurn } from "../link/turn";
import { withoutReasoning } from "../markdown/reasoning";
import type { Connection, TurnEnd } from "../server/face";
import type { TurnRecord } from "../session";
import { readSettings } from "../settings";
import type { Options } from "../command";
import { showWritten } from "./answer";
import { colourOf, doingOf, isOwn, progressOf, stateOf, timeText } from "./jobs";
import { waitForTurn } from "./waiting";

/** A turn of a job is waited for however long it makes no progress: the bridge looks after that. */
const IDLE_SECONDS = 86400;

/** Seconds that are waited for news of a job that cannot be followed. */
const NEWS_SECONDS = 5;

/** What was shown until now. */
interface Following {
    readonly context: Context;
    readonly number: number;
    /** The turn that was followed, by its nonce. */
    nonce?: string;
    /** What was shown of its answer. */
    text?: string;
    /** Which time it was begun. */
    attempt: number;
}

/** The options of a wait of its own: what is set in them is for that wait. */
function freshOptions(options: Options): Options {
    const fresh: Record<string, unknown> = {};
    for (const [name, value] of pairs(options as unknown as Record<string, unknown>)) fresh[name] = value;
    return fresh as unknown as Options;
}

/** Says what a job is, and what it is at. */
function showHead(job: Job): void {
    say(`Job ${job.number}: ${stateOf(job)}, ${timeText(job.seconds)}`, colourOf(job));
    remark(`> ${job.prompt}`);
    const said: string[] = [];
    if (job.tools > 0) table.insert(said, `tool calls: ${job.tools}`);
    if (job.cost > 0) table.insert(said, string.format("$%.4f", job.cost));
    if (job.attempt > 1) table.insert(said, `attempt ${job.attempt}`);
    if (job.isKept) table.insert(said, "kept");
    if (!isOwn(job)) table.insert(said, `on ${job.computer}`);
    if (said.length > 0) remark(table.concat(said, ", "));
}

/** Has a turn followed over the link. */
function followOverLink(job: Job, options: Options): TurnEnd {
    const record: TurnRecord = {
        nonce: job.nonce!,
        sessionId: job.sessionId!,
        directory: "",
        text: "",
        sentAt: os.epoch("utc"),
        sent: true,
    };
    options.idleTimeout = IDLE_SECONDS;
    const settings = readSettings(ownSettings(fs));
    const [ok, end] = pcall(() => {
        return withService(() => runTurn({ settings } as Connection, record, options, true, () => undefined));
    });
    // The job goes on; whoever waits here no longer wants to be told of it.
    if (!ok) tellBridge({ type: "leave", nonce: record.nonce });
    if (!ok) error(end, 0);
    return end;
}

/** Follows the turn that a job is at, live, to that turn's end; false where it was left. */
function followTurn(following: Following, job: Job): boolean {
    const options = freshOptions(following.context.options);
    let nonce: string | undefined = job.nonce;
    const end = waitForTurn(
        options,
        () => {
            if (options.onProgress !== undefined) options.onProgress(progressOf(job));
            const given = followOverLink(job, options);
            nonce = undefined;
            return given;
        },
        true,
        `ai job ${following.number}`,
    );
    following.nonce = job.nonce;
    if (end === undefined) {
        if (nonce !== undefined) tellBridge({ type: "leave", nonce });
        return false;
    }
    if (end.kind === "fail" && end.pending) throw end.failure ?? fail(end.code, end.detail);
    const text = end.kind === "done" ? answerOf(end.steps) : withoutReasoning(end.text ?? "");
    showWritten(text);
    following.text = text;
    return true;
}

/** Whether a job runs here in a turn that was not followed yet. */
function canFollow(following: Following, job: Job): boolean {
    const nonce = job.nonce;
    if (job.state !== "running" || nonce === undefined || job.sessionId === undefined) return false;
    return nonce !== following.nonce && isOwn(job);
}

/** Waits until a job does something else, under the moving line; false where it was left. */
function waitForNews(following: Following, before: Job): boolean {
    const options = freshOptions(following.context.options);
    const number = following.number;
    const store = ownSettings(fs);
    const job = waitForTurn(
        options,
        () => {
            let now = before;
            while (now.state === before.state && !canFollow(following, now)) {
                if (options.onProgress !== undefined) options.onProgress(progressOf(now));
                now = news(store, number, NEWS_SECONDS).job;
            }
            return now;
        },
        true,
        `ai job ${number}`,
    );
    return job !== undefined;
}

/** Says that a job was begun again. */
function noteAttempt(following: Following, job: Job): void {
    if (job.attempt > following.attempt) remark(`It is begun again, attempt ${job.attempt}:`);
    else if (following.nonce !== undefined) remark("It goes on:");
    following.attempt = job.attempt;
}

/** Shows a job to its end; nothing where it was left. */
function follow(following: Following): Collected | undefined {
    const store = ownSettings(fs);
    while (true) {
        const got = news(store, following.number, 0);
        const job = got.job;
        if (hasEnded(job)) return got;
        let isThere: boolean;
        if (canFollow(following, job)) {
            if (job.attempt > 1 || following.nonce !== undefined) noteAttempt(following, job);
            isThere = followTurn(following, job);
        } else isThere = waitForNews(following, job);
        if (!isThere) return undefined;
    }
}

/** Shows how a job has ended, and its text but for what was shown of it. */
function showEnd(following: Following, got: Collected): void {
    const job = got.job;
    const text = got.text ?? "";
    if (text !== following.text) showWritten(text);
    if (job.state === "done") remark(`Job ${job.number} is done.`);
    else {
        const failure: Failure = failureOfJob(job);
        showFailure({ message: failure.message, hint: "Ask again: ai bg <prompt>" });
    }
}

/**
 * Shows a job: one that runs to its end, as long as somebody is there who may leave it.
 * @returns the job and what it has come to, which is shown but for JSON
 */
export function followJob(context: Context, number: number): Collected | undefined {
    const store = ownSettings(fs);
    const got = news(store, number, 0);
    if (context.flags.json === true) return got;
    const job = got.job;
    const following: Following = { context, number, attempt: job.attempt };
    showHead(job);
    if (!hasEnded(job) && !context.options.isAttended) {
        const doing = doingOf(job);
        if (doing !== undefined) say(oneLine(doing));
        return got;
    }
    let end: Collected | undefined = got;
    if (!hasEnded(job)) {
        const [ok, value] = pcall(() => follow(following));
        // Ctrl+T leaves it as q does: the job goes on.
        if (!ok && (value as unknown) !== "Terminated") error(value, 0);
        if (!ok) remark(`It goes on. Show it: ai job ${number}`);
        end = ok ? value : undefined;
    }
    os.queueEvent(SEEN, number);
    if (end === undefined) return undefined;
    showEnd(following, end);
    wasSeen(store, number);
    return end;
}
