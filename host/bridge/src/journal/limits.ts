/** Whether one more prompt is within the limits. */
import { endOfDay } from "./day.ts";
import type { Limits, UsageTotal } from "./journal.ts";

export const millisecondsPerHour = 60 * 60 * 1000;

/** What a computer, or all computers of an owner, have taken of what is limited. */
export interface Counts {
    /** Turns that have not ended. */
    readonly turns: number;
    /** When prompts were handed over: at least those of the last hour. */
    readonly prompts: readonly number[];
    /** What was used today, in UTC. */
    readonly today: UsageTotal;
}

/** A computer, or an owner: what may be used, and what was. */
export interface Limited {
    readonly limits: Limits;
    readonly counts: Counts;
}

export type RefusalCode = "turns_at_once" | "prompts_per_hour" | "tokens_per_day" | "cost_per_day";

/** Why a prompt is not taken. */
export interface Refusal {
    readonly code: RefusalCode;
    /** One line: what is reached, and when it ends. */
    readonly message: string;
    /** Epoch milliseconds; absent where no clock says it: when a turn ends, or somebody changes the limit. */
    readonly endsAt?: number;
}

/** @returns all tokens, those of the cache too, as opencode counts what fills a context */
export function tokensOf(total: UsageTotal): number {
    return total.input + total.output + total.reasoning + total.cacheRead + total.cacheWrite;
}

/** @returns how long it is until `end`, in words: "12 min", "5 h", "5 h 12 min" */
function timeUntil(end: number, now: number): string {
    const minutes = Math.max(1, Math.ceil((end - now) / 60_000));
    const hours = Math.floor(minutes / 60);
    const parts = [hours > 0 ? `${hours} h` : "", minutes % 60 > 0 ? `${minutes % 60} min` : ""];
    return parts.filter((part) => part !== "").join(" ");
}

/**
 * When there is room for one more prompt, undefined where there is now. A prompt counts for an hour on either side of
 * its moment: one that seems to come from the future was taken before the clock was put back. Beyond that hour it no
 * longer counts, so that a clock that was wrong by a year locks nobody out for one.
 */
function roomForPrompt(prompts: readonly number[], limit: number, now: number): number | undefined {
    const counted = prompts.filter((at) => Math.abs(now - at) < millisecondsPerHour).sort((a, b) => a - b);
    const last = counted[counted.length - limit];
    return last === undefined ? undefined : last + millisecondsPerHour;
}

/** @returns what of the limits of one scope is reached, in words, and when it ends; Infinity for what never does */
function reached(
    limits: Limits,
    counts: Counts,
    now: number,
): { code: RefusalCode; what: string; end: number }[] {
    const { turnsAtOnce, promptsPerHour, tokensPerDay, costPerDay } = limits;
    const many = (count: number, word: string) =>
        `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
    const found: { code: RefusalCode; what: string; end: number }[] = [];
    const note = (code: RefusalCode, limit: number, what: string, end: number | undefined) => {
        if (limit <= 0) found.push({ code, what, end: Infinity });
        else if (end !== undefined) found.push({ code, what, end });
    };
    if (turnsAtOnce !== undefined) {
        const end = counts.turns >= turnsAtOnce ? now : undefined;
        note("turns_at_once", turnsAtOnce, `${many(turnsAtOnce, "turn")} at once`, end);
    }
    if (promptsPerHour !== undefined) {
        const end = roomForPrompt(counts.prompts, promptsPerHour, now);
        note("prompts_per_hour", promptsPerHour, `${many(promptsPerHour, "prompt")} an hour`, end);
    }
    if (tokensPerDay !== undefined) {
        const end = tokensOf(counts.today) >= tokensPerDay ? endOfDay(now) : undefined;
        note("tokens_per_day", tokensPerDay, `${many(tokensPerDay, "token")} a day`, end);
    }
    if (costPerDay !== undefined) {
        const end = counts.today.cost >= costPerDay ? endOfDay(now) : undefined;
        note("cost_per_day", costPerDay, `$${costPerDay.toFixed(2)} a day`, end);
    }
    return found;
}

/**
 * Whether one more prompt is refused. Where several limits are reached it names the one that holds longest: after it
 * the prompt will be taken.
 * @param computer what the computer may use and has used, @param owner the same for all computers of its owner
 * @param now epoch milliseconds
 * @returns undefined where it is within all limits
 */
export function refusal(computer: Limited, owner: Limited, now: number): Refusal | undefined {
    const found = [
        ...reached(computer.limits, computer.counts, now).map((limit) => ({
            ...limit,
            whose: "This computer's",
        })),
        ...reached(owner.limits, owner.counts, now).map((limit) => ({ ...limit, whose: "Its owner's" })),
    ];
    const longest = found.sort((a, b) => b.end - a.end)[0];
    if (longest === undefined) return undefined;
    const { code, what, end, whose } = longest;
    const limit = `${whose} limit of ${what}`;
    if (end === Infinity) return { code, message: `${limit} lets nothing through: ask who keeps the bridge` };
    if (code === "turns_at_once")
        return { code, message: `${limit} is reached; again when a turn has ended` };
    return { code, message: `${limit} is reached; again in ${timeUntil(end, now)}`, endsAt: end };
}
