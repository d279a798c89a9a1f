/** What was used: each step once, in sums. */
import { dayOf, millisecondsPerDay } from "./day.ts";
import type { DayUsage, Journal, UsageFilter, UsageTotal } from "./journal.ts";
import type { Tables } from "./tables.ts";

/** For how long the ids of counted steps are remembered. */
const remembered = 30 * millisecondsPerDay;

/** How many of them are remembered however old they are: a clock that jumps ahead makes all of them old at once. */
const alwaysRemembered = 10_000;

/** The most days whose sums are remembered. */
const mostDays = 40;

/** Costs are kept in billionths of a dollar: their sums are exact, and a step that costs less than one is free. */
const costUnit = 1e9;

/** What is summed of steps, and its columns. */
const sumColumns = {
    steps: "steps",
    input: "input",
    output: "output",
    reasoning: "reasoning",
    cacheRead: "cache_read",
    cacheWrite: "cache_write",
    cost: "cost",
} as const satisfies Record<keyof UsageTotal, string>;

const sums = Object.entries(sumColumns)
    .map(([field, column]) => `COALESCE(SUM(${column}), 0) AS "${field}"`)
    .join(", ");

const columns = Object.values(sumColumns);

const addedSums = columns.map((column) => `${column} = usage.${column} + excluded.${column}`).join(", ");

/** The columns of a filter's fields. */
const filterColumns = {
    computerId: "computer_id",
    owner: "owner",
    sessionId: "session_id",
    model: "model",
    day: "day",
} as const;

function inDollars(total: UsageTotal): UsageTotal {
    return { ...total, cost: total.cost / costUnit };
}

/** The journal's functions for usage. */
export function ledgerIn(tables: Tables): Pick<Journal, "addStep" | "usage" | "usageOn"> {
    const { run, all, first } = tables;

    /** The day of the step that was counted last: forgetting once a day is often enough. */
    let lastDay: string | undefined;

    /** Sums by day, of those that were asked for last. */
    const days = new Map<string, readonly DayUsage[]>();

    /** Steps that are no newer were forgotten, and so may have been counted. */
    let forgottenUntil =
        first<{ value: number }>("SELECT value FROM meta WHERE name = 'steps_forgotten_until'")?.value ??
        -Infinity;

    /** Forgets old ids. @returns the new `forgottenUntil` */
    function forgetSteps(now: number): number {
        const old = "FROM steps WHERE ended_at < ? AND number <= (SELECT MAX(number) FROM steps) - ?";
        const newest = first<{ newest?: number }>(
            `SELECT MAX(ended_at) AS newest ${old}`,
            now - remembered,
            alwaysRemembered,
        )?.newest;
        if (newest === undefined) return forgottenUntil;
        run(`DELETE ${old}`, now - remembered, alwaysRemembered);
        const until = Math.max(forgottenUntil, newest);
        run(
            `INSERT INTO meta (name, value) VALUES ('steps_forgotten_until', ?)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
            until,
        );
        return until;
    }

    return {
        addStep(step) {
            if (step.at <= forgottenUntil) return false;
            const day = dayOf(step.at);
            let until = forgottenUntil;
            const count = () => {
                const added = run(
                    "INSERT INTO steps (id, ended_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
                    step.stepId,
                    step.at,
                );
                if (!added) return false;
                run(
                    `INSERT INTO usage (computer_id, day, owner, session_id, model, ${columns.join(", ")})
                     VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)
                     ON CONFLICT (computer_id, day, owner, session_id, model) DO UPDATE SET ${addedSums}`,
                    step.computerId,
                    day,
                    step.owner,
                    step.sessionId,
                    step.model,
                    step.input,
                    step.output,
                    step.reasoning,
                    step.cacheRead,
                    step.cacheWrite,
                    Math.round(step.cost * costUnit),
                );
                if (day !== lastDay) until = forgetSteps(step.at);
                return true;
            };
            const isNew = tables.withoutDisk(() => tables.atOnce(count));
            // Not before it is in the file.
            if (isNew) [forgottenUntil, lastDay] = [until, day];
            if (isNew) days.delete(day);
            return isNew;
        },
        usage(filter) {
            const fields = (Object.keys(filterColumns) as (keyof UsageFilter)[]).filter(
                (field) => filter[field] !== undefined,
            );
            const conditions = fields.map((field) => `${filterColumns[field]} = ?`).join(" AND ");
            const where = fields.length > 0 ? ` WHERE ${conditions}` : "";
            const values = fields.map((field) => filter[field]);
            return inDollars(first<UsageTotal>(`SELECT ${sums} FROM usage${where}`, ...values) as UsageTotal);
        },
        usageOn(day) {
            const known = days.get(day);
            if (known !== undefined) return known;
            const found = all<UsageTotal & { computerId: string }>(
                `SELECT computer_id AS "computerId", ${sums} FROM usage WHERE day = ?
                 GROUP BY computer_id ORDER BY computer_id`,
                day,
            ).map(({ computerId, ...total }) => ({ computerId, total: inDollars(total) }));
            days.set(day, found);
            const [oldest] = days.keys();
            if (days.size > mostDays && oldest !== undefined) days.delete(oldest);
            return found;
        },
    };
}
