/** What comes of a job once its turn has ended: pure, so that every way in which one can end stands in a table of tests. */

/** How often a job that is kept is begun again, and the seconds before each time. */
const RESTART_PAUSES = [10, 60, 300] as const;

/** Seconds until a turn is looked for again that could not be seen, at first and at most. */
const FIRST_LOOK = 1;
const LONGEST_LOOK = 15;

/** How many looks in a row may fail while opencode is there. */
const MOST_LOOKS = 20;

/** Seconds until a job is begun that its computer's limits have refused. */
const REFUSED_PAUSE = 15;

/** Failures that say nothing of the turn: opencode, or this bridge, could not be asked. */
const UNSEEN = [
    "away",
    "cannot_connect",
    "network_error",
    "timed_out",
    "not_opencode",
    "unauthorized",
    "server_error",
    "request_fails",
    "internal_error",
];

/** Failures that come again however often the job is begun. */
const HOPELESS = ["unknown_model", "unknown_agent", "unknown_variant", "forbidden", "empty_prompt"];

/** How a turn has ended. */
export type TurnOutcome =
    | { readonly kind: "done"; readonly text: string }
    | {
          readonly kind: "failed";
          readonly code: string;
          /** What has happened, in a sentence. */
          readonly what: string;
          /** Whether there may be an answer later. */
          readonly isPending: boolean;
          /** What was written until then. */
          readonly text: string;
      };

/** What is known of the job. */
export interface JobFacts {
    /** How it is being stopped, where it is. */
    readonly stopping?: { readonly as: "failed" | "killed"; readonly reason: string } | undefined;
    /** What the model is to be told, where the turn was ended for that. */
    readonly intervention?: string | undefined;
    readonly isKept: boolean;
    /** Which time it was begun, from 1 on. */
    readonly attempt: number;
    /** How many looks at the turn have failed in a row while opencode was there. */
    readonly looks: number;
}

/** What is done next. */
export type Next =
    | {
          readonly kind: "end";
          readonly state: "done" | "failed" | "killed";
          readonly reason?: string;
          readonly result: string;
      }
    /** Another turn in the same session. */
    | { readonly kind: "ask"; readonly text: string }
    /** The same turn is looked for again. */
    | { readonly kind: "look"; readonly seconds: number }
    /** The prompt is sent once more: it has not come to opencode. */
    | { readonly kind: "again"; readonly seconds: number }
    /** Back into the queue, as if it had not been begun. */
    | { readonly kind: "queue"; readonly seconds: number; readonly reason: string }
    /** From the beginning, in another session. */
    | { readonly kind: "restart"; readonly seconds: number; readonly reason: string };

/** How long it is until the next look. */
export function lookPause(looks: number): number {
    return Math.min(FIRST_LOOK * 2 ** looks, LONGEST_LOOK);
}

/**
 * Decides how a job goes on.
 * @param job what is known of it
 * @param turn how its turn has ended
 */
export function afterTurn(job: JobFacts, turn: TurnOutcome): Next {
    const { stopping, intervention, attempt, looks } = job;
    const isUnseen = turn.kind === "failed" && UNSEEN.includes(turn.code) && looks < MOST_LOOKS;
    if (isUnseen && turn.isPending) return { kind: "look", seconds: lookPause(looks) };
    // Whoever has stopped it is told so, also where its answer came in the same moment: that is kept.
    if (stopping !== undefined)
        return { kind: "end", state: stopping.as, reason: stopping.reason, result: turn.text };
    if (turn.kind === "done") return { kind: "end", state: "done", result: turn.text };
    if (intervention !== undefined) return { kind: "ask", text: intervention };
    // Something else is at work in the session, as what is left of a turn before.
    if (turn.code === "session_busy" && looks < MOST_LOOKS)
        return { kind: "look", seconds: lookPause(looks) };
    if (isUnseen || (turn.code === "not_sent" && looks < MOST_LOOKS))
        return { kind: "again", seconds: lookPause(looks) };
    if (turn.code === "limit_reached") return { kind: "queue", seconds: REFUSED_PAUSE, reason: turn.what };
    const pause = RESTART_PAUSES[attempt - 1];
    if (job.isKept && pause !== undefined && !HOPELESS.includes(turn.code))
        return { kind: "restart", seconds: pause, reason: turn.what };
    return { kind: "end", state: "failed", reason: turn.what, result: turn.text };
}
