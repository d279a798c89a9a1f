/** A disk without room: changes fail as a whole, reading goes on, and with room again so do changes. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "../../src/journal/database.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { journalIn } from "../../src/journal/store.ts";
import type { OpenDatabase } from "../../src/journal/transaction.ts";
import { computerOf, noon, stepOf } from "./samples.ts";
import { journalFile } from "./support.ts";

const file = journalFile();
let database: OpenDatabase;
let journal: Journal;
beforeEach(() => {
    database = openDatabase(file.path);
    journal = journalIn(database, file.path);
    journal.addComputer(computerOf("c1"));
    journal.addSession("s1", "c1", noon);
});
afterEach(() => closeDatabase(database));

/** A text that needs more than a page, so that it never fits into what is left of one. */
const long = "x".repeat(5000);

function takeRoom(): void {
    const pages = (database.pragma("page_count") as { page_count: number }[])[0]?.page_count;
    database.exec(`PRAGMA max_page_count = ${pages}`);
}

function giveRoom(): void {
    database.exec("PRAGMA max_page_count = 1000000");
}

/** All that can be read. */
function contents(): unknown {
    return [
        journal.computers(),
        journal.sessionsOf("c1"),
        journal.closedReason("s1"),
        journal.openPrompts(),
        journal.approvalsOf("s1"),
        journal.limitsOf({ owner: "alice" }),
        journal.usage({}),
    ];
}

const changes: Record<string, () => unknown> = {
    "linking a computer": () => journal.addComputer(computerOf(`c2${long}`)),
    "a new name": () => journal.changeComputer("c1", { name: long }),
    "a session": () => journal.addSession(`s2${long}`, "c1", noon),
    "closing a session": () => journal.closeSession("s1", long),
    "a prompt": () =>
        journal.takePrompt({ nonce: `n${long}`, computerId: "c1", sessionId: "s1", takenAt: noon }),
    "an approval": () =>
        journal.allowAlways({ sessionId: "s1", permission: "bash", pattern: long, at: noon }),
    "a limit": () => journal.setLimits({ owner: `alice${long}` }, { turnsAtOnce: 1 }),
    "a step": () => journal.addStep(stepOf({ stepId: `p${long}` })),
    // Its id still fits, its sum does not: the one must go with the other.
    "a step of a new model": () => journal.addStep(stepOf({ stepId: "p1", model: long })),
};

describe.each(Object.entries(changes))("on a full disk %s", (_, change) => {
    test("fails as a whole, and works when there is room", () => {
        takeRoom();
        const before = contents();
        for (let attempt = 1; attempt <= 2; attempt++) {
            expect(change).toThrow(expect.objectContaining({ name: "JournalError", code: "full" }));
            expect(change).toThrow(/is full and nothing of this was kept: make room/);
            expect(contents()).toEqual(before);
        }
        giveRoom();
        // A step that was half written would be known already.
        expect(change()).not.toBe(false);
        const after = contents();
        journal.close();
        database = openDatabase(file.path);
        journal = journalIn(database, file.path);
        expect(contents()).toEqual(after);
    });
});
