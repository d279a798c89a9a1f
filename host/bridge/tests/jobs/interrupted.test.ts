/** Jobs that are interrupted: by the end of the bridge, by a disk that is full, and by whoever stops them in a bad moment. */
import { OpencodeFailure } from "trapos-opencode";
import { describe, expect, test, vi } from "vitest";
import { JournalError } from "../../src/journal/database.ts";
import { noon } from "../journal/samples.ts";
import { startWorld, type World } from "./world.ts";

async function running(world: World, prompt = "write a lock") {
    const { number } = await world.spawn(prompt);
    return { number, session: await world.sessionOf(number) };
}

const sentence = "Now I look at the door once more, to be sure of it. ";

/** Has the model write the same for as long as a loop takes to be one. */
function loop(world: World, sessionId: string): void {
    const partId = `prt_${Math.random()}`;
    for (let offset = 0; offset < 40_000; offset += sentence.length)
        world.happen({
            sessionId,
            kind: "text",
            messageId: "msg_1",
            partId,
            offset,
            text: sentence,
        });
}

const asked = (session: { messages: { info: { role: string } }[] }) =>
    session.messages.filter(({ info }) => info.role === "user").length;

/** Has a function of the journal's fail, so many times, where that is so of what it is given. */
function fill<Name extends "changeJob" | "endPrompt">(
    { journal }: World,
    name: Name,
    times: number,
    isMeant: (...given: Parameters<World["journal"][Name]>) => boolean = () => true,
): void {
    const before = journal[name] as (...given: unknown[]) => boolean;
    let left = times;
    Object.assign(journal, {
        [name]: (...given: Parameters<World["journal"][Name]>) => {
            if (left > 0 && isMeant(...given)) {
                left -= 1;
                throw new JournalError("full", "The disk is full.");
            }
            return before(...given);
        },
    });
}

describe("a disk that is full", () => {
    test("as the model is to be told that it gets nowhere has it told a moment later", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        fill(world, "changeJob", 1, (_, { interventions }) => interventions !== undefined);
        loop(world, session.id);
        await vi.waitFor(() => expect(asked(session)).toBe(2), 20_000);
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
    });

    test("as a turn ends loses no answer", async () => {
        const world = startWorld();
        const { number } = await running(world);
        fill(world, "endPrompt", 2);
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
        expect((await world.jobs.collect(number, 0)).text).toBe("Here it is.");
    });

    test("as a prompt is to be sent once more has it sent later", async () => {
        const world = startWorld();
        world.opencode.onAsked = (request) => {
            if (!request.startsWith("readList status")) return;
            fill(world, "changeJob", 1, (_, { nonce }) => nonce !== undefined);
            delete world.opencode.onAsked;
            throw new OpencodeFailure("cannot_connect", { what: "refused" });
        };
        const { number } = await world.spawn("write a lock");
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
    });

    test("as the next bridge begins keeps it from nothing", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        world.journal.takePrompt({ nonce: "other", computerId: "c1", sessionId: session.id, takenAt: noon });
        world.end();
        fill(world, "endPrompt", 1);
        const next = startWorld({ journal: world.journal, sessions: world.sessions });
        await next.answer(number, "Here it is.");
        await next.until(number, { state: "done" });
        const { number: second } = await next.spawn("another", { key: "other" });
        await next.until(second, { state: "running" });
    });

    test("as a computer kills a job has it told of the end that comes all the same", async () => {
        const world = startWorld();
        const { number } = await running(world);
        fill(world, "changeJob", 1, (_, { stopping }) => stopping !== undefined);
        expect(() => world.jobs.kill(number, "Stopped on c1's.", "alice", "c1")).toThrow("full");
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
        expect(world.told).toEqual(["c1 ended 1 done"]);
    });
});

describe("opencode that goes away", () => {
    test("as it gets a prompt has it sent once more when it is back", async () => {
        const world = startWorld();
        world.opencode.onAsked = (request) => {
            if (request.startsWith("sendPrompt")) world.opencode.isAway = true;
        };
        const { number } = await world.spawn("write a lock");
        await vi.waitFor(() => expect(world.opencode.isAway).toBe(true), 20_000);
        delete world.opencode.onAsked;
        await vi.waitFor(
            () => {
                world.wait(30_000);
                world.turns.lookAnew();
                expect(world.turns.count()).toBe(0);
            },
            { timeout: 20_000, interval: 300 },
        );
        world.opencode.isAway = false;
        world.jobs.wake();
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
        expect(asked(await world.sessionOf(number))).toBe(1);
    });
});

describe("one that is killed", () => {
    test("as its session is opened never asks the model", async () => {
        const world = startWorld();
        world.opencode.onAsked = (request) => {
            if (request.startsWith("createSession")) world.jobs.kill(1, "no more");
        };
        await world.spawn("write a lock");
        await world.until(1, { state: "killed", reason: "no more" });
        expect(world.asked.filter((request) => request.startsWith("sendPrompt"))).toEqual([]);
    });

    test("as what is left of its turn is stopped is not begun again", async () => {
        const world = startWorld();
        const { number } = await world.spawn("write a lock", { isKept: true });
        const session = await world.sessionOf(number);
        world.opencode.onAsked = (request) => {
            if (request.startsWith("getMessages")) throw new OpencodeFailure("reply_too_large", {});
            // It is asked for where what is left is stopped.
            if (request === "readList status" && world.turns.count() === 0)
                world.jobs.kill(number, "no more");
        };
        world.happen({ sessionId: session.id, kind: "idle" });
        await world.until(number, { state: "killed", reason: "no more" });
    });
});

describe("a profile that changes", () => {
    test("while opencode is away is the job's, too", async () => {
        const world = startWorld();
        world.opencode.isAway = true;
        const { number } = await world.spawn("write a lock");
        await vi.waitFor(() => expect(world.asked).toContain("createSession Job 1: write a lock (c1's)"));
        world.journal.changeComputer("c1", { profile: "read" });
        world.opencode.isAway = false;
        world.jobs.wake();
        await world.answer(number, "Here it is.");
        await world.until(number, { state: "done" });
    });

    test("while it waits for a limit has it work in another session", async () => {
        const world = startWorld();
        world.journal.setLimits({ computer: "c1" }, { turnsAtOnce: 1 });
        await world.spawn("first");
        await world.spawn("second");
        await world.until(2, { state: "queued" });
        const { sessionId } = world.jobs.job(2);
        expect(sessionId).toBeDefined();
        world.journal.changeComputer("c1", { profile: "read" });
        world.journal.closeSession(sessionId as string, "its computer's profile is another one");
        await world.answer(1, "done");
        await world.until(1, { state: "done" });
        world.wait(20_000);
        await world.answer(2, "done");
        await world.until(2, { state: "done" });
        expect(world.jobs.job(2).sessionId).not.toBe(sessionId);
    });
});

describe("one that gets nowhere", () => {
    test("as opencode goes away is watched once it is told so", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        world.opencode.isAway = true;
        loop(world, session.id);
        await vi.waitFor(() => expect(world.jobs.job(number).nonce).not.toBe(undefined), 20_000);
        await vi.waitFor(() => expect(world.journal.jobOf(number)?.interventions).toBe(1), 20_000);
        // Its turn is given up meanwhile.
        await vi.waitFor(
            () => {
                world.wait(30_000);
                world.turns.lookAnew();
                expect(world.turns.count()).toBe(0);
            },
            { timeout: 20_000, interval: 300 },
        );
        // It was ended, and another one begun.
        session.isBusy = false;
        world.opencode.isAway = false;
        world.jobs.wake();
        await vi.waitFor(() => expect(asked(session)).toBe(2), 20_000);
        await new Promise((resolve) => setTimeout(resolve, 500));
        loop(world, session.id);
        expect((await world.until(number, { state: "failed" })).reason).toContain("the same again");
    });
});

describe("the next bridge", () => {
    test("leaves a tool alone for as long as it likes", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        const call = { id: "prt_1", type: "tool", callID: "c", tool: "bash" };
        session.messages.at(-1)?.parts.push({ ...call, state: { status: "running", input: {} } });
        world.end();
        const next = startWorld({ journal: world.journal, sessions: world.sessions });
        await vi.waitFor(() => expect(next.turns.count()).toBe(1));
        for (let minute = 0; minute < 20; minute += 5) {
            next.wait(5 * 60_000);
            next.turns.lookAnew();
            await new Promise((resolve) => setTimeout(resolve, 1100));
        }
        expect(next.jobs.job(number)).toMatchObject({ state: "running" });
        session.messages.at(-1)?.parts.splice(0);
        await next.answer(number, "Here it is.");
        await next.until(number, { state: "done" });
    });

    test("looks for a prompt that was on its way until it has seen whether it is there", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        world.end();
        session.messages.length = 0;
        session.isBusy = false;
        const next = startWorld({ journal: world.journal, sessions: world.sessions, isLate: true });
        next.opencode.isAway = true;
        next.jobs.resume();
        await vi.waitFor(() => expect(next.asked).toContain(`getMessages ${session.id}`));
        next.opencode.isAway = false;
        next.jobs.wake();
        await next.answer(number, "Here it is.");
        await next.until(number, { state: "done" });
        expect(asked(session)).toBe(1);
    });

    test("finds the answer of a turn of many steps", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        world.end();
        const [prompt] = session.messages;
        for (let step = 0; step < 150; step += 1)
            session.messages.splice(-1, 0, {
                info: {
                    id: `${prompt?.info.id}_${String(step).padStart(3, "0")}`,
                    role: "assistant",
                    parentID: prompt?.info.id ?? "",
                    time: { created: noon, completed: noon },
                    finish: "tool-calls",
                },
                parts: [],
            });
        await world.answer(number, "Here it is.");
        const next = startWorld({ journal: world.journal, sessions: world.sessions });
        await next.until(number, { state: "done" });
        expect((await next.jobs.collect(number, 0)).text).toBe("Here it is.");
        expect(asked(session)).toBe(1);
    });

    test("stops the jobs of a computer that was revoked as the one before it ended", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        world.journal.revokeComputer("c1", noon);
        world.end();
        const next = startWorld({ journal: world.journal, sessions: world.sessions });
        await next.until(number, { state: "killed", reason: "Its computer is not linked any more." });
        expect(session.isBusy).toBe(false);
    });

    test("counts nothing that the one before it has counted", async () => {
        const world = startWorld({ caps: { tools: 3, cost: 1 } });
        const { number, session } = await running(world);
        const messageId = session.messages.at(-1)?.info.id as string;
        const count = (one: World, id: string) => {
            const part = { id: `prt_${id}`, type: "tool", callID: id, tool: "bash" };
            const state = { status: "completed", input: { command: id }, output: id };
            one.happen({
                sessionId: session.id,
                kind: "tool",
                messageId,
                partId: part.id,
                part: { ...part, state },
            } as never);
            const step = { id: `stp_${id}`, type: "step-finish", cost: 0.3 };
            one.happen({
                sessionId: session.id,
                kind: "step usage",
                messageId,
                partId: step.id,
                usage: { input: 1, output: 1, reasoning: 0, cacheRead: 0, cacheWrite: 0, cost: 0.3 },
            });
            return [{ ...part, state }, step];
        };
        for (const id of ["1", "2"]) session.messages.at(-1)?.parts.push(...count(world, id));
        world.end();
        const next = startWorld({
            journal: world.journal,
            sessions: world.sessions,
            caps: { tools: 3, cost: 1 },
        });
        await vi.waitFor(() => expect(next.turns.count()).toBe(1));
        // As they are told once more where the stream was cut.
        for (const id of ["1", "2"]) count(next, id);
        expect(next.jobs.job(number)).toMatchObject({ state: "running", tools: 2, cost: 0.6 });
        count(next, "3");
        expect(next.jobs.job(number)).toMatchObject({ tools: 3 });
    });
});

describe("a clock that is put back", () => {
    test("keeps no job in its pause", async () => {
        let moved = 0;
        const world = startWorld({ moved: () => moved });
        const { number } = await world.spawn("a lock", { isKept: true });
        await world.fail(number, "Too many requests");
        await world.until(number, { state: "queued" });
        moved = -365 * 24 * 3_600_000;
        await world.until(number, { state: "running", attempt: 2 });
    });
});
