/** Which steps are remembered, so that each counts once, and which are forgotten, so that the file does not grow for ever. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "../../src/journal/database.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { journalIn } from "../../src/journal/store.ts";
import type { OpenDatabase } from "../../src/journal/transaction.ts";
import { computerOf, day, noon, stepOf } from "./samples.ts";
import { journalFile } from "./support.ts";

const file = journalFile();
let database: OpenDatabase;
let journal: Journal;
beforeEach(() => {
    open();
    journal.addComputer(computerOf("c1"));
});
afterEach(() => closeDatabase(database));

function open(): void {
    database = openDatabase(file.path);
    journal = journalIn(database, file.path);
}

/** Remembers steps of a moment, one after the other, as if they had been counted. */
function remember(name: string, count: number, at: number): void {
    database.exec(
        `INSERT INTO steps (id, ended_at) WITH RECURSIVE counting (n) AS
         (SELECT 1 UNION ALL SELECT n + 1 FROM counting WHERE n < ${count}) SELECT '${name}' || n, ${at} FROM counting`,
    );
}

function known(): number {
    return (database.prepare("SELECT COUNT(*) AS known FROM steps").get() as { known: number }).known;
}

test("steps of more than 30 days ago are forgotten on a new day, and not counted again", () => {
    remember("old", 5, noon - 31 * day);
    remember("new", 10_000, noon - 29 * day);
    expect(journal.addStep(stepOf({ stepId: "p1" }))).toBe(true);
    expect(known()).toBe(10_001);
    expect(journal.addStep(stepOf({ stepId: "old1", at: noon - 31 * day }))).toBe(false);
    closeDatabase(database);
    open();
    expect(journal.addStep(stepOf({ stepId: "old2", at: noon - 31 * day }))).toBe(false);
    expect(journal.addStep(stepOf({ stepId: "new1", at: noon - 29 * day }))).toBe(false);
    expect(journal.addStep(stepOf({ stepId: "late", at: noon - 30 * day }))).toBe(true);
    expect(journal.usage({}).steps).toBe(2);
});

test("the day's next steps forget nothing, the next day's do", () => {
    journal.addStep(stepOf({ stepId: "p1" }));
    remember("old", 10, noon - 31 * day);
    remember("new", 10_000, noon);
    journal.addStep(stepOf({ stepId: "p2" }));
    expect(known()).toBe(10_012);
    journal.addStep(stepOf({ stepId: "p3", at: noon + day }));
    expect(known()).toBe(10_003);
});

test("a clock that jumps ahead makes nothing count twice that has just been counted", () => {
    remember("old", 100, noon - 1);
    remember("last", 10_000, noon);
    journal.addStep(stepOf({ stepId: "ahead", at: noon + 1000 * day }));
    expect(journal.addStep(stepOf({ stepId: "last2" }))).toBe(false);
    expect(journal.addStep(stepOf({ stepId: "old1", at: noon - 1 }))).toBe(false);
    // And steps of the right time go on to count.
    expect(journal.addStep(stepOf({ stepId: "p1", at: noon + 1 }))).toBe(true);
    expect(journal.usage({ day: "2026-11-30" }).steps).toBe(1);
});
