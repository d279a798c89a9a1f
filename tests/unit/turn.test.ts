/**
 * The turn machine, case by case: each is a world that changes with time, as opencode's server was measured to behave,
 * played in Node and then replayed in the compiled Lua.
 */
import { describe, expect, it } from "vitest";
import type { Message, Part } from "../../src/apis/ai/protocol.ts";
import { start, step } from "../../src/apis/ai/turn.ts";
import {
    answer,
    asLua,
    type Case,
    NONCE,
    old,
    plainUser,
    play,
    replayInLua,
    tool,
    toolStep,
    unfinished,
    user,
} from "./support/turn-world.ts";

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
            [700, { status: "idle", messages: [u1, { ...toolStep("a1", "u1"), parts: [tool("error")] }] }],
        ],
        end: { kind: "fail", code: "stopped_at_tool", pending: false },
    },
    {
        name: "a server that ends between two steps",
        world: [
            [0, { status: "busy", messages: [u1, unfinished("a1", "u1", [tool("running")])] }],
            [700, { status: "idle", messages: [u1, toolStep("a1", "u1")] }],
        ],
        end: { kind: "fail", code: "interrupted", pending: false },
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
        world: [[0, { status: "idle", messages: [u1], agents: [{ name: "build" }], providers: known }]],
        end: { kind: "fail", code: "never_started", pending: true },
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
        name: "a permission that is given elsewhere",
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
            [12_000, { status: "idle", messages: [u1, answer("a2", "u1", "thanks")] }],
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
        end: { kind: "fail", code: "not_sent", pending: true },
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

/** A step that ended in a tool call, with words before it. */
const talkingStep = (id: string, parentID: string, text: string, status = "completed"): Message => ({
    ...toolStep(id, parentID),
    parts: [{ type: "text", text }, tool(status)],
});
const compaction = (id: string, summary: string): Message[] => [
    user(id, {}, [{ type: "compaction" }]),
    answer(`${id}-summary`, id, summary, { summary: true }),
    user(`${id}-go`, {}, [{ type: "text", text: "Continue", synthetic: true }]),
];
const stopped = { finish: undefined, error: { name: "MessageAbortedError" } };

/** What an answer is made of: all that the model wrote in the turn, in order, once, and nothing of another turn. */
const steps: [name: string, messages: Message[], end: Case["end"]][] = [
    [
        "words, a tool and then no words",
        [u1, talkingStep("a1", "u1", "I mended it."), answer("a2", "u1", "")],
        { kind: "done", text: "I mended it.", id: "a2" },
    ],
    [
        "words in each step",
        [
            u1,
            talkingStep("a1", "u1", "First."),
            talkingStep("a2", "u1", "Second."),
            answer("a3", "u1", "Third."),
        ],
        { kind: "done", text: "First.\n\nSecond.\n\nThird.", id: "a3" },
    ],
    [
        "no words in any step",
        [u1, toolStep("a1", "u1"), answer("a2", "u1", "")],
        { kind: "fail", code: "empty_reply" },
    ],
    [
        "more steps than a look shows",
        [
            u1,
            ...Array.from({ length: 15 }, (_, i) => talkingStep(`a${i}`, "u1", `${i}`)),
            answer("a15", "u1", "15"),
        ],
        { kind: "done", text: Array.from({ length: 16 }, (_, i) => `${i}`).join("\n\n") },
    ],
    [
        "words of the turn before",
        [plainUser("u0"), talkingStep("b1", "u0", "Not ours."), old, u1, answer("a1", "u1", "Ours.")],
        { kind: "done", text: "Ours." },
    ],
    [
        "words of a turn behind it",
        [
            u1,
            talkingStep("a1", "u1", "Ours."),
            answer("a2", "u1", "End."),
            plainUser("u2"),
            talkingStep("b1", "u2", "Not ours."),
            answer("b2", "u2", "Not ours, too."),
        ],
        { kind: "done", text: "Ours.\n\nEnd.", id: "a2" },
    ],
    [
        "an automatic compaction in the middle",
        [
            u1,
            talkingStep("a1", "u1", "Before."),
            ...compaction("c", "The summary."),
            answer("a2", "c-go", "After."),
        ],
        { kind: "done", text: "Before.\n\nAfter.", id: "a2" },
    ],
    [
        "two compactions and a turn behind them",
        [
            u1,
            talkingStep("a1", "u1", "Before."),
            ...compaction("c", "The summary."),
            talkingStep("a2", "c-go", "Between."),
            ...compaction("d", "Another summary."),
            answer("a3", "d-go", "After."),
            plainUser("u2"),
            answer("b1", "u2", "Not ours."),
        ],
        { kind: "done", text: "Before.\n\nBetween.\n\nAfter.", id: "a3" },
    ],
    [
        "a prompt of somebody else in the middle, who has the rest of the turn",
        [u1, talkingStep("a1", "u1", "Half."), plainUser("u2"), answer("b1", "u2", "The other half.")],
        { kind: "done", text: "Half.\n\nThe other half.", id: "b1" },
    ],
    [
        "queued prompts that are answered together, and a later turn",
        [
            u1,
            plainUser("u2"),
            talkingStep("a1", "u2", "To both."),
            answer("a2", "u2", "Done."),
            plainUser("u3"),
            answer("b1", "u3", "Not ours."),
        ],
        { kind: "done", text: "To both.\n\nDone.", id: "a2" },
    ],
    [
        "a tool call that was refused, with words before it",
        [u1, talkingStep("a1", "u1", "I shall look."), { ...toolStep("a2", "u1"), parts: [tool("error")] }],
        { kind: "fail", code: "stopped_at_tool", text: "I shall look.", pending: false },
    ],
    [
        "a tool call that was refused, and a turn behind it",
        [
            u1,
            { ...toolStep("a1", "u1"), parts: [tool("error")] },
            plainUser("u2"),
            answer("b1", "u2", "Not ours."),
        ],
        { kind: "fail", code: "stopped_at_tool", text: "", pending: false },
    ],
    [
        "stopped at the second step",
        [u1, talkingStep("a1", "u1", "So far."), answer("a2", "u1", "And th", stopped)],
        { kind: "fail", code: "aborted", text: "So far.\n\nAnd th", pending: false },
    ],
    [
        "the model fails at the second step",
        [
            u1,
            talkingStep("a1", "u1", "So far."),
            answer("a2", "u1", "", {
                finish: undefined,
                error: { name: "APIError", data: { message: "no credit" } },
            }),
        ],
        { kind: "fail", code: "model_error", text: "So far.", pending: false },
    ],
    [
        "the server died at the second step",
        [u1, talkingStep("a1", "u1", "So far."), unfinished("a2", "u1", [tool("running")])],
        { kind: "fail", code: "interrupted", text: "So far.", pending: false },
    ],
    [
        "the server died, and somebody else went on",
        [u1, unfinished("a1", "u1", [tool("running")]), plainUser("u2"), answer("b1", "u2", "Not ours.")],
        { kind: "fail", code: "interrupted", text: "", pending: false },
    ],
];
for (const [name, messages, end] of steps) {
    cases.push(
        { name: `steps: ${name}`, world: [[0, { status: "idle", messages }]], end },
        {
            name: `steps: ${name}, seen as they come`,
            world: [
                [0, { status: "busy", messages: messages.slice(0, messages.indexOf(u1) + 1) }],
                ...messages
                    .slice(messages.indexOf(u1) + 1)
                    .map((_, at): [number, { messages: Message[] }] => [
                        (at + 1) * 700,
                        { messages: messages.slice(0, messages.indexOf(u1) + at + 2) },
                    ]),
                [messages.length * 700, { status: "idle" }],
            ],
            end,
        },
        {
            name: `steps: ${name}, resumed`,
            options: { resumed: true, sentAt: -60_000 },
            world: [[0, { status: "idle", messages }]],
            end,
        },
    );
}

cases.push(
    {
        name: "resume: answered, while somebody else's long turn runs behind it",
        options: { resumed: true, sentAt: -60_000 },
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: [u1, answer("a1", "u1", "ours"), plainUser("u2"), unfinished("b1", "u2")],
                },
            ],
        ],
        end: { kind: "done", text: "ours" },
        endsWithin: [0, 100],
    },
    {
        name: "an answer whose other steps are too large to fetch",
        world: [
            [0, { status: "busy", messages: [u1] }],
            [400, { messages: [u1, talkingStep("a1", "u1", "one"), talkingStep("a2", "u1", "two")] }],
            [
                900,
                {
                    status: "idle",
                    messages: [
                        u1,
                        talkingStep("a1", "u1", "one"),
                        talkingStep("a2", "u1", "two"),
                        answer("a3", "u1", "three"),
                    ],
                    fails: { recent: "reply_too_large" },
                },
            ],
        ],
        end: { kind: "done", text: "three", id: "a3" },
    },
);

/** Prompts that the server is slow to begin with, as with a slow plugin or MCP servers that start. */
for (const seconds of [3, 7, 10, 45, 250]) {
    cases.push({
        name: `slow start: the prompt shows after ${seconds} s`,
        options: { agent: "build" },
        world: [
            [0, { status: "idle", messages: [old], agents: [{ name: "build" }] }],
            [seconds * 1000, { status: "busy", messages: [old, u1] }],
            [seconds * 1000 + 500, { messages: [old, u1, unfinished("a1", "u1")] }],
            [seconds * 1000 + 2000, { status: "idle", messages: [old, u1, answer("a1", "u1", "slow")] }],
        ],
        end: { kind: "done", text: "slow" },
        shows: seconds > 6 ? ["sent", "starting", "working"] : ["sent", "working"],
        endsWithin: [seconds * 1000 + 2000, 6000],
    });
}
cases.push(
    {
        name: "slow start: busy for long before the prompt shows",
        world: [
            [0, { status: "idle", messages: [] }],
            [9000, { status: "busy" }],
            [20000, { messages: [u1] }],
            [21000, { status: "idle", messages: [u1, answer("a1", "u1", "slow")] }],
        ],
        end: { kind: "done", text: "slow" },
        shows: ["starting"],
    },
    {
        name: "slow start: the prompt never shows",
        options: { idleTimeout: 40 },
        world: [[0, { status: "idle", messages: [old] }]],
        end: { kind: "fail", code: "slow_start", detail: { seconds: "40" }, pending: true },
        shows: ["starting"],
        endsWithin: [40_000, 6000],
    },
    {
        name: "slow start: the prompt never shows, as its agent is unknown",
        options: { agent: "wizard" },
        world: [[0, { status: "idle", messages: [old], agents: [{ name: "build" }] }]],
        end: { kind: "fail", code: "unknown_agent", pending: false },
        endsWithin: [6000, 3000],
    },
    {
        name: "slow start: given up, and the answer is there when it is resumed",
        options: { resumed: true, sentAt: -90_000, baselineId: "a0" },
        world: [[0, { status: "idle", messages: [old, u1, answer("a1", "u1", "late")] }]],
        end: { kind: "done", text: "late" },
    },
    {
        name: "slow start: resumed while it still has not shown",
        options: { resumed: true, sentAt: -20_000, baselineId: "a0" },
        world: [
            [0, { status: "idle", messages: [old] }],
            [30_000, { status: "busy", messages: [old, u1] }],
            [32_000, { status: "idle", messages: [old, u1, answer("a1", "u1", "late")] }],
        ],
        end: { kind: "done", text: "late" },
        shows: ["starting"],
    },
    {
        name: "resume: a server that has none of it, and has no such session either",
        options: { resumed: true, sentAt: -600_000, baselineId: "a0" },
        world: [[0, { status: "idle", messages: [], fails: { session: "not_opencode" } }]],
        end: { kind: "fail", code: "request_fails", pending: true },
    },
    {
        name: "resume: a server that has none of it, and whose session is gone",
        options: { resumed: true, sentAt: -600_000, baselineId: "a0" },
        world: [[0, { status: "idle", messages: [], fails: { session: "not_found" } }]],
        end: { kind: "fail", code: "session_gone", pending: false },
    },
    {
        name: "resume: the prompt was never answered",
        options: { resumed: true, sentAt: -600_000, baselineId: "a0" },
        world: [[0, { status: "idle", messages: [old, u1], providers: known }]],
        end: { kind: "fail", code: "restarted", pending: false },
        endsWithin: [0, 3000],
    },
);

/** Whose ask is shown. Each runs a tool or two, and there are asks of which at most one is this turn's. */
const call = (callID: string, status: string, extra: object = {}): Part => ({
    ...tool(status, extra),
    callID,
});
const task = (callID: string, status: string, sessionId: string): Part => ({
    ...call(callID, status, { metadata: { sessionId } }),
    tool: "task",
});
const asking = (sessionID: string, callID: string | undefined, permission: string): object => ({
    id: `per_${permission}`,
    sessionID,
    permission,
    patterns: ["x"],
    ...(callID === undefined ? {} : { tool: { messageID: "a1", callID } }),
});
const asks: [name: string, parts: Part[], asks: object[], shown: string | undefined, parents?: object][] = [
    ["of the tool that runs", [call("c1", "running")], [asking("ses_1", "c1", "bash")], "bash: x"],
    ["of a tool that waits to run", [call("c1", "pending")], [asking("ses_1", "c1", "bash")], "bash: x"],
    [
        "of the first of two tools",
        [call("c1", "running"), call("c2", "running")],
        [asking("ses_1", "c1", "bash")],
        "bash: x",
    ],
    [
        "of the second of two tools, the first of which is done",
        [call("c1", "completed"), call("c2", "running")],
        [asking("ses_1", "c1", "dead"), asking("ses_1", "c2", "bash")],
        "bash: x",
    ],
    ["of a turn that was stopped", [call("c1", "running")], [asking("ses_1", "c0", "dead")], undefined],
    [
        "of a turn that was stopped, and one of this turn behind it",
        [call("c1", "running")],
        [asking("ses_1", "c0", "dead"), asking("ses_1", "c1", "bash")],
        "bash: x",
    ],
    ["of another session", [call("c1", "running")], [asking("ses_2", "c1", "other")], undefined],
    [
        "of a server that names no call",
        [call("c1", "running")],
        [asking("ses_1", undefined, "bash")],
        "bash: x",
    ],
    [
        "of the first of two subagents",
        [task("c1", "running", "ses_a"), task("c2", "running", "ses_b")],
        [asking("ses_a", "c9", "bash")],
        "bash: x",
    ],
    [
        "of the second of two subagents",
        [task("c1", "running", "ses_a"), task("c2", "running", "ses_b")],
        [asking("ses_b", "c9", "bash")],
        "bash: x",
    ],
    [
        "of a subagent that is done",
        [task("c1", "completed", "ses_a"), task("c2", "running", "ses_b")],
        [asking("ses_a", "c9", "dead")],
        undefined,
        { ses_a: "ses_1" },
    ],
    [
        "of a subagent's subagent",
        [task("c1", "running", "ses_a")],
        [asking("ses_c", "c9", "bash")],
        "bash: x",
        { ses_c: "ses_a" },
    ],
    [
        "of a subagent's subagent's subagent, among others' asks",
        [task("c1", "running", "ses_a")],
        [asking("ses_x", "c9", "other"), asking("ses_y", "c9", "other"), asking("ses_d", "c9", "bash")],
        "bash: x",
        { ses_d: "ses_c", ses_c: "ses_a", ses_y: "ses_x" },
    ],
    [
        "of sessions that opened each other",
        [task("c1", "running", "ses_a")],
        [asking("ses_x", "c9", "other")],
        undefined,
        { ses_x: "ses_y", ses_y: "ses_x" },
    ],
];
for (const [name, parts, permissions, shown, parents] of asks) {
    const messages = [u1, unfinished("a1", "u1", parts)];
    const questions = permissions.map((ask) => ({
        ...ask,
        questions: [{ question: `${(ask as { permission: string }).permission}: x` }],
    }));
    for (const [kind, lists] of [
        ["permission", { permissions }],
        ["question", { questions }],
    ] as const) {
        cases.push({
            name: `a ${kind} ${name}`,
            options: { idleTimeout: 20 },
            world: [[0, { status: "busy", messages, parents: parents as Record<string, string>, ...lists }]],
            end:
                shown === undefined
                    ? { kind: "fail", code: "no_progress", pending: true }
                    : { kind: "fail", code: `waiting_for_${kind}`, detail: { what: shown }, pending: true },
            ...(shown === undefined
                ? {}
                : { shows: [kind === "permission" ? "waiting for permission" : "waiting for an answer"] }),
        });
    }
}
cases.push(
    {
        name: "a permission that opencode cannot list",
        options: { idleTimeout: 20 },
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: [u1, unfinished("a1", "u1", [{ ...tool("running"), tool: "webfetch" }])],
                    fails: { permissions: "bad_request" },
                },
            ],
        ],
        end: { kind: "fail", code: "permission_unlisted", detail: { what: "webfetch" }, pending: true },
        shows: ["waiting for permission"],
    },
    {
        name: "another's permission that opencode cannot list, while our tool goes on",
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: [u1, unfinished("a1", "u1", [tool("running")])],
                    fails: { permissions: "bad_request" },
                },
            ],
            [8000, { status: "idle", messages: [u1, answer("a1", "u1", "done")] }],
        ],
        end: { kind: "done", text: "done" },
        endsWithin: [8000, 1000],
    },
    {
        name: "a question behind permissions that opencode cannot list",
        options: { idleTimeout: 20 },
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: [u1, unfinished("a1", "u1", [tool("running")])],
                    fails: { permissions: "bad_request" },
                    questions: [{ id: "q1", sessionID: "ses_1", questions: [{ question: "Birch?" }] }],
                },
            ],
        ],
        end: { kind: "fail", code: "waiting_for_question", detail: { what: "Birch?" }, pending: true },
    },
);

/** The server is killed and comes back, at each moment of a turn. */
for (const [name, at, messages, end] of [
    ["before the prompt shows", 500, [old], { code: "restarted", pending: true }],
    ["before the answer began", 500, [old, u1], { code: "restarted", pending: false }],
    ["in the answer", 500, [old, u1, unfinished("a1", "u1")], { code: "interrupted", pending: false }],
] as [string, number, Message[], { code: string; pending: boolean }][]) {
    cases.push({
        name: `the server is killed and restarted ${name}`,
        world: [
            [0, { status: "busy", messages }],
            [at, { failing: "cannot_connect" }],
            [at + 4000, { failing: null, status: "idle" }],
        ],
        end: { kind: "fail", ...end },
        shows: ["reconnecting"],
        endsWithin: [at + 4000, 8000],
    });
}
cases.push(
    {
        name: "the connection breaks for a moment while the server is slow to start",
        world: [
            [0, { status: "idle", messages: [old] }],
            [1000, { failing: "cannot_connect" }],
            [3000, { failing: null }],
            [6000, { status: "busy", messages: [old, u1] }],
            [8000, { status: "idle", messages: [old, u1, answer("a1", "u1", "unharmed")] }],
        ],
        end: { kind: "done", text: "unharmed" },
    },
    {
        name: "sending is refused by a closed connection, and the server is back",
        sendFails: "cannot_connect",
        world: [
            [0, { failing: "cannot_connect", status: "idle", messages: [old] }],
            [5000, { failing: null }],
        ],
        end: { kind: "fail", code: "not_sent", pending: true },
        shows: ["reconnecting", "starting"],
        endsWithin: [10_000, 3000],
    },
    {
        name: "sending is refused by a closed connection, and the server stays away",
        sendFails: "cannot_connect",
        world: [[0, { failing: "cannot_connect", status: "idle", messages: [old] }]],
        end: { kind: "fail", code: "cannot_connect", pending: true },
        endsWithin: [60_000, 3000],
    },
    {
        name: "opencode can start no turn any more",
        world: [[0, { status: "idle", messages: [u1], fails: { providers: "server_error" } }]],
        end: {
            kind: "fail",
            code: "server_stuck",
            detail: { route: "/config/providers" },
            pending: true,
        },
        endsWithin: [16_000, 5000],
    },
    {
        name: "opencode stops each turn at once since its MCP servers are broken",
        world: [
            [0, { status: "busy", messages: [u1] }],
            [
                200,
                {
                    status: "idle",
                    messages: [u1, answer("a1", "u1", "", stopped)],
                    fails: { mcp: "server_error" },
                },
            ],
        ],
        end: { kind: "fail", code: "server_stuck", detail: { route: "/mcp" } },
        endsWithin: [10_000, 3000],
    },
    {
        name: "stopped by somebody before the model wrote anything",
        world: [
            [0, { status: "busy", messages: [u1] }],
            [200, { status: "idle", messages: [u1, answer("a1", "u1", "", stopped)] }],
        ],
        end: { kind: "fail", code: "aborted", pending: false },
        endsWithin: [200, 500],
    },
);

describe("a turn", () => {
    for (const test of cases) {
        it(test.name, () => {
            const played = play(test);
            const { kind, ...end } = test.end;
            expect(played.action.kind, JSON.stringify(played.action)).toBe(kind);
            if (played.action.kind === "done") {
                expect(played.action.text).toBe(end.text);
                if (end.id !== undefined) expect(played.action.steps.at(-1)!.info.id).toBe(end.id);
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
        expect(action).toEqual({ kind: "last", limit: 1 });
        const running = unfinished("a1", "u1", [tool("running")]);
        ({ action } = step(state, { kind: "last", value: [running], now: 65_002 }));
        expect(action).toMatchObject({
            kind: "fail",
            code: "session_busy",
            detail: { seconds: "65", what: " (bash)" },
        });
    });

    it("is refused with no time below 0 where the server's clock is ahead", () => {
        let { state, action } = step(start({ nonce: NONCE, sessionId: "ses_1", sentAt: 0 }, 300, false), {
            kind: "begin",
            now: -65_000,
        });
        ({ state } = step(state, { kind: "status", value: { ses_1: { type: "busy" } }, now: -65_000 }));
        ({ action } = step(state, { kind: "last", value: [unfinished("a1", "u1", [])], now: -65_000 }));
        expect(action).toMatchObject({ kind: "fail", code: "session_busy", detail: { seconds: "0" } });
    });

    it("does not change the state that it is given", () => {
        const state = start({ nonce: NONCE, sessionId: "ses_1", sentAt: 0 }, 300, false);
        const before = JSON.stringify(state);
        step(state, { kind: "begin", now: 5 });
        expect(JSON.stringify(state)).toBe(before);
    });
});
