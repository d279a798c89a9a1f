/** A job as it is told of, to computers, to the page and to the owner's commands. */
import type { Job } from "../../../../src/apis/ai/jobs/shapes.ts";
import type { JobSummary } from "../journal/journal.ts";
import type { Sight } from "./job-run.ts";
import { lineOf } from "./words.ts";

/** The most characters of a prompt that are told. */
const LONGEST_PROMPT = 200;

/** What a job is seen by. */
export interface Seen {
    readonly job: JobSummary;
    /** What its computer is called. */
    readonly computer: string;
    /** What is shown of it while it runs. */
    readonly sight?: Sight | undefined;
    readonly place?: number | undefined;
    /** Epoch milliseconds, and the clock of `sight`. */
    readonly now: number;
    readonly elapsed: number;
}

const secondsOf = (milliseconds: number): number => Math.max(0, Math.round(milliseconds / 1000));

/** What is told of a job. */
export function viewOf({ job, computer, sight, place, now, elapsed }: Seen): Job {
    const { number, state, prompt, addedAt, endedAt, tools, cost, reason, attempt } = job;
    return {
        number,
        state,
        prompt: lineOf(prompt, LONGEST_PROMPT),
        computer,
        seconds: secondsOf((endedAt ?? now) - addedAt),
        ...(sight === undefined ? {} : { silence: secondsOf(elapsed - sight.heardAt) }),
        tools,
        cost,
        ...(sight?.tool === undefined ? {} : { tool: sight.tool }),
        ...(sight?.words === undefined ? {} : { words: sight.words }),
        ...(sight?.asks === undefined ? {} : { asks: sight.asks }),
        ...(reason === undefined ? {} : { reason }),
        ...(place === undefined ? {} : { place }),
        attempt,
        isKept: job.isKept,
        isCollected: job.collectedAt !== undefined,
        ...(job.sessionId === undefined ? {} : { sessionId: job.sessionId }),
        ...(job.nonce === undefined ? {} : { nonce: job.nonce }),
    };
}
