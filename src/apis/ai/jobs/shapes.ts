/** What the bridge says of a job, as a table of shapes from which the types come; both ends read by it. */
import type { Of } from "../../trapos/shapes";

/** A job as it is told of. */
export const jobShape = {
    /** By which players call it; it is never used twice. */
    number: "count",
    /** "killed": somebody has stopped it; "failed": anything else that kept it from its answer, `reason` says what. */
    state: ["choice", "failed", "queued", "running", "done", "killed"],
    /** The beginning of what is asked, in one line. */
    prompt: "text",
    /** What the computer is called on which it was begun. */
    computer: "name",
    /** How long it has been there; of one that has ended, how long it took. Seconds. */
    seconds: "amount",
    /** Seconds since the last sign of life of one that runs. */
    "silence?": "amount",
    /** How many tool calls it has made, its subagents' too. */
    tools: "count",
    /** US dollars. */
    cost: "amount",
    /** The tool call that runs, or ran last, in one line. */
    "tool?": "message",
    /** The end of what the model wrote last, in one line. */
    "words?": "message",
    /** What it waits for somebody to allow or to answer, in one line. */
    "asks?": "message",
    /** Why it has failed or was stopped; of one that is queued, what it waits for. */
    "reason?": "reason",
    /** Its place among those that are queued, from 1 on. */
    "place?": "count",
    /** Which time it is begun, from 1 on: one that is kept is begun again. */
    attempt: "count",
    /** Whether it is begun again when it fails. */
    isKept: "boolean",
    /** Whether its result was given to somebody. */
    isCollected: "boolean",
    /** The turn by which it can be followed: the session, and the prompt's nonce. */
    "sessionId?": "id",
    "nonce?": "id",
} as const;

/** What a collected job gives: itself, and once it has ended what was written, of one that failed as much as there was. */
export const collectedShape = { job: jobShape, "text?": "text" } as const;

export type Job = Of<typeof jobShape>;
export type Collected = Of<typeof collectedShape>;
