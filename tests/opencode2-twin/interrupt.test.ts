/** What stops a turn: an interrupt, a crash, a stop; and what is left of it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { outline, startWorld, type World } from "./support.ts";

const interrupt = (world: World, id: string, query = "") =>
    world.ask(`/api/session/${id}/interrupt${query}`, { method: "POST" });

it("says whether there was anything to interrupt", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    expect((await interrupt(world, id)).body).toEqual({ interrupted: false });
    await world.prompt(id, "[hang] on");
    await world.model.waitForRequest(({ conversation }) => conversation.purpose === "turn");
    expect(await world.data("/api/session/active")).toEqual({ [id]: { type: "running" } });
    expect((await interrupt(world, id)).body).toEqual({ interrupted: true });
    expect(await world.data("/api/session/active")).toEqual({});
    // The model had said nothing.
    expect(outline(await world.messages(id))).toEqual(["user", "idle interrupted"]);
});

it("keeps what was said before it", async () => {
    const world = await startWorld({
        rules: [() => ({ text: ["one ", "two ", "three ", "four "], hang: "midway" })],
    });
    const { id } = await world.create();
    const turn = world.turn(id, "count");
    await world.wait("session.text.delta");
    // Partial text does not show by polling.
    expect((await world.messages(id))[1]).toMatchObject({ content: [{ type: "text", text: "" }] });
    await interrupt(world, id);
    const messages = await turn;
    expect(outline(messages)).toEqual(["user", "assistant", "idle interrupted"]);
    expect(messages[1]).toMatchObject({
        error: { type: "aborted", message: "Step interrupted" },
        content: [{ type: "text", text: expect.stringContaining("one") as string }],
        time: { completed: expect.any(Number) as number },
    });
});

it("kills the command that runs", async () => {
    const command = "echo $$ > pid; sleep 60";
    const world = await startWorld({
        rules: [() => ({ toolCalls: [{ name: "bash", arguments: { command } }] })],
    });
    const { id } = await world.create();
    const turn = world.turn(id, "wait");
    const running = await world.wait("session.tool.progress");
    expect((await world.messages(id))[1]).toMatchObject({
        content: [{ type: "tool", name: "shell", state: { status: "running", input: { command } } }],
    });
    expect(running.data).toMatchObject({ id: "call_chatcmpl-1_0", metadata: {} });
    const pid = await eventually(async () => {
        const text = await readFile(join(world.twin.directory, "pid"), "utf8");
        return text.endsWith("\n") ? Number(text) : undefined;
    });
    await interrupt(world, id);
    expect((await turn)[1]).toMatchObject({
        content: [{ state: { status: "error", error: { message: "Tool execution interrupted" } } }],
    });
    expect(() => process.kill(pid, 0)).toThrow();
});

/** Looks for something until it is there. */
async function eventually<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
    for (;;) {
        const found = await look().catch(() => undefined);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}

it("parks what is queued, until something comes", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    await world.prompt(id, "[hang] on");
    await world.model.waitForRequest(() => true);
    await world.prompt(id, "later", { delivery: "queue", id: "msg_later" });
    await interrupt(world, id);
    expect(await world.data(`/api/session/${id}/inbox`)).toMatchObject([
        { id: "msg_later", delivery: "queue" },
    ]);
    await world.prompt(id, "ping", { id: "msg_ping" });
    await world.wait("session.inbox.delivered", ({ data }) => data["inboxID"] === "msg_later");
    const users = (await world.messages(id)).flatMap((message) =>
        message.type === "user" ? [message.text] : [],
    );
    expect(users).toEqual(["[hang] on", "ping", "later"]);
});

it("answers all that comes while it is at work: what steers in the turn, what is queued behind it", async () => {
    const world = await startWorld({ rules: [({ userTexts }) => ({ text: `heard ${userTexts.length}` })] });
    const { id } = await world.create();
    world.model.hold();
    await world.prompt(id, "one");
    await world.model.waitForRequest(() => true);
    await world.prompt(id, "two");
    await world.prompt(id, "three", { delivery: "queue" });
    const last = await world.prompt(id, "four", { delivery: "queue" });
    world.model.release();
    await world.wait("session.inbox.delivered", ({ data }) => data["inboxID"] === last);
    await eventually(async () =>
        Object.keys(await world.data<object>("/api/session/active")).length === 0 ? true : undefined,
    );
    expect(outline(await world.messages(id))).toEqual([
        ...["user", "assistant", "user", "assistant", "idle succeeded"],
        ...["user", "assistant", "idle succeeded"],
        ...["user", "assistant", "idle succeeded"],
    ]);
});

it("leaves a turn as it was when it is killed, and the next prompt closes it", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    await world.prompt(id, "[tools 1 60] work");
    await world.wait("session.tool.called");
    await world.twin.kill();
    await world.restart();
    expect(await world.data("/api/session/active")).toEqual({});
    const left = await world.messages(id);
    expect(outline(left)).toEqual(["user", "assistant"]);
    expect(left[1]).toMatchObject({ content: [{ state: { status: "running" } }] });
    expect(left[1]!.time).not.toHaveProperty("completed");
    const messages = await world.turn(id, "ping");
    expect(outline(messages)).toEqual(["user", "assistant", "user", "assistant", "idle succeeded"]);
    expect(messages[1]).toMatchObject({
        content: [{ state: { status: "error" } }],
        time: { completed: expect.any(Number) as number },
    });
});

it("goes on with a turn after it was stopped", async () => {
    const world = await startWorld({
        rules: [({ attempt, userText }) => (attempt === 1 ? { hang: true } : { text: `again: ${userText}` })],
    });
    const { id } = await world.create();
    await world.prompt(id, "work");
    await world.model.waitForRequest(() => true);
    await world.twin.stop();
    await world.restart();
    await eventually(async () => ((await world.messages(id)).at(-1)!.type === "idle" ? true : undefined));
    expect(outline(await world.messages(id))).toEqual(["user", "assistant", "idle succeeded"]);
});

it("ends with a stop where a doubt says so", async () => {
    const world = await startWorld({ doubts: { gracefulStop: "ends" }, rules: [() => ({ hang: true })] });
    const { id } = await world.create();
    await world.prompt(id, "work");
    await world.model.waitForRequest(() => true);
    await world.twin.stop();
    expect(await world.twin.ended).toBe("exit status 0");
    await world.restart();
    expect(await world.data("/api/session/active")).toEqual({});
    expect(outline(await world.messages(id))).toEqual(["user"]);
});
