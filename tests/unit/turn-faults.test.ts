/**
 * Each request of a turn fails in each way while the others are answered, from the start, from the middle, and for a
 * while: the turn ends within a bound, and with its answer wherever that can be had.
 */
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/apis/ai/protocol.ts";
import type { RequestKind } from "../../src/apis/ai/turn.ts";
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
const providers = [{ id: "test", models: { scripted: {} } }];
const agents = [{ name: "build" }];
const named = { agent: "build", model: "test/scripted" };
const running = unfinished("a1", "u1", [
    {
        ...tool("running"),
        tool: "task",
        callID: "c1",
        state: { status: "running", metadata: { sessionId: "ses_a" } },
    },
]);
/** Asks of a stranger, so that its session is looked up. */
const strangers = [
    { id: "p1", sessionID: "ses_x", permission: "bash" },
    { id: "p2", sessionID: "ses_1", permission: "bash", tool: { callID: "c0" } },
];
const IDLE_TIMEOUT = 90;
/** A turn whose tool waits for somebody, and what comes of it when the server was told. */
const waiting = { status: "busy" as const, messages: [old, u1, running] };
const permission = { id: "p3", sessionID: "ses_a", permission: "bash" };
const question = {
    id: "q3",
    sessionID: "ses_1",
    questions: [{ question: "Birch?" }],
    tool: { callID: "c1" },
};
const stepDone: Message = {
    ...answer("a1", "u1", "one"),
    info: { ...answer("a1", "u1", "").info, finish: "tool-calls" },
};
const goesOn: Case["answered"] = [
    [0, { permissions: [], questions: [], messages: [old, u1, stepDone] }],
    [2000, { status: "idle", messages: [old, u1, stepDone, answer("a2", "u1", "two")] }],
];

/** What a turn does on a server that is well. */
interface Scenario {
    name: string;
    before?: Case["before"];
    options?: Case["options"];
    world: Case["world"];
    answered?: Case["answered"];
    /** The answer, and the requests without which it cannot be had. */
    text?: string;
    needs?: RequestKind[];
}

const scenarios: Scenario[] = [
    {
        name: "a quick answer",
        world: [
            [0, { status: "busy", messages: [old, u1] }],
            [300, { status: "idle", messages: [old, u1, answer("a1", "u1", "pong")] }],
        ],
        text: "pong",
        needs: ["last"],
    },
    {
        name: "a turn with tools and subagents",
        world: [
            [0, { status: "busy", messages: [old, u1, running], permissions: strangers, questions: [] }],
            [
                20_000,
                {
                    status: "idle",
                    messages: [
                        old,
                        u1,
                        {
                            ...answer("a1", "u1", "one"),
                            info: { ...answer("a1", "u1", "").info, finish: "tool-calls" },
                        },
                        answer("a2", "u1", "two"),
                    ],
                },
            ],
        ],
        text: "one\n\ntwo",
        needs: ["last", "recent"],
    },
    {
        name: "a slow start",
        options: named,
        world: [
            [0, { status: "idle", messages: [old], agents, providers }],
            [15_000, { status: "busy", messages: [old, u1] }],
            [17_000, { status: "idle", messages: [old, u1, answer("a1", "u1", "late")] }],
        ],
        text: "late",
        needs: ["last"],
    },
    {
        name: "a turn that never starts",
        options: named,
        world: [[0, { status: "idle", messages: [old, u1], agents, providers }]],
    },
    {
        name: "a prompt that never shows",
        options: named,
        world: [[0, { status: "idle", messages: [old], agents, providers }]],
    },
    {
        name: "a permission that nobody gives",
        world: [
            [
                0,
                {
                    status: "busy",
                    messages: [old, u1, running],
                    permissions: [...strangers, { id: "p3", sessionID: "ses_a", permission: "bash" }],
                },
            ],
        ],
    },
    {
        name: "a permission that is given",
        world: [
            [
                0,
                {
                    ...waiting,
                    permissions: [...strangers, permission],
                    decision: { what: "permission", reply: "once", seconds: 5 },
                },
            ],
        ],
        answered: goesOn,
        text: "one\n\ntwo",
        needs: ["last", "recent", "status", "permissions", "answerPermission"],
    },
    {
        name: "a permission that is refused with a reason",
        world: [
            [
                0,
                {
                    ...waiting,
                    permissions: [permission],
                    decision: { what: "permission", reply: "reject", message: "no", seconds: 100 },
                },
            ],
        ],
        answered: goesOn,
        text: "one\n\ntwo",
        needs: ["last", "recent", "status", "permissions", "answerPermission"],
    },
    {
        name: "a question that is answered",
        world: [
            [
                0,
                {
                    ...waiting,
                    questions: [question],
                    decision: { what: "question", answers: [["Birch"]], seconds: 5 },
                },
            ],
        ],
        answered: goesOn,
        text: "one\n\ntwo",
        needs: ["last", "recent", "status", "questions", "answerQuestion"],
    },
    {
        name: "a question that is rejected",
        world: [[0, { ...waiting, questions: [question], decision: { what: "question", seconds: 5 } }]],
        answered: goesOn,
        text: "one\n\ntwo",
        needs: ["last", "recent", "status", "questions", "rejectQuestion"],
    },
    {
        name: "tools whose ends are told",
        options: { wantsTools: true },
        world: [
            [0, { status: "busy", messages: [old, u1, running] }],
            [5000, { messages: [old, u1, stepDone, unfinished("a2", "u1")] }],
            [9000, { status: "idle", messages: [old, u1, stepDone, answer("a2", "u1", "two")] }],
        ],
        text: "one\n\ntwo",
        needs: ["last", "recent"],
    },
    {
        name: "resumed and answered",
        options: { resumed: true, sentAt: -60_000, baselineId: "a0" },
        world: [[0, { status: "idle", messages: [old, u1, answer("a1", "u1", "waited")] }]],
        text: "waited",
        needs: ["status", "recent"],
    },
    {
        name: "resumed and never sent",
        options: { resumed: true, sentAt: -600_000, baselineId: "a0" },
        world: [[0, { status: "idle", messages: [old] }]],
    },
    {
        name: "stopped before it began",
        world: [
            [0, { status: "busy", messages: [old, u1] }],
            [
                500,
                {
                    status: "idle",
                    messages: [
                        old,
                        u1,
                        answer("a1", "u1", "", { finish: undefined, error: { name: "MessageAbortedError" } }),
                    ],
                },
            ],
        ],
    },
];

/** The record that a turn has ended as opencode 2 has it. */
const idle = (id: string, outcome = "succeeded"): Message => ({
    info: { id, role: "idle", time: { created: 3 }, finish: outcome },
    parts: [],
});

/** Messages as opencode 2 has them: none says which prompt it answers, and behind a turn there may be a record of its end. */
function messagesOf2(messages: readonly Message[], isOver: boolean, hasRecords: boolean): Message[] {
    const made: Message[] = [];
    let last: Message | undefined;
    for (const message of messages) {
        const { parentID: _, ...info } = message.info;
        last = { ...message, info };
        made.push(last);
        if (message === old && hasRecords) made.push(idle("i0"));
    }
    const isAnswered = last?.info.role === "assistant" && last.info.id !== old.info.id;
    const outcome = last?.info.error === undefined ? "succeeded" : "interrupted";
    return isOver && isAnswered && hasRecords ? [...made, idle("i1", outcome)] : made;
}

/** The same turn on a server of opencode 2. */
function on2(scenario: Scenario, hasRecords: boolean): Scenario {
    let status: unknown = "idle";
    const change = (given: World): World => {
        status = given.status ?? status;
        if (given.messages === undefined) return given;
        return { ...given, messages: messagesOf2(given.messages, status === "idle", hasRecords) };
    };
    const isResumed = scenario.options?.resumed === true;
    return {
        ...scenario,
        before: { messages: messagesOf2([old], false, hasRecords) },
        options: {
            ...scenario.options,
            dialect: 2,
            ...(isResumed ? { baselineId: hasRecords ? "i0" : "a0" } : {}),
        },
        world: scenario.world.map(([at, given]) => [at, change(given)]),
        answered: scenario.answered?.map(([after, given]) => [after, change(given)]),
        // The record tells the end, and without one the status alone does.
        needs: ["recent", ...(hasRecords ? [] : ["status" as const]), ...answerNeeds(scenario)],
    };
}

/** Requests without which nothing that is asked is answered. */
function answerNeeds(scenario: Scenario): RequestKind[] {
    const isOfAsks = (kind: RequestKind) => /^(answer|reject|permissions|questions)/.test(kind);
    // What asks is told by the newest message, which is looked at while the session is seen to work.
    const asked = scenario.needs?.filter(isOfAsks) ?? [];
    return asked.length === 0 ? [] : [...asked, "last", "status"];
}

const kinds: RequestKind[] = [
    "last",
    "beginning",
    "recent",
    "status",
    "session",
    "parent",
    "permissions",
    "questions",
    "answerPermission",
    "answerQuestion",
    "rejectQuestion",
    "message",
    "agents",
    "providers",
    "mcp",
];
/** Those that are asked of opencode 2. */
const kinds2: RequestKind[] = [
    ...kinds.filter((kind) => kind !== "mcp" && kind !== "beginning"),
    "send",
    "reason",
];
/** 5xx, a cut or a refused connection, a hang, and what is no answer of opencode's; and two for good. */
const faults = ["server_error", "cannot_connect", "timed_out", "not_opencode", "unauthorized", "bad_request"];
/** From when to when, in milliseconds since the prompt was sent. */
const spans: [name: string, from: number, to: number | undefined][] = [
    ["from the start", 0, undefined],
    ["from the middle", 400, undefined],
    ["for 5 s", 250, 5250],
    ["for a moment", 250, 1250],
];
const forGood = new Set(["unauthorized", "bad_request"]);

/** The scenario with one kind of request failing. */
function withFault(scenario: Scenario, kind: RequestKind, code: string, from: number, to?: number): Case {
    const fails = { [kind]: code };
    const world: Case["world"] = [
        ...scenario.world,
        [from, { fails }],
        ...(to === undefined ? [] : [[to, { fails: {} }] as Case["world"][number]]),
    ];
    return {
        name: scenario.name,
        before: scenario.before,
        options: { idleTimeout: IDLE_TIMEOUT, ...scenario.options },
        answered: scenario.answered,
        world: world.sort((one, other) => one[0] - other[0]),
        end: { kind: "fail", code: "" },
    };
}

// Nothing of the scenarios lasts longer than 20 s but for a person who is asked, and a request that hangs takes 30 s.
const BOUND = (20 + IDLE_TIMEOUT + 2 * 30 + 5) * 1000;

/** Milliseconds for which a person is asked: the idle timeout does not run then. */
function personTime(scenario: Scenario, asked: number): number {
    return asked * (scenario.world[0]![1].decision?.seconds ?? 1) * 1000;
}

/** A turn on opencode 2 that fails before its first step. */
const failsAtOnce: Scenario = {
    name: "a turn that fails before its first step",
    options: named,
    world: [
        [0, { status: "busy", messages: [old, u1] }],
        [300, { status: "idle", messages: [old, u1], reason: "no such model", agents, providers }],
    ],
};

/** The scenarios on opencode 2, with records of ends and without. */
const scenarios2: [name: string, scenario: Scenario][] = [true, false].flatMap((hasRecords) =>
    [...scenarios, failsAtOnce].map((scenario): [string, Scenario] => [
        `${scenario.name}, ${hasRecords ? "with" : "without"} records of ends`,
        on2(scenario, hasRecords),
    ]),
);

describe.each(scenarios2)("on opencode 2 %s", (name, scenario) => {
    it.each(kinds2)("while %s fails", (kind) => {
        for (const code of faults) {
            for (const [span, from, to] of spans) {
                const played = play(withFault(scenario, kind, code, from, to));
                const action = played.action;
                const what = `${name}: ${kind} fails with ${code} ${span}: ${JSON.stringify(action)}`;
                const bound = BOUND + personTime(scenario, played.asked);
                expect(played.endedAt, what).toBeLessThanOrEqual(bound);
                // An answer that a form does not take is asked for again, twice.
                const isUnfit = kind === "answerQuestion" && code === "bad_request";
                const mostAsked = isUnfit ? 3 : 1;
                if (scenario.answered !== undefined)
                    expect(played.asked, what).toBeLessThanOrEqual(mostAsked);
                expect(played.sendings, what).toBeLessThanOrEqual(1);
                const isForGood = (kind === "status" || kind === "last") && forGood.has(code);
                const isNeeded = scenario.needs!.includes(kind) || isForGood;
                const isAway = scenario.name === "a slow start" && code === "cannot_connect";
                const isShort = to !== undefined && !forGood.has(code) && !(isAway && to > 5000);
                const hasHope = isShort || !(isNeeded || (isAway && kind === "status"));
                if (scenario.text !== undefined && hasHope) {
                    expect(action, what).toMatchObject({ kind: "done", text: scenario.text });
                } else if (action.kind === "fail") {
                    if (scenario.text !== undefined) expect(action.pending, what).toBe(true);
                    expect(action.code, what).not.toBe("internal_error");
                }
            }
        }
    });
});

describe.each(scenarios)("$name", (scenario) => {
    describe.each(kinds)("while %s fails", (kind) => {
        for (const code of faults) {
            for (const [span, from, to] of spans) {
                it(`with ${code}, ${span}`, () => {
                    const played = play(withFault(scenario, kind, code, from, to));
                    const bound = BOUND + personTime(scenario, played.asked);
                    expect(played.endedAt, JSON.stringify(played.action)).toBeLessThanOrEqual(bound);
                    // Nobody is asked a second time because the server could not be told.
                    if (scenario.answered !== undefined) expect(played.asked).toBeLessThanOrEqual(1);
                    const action = played.action;
                    const isNeeded =
                        scenario.needs?.includes(kind) === true || (kind === "status" && forGood.has(code));
                    // A server that was away, and does not have the prompt yet, was restarted for all that one knows.
                    const isAway = scenario.name === "a slow start" && code === "cannot_connect";
                    const isShort = to !== undefined && !forGood.has(code) && !(isAway && to > 5000);
                    const hasHope = isShort || !(isNeeded || (isAway && kind === "status"));
                    if (scenario.text !== undefined && hasHope) {
                        expect(action).toMatchObject({ kind: "done", text: scenario.text });
                    } else if (action.kind === "fail") {
                        // A turn that may have been answered is never forgotten.
                        if (scenario.text !== undefined) expect(action.pending).toBe(true);
                        expect(action.code).not.toBe("internal_error");
                    }
                });
            }
        }
    });
});

it("the same in Lua", () => {
    for (const scenario of scenarios) {
        for (const kind of kinds) {
            for (const code of ["server_error", "timed_out"]) {
                const played = play(withFault(scenario, kind, code, 400));
                const { actions } = replayInLua(played.start, played.observations);
                expect(actions).toEqual(asLua(played.actions));
            }
        }
    }
});

it("the same on opencode 2 in Lua", () => {
    for (const [, scenario] of scenarios2) {
        for (const kind of kinds2) {
            const played = play(withFault(scenario, kind, "server_error", 400));
            const { actions } = replayInLua(played.start, played.observations);
            expect(actions).toEqual(asLua(played.actions));
        }
    }
});

/** What is said of a request that fails for good although the others are answered. */
it.each([
    [
        "a quick answer",
        "last",
        "server_error",
        { code: "request_fails", detail: { route: "/session/.../message" } },
    ],
    [
        "a permission that nobody gives",
        "status",
        "server_error",
        { code: "request_fails", detail: { route: "/session/status" } },
    ],
    [
        "a permission that nobody gives",
        "status",
        "timed_out",
        { code: "request_fails", detail: { route: "/session/status" } },
    ],
    [
        "a turn that never starts",
        "providers",
        "server_error",
        { code: "server_stuck", detail: { route: "/config/providers" } },
    ],
    [
        "a turn that never starts",
        "providers",
        "timed_out",
        { code: "never_started", detail: { why: " (/config/providers: timed_out)" } },
    ],
    [
        "a turn that never starts",
        "agents",
        "not_opencode",
        { code: "never_started", detail: { why: " (/agent: not_opencode)" } },
    ],
    ["a prompt that never shows", "agents", "timed_out", { code: "slow_start" }],
    ["a permission that nobody gives", "questions", "server_error", { code: "waiting_for_permission" }],
    [
        "resumed and never sent",
        "session",
        "cannot_connect",
        { code: "request_fails", detail: { route: "/session/..." } },
    ],
    ["stopped before it began", "mcp", "server_error", { code: "server_stuck" }],
    ["stopped before it began", "mcp", "not_opencode", { code: "aborted" }],
] as [string, RequestKind, string, object][])("%s, %s fails with %s", (name, kind, code, end) => {
    const scenario = scenarios.find((one) => one.name === name)!;
    const played = play(withFault(scenario, kind, code, 0));
    expect(played.action).toMatchObject({ kind: "fail", ...end });
    const told = code === "server_error" && kind !== "questions";
    if (told) expect(played.shown).toContain("failing");
});

it("a newest message that cannot be read, where the others can, is no progress each time", () => {
    const hidden = { status: "idle" as const, messages: [old, u1], hidesNewest: true };
    const played = play({
        name: "hidden",
        options: { idleTimeout: IDLE_TIMEOUT, resumed: true, agent: "build" },
        world: [[0, hidden]],
        end: { kind: "fail", code: "no_progress" },
    });
    expect(played.action.kind).toBe("fail");
    expect(played.requests).toBeLessThan(1000);
});
