import { dayOf } from "./day.ts";
import type { Journal, LimitScope, UsageFilter } from "./journal.ts";
import { type Limited, millisecondsPerHour } from "./limits.ts";

/**
 * Reads what `refusal` decides by: turns and prompts only where they are limited.
 * @param now epoch milliseconds
 */
export function limitedOf(
    journal: Pick<Journal, "limitsOf" | "openTurns" | "promptsSince" | "usage">,
    scope: LimitScope,
    now: number,
): Limited {
    const limits = journal.limitsOf(scope);
    const whose: UsageFilter = "computer" in scope ? { computerId: scope.computer } : { owner: scope.owner };
    return {
        limits,
        counts: {
            turns: limits.turnsAtOnce === undefined ? 0 : journal.openTurns(scope),
            prompts:
                limits.promptsPerHour === undefined
                    ? []
                    : journal.promptsSince(scope, now - millisecondsPerHour),
            today: journal.usage({ ...whose, day: dayOf(now) }),
        },
    };
}
