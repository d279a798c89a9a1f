/** Turns: what a model says and does comes into the list of messages and into the stream of events. */
import { expect, it } from "vitest";
import { lastText, outline, startWorld } from "./support.ts";

it("answers a prompt, and says that it is over", async () => {
    const world = await startWorld();
    const { id } = await world.create({ title: "Doors" });
    const messages = await world.turn(id, "ping", { id: "msg_mine" });
    expect(outline(messages)).toEqual(["user", "assistant", "idle succeeded"]);
    expect(messages[0]).toMatchObject({ id: "msg_mine", text: "ping" });
    expect(messages[1]).toMatchObject({
        finish: "stop",
        agent: "build",
        content: [{ type: "text", text: "pong" }],
    });
    expect(await world.data("/api/session/active")).toEqual({});
    expect(await world.data(`/api/session/${id}`)).toMatchObject({
        outcome: "succeeded",
        title: "Doors",
        time: { idle: expect.any(Number) as number },
    });
});

it("tells of a turn as it goes", async () => {
    const world = await startWorld({ rules: [() => ({ reasoning: "Hm.", text: ["Hel", "lo"] })] });
    const { id } = await world.create();
    await world.turn(id, "hi");
    const ofTurn = world.seen().filter(({ type }) => /inbox|execution|step|text|reasoning/.test(type));
    const types = ofTurn.map(({ type }) => type.replace("session.", ""));
    expect([...new Set(types)]).toEqual([
        "inbox.enqueued",
        "execution.started",
        "inbox.delivered",
        "step.started",
        "reasoning.started",
        "reasoning.delta",
        "reasoning.ended",
        "text.started",
        "text.delta",
        "text.ended",
        "step.streamed",
        "step.ended",
        "execution.succeeded",
    ]);
    const deltas = ofTurn.filter(({ type }) => type === "session.text.delta");
    expect(deltas.map(({ data }) => data["delta"])).toEqual(["Hel", "lo"]);
    expect(deltas[0]!.durable).toBeUndefined();
    expect(ofTurn[0]).toMatchObject({
        location: { directory: world.twin.directory },
        durable: { aggregateID: id, version: 1 },
        data: { sessionID: id, item: { type: "user", payload: { text: "hi" }, delivery: "steer" } },
    });
});

it("runs tools in the session's directory", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    const messages = await world.turn(id, "[tools 2] count");
    expect(outline(messages)).toEqual(["user", "assistant", "assistant", "assistant", "idle succeeded"]);
    expect(messages[1]).toMatchObject({
        finish: "tool-calls",
        content: [
            {
                type: "tool",
                name: "shell",
                state: {
                    status: "completed",
                    input: { command: "echo step 1" },
                    content: [{ type: "text", text: "step 1\n" }, { type: "text" }],
                    metadata: { exit: 0 },
                },
            },
        ],
    });
    expect(lastText(messages)).toContain("You said: count");
});
