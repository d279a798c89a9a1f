/** Journals of older bridges: each version is brought to the newest, and keeps what it holds. */
import { describe, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "../../src/journal/database.ts";
import { migrations, versionOf } from "../../src/journal/migrations.ts";
import { openJournal } from "../../src/journal/store.ts";
import { computerOf, noon, stepOf } from "./samples.ts";
import { journalFile } from "./support.ts";

const file = journalFile();

/** For each version what a bridge of it has written, in the tables that it had. It never changes. */
const first = `INSERT INTO computers (id, token_hash, game_id, name, owner, profile, linked_at, revoked_at) VALUES
        ('c1', 'hash of c1', 7, 'c1''s', 'alice', 'talk', ${noon}, NULL),
        ('c2', 'hash of c2', 7, 'c2''s', 'alice', 'talk', ${noon}, ${noon + 1});
     INSERT INTO sessions (id, computer_id, added_at, closed_reason, is_removed) VALUES
        ('s1', 'c1', ${noon}, 'it hangs', 0), ('s2', 'c1', ${noon}, NULL, 1);
     INSERT INTO prompts (nonce, computer_id, session_id, owner, state, baseline_id, taken_at, ended_at) VALUES
        ('n1', 'c1', 's1', 'alice', 'sent', 'm1', ${noon}, NULL);
     INSERT INTO approvals (session_id, permission, pattern, allowed_at) VALUES ('s1', 'bash', 'ls *', ${noon});
     INSERT INTO limits VALUES ('owner', 'alice', 1, 2, 3, 0.5);
     INSERT INTO steps (id, ended_at) VALUES ('p1', ${noon});
     INSERT INTO usage VALUES ('c1', '2026-11-30', 'alice', 's1', 'test/small', 1, 10, 20, 3, 4, 5, 100000000);`;
const written = [
    first,
    `${first}
     INSERT INTO jobs (key, computer_id, owner, prompt, is_kept, added_at, state, attempt, cost) VALUES
        ('k1', 'c1', 'alice', 'a lock', 1, ${noon}, 'running', 2, 250000000);`,
];
written.push(`${written[1]}
     INSERT INTO sessions (id, computer_id, added_at, dialect) VALUES ('s3', 'c2', ${noon}, 2);`);

test("each version has something to be brought over", () => {
    expect(written).toHaveLength(migrations.length);
});

test.each(written.map((rows, index) => ({ version: index + 1, rows })))(
    "a journal of version $version keeps all",
    ({ version, rows }) => {
        const old = openDatabase(file.path, migrations.slice(0, version));
        old.exec(rows);
        closeDatabase(old);

        const journal = openJournal(file.path);
        expect(journal.computers()).toEqual([computerOf("c1"), { ...computerOf("c2"), revokedAt: noon + 1 }]);
        expect(journal.sessionsOf("c1")).toEqual(["s1"]);
        expect(journal.closedReason("s1")).toBe("it hangs");
        expect(journal.dialectOf("s1")).toBe(1);
        expect(journal.dialectOf("s3")).toBe(version < 3 ? undefined : 2);
        expect(() => journal.addSession("s2", "c1", noon)).toThrow("removed");
        expect(journal.openPrompts()).toEqual([
            {
                nonce: "n1",
                computerId: "c1",
                sessionId: "s1",
                state: "sent",
                baselineId: "m1",
                takenAt: noon,
            },
        ]);
        expect(journal.promptsSince({ owner: "alice" }, noon)).toEqual([noon]);
        expect(journal.approvalsOf("s1")).toEqual([
            { sessionId: "s1", permission: "bash", pattern: "ls *", at: noon },
        ]);
        expect(journal.limitsOf({ owner: "alice" })).toEqual({
            turnsAtOnce: 1,
            promptsPerHour: 2,
            tokensPerDay: 3,
            costPerDay: 0.5,
        });
        expect(journal.addStep(stepOf({ stepId: "p1" }))).toBe(false);
        expect(journal.usage({ sessionId: "s1" })).toEqual({
            steps: 1,
            input: 10,
            output: 20,
            reasoning: 3,
            cacheRead: 4,
            cacheWrite: 5,
            cost: 0.1,
        });
        expect(journal.openJobs()).toEqual(
            version < 2
                ? []
                : [
                      {
                          number: 1,
                          key: "k1",
                          computerId: "c1",
                          owner: "alice",
                          prompt: "a lock",
                          isKept: true,
                          addedAt: noon,
                          state: "running",
                          attempt: 2,
                          interventions: 0,
                          tools: 0,
                          cost: 0.25,
                          spent: 0,
                      },
                  ],
        );
        journal.close();
    },
);

describe("a migration", () => {
    const next = [...migrations, "ALTER TABLE computers ADD COLUMN place TEXT"];
    const broken = [...next, "CREATE TABLE halls (name TEXT); INSERT INTO nowhere VALUES (1)"];

    test("that fails leaves what those before it have made", () => {
        expect(() => openDatabase(file.path, broken)).toThrow("nowhere");
        const database = openDatabase(file.path, next);
        expect(versionOf(database)).toBe(next.length);
        expect(() => database.exec("SELECT * FROM halls")).toThrow("no such table");
        closeDatabase(database);
    });

    test("is done once", () => {
        const database = openDatabase(file.path, next);
        closeDatabase(database);
        closeDatabase(openDatabase(file.path, next));
    });
});
