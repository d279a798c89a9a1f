/** The codec of opencode 2's events, by tables: what comes, and what has happened. */
import { describe, expect, test } from "vitest";
import { catchUp, type Codec, cut, newCodec, read } from "../src/events2.ts";
import { show, words } from "./events1-support.ts";
import { answer, ended, event, listed, started, step, succeeded, text, told } from "./events2-support.ts";

/** All that has happened by some events. */
const readAll = (events: readonly unknown[], codec: Codec = newCodec()) =>
    events.flatMap((one) => read(codec, one));

const writing = () => [started(), step("msg_02")];
const call = { assistantMessageID: "msg_02", id: "call_1" };
const tokens = { input: 5, output: 6, reasoning: 7, cache: { read: 8, write: 9 } };
const over = { time: { created: 1, completed: 2 }, finish: "stop" };

const cases: [name: string, events: () => unknown[], happened: string[]][] = [
    [
        "a turn: text comes once, piece by piece",
        () => [
            event("session.inbox.enqueued", {
                sessionID: "ses_1",
                inboxID: "msg_01",
                item: { type: "user", payload: { text: "hello" }, delivery: "steer" },
            }),
            ...writing(),
            text("msg_02").start(),
            text("msg_02").delta("po"),
            text("msg_02").delta("ng"),
            text("msg_02").end("pong"),
            ended("msg_02", { tokens }),
            told("usage.updated", { cost: 0, tokens }),
            succeeded(),
        ],
        [
            "busy",
            "text msg_02.text.0@0 po",
            "text msg_02.text.0@2 ng",
            "step usage",
            "final msg_02 stop undefined",
            "idle",
        ],
    ],
    [
        "texts and thoughts are counted each on their own",
        () => [
            ...writing(),
            text("msg_02", 0, "reasoning").start(),
            text("msg_02", 0, "reasoning").delta("hm"),
            text("msg_02", 0, "reasoning").end("hm"),
            text("msg_02", 0).start(),
            text("msg_02", 0).delta("so"),
            text("msg_02", 0).end("so"),
            text("msg_02", 1).start(),
            text("msg_02", 1).delta("on"),
        ],
        ["busy", "reasoning msg_02.reasoning.0@0 hm", "text msg_02.text.0@0 so", "text msg_02.text.1@0 on"],
    ],
    [
        "pieces of a text that nothing says to begin, in a message that was seen to begin",
        () => [...writing(), text("msg_02").delta("a"), text("msg_02").delta("b"), text("msg_02").end("ab")],
        ["busy", "text msg_02.text.0@0 a", "text msg_02.text.0@1 b"],
    ],
    [
        "pieces of a message that was not seen to begin wait for the whole text",
        () => [text("msg_02").delta("cd"), text("msg_02").end("abcd"), text("msg_02").delta("e")],
        ["text msg_02.text.0@0 abcd"],
    ],
    [
        "a text without a place is the first",
        () => [
            ...writing(),
            told("text.started", { assistantMessageID: "msg_02" }),
            told("text.delta", { assistantMessageID: "msg_02", delta: "a" }),
        ],
        ["busy", "text msg_02.text.0@0 a"],
    ],
    [
        "the whole text is longer than its pieces",
        () => [...writing(), text("msg_02").start(), text("msg_02").delta("a"), text("msg_02").end("abc")],
        ["busy", "text msg_02.text.0@0 a", "text msg_02.text.0@1 bc"],
    ],
    [
        "the whole text is another one",
        () => [...writing(), text("msg_02").start(), text("msg_02").delta("a\n"), text("msg_02").end("a")],
        ["busy", "text msg_02.text.0@0 a\n", "text replaced msg_02.text.0 a"],
    ],
    [
        "a tool call is told of in parts, each once, and none behind its end",
        () => [
            ...writing(),
            told("tool.input.started", { ...call, name: "shell" }),
            told("tool.input.delta", { ...call, delta: '{"command":' }),
            told("tool.input.ended", { ...call, text: '{"command":"ls"}' }),
            told("tool.called", { ...call, input: { command: "ls" }, executed: false }),
            told("tool.progress", { ...call, metadata: { shellID: "sh_1" } }),
            told("tool.success", { ...call, content: [{ type: "text", text: "a" }], metadata: { exit: 0 } }),
            told("tool.called", { ...call, input: { command: "ls" } }),
        ],
        ["busy", "tool shell pending", "tool shell running", "tool shell completed"],
    ],
    [
        "a tool call that fails",
        () => [
            ...writing(),
            told("tool.input.started", { ...call, name: "shell" }),
            told("tool.failed", { ...call, error: { type: "tool.execution", message: "no" } }),
        ],
        ["busy", "tool shell pending", "tool shell error"],
    ],
    [
        "calls as servers before 2.0.22 name them",
        () => [
            ...writing(),
            told("tool.input.started", { assistantMessageID: "msg_02", callID: "c", name: "shell" }),
            told("tool.success", { assistantMessageID: "msg_02", callID: "c", structured: { exit: 0 } }),
        ],
        ["busy", "tool shell pending", "tool shell completed"],
    ],
    [
        "a tool call whose name was missed is unknown",
        () => [...writing(), told("tool.called", { ...call, input: {} })],
        ["busy", "tool unknown running"],
    ],
    [
        "a step without tokens costs nothing",
        () => [...writing(), ended("msg_02")],
        ["busy", "final msg_02 stop undefined"],
    ],
    [
        "a step that fails, and the turn with it",
        () => [
            ...writing(),
            told("step.failed", {
                assistantMessageID: "msg_02",
                error: { type: "provider.auth", message: "no", status: 401 },
                tokens,
            }),
            told("execution.failed", { error: { type: "provider.auth", message: "no", status: 401 } }),
        ],
        ["busy", "step usage", "final msg_02 error provider.auth", "error provider.auth", "idle"],
    ],
    [
        "a turn that fails before its first step",
        () => [
            started(),
            told("execution.failed", { error: { type: "provider.no-route", message: "Model unavailable" } }),
        ],
        ["busy", "error provider.no-route", "idle"],
    ],
    [
        "a turn that fails without a word on why",
        () => [started(), told("execution.failed")],
        ["busy", "error unknown", "idle"],
    ],
    [
        "a turn that is stopped",
        () => [
            ...writing(),
            told("step.failed", { assistantMessageID: "msg_02", error: { type: "aborted" } }),
            told("execution.interrupted", { reason: "user" }),
        ],
        ["busy", "final msg_02 error MessageAbortedError", "error MessageAbortedError", "idle"],
    ],
    [
        "the model fails and is tried again: what it had written of a text is void",
        () => [
            ...writing(),
            text("msg_02").start(),
            text("msg_02").delta("ab"),
            told("retry.scheduled", {
                assistantMessageID: "msg_02",
                attempt: 2,
                at: 5,
                error: { type: "provider.transport", message: "cut" },
            }),
            step("msg_02"),
            text("msg_02").start(),
            text("msg_02").delta("abc"),
            text("msg_02").end("abc"),
        ],
        [
            "busy",
            "text msg_02.text.0@0 ab",
            "text replaced msg_02.text.0 ",
            "retry",
            "busy",
            "text msg_02.text.0@0 abc",
        ],
    ],
    [
        "asks and their answers, by names that tell their session",
        () => [
            event("permission.asked", {
                id: "per_1",
                sessionID: "ses_1",
                action: "shell",
                resources: ["rm x"],
            }),
            event("permission.replied", { sessionID: "ses_1", requestID: "per_1", reply: "once" }),
            event("form.created", {
                form: { id: "frm_1", sessionID: "ses_1", fields: [{ key: "q0", type: "string" }] },
            }),
            event("form.cancelled", { id: "frm_1", sessionID: "ses_1" }),
            event("form.created", {
                form: { id: "frm_2", sessionID: "ses_2", fields: [{ key: "q0", type: "string" }] },
            }),
            event("form.replied", { id: "frm_2", sessionID: "ses_2", answer: { q0: "a" } }),
        ],
        [
            "permission",
            "permission answered per_1~ses_1",
            "question",
            "question answered frm_1~ses_1",
            "ses_2: question",
            "ses_2: question answered frm_2~ses_2",
        ],
    ],
    [
        "another model answers",
        () => [step("msg_02"), step("msg_03"), step("msg_04", { id: "other", providerID: "p" })],
        ["model switched"],
    ],
    [
        "subagents, by their session or by the call that has opened it, each once",
        () => [
            event("session.created", { sessionID: "ses_2", parentID: "ses_1", projectID: "p" }),
            event("session.created", { sessionID: "ses_4", projectID: "p" }),
            ...writing(),
            told("tool.input.started", { ...call, name: "subagent" }),
            told("tool.progress", { ...call, metadata: { sessionID: "ses_2" } }),
            told("tool.success", { ...call, metadata: { sessionID: "ses_3" } }),
        ],
        [
            "child ses_2",
            "busy",
            "tool subagent pending",
            "tool subagent running",
            "tool subagent completed",
            "child ses_3",
        ],
    ],
    [
        "a summary",
        () => [
            started(),
            told("compaction.started", { reason: "auto", recent: "" }),
            told("compaction.delta", { text: "# Summary" }),
            told("compaction.ended", { reason: "auto", text: "# Summary", recent: "" }),
            succeeded(),
        ],
        ["busy", "compaction", "idle"],
    ],
    [
        "a session that is deleted is forgotten",
        () => [started(), told("deleted"), started()],
        ["busy", "deleted", "busy"],
    ],
];

test.each(cases)("%s", (_, events, happened) => {
    expect(words(readAll(events()))).toEqual(happened);
});

test.each(cases)("every event twice: %s", (_, events, happened) => {
    expect(words(readAll(events().flatMap((one) => [one, one])))).toEqual(happened);
});

test.each(cases)("no event that lacks a field, or has a wrong one, breaks anything: %s", (_, events) => {
    for (const one of events() as { data: object }[]) {
        for (const name of Object.keys(one.data)) {
            for (const wrong of [undefined, null, 7, "../x", [], {}, { type: 1, id: null }]) {
                const happenings = read(newCodec(), { ...one, data: { ...one.data, [name]: wrong } });
                for (const { sessionId } of happenings) expect(sessionId).toMatch(/^ses_\d$/);
            }
        }
    }
});

test("calls whose inputs differ are told apart, where nothing of that is shown, too", () => {
    const called = (input: object) => {
        const last = readAll([...writing(), told("tool.called", { ...call, input })]).at(-1)!;
        return last.kind === "tool" ? { shown: last.part.state?.input, digest: last.inputDigest } : undefined;
    };
    const edited = called({ path: "/a", oldString: "b" });
    expect(edited?.shown).toEqual({ filePath: "/a" });
    expect(edited?.digest).toBeTypeOf("string");
    expect(called({ path: "/a", oldString: "b" })).toEqual(edited);
    expect(called({ path: "/a", oldString: "c" })?.digest).not.toBe(edited?.digest);
});

test("a tool call tells what it gave and why it failed, in the words of opencode 1", () => {
    const last = (...events: object[]) => {
        const happening = readAll([
            ...writing(),
            told("tool.input.started", { ...call, name: "shell" }),
            ...events,
        ]).at(-1);
        return happening?.kind === "tool" ? happening.part : undefined;
    };
    expect(
        last(
            told("tool.called", { ...call, input: { command: "ls", description: "List" } }),
            told("tool.success", {
                ...call,
                content: [
                    { type: "text", text: "a" },
                    { type: "text", text: "b" },
                ],
                metadata: { exit: 2 },
            }),
        ),
    ).toMatchObject({
        type: "tool",
        tool: "shell",
        callID: "call_1",
        state: {
            status: "completed",
            output: "a\nb",
            input: { command: "ls", description: "List" },
            metadata: { exit: 2 },
        },
    });
    expect(last(told("tool.failed", { ...call, error: { type: "x", message: "broken" } }))).toMatchObject({
        state: { status: "error", error: "broken" },
    });
});

test("a step's usage is that of its model", () => {
    expect(readAll([step("msg_02"), ended("msg_02", { tokens, cost: 0.25 })])[0]).toEqual({
        sessionId: "ses_1",
        kind: "step usage",
        messageId: "msg_02",
        partId: "msg_02.step",
        model: { providerId: "p", modelId: "m" },
        usage: { input: 5, output: 6, reasoning: 7, cacheRead: 8, cacheWrite: 9, cost: 0.25 },
    });
});

test("an ask is whole", () => {
    const [permission, question] = readAll([
        event("permission.asked", {
            id: "per_1",
            sessionID: "ses_1",
            action: "shell",
            resources: ["touch a"],
            save: ["touch *"],
            source: { type: "tool", messageID: "msg_02", id: "call_1" },
        }),
        event("form.created", {
            form: {
                id: "frm_1",
                sessionID: "ses_1",
                title: "Questions",
                fields: [
                    {
                        key: "q0",
                        title: "Tree",
                        description: "Which?",
                        type: "string",
                        options: [{ value: "b", label: "Birch" }],
                        custom: true,
                    },
                ],
            },
        }),
    ]);
    expect(permission).toMatchObject({
        permission: {
            id: "per_1~ses_1",
            sessionID: "ses_1",
            permission: "shell",
            patterns: ["touch a"],
            always: ["touch *"],
            tool: { messageID: "msg_02", callID: "call_1" },
        },
    });
    expect(question).toMatchObject({
        question: {
            id: "frm_1~ses_1",
            questions: [{ question: "Which?", header: "Tree", options: [{ label: "Birch" }], custom: true }],
        },
    });
});

describe("what is nothing that happened", () => {
    test.each<[string, unknown]>([
        ["nothing", undefined],
        ["null", null],
        ["a text", "data"],
        ["a list", [started()]],
        ["an empty object", {}],
        ["the greeting", { id: "evt_x", type: "server.connected", data: {} }],
        ["an unknown type", told("dreamt")],
        ["a type that objects have", event("constructor", { sessionID: "ses_1" })],
        ["no data", { id: "evt_x", type: "session.execution.started" }],
        ["no session", event("session.execution.started", {})],
        ["a session that is no id", event("session.execution.started", { sessionID: "../x" })],
        ["an event of opencode 1", { type: "session.idle", properties: { sessionID: "ses_1" } }],
        ["a piece of no message", told("text.delta", { ordinal: 0, delta: "x" })],
        ["a piece that is none", told("text.delta", { assistantMessageID: "msg_2", delta: 5 })],
        ["a call without an id", told("tool.called", { assistantMessageID: "msg_2", input: {} })],
    ])("%s", (_, sent) => {
        expect(read(newCodec(), sent)).toEqual([]);
    });
});

describe("after a cut", () => {
    test("a text goes on when it is whole, and not in its middle", () => {
        const codec = newCodec();
        const before = readAll([...writing(), text("msg_02").start(), text("msg_02").delta("ab")], codec);
        cut(codec);
        const after = readAll([text("msg_02").delta("ef"), text("msg_02").end("abcdef"), succeeded()], codec);
        expect(words([...before, ...after])).toEqual([
            "busy",
            "text msg_02.text.0@0 ab",
            "text msg_02.text.0@2 cdef",
            "idle",
        ]);
    });

    test("a text that begins while nobody listens is known when it is whole", () => {
        const codec = newCodec();
        readAll(writing(), codec);
        cut(codec);
        const after = readAll([text("msg_02").delta("cd"), text("msg_02").end("abcd")], codec);
        expect(words(after)).toEqual(["text msg_02.text.0@0 abcd"]);
    });

    test("what was missed is told from the list, and nothing twice", () => {
        const codec = newCodec();
        readAll([...writing(), text("msg_02").start(), text("msg_02").delta("ab")], codec);
        cut(codec);
        const messages = listed(
            { id: "msg_mine", type: "user", time: { created: 1 }, text: "typed" },
            answer(
                "msg_02",
                [
                    { type: "text", text: "abc" },
                    { type: "reasoning", text: "hm" },
                    { type: "text", text: "d" },
                ],
                { ...over, tokens, cost: 1 },
            ),
            answer("msg_03", [
                { type: "tool", id: "c", name: "shell", state: { status: "running", input: {} } },
                { type: "text", text: "" },
            ]),
        );
        expect(words(catchUp(codec, "ses_1", messages))).toEqual([
            "text msg_02.text.0@2 c",
            "reasoning msg_02.reasoning.0@0 hm",
            "text msg_02.text.1@0 d",
            "step usage",
            "final msg_02 stop undefined",
            "tool shell running",
        ]);
        expect(catchUp(codec, "ses_1", messages)).toEqual([]);
        const after = readAll(
            [text("msg_03").delta("dle"), text("msg_03").end("middle"), succeeded()],
            codec,
        );
        expect(words(after)).toEqual(["text msg_03.text.0@0 middle", "idle"]);
    });

    test("a list that is older than the stream takes nothing back", () => {
        const codec = newCodec();
        const events = [text("msg_02").start(), text("msg_02").delta("ab"), told("tool.success", call)];
        readAll([...writing(), ...events], codec);
        expect(catchUp(codec, "ses_1", listed(answer("msg_02", [{ type: "text", text: "" }])))).toEqual([]);
        expect(words(readAll([text("msg_02").delta("c"), text("msg_02").end("abc")], codec))).toEqual([
            "text msg_02.text.0@2 c",
        ]);
    });

    test("a list that is newer than the stream is not told again by it", () => {
        const codec = newCodec();
        const ended2 = listed(answer("msg_02", [{ type: "text", text: "abc" }], over));
        expect(words(catchUp(codec, "ses_1", ended2))).toEqual([
            "text msg_02.text.0@0 abc",
            "final msg_02 stop undefined",
        ]);
        const late = [
            step("msg_02"),
            text("msg_02").start(),
            text("msg_02").delta("abc"),
            text("msg_02").end("abc"),
            ended("msg_02"),
        ];
        expect(words(readAll(late, codec))).toEqual([]);
    });

    test.each([
        ["an answer", "msg_zz"],
        ["a prompt, whose id the computer has chosen", "msg_zzz_mine"],
        ["a record that a turn has ended", "msg_zzzz"],
    ])("of a session that was not watched, what came after %s is told, whatever its id is", (_, after) => {
        const messages = listed(
            answer("msg_zz", [{ type: "text", text: "old" }], over),
            ...(after === "msg_zz"
                ? []
                : [{ id: "msg_zzz_mine", type: "user", time: { created: 1 }, text: "" }]),
            ...(after === "msg_zzzz"
                ? [{ id: "msg_zzzz", type: "idle", time: { created: 1 }, outcome: "succeeded" }]
                : []),
            answer("msg_aa", [{ type: "text", text: "new" }], over),
        );
        const codec = newCodec();
        expect(words(catchUp(codec, "ses_1", messages, after))).toEqual([
            "text msg_aa.text.0@0 new",
            "final msg_aa stop undefined",
        ]);
        expect(words(readAll([text("msg_zz").end("old")], codec))).toEqual([]);
    });

    test("work and rest are told of again", () => {
        const codec = newCodec();
        expect(words(readAll([started()], codec))).toEqual(["busy"]);
        cut(codec);
        expect(words(readAll([started(), succeeded()], codec))).toEqual(["busy", "idle"]);
        cut(codec);
        expect(words(readAll([succeeded()], codec))).toEqual(["idle"]);
    });
});

test("mixed with other sessions, a screen shows what each has said", () => {
    const of = (session: string, message: string) =>
        [
            ...writing(),
            text("msg_02").start(),
            text("msg_02").delta("one "),
            text("msg_02").delta(session),
            text("msg_02").end(`one ${session}`),
            ended("msg_02"),
        ].map((one) => {
            const { data, ...rest } = one as { data: object };
            return { ...rest, data: { ...data, sessionID: session, assistantMessageID: message } };
        });
    const [a, b] = [of("ses_1", "msg_a"), of("ses_2", "msg_b")];
    const mixed = a.flatMap((one, place) => [one, b[place]!]);
    expect(show(readAll(mixed))).toEqual(
        new Map([
            ["ses_1 msg_a msg_a.text.0", "one ses_1"],
            ["ses_2 msg_b msg_b.text.0", "one ses_2"],
        ]),
    );
});

describe("memory", () => {
    /** How much a codec holds: its entries and its characters. */
    const size = (codec: Codec) =>
        JSON.stringify(codec, (_, value: unknown): unknown =>
            value instanceof Map || value instanceof Set ? [...(value as Set<unknown>)] : value,
        ).length;

    const turn = (id: string) => [
        started(),
        step(id),
        text(id).start(),
        text(id).delta("x".repeat(1000)),
        text(id).end("x".repeat(1000)),
        told("tool.input.started", { assistantMessageID: id, id: "c", name: "shell" }),
        told("tool.success", {
            assistantMessageID: id,
            id: "c",
            content: [{ type: "text", text: "y".repeat(1000) }],
        }),
        ended(id, { tokens }),
        succeeded(),
    ];

    test("a long session takes no more than a short one", () => {
        const codec = newCodec();
        const sizes: number[] = [];
        for (let count = 0; count < 600; count += 1) {
            readAll(turn(`msg_${count}`), codec);
            sizes.push(size(codec));
        }
        expect(sizes.at(-1)).toBeLessThan(sizes[299]! * 1.1);
        expect(sizes.at(-1)).toBeLessThan(150_000);
    });

    test("what is over and forgotten is not told again, whatever its id is", () => {
        const codec = newCodec();
        readAll(turn("msg_zzz"), codec);
        for (let count = 0; count < 100; count += 1) readAll(turn(`msg_${count}`), codec);
        // All of the first turn once more, under other ids.
        expect(words(readAll(turn("msg_zzz").slice(1, -1), codec))).toEqual([]);
    });
});
