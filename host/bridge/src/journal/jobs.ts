/** Jobs in the journal: see migrations.ts for their table. */
import type { JobChange, JobRecord, Journal } from "./journal.ts";
import type { Tables } from "./tables.ts";

/** Billionths of a dollar: their sums are exact. */
const costUnit = 1e9;

/** The columns of what changes of a job. */
const changing = {
    state: "state",
    attempt: "attempt",
    interventions: "interventions",
    sessionId: "session_id",
    nonce: "nonce",
    asked: "asked",
    stopping: "stopping",
    reason: "reason",
    result: "result",
    tools: "tools",
    cost: "cost",
    spent: "spent",
    dueAt: "due_at",
    endedAt: "ended_at",
} as const satisfies Record<keyof JobChange, string>;

/** How much of a prompt lists have, in characters. */
const SUMMARISED = 1000;

const columnsOf = {
    number: "number",
    key: "key",
    computerId: "computer_id",
    owner: "owner",
    prompt: "prompt",
    model: "model",
    agent: "agent",
    isKept: "is_kept",
    addedAt: "added_at",
    ...changing,
    toldAt: "told_at",
    collectedAt: "collected_at",
} as const satisfies Record<keyof JobRecord, string>;

const all = Object.entries(columnsOf)
    .map(([field, column]) => `${column} AS "${field}"`)
    .join(", ");

const summarised = Object.entries({ ...columnsOf, prompt: `substr(prompt, 1, ${SUMMARISED})` })
    .filter(([field]) => field !== "result" && field !== "asked")
    .map(([field, column]) => `${column} AS "${field}"`)
    .join(", ");

/** A job as it stands in the table. */
type Row = Omit<JobRecord, "isKept"> & { readonly isKept: number };

function jobOf({ isKept, cost, ...job }: Row): JobRecord {
    return { ...job, isKept: isKept !== 0, cost: cost / costUnit };
}

function valueOf(field: keyof JobChange, value: unknown): unknown {
    return field === "cost" && typeof value === "number" ? Math.round(value * costUnit) : value;
}

/** The journal's functions for jobs. */
export function jobsIn(
    tables: Tables,
): Pick<
    Journal,
    | "addJob"
    | "jobOf"
    | "openJobs"
    | "countOpenJobs"
    | "jobs"
    | "untoldJobs"
    | "changeJob"
    | "tellJob"
    | "collectJob"
    | "forgetJobs"
> {
    const select = (rest: string, ...values: unknown[]) =>
        tables.all<Row>(`SELECT ${all} FROM jobs ${rest}`, ...values).map(jobOf);
    const list = (rest: string, ...values: unknown[]) =>
        tables.all<Row>(`SELECT ${summarised} FROM jobs ${rest}`, ...values).map(jobOf);
    const change = (...command: Parameters<Tables["run"]>) =>
        tables.withoutDisk(() => tables.run(...command)) > 0;

    return {
        addJob({ key, computerId, prompt, model, agent, isKept, addedAt }) {
            const known = select("WHERE computer_id = ? AND key = ?", computerId, key)[0];
            if (known !== undefined) return known;
            change(
                `INSERT INTO jobs (key, computer_id, owner, prompt, model, agent, is_kept, added_at, state)
                 VALUES (?, ?, (SELECT owner FROM computers WHERE id = ?), ?, ?, ?, ?, ?, 'queued')`,
                key,
                computerId,
                computerId,
                prompt,
                model ?? null,
                agent ?? null,
                isKept ? 1 : 0,
                addedAt,
            );
            return select("WHERE computer_id = ? AND key = ?", computerId, key)[0] as JobRecord;
        },
        jobOf: (number) => select("WHERE number = ?", number)[0],
        openJobs: () => list("WHERE ended_at IS NULL ORDER BY number"),
        countOpenJobs: () =>
            tables.first<{ jobs: number }>("SELECT COUNT(*) AS jobs FROM jobs WHERE ended_at IS NULL")
                ?.jobs ?? 0,
        jobs: (owner, most) =>
            owner === undefined
                ? list("ORDER BY number DESC LIMIT ?", most)
                : list("WHERE owner = ? ORDER BY number DESC LIMIT ?", owner, most),
        untoldJobs: (computerId) =>
            list(
                "WHERE computer_id = ? AND told_at IS NULL AND ended_at IS NOT NULL ORDER BY number",
                computerId,
            ),
        changeJob(number, given) {
            const fields = (Object.keys(changing) as (keyof JobChange)[]).filter(
                (field) => given[field] !== undefined,
            );
            const sets = fields.map((field) => `${changing[field]} = ?`).join(", ");
            const values = fields.map((field) => valueOf(field, given[field]));
            if (fields.length === 0) return false;
            return change(`UPDATE jobs SET ${sets} WHERE number = ? AND ended_at IS NULL`, ...values, number);
        },
        tellJob: (number, at) =>
            change(
                "UPDATE jobs SET told_at = ? WHERE number = ? AND told_at IS NULL AND ended_at IS NOT NULL",
                at,
                number,
            ),
        collectJob: (number, at) =>
            change(
                `UPDATE jobs SET collected_at = ?, told_at = COALESCE(told_at, ?)
                 WHERE number = ? AND collected_at IS NULL AND ended_at IS NOT NULL`,
                at,
                at,
                number,
            ),
        forgetJobs: (until) =>
            tables.withoutDisk(() => tables.run("DELETE FROM jobs WHERE ended_at <= ?", until)),
    };
}
