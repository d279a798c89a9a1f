/** What can be changed on the page, and what comes of it. */
import { describe, expect, test } from "vitest";
import { jobOf, standInJobs } from "./stand-in-jobs.ts";
import { startScene } from "./scene.ts";
import { logIn } from "./visitor.ts";

/** A turn is looked at a few times before it is stopped. */
const patience = { timeout: 20_000 };

describe("a computer", () => {
    test("that asks is linked as its owner says, or refused", async () => {
        const scene = await startScene();
        const visitor = await logIn(scene);
        const { pairings } = scene.bridge;
        const [one, other] = [pairings.offer(1, "one", "a"), pairings.offer(2, "two", "a")];
        const approval = { code: one.code, name: "hall", owner: "ann", profile: "read" };
        expect(await visitor.change("approve", approval)).toMatchObject({
            status: 200,
            value: { name: "hall" },
        });
        expect(pairings.state(one.secret)).toMatchObject({ name: "hall", owner: "ann", profile: "read" });
        expect((await visitor.change("refuse", { code: other.code })).status).toBe(200);
        expect(() => pairings.state(other.secret)).toThrow("expired");
        expect((await visitor.change("approve", { code: other.code })).status).toBe(404);
    });

    test("that is revoked is gone at once, and so is its turn", async () => {
        const scene = await startScene();
        const visitor = await logIn(scene);
        const { id, computer, prompt } = await scene.join("door");
        const turn = await prompt("work");
        turn.write("I begin");
        expect((await visitor.change("revoke", { computer: id })).status).toBe(200);
        expect((await computer.ended)?.code).toBe("revoked");
        await expect.poll(() => scene.asked, patience).toContain(`abortSession ${turn.sessionId}`);
        expect((await visitor.change("revoke", { computer: id })).status).toBe(404);
    });

    test("that is called otherwise stays linked, and its turn goes on", async () => {
        const scene = await startScene();
        const visitor = await logIn(scene);
        const { id, computer, prompt } = await scene.join("door");
        await prompt("work");
        const change = { computer: id, name: "gate", owner: "bob" };
        expect((await visitor.change("change", change)).status).toBe(200);
        expect(await computer.call("health")).toMatchObject({ type: "result" });
        expect(scene.bridge.turns.count()).toBe(1);
        const { sections } = await visitor.get<{ sections: { computers: { set: unknown[] } } }>(
            "/page/state",
        );
        expect(sections.computers.set).toMatchObject([
            [id, { name: "gate", owner: "bob", profile: "build" }],
        ]);
        await scene.join("other");
        expect(await visitor.change("change", { computer: id, name: "other" })).toMatchObject({
            status: 409,
        });
    });

    test.each([
        ["less", "build", "talk"],
        ["more", "talk", "build"],
    ] as const)(
        "that may do %s is welcomed anew, its turn is stopped and its sessions are closed",
        async (_, from, to) => {
            const scene = await startScene();
            const visitor = await logIn(scene);
            const { id, computer, prompt } = await scene.join("door", from);
            const turn = await prompt("work");
            turn.write("I begin");
            if (from === "build") await turn.askPermission();
            expect((await visitor.change("change", { computer: id, profile: to })).status).toBe(200);
            expect((await computer.ended)?.code).toBe("changed");
            await expect.poll(() => scene.asked, patience).toContain(`abortSession ${turn.sessionId}`);
            // What it has asked for is allowed by nobody any more.
            if (from === "build")
                await expect.poll(() => scene.answered.join(), patience).toMatch(/^answerPermission reject/);
            expect(scene.bridge.turns.views().some(({ asked }) => asked !== undefined)).toBe(false);
            const found = await visitor.get<{ sessions: { closed?: string }[] }>(
                `/page/sessions?computer=${id}`,
            );
            expect(found.sessions).toMatchObject([{ closed: "its computer's profile is another one" }]);
        },
    );

    test("has the limits that it is given, and so have all of an owner's", async () => {
        const scene = await startScene();
        const visitor = await logIn(scene);
        const { id } = await scene.join("door");
        const limits = { turnsAtOnce: 2, costPerDay: 1.5 };
        expect((await visitor.change("limits", { computer: id, limits })).status).toBe(200);
        expect((await visitor.change("limits", { owner: "ann", limits: { promptsPerHour: 3 } })).status).toBe(
            200,
        );
        const { sections } = await visitor.get<{ sections: Record<string, { set: unknown[] }> }>(
            "/page/state",
        );
        expect(sections.computers?.set).toMatchObject([[id, { limits }]]);
        expect(sections.owners?.set).toEqual([["ann", { name: "ann", limits: { promptsPerHour: 3 } }]]);
        expect((await visitor.change("limits", { computer: id, limits: { turnsAtOnce: -1 } })).status).toBe(
            400,
        );
        expect((await visitor.change("limits", { computer: "none", limits })).status).toBe(404);
    });
});

describe("what a turn asks", () => {
    test.each([
        [{ reply: "once" }, "answerPermission once"],
        [{ reply: "always" }, "answerPermission once"],
        [{ reply: "reject", message: "No, ask me first." }, "answerPermission reject No, ask me first."],
    ])("%j is what the model hears", async (decision, heard) => {
        const scene = await startScene();
        const visitor = await logIn(scene);
        const turn = await (await scene.join("door")).prompt("work");
        await turn.askPermission({ always: ["npm *"] });
        const { id } = scene.bridge.turns.views()[0]!.asked!.ask;
        const given = { nonce: turn.nonce, id, ...decision };
        expect((await visitor.change("permission", given)).status).toBe(200);
        await expect.poll(() => scene.answered, patience).toEqual([heard]);
        expect((await visitor.change("permission", given)).status).toBe(409);
    });

    test("a question is answered, or refused", async () => {
        const scene = await startScene();
        const visitor = await logIn(scene);
        const { prompt } = await scene.join("door");
        for (const [answers, heard] of [
            [[["red"], ["a", "b"]], 'answerQuestion [["red"],["a","b"]]'],
            [undefined, "rejectQuestion"],
        ] as const) {
            const turn = await prompt("work");
            await turn.askQuestion([
                { question: "Which?", options: [{ label: "red" }] },
                { question: "And?" },
            ]);
            const view = scene.bridge.turns.views().find(({ nonce }) => nonce === turn.nonce);
            const given = { nonce: turn.nonce, id: view!.asked!.ask.id, ...(answers && { answers }) };
            expect((await visitor.change("question", given)).status).toBe(200);
            await expect.poll(() => scene.answered, patience).toContain(heard);
        }
    });

    test("a turn that runs is stopped", async () => {
        const scene = await startScene();
        const visitor = await logIn(scene);
        const turn = await (await scene.join("door")).prompt("work");
        turn.write("I begin");
        expect((await visitor.change("stop", { nonce: turn.nonce })).status).toBe(200);
        await expect.poll(() => scene.asked, patience).toContain(`abortSession ${turn.sessionId}`);
        expect((await visitor.change("stop", { nonce: "none" })).status).toBe(409);
    });
});

describe("a job", () => {
    test("is begun by a prompt of the greatest length, whatever the script", async () => {
        const jobs = standInJobs();
        const scene = await startScene({ shownJobs: jobs });
        const visitor = await logIn(scene);
        const { id } = await scene.join("door");
        for (const prompt of ["門".repeat(30_000), "\n".repeat(30_000)])
            expect((await visitor.change("spawn", { computer: id, prompt })).status).toBe(200);
        const much = "x".repeat(1_000_000);
        expect((await visitor.change("spawn", { computer: id, prompt: much })).status).toBe(400);
    });

    test("is begun, looked at, collected and killed", async () => {
        const jobs = standInJobs([jobOf(1), jobOf(2, { state: "done" })]);
        const scene = await startScene({ shownJobs: jobs });
        const visitor = await logIn(scene);
        const { id } = await scene.join("door");
        jobs.put({ number: 2 }, "All is well.");
        expect(await visitor.change("spawn", { computer: id, prompt: "build", isKept: true })).toMatchObject({
            status: 200,
            value: { number: 3, computer: "door", isKept: true },
        });
        expect(await visitor.get("/page/job?number=2")).toMatchObject({ text: "All is well." });
        expect(jobs.job(2).isCollected).toBe(false);
        expect(await visitor.change("collect", { number: 2 })).toMatchObject({
            value: { text: "All is well." },
        });
        expect(jobs.job(2).isCollected).toBe(true);
        expect((await visitor.change("collect", { number: 1 })).status).toBe(409);
        expect(jobs.job(1).isCollected).toBe(false);
        expect((await visitor.change("kill", { number: 1 })).status).toBe(200);
        expect(jobs.done).toContain("kill 1: stopped by the bridge's owner");
        expect(await visitor.change("kill", { number: 9 })).toMatchObject({
            status: 404,
            value: { error: { message: "That cannot be done: there is no job 9." } },
        });
    });
});

describe("what is asked for", () => {
    test("the sessions of a computer and what was said in them, and in no other's", async () => {
        const scene = await startScene();
        const visitor = await logIn(scene);
        const { id, prompt } = await scene.join("door");
        const turn = await prompt("Why?", "reasons");
        turn.write("Because.");
        expect(await visitor.get(`/page/sessions?computer=${id}`)).toMatchObject({
            total: 1,
            sessions: [{ id: turn.sessionId, title: "reasons", nonce: turn.nonce }],
        });
        expect(await visitor.get(`/page/messages?session=${turn.sessionId}`)).toMatchObject({
            computer: id,
            isWhole: true,
            messages: [
                { role: "user", parts: [{ kind: "text", text: "Why?" }] },
                { role: "assistant", parts: [{ kind: "text", text: "Because." }] },
            ],
        });
        const before = scene.asked.length;
        for (const other of ["ses_other", "", "../session"])
            expect(await visitor.get(`/page/messages?session=${encodeURIComponent(other)}`)).toMatchObject({
                error: { code: "unknown" },
            });
        expect(scene.asked.slice(before).filter((call) => call.startsWith("getMessages"))).toEqual([]);
    });

    test("what was used, by day and computer, with the smallest in one", async () => {
        const scene = await startScene();
        const visitor = await logIn(scene);
        const computers = [];
        for (let count = 0; count < 10; count += 1) computers.push(await scene.join(`c${count}`));
        const usage = { output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0, cost: 0.5 };
        for (const [place, { prompt }] of computers.entries()) {
            const { sessionId } = await prompt("x");
            scene.bridge.turns.happened({
                kind: "step usage",
                sessionId,
                messageId: "m",
                partId: `p${place}`,
                usage: { ...usage, input: (place + 1) * 100 },
            });
        }
        const found = await visitor.get<{
            days: string[];
            series: { name: string; tokens: number[]; cost: number[] }[];
        }>("/page/usage?days=30");
        expect(found.days).toHaveLength(30);
        expect(found.series.map(({ name }) => name)).toEqual(
            [9, 8, 7, 6, 5, 4, 3, 2].map((place) => `c${place}`).concat("2 others"),
        );
        expect(found.series.map(({ tokens }) => tokens.at(-1))).toEqual([
            1000, 900, 800, 700, 600, 500, 400, 300, 300,
        ]);
        expect(found.series.at(-1)?.cost.at(-1)).toBe(1);
        expect((await visitor.get<{ days: string[] }>("/page/usage")).days).toHaveLength(14);
    });
});
