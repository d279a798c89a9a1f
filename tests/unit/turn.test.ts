/**
 * The turn machine, case by case: each is a world that changes with time, as opencode's server was measured to behave,
 * played in Node and then replayed in the compiled Lua.
 */
import { describe, expect, it } from "vitest";
import type { Message, Part } from "../../src/apis/ai/protocol.ts";
import { describePoll, progress, start, step } from "../../src/apis/ai/turn.ts";
import type { Action, Observation, TurnStart, TurnState } from "../../src/apis/ai/turn.ts";
import { runLua, toLua } from "./support/lua.ts";

const NONCE = "7-1700000000000-42";

/** What the server would answer from a moment on; what is not named stays as it was. */
interface World {
    status?: "idle" | "busy" | { type: "retry"; attempt: number; message: string };
    messages?: Message[];
    permissions?: unknown[];
    questions?: unknown[];
    providers?: unknown[];
    agents?: unknown[];
    /** The code with which every request fails; null ends that. */
    failing?: string | null;
}

interface Case {
    name: string;
    /** The world by milliseconds since the prompt was sent; time stands still until then. */
    world: [at: number, world: World][];
    /** The code with which sending fails. */
    sendFails?: string;
    options?: Partial<TurnStart> & { idleTimeout?: number; resumed?: boolean };
    end:
        | { kind: "done"; text: string; id?: string }
        | ({ kind: "fail"; code: string } & Record<string, unknown>);
    /** Phases that somebody who waits is shown, in this order, others between. */
    shows?: string[];
    /** The end must come within so many milliseconds after this moment of the world. */
    endsWithin?: [after: number, milliseconds: number];
    atMostRequests?: number;
}

const user = (id: string, extra: Partial<Message["info"]> = {}, parts?: Part[]): Message => ({
    info: { id, role: "user", time: { created: 1 }, ...extra },
    parts: parts ?? [{ type: "text", text: "hi", metadata: { nonce: NONCE } }],
});
const plainUser = (id: string): Message => user(id, {}, [{ type: "text", text: "another" }]);
const answer = (id: string, parentID: string | undefined, text: string, extra: object = {}): Message => ({
    info: {
        id,
        role: "assistant",
        ...(parentID === undefined ? {} : { parentID }),
        time: { created: 2, completed: 3 },
        finish: "stop",
        ...extra,
    },
    parts: text === "" ? [] : [{ type: "text", text }],
});
const unfinished = (id: string, parentID: string, parts: Part[] = []): Message => ({
    info: { id, role: "assistant", parentID, time: { created: 2 } },
    parts,
});
const tool = (status: string, extra: object = {}): Part => ({
    type: "tool",
    tool: "bash",
    callID: "c",
    state: { status, title: "echo hi", ...extra },
});
const toolStep = (id: string, parentID: string): Message => ({
    info: { id, role: "assistant", parentID, time: { created: 2, completed: 3 }, finish: "tool-calls" },
    parts: [tool("completed")],
});

const old = answer("a0", "u0", "old answer");
const u1 = user("u1");
const known = [{ id: "test", models: { scripted: {} } }];

const cases: Case[] = [
    {
        name: "a quick answer in a new session",
        world: [
            [0, { status: "busy", messages: [u1] }],
            [100, { messages: [u1, unfinished("a1", "u1")] }],
            [220, { status: "idle", messages: [u1, answer("a1", "u1", "pong")] }],
        ],
        end: { kind: "done", text: "pong", id: "a1" },
        shows: ["sent"],
        endsWithin: [220, 250],
        atMostRequests: 8,
    },
    {
        name: "a cold server is idle without messages for 1.3 s",
        world: [
            [0, { status: "idle", messages: [] }],
            [1300, { status: "busy", messages: [u1] }],
            [3000, { messages: [u1, unfinished("a1", "u1")] }],
            [3200, { status: "idle", messages: [u1, answer("a1", "u1", "pong")] }],
        ],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "the answer before is not taken for this one",
        world: [
            [0, { status: "idle", messages: [old] }],
            [900, { status: "busy", messages: [old, u1] }],
            [1500, { status: "idle", messages: [old, u1, answer("a1", "u1", "new")] }],
        ],
        end: { kind: "done", text: "new" },
    },
    {
        name: "three tool calls and then the answer",
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1", [tool("running")])] }],
            [800, { messages: [u1, toolStep("a1", "u1")] }],
            [1000, { messages: [u1, toolStep("a1", "u1"), unfinished("a2", "u1", [tool("pending")])] }],
            [2000, { messages: [u1, toolStep("a2", "u1")] }],
            [2600, { messages: [u1, toolStep("a3", "u1")] }],
            [3500, { messages: [u1, toolStep("a3", "u1"), unfinished("a4", "u1")] }],
            [4000, { status: "idle", messages: [u1, toolStep("a3", "u1"), answer("a4", "u1", "done")] }],
        ],
        end: { kind: "done", text: "done", id: "a4" },
        shows: ["tool", "working"],
    },
    {
        name: "idle shows before a model error is complete",
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1")] }],
            [200, { status: "idle" }],
            [
                315,
                {
                    messages: [
                        u1,
                        answer("a1", "u1", "", {
                            finish: undefined,
                            error: { name: "APIError", data: { message: "no credit", statusCode: 402 } },
                        }),
                    ],
                },
            ],
        ],
        end: {
            kind: "fail",
            code: "model_error",
            detail: { what: "no credit", status: " (HTTP 402)" },
            pending: false,
        },
    },
    {
        name: "a refused permission ends the turn at a tool call",
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1", [tool("running")])] }],
            [700, { status: "idle", messages: [u1, toolStep("a1", "u1")] }],
        ],
        end: { kind: "fail", code: "stopped_at_tool", pending: false },
    },
    {
        name: "a refused permission with words of the model",
        world: [
            [
                0,
                {
                    status: "idle",
                    messages: [u1, answer("a1", "u1", "I may not.", { finish: "tool-calls" })],
                },
            ],
        ],
        end: { kind: "done", text: "I may not." },
    },
    {
        name: "queued prompts are answered under the last of them",
        world: [
            [0, { status: "busy", messages: [u1, plainUser("u2"), plainUser("u3")] }],
            [
                900,
                {
                    status: "idle",
                    messages: [u1, plainUser("u2"), plainUser("u3"), answer("a1", "u3", "to all")],
                },
            ],
        ],
        end: { kind: "done", text: "to all" },
    },
    {
        name: "somebody else's turn followed at once",
        world: [
            [0, { status: "busy", messages: [u1] }],
            [
                400,
                {
                    status: "idle",
                    messages: [u1, answer("a1", "u1", "ours"), plainUser("u2"), answer("a2", "u2", "theirs")],
                },
            ],
        ],
        end: { kind: "done", text: "ours", id: "a1" },
    },
    {
        name: "somebody else's turn runs on after ours",
        world: [
            [0, { status: "busy", messages: [u1] }],
            [400, { messages: [u1, answer("a1", "u1", "ours"), plainUser("u2"), unfinished("a2", "u2")] }],
            [
                3400,
                {
                    status: "idle",
                    messages: [u1, answer("a1", "u1", "ours"), plainUser("u2"), answer("a2", "u2", "theirs")],
                },
            ],
        ],
        end: { kind: "done", text: "ours" },
    },
    {
        name: "automatic compaction puts the answer under a prompt of its own",
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1")] }],
            [
                500,
                {
                    messages: [
                        u1,
                        user("u2", {}, [{ type: "compaction" }]),
                        answer("a2", "u2", "a summary", { summary: true }),
                    ],
                },
            ],
            [
                2500,
                {
                    status: "idle",
                    messages: [
                        u1,
                        user("u2", {}, [{ type: "compaction" }]),
                        answer("a2", "u2", "a summary", { summary: true }),
                        user("u3", {}, [{ type: "text", text: "Continue", synthetic: true }]),
                        answer("a3", "u3", "the answer"),
                    ],
                },
            ],
        ],
        end: { kind: "done", text: "the answer" },
    },
    {
        name: "compaction that comes to rest at the summary",
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1")] }],
            [
                500,
                {
                    status: "idle",
                    messages: [
                        u1,
                        answer("a1", "u1", "the answer"),
                        user("u2", {}, [{ type: "compaction" }]),
                        answer("a2", "u2", "a summary", { summary: true }),
                    ],
                },
            ],
        ],
        end: { kind: "done", text: "the answer" },
    },
    {
        name: "an answer with no parent, and a server that keeps no metadata",
        world: [
            [0, { status: "busy", messages: [user("u1", {}, [{ type: "text", text: "hi" }])] }],
            [
                600,
                {
                    status: "idle",
                    messages: [
                        user("u1", {}, [{ type: "text", text: "hi" }]),
                        answer("a1", undefined, "found"),
                    ],
                },
            ],
        ],
        end: { kind: "done", text: "found" },
    },
    {
        name: "our id stands on the user message",
        world: [
            [
                0,
                {
                    status: "idle",
                    messages: [user(NONCE, {}, [{ type: "text", text: "hi" }]), answer("a1", NONCE, "ok")],
                },
            ],
        ],
        end: { kind: "done", text: "ok" },
    },
    {
        name: "our id stands on the assistant message itself",
        world: [[0, { status: "idle", messages: [plainUser("u1"), answer(NONCE, "u1", "ok")] }]],
        end: { kind: "done", text: "ok", id: NONCE },
    },
    {
        name: "text that the server added is not part of the answer",
        world: [
            [
                0,
                {
                    status: "idle",
                    messages: [
                        u1,
                        {
                            ...answer("a1", "u1", "x"),
                            parts: [
                                { type: "reasoning", text: "hm" },
                                { type: "text", text: "one" },
                                { type: "text", text: "added", synthetic: true },
                                { type: "text", text: "two" },
                            ],
                        },
                    ],
                },
            ],
        ],
        end: { kind: "done", text: "one\n\ntwo" },
    },
    ...["length", "content-filter", "error"].map((finish): Case => ({
        name: `an answer that ended with ${finish}`,
        world: [[0, { status: "idle", messages: [u1, answer("a1", "u1", "half", { finish })] }]],
        end: { kind: "done", text: "half" },
    })),
    {
        name: "an empty reply",
        world: [[0, { status: "idle", messages: [u1, answer("a1", "u1", "")] }]],
        end: { kind: "fail", code: "empty_reply", pending: false },
    },
    {
        name: "completed with neither finish nor error nor text",
        world: [[0, { status: "idle", messages: [u1, answer("a1", "u1", "", { finish: undefined })] }]],
        end: { kind: "fail", code: "interrupted", pending: false },
    },
    {
        name: "stopped by somebody, with what was written until then",
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1")] }],
            [
                500,
                {
                    status: "idle",
                    messages: [
                        u1,
                        answer("a1", "u1", "so far", {
                            finish: undefined,
                            error: { name: "MessageAbortedError" },
                        }),
                    ],
                },
            ],
        ],
        end: { kind: "fail", code: "aborted", text: "so far", pending: false },
    },
    {
        name: "an unknown model: accepted, and nothing comes",
        options: { model: "test/missing" },
        world: [
            [
                0,
                {
                    status: "idle",
                    messages: [user("u1", { model: { providerID: "test", modelID: "missing" } })],
                    providers: known,
                },
            ],
        ],
        end: {
            kind: "fail",
            code: "unknown_model",
            detail: { wanted: "test/missing", known: " test/scripted" },
        },
        endsWithin: [6000, 1500],
    },
    {
        name: "an unknown model that an earlier prompt left in the session",
        world: [
            [
                0,
                {
                    status: "idle",
                    messages: [old, user("u1", { model: { providerID: "gone", modelID: "missing" } })],
                    providers: known,
                },
            ],
        ],
        end: {
            kind: "fail",
            code: "unknown_model",
            detail: { wanted: "gone/missing", known: " test/scripted" },
        },
    },
    {
        name: "an unknown agent: accepted, and not even the prompt is kept",
        options: { agent: "wizard" },
        world: [
            [
                0,
                {
                    status: "idle",
                    messages: [old],
                    agents: [
                        { name: "build" },
                        { name: "title", hidden: true },
                        { name: "explore", mode: "subagent" },
                    ],
                },
            ],
        ],
        end: { kind: "fail", code: "unknown_agent", detail: { wanted: "wizard", known: " build" } },
    },
    {
        name: "model and agent are known and the turn never starts",
        options: { agent: "build", model: "test/scripted" },
        world: [[0, { status: "idle", messages: [], agents: [{ name: "build" }], providers: known }]],
        end: { kind: "fail", code: "never_started" },
    },
    {
        name: "the server tries a failing model again and it recovers",
        world: [
            [
                0,
                {
                    status: { type: "retry", attempt: 1, message: "overloaded" },
                    messages: [u1, unfinished("a1", "u1")],
                },
            ],
            [5000, { status: { type: "retry", attempt: 2, message: "overloaded" } }],
            [9000, { status: "busy" }],
            [9500, { status: "idle", messages: [u1, answer("a1", "u1", "at last")] }],
        ],
        end: { kind: "done", text: "at last" },
        shows: ["retry", "retry"],
    },
    {
        name: "a model that hangs",
        world: [[0, { status: "busy", messages: [u1, unfinished("a1", "u1")] }]],
        end: { kind: "fail", code: "no_progress", detail: { seconds: "300" }, pending: true },
        endsWithin: [300000, 11000],
        atMostRequests: 140,
    },
    {
        name: "progress every few minutes is not a hang",
        options: { idleTimeout: 100 },
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1", [tool("running")])] }],
            [90000, { messages: [u1, unfinished("a2", "u1", [tool("running", { title: "second" })])] }],
            [180000, { messages: [u1, unfinished("a3", "u1")] }],
            [270000, { status: "idle", messages: [u1, answer("a3", "u1", "slow")] }],
        ],
        end: { kind: "done", text: "slow" },
    },
    {
        name: "a permission that nobody gives",
        options: { idleTimeout: 60 },
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: [u1, unfinished("a1", "u1", [tool("running")])],
                    permissions: [
                        { id: "p0", sessionID: "ses_other", permission: "edit", patterns: ["x"] },
                        { id: "p1", sessionID: "ses_1", permission: "bash", patterns: ["rm -r /"] },
                    ],
                },
            ],
        ],
        end: {
            kind: "fail",
            code: "waiting_for_permission",
            detail: { what: "bash: rm -r /" },
            pending: true,
        },
        shows: ["tool", "waiting for permission"],
    },
    {
        name: "a permission that is given",
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: [u1, unfinished("a1", "u1", [tool("running")])],
                    permissions: [{ id: "p1", sessionID: "ses_1", permission: "bash" }],
                },
            ],
            [8000, { permissions: [], messages: [u1, unfinished("a1", "u1", [tool("completed")])] }],
            [9000, { status: "idle", messages: [u1, answer("a2", "u1", "thanks")] }],
        ],
        end: { kind: "done", text: "thanks" },
        shows: ["waiting for permission", "working"],
    },
    {
        name: "a subagent's permission",
        options: { idleTimeout: 20 },
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: [
                        u1,
                        unfinished("a1", "u1", [tool("running", { metadata: { sessionId: "ses_child" } })]),
                    ],
                    permissions: [
                        { id: "p1", sessionID: "ses_child", permission: "edit", patterns: ["a.lua"] },
                    ],
                },
            ],
        ],
        end: { kind: "fail", code: "waiting_for_permission", detail: { what: "edit: a.lua" } },
    },
    {
        name: "a question that nobody answers",
        options: { idleTimeout: 30 },
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: [u1, unfinished("a1", "u1", [tool("running")])],
                    questions: [{ id: "q1", sessionID: "ses_1", questions: [{ question: "Birch or oak?" }] }],
                },
            ],
        ],
        end: { kind: "fail", code: "waiting_for_question", detail: { what: "Birch or oak?" }, pending: true },
        shows: ["waiting for an answer"],
    },
    {
        name: "the server is killed in the turn and comes back",
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1", [tool("running")])] }],
            [2000, { failing: "cannot_connect" }],
            [7000, { failing: null, status: "idle" }],
        ],
        end: { kind: "fail", code: "interrupted", pending: false },
        shows: ["reconnecting"],
        endsWithin: [7000, 6000],
    },
    {
        name: "the server is out of reach for a moment",
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1")] }],
            [2000, { failing: "timed_out" }],
            [20000, { failing: null }],
            [25000, { status: "idle", messages: [u1, answer("a1", "u1", "still here")] }],
        ],
        end: { kind: "done", text: "still here" },
    },
    {
        name: "the server stays out of reach",
        world: [
            [0, { status: "busy", messages: [u1] }],
            [2000, { failing: "cannot_connect" }],
        ],
        end: { kind: "fail", code: "cannot_connect", pending: true },
        endsWithin: [62000, 5000],
    },
    {
        name: "the password is changed in the turn",
        world: [
            [0, { status: "busy", messages: [u1] }],
            [1000, { failing: "unauthorized" }],
        ],
        end: { kind: "fail", code: "unauthorized", pending: true },
    },
    {
        name: "the session is deleted in the turn",
        world: [
            [0, { status: "busy", messages: [u1] }],
            [1000, { failing: "not_found" }],
        ],
        end: { kind: "fail", code: "session_gone", pending: false },
    },
    {
        name: "the answer to sending is lost, the prompt arrived",
        sendFails: "timed_out",
        world: [
            [0, { status: "busy", messages: [old, u1] }],
            [4000, { status: "idle", messages: [old, u1, answer("a1", "u1", "arrived")] }],
        ],
        end: { kind: "done", text: "arrived" },
    },
    {
        name: "sending fails and the prompt never arrived",
        sendFails: "cannot_connect",
        world: [[0, { status: "idle", messages: [old] }]],
        end: { kind: "fail", code: "cannot_connect", pending: false },
        endsWithin: [6000, 3000],
    },
    {
        name: "sending is refused",
        sendFails: "unauthorized",
        world: [[0, { status: "idle", messages: [] }]],
        end: { kind: "fail", code: "unauthorized", pending: false },
    },
    {
        name: "the status sticks on busy after the answer",
        world: [
            [0, { status: "busy", messages: [u1] }],
            [500, { messages: [u1, answer("a1", "u1", "done")] }],
        ],
        end: { kind: "done", text: "done" },
        endsWithin: [10500, 3000],
    },
    {
        name: "the status is late to show busy",
        world: [
            [0, { status: "idle", messages: [u1, unfinished("a1", "u1")] }],
            [1500, { status: "busy" }],
            [4000, { status: "idle", messages: [u1, answer("a1", "u1", "patience")] }],
        ],
        end: { kind: "done", text: "patience" },
    },
    {
        name: "a 10 s turn of which nothing can be seen costs few requests",
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1")] }],
            [10000, { status: "idle", messages: [u1, answer("a1", "u1", "x")] }],
        ],
        end: { kind: "done", text: "x" },
        endsWithin: [10000, 700],
        atMostRequests: 50,
    },
    {
        name: "resume: answered in the meantime",
        options: { resumed: true, baselineId: "a0", sentAt: -60000 },
        world: [[0, { status: "idle", messages: [old, u1, answer("a1", "u1", "waited for you")] }]],
        end: { kind: "done", text: "waited for you" },
        atMostRequests: 2,
    },
    {
        name: "resume: answered, and others went on in the session",
        options: { resumed: true, baselineId: "a0", sentAt: -60000 },
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: [
                        u1,
                        answer("a1", "u1", "waited for you"),
                        ...Array.from({ length: 12 }, (_, i) => [
                            plainUser(`v${i}`),
                            answer(`b${i}`, `v${i}`, "other"),
                        ]).flat(),
                    ],
                },
            ],
            [2000, { status: "idle" }],
        ],
        end: { kind: "done", text: "waited for you" },
    },
    {
        name: "resume: still running",
        options: { resumed: true, baselineId: "a0", sentAt: -60000 },
        world: [
            [0, { status: "busy", messages: [old, u1, unfinished("a1", "u1", [tool("running")])] }],
            [5000, { status: "idle", messages: [old, u1, answer("a2", "u1", "there")] }],
        ],
        end: { kind: "done", text: "there" },
        shows: ["tool"],
    },
    {
        name: "resume: the server died, too",
        options: { resumed: true, baselineId: "a0", sentAt: -60000 },
        world: [
            [
                0,
                { status: "idle", messages: [old, u1, unfinished("a1", "u1", [{ type: "text", text: "" }])] },
            ],
        ],
        end: { kind: "fail", code: "interrupted", pending: false },
    },
    {
        name: "resume: the power went before the prompt was sent",
        options: { resumed: true, baselineId: "a0", sentAt: -60000 },
        world: [[0, { status: "idle", messages: [old] }]],
        end: { kind: "fail", code: "not_sent", pending: false },
    },
    {
        name: "resume: an empty session",
        options: { resumed: true, sentAt: -60000 },
        world: [[0, { status: "idle", messages: [] }]],
        end: { kind: "fail", code: "not_sent", pending: false },
    },
    {
        name: "resume: the session is gone",
        options: { resumed: true, baselineId: "a0", sentAt: -60000 },
        world: [
            [0, { status: "idle", messages: [] }],
            [15, { failing: "not_found" }],
        ],
        end: { kind: "fail", code: "session_gone", pending: false },
    },
    {
        name: "resume: the server is not there yet",
        options: { resumed: true, baselineId: "a0", sentAt: -60000 },
        world: [[0, { failing: "cannot_connect", status: "idle", messages: [] }]],
        end: { kind: "fail", code: "cannot_connect", pending: true },
    },
];

const EPOCH = 1_700_000_000_000;

/** Plays a case in Node: what the machine asked for, what it was told, and what a waiting person saw. */
function play(test: Case) {
    const before: World = {
        status: "idle",
        messages: [],
        permissions: [],
        questions: [],
        providers: [],
        agents: [],
    };
    const resumed = test.options?.resumed === true;
    if (test.world[0]![1].messages?.includes(old)) before.messages = [old];
    let now = EPOCH;
    let sentAt = resumed ? EPOCH : undefined;
    const options = {
        nonce: NONCE,
        sessionId: "ses_1",
        ...test.options,
        sentAt: EPOCH + (test.options?.sentAt ?? 0),
    };
    const idleTimeout = test.options?.idleTimeout ?? 300;
    let state: TurnState = start(options, idleTimeout, resumed);
    let observation: Observation = { kind: "begin", now };
    const observations: Observation[] = [];
    const actions: Action[] = [];
    const shown: string[] = [];
    const lines: string[] = [];
    let requests = 0;
    const world = (): World => {
        const merged = { ...before };
        for (const [at, change] of test.world) {
            if (sentAt !== undefined && now - sentAt >= at) Object.assign(merged, change);
        }
        return merged;
    };
    const answerTo = (action: Action): Observation => {
        const { status, messages = [], failing, ...lists } = world();
        const failed = (code: string): Observation => ({
            kind: "failed",
            request: action.kind,
            value: { code },
            now,
        });
        if (action.kind === "send") {
            sentAt = now;
            return test.sendFails === undefined ? { kind: "send", now } : failed(test.sendFails);
        }
        if (failing) return failed(failing);
        if (action.kind === "status") {
            const value =
                status === "busy" ? { type: "busy" as const } : status === "idle" ? undefined : status;
            return { kind: "status", value: value === undefined ? {} : { ses_1: value }, now };
        }
        if (action.kind === "last") return { kind: "last", value: messages.slice(-1), now };
        if (action.kind === "recent") return { kind: "recent", value: messages.slice(-action.limit), now };
        if (action.kind === "parent") {
            const value = messages.find((message) => message.info.id === action.id);
            return value === undefined ? failed("not_found") : { kind: "parent", value, now };
        }
        const kind = action.kind as "permissions";
        return {
            kind,
            value: (action.kind === "providers"
                ? { providers: lists.providers }
                : (lists[kind] ?? [])) as never,
            now,
        };
    };
    for (let count = 0; count < 5000; count++) {
        observations.push(observation);
        const next = step(state, observation);
        state = next.state;
        const action = next.action;
        actions.push(action);
        lines.push(describePoll(state, 1));
        if (action.kind === "done" || action.kind === "fail") {
            return {
                start: [options, idleTimeout, resumed],
                observations,
                actions,
                lines,
                shown,
                requests,
                endedAt: now - (sentAt ?? now),
                action,
            };
        }
        if (action.kind === "wait") {
            shown.push(progress(state, now).phase);
            // The machine's clock has ticks of 50 ms.
            now += Math.ceil(action.seconds * 20) * 50;
            observation = { kind: "wait", now };
        } else {
            requests += 1;
            now += 10;
            observation = answerTo(action);
        }
    }
    throw new Error(`${test.name} does not end: ${JSON.stringify(actions.slice(-8))}`);
}

/** The same observations in the compiled Lua. */
function replayInLua(from: unknown[], observations: Observation[]): { actions: unknown; lines: unknown } {
    const [actions, lines] = runLua(`
        local turn = require("/apis/ai/turn")
        local state = turn.start(${from.map(toLua).join()})
        local actions, lines = {}, {}
        for i, observation in ipairs(${toLua(observations)}) do
            local next = turn.step(state, observation)
            state = next.state
            actions[i] = next.action
            lines[i] = turn.describePoll(state, 1)
        end
        return actions, lines
    `);
    return { actions, lines };
}

/** Lua knows no difference between an empty list and an empty table, and none between null and nothing. */
function asLua(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(asLua);
    if (typeof value !== "object" || value === null) return value;
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return fields.length === 0 ? [] : Object.fromEntries(fields.map(([key, field]) => [key, asLua(field)]));
}

describe("a turn", () => {
    for (const test of cases) {
        it(test.name, () => {
            const played = play(test);
            const { kind, ...end } = test.end;
            expect(played.action.kind, JSON.stringify(played.action)).toBe(kind);
            if (played.action.kind === "done") {
                expect(played.action.text).toBe(end.text);
                if (end.id !== undefined) expect(played.action.message.info.id).toBe(end.id);
            } else {
                expect(played.action).toMatchObject(end);
            }
            let at = 0;
            for (const phase of test.shows ?? []) {
                at = played.shown.indexOf(phase, at) + 1;
                expect(at, `${phase} in ${played.shown.join()}`).toBeGreaterThan(0);
            }
            if (test.endsWithin !== undefined) {
                const [after, milliseconds] = test.endsWithin;
                expect(played.endedAt).toBeGreaterThanOrEqual(after);
                expect(played.endedAt).toBeLessThanOrEqual(after + milliseconds);
            }
            if (test.atMostRequests !== undefined) {
                expect(played.requests).toBeLessThanOrEqual(test.atMostRequests);
            }
        });

        it(`${test.name}, in Lua`, () => {
            const played = play(test);
            const { actions, lines } = replayInLua(played.start, played.observations);
            expect(actions).toEqual(asLua(played.actions));
            expect(lines).toEqual(played.lines);
        });
    }

    it("is refused where another one runs, with what runs and since when", () => {
        let { state, action } = step(start({ nonce: NONCE, sessionId: "ses_1", sentAt: 0 }, 300, false), {
            kind: "begin",
            now: 65_000,
        });
        expect(action).toEqual({ kind: "status" });
        ({ state, action } = step(state, {
            kind: "status",
            value: { ses_1: { type: "busy" } },
            now: 65_000,
        }));
        expect(action).toEqual({ kind: "last" });
        const running = unfinished("a1", "u1", [tool("running")]);
        ({ action } = step(state, { kind: "last", value: [running], now: 65_002 }));
        expect(action).toMatchObject({
            kind: "fail",
            code: "session_busy",
            detail: { seconds: "65", what: " (bash)" },
        });
    });

    it("does not change the state that it is given", () => {
        const state = start({ nonce: NONCE, sessionId: "ses_1", sentAt: 0 }, 300, false);
        const before = JSON.stringify(state);
        step(state, { kind: "begin", now: 5 });
        expect(JSON.stringify(state)).toBe(before);
    });
});
