/** Turns between a follower, the journal and an opencode that says what a test has it say. */
import { pino } from "pino";
import { OpencodeFailure } from "trapos-opencode";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { BridgeMessage, ComputerSays } from "../../../src/apis/ai/link/frames.ts";
import { JournalError } from "../src/journal/index.ts";
import { createTurns } from "../src/turns/turns.ts";
import { memoryJournal } from "./journal/memory-journal.ts";
import { computerOf, noon } from "./journal/samples.ts";
import { standInClient } from "./security/stand-in.ts";

const wanted = { text: true };
const prompt: ComputerSays["prompt"] = {
    type: "prompt",
    nonce: "n1",
    sessionId: "s1",
    text: "x",
    idleTimeout: 60,
    wanted,
};

function deferred() {
    let resolve!: () => void;
    let reject!: (error: Error) => void;
    const promise = new Promise<void>((...both) => ([resolve, reject] = both));
    return { promise, resolve, reject };
}

/** The user's message, and steps behind it. */
const user = {
    info: { id: "msg_0", role: "user", time: { created: 1 } },
    parts: [{ type: "text", text: "x", metadata: { nonce: "n1" } }],
};

function step(id: string, part: object, finish?: string) {
    const time = { created: 1, ...(finish === undefined ? {} : { completed: 2 }) };
    const end = finish === undefined ? {} : { finish };
    return { info: { id, role: "assistant", parentID: "msg_0", time, ...end }, parts: [part] };
}

function tool(status: "running" | "completed") {
    const end = status === "completed" ? { time: { start: 1, end: 2 }, output: "" } : { time: { start: 1 } };
    return { id: "prt_1", type: "tool", callID: "c", tool: "bash", state: { status, input: {}, ...end } };
}

/** Turns, of which nothing has begun. */
function begin() {
    const journal = memoryJournal();
    journal.addComputer(computerOf("c1"));
    journal.addComputer(computerOf("c2"));
    journal.addSession("s1", "c1", noon);
    const asked: string[] = [];
    const messages: { info: { id: string; role: string } }[] = [];
    const lists: { permissions: object[] } = { permissions: [] };
    const failing = { messages: false };
    const client = standInClient(asked, {
        readList: ((name: string) =>
            Promise.resolve(
                name === "permissions"
                    ? lists.permissions
                    : name !== "status"
                      ? []
                      : messages.length > 0
                        ? { s1: { type: "busy" } }
                        : {},
            )) as never,
        getSession: (id: string) => Promise.resolve({ id, title: "", directory: "/" } as never),
        getMessages: ((_: string, limit: number) =>
            failing.messages
                ? Promise.reject(new OpencodeFailure("server_error", { status: 500 }))
                : Promise.resolve(messages.slice(-limit))) as never,
        getMessage: ((_: string, id: string) => {
            const found = messages.find(({ info }) => info.id === id);
            return found ? Promise.resolve(found) : Promise.reject(new OpencodeFailure("not_found", {}));
        }) as never,
        sendPrompt: () => {
            messages.push(user);
            return Promise.resolve();
        },
    });
    const turns = createTurns({
        client: () => client,
        journal,
        directory: "/",
        now: () => noon,
        log: pino({ level: "silent" }),
    });
    onTestFinished(() => turns.stop());
    const told: BridgeMessage[] = [];
    const follower = { wanted, send: (message: BridgeMessage) => told.push(message), isReady: () => true };
    return { journal, asked, messages, lists, failing, turns, told, follower };
}

describe("another opencode in the place of the one that was asked", () => {
    test("a session of the other one is gone for a prompt that is new", () => {
        const { journal, asked, told, turns, follower } = begin();
        journal.addSession("s2", "c1", noon, 2);
        turns.take(computerOf("c1"), { ...prompt, sessionId: "s2" }, follower);
        expect(told).toMatchObject([{ type: "failed", code: "session_gone" }]);
        expect(asked).toEqual([]);
        expect(journal.promptOf("n1")).toBeUndefined();
    });

    test("a turn that was asked of the other one has failed, and asks nothing more", async () => {
        const { journal, asked, told, turns, follower } = begin();
        journal.addSession("s2", "c1", noon, 2);
        journal.takePrompt({ nonce: "n1", computerId: "c1", sessionId: "s2", takenAt: noon, isSent: true });
        turns.resumeOpen(() => false);
        turns.follow(
            computerOf("c1"),
            { type: "follow", nonce: "n1", sessionId: "s2", idleTimeout: 60, wanted },
            follower,
        );
        await vi.waitFor(() =>
            expect(told).toMatchObject([
                { type: "failed", code: "other_opencode", detail: { version: "1" }, pending: false },
            ]),
        );
        expect(asked).toEqual([]);
        expect(journal.promptOf("n1")).toMatchObject({ state: "failed" });
    });
});

describe("the disk", () => {
    test("a prompt goes to opencode once it is on it, and not before", async () => {
        const { journal, asked, told, turns, follower } = begin();
        const disk = deferred();
        const durable = vi.spyOn(journal, "durable").mockReturnValue(disk.promise);
        turns.take(computerOf("c1"), prompt, follower);
        await vi.waitFor(() => expect(durable).toHaveBeenCalled());
        expect(journal.promptOf("n1")).toMatchObject({ state: "sent" });
        await new Promise(setImmediate);
        expect(asked).not.toContain("sendPrompt s1");
        expect(told).not.toContainEqual(expect.objectContaining({ type: "sent" }));
        disk.resolve();
        await vi.waitFor(() => expect(asked).toContain("sendPrompt s1"));
    });

    test("where it fails so does the prompt, which opencode never sees", async () => {
        const { journal, asked, told, turns, follower } = begin();
        const broken = new JournalError("unusable", "The journal j cannot be used (EIO): look at the disk.");
        vi.spyOn(journal, "durable").mockRejectedValue(broken);
        turns.take(computerOf("c1"), prompt, follower);
        await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "failed" })));
        expect(asked).not.toContain("sendPrompt s1");
    });
});

test("what the model writes after a tool stands below how the tool ended, however late that is known", async () => {
    const { messages, told, turns, follower } = begin();
    turns.take(computerOf("c1"), prompt, follower);
    await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "sent" })));
    messages.push(step("msg_1", tool("running")));
    const part = tool("running") as never;
    turns.happened({ kind: "tool", sessionId: "s1", messageId: "msg_1", partId: "prt_1", part });
    await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "tool" })));
    messages.splice(1, 1, step("msg_1", tool("completed"), "tool-calls"));
    messages.push(step("msg_2", { id: "prt_2", type: "text", text: "" }));
    const text = { messageId: "msg_2", partId: "prt_2", offset: 0, text: "It said so." };
    turns.happened({ kind: "text", sessionId: "s1", ...text });
    turns.flush();
    expect(told).not.toContainEqual(expect.objectContaining({ type: "text" }));
    await vi.waitFor(() => {
        turns.flush();
        expect(told).toContainEqual(expect.objectContaining({ type: "text", text: "It said so." }));
    });
    const order = told.map((message) => (message.type === "tool" ? message.call.status : message.type));
    expect(order.indexOf("completed")).toBeGreaterThan(order.indexOf("running"));
    expect(order.indexOf("text")).toBeGreaterThan(order.indexOf("completed"));
});

describe("a turn that opencode has made of a command", () => {
    const follow = { type: "follow", nonce: "msg_0", sessionId: "s1", idleTimeout: 60, wanted } as const;

    test("is followed by its message's id, and written down", async () => {
        const { journal, messages, told, turns, follower } = begin();
        messages.push(user, step("msg_1", { id: "prt_1", type: "text", text: "Hello." }, "stop"));
        turns.follow(computerOf("c1"), follow, follower);
        await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "progress" })));
        expect(journal.promptOf("msg_0")).toMatchObject({ state: "sent", computerId: "c1" });
    });

    test("counts once, whether it is followed or not", async () => {
        const { journal, messages, told, turns, follower } = begin();
        journal.setLimits({ computer: "c1" }, { promptsPerHour: 1 });
        turns.beginCounted(computerOf("c1"), "s1");
        expect(() => turns.beginCounted(computerOf("c1"), "s1")).toThrow(
            expect.objectContaining({ code: "limit_reached" }),
        );
        messages.push(user, step("msg_1", { id: "prt_1", type: "text", text: "Hello." }, "stop"));
        turns.follow(computerOf("c1"), follow, follower);
        await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "progress" })));
        expect(journal.promptsSince({ computer: "c1" }, 0)).toHaveLength(1);
    });

    test("that was never followed is over when its session does nothing", () => {
        const { journal, turns } = begin();
        turns.beginCounted(computerOf("c1"), "s1");
        expect(journal.openTurns({ owner: "alice" })).toBe(1);
        turns.happened({ kind: "idle", sessionId: "s1" });
        expect(journal.openTurns({ owner: "alice" })).toBe(0);
    });

    test("is nobody's where opencode has no such message, or it is the model's", async () => {
        const { journal, asked, messages, told, turns, follower } = begin();
        messages.push(user, step("msg_1", { id: "prt_1", type: "text", text: "Hello." }, "stop"));
        for (const nonce of ["msg_1", "msg_77"])
            turns.follow(computerOf("c1"), { ...follow, nonce, idleTimeout: 0 }, follower);
        await vi.waitFor(() => expect(told).toHaveLength(2));
        expect(told.map((message) => message.type)).toEqual(["failed", "failed"]);
        expect(asked).toContain("getMessage s1");
        expect(journal.openPrompts()).toEqual([]);
    });

    test.each([
        ["in another computer's session", { computer: "c2", nonce: "msg_0" }, "session_gone"],
        ["what nobody has handed over", { computer: "c1", nonce: "7-1-1" }, "not_sent"],
    ])("is nobody's where it is %s", (_, { computer, nonce }, code) => {
        const { journal, told, turns, follower } = begin();
        turns.follow(computerOf(computer), { ...follow, nonce }, follower);
        expect(told).toEqual([expect.objectContaining({ type: "failed", code })]);
        expect(journal.openPrompts()).toEqual([]);
    });
});

test("a step in a session without a turn, as a summary, counts for the session's computer, and a stranger's for nobody", () => {
    const { journal, turns } = begin();
    const usage = { input: 10, output: 5, reasoning: 0, cacheRead: 0, cacheWrite: 0, cost: 0.5 };
    for (const sessionId of ["s1", "somebody else's"])
        turns.happened({
            kind: "step usage",
            sessionId,
            messageId: "msg_9",
            partId: `of ${sessionId}`,
            usage,
        });
    expect(journal.usage({})).toMatchObject({ steps: 1, input: 10, cost: 0.5 });
    expect(journal.usage({ computerId: "c1" })).toMatchObject({ steps: 1 });
});

test("a session in which another model answers than was asked is not gone on in", async () => {
    const { journal, turns, follower } = begin();
    const [from, to] = [
        { providerId: "test", modelId: "large" },
        { providerId: "test", modelId: "small" },
    ];
    turns.take(computerOf("c1"), prompt, follower);
    turns.happened({ kind: "model switched", sessionId: "s1", messageId: "msg_1", from, to });
    expect(journal.closedReason("s1")).toBe("its model is another one");
    const named = begin();
    named.turns.take(computerOf("c1"), { ...prompt, model: "test/small" }, named.follower);
    named.turns.happened({ kind: "model switched", sessionId: "s1", messageId: "msg_1", from, to });
    expect(named.journal.closedReason("s1")).toBeUndefined();
});

test("a step of a subagent counts for whoever began it, also where no turn runs that is known", () => {
    const { journal, turns } = begin();
    const usage = { input: 10, output: 5, reasoning: 0, cacheRead: 0, cacheWrite: 0, cost: 0.5 };
    turns.happened({ kind: "child", sessionId: "s1", childId: "child" });
    turns.happened({ kind: "child", sessionId: "child", childId: "grandchild" });
    turns.happened({ kind: "child", sessionId: "somebody else's", childId: "stranger" });
    for (const sessionId of ["child", "grandchild", "stranger"])
        turns.happened({ kind: "step usage", sessionId, messageId: "msg_9", partId: sessionId, usage });
    expect(journal.usage({ computerId: "c1" })).toMatchObject({ steps: 2 });
    expect(journal.usage({ sessionId: "s1" })).toMatchObject({ steps: 2 });
    expect(journal.usage({})).toMatchObject({ steps: 2 });
});

test("what the model writes before it asks for something stands above that", async () => {
    const { lists, messages, told, turns, follower } = begin();
    turns.take({ ...computerOf("c1"), profile: "build" }, prompt, follower);
    await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "sent" })));
    const part = tool("running") as never;
    messages.push(step("msg_1", tool("running")));
    turns.happened({ kind: "tool", sessionId: "s1", messageId: "msg_1", partId: "prt_1", part });
    await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "tool" })));
    messages.splice(1, 1, step("msg_1", tool("completed"), "tool-calls"));
    const second = { ...tool("running"), id: "prt_3", callID: "d" };
    const both = step("msg_2", { id: "prt_2", type: "text", text: "I will delete all." });
    both.parts.push(second);
    messages.push(both);
    lists.permissions = [
        {
            id: "per_1",
            sessionID: "s1",
            permission: "bash",
            patterns: ["rm *"],
            always: [],
            metadata: {},
            tool: { messageID: "msg_2", callID: "d" },
        },
    ];
    const text = { messageId: "msg_2", partId: "prt_2", offset: 0, text: "I will delete all." };
    turns.happened({ kind: "text", sessionId: "s1", ...text });
    turns.happened({
        kind: "tool",
        sessionId: "s1",
        messageId: "msg_2",
        partId: "prt_3",
        part: second,
    });
    await vi.waitFor(
        () => {
            turns.flush();
            expect(told).toContainEqual(expect.objectContaining({ type: "permission" }));
        },
        { timeout: 10_000 },
    );
    const order = told.map(({ type }) => type);
    expect(order.indexOf("text")).toBeGreaterThan(0);
    expect(order.indexOf("text")).toBeLessThan(order.indexOf("permission"));
});

test("what waits for something that cannot be asked for is told after a while, and asks no more for that", async () => {
    const { asked, failing, messages, told, turns, follower } = begin();
    turns.take(computerOf("c1"), prompt, follower);
    await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "sent" })));
    const part = tool("running") as never;
    messages.push(step("msg_1", tool("running")));
    turns.happened({ kind: "tool", sessionId: "s1", messageId: "msg_1", partId: "prt_1", part });
    await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "tool" })));
    failing.messages = true;
    const before = asked.length;
    for (let at = 0; at < 100; at += 1)
        turns.happened({
            kind: "text",
            sessionId: "s1",
            messageId: "msg_2",
            partId: "p",
            offset: at,
            text: "x",
        });
    await vi.waitFor(
        () => {
            turns.flush();
            expect(told).toContainEqual(expect.objectContaining({ type: "text" }));
        },
        { timeout: 10_000 },
    );
    expect(asked.length - before).toBeLessThan(20);
});

test("a prompt that the disk did not take may be handed over again, as it holds up nothing", async () => {
    const { journal, told, turns, follower } = begin();
    const broken = new JournalError("unusable", "The journal j cannot be used (EIO): look at the disk.");
    vi.spyOn(journal, "durable").mockRejectedValueOnce(broken);
    turns.take(computerOf("c1"), prompt, follower);
    await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "failed" })));
    expect(told.at(-1)).toMatchObject({ pending: false });
    expect(journal.openTurns({ computer: "c1" })).toBe(0);
});
