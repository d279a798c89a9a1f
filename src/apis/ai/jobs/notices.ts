/**
 * Tells this computer's player of jobs that have ended or ask something, and programs by the event `ai_job`: once each, however often
 * the bridge says it. A line at the shell's prompt counts as told when it was shown, and that is on the disk before the bridge hears
 * of it.
 */
import { DROPPED, NOTICE, READY, SHOWN, type Notice } from "../../trapos/notices";
import { oneLine } from "../../trapos/text";
import { newId, say, type Message } from "../link/conversation";
import type { BridgeSays } from "../link/frames";
import { MESSAGE } from "../link/names";
import type { Job } from "./shapes";
import { noteTold, SEEN, wasTold } from "./told";

/** The event for programs: the job's number, its state, and the job. */
const EVENT = "ai_job";

/** A line that waits until it is shown. */
interface Pending {
    readonly number: number;
    /** What the job asks; absent where it has ended. */
    readonly asks?: string;
    readonly notice: Notice;
}

/** The disk on which it stands who was told what. */
type Disk = typeof fs;

/** The words for states in which jobs end, before what they are about, and their colours. */
const ENDS: Record<string, readonly [words: string, short: string, colour: number] | undefined> = {
    done: ["is done", "done", colours.lime],
    failed: ["failed", "failed", colours.red],
    killed: ["was killed", "killed", colours.orange],
};

/** The line for a job, and its id. */
function noticeOf(job: Job, asks: string | undefined): Notice {
    const number = string.format("%.0f", job.number);
    const name = `Job ${number}`;
    if (asks !== undefined)
        return {
            id: `job ${number} asks ${asks}`,
            before: `${name} asks`,
            subject: oneLine(asks),
            after: `ai job ${number}`,
            short: name,
            colour: colours.yellow,
        };
    const [words, short, colour] = ENDS[job.state] ?? ENDS.failed!;
    const isDone = job.state === "done";
    return {
        id: `job ${number} ended`,
        before: `${name} ${words}`,
        subject: oneLine(isDone ? job.prompt : (job.reason ?? job.prompt)),
        after: isDone ? `ai collect ${number}` : `ai job ${number}`,
        short: `${name} ${short}`,
        colour,
    };
}

/** Says to the bridge that a job's end was told. Where that is lost the bridge says it once more. */
function confirm(number: number): void {
    say({ type: "call", id: newId(), name: "jobTold", arguments: { number } });
}

/** Takes lines about a job out of those that wait: those of what it asks, and where it has ended all. */
function drop(pending: Pending[], number: number, isAll: boolean): Pending[] {
    const left: Pending[] = [];
    for (const one of pending) {
        const isMeant = one.number === number && (isAll || one.asks !== undefined);
        if (isMeant) os.queueEvent(DROPPED, one.notice.id);
        else table.insert(left, one);
    }
    return left;
}

/** Whether a line waits. */
function isPending(pending: readonly Pending[], id: string): boolean {
    for (const one of pending) if (one.notice.id === id) return true;
    return false;
}

/** Takes what the bridge says of a job. */
function take(disk: Disk, pending: Pending[], told: BridgeSays["job"]): Pending[] {
    const job = told.job;
    const number = job.number;
    let asks: string | undefined;
    if (told.what === "asks") asks = job.asks ?? "";
    if (wasTold(disk, number, asks)) {
        if (asks === undefined) confirm(number);
        return pending;
    }
    const notice = noticeOf(job, asks);
    if (isPending(pending, notice.id)) return pending;
    // What it asked before is not asked any more.
    const left = drop(pending, number, true);
    table.insert(left, { number, asks, notice });
    os.queueEvent(EVENT, number, job.state, job);
    os.queueEvent(NOTICE, notice);
    return left;
}

/** Keeps that a line was shown. */
function noteShown(disk: Disk, pending: Pending[], id: string): Pending[] {
    const left: Pending[] = [];
    for (const one of pending) {
        if (one.notice.id !== id) table.insert(left, one);
        else {
            noteTold(disk, one.number, one.asks);
            if (one.asks === undefined) confirm(one.number);
        }
    }
    return left;
}

/** Tells of jobs, for ever. Nothing in it waits but for the next event, so that none is missed. */
export function keepTelling(): void {
    let pending: Pending[] = [];
    while (true) {
        const [event, first] = os.pullEventRaw();
        if (event === MESSAGE && (first as Message).type === "job")
            pending = take(fs, pending, first as BridgeSays["job"]);
        else if (event === SHOWN) pending = noteShown(fs, pending, first as string);
        else if (event === SEEN) pending = drop(pending, first as number, wasTold(fs, first as number));
        else if (event === READY) for (const one of pending) os.queueEvent(NOTICE, one.notice);
    }
}
