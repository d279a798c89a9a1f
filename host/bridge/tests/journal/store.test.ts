/** What the journal promises while it is open, and after it was opened again. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Journal } from "../../src/journal/journal.ts";
import { openJournal } from "../../src/journal/store.ts";
import { computerOf, day, hour, noon, stepOf } from "./samples.ts";
import { journalFile } from "./support.ts";

const file = journalFile();
let journal: Journal;
beforeEach(() => {
    journal = openJournal(file.path);
    journal.addComputer(computerOf("c1"));
    journal.addComputer(computerOf("c2", "bob"));
    journal.addSession("s1", "c1", noon);
    journal.addSession("s2", "c2", noon);
});
afterEach(() => journal.close());

function reopen(): void {
    journal.close();
    journal = openJournal(file.path);
}

function take(nonce: string, { computerId = "c1", sessionId = "s1", takenAt = noon } = {}) {
    return journal.takePrompt({ nonce, computerId, sessionId, takenAt });
}

describe("computers", () => {
    test("are as they were linked", () => {
        reopen();
        expect(journal.computers()).toEqual([computerOf("c1"), computerOf("c2", "bob")]);
        expect(journal.computerByToken("hash of c2")).toEqual(computerOf("c2", "bob"));
        expect(journal.computerByToken("hash of c3")).toBeUndefined();
    });

    test("are revoked once, and are told of afterwards", () => {
        expect(journal.revokeComputer("c1", noon + 1)).toBe(true);
        expect(journal.revokeComputer("c1", noon + 2)).toBe(false);
        expect(journal.revokeComputer("c3", noon)).toBe(false);
        reopen();
        expect(journal.computerByToken("hash of c1")?.revokedAt).toBe(noon + 1);
        expect(journal.changeComputer("c1", { profile: "trusted" })).toBe(false);
        expect(journal.computerByToken("hash of c1")?.profile).toBe("talk");
    });

    test("change in what is named alone", () => {
        expect(journal.changeComputer("c1", { profile: "build" })).toBe(true);
        expect(journal.changeComputer("c1", { name: "door", owner: "carol" })).toBe(true);
        expect(journal.changeComputer("c3", { name: "door" })).toBe(false);
        reopen();
        expect(journal.computers()).toEqual([
            { ...computerOf("c1"), name: "door", owner: "carol", profile: "build" },
            computerOf("c2", "bob"),
        ]);
    });

    test.each([
        ["id", { ...computerOf("c1"), tokenHash: "other" }],
        ["token", { ...computerOf("c3"), tokenHash: "hash of c1" }],
    ])("have their %s alone", (_, computer) => {
        expect(() => journal.addComputer(computer)).toThrow();
        expect(journal.computers()).toHaveLength(2);
    });
});

describe("sessions", () => {
    test("are their computer's, newest first, whatever the clock says", () => {
        journal.addSession("s3", "c1", noon - day);
        journal.addSession("s1", "c1", noon + day);
        reopen();
        expect(journal.sessionsOf("c1")).toEqual(["s3", "s1"]);
        expect(journal.sessionsOf("c2")).toEqual(["s2"]);
        expect(journal.ownerOfSession("s3")).toBe("c1");
        expect(journal.ownerOfSession("s4")).toBeUndefined();
    });

    test("never get another computer", () => {
        expect(() => journal.addSession("s1", "c2", noon)).toThrow("another computer's");
        expect(journal.ownerOfSession("s1")).toBe("c1");
        journal.removeSession("s1");
        expect(() => journal.addSession("s1", "c2", noon)).toThrow("another computer's");
        expect(() => journal.addSession("s1", "c1", noon)).toThrow("removed");
        expect(journal.ownerOfSession("s1")).toBeUndefined();
        expect(journal.sessionsOf("c1")).toEqual([]);
    });

    test("are closed with a reason", () => {
        journal.closeSession("s1", "its model drifted");
        reopen();
        expect(journal.closedReason("s1")).toBe("its model drifted");
        expect(journal.closedReason("s2")).toBeUndefined();
        expect(journal.sessionsOf("c1")).toEqual(["s1"]);
    });

    test("take what was allowed in them along, and not what was used", () => {
        journal.allowAlways({ sessionId: "s1", permission: "bash", pattern: "ls *", at: noon });
        take("n1");
        journal.addStep(stepOf({ stepId: "p1" }));
        journal.removeSession("s1");
        expect(journal.approvalsOf("s1")).toEqual([]);
        expect(journal.promptOf("n1")?.sessionId).toBe("s1");
        expect(journal.promptsSince({ computer: "c1" }, noon)).toEqual([noon]);
        expect(journal.usage({ computerId: "c1" }).steps).toBe(1);
    });
});

describe("prompts", () => {
    test("are taken once in each state", () => {
        const taken = { nonce: "n1", computerId: "c1", sessionId: "s1", takenAt: noon, state: "taken" };
        expect(take("n1")).toBeUndefined();
        expect(take("n1", { takenAt: noon + 1 })).toEqual(taken);
        expect(journal.markSent("n1", "m1")).toBe(true);
        reopen();
        expect(take("n1")).toEqual({ ...taken, state: "sent", baselineId: "m1" });
        expect(journal.endPrompt("n1", "stopped", noon + 2)).toBe(true);
        reopen();
        const ended = { ...taken, state: "stopped", baselineId: "m1", endedAt: noon + 2 };
        expect(take("n1")).toEqual(ended);
        expect(journal.promptsSince({ computer: "c1" }, 0)).toEqual([noon]);
    });

    test.each<[string, () => boolean]>([
        ["sent twice", () => journal.markSent("n1", "m2")],
        ["sent after its end", () => journal.endPrompt("n1", "done", noon) && journal.markSent("n1", "m2")],
        ["unknown and sent", () => journal.markSent("n2", "m2")],
        ["unknown and ended", () => journal.endPrompt("n2", "done", noon)],
        [
            "ended twice",
            () => journal.endPrompt("n1", "failed", noon) && journal.endPrompt("n1", "done", noon),
        ],
    ])("stay as they are where one is %s", (_, change) => {
        take("n1");
        journal.markSent("n1", undefined);
        expect(change()).toBe(false);
        const known = journal.promptOf("n1");
        expect(known).not.toHaveProperty("baselineId");
        expect(known?.state).not.toBe("taken");
        expect(journal.promptOf("n2")).toBeUndefined();
    });

    test("that have not ended are listed in the order in which they came", () => {
        take("n3", { takenAt: noon + hour });
        take("n2", { computerId: "c2", sessionId: "s2" });
        take("n1");
        journal.markSent("n3", "m1");
        journal.endPrompt("n2", "failed", noon);
        reopen();
        expect(journal.openPrompts().map(({ nonce }) => nonce)).toEqual(["n3", "n1"]);
        expect(journal.openTurns({ computer: "c1" })).toBe(2);
        expect(journal.openTurns({ owner: "bob" })).toBe(0);
    });

    test("say nothing to another computer", () => {
        take("n1");
        expect(() => take("n1", { computerId: "c2", sessionId: "s2" })).toThrow("Another computer");
        expect(() => take("n2", { computerId: "c2", sessionId: "s1" })).toThrow();
        expect(() => take("n2", { computerId: "c3", sessionId: "s1" })).toThrow();
        expect(journal.promptOf("n2")).toBeUndefined();
    });

    test("are counted for the owner of their time", () => {
        journal.addComputer(computerOf("c3"));
        journal.addSession("s3", "c3", noon);
        take("n1", { takenAt: noon - 1 });
        take("n2", { computerId: "c3", sessionId: "s3", takenAt: noon + 1 });
        take("n3", { computerId: "c2", sessionId: "s2" });
        journal.changeComputer("c1", { owner: "bob" });
        take("n4", { takenAt: noon });
        expect(journal.promptsSince({ owner: "alice" }, 0)).toEqual([noon - 1, noon + 1]);
        expect(journal.promptsSince({ owner: "bob" }, 0)).toEqual([noon, noon]);
        expect(journal.promptsSince({ computer: "c1" }, noon)).toEqual([noon]);
    });
});

test("what a player allows for a session is kept, once, for this session", () => {
    const list = { sessionId: "s1", permission: "bash", pattern: "ls *", at: noon };
    const edit = { sessionId: "s1", permission: "edit", pattern: "*", at: noon - 1 };
    journal.allowAlways(list);
    journal.allowAlways(edit);
    journal.allowAlways({ ...list, at: noon + 1 });
    reopen();
    expect(journal.approvalsOf("s1")).toEqual([list, edit]);
    expect(journal.approvalsOf("s2")).toEqual([]);
    expect(() => journal.allowAlways({ ...list, sessionId: "s9" })).toThrow();
});

test("limits are a computer's or an owner's, and replaced as a whole", () => {
    journal.setLimits({ computer: "c1" }, { turnsAtOnce: 1, promptsPerHour: 0 });
    journal.setLimits({ owner: "c1" }, { costPerDay: 0.25, tokensPerDay: 5e6 });
    reopen();
    expect(journal.limitsOf({ computer: "c1" })).toEqual({ turnsAtOnce: 1, promptsPerHour: 0 });
    expect(journal.limitsOf({ owner: "c1" })).toEqual({ costPerDay: 0.25, tokensPerDay: 5e6 });
    expect(journal.limitsOf({ owner: "c2" })).toEqual({});
    expect(journal.limited()).toEqual([
        { scope: { computer: "c1" }, limits: { turnsAtOnce: 1, promptsPerHour: 0 } },
        { scope: { owner: "c1" }, limits: { costPerDay: 0.25, tokensPerDay: 5e6 } },
    ]);
    journal.setLimits({ computer: "c1" }, { tokensPerDay: 9 });
    expect(journal.limitsOf({ computer: "c1" })).toEqual({ tokensPerDay: 9 });
});

describe("usage", () => {
    const one = { steps: 1, input: 10, output: 20, reasoning: 3, cacheRead: 4, cacheWrite: 5, cost: 0.1 };
    const none = { steps: 0, input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0, cost: 0 };

    test("counts a step once, after a restart too", () => {
        expect(journal.addStep(stepOf({ stepId: "p1" }))).toBe(true);
        expect(journal.addStep(stepOf({ stepId: "p1", input: 99 }))).toBe(false);
        reopen();
        expect(journal.addStep(stepOf({ stepId: "p1", at: noon + day }))).toBe(false);
        expect(journal.usage({})).toEqual(one);
    });

    test("adds up exactly", () => {
        for (let step = 0; step < 10; step++) journal.addStep(stepOf({ stepId: `p${step}` }));
        expect(journal.usage({ computerId: "c1" })).toEqual({
            steps: 10,
            input: 100,
            output: 200,
            reasoning: 30,
            cacheRead: 40,
            cacheWrite: 50,
            cost: 1,
        });
    });

    test("is narrowed by each field", () => {
        journal.addStep(stepOf({ stepId: "p1" }));
        const others = { computerId: "c2", owner: "bob", sessionId: "s2", model: "test/large" };
        for (const [field, value] of Object.entries(others)) {
            journal.addStep(stepOf({ stepId: `by ${field}`, [field]: value }));
            expect(journal.usage({ [field]: value })).toEqual(one);
        }
        journal.addStep(stepOf({ stepId: "by day", at: noon + day }));
        expect(journal.usage({ day: "2026-12-01" })).toEqual(one);
        expect(journal.usage({ day: "2026-11-30" }).steps).toBe(5);
        expect(
            journal.usage({ computerId: "c1", owner: "alice", sessionId: "s1", model: "test/small" }).steps,
        ).toBe(2);
        expect(journal.usage({ computerId: "c3" })).toEqual(none);
        expect(journal.usage({ computerId: undefined }).steps).toBe(6);
    });

    test("has the days of UTC, also where something is added to one that was asked for", () => {
        const lastMoment = Date.UTC(2026, 10, 30) - 1;
        journal.addStep(stepOf({ stepId: "p1", at: lastMoment }));
        journal.addStep(stepOf({ stepId: "p2", at: lastMoment + 1 }));
        journal.addStep(stepOf({ stepId: "p3", computerId: "c2" }));
        journal.addStep(stepOf({ stepId: "p4", at: noon - 2 * day }));
        const on = (name: string) => journal.usageOn(name).map((row) => [row.computerId, row.total.steps]);
        expect(on("2026-11-30")).toEqual([
            ["c1", 1],
            ["c2", 1],
        ]);
        expect(on("2026-11-29")).toEqual([["c1", 1]]);
        expect(on("2026-11-27")).toEqual([]);
        expect(journal.usageOn("2026-11-30")[0]?.total).toEqual(one);
        journal.addStep(stepOf({ stepId: "p5", at: lastMoment }));
        journal.addStep(stepOf({ stepId: "p6", computerId: "c2", at: lastMoment }));
        expect(on("2026-11-29")).toEqual([
            ["c1", 2],
            ["c2", 1],
        ]);
        expect(journal.usageOn("2026-11-29")).toBe(journal.usageOn("2026-11-29"));
    });

    test("counts nothing of an unknown computer, and remembers no step of it", () => {
        const step = stepOf({ stepId: "p1", computerId: "c3" });
        expect(() => journal.addStep(step)).toThrow();
        expect(journal.usage({})).toEqual(none);
        journal.addComputer(computerOf("c3"));
        expect(journal.addStep(step)).toBe(true);
    });
});

describe("the disk", () => {
    test("has what was changed once that was waited for, also where the journal is closed meanwhile", async () => {
        take("n1");
        await journal.durable();
        take("n2");
        const durable = journal.durable();
        journal.close();
        await durable;
        journal = openJournal(file.path);
        expect(journal.openPrompts().map(({ nonce }) => nonce)).toEqual(["n1", "n2"]);
    });

    test("is left alone by a journal that is closed twice, whose file's number another one has by then", async () => {
        journal.close();
        await new Promise(setImmediate);
        const other = openJournal(file.path);
        journal.close();
        await new Promise(setImmediate);
        await other.durable();
        other.close();
    });
});

describe("jobs", () => {
    const lock = { key: "k1", computerId: "c1", prompt: "a lock", isKept: false, addedAt: noon };

    test("are added once, and numbered in the order in which they came", () => {
        const first = journal.addJob({ ...lock, model: "test/small", isKept: true });
        expect(first).toEqual({
            ...lock,
            model: "test/small",
            isKept: true,
            number: 1,
            owner: "alice",
            state: "queued",
            attempt: 0,
            interventions: 0,
            tools: 0,
            cost: 0,
            spent: 0,
        });
        expect(journal.addJob({ ...lock, prompt: "another" })).toEqual(first);
        expect(journal.addJob({ ...lock, computerId: "c2" }).number).toBe(2);
        reopen();
        expect(journal.openJobs().map(({ number }) => number)).toEqual([1, 2]);
        expect(journal.countOpenJobs()).toBe(2);
        expect(journal.jobs(undefined, 10).map(({ number }) => number)).toEqual([2, 1]);
        expect(journal.jobs("bob", 10).map(({ number }) => number)).toEqual([2]);
        expect(() => journal.addJob({ ...lock, computerId: "c3" })).toThrow();
    });

    test("change in what is named alone, until they have ended", () => {
        journal.addJob(lock);
        expect(journal.changeJob(1, { state: "running", sessionId: "s1", asked: "x", cost: 0.1 })).toBe(true);
        expect(journal.changeJob(1, { asked: null, tools: 3 })).toBe(true);
        expect(journal.changeJob(1, {})).toBe(false);
        expect(journal.changeJob(2, { tools: 3 })).toBe(false);
        reopen();
        expect(journal.jobOf(1)).toMatchObject({ state: "running", sessionId: "s1", cost: 0.1, tools: 3 });
        expect(journal.jobOf(1)).not.toHaveProperty("asked");
        expect(journal.changeJob(1, { state: "killed", endedAt: noon + 1 })).toBe(true);
        expect(journal.changeJob(1, { state: "done", endedAt: noon + 2 })).toBe(false);
        expect(journal.jobOf(1)).toMatchObject({ state: "killed", endedAt: noon + 1 });
    });

    test("are told of and collected once, and not before they have ended", () => {
        for (const key of ["k1", "k2", "k3"]) journal.addJob({ ...lock, key });
        expect(journal.tellJob(1, noon)).toBe(false);
        expect(journal.collectJob(1, noon)).toBe(false);
        for (const number of [1, 2, 3]) journal.changeJob(number, { state: "done", endedAt: noon });
        expect(journal.tellJob(1, noon + 1)).toBe(true);
        expect(journal.tellJob(1, noon + 2)).toBe(false);
        // Whoever has its result need not be told that it is there.
        expect(journal.collectJob(2, noon + 3)).toBe(true);
        expect(journal.collectJob(2, noon + 4)).toBe(false);
        reopen();
        expect(journal.untoldJobs("c1").map(({ number }) => number)).toEqual([3]);
        expect(journal.untoldJobs("c2")).toEqual([]);
        expect(journal.jobOf(2)).toMatchObject({ toldAt: noon + 3, collectedAt: noon + 3 });
    });

    test("are forgotten some time after their end, and their numbers never used again", () => {
        for (const key of ["k1", "k2"]) journal.addJob({ ...lock, key });
        journal.changeJob(2, { state: "done", endedAt: noon });
        expect(journal.forgetJobs(noon - 1)).toBe(0);
        expect(journal.forgetJobs(noon + day)).toBe(1);
        expect(journal.addJob({ ...lock, key: "k3" }).number).toBe(3);
        expect(journal.openJobs().map(({ number }) => number)).toEqual([1, 3]);
    });
});
