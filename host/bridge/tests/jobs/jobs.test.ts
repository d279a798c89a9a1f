/** Jobs: the queue, their ends, and who is told of them. */
import { describe, expect, test, vi } from "vitest";
import type { Hub } from "../../src/link/hub.ts";
import { changeComputer } from "../../src/server/owner.ts";
import { computerOf, noon } from "../journal/samples.ts";
import { startWorld, type World } from "./world.ts";

/** A tool call that has begun, or ended. */
function tool(sessionId: string, id: string, status = "completed") {
    const state = { status, input: { command: `step ${id}` }, output: id };
    return {
        sessionId,
        kind: "tool",
        messageId: "msg_1",
        partId: `prt_${id}`,
        part: { type: "tool", tool: "bash", callID: id, state },
    } as never;
}

const say = (sessionId: string, text: string, offset: number) =>
    ({ sessionId, kind: "text", messageId: "msg_1", partId: "prt_t", offset, text }) as never;

/** Nobody is online. */
const hub = { change: () => undefined } as unknown as Hub;

async function running(world: World, prompt = "write a lock") {
    const { number } = await world.spawn(prompt);
    return { number, session: await world.sessionOf(number) };
}

describe("a job", () => {
    test("runs in a session of its own, with a guard before its prompt, and gives its answer once it is done", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        expect(session.title).toBe("Job 1: write a lock (c1's)");
        expect(world.journal.ownerOfSession(session.id)).toBe("c1");
        const asked = JSON.stringify(session.messages[0]);
        expect(asked).toContain("write a lock");
        expect(asked).toContain("begin no other job");
        expect(world.jobs.job(number)).toMatchObject({ state: "running", attempt: 1, isCollected: false });
        expect((await world.jobs.collect(number, 0)).text).toBeUndefined();
        await world.answer(number, "<think>hm</think>Here it is.");
        await world.until(number, { state: "done" });
        expect(await world.jobs.collect(number, 0)).toMatchObject({ text: "Here it is." });
        expect(world.told).toEqual(["c1 ended 1 done"]);
    });

    test("that is asked for twice by one key is one job", async () => {
        const world = startWorld();
        const request = { key: "same", prompt: "x" };
        const first = await world.jobs.spawn(computerOf("c1"), request);
        expect(await world.jobs.spawn(computerOf("c1"), request)).toMatchObject({ number: first.number });
        expect((await world.jobs.spawn(computerOf("c2"), request)).number).not.toBe(first.number);
    });

    test("is its owner's alone", async () => {
        const world = startWorld();
        await world.spawn("x");
        expect(world.jobs.job(1, "alice").number).toBe(1);
        for (const act of [
            () => world.jobs.job(1, "bob"),
            () => world.jobs.kill(1, "x", "bob"),
            () => world.jobs.collected(1, "bob"),
            () => world.jobs.told(1, "c2"),
            () => world.jobs.job(7),
        ])
            expect(act).toThrow("not_found");
        await expect(world.jobs.collect(1, 0, "bob")).rejects.toThrow("not_found");
        expect(world.jobs.list("bob")).toEqual([]);
        expect(world.jobs.list("alice")).toHaveLength(1);
    });

    test("with a model that there is not fails, and says which there are", async () => {
        const world = startWorld();
        await world.spawn("x", { model: "test/large" });
        const { reason } = await world.until(1, { state: "failed" });
        expect(reason).toBe("opencode has no model test/large.");
        expect(world.asked.filter((call) => call.startsWith("sendPrompt"))).toEqual([]);
    });

    test("shows its last tool and its last words", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        world.happen(say(session.id, "First the hinge. ", 0));
        world.happen(say(session.id, "Then the key.", 17));
        world.happen(tool(session.id, "1", "running"));
        world.turns.flush();
        await vi.waitFor(() => expect(world.jobs.job(number).words).toBe("First the hinge. Then the key."));
        expect(world.jobs.job(number)).toMatchObject({ tools: 1, silence: 0 });
        world.wait(30_000);
        expect(world.jobs.job(number).silence).toBe(30);
    });
});

describe("the queue", () => {
    test("has no more run at once than may, and begins the others in order", async () => {
        const world = startWorld({ atOnce: 2 });
        await Promise.all(Array.from({ length: 50 }, (_, index) => world.spawn(`prompt ${index}`)));
        const states = () => world.jobs.list().map(({ state }) => state);
        expect(states().filter((state) => state === "running")).toHaveLength(2);
        expect(world.jobs.job(3)).toMatchObject({ state: "queued", place: 1 });
        expect(world.jobs.job(50)).toMatchObject({ place: 48 });
        for (const number of [1, 2, 3]) {
            await world.answer(number, "done");
            await world.until(number, { state: "done" });
            expect(states().filter((state) => state === "running")).toHaveLength(2);
        }
        expect(world.jobs.job(5).state).toBe("running");
        expect(world.jobs.job(6)).toMatchObject({ state: "queued", place: 1 });
    });

    test("takes no more than an owner may have open", async () => {
        const world = startWorld();
        await Promise.all(Array.from({ length: 100 }, () => world.spawn("x")));
        await expect(world.spawn("x")).rejects.toThrow("limit_reached");
        await world.spawn("x", {}, computerOf("c3", "bob"));
        world.jobs.kill(100, "no more");
        await world.spawn("x");
    });

    test("passes over a job that its computer's limits refuse, and takes it once they allow it", async () => {
        const world = startWorld({ atOnce: 2 });
        world.journal.setLimits({ computer: "c1" }, { turnsAtOnce: 1 });
        for (const prompt of ["first", "second"]) {
            await world.spawn(prompt);
            await new Promise(setImmediate);
        }
        await world.sessionOf(1);
        const other = await world.spawn("another's", {}, computerOf("c3", "bob"));
        // Begun in the same moment as the first, whose turn was not counted then: it is put back.
        await world.until(2, { state: "queued" });
        expect(world.jobs.job(2).reason).toContain("1 turn at once");
        await world.until(other.number, { state: "running" });
        await world.answer(1, "done");
        await world.until(1, { state: "done" });
        world.wait(20_000);
        await world.until(2, { state: "running", attempt: 1 });
        await world.answer(2, "done");
        await world.until(2, { state: "done" });
    });
});

describe("stopping", () => {
    test("one that is queued never asks anything", async () => {
        const world = startWorld({ atOnce: 1 });
        await running(world);
        await world.spawn("second");
        expect(world.jobs.kill(2, "Stopped on c1's.", "alice")).toMatchObject({ state: "killed" });
        await world.answer(1, "done");
        await world.until(1, { state: "done" });
        expect(world.sessions.size).toBe(1);
    });

    test("one that runs ends its turn, and keeps what was written", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        world.jobs.kill(number, "Stopped on c1's.");
        await world.until(number, { state: "killed", reason: "Stopped on c1's." });
        expect(session.isBusy).toBe(false);
        expect(await world.jobs.collect(number, 0)).toMatchObject({ text: "half an" });
        expect(world.turns.count()).toBe(0);
        // A second time changes nothing.
        expect(world.jobs.kill(number, "again")).toMatchObject({ reason: "Stopped on c1's." });
    });

    test("one whose answer comes in the same moment is stopped all the same, and keeps the answer", async () => {
        const world = startWorld();
        const { number } = await running(world);
        world.jobs.kill(number, "no more");
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "killed" });
        expect((await world.jobs.collect(number, 0)).text).toContain("Here it is.");
    });

    test("one whose opencode is away waits until that is back, and is not begun again", async () => {
        const world = startWorld();
        const { number } = await running(world);
        world.opencode.isAway = true;
        world.jobs.kill(number, "no more");
        world.wait(120_000);
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(world.jobs.job(number)).toMatchObject({ state: "running", reason: "no more" });
        world.opencode.isAway = false;
        world.jobs.wake();
        await world.until(number, { state: "killed" });
    });

    test("a computer that is revoked has no jobs", async () => {
        const world = startWorld({ atOnce: 1 });
        await running(world);
        await world.spawn("second");
        world.journal.revokeComputer("c1", noon);
        world.turns.abandon("c1");
        world.jobs.abandon("c1");
        for (const number of [1, 2]) await world.until(number, { state: "killed" });
    });
});

describe("who is told of an end", () => {
    async function done(world: World): Promise<number> {
        const { number } = await running(world);
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
        return number;
    }

    test("its computer, until that has shown it", async () => {
        const world = startWorld();
        const number = await done(world);
        world.jobs.online("c1");
        world.jobs.online("c2");
        expect(world.told).toEqual(["c1 ended 1 done", "c1 ended 1 done"]);
        world.jobs.told(number, "c1");
        world.jobs.online("c1");
        expect(world.told).toHaveLength(2);
    });

    test("nobody any more once somebody has its result", async () => {
        const world = startWorld();
        const number = await done(world);
        world.jobs.collected(number, "alice");
        world.jobs.online("c1");
        expect(world.told).toHaveLength(1);
        expect(world.jobs.job(number).isCollected).toBe(true);
        // It can be read again.
        expect((await world.jobs.collect(number, 0)).text).toBe("Here it is.");
    });

    test("not the computer that has stopped it", async () => {
        const world = startWorld();
        const { number } = await running(world);
        world.jobs.kill(number, "Stopped on c1's.", "alice", "c1");
        await world.until(number, { state: "killed" });
        world.jobs.online("c1");
        expect(world.told).toEqual([]);
        await running(world);
        world.jobs.kill(2, "Stopped on c2's.", "alice", "c2");
        await world.until(2, { state: "killed" });
        expect(world.told).toEqual(["c1 ended 2 killed"]);
    });

    test("whoever waits for it, at once", async () => {
        const world = startWorld();
        const { number } = await running(world);
        const waiting = world.jobs.collect(number, 60_000);
        await world.answer(number, "Here it is.");
        expect(await waiting).toMatchObject({ job: { state: "done" }, text: "Here it is." });
    });

    test("its computer, of what it asks for, also when it comes later", async () => {
        const world = startWorld();
        world.journal.changeComputer("c1", { profile: "build" });
        const { number, session } = await running(world);
        const permission = {
            id: "per_1",
            sessionID: session.id,
            permission: "bash",
            patterns: ["rm x"],
            always: [],
            metadata: { command: "rm x" },
            tool: { messageID: session.messages.at(-1)?.info.id, callID: "c" },
        };
        const call = { id: "prt_1", type: "tool", callID: "c", tool: "bash" };
        session.messages.at(-1)?.parts.push({ ...call, state: { status: "running", input: {} } });
        world.opencode.permissions.push(permission);
        world.happen({ sessionId: session.id, kind: "permission", permission } as never);
        await vi.waitFor(() => expect(world.jobs.job(number).asks).toContain("rm x"), 20_000);
        world.jobs.online("c1");
        expect(world.told).toEqual(["c1 asks 1 running", "c1 asks 1 running"]);
        const nonce = world.jobs.job(number).nonce as string;
        expect(world.turns.settle(nonce, { id: "per_1", what: "permission", reply: "once" })).toBe(true);
        await vi.waitFor(() => expect(world.asked).toContain("answerPermission per_1"), 20_000);
        expect(world.jobs.job(number).asks).toBeUndefined();
    });
});

describe("caps", () => {
    test("of tool calls hold, its subagents' among them", async () => {
        const world = startWorld({ caps: { tools: 3 } });
        const { number, session } = await running(world);
        world.happen({ sessionId: session.id, kind: "child", childId: "ses_child" });
        for (const id of ["1", "1", "2"]) world.happen(tool(session.id, id));
        world.happen(tool("ses_child", "3"));
        expect(world.jobs.job(number)).toMatchObject({ state: "running", tools: 3 });
        world.happen(tool("ses_child", "4"));
        const { reason } = await world.until(number, { state: "failed" });
        expect(reason).toBe("It made more than 3 tool calls, which is a job's limit.");
        expect(session.isBusy).toBe(false);
    });

    test("of its time hold, whatever it does", async () => {
        const world = startWorld({ caps: { minutes: 30 } });
        const { number, session } = await running(world);
        for (let minute = 0; minute < 29; minute += 1) {
            world.wait(60_000);
            world.happen(tool(session.id, `t${minute % 5}`, "running"));
        }
        await new Promise((resolve) => setTimeout(resolve, 1100));
        expect(world.jobs.job(number).state).toBe("running");
        world.wait(120_000);
        expect((await world.until(number, { state: "failed" })).reason).toContain("30 minutes");
    });

    test("of its cost hold", async () => {
        const world = startWorld({ caps: { cost: 0.5 } });
        const { number, session } = await running(world);
        const step = (partId: string, cost: number) =>
            world.happen({
                sessionId: session.id,
                kind: "step usage",
                messageId: "msg_1",
                partId,
                usage: { input: 1, output: 1, reasoning: 0, cacheRead: 0, cacheWrite: 0, cost },
            });
        step("a", 0.3);
        expect(world.jobs.job(number)).toMatchObject({ state: "running", cost: 0.3 });
        step("b", 0.25);
        expect((await world.until(number, { state: "failed" })).reason).toBe(
            "It has cost $0.55; a job's limit is $0.50.",
        );
    });
});

describe("one that fails", () => {
    test("says why, and is not begun again", async () => {
        const world = startWorld();
        const { number } = await running(world);
        await world.fail(number, "Too many requests");
        expect(await world.until(number, { state: "failed" })).toMatchObject({
            reason: "The model failed: Too many requests",
            attempt: 1,
        });
    });

    test("and is kept is begun again three times, after pauses, each in a session of its own", async () => {
        const world = startWorld();
        const { number } = await world.spawn("a lock", { isKept: true });
        for (const [attempt, pause] of [
            [1, 10_000],
            [2, 60_000],
            [3, 300_000],
        ] as const) {
            await world.until(number, { state: "running", attempt });
            await world.fail(number, "Too many requests");
            await world.until(number, { state: "queued" });
            expect(world.jobs.job(number).reason).toContain("Too many requests");
            world.wait(pause - 5000);
            await new Promise((resolve) => setTimeout(resolve, 1100));
            expect(world.jobs.job(number).state).toBe("queued");
            world.wait(5000);
        }
        await world.until(number, { state: "running", attempt: 4 });
        await world.fail(number, "Too many requests");
        await world.until(number, { state: "failed" });
        expect(world.sessions.size).toBe(4);
        expect(world.told).toEqual(["c1 ended 1 failed"]);
    });

    test("is done when the second time succeeds", async () => {
        const world = startWorld();
        const { number } = await world.spawn("a lock", { isKept: true });
        await world.fail(number, "Too many requests");
        await world.until(number, { state: "queued" });
        world.wait(11_000);
        await world.until(number, { state: "running", attempt: 2 });
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
    });
});

describe("while opencode is away", () => {
    test("a computer's profile may change: a job that had not begun keeps to the new one", async () => {
        const world = startWorld();
        world.journal.changeComputer("c1", { profile: "trusted" });
        world.opencode.isAway = true;
        const { number } = await world.spawn("work");
        await world.until(number, { state: "running" });
        changeComputer({ ...world, hub }, "c1", { profile: "talk" });
        world.opencode.isAway = false;
        world.jobs.wake();
        await world.sessionOf(number);
        expect(world.profiles).toEqual(["talk"]);
        await world.answer(number, "All is well.");
        await world.until(number, { state: "done" });
    });

    test("jobs are taken, listed and stopped, and begun once it is back", async () => {
        const world = startWorld({ isLate: true });
        world.opencode.isAway = true;
        await world.spawn("first");
        await world.spawn("second");
        expect(world.jobs.list().map(({ state }) => state)).toEqual(["queued", "queued"]);
        world.jobs.kill(1, "no more");
        world.jobs.resume();
        world.wait(600_000);
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(world.jobs.job(2).state).toBe("running");
        world.opencode.isAway = false;
        world.jobs.wake();
        await world.answer(2, "done");
        await world.until(2, { state: "done" });
        expect(world.jobs.job(1).state).toBe("killed");
    });

    test("a turn that runs is found again, however long that takes", async () => {
        const world = startWorld();
        const { number } = await running(world);
        world.opencode.isAway = true;
        world.wait(300_000);
        world.turns.lookAnew();
        await new Promise((resolve) => setTimeout(resolve, 500));
        world.wait(300_000);
        expect(world.jobs.job(number).state).toBe("running");
        world.opencode.isAway = false;
        world.jobs.wake();
        world.turns.lookAnew();
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
    });
});

describe("the next bridge", () => {
    test("goes on with a turn that runs", async () => {
        const world = startWorld();
        const { number } = await running(world);
        world.end();
        const next = startWorld({ journal: world.journal, sessions: world.sessions });
        expect(next.jobs.job(number).state).toBe("running");
        await next.answer(number, "Here it is.");
        await next.until(number, { state: "done" });
        expect(next.sessions.size).toBe(1);
        expect(next.told).toEqual(["c1 ended 1 done"]);
    });

    test("finds an answer that came while there was none", async () => {
        const world = startWorld();
        const { number } = await running(world);
        world.end();
        await world.answer(number, "Here it is.");
        const next = startWorld({ journal: world.journal, sessions: world.sessions });
        await next.until(number, { state: "done" });
        expect((await next.jobs.collect(number, 0)).text).toBe("Here it is.");
    });

    test("sends a prompt that was on its way, and only that", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        world.end();
        // It was written down as sent, and never came.
        session.messages.length = 0;
        session.isBusy = false;
        const next = startWorld({ journal: world.journal, sessions: world.sessions });
        await next.answer(number, "Here it is.");
        await next.until(number, { state: "done" });
        expect(session.messages.filter(({ info }) => info.role === "user")).toHaveLength(1);
        expect(next.journal.openPrompts()).toEqual([]);
    });

    test("stops what was to be stopped, and begins what waits", async () => {
        const world = startWorld({ atOnce: 1 });
        const { number } = await running(world);
        await world.spawn("second");
        world.opencode.isAway = true;
        world.jobs.kill(number, "no more");
        world.end();
        const next = startWorld({ journal: world.journal, sessions: world.sessions, atOnce: 1 });
        await next.until(number, { state: "killed", reason: "no more" });
        await next.answer(2, "done");
        await next.until(2, { state: "done" });
    });

    test("tells nobody twice, and everybody once", async () => {
        const world = startWorld();
        const { number } = await running(world);
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
        world.end();
        const next = startWorld({ journal: world.journal, sessions: world.sessions });
        next.jobs.online("c1");
        expect(next.told).toEqual(["c1 ended 1 done"]);
        next.jobs.told(number, "c1");
        next.end();
        const last = startWorld({ journal: world.journal, sessions: world.sessions });
        last.jobs.online("c1");
        expect(last.told).toEqual([]);
    });
});

describe("one that gets nowhere", () => {
    const sentence = "Now I look at the door once more, to be sure of it. ";
    /** Has the model write the same for as long as a loop takes to be one. */
    function loop(world: World, sessionId: string, kind: "text" | "reasoning"): void {
        const partId = `prt_${kind}_${Math.random()}`;
        for (let offset = 0; offset < 40_000; offset += sentence.length)
            world.happen({ sessionId, kind, messageId: "msg_1", partId, offset, text: sentence });
    }
    const asked = (session: { messages: { info: { role: string }; parts: object[] }[] }) =>
        session.messages.filter(({ info }) => info.role === "user").map(({ parts }) => JSON.stringify(parts));

    test.each([
        ["text", "wrote the same again and again", "You wrote the same"],
        ["reasoning", "thoughts went in a circle", "Your thoughts went in a circle"],
    ] as const)(
        "in a loop of %s is told so once, and stopped the second time",
        async (kind, reason, told) => {
            const world = startWorld();
            const { number, session } = await running(world);
            const first = world.jobs.job(number).nonce;
            loop(world, session.id, kind);
            await vi.waitFor(() => expect(asked(session)).toHaveLength(2), 20_000);
            expect(asked(session)[1]).toContain(told);
            expect(world.jobs.job(number)).toMatchObject({ state: "running", attempt: 1 });
            expect(world.jobs.job(number).nonce).not.toBe(first);
            loop(world, session.id, kind);
            expect((await world.until(number, { state: "failed" })).reason).toContain(reason);
            expect(session.isBusy).toBe(false);
            expect(asked(session)).toHaveLength(2);
            expect(world.journal.openPrompts()).toEqual([]);
            expect(world.told).toEqual(["c1 ended 1 failed"]);
        },
    );

    test("and comes to its senses is done", async () => {
        const world = startWorld({ caps: { tools: 100 } });
        const { number, session } = await running(world);
        for (let call = 0; call < 12; call += 1) {
            const part = { type: "tool", tool: "bash", callID: `c${call}` };
            const state = { status: "completed", input: { command: "ls" }, output: "door.lua" };
            world.happen({
                sessionId: session.id,
                kind: "tool",
                messageId: "msg_1",
                partId: `prt_${call}`,
                part: { ...part, state },
            } as never);
        }
        await vi.waitFor(() => expect(asked(session)).toHaveLength(2), 20_000);
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
        expect((await world.jobs.collect(number, 0)).text).toBe("Here it is.");
    });

    test("as it is silent is told so once, and stopped the second time", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        world.wait(7 * 60_000);
        await vi.waitFor(() => expect(asked(session)).toHaveLength(2), 20_000);
        expect(asked(session)[1]).toContain("Nothing had come from you");
        world.wait(7 * 60_000);
        expect((await world.until(number, { state: "failed" })).reason).toContain("was silent");
    });

    test("is left alone where a tool runs of which the stream has told nothing, for ten minutes and more", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        const call = { id: "prt_1", type: "tool", callID: "c", tool: "bash" };
        session.messages.at(-1)?.parts.push({ ...call, state: { status: "running", input: {} } });
        for (let minute = 0; minute < 30; minute += 10) {
            world.wait(10 * 60_000);
            const before = world.asked.length;
            await vi.waitFor(() => expect(world.asked.slice(before)).toContain(`getMessages ${session.id}`));
            await new Promise((resolve) => setTimeout(resolve, 1100));
        }
        expect(asked(session)).toHaveLength(1);
        expect(world.jobs.job(number).state).toBe("running");
    });

    test("and was to be told so as the bridge ended is told so by the next one", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        world.opencode.isAway = true;
        loop(world, session.id, "text");
        await vi.waitFor(() => expect(world.journal.jobOf(number)?.interventions).toBe(1), 20_000);
        world.end();
        const next = startWorld({ journal: world.journal, sessions: world.sessions });
        await vi.waitFor(() => expect(asked(session)).toHaveLength(2), 20_000);
        expect(asked(session)[1]).toContain("You wrote the same");
        await next.answer(number, "Here it is.");
        await next.until(number, { state: "done" });
        expect(next.journal.openPrompts()).toEqual([]);
    });
});
