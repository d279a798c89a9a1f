/** How calls of jobs go wrong in ways of their own: codes, what happened and what to do next. See ../codes. */

/** Messages and hints by code; `{name}` stands for a detail of the case. */
export const jobFailures = {
    not_found: ["There is no job {number}.", "See: ai jobs"],
    job_unsure: [
        "The bridge did not say whether it has the job ({what}).",
        "Look whether it is there, before you begin it again: ai jobs",
    ],
    job_running: [
        "Job {number} has not ended yet.",
        "Wait for it: ai collect {number}. Look: ai job {number}",
    ],
    job_failed: [
        "Job {number} failed: {what}",
        "See what it did: ai job {number}. Ask again: ai bg <prompt>",
    ],
    job_killed: [
        "Job {number} was killed: {what}",
        "See what it did: ai job {number}. Ask again: ai bg <prompt>",
    ],
    job_collected: ["The result of job {number} was collected.", "Show it again: ai job {number}"],
} satisfies Record<string, [message: string, hint: string]>;

/** One that stands in the table. */
export type JobCode = keyof typeof jobFailures;
