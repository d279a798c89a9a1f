/**
 * The turn machine on opencode 2, case by case: each is a world that changes with time, as opencode 2 is said to behave and
 * its preview was measured to (1.18.33), played in Node and then replayed in the compiled Lua.
 */
import { describe, expect, it } from "vitest";
import type { Message, Part } from "../../src/apis/ai/protocol.ts";
import {
    answer as answerOf,
    asLua,
    type Case,
    plainUser,
    play,
    replayInLua,
    tool,
    user,
    type World,
} from "./support/turn-world.ts";

/** Of opencode 2 no message says which prompt it answers. */
const answer = (id: string, text: string, extra: object = {}): Message =>
    answerOf(id, undefined, text, extra);
const open = (id: string, parts: Part[] = []): Message => ({
    info: { id, role: "assistant", time: { created: 2 } },
    parts,
});
const record = (id: string, role: string, finish?: string): Message => ({
    info: { id, role, time: { created: 3 }, ...(finish === undefined ? {} : { finish }) },
    parts: [],
});
const idle = (id: string, outcome = "succeeded"): Message => record(id, "idle", outcome);
const text = (words: string): Part => ({ type: "text", text: words });
const step = (id: string, ...parts: Part[]): Message => ({
    info: { id, role: "assistant", time: { created: 2, completed: 3 }, finish: "tool-calls" },
    parts: parts.length === 0 ? [tool("completed")] : parts,
});
const stopped = { finish: "error", error: { name: "MessageAbortedError", data: { message: "interrupted" } } };

const before = [plainUser("u0"), answer("a0", "old answer"), idle("i0")];
const u1 = user("u1");
/** The session's messages behind those of a turn before. */
const then = (...messages: Message[]): Message[] => [...before, ...messages];
const runs = (...messages: Message[]): World => ({ status: "busy", messages: then(...messages) });
const over = (...messages: Message[]): World => ({ status: "idle", messages: then(...messages) });
const steps = (count: number): Message[] => Array.from({ length: count }, (_, place) => step(`s${place}`));
const named = { agent: "build", model: "test/scripted" };
const known = [{ id: "test", models: { scripted: {} } }];

interface Case2 extends Case {
    /** How often the prompt is sent; once where nothing is said. */
    sendings?: number;
    /** What the server is told of decisions, in this order. */
    told?: object[];
}

/** A case of opencode 2, in a session with a turn before. */
const on2 = (test: Case2): Case2 => ({
    before: { messages: before },
    ...test,
    options: { dialect: 2, ...test.options },
});

const cases: Case2[] = [
    {
        name: "a quick answer",
        world: [
            [0, runs(u1)],
            [100, runs(u1, open("a1"))],
            [220, over(u1, answer("a1", "pong"), idle("i1"))],
        ],
        end: { kind: "done", text: "pong", id: "a1" },
        shows: ["sent"],
        endsWithin: [220, 250],
        atMostRequests: 6,
    },
    {
        name: "a quick answer in a new session",
        before: { messages: [] },
        world: [
            [0, { status: "busy", messages: [u1] }],
            [220, { status: "idle", messages: [u1, answer("a1", "pong"), idle("i1")] }],
        ],
        end: { kind: "done", text: "pong" },
        endsWithin: [220, 250],
        atMostRequests: 6,
    },
    {
        name: "a quick answer of a server without records of ends",
        world: [
            [0, runs(u1)],
            [220, over(u1, answer("a1", "pong"))],
        ],
        end: { kind: "done", text: "pong" },
        endsWithin: [220, 250],
        atMostRequests: 6,
    },
    {
        name: "the record is there before the session is idle",
        world: [
            [0, runs(u1)],
            [220, runs(u1, answer("a1", "pong"), idle("i1"))],
        ],
        end: { kind: "done", text: "pong" },
        endsWithin: [220, 1500],
    },
    {
        name: "the session is idle for 2 s before it begins",
        world: [
            [0, over()],
            [1000, over(u1)],
            [2000, runs(u1)],
            [3000, over(u1, answer("a1", "pong"), idle("i1"))],
        ],
        end: { kind: "done", text: "pong" },
        endsWithin: [3000, 1000],
    },
    {
        name: "three steps with tools and then the answer",
        world: [
            [0, runs(u1, open("a1", [tool("running")]))],
            [1500, runs(u1, step("a1"), open("a2", [tool("pending")]))],
            [3000, runs(u1, step("a1"), step("a2"), open("a3"))],
            [5000, over(u1, step("a1"), step("a2"), answer("a3", "done"), idle("i1"))],
        ],
        end: { kind: "done", text: "done", id: "a3" },
        shows: ["tool", "working"],
    },
    {
        name: "what each step says is in the reply",
        world: [
            [
                0,
                over(
                    u1,
                    step("a1", text("Let me see."), tool("completed")),
                    answer("a2", "It is."),
                    idle("i1"),
                ),
            ],
        ],
        end: { kind: "done", text: "Let me see.\n\nIt is." },
    },
    ...[true, false].map((hasRecords): Case2 => ({
        // The status was read before a turn began whose first step is there when the messages are.
        name: `idle is told of a turn that begins between two requests, ${hasRecords ? "with" : "without"} records`,
        world: [
            [0, over()],
            [100, { status: "idle", messages: then(u1, step("a1")) }],
            [420, runs(u1, step("a1"))],
            [2000, over(u1, step("a1"), answer("a2", "pong"), ...(hasRecords ? [idle("i1")] : []))],
        ],
        end: { kind: "done", text: "pong" },
    })),
    ...[15, 120, 250, 450].map((count): Case2 => ({
        name: `a turn of ${count} steps`,
        world: [
            [0, runs(u1)],
            [500, runs(u1, step("s0"))],
            [30_000, over(u1, ...steps(count), answer("z", "at last"), idle("i1"))],
        ],
        end: { kind: "done", text: "at last", id: "z" },
        endsWithin: [30_000, 3000],
    })),
    ...[15, 120, 250, 450].map((count): Case2 => ({
        name: `a turn of ${count} steps without a record of its end`,
        world: [
            [0, runs(u1)],
            [30_000, over(u1, ...steps(count), answer("z", "at last"))],
        ],
        end: { kind: "done", text: "at last", id: "z" },
        endsWithin: [30_000, 3000],
    })),
    ...[15, 120, 250, 450].map((count): Case2 => ({
        name: `a turn of ${count} steps that is resumed`,
        options: { resumed: true, sentAt: -60_000, baselineId: "i0" },
        world: [[0, over(u1, ...steps(count), answer("z", "at last"), idle("i1"), plainUser("u2"))]],
        end: { kind: "done", text: "at last", id: "z" },
        endsWithin: [0, 500],
    })),
    {
        name: "the model refuses the key",
        world: [
            [0, runs(u1, open("a1"))],
            [
                300,
                over(
                    u1,
                    answer("a1", "", {
                        finish: "error",
                        error: { name: "provider.auth", data: { message: "no key", statusCode: 401 } },
                    }),
                    idle("i1", "failed"),
                ),
            ],
        ],
        end: {
            kind: "fail",
            code: "model_error",
            detail: { what: "no key", status: " (HTTP 401)" },
            pending: false,
        },
    },
    {
        name: "it fails before its first step, and the log tells why",
        world: [
            [0, runs(u1)],
            [300, { ...over(u1, idle("i1", "failed")), reason: "Model unavailable: p/m" }],
        ],
        end: {
            kind: "fail",
            code: "model_error",
            detail: { what: "Model unavailable: p/m", status: "" },
            pending: false,
        },
        endsWithin: [300, 1000],
    },
    {
        name: "it fails before its first step for a model that is not there, and nothing tells why",
        options: named,
        world: [
            [
                300,
                {
                    ...over(u1, idle("i1", "failed")),
                    agents: [{ name: "build" }],
                    providers: [{ id: "test", models: { other: {} } }],
                },
            ],
        ],
        end: { kind: "fail", code: "unknown_model", pending: false },
    },
    {
        name: "it fails before its first step, and nothing tells why",
        options: named,
        world: [[300, { ...over(u1, idle("i1", "failed")), agents: [{ name: "build" }], providers: known }]],
        end: { kind: "fail", code: "model_error", pending: false },
        endsWithin: [300, 1000],
    },
    {
        name: "it fails between two steps, after words of the model",
        world: [
            [0, runs(u1, step("a1", text("Let me see."), tool("completed")))],
            [
                1500,
                {
                    ...over(u1, step("a1", text("Let me see."), tool("completed")), idle("i1", "failed")),
                    reason: "no credit",
                },
            ],
        ],
        end: {
            kind: "fail",
            code: "model_error",
            detail: { what: "no credit", status: "" },
            text: "Let me see.",
            pending: false,
        },
    },
    {
        name: "it fails behind an answer that is whole",
        world: [[0, { ...over(u1, answer("a1", "pong"), idle("i1", "failed")), reason: "no summary" }]],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "somebody stops it before it begins",
        world: [
            [0, runs(u1)],
            [300, over(u1, idle("i1", "interrupted"))],
        ],
        end: { kind: "fail", code: "aborted", pending: false },
        endsWithin: [300, 1000],
    },
    {
        name: "somebody stops it in the middle of its words",
        world: [
            [0, runs(u1, open("a1"))],
            [300, over(u1, { ...answer("a1", "Once upon", stopped) }, idle("i1", "interrupted"))],
        ],
        end: { kind: "fail", code: "aborted", text: "Once upon", pending: false },
    },
    {
        name: "somebody stops it between two steps, after words of the model",
        world: [
            [0, runs(u1, step("a1", text("Let me see."), tool("completed")))],
            [1500, over(u1, step("a1", text("Let me see."), tool("completed")), idle("i1", "interrupted"))],
        ],
        end: { kind: "fail", code: "aborted", text: "Let me see.", pending: false },
    },
    {
        name: "somebody stops it, and its step stays open",
        world: [
            [0, runs(u1, open("a1"))],
            [300, over(u1, open("a1", [text("Once upon")]), idle("i1", "interrupted"))],
        ],
        end: { kind: "fail", code: "aborted", text: "Once upon", pending: false },
    },
    {
        name: "somebody stops it behind its answer",
        world: [[0, over(u1, answer("a1", "pong"), idle("i1", "interrupted"))]],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "somebody stops it on a server without records of that",
        world: [
            [0, runs(u1, open("a1"))],
            [300, over(u1, { ...answer("a1", "Once upon", stopped) })],
        ],
        end: { kind: "fail", code: "aborted", text: "Once upon", pending: false },
    },
    {
        name: "somebody stops it before it begins, and the session alone tells that",
        world: [
            [0, runs(u1)],
            [300, { ...over(u1), ended: { outcome: "interrupted", at: 5 } }],
        ],
        end: { kind: "fail", code: "aborted", pending: false },
        endsWithin: [6000, 2000],
    },
    {
        name: "it fails before its first step, and the session alone tells that",
        world: [
            [0, runs(u1)],
            [300, { ...over(u1), ended: { outcome: "failed", at: 5 }, reason: "no such model" }],
        ],
        end: { kind: "fail", code: "model_error", detail: { what: "no such model", status: "" } },
    },
    {
        name: "the session tells of the end of a turn before",
        world: [[0, { ...over(u1), ended: { outcome: "interrupted", at: 0 } }]],
        end: { kind: "fail", code: "never_started", pending: true },
    },
    {
        name: "the session cannot be had that could tell of an end",
        options: named,
        world: [
            [
                0,
                {
                    ...over(u1),
                    fails: { session: "bad_request" },
                    agents: [{ name: "build" }],
                    providers: known,
                },
            ],
        ],
        end: { kind: "fail", code: "never_started", pending: true },
    },
    {
        name: "the reply is empty",
        world: [[0, over(u1, answer("a1", ""), idle("i1"))]],
        end: { kind: "fail", code: "empty_reply", pending: false },
    },
    {
        name: "there is no step, and all is well",
        world: [[0, over(u1, idle("i1"))]],
        end: { kind: "fail", code: "empty_reply", pending: false },
    },
    {
        name: "another prompt is taken in at the next step",
        world: [
            [0, runs(u1, open("a1", [tool("running")]))],
            [800, runs(u1, step("a1"), plainUser("u2"), open("a2"))],
            [2000, over(u1, step("a1"), plainUser("u2"), answer("a2", "to both"), idle("i1"))],
        ],
        end: { kind: "done", text: "to both" },
    },
    {
        name: "another prompt is taken in before the first step",
        world: [
            [0, runs(u1, plainUser("u2"))],
            [900, over(u1, plainUser("u2"), answer("a1", "to both"), idle("i1"))],
        ],
        end: { kind: "done", text: "to both" },
    },
    {
        name: "another prompt is taken in behind the answer",
        world: [
            [0, runs(u1, answer("a1", "ours"), plainUser("u2"), open("a2"))],
            [9000, over(u1, answer("a1", "ours"), plainUser("u2"), answer("a2", "theirs"), idle("i1"))],
        ],
        end: { kind: "done", text: "ours" },
    },
    {
        name: "another turn waits behind it",
        world: [
            [0, runs(u1)],
            [500, runs(u1, answer("a1", "ours"), idle("i1"), plainUser("u2"), open("a2"))],
            [
                9000,
                over(
                    u1,
                    answer("a1", "ours"),
                    idle("i1"),
                    plainUser("u2"),
                    answer("a2", "theirs"),
                    idle("i2"),
                ),
            ],
        ],
        end: { kind: "done", text: "ours", id: "a1" },
    },
    {
        name: "another turn is answered behind one that was stopped",
        world: [
            [0, over(u1, idle("i1", "interrupted"), plainUser("u2"), answer("a2", "theirs"), idle("i2"))],
        ],
        end: { kind: "fail", code: "aborted" },
    },
    {
        name: "the session goes on by itself behind its end",
        options: { resumed: true, sentAt: -60_000, baselineId: "i0" },
        world: [[0, runs(u1, answer("a1", "ours"), idle("i1"), record("y1", "other"), open("a2"))]],
        end: { kind: "done", text: "ours", id: "a1" },
    },
    {
        name: "a prompt that is sent again starts an execution of nothing",
        world: [[0, over(u1, answer("a1", "pong"), idle("i1"), idle("i2"))]],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "the server was ended well and goes on at its next start",
        world: [
            [0, runs(u1, open("a1", [tool("running")]))],
            [3000, { failing: "cannot_connect" }],
            [8000, { failing: null, ...runs(u1, step("a1", tool("error")), open("a2")) }],
            [12_000, over(u1, step("a1", tool("error")), answer("a2", "pong"), idle("i1"))],
        ],
        end: { kind: "done", text: "pong" },
        shows: ["reconnecting"],
    },
    {
        name: "the server dies in the middle of a step",
        world: [
            [0, runs(u1, open("a1", [text("Once upon")]))],
            [3000, { failing: "cannot_connect" }],
            [8000, { failing: null, ...over(u1, open("a1", [text("Once upon")])) }],
        ],
        end: { kind: "fail", code: "interrupted", text: "Once upon", pending: false },
        endsWithin: [10_000, 4000],
    },
    {
        name: "the server dies before the first step",
        world: [
            [0, runs(u1)],
            [1000, { failing: "cannot_connect" }],
            [7000, { failing: null, ...over(u1) }],
        ],
        end: { kind: "fail", code: "restarted", pending: false },
        endsWithin: [12_000, 5000],
    },
    {
        name: "the server dies while a tool runs, and is back before anybody notices",
        world: [
            [0, runs(u1, open("a1", [tool("running")]))],
            [3000, over(u1, open("a1", [tool("running")]))],
        ],
        end: { kind: "fail", code: "interrupted", pending: false },
        endsWithin: [5000, 2000],
    },
    {
        name: "resumed where the server died, and another turn was answered since",
        options: { resumed: true, sentAt: -60_000, baselineId: "i0" },
        world: [
            [0, over(u1, open("a1", [text("Once")]), plainUser("u2"), answer("a2", "theirs"), idle("i2"))],
        ],
        end: { kind: "fail", code: "interrupted", text: "Once", pending: false },
    },
    {
        name: "resumed, and answered",
        options: { resumed: true, sentAt: -60_000, baselineId: "i0" },
        world: [[0, over(u1, answer("a1", "waited"), idle("i1"))]],
        end: { kind: "done", text: "waited" },
        endsWithin: [0, 500],
        atMostRequests: 4,
    },
    {
        name: "resumed, and answered before others",
        options: { resumed: true, sentAt: -60_000, baselineId: "i0" },
        world: [
            [
                0,
                runs(
                    u1,
                    answer("a1", "waited"),
                    idle("i1"),
                    plainUser("u2"),
                    ...steps(40),
                    answer("a2", "theirs"),
                    idle("i2"),
                    plainUser("u3"),
                ),
            ],
        ],
        end: { kind: "done", text: "waited" },
    },
    {
        name: "resumed while it runs",
        options: { resumed: true, sentAt: -60_000, baselineId: "i0" },
        world: [
            [0, runs(u1, step("a1"), open("a2"))],
            [9000, over(u1, step("a1"), answer("a2", "waited"), idle("i1"))],
        ],
        end: { kind: "done", text: "waited" },
    },
    {
        name: "resumed, and never sent",
        options: { resumed: true, sentAt: -600_000, baselineId: "i0" },
        world: [[0, over()]],
        end: { kind: "fail", code: "not_sent", pending: false },
    },
    {
        name: "the answer to the prompt is lost, and it runs",
        sendFails: ["timed_out"],
        world: [
            [0, runs(u1, open("a1"))],
            [40_000, over(u1, answer("a1", "pong"), idle("i1"))],
        ],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "the answer to the prompt is lost, and it has run",
        sendFails: ["timed_out"],
        world: [[0, over(u1, ...steps(30), answer("a1", "pong"), idle("i1"))]],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "the prompt is lost, and sent again",
        sendFails: ["network_error"],
        arrives: 2,
        sendings: 2,
        world: [
            [0, runs(u1)],
            [500, over(u1, answer("a1", "pong"), idle("i1"))],
        ],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "the prompt is lost three times",
        sendFails: ["network_error", "server_error", "cannot_connect"],
        arrives: 4,
        sendings: 4,
        world: [
            [0, runs(u1)],
            [500, over(u1, answer("a1", "pong"), idle("i1"))],
        ],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "the prompt is lost each time",
        sendFails: "network_error",
        arrives: 0,
        sendings: 4,
        world: [],
        end: { kind: "fail", code: "not_sent", pending: true },
    },
    {
        name: "the prompt shows late, after its answer was lost",
        sendFails: ["timed_out", "timed_out", "timed_out", "timed_out"],
        sendings: 2,
        world: [
            [0, over()],
            [50_000, runs(u1)],
            [70_000, over(u1, answer("a1", "pong"), idle("i1"))],
        ],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "the prompt is refused",
        sendFails: "bad_request",
        arrives: 0,
        world: [],
        end: { kind: "fail", code: "bad_request", pending: false },
    },
    {
        name: "the session is not there any more",
        sendFails: "session_gone",
        arrives: 0,
        world: [],
        end: { kind: "fail", code: "session_gone", pending: false },
    },
    ...["last", "recent", "status"].map((kind): Case2 => ({
        // As a page that something before the server answers with.
        name: `there is no route for ${kind} all at once, which says nothing of the session`,
        world: [
            [0, runs(u1, open("a1"))],
            [500, { fails: { [kind]: "not_found" } }],
            [2000, over(u1, answer("a1", "pong"), idle("i1"))],
        ],
        end: { kind: "fail", code: "not_found", pending: true },
    })),
    {
        name: "the session is deleted in the middle",
        world: [
            [0, runs(u1, open("a1"))],
            [500, { fails: { last: "session_gone", recent: "session_gone" } }],
        ],
        end: { kind: "fail", code: "session_gone", pending: false },
    },
    {
        name: "another opencode is there, which did not get the prompt",
        sendFails: "other_opencode",
        arrives: 0,
        world: [],
        end: { kind: "fail", code: "other_opencode", pending: false },
    },
    {
        name: "another opencode takes its place in the middle",
        world: [
            [0, runs(u1, open("a1"))],
            [2000, { fails: { status: "other_opencode", last: "other_opencode" } }],
        ],
        end: { kind: "fail", code: "other_opencode" },
        endsWithin: [2000, 1000],
    },
    {
        name: "the model is tried again, and answers",
        world: [
            [
                0,
                runs(u1, {
                    info: {
                        ...open("a1").info,
                        retry: { attempt: 2, message: "slow down", next: 1_700_000_009_000 },
                    },
                    parts: [],
                }),
            ],
            [9000, over(u1, answer("a1", "pong"), idle("i1"))],
        ],
        end: { kind: "done", text: "pong" },
        shows: ["retry"],
    },
    {
        name: "it is busy with another turn",
        before: { status: "busy", messages: [...before, plainUser("u9"), open("a9", [tool("running")])] },
        world: [],
        sendings: 0,
        end: { kind: "fail", code: "session_busy", pending: true },
    },
    {
        name: "it is busy with a turn that has no message yet",
        before: { status: "busy", messages: [...before, record("x", "other")] },
        world: [],
        sendings: 0,
        end: { kind: "fail", code: "session_busy", pending: true },
    },
    {
        name: "the last turn has no record of its end",
        before: { messages: [plainUser("u0"), answer("a0", "old answer")] },
        world: [[0, { messages: [plainUser("u0"), answer("a0", "old answer"), u1, answer("a1", "new")] }]],
        end: { kind: "done", text: "new" },
    },
    {
        name: "a turn before died without a record of its end",
        before: { messages: [plainUser("u0"), open("a0", [tool("running")])] },
        world: [
            [
                0,
                {
                    messages: [
                        plainUser("u0"),
                        open("a0", [tool("running")]),
                        u1,
                        answer("a1", "new"),
                        idle("i1"),
                    ],
                },
            ],
        ],
        end: { kind: "done", text: "new" },
    },
    {
        name: "the model hangs",
        options: { idleTimeout: 60 },
        world: [[0, runs(u1, open("a1"))]],
        end: { kind: "fail", code: "no_progress", pending: true },
        endsWithin: [60_000, 7000],
    },
    {
        name: "the prompt is never begun",
        options: { ...named, idleTimeout: 60 },
        world: [[0, { ...over(u1), agents: [{ name: "build" }], providers: known }]],
        end: { kind: "fail", code: "never_started", pending: true },
    },
    {
        name: "an old answer of a server that stays busy counts in the end",
        world: [[0, runs(u1, answer("a1", "pong"))]],
        end: { kind: "done", text: "pong" },
        endsWithin: [10_000, 10_000],
    },
    {
        name: "a summary is written in the middle",
        world: [
            [0, runs(u1, step("a1"))],
            [
                2000,
                runs(u1, step("a1"), {
                    info: { id: "c1", role: "assistant", time: { created: 2 }, summary: true },
                    parts: [],
                }),
            ],
            [
                9000,
                over(
                    u1,
                    step("a1"),
                    answer("c1", "", { summary: true }),
                    record("y", "other"),
                    answer("a2", "pong"),
                    idle("i1"),
                ),
            ],
        ],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "a summary runs long behind the answer",
        world: [
            [0, runs(u1, answer("a1", "pong"), answer("c1", "", { summary: true }))],
            [30_000, over(u1, answer("a1", "pong"), answer("c1", "", { summary: true }), idle("i1"))],
        ],
        end: { kind: "done", text: "pong" },
    },
    {
        name: "a reply that was cut is gone on with in another message",
        world: [
            [
                0,
                runs(
                    u1,
                    answer("a1", "One.", {
                        finish: "error",
                        error: { name: "provider.transport", data: { message: "cut" } },
                    }),
                    record("y", "other"),
                ),
            ],
            [
                30_000,
                over(
                    u1,
                    answer("a1", "One.", {
                        finish: "error",
                        error: { name: "provider.transport", data: { message: "cut" } },
                    }),
                    record("y", "other"),
                    answer("a2", "Two."),
                    idle("i1"),
                ),
            ],
        ],
        end: { kind: "done", text: "One.\n\nTwo." },
    },
];

/** A tool that asks, and what the server is told. */
const asking = { sessionID: "ses_1", permission: "shell", tool: { callID: "c" } };
const once = { what: "permission" as const, reply: "once" as const };
const subagent = (metadata?: object): Part => ({
    type: "tool",
    tool: "subagent",
    callID: "c2",
    state: { status: "running", ...(metadata === undefined ? {} : { metadata }) },
});
const allowed: Case["answered"] = [
    [0, { permissions: [] }],
    [500, { ...over(u1, step("a1"), answer("a2", "thanks"), idle("i1")) }],
];

const asks: Case2[] = [
    {
        name: "allowed",
        world: [
            [
                0,
                {
                    ...runs(u1, open("a1", [tool("running")])),
                    permissions: [{ id: "p1", ...asking }],
                    decision: once,
                },
            ],
        ],
        answered: allowed,
        end: { kind: "done", text: "thanks" },
        told: [{ kind: "answerPermission", id: "p1", reply: "once" }],
        shows: ["waiting for permission"],
    },
    ...[stopped, { finish: undefined }, { finish: "tool-calls" }].map((extra, place): Case2 => ({
        name: `refused, which ends the turn as if it were stopped (${place})`,
        world: [
            [
                0,
                {
                    ...runs(u1, open("a1", [text("I will."), tool("running")])),
                    permissions: [{ id: "p1", ...asking }],
                    decision: { what: "permission", reply: "reject" },
                },
            ],
        ],
        answered: [
            [
                200,
                {
                    ...over(
                        u1,
                        { ...answer("a1", "", extra), parts: [text("I will."), tool("error")] },
                        idle("i1", "interrupted"),
                    ),
                    permissions: [],
                },
            ],
        ],
        end: { kind: "fail", code: "stopped_at_tool", text: "I will.", pending: false },
        told: [{ kind: "answerPermission", id: "p1", reply: "reject" }],
    })),
    {
        name: "refused, which leaves the step open on a server without records",
        world: [
            [
                0,
                {
                    ...runs(u1, open("a1", [tool("running")])),
                    permissions: [{ id: "p1", ...asking }],
                    decision: { what: "permission", reply: "reject" },
                },
            ],
        ],
        answered: [[200, { ...over(u1, open("a1", [tool("error")])), permissions: [] }]],
        end: { kind: "fail", code: "stopped_at_tool", pending: false },
    },
    {
        name: "refused, and the model goes on all the same",
        world: [
            [
                0,
                {
                    ...runs(u1, open("a1", [tool("running")])),
                    permissions: [{ id: "p1", ...asking }],
                    decision: { what: "permission", reply: "reject" },
                },
            ],
        ],
        answered: [
            [0, { permissions: [] }],
            [800, over(u1, step("a1", tool("error")), answer("a2", "as you wish"), idle("i1"))],
        ],
        end: { kind: "done", text: "as you wish" },
    },
    {
        name: "a form that is dismissed ends the turn",
        world: [
            [
                0,
                {
                    ...runs(u1, open("a1", [tool("running")])),
                    questions: [{ id: "f1", sessionID: "ses_1", questions: [{ question: "Which?" }] }],
                    decision: { what: "question" },
                },
            ],
        ],
        answered: [
            [
                200,
                {
                    ...over(
                        u1,
                        { ...answer("a1", "", stopped), parts: [tool("error")] },
                        idle("i1", "interrupted"),
                    ),
                    questions: [],
                },
            ],
        ],
        end: { kind: "fail", code: "stopped_at_tool", pending: false },
        told: [{ kind: "rejectQuestion", id: "f1" }],
    },
    ...[
        ["names its session", { sessionId: "ses_c" }],
        ["does not name its session", undefined],
    ].map(([name, metadata]): Case2 => ({
        name: `a subagent asks whose tool ${name as string}`,
        world: [
            [
                0,
                {
                    ...runs(u1, open("a1", [subagent(metadata as object | undefined)])),
                    permissions: [
                        // Of somebody else's session, and of a subagent of theirs.
                        { id: "p8", sessionID: "ses_x", permission: "shell" },
                        { id: "p9", sessionID: "ses_y", permission: "shell" },
                        { id: "p1", sessionID: "ses_c", permission: "shell", tool: { callID: "k" } },
                    ],
                    parents: { ses_c: "ses_1", ses_y: "ses_x" },
                    decision: once,
                },
            ],
        ],
        answered: allowed,
        end: { kind: "done", text: "thanks" },
        told: [{ kind: "answerPermission", id: "p1", reply: "once" }],
    })),
    {
        name: "a subagent's subagent asks",
        world: [
            [
                0,
                {
                    ...runs(u1, open("a1", [subagent()])),
                    permissions: [{ id: "p1", sessionID: "ses_d", permission: "shell" }],
                    parents: { ses_d: "ses_c", ses_c: "ses_1" },
                    decision: once,
                },
            ],
        ],
        answered: allowed,
        end: { kind: "done", text: "thanks" },
        told: [{ kind: "answerPermission", id: "p1", reply: "once" }],
    },
    {
        name: "nobody else's ask is taken for one of a subagent",
        options: { idleTimeout: 30 },
        world: [
            [
                0,
                {
                    ...runs(u1, open("a1", [subagent()])),
                    permissions: [{ id: "p8", sessionID: "ses_x", permission: "shell" }],
                    decision: once,
                },
            ],
        ],
        end: { kind: "fail", code: "no_progress", pending: true },
        told: [],
    },
    ...["other", "shell"].map((role): Case2 => ({
        // Another client has switched the session's model, or run a line of the shell in it.
        name: `a tool asks behind which there is a message that is ${role}`,
        world: [
            [
                0,
                {
                    ...runs(u1, open("a1", [tool("running")]), record("x", role)),
                    permissions: [{ id: "p1", ...asking }],
                    decision: once,
                },
            ],
        ],
        answered: allowed,
        end: { kind: "done", text: "thanks" },
        told: [{ kind: "answerPermission", id: "p1", reply: "once" }],
        shows: ["waiting for permission"],
    })),
];

describe.each([
    ["a turn", cases],
    ["an ask", asks],
])("%s", (_what, tests) => {
    it.each(tests.map(on2))("$name", (test) => {
        const played = play(test);
        const { kind, ...end } = test.end;
        const { action } = played;
        expect(action.kind, JSON.stringify(action)).toBe(kind);
        if (action.kind === "done") {
            expect(action.text).toBe(end["text" as never]);
            const id: unknown = end["id" as never];
            if (id !== undefined) expect(action.steps.at(-1)!.info.id).toBe(id);
        } else {
            expect(action).toMatchObject(end);
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
        if (test.atMostRequests !== undefined)
            expect(played.requests).toBeLessThanOrEqual(test.atMostRequests);
        expect(played.sendings).toBe(test.sendings ?? (test.options?.resumed === true ? 0 : 1));
        if (test.told !== undefined) expect(played.told).toEqual(test.told);
    });

    it.each(tests.map(on2))("$name, in Lua", (test) => {
        const played = play(test);
        const { actions, lines } = replayInLua(played.start, played.observations);
        expect(actions).toEqual(asLua(played.actions));
        expect(lines).toEqual(played.lines);
    });
});
