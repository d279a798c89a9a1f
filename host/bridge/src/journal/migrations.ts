/** The tables of the journal, and how each version of them becomes the next. */
import { type OpenDatabase, transaction } from "./transaction.ts";

/**
 * What the first bridge made. It is SQL that PostgreSQL has too, but for `number`, which counts up by itself: there it
 * needs "GENERATED ALWAYS AS IDENTITY". It says what came first, as no clock does that can be set.
 *
 * - A session that was removed stays as a row: prompts still name it, and it never gets another owner.
 * - A prompt and a sum keep the owner of their time, as a computer can be given to another one.
 * - `usage` are sums alone, `steps` the ids of what was summed. Money is in billionths of a dollar, whose sums are exact.
 */
const first = `
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
CREATE TABLE computers (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL UNIQUE,
    game_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    profile TEXT NOT NULL,
    linked_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE TABLE sessions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    computer_id TEXT NOT NULL REFERENCES computers (id),
    added_at BIGINT NOT NULL,
    closed_reason TEXT,
    is_removed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (computer_id, id)
);
CREATE TABLE prompts (
    number INTEGER PRIMARY KEY,
    nonce TEXT NOT NULL UNIQUE,
    computer_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    baseline_id TEXT,
    taken_at BIGINT NOT NULL,
    ended_at BIGINT,
    FOREIGN KEY (computer_id, session_id) REFERENCES sessions (computer_id, id)
);
CREATE INDEX prompts_by_computer ON prompts (computer_id, taken_at);
CREATE INDEX prompts_by_owner ON prompts (owner, taken_at);
CREATE INDEX prompts_open ON prompts (number) WHERE ended_at IS NULL;
CREATE INDEX prompts_open_by_computer ON prompts (computer_id) WHERE ended_at IS NULL;
CREATE INDEX prompts_open_by_owner ON prompts (owner) WHERE ended_at IS NULL;
CREATE TABLE approvals (
    number INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    permission TEXT NOT NULL,
    pattern TEXT NOT NULL,
    allowed_at BIGINT NOT NULL,
    UNIQUE (session_id, permission, pattern)
);
CREATE TABLE limits (
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    turns_at_once BIGINT,
    prompts_per_hour BIGINT,
    tokens_per_day BIGINT,
    cost_per_day DOUBLE PRECISION,
    PRIMARY KEY (scope, name)
);
CREATE TABLE steps (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    ended_at BIGINT NOT NULL
);
CREATE INDEX steps_by_end ON steps (ended_at);
CREATE TABLE usage (
    computer_id TEXT NOT NULL REFERENCES computers (id),
    day TEXT NOT NULL,
    owner TEXT NOT NULL,
    session_id TEXT NOT NULL,
    model TEXT NOT NULL,
    steps BIGINT NOT NULL,
    input BIGINT NOT NULL,
    output BIGINT NOT NULL,
    reasoning BIGINT NOT NULL,
    cache_read BIGINT NOT NULL,
    cache_write BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    PRIMARY KEY (computer_id, day, owner, session_id, model)
);
CREATE INDEX usage_by_owner ON usage (owner, day);
CREATE INDEX usage_by_day ON usage (day, computer_id);
CREATE INDEX usage_by_session ON usage (session_id);
`;

/**
 * Jobs. A number is never given again, also where the newest job is forgotten: AUTOINCREMENT says that. Money is in
 * billionths of a dollar.
 */
const jobs = `
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    computer_id TEXT NOT NULL REFERENCES computers (id),
    owner TEXT NOT NULL,
    prompt TEXT NOT NULL,
    model TEXT,
    agent TEXT,
    is_kept INTEGER NOT NULL,
    added_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL DEFAULT 0,
    interventions BIGINT NOT NULL DEFAULT 0,
    session_id TEXT,
    nonce TEXT,
    asked TEXT,
    stopping TEXT,
    reason TEXT,
    result TEXT,
    tools BIGINT NOT NULL DEFAULT 0,
    cost BIGINT NOT NULL DEFAULT 0,
    spent BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT,
    ended_at BIGINT,
    told_at BIGINT,
    collected_at BIGINT,
    UNIQUE (computer_id, key)
);
CREATE INDEX jobs_by_owner ON jobs (owner, number);
CREATE INDEX jobs_open ON jobs (number) WHERE ended_at IS NULL;
CREATE INDEX jobs_untold ON jobs (computer_id) WHERE told_at IS NULL AND ended_at IS NOT NULL;
CREATE INDEX jobs_by_end ON jobs (ended_at);
`;

/**
 * Which opencode a session is of: 1, as there was no other, or 2. Each knows nothing of the other's, whose place it may have
 * taken.
 */
const dialects = `
ALTER TABLE sessions ADD COLUMN dialect BIGINT NOT NULL DEFAULT 1;
`;

/** What makes version 1 of nothing, version 2 of version 1 and so on. One that was published never changes. */
export const migrations: readonly string[] = [first, jobs, dialects];

/** @returns the version of a database, 0 for one without tables */
export function versionOf(database: OpenDatabase): number {
    const isThere =
        database.prepare("SELECT name FROM sqlite_master WHERE name = 'meta'").get() !== undefined;
    if (!isThere) return 0;
    const row = database.prepare("SELECT value FROM meta WHERE name = 'version'").get();
    return (row as { value: number }).value;
}

/**
 * Brings a database to the newest version, step by step: where one fails those before it stay done.
 * @param steps what makes each version
 */
export function migrate(database: OpenDatabase, steps: readonly string[]): void {
    for (let version = versionOf(database); version < steps.length; version++) {
        transaction(database, () => {
            database.exec(steps[version] as string);
            database.exec(
                `INSERT INTO meta (name, value) VALUES ('version', ${version + 1}) ` +
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            );
        });
    }
}
