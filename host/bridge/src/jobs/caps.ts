/** What a job may use in all, however often it is begun. */

/** The most that a job may use. */
export interface Caps {
    readonly tools: number;
    readonly minutes: number;
    /** US dollars. */
    readonly cost: number;
}

/** What it has used. */
export interface Used {
    readonly tools: number;
    readonly cost: number;
    /** Milliseconds. */
    readonly spent: number;
}

/** Why a job is stopped, in a sentence; nothing where it is within its caps. */
export function overCap(caps: Caps, used: Used): string | undefined {
    if (used.tools > caps.tools) return `It made more than ${caps.tools} tool calls, which is a job's limit.`;
    if (used.spent >= caps.minutes * 60_000)
        return `It ran for ${caps.minutes} minutes, which is a job's limit.`;
    if (used.cost > 0 && used.cost >= caps.cost)
        return `It has cost $${used.cost.toFixed(2)}; a job's limit is $${caps.cost.toFixed(2)}.`;
    return undefined;
}
