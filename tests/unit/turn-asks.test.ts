/** What a turn asks people, and what becomes of their answers: who is asked, when, how often, and what the server is told. */
import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/apis/ai/ask.ts";
import type { Message, Part } from "../../src/apis/ai/protocol.ts";
import {
    answer,
    asLua,
    old,
    play,
    replayInLua,
    tool,
    unfinished,
    user,
    type Case,
    type World,
} from "./support/turn-world.ts";

const u1 = user("u1");
const call = (callID: string, status = "running", extra: object = {}): Part => ({
    ...tool(status, extra),
    callID,
});
const turn = (...parts: Part[]): Message[] => [old, u1, unfinished("a1", "u1", parts)];
const permission = (id: string, callID: string | undefined = "c1", more: object = {}): object => ({
    id,
    sessionID: "ses_1",
    permission: "bash",
    patterns: ["rm x", "echo"],
    always: ["rm *"],
    metadata: { command: "rm x && echo" },
    tool: { messageID: "a1", callID },
    ...more,
});
const question = (id: string, more: object = {}): object => ({
    id,
    sessionID: "ses_1",
    questions: [{ question: "Birch or oak?", header: "Wood", options: [{ label: "Birch" }], ...more }],
    tool: { messageID: "a1", callID: "c1" },
});
const done = (text: string): World => ({
    status: "idle",
    permissions: [],
    questions: [],
    messages: [
        old,
        u1,
        { ...answer("a1", "u1", "", { finish: "tool-calls" }), parts: [call("c1", "completed")] },
        answer("a2", "u1", text),
    ],
});
const once: Decision = { what: "permission", reply: "once" };
const asking = (decision: Decision & { seconds?: number }, lists: World): Case["world"] => [
    [0, { status: "busy", messages: turn(call("c1")), decision, ...lists }],
];

interface AskCase extends Omit<Case, "end"> {
    end: Case["end"];
    /** What the server is told, in this order. */
    told: object[];
    /** How often a person is asked. */
    asked: number;
}

const cases: AskCase[] = [
    ...(["once", "always"] as const).map((reply): AskCase => ({
        name: `allowed ${reply}`,
        world: asking({ what: "permission", reply }, { permissions: [permission("p1")] }),
        answered: [[300, done("thanks")]],
        end: { kind: "done", text: "thanks" },
        told: [{ kind: "answerPermission", id: "p1", reply }],
        asked: 1,
        shows: ["waiting for permission"],
    })),
    {
        name: "refused with words for the model, which goes on",
        world: asking(
            { what: "permission", reply: "reject", message: "use ls" },
            { permissions: [permission("p1")] },
        ),
        answered: [[300, done("as you wish")]],
        end: { kind: "done", text: "as you wish" },
        told: [{ kind: "answerPermission", id: "p1", reply: "reject", message: "use ls" }],
        asked: 1,
    },
    {
        name: "refused, which ends the turn",
        world: asking({ what: "permission", reply: "reject" }, { permissions: [permission("p1")] }),
        answered: [
            [
                200,
                {
                    status: "idle",
                    permissions: [],
                    messages: [
                        old,
                        u1,
                        {
                            ...answer("a1", "u1", "", { finish: "tool-calls" }),
                            parts: [call("c1", "error")],
                        },
                    ],
                },
            ],
        ],
        end: { kind: "fail", code: "stopped_at_tool", pending: false },
        told: [{ kind: "answerPermission", id: "p1", reply: "reject" }],
        asked: 1,
    },
    {
        name: "a question that is answered",
        world: asking({ what: "question", answers: [["Birch", "mine"]] }, { questions: [question("q1")] }),
        answered: [[300, done("Birch it is")]],
        end: { kind: "done", text: "Birch it is" },
        told: [{ kind: "answerQuestion", id: "q1", answers: [["Birch", "mine"]] }],
        asked: 1,
        shows: ["waiting for an answer"],
    },
    {
        name: "a question that is rejected",
        world: asking({ what: "question" }, { questions: [question("q1")] }),
        answered: [[300, done("never mind")]],
        end: { kind: "done", text: "never mind" },
        told: [{ kind: "rejectQuestion", id: "q1" }],
        asked: 1,
    },
    {
        name: "two asks at once, of two tools",
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: turn(call("c1"), call("c2")),
                    permissions: [permission("p1"), permission("p2", "c2")],
                    decision: once,
                },
            ],
        ],
        answered: [
            [0, { permissions: [permission("p2", "c2")] }],
            [5000, done("both")],
        ],
        end: { kind: "done", text: "both" },
        told: [
            { kind: "answerPermission", id: "p1", reply: "once" },
            { kind: "answerPermission", id: "p2", reply: "once" },
        ],
        asked: 2,
    },
    {
        name: "one ask after the other",
        world: asking(once, { permissions: [permission("p1")] }),
        answered: [
            [0, { permissions: [] }],
            [
                3000,
                {
                    messages: turn(call("c1", "completed"), call("c2")),
                    permissions: [permission("p2", "c2")],
                },
            ],
            [9000, done("both")],
        ],
        end: { kind: "done", text: "both" },
        told: [
            { kind: "answerPermission", id: "p1", reply: "once" },
            { kind: "answerPermission", id: "p2", reply: "once" },
        ],
        asked: 2,
    },
    {
        name: "a subagent's ask",
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: turn(call("c1", "running", { metadata: { sessionId: "ses_child" } })),
                    permissions: [permission("p1", "c7", { sessionID: "ses_child" })],
                    decision: once,
                },
            ],
        ],
        answered: [[300, done("delegated")]],
        end: { kind: "done", text: "delegated" },
        told: [{ kind: "answerPermission", id: "p1", reply: "once" }],
        asked: 1,
    },
    {
        name: "a person who takes longer than the idle timeout",
        options: { idleTimeout: 20 },
        world: asking({ ...once, seconds: 110 }, { permissions: [permission("p1")] }),
        answered: [[300, done("at last")]],
        end: { kind: "done", text: "at last" },
        told: [{ kind: "answerPermission", id: "p1", reply: "once" }],
        asked: 1,
    },
    {
        name: "answered elsewhere while it was asked",
        world: [
            ...asking({ what: "gone", seconds: 3 }, { permissions: [permission("p1")] }),
            [3000, { permissions: [] }],
            [8000, done("elsewhere")],
        ],
        end: { kind: "done", text: "elsewhere" },
        told: [],
        asked: 1,
    },
    {
        name: "answered elsewhere a moment before the answer",
        world: [
            ...asking({ ...once, seconds: 3 }, { permissions: [permission("p1")] }),
            [3000, { permissions: [] }],
            [8000, done("elsewhere")],
        ],
        end: { kind: "done", text: "elsewhere" },
        told: [],
        asked: 1,
    },
    {
        name: "an answer that arrives although nobody hears so",
        losesAnswers: true,
        world: asking(once, { permissions: [permission("p1")], fails: { answerPermission: "timed_out" } }),
        answered: [
            [0, { permissions: [] }],
            [2000, done("arrived")],
        ],
        end: { kind: "done", text: "arrived" },
        told: [{ kind: "answerPermission", id: "p1", reply: "once" }],
        asked: 1,
    },
    {
        name: "a server that takes the answer and goes on asking",
        options: { idleTimeout: 30 },
        world: asking(once, { permissions: [permission("p1")] }),
        end: {
            kind: "fail",
            code: "waiting_for_permission",
            detail: { what: "bash: rm x && echo" },
            pending: true,
        },
        told: [{ kind: "answerPermission", id: "p1", reply: "once" }],
        asked: 1,
        endsWithin: [30_000, 10_000],
    },
    {
        name: "a server that cannot be told",
        options: { idleTimeout: 30 },
        world: asking(once, { permissions: [permission("p1")], fails: { answerPermission: "server_error" } }),
        end: { kind: "fail", code: "waiting_for_permission", pending: true },
        told: [],
        asked: 1,
        shows: ["failing"],
        endsWithin: [30_000, 70_000],
    },
    {
        name: "a server that cannot be told, and somebody else answers",
        world: [
            ...asking(once, { permissions: [permission("p1")], fails: { answerPermission: "server_error" } }),
            [20_000, { permissions: [] }],
            [22_000, done("elsewhere")],
        ],
        end: { kind: "done", text: "elsewhere" },
        told: [],
        asked: 1,
    },
    {
        name: "stopped while it was asked: the ask stays listed",
        world: [
            ...asking({ what: "gone", seconds: 4 }, { permissions: [permission("p1")] }),
            [
                2000,
                {
                    status: "idle",
                    messages: [
                        old,
                        u1,
                        {
                            ...answer("a1", "u1", "", { error: { name: "MessageAbortedError" } }),
                            parts: [call("c1", "error")],
                        },
                    ],
                },
            ],
        ],
        end: { kind: "fail", code: "aborted" },
        told: [],
        asked: 1,
    },
    {
        name: "resumed while it waits",
        options: { resumed: true, sentAt: -60_000, baselineId: "a0" },
        world: asking(once, { permissions: [permission("p1")] }),
        answered: [[300, done("resumed")]],
        end: { kind: "done", text: "resumed" },
        told: [{ kind: "answerPermission", id: "p1", reply: "once" }],
        asked: 1,
    },
];

describe("what a turn asks", () => {
    it.each(cases)("$name", (test) => {
        const played = play(test);
        const { kind, ...end } = test.end;
        expect(played.action.kind, JSON.stringify(played.action)).toBe(kind);
        if (played.action.kind === "done") expect(played.action.text).toBe(end.text);
        else expect(played.action).toMatchObject(end);
        expect(played.told).toEqual(test.told.map((one) => expect.objectContaining(one) as object));
        expect(played.asked).toBe(test.asked);
        for (const phase of test.shows ?? []) expect(played.shown).toContain(phase);
        if (test.endsWithin !== undefined) {
            expect(played.endedAt).toBeGreaterThanOrEqual(test.endsWithin[0]);
            expect(played.endedAt).toBeLessThanOrEqual(test.endsWithin[0] + test.endsWithin[1]);
        }
        const { actions, lines } = replayInLua(played.start, played.observations);
        expect(actions).toEqual(asLua(played.actions));
        expect(lines).toEqual(played.lines);
    });

    it("gives all that there is to know of a permission", () => {
        const metadata = {
            command: "npm test",
            filepath: "/work/a.lua",
            diff: "-a\n+b",
            url: "http://x",
            description: "Test",
        };
        const played = play({
            name: "",
            world: asking(once, { permissions: [permission("p1", "c1", { metadata })] }),
            answered: [[0, done("x")]],
            end: { kind: "done", text: "x" },
        });
        expect(played.actions.find((action) => action.kind === "ask")).toEqual({
            kind: "ask",
            what: "permission",
            ask: {
                id: "p1",
                sessionId: "ses_1",
                kind: "bash",
                patterns: ["rm x", "echo"],
                always: ["rm *"],
                ...metadata,
            },
        });
    });

    it.each([
        [{}, { multiple: false, custom: true }],
        [
            { multiple: true, custom: false },
            { multiple: true, custom: false },
        ],
        [{ custom: true }, { multiple: false, custom: true }],
    ])("gives all that there is to know of a question: %j", (more, read) => {
        const played = play({
            name: "",
            world: asking({ what: "question" }, { questions: [question("q1", more)] }),
            answered: [[0, done("x")]],
            end: { kind: "done", text: "x" },
        });
        expect(played.actions.find((action) => action.kind === "ask")).toEqual({
            kind: "ask",
            what: "question",
            ask: {
                id: "q1",
                sessionId: "ses_1",
                questions: [
                    { question: "Birch or oak?", header: "Wood", options: [{ label: "Birch" }], ...read },
                ],
            },
        });
    });
});

describe("what a turn asks for to tell how tools end", () => {
    const passing: Case["world"] = [
        [0, { status: "busy", messages: turn(call("c1")) }],
        [
            5000,
            {
                messages: [
                    old,
                    u1,
                    { ...answer("a1", "u1", "", { finish: "tool-calls" }), parts: [call("c1", "completed")] },
                    unfinished("a2", "u1"),
                ],
            },
        ],
        [12_000, done("passed")],
    ];

    it("is the step itself, once, where somebody is told", () => {
        const played = play({
            name: "",
            world: passing,
            options: { wantsTools: true },
            end: { kind: "done", text: "passed" },
        });
        expect(played.action).toMatchObject({ kind: "done", text: "passed" });
        expect(played.actions.filter((action) => action.kind === "message")).toEqual([
            { kind: "message", id: "a1" },
        ]);
    });

    it("is nothing where nobody is", () => {
        const played = play({ name: "", world: passing, end: { kind: "done", text: "passed" } });
        expect(played.actions.filter((action) => action.kind === "message")).toEqual([]);
    });

    it("is nothing where the answer is there, and all its steps are fetched", () => {
        const played = play({
            name: "",
            world: [passing[0]!, [5000, done("at once")]],
            options: { wantsTools: true },
            end: { kind: "done", text: "at once" },
        });
        expect(played.action).toMatchObject({ kind: "done", text: "at once" });
        expect(played.actions.filter((action) => action.kind === "message")).toEqual([]);
    });
});
