/** Turns that go wrong, and what is asked besides prompts: titles, commands, compaction, shell, reverts. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Rule } from "../../tools/model/index.ts";
import type { FileDifference, Message, Session } from "../../tools/opencode2-twin/types.ts";
import { lastText, outline, startWorld } from "./support.ts";

const quick = { modelRetries: 2, modelRetryMilliseconds: 1 };

it.each([
    ["[status 500 2] hi", "provider.internal"],
    ["[status 429 2] hi", "provider.rate-limit"],
    ["[cut 2] hi", "provider.transport"],
])("asks again: %s", async (text, type) => {
    const world = await startWorld({ doubts: quick });
    const { id } = await world.create();
    const messages = await world.turn(id, text);
    expect(outline(messages)).toEqual(["user", "assistant", "idle succeeded"]);
    expect(lastText(messages)).toContain("You said: hi");
    expect(messages[1]).not.toHaveProperty("retry");
    const retries = world.seen().filter((event) => event.type === "session.retry.scheduled");
    expect(retries.map(({ data }) => data)).toMatchObject([
        { attempt: 1, assistantMessageID: messages[1]!.id, error: { type } },
        { attempt: 2, error: { type } },
    ]);
});

it.each([
    ["[status 500] hi", "provider.internal", 500, 3],
    ["[status 401] hi", "provider.auth", 401, 1],
    ["[status 400] hi", "provider.invalid-request", 400, 1],
])("fails in the end: %s", async (text, type, status, requests) => {
    const world = await startWorld({ doubts: quick });
    const { id } = await world.create();
    const messages = await world.turn(id, text);
    expect(outline(messages)).toEqual(["user", "assistant", "idle failed"]);
    expect(messages[1]).toMatchObject({
        finish: "error",
        error: { type, status, message: expect.stringContaining(`HTTP ${status}`) as string },
        time: { completed: expect.any(Number) as number },
    });
    expect(world.model.requests).toHaveLength(requests);
    expect(await world.data(`/api/session/${id}`)).toMatchObject({ outcome: "failed" });
});

it("shows that it will ask again", async () => {
    const world = await startWorld({ doubts: { modelRetries: 1, modelRetryMilliseconds: 3_600_000 } });
    const { id } = await world.create();
    await world.prompt(id, "[status 500] hi");
    await world.wait("session.retry.scheduled");
    expect((await world.messages(id))[1]).toMatchObject({
        retry: {
            attempt: 1,
            at: expect.any(Number) as number,
            error: { type: "provider.internal", status: 500 },
        },
    });
    await world.ask(`/api/session/${id}/interrupt`, { method: "POST" });
    expect(outline(await world.messages(id))).toEqual(["user", "assistant", "idle interrupted"]);
});

it.each([
    ["[finish length] hi", "length"],
    ["[finish content_filter] hi", "content-filter"],
    ["[empty] hi", "stop"],
])("says how a step ended: %s", async (text, finish) => {
    const world = await startWorld();
    const { id } = await world.create();
    expect((await world.turn(id, text))[1]).toMatchObject({ finish });
});

it("names a session that has no title, by the model's words", async () => {
    const world = await startWorld();
    const { id } = await world.data<Session>("/api/session", { body: {} });
    await world.turn(id, "build a castle");
    expect((await world.wait("session.renamed")).data).toEqual({ sessionID: id, title: "build a castle" });
    expect(await world.data(`/api/session/${id}`)).toMatchObject({ title: "build a castle" });
});

it("counts tokens and what they cost", async () => {
    const world = await startWorld({
        details: { model: { cost: { input: 1, output: 2 } } },
    });
    const { id } = await world.create();
    const { tokens, cost } = (await world.turn(id, "ping"))[1] as Message & { type: "assistant" };
    expect(cost).toBeCloseTo((tokens!.input + 2 * tokens!.output) / 1e6, 12);
    await world.turn(id, "ping");
    const session = await world.data<{ tokens: { input: number } }>(`/api/session/${id}`);
    expect(session.tokens.input).toBeGreaterThan(tokens!.input);
});

it("runs a configured command", async () => {
    const world = await startWorld({ config: { command: { greet: { template: "Greet $ARGUMENTS, $1" } } } });
    const { id } = await world.create();
    const { status } = await world.ask(`/api/session/${id}/command`, {
        body: { name: "greet", text: "Ann and Bo" },
    });
    expect(status).toBe(204);
    await world.wait("session.execution.succeeded");
    expect((await world.messages(id))[0]).toMatchObject({ type: "user", text: "Greet Ann and Bo, Ann" });
});

it("runs a command of the user's, which is no turn", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    expect(
        (await world.ask(`/api/session/${id}/shell`, { body: { command: "echo hi; exit 3" } })).status,
    ).toBe(204);
    expect(await world.messages(id)).toMatchObject([
        { type: "shell", command: "echo hi; exit 3", status: "exited", exit: 3, output: { output: "hi\n" } },
    ]);
    expect(world.seen().map(({ type }) => type)).not.toContain("session.execution.started");
    expect((await world.wait("session.shell.ended")).data).toMatchObject({
        shell: { status: "exited", exit: 3 },
        output: { output: "hi\n" },
    });
});

it("sums a session up, and goes on from there", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    await world.turn(id, "remember the door");
    const queued = await world.data<{ id: string }>(`/api/session/${id}/compact`, { body: {} });
    expect(queued).toMatchObject({ type: "compaction", delivery: "steer", payload: {} });
    await world.wait("session.compaction.ended");
    await world.turn(id, "ping");
    const context = await world.data<Message[]>(`/api/session/${id}/context`);
    expect(outline(context)).toEqual(["compaction", "idle succeeded", "user", "assistant", "idle succeeded"]);
    expect(context[0]).toMatchObject({ id: queued.id, status: "completed", reason: "manual" });
    expect(JSON.stringify(world.model.requests.at(-1)!.body)).not.toContain("remember the door");
});

const edits: Rule = ({ userText, toolResults }) => {
    if (toolResults.length > 0) return { text: "done" };
    const [name, first, second] = userText.split(" ");
    const calls = {
        write: { name: "write", arguments: { path: "door.lua", content: `${first}\n` } },
        edit: { name: "edit", arguments: { path: "door.lua", oldString: first, newString: second } },
        patch: {
            name: "apply_patch",
            arguments: {
                patchText: `*** Begin Patch\n*** Update File: door.lua\n@@\n-${first}\n+${second}\n*** End Patch`,
            },
        },
        read: { name: "read", arguments: { path: "door.lua" } },
        glob: { name: "glob", arguments: { pattern: "**/*.lua" } },
        grep: { name: "grep", arguments: { pattern: first } },
        fetch: { name: "webfetch", arguments: { url: "http://127.0.0.1:9/" } },
        strange: { name: "strange", arguments: {} },
    };
    return { toolCalls: [calls[name as keyof typeof calls]] };
};

const toolOf = (messages: readonly Message[]) =>
    messages
        .flatMap((message) => (message.type === "assistant" ? message.content : []))
        .findLast((part) => part.type === "tool")!;

it("works on files", async () => {
    const world = await startWorld({ rules: [edits] });
    const { id } = await world.create();
    const door = () => readFile(join(world.twin.directory, "door.lua"), "utf8");
    await world.turn(id, "write one");
    expect(await door()).toBe("one\n");
    await world.turn(id, "edit one two");
    expect(await door()).toBe("two\n");
    const patched = toolOf(await world.turn(id, "patch two three"));
    expect(patched).toMatchObject({ name: "patch", state: { status: "completed" } });
    expect(await door()).toBe("three\n");
    const said = async (text: string) => {
        const { state } = toolOf(await world.turn(id, text));
        return state.status === "error"
            ? state.error
            : state.status === "completed" && state.content[0]!.text;
    };
    expect(await said("read")).toContain("1: three");
    expect(await said("glob")).toBe("door.lua");
    expect(await said("grep thr")).toBe("door.lua:1: three");
    expect(await said("edit none x")).toMatchObject({ type: "tool.execution" });
    expect(await said("fetch")).toMatchObject({ message: "Unable to fetch http://127.0.0.1:9/" });
    expect(await said("strange")).toMatchObject({ message: "Unknown tool: strange" });
});

it("takes a session and its files back, and forth, and for good", async () => {
    const world = await startWorld({ rules: [edits] });
    const { id } = await world.create();
    const door = () => readFile(join(world.twin.directory, "door.lua"), "utf8");
    await world.turn(id, "write one", { id: "msg_1" });
    await world.turn(id, "edit one two", { id: "msg_2" });
    const path = `/api/session/${id}`;
    const diff = (query: string) => world.data<FileDifference[]>(`${path}/diff${query}`);
    expect((await diff(""))[0]).toMatchObject({
        file: "door.lua",
        additions: 1,
        deletions: 1,
        status: "modified",
    });
    expect((await diff("?from=msg_1"))[0]).toMatchObject({
        status: "added",
        patch: expect.stringContaining("+one") as string,
    });
    expect((await diff("?from=msg_1&to=msg_2"))[0]).toMatchObject({
        status: "added",
        patch: expect.stringContaining("+two") as string,
    });

    const revert = await world.data(`${path}/revert/stage`, { body: { messageID: "msg_2" } });
    expect(revert).toMatchObject({ messageID: "msg_2", files: [{ file: "door.lua" }] });
    expect(await door()).toBe("one\n");
    expect(await world.data(path)).toMatchObject({ revert: { messageID: "msg_2" } });
    expect(await world.messages(id)).toHaveLength(8);
    expect((await world.ask(`${path}/revert`, { method: "DELETE" })).status).toBe(204);
    expect(await door()).toBe("two\n");
    expect(await world.data(path)).not.toHaveProperty("revert");

    await world.data(`${path}/revert/stage`, { body: { messageID: "msg_2" } });
    expect((await world.ask(`${path}/revert/commit`, { method: "POST" })).status).toBe(204);
    expect(await door()).toBe("one\n");
    expect(outline(await world.messages(id))).toEqual(["user", "assistant", "assistant", "idle succeeded"]);
});

it("reverts nothing while it is at work", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    const messageID = await world.prompt(id, "[hang] on");
    await world.wait("session.inbox.delivered");
    const { status, body } = await world.ask(`/api/session/${id}/revert/stage`, { body: { messageID } });
    expect({ status, body }).toMatchObject({
        status: 409,
        body: { _tag: "SessionBusyError", sessionID: id },
    });
});
