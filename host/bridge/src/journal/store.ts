/** The journal in a file. */
import type { Dialect } from "trapos-opencode";
import { closeDatabase, copyDatabase, logOnDisk, openDatabase } from "./database.ts";
import type { Journal, LimitScope, Limits, LinkedComputer, PromptRecord } from "./journal.ts";
import { jobsIn } from "./jobs.ts";
import { ledgerIn } from "./ledger.ts";
import { tablesOf } from "./tables.ts";
import type { OpenDatabase } from "./transaction.ts";

const computerColumns = `id, token_hash AS "tokenHash", game_id AS "gameId", name, owner, profile,
    linked_at AS "linkedAt", revoked_at AS "revokedAt"`;

const promptColumns = `nonce, computer_id AS "computerId", session_id AS "sessionId", state,
    baseline_id AS "baselineId", taken_at AS "takenAt", ended_at AS "endedAt"`;

const limitColumns = `turns_at_once AS "turnsAtOnce", prompts_per_hour AS "promptsPerHour",
    tokens_per_day AS "tokensPerDay", cost_per_day AS "costPerDay"`;

function partsOf(scope: LimitScope): { kind: "computer" | "owner"; column: string; name: string } {
    return "computer" in scope
        ? { kind: "computer", column: "computer_id", name: scope.computer }
        : { kind: "owner", column: "owner", name: scope.owner };
}

/**
 * Opens the journal, for this process alone.
 * @param file its path, in a folder that is there; it is made where it is not
 * @throws JournalError where it cannot be used
 */
export function openJournal(file: string): Journal {
    const database = openDatabase(file);
    try {
        return journalIn(database, file);
    } catch (error) {
        closeDatabase(database);
        throw error;
    }
}

/**
 * The journal in an open database, which it closes in the end.
 * @param file the database's path, for messages
 */
export function journalIn(database: OpenDatabase, file: string): Journal {
    const tables = tablesOf(database, file);
    const { run, all, first } = tables;
    const runWithoutDisk: typeof run = (...command) => tables.withoutDisk(() => run(...command));
    const disk = logOnDisk(file);

    /** What is known of a session, also of a removed one. */
    function sessionRow(
        sessionId: string,
    ): { computerId: string; isRemoved: number; closedReason?: string; dialect: Dialect } | undefined {
        return first(
            `SELECT computer_id AS "computerId", is_removed AS "isRemoved", closed_reason AS "closedReason", dialect
             FROM sessions WHERE id = ?`,
            sessionId,
        );
    }

    function promptOf(nonce: string): PromptRecord | undefined {
        return first(`SELECT ${promptColumns} FROM prompts WHERE nonce = ?`, nonce);
    }

    return {
        ...ledgerIn(tables),
        ...jobsIn(tables),

        addComputer(computer) {
            run(
                `INSERT INTO computers (id, token_hash, game_id, name, owner, profile, linked_at, revoked_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
                computer.id,
                computer.tokenHash,
                computer.gameId,
                computer.name,
                computer.owner,
                computer.profile,
                computer.linkedAt,
                computer.revokedAt ?? null,
            );
        },
        computers: () => all<LinkedComputer>(`SELECT ${computerColumns} FROM computers ORDER BY number`),
        computerByToken: (tokenHash) =>
            first<LinkedComputer>(`SELECT ${computerColumns} FROM computers WHERE token_hash = ?`, tokenHash),
        revokeComputer: (id, at) =>
            run("UPDATE computers SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", at, id) > 0,
        changeComputer: (id, change) =>
            run(
                `UPDATE computers SET name = COALESCE(?, name), owner = COALESCE(?, owner),
                 profile = COALESCE(?, profile) WHERE id = ? AND revoked_at IS NULL`,
                change.name ?? null,
                change.owner ?? null,
                change.profile ?? null,
                id,
            ) > 0,

        addSession(sessionId, computerId, at, dialect = 1) {
            const isNew = run(
                `INSERT INTO sessions (id, computer_id, added_at, dialect) VALUES (?, ?, ?, ?)
                 ON CONFLICT (id) DO NOTHING`,
                sessionId,
                computerId,
                at,
                dialect,
            );
            if (isNew) return;
            const known = sessionRow(sessionId);
            if (known?.computerId !== computerId)
                throw new Error(`Session ${sessionId} is another computer's`);
            if (known.isRemoved) throw new Error(`Session ${sessionId} was removed`);
        },
        ownerOfSession(sessionId) {
            const known = sessionRow(sessionId);
            return known?.isRemoved ? undefined : known?.computerId;
        },
        dialectOf: (sessionId) => sessionRow(sessionId)?.dialect,
        sessionsOf: (computerId) =>
            all<{ id: string }>(
                "SELECT id FROM sessions WHERE computer_id = ? AND is_removed = 0 ORDER BY number DESC",
                computerId,
            ).map(({ id }) => id),
        closeSession(sessionId, reason) {
            run("UPDATE sessions SET closed_reason = ? WHERE id = ?", reason, sessionId);
        },
        closedReason: (sessionId) => sessionRow(sessionId)?.closedReason,
        removeSession(sessionId) {
            tables.atOnce(() => {
                run("UPDATE sessions SET is_removed = 1 WHERE id = ?", sessionId);
                run("DELETE FROM approvals WHERE session_id = ?", sessionId);
            });
        },

        takePrompt({ nonce, computerId, sessionId, takenAt, isSent }) {
            const isNew = runWithoutDisk(
                `INSERT INTO prompts (nonce, computer_id, session_id, owner, state, taken_at)
                 VALUES (?, ?, ?, (SELECT owner FROM computers WHERE id = ?), ?, ?)
                 ON CONFLICT (nonce) DO NOTHING`,
                nonce,
                computerId,
                sessionId,
                computerId,
                isSent === true ? "sent" : "taken",
                takenAt,
            );
            if (isNew) return undefined;
            const known = promptOf(nonce);
            // What it is, is none of another computer's business.
            if (known?.computerId !== computerId) throw new Error("Another computer has used this nonce");
            return known;
        },
        promptOf,
        markSent: (nonce, baselineId) =>
            runWithoutDisk(
                "UPDATE prompts SET state = 'sent', baseline_id = ? WHERE nonce = ? AND state = 'taken'",
                baselineId ?? null,
                nonce,
            ) > 0,
        renamePrompt: (nonce, name) =>
            runWithoutDisk("UPDATE prompts SET nonce = ? WHERE nonce = ?", name, nonce) > 0,
        endPrompt: (nonce, state, at) =>
            runWithoutDisk(
                "UPDATE prompts SET state = ?, ended_at = ? WHERE nonce = ? AND ended_at IS NULL",
                state,
                at,
                nonce,
            ) > 0,
        openPrompts: () =>
            all<PromptRecord>(`SELECT ${promptColumns} FROM prompts WHERE ended_at IS NULL ORDER BY number`),
        openTurns(scope) {
            const { column, name } = partsOf(scope);
            return (
                first<{ turns: number }>(
                    `SELECT COUNT(*) AS turns FROM prompts WHERE ended_at IS NULL AND ${column} = ?`,
                    name,
                )?.turns ?? 0
            );
        },
        promptsSince(scope, since) {
            const { column, name } = partsOf(scope);
            return all<{ at: number }>(
                `SELECT taken_at AS at FROM prompts WHERE ${column} = ? AND taken_at >= ? ORDER BY taken_at`,
                name,
                since,
            ).map(({ at }) => at);
        },

        allowAlways({ sessionId, permission, pattern, at }) {
            run(
                `INSERT INTO approvals (session_id, permission, pattern, allowed_at) VALUES (?, ?, ?, ?)
                 ON CONFLICT (session_id, permission, pattern) DO NOTHING`,
                sessionId,
                permission,
                pattern,
                at,
            );
        },
        approvalsOf: (sessionId) =>
            all(
                `SELECT session_id AS "sessionId", permission, pattern, allowed_at AS at
                 FROM approvals WHERE session_id = ? ORDER BY number`,
                sessionId,
            ),

        setLimits(scope, limits) {
            const { kind, name } = partsOf(scope);
            run(
                `INSERT INTO limits (scope, name, turns_at_once, prompts_per_hour, tokens_per_day, cost_per_day)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (scope, name) DO UPDATE SET turns_at_once = excluded.turns_at_once,
                 prompts_per_hour = excluded.prompts_per_hour, tokens_per_day = excluded.tokens_per_day,
                 cost_per_day = excluded.cost_per_day`,
                kind,
                name,
                limits.turnsAtOnce ?? null,
                limits.promptsPerHour ?? null,
                limits.tokensPerDay ?? null,
                limits.costPerDay ?? null,
            );
        },
        limitsOf(scope) {
            const { kind, name } = partsOf(scope);
            return first(`SELECT ${limitColumns} FROM limits WHERE scope = ? AND name = ?`, kind, name) ?? {};
        },
        limited: () =>
            all<Limits & { kind: "computer" | "owner"; owner: string }>(
                `SELECT scope AS kind, name AS owner, ${limitColumns} FROM limits ORDER BY scope, name`,
            ).map(({ kind, owner, ...limits }) => ({
                scope: kind === "computer" ? { computer: owner } : { owner },
                limits,
            })),

        durable: () => disk.durable(),
        copyTo: (copy) => copyDatabase(database, copy),
        close() {
            disk.close();
            closeDatabase(database);
        },
    };
}
