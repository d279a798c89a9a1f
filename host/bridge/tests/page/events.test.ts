/** What the page is told as it happens, and when it is not. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { jobOf, standInJobs } from "./stand-in-jobs.ts";
import { startScene } from "./scene.ts";
import { logIn, openStream, type Stream, type Visitor } from "./visitor.ts";

type Entries<T> = { readonly set: [string, T][]; readonly gone: string[] };
interface State {
    readonly now: number;
    readonly sections: Record<string, Entries<Record<string, unknown>>>;
}
type Change = Record<string, Entries<Record<string, unknown>> | undefined>;

async function open(visitor: Visitor, query = ""): Promise<Stream> {
    const stream = await openStream(visitor.url, visitor.headers, query);
    onTestFinished(() => stream.close());
    return stream;
}

describe("a stream", () => {
    test("begins with all that there is, the same as is told of it beside", async () => {
        const jobs = standInJobs([jobOf(1), jobOf(2, { state: "queued", place: 1 })]);
        const scene = await startScene({ shownJobs: jobs });
        const { id } = await scene.join("door");
        scene.bridge.pairings.offer(3, "wants in", "127.0.0.1");
        const visitor = await logIn(scene);
        const stream = await open(visitor);
        const state = (await stream.next("state")) as State;
        const { sections } = state;
        expect(sections.computers?.set).toMatchObject([[id, { name: "door", owner: "ann", isOnline: true }]]);
        expect(sections.owners?.set).toEqual([["ann", { name: "ann", limits: {} }]]);
        expect(sections.pairings?.set).toMatchObject([
            [expect.any(String), { gameId: 3, label: "wants in" }],
        ]);
        expect(sections.jobs?.set.map(([number]) => number)).toEqual(["2", "1"]);
        expect(sections.health?.set).toMatchObject([["bridge", { online: 1, version: "0.1.0" }]]);
        const beside = await visitor.get<State>("/page/state");
        expect(Object.keys(beside.sections)).toEqual(Object.keys(sections));
        expect(beside.sections.jobs?.set).toHaveLength(2);
    });

    test("tells what has changed, and that alone", async () => {
        const jobs = standInJobs([jobOf(1), jobOf(2)]);
        const scene = await startScene({ shownJobs: jobs });
        await scene.join("door");
        const stream = await open(await logIn(scene));
        await stream.next("state");
        jobs.put({ number: 2, state: "done", seconds: 9 });
        const change = (await stream.next(
            "change",
            ({ jobs: found }: Change) => found !== undefined,
        )) as Change;
        expect(change.jobs?.set).toEqual([["2", expect.objectContaining({ state: "done", seconds: 9 })]]);
        expect(change.jobs?.gone).toEqual([]);
        expect(change.owners).toBeUndefined();
    });

    test("tells many changes at most five times a second", async () => {
        const jobs = standInJobs([jobOf(1)]);
        const scene = await startScene({ shownJobs: jobs });
        const stream = await open(await logIn(scene));
        await stream.next("state");
        const end = performance.now() + 1000;
        for (let tools = 1; performance.now() < end; tools += 1) {
            jobs.put({ number: 1, tools });
            await new Promise((done) => setTimeout(done, 5));
        }
        jobs.put({ number: 1, state: "done" });
        await stream.next("change", ({ jobs: found }: Change) => found?.set[0]?.[1].state === "done");
        const told = stream.events.filter(({ event, data }) => event === "change" && (data as Change).jobs);
        expect(told.length).toBeGreaterThan(2);
        expect(told.length).toBeLessThanOrEqual(8);
    });

    test("says nothing of what only grows older", async () => {
        const jobs = standInJobs([jobOf(1)]);
        const scene = await startScene({ shownJobs: jobs });
        const stream = await open(await logIn(scene));
        await stream.next("state");
        // Three looks later another job comes, and is told of alone.
        await new Promise((done) => setTimeout(done, 3000));
        jobs.put({ number: 2 });
        const change = (await stream.next(
            "change",
            ({ jobs: found }: Change) => found !== undefined,
        )) as Change;
        expect(change.jobs?.set.map(([number]) => number)).toEqual(["2"]);
        expect(stream.events.filter(({ event }) => event === "change")).toHaveLength(1);
    });

    test("tells of a computer that comes, asks and goes, and of what is answered", async () => {
        const scene = await startScene();
        const stream = await open(await logIn(scene));
        await stream.next("state");
        const { id, computer, prompt } = await scene.join("door");
        await stream.next("change", ({ computers }: Change) => computers?.set[0]?.[1].isOnline === true);
        const turn = await prompt("do it");
        await turn.askPermission();
        const change = (await stream.next("change", ({ asks }: Change) => asks?.set.length === 1)) as Change;
        const [name, ask] = change.asks!.set[0]!;
        expect(ask).toMatchObject({
            computerId: id,
            what: "permission",
            ask: { kind: "bash", command: "npm test" },
        });
        const askId = (ask.ask as { id: string }).id;
        scene.bridge.turns.settle(turn.nonce, { id: askId, what: "permission", reply: "once" });
        const after = (await stream.next("change", ({ asks }: Change) => asks?.gone.length === 1)) as Change;
        expect(after.asks?.gone).toEqual([name]);
        computer.close();
        await stream.next("change", ({ computers }: Change) => computers?.set[0]?.[1].isOnline === false);
    });
});

describe("a turn that is looked at", () => {
    test("is told as it is written, from its beginning on, and to its end", async () => {
        const scene = await startScene();
        const { prompt } = await scene.join("door");
        const turn = await prompt("tell me");
        turn.write("Once ");
        const visitor = await logIn(scene);
        const stream = await open(visitor, `?turn=${turn.nonce}`);
        const first = (await stream.next("live", ({ type }: { type: string }) => type === "text")) as object;
        expect(first).toMatchObject({ kind: "text", at: 0, text: "Once " });
        turn.write("upon a time");
        const more = (await stream.next("live", ({ type }: { type: string }) => type === "text")) as object;
        expect(more).toMatchObject({ at: 5, text: "upon a time" });
        turn.end();
        expect(await stream.next("live", ({ type }: { type: string }) => type === "done")).toEqual({
            type: "done",
        });
    });

    test("is watched by somebody for whom nothing that is asked is kept waiting, and left with the stream", async () => {
        const scene = await startScene();
        const { prompt } = await scene.join("door");
        const turn = await prompt("do it");
        const { turns } = scene.bridge;
        const [watch, forget] = [vi.spyOn(turns, "watch"), vi.spyOn(turns, "forget")];
        const stream = await open(await logIn(scene), `?turn=${turn.nonce}`);
        await stream.next("state");
        expect(watch).toHaveBeenCalledWith(turn.nonce, expect.objectContaining({ isOnlooker: true }));
        stream.close();
        await expect.poll(() => forget.mock.calls).toEqual([[watch.mock.calls[0]![1]]]);
    });

    test("that has ended, or never was, is gone", async () => {
        const scene = await startScene();
        const stream = await open(await logIn(scene), "?turn=none");
        expect(await stream.next("live")).toEqual({ type: "gone" });
    });
});

describe("a screen that is looked at", () => {
    const isOf = (type: string) => (message: { readonly type: string }) => message.type === type;

    test("is asked for, and told when it changes", async () => {
        const scene = await startScene();
        const { id, computer } = await scene.join("door", "talk", ["screen"]);
        const stream = await open(await logIn(scene), `?computer=${id}`);
        expect(await stream.next("screen")).toMatchObject({ computer: id, isOnline: true, isAble: true });
        expect(await computer.message(isOf("watch"))).toMatchObject({ seconds: 12 });
        const rows = [["> ls", "0000", "ffff"]];
        computer.say({ type: "screen", rows });
        expect(
            await stream.next("screen", (data: { rows?: unknown }) => data.rows !== undefined),
        ).toMatchObject({ rows });
        computer.say({ type: "screen" });
        expect(
            await stream.next("screen", (data: { rows?: unknown }) => data.rows === undefined),
        ).toMatchObject({
            isAble: true,
        });
    });

    test("of one that shows none, or is away, is said to be so", async () => {
        const scene = await startScene();
        const { id } = await scene.join("door");
        const visitor = await logIn(scene);
        expect(await (await open(visitor, `?computer=${id}`)).next("screen")).toMatchObject({
            isOnline: true,
            isAble: false,
        });
        expect(await (await open(visitor, "?computer=none")).next("screen")).toMatchObject({
            isOnline: false,
        });
    });
});

describe("who looks", () => {
    test("is let go where nothing is taken, and the others are told on", async () => {
        const jobs = standInJobs([jobOf(1)]);
        const scene = await startScene({ shownJobs: jobs });
        const visitor = await logIn(scene);
        const slow = await open(visitor);
        const quick = await open(visitor);
        await quick.next("state");
        slow.pause();
        const ended = () => scene.log.some((line) => line.includes("takes nothing"));
        for (let round = 1; !ended() && round < 60; round += 1) {
            jobs.put({ number: 1, prompt: `${round}`.repeat(500_000) });
            await quick.next("change", ({ jobs: found }: Change) => found !== undefined);
        }
        expect(ended()).toBe(true);
        jobs.put({ number: 1, prompt: "short" });
        await quick.next("change", ({ jobs: found }: Change) => found?.set[0]?.[1].prompt === "short");
    });

    test("is told all that there is, also where models have asked for more than may wait for one who looks", async () => {
        const scene = await startScene();
        const { prompt } = await scene.join("door");
        const much = { command: "x".repeat(60_000), diff: "y".repeat(60_000), filepath: "z".repeat(60_000) };
        for (let count = 0; count < 32; count += 1)
            await (await prompt("work")).askPermission({ metadata: much });
        const stream = await open(await logIn(scene));
        const { sections } = (await stream.next("state")) as State;
        expect(sections.asks?.set).toHaveLength(32);
        await scene.join("lift");
        await stream.next("change", ({ computers }: Change) => computers !== undefined);
    }, 60_000);

    test("is one of eight at most, and of four of one browser, until another one leaves", async () => {
        const scene = await startScene();
        const visitors = [await logIn(scene), await logIn(scene)];
        const streams: Stream[] = [];
        for (const visitor of visitors) {
            for (let count = 0; count < 4; count += 1) streams.push(await open(visitor));
            expect((await open(visitor)).status).toBe(503);
            expect(await visitor.get("/page/state")).toMatchObject({ hasRoom: false });
        }
        expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
        const third = await logIn(scene);
        expect((await open(third)).status).toBe(503);
        streams[0]!.close();
        await expect.poll(async () => (await open(third)).status).toBe(200);
    });

    test("is told nothing more once they have logged out; others are", async () => {
        const scene = await startScene();
        const [one, other] = [await logIn(scene), await logIn(scene)];
        const [mine, theirs] = [await open(one), await open(other)];
        await one.change("logout", {});
        await mine.ended;
        await scene.join("door");
        await theirs.next("change", ({ computers }: Change) => computers !== undefined);
    });

    test("is told that it is over when the bridge ends", async () => {
        const scene = await startScene();
        const stream = await open(await logIn(scene));
        await stream.next("state");
        await scene.bridge.stop();
        await stream.ended;
    });
});
