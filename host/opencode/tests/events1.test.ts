/** The codec of opencode 1's events, by tables: what comes, and what has happened. */
import { describe, expect, test } from "vitest";
import { catchUp, type Codec, cut, newCodec, read } from "../src/events1.ts";
import type { ListedMessage } from "../src/listed.ts";
import {
    assistant,
    completed,
    delta,
    error,
    event,
    idle,
    part,
    show,
    start,
    status,
    user,
    whole,
    words,
} from "./events1-support.ts";

/** All that has happened by some events. */
const readAll = (events: readonly unknown[], codec: Codec = newCodec()) =>
    events.flatMap((one) => read(codec, one));

const prompted = () => [
    user("msg_01"),
    part("msg_01", "p0", { type: "text", text: "hello" }),
    status("busy"),
];
const writing = () => [...prompted(), assistant("msg_02"), status("busy")];
const tool = (state: object, more: object = {}) =>
    part("msg_02", "p2", { type: "tool", tool: "bash", callID: "c", state, ...more });

const cases: [name: string, events: () => unknown[], happened: string[]][] = [
    [
        "a turn: text comes once, piece by piece",
        () => [
            ...writing(),
            part("msg_02", "p1", { type: "step-start" }),
            start("msg_02", "p2"),
            delta("msg_02", "p2", "po"),
            delta("msg_02", "p2", "ng"),
            whole("msg_02", "p2", "pong"),
            part("msg_02", "p3", { type: "step-finish", tokens: { input: 1, output: 2 }, cost: 0.5 }),
            completed("msg_02"),
            completed("msg_02"),
            status("busy"),
            status("idle"),
            idle(),
        ],
        ["busy", "text p2@0 po", "text p2@2 ng", "step usage", "final msg_02 stop undefined", "idle"],
    ],
    [
        "reasoning and text are told apart by their parts",
        () => [
            ...writing(),
            start("msg_02", "p2", "reasoning"),
            delta("msg_02", "p2", "hm"),
            whole("msg_02", "p2", "hm", "reasoning"),
            start("msg_02", "p3"),
            delta("msg_02", "p3", "so"),
        ],
        ["busy", "reasoning p2@0 hm", "text p3@0 so"],
    ],
    [
        "a delta before its part waits for what it is",
        () => [
            ...writing(),
            delta("msg_02", "p2", "h"),
            delta("msg_02", "p2", "m"),
            start("msg_02", "p2", "reasoning"),
            delta("msg_02", "p2", "!"),
            whole("msg_02", "p2", "hm!", "reasoning"),
        ],
        ["busy", "reasoning p2@0 hm", "reasoning p2@2 !"],
    ],
    [
        "a delta before its part, of which the whole text is known first",
        () => [
            ...writing(),
            delta("msg_02", "p2", "so"),
            whole("msg_02", "p2", "also"),
            delta("msg_02", "p2", "x"),
        ],
        ["busy", "text p2@0 also"],
    ],
    [
        "a part that begins with what its deltas tell again",
        () => [
            ...writing(),
            start("msg_02", "p2", "text", "abc"),
            delta("msg_02", "p2", "ab"),
            delta("msg_02", "p2", "cd"),
            whole("msg_02", "p2", "abcd"),
        ],
        ["busy", "text p2@0 abc", "text p2@3 d"],
    ],
    [
        "the whole text is longer than its deltas",
        () => [...writing(), start("msg_02", "p2"), delta("msg_02", "p2", "a"), whole("msg_02", "p2", "abc")],
        ["busy", "text p2@0 a", "text p2@1 bc"],
    ],
    [
        "the whole text is another one",
        () => [...writing(), start("msg_02", "p2"), delta("msg_02", "p2", "a\n"), whole("msg_02", "p2", "a")],
        ["busy", "text p2@0 a\n", "text replaced p2 a"],
    ],
    [
        "what the user and the server write is not what the model says",
        () => [
            ...writing(),
            part("msg_02", "p2", {
                type: "text",
                text: "Continue",
                synthetic: true,
                time: { start: 1, end: 2 },
            }),
            user("msg_03"),
            whole("msg_03", "p3", "typed"),
        ],
        ["busy"],
    ],
    [
        "what a compaction writes is not, either",
        () => [
            ...prompted(),
            assistant("msg_02", { summary: true, modelID: "small" }),
            start("msg_02", "p2"),
            delta("msg_02", "p2", "# Summary"),
            whole("msg_02", "p2", "# Summary"),
            completed("msg_02", { summary: true }),
            event("session.compacted", { sessionID: "ses_1" }),
            assistant("msg_03"),
        ],
        ["busy", "final msg_02 stop undefined", "compaction"],
    ],
    [
        "a tool call's states, each once, and none behind its end",
        () => [
            ...writing(),
            tool({ status: "pending", input: {}, raw: "" }),
            tool({ status: "running", input: { command: "ls" } }),
            tool({ status: "running", input: { command: "ls" }, metadata: { output: "a" } }),
            tool({ status: "pending", input: {} }),
            tool({ status: "completed", input: { command: "ls" }, output: "a" }),
            tool({ status: "running", input: { command: "ls" } }),
            tool({ status: "completed", input: { command: "ls" }, output: "a" }),
        ],
        ["busy", "tool bash pending", "tool bash running", "tool bash completed"],
    ],
    [
        "a tool call without a name is unknown",
        () => [...writing(), tool({ status: "running" }, { tool: undefined })],
        ["busy", "tool unknown running"],
    ],
    [
        "a step counts once",
        () => [
            ...writing(),
            part("msg_02", "p3", { type: "step-finish", tokens: { input: 1, output: 2 } }),
            part("msg_02", "p3", { type: "step-finish", tokens: { input: 1, output: 2 } }),
        ],
        ["busy", "step usage"],
    ],
    [
        "asks and their answers",
        () => [
            event("permission.asked", {
                id: "per_1",
                sessionID: "ses_1",
                permission: "bash",
                patterns: ["rm x"],
            }),
            event("permission.asked", {
                id: "per_1",
                sessionID: "ses_1",
                permission: "bash",
                patterns: ["rm x"],
            }),
            event("permission.replied", { sessionID: "ses_1", requestID: "per_1", reply: "once" }),
            event("question.asked", { id: "que_1", sessionID: "ses_1", questions: [{ question: "?" }] }),
            event("question.rejected", { sessionID: "ses_1", requestID: "que_1" }),
            event("question.asked", { id: "que_2", sessionID: "ses_2", questions: [{ question: "?" }] }),
            event("question.replied", { sessionID: "ses_2", requestID: "que_2", answers: [["a"]] }),
        ],
        [
            "permission",
            "permission answered per_1",
            "question",
            "question answered que_1",
            "ses_2: question",
            "ses_2: question answered que_2",
        ],
    ],
    [
        "a text of which an attempt has failed is taken back, but for what was whole",
        () => [
            ...writing(),
            start("msg_02", "p1", "reasoning"),
            delta("msg_02", "p1", "hm"),
            whole("msg_02", "p1", "hm", "reasoning"),
            start("msg_02", "p2"),
            delta("msg_02", "p2", "abcdef"),
            status("retry", { attempt: 1, message: "cut", next: 5 }),
            status("retry", { attempt: 1, message: "cut", next: 5 }),
            status("busy"),
            start("msg_02", "p3"),
            delta("msg_02", "p3", "abc"),
            whole("msg_02", "p3", "abc"),
        ],
        [
            "busy",
            "reasoning p1@0 hm",
            "text p2@0 abcdef",
            "text replaced p2 ",
            "retry",
            "busy",
            "text p3@0 abc",
        ],
    ],
    [
        "each attempt is told of",
        () => [status("retry", { attempt: 1, next: 5 }), status("retry", { attempt: 2, next: 9 })],
        ["retry", "retry"],
    ],
    [
        "a turn that is stopped ends once",
        () => [
            ...writing(),
            start("msg_02", "p2"),
            delta("msg_02", "p2", "a lot "),
            error("MessageAbortedError"),
            status("idle"),
            idle(),
            error("MessageAbortedError"),
            whole("msg_02", "p2", "a lot of"),
            completed("msg_02", { finish: undefined, error: { name: "MessageAbortedError" } }),
            status("idle"),
            idle(),
        ],
        [
            "busy",
            "text p2@0 a lot ",
            "error MessageAbortedError",
            "idle",
            "text p2@6 of",
            "final msg_02 undefined MessageAbortedError",
        ],
    ],
    [
        "the next turn's end is its own",
        () => [
            status("busy"),
            error("MessageAbortedError"),
            status("idle"),
            status("busy"),
            error("APIError"),
            status("idle"),
            idle(),
            user("msg_03"),
            error("MessageAbortedError"),
        ],
        [
            "busy",
            "error MessageAbortedError",
            "idle",
            "busy",
            "error APIError",
            "idle",
            "error MessageAbortedError",
        ],
    ],
    [
        "a turn that cannot start fails once",
        () => [
            ...prompted(),
            error("UnknownError", "no model"),
            status("idle"),
            idle(),
            error("UnknownError", "stack"),
        ],
        ["busy", "error UnknownError", "idle"],
    ],
    [
        "a message whose first event tells of its end, ahead of all that was in it",
        () => [
            ...prompted(),
            completed("msg_02"),
            start("msg_02", "p2"),
            delta("msg_02", "p2", "pong"),
            whole("msg_02", "p2", "pong"),
            completed("msg_02"),
            status("idle"),
        ],
        ["busy", "text p2@0 pong", "final msg_02 stop undefined", "idle"],
    ],
    [
        "the same where nothing tells of its end again, but that the session rests or goes on",
        () => [
            ...prompted(),
            completed("msg_02"),
            start("msg_02", "p2", "text", "x"),
            completed("msg_03"),
            status("idle"),
        ],
        ["busy", "text p2@0 x", "final msg_02 stop undefined", "final msg_03 stop undefined", "idle"],
    ],
    [
        "another model answers",
        () => [assistant("msg_02"), assistant("msg_03"), assistant("msg_04", { modelID: "other" })],
        ["model switched"],
    ],
    [
        "subagents, by their session or by the call that has opened it, each once",
        () => [
            event("session.created", { sessionID: "ses_2", info: { id: "ses_2", parentID: "ses_1" } }),
            event("session.created", { sessionID: "ses_4", info: { id: "ses_4" } }),
            ...writing(),
            tool({ status: "running", metadata: { sessionId: "ses_2" } }),
            tool({ status: "running", metadata: { sessionId: "ses_3" } }),
        ],
        ["child ses_2", "busy", "tool bash running", "tool bash running", "child ses_3"],
    ],
    [
        "a session that is deleted is forgotten",
        () => [
            status("busy"),
            event("session.deleted", { sessionID: "ses_1", info: { id: "ses_1" } }),
            status("busy"),
        ],
        ["busy", "deleted", "busy"],
    ],
    [
        "parts and messages that are removed while they are written",
        () => [
            ...writing(),
            start("msg_02", "p2", "text", "a"),
            start("msg_02", "p3", "text", "b"),
            event("message.part.removed", { sessionID: "ses_1", messageID: "msg_02", partID: "p2" }),
            event("message.removed", { sessionID: "ses_1", messageID: "msg_02" }),
        ],
        ["busy", "text p2@0 a", "text p3@0 b", "text replaced p2 ", "text replaced p3 "],
    ],
    [
        "sessions of older servers are named in what is told (1.2.27)",
        () => [
            event("message.updated", {
                info: { id: "msg_02", role: "assistant", sessionID: "ses_1", time: { created: 1 } },
            }),
            event("message.part.updated", {
                part: {
                    id: "p2",
                    messageID: "msg_02",
                    sessionID: "ses_1",
                    type: "text",
                    text: "x",
                    time: { start: 1, end: 2 },
                },
            }),
        ],
        ["text p2@0 x"],
    ],
];

test.each(cases)("%s", (_, events, happened) => {
    expect(words(readAll(events()))).toEqual(happened);
});

test.each(cases)("every event twice: %s", (_, events, happened) => {
    expect(words(readAll(events().flatMap((one) => [one, one])))).toEqual(happened);
});

test("calls whose inputs differ are told apart, where nothing of that is shown, too", () => {
    const called = (input: object) => {
        const told = readAll([...writing(), tool({ status: "completed", input, output: "" })]).at(-1)!;
        return told.kind === "tool" ? { shown: told.part.state?.input, digest: told.inputDigest } : undefined;
    };
    const edited = called({ filePath: "/a", oldString: "b" });
    expect(edited?.shown).toEqual({ filePath: "/a" });
    expect(edited?.digest).toBeTypeOf("string");
    expect(called({ filePath: "/a", oldString: "b" })).toEqual(edited);
    expect(called({ filePath: "/a", oldString: "c" })?.digest).not.toBe(edited?.digest);
});

test("a step's usage is that of its model", () => {
    const tokens = { input: 5, output: 6, reasoning: 7, total: 30, cache: { read: 8, write: 9 } };
    const told = readAll([
        assistant("msg_02"),
        part("msg_02", "p3", { type: "step-finish", tokens, cost: 0.25 }),
    ]);
    expect(told).toEqual([
        {
            sessionId: "ses_1",
            kind: "step usage",
            messageId: "msg_02",
            partId: "p3",
            model: { providerId: "p", modelId: "m" },
            usage: { input: 5, output: 6, reasoning: 7, cacheRead: 8, cacheWrite: 9, cost: 0.25 },
        },
    ]);
});

describe("what is nothing that happened", () => {
    const busy = status("busy") as { payload: object };
    test.each<[string, unknown]>([
        ["nothing", undefined],
        ["null", null],
        ["a text", "data"],
        ["a list", [busy]],
        ["an empty object", {}],
        [
            "a repetition for other servers",
            { ...busy, payload: { type: "sync", syncEvent: { ...busy.payload, id: "evt_x" } } },
        ],
        ["an unknown type", event("session.dreamt", { sessionID: "ses_1" })],
        ["a type that objects have", event("constructor", { sessionID: "ses_1" })],
        ["no properties", { payload: { type: "session.status" } }],
        ["no session", event("session.status", { status: { type: "busy" } })],
        ["a session that is no id", event("session.status", { sessionID: "../x", status: { type: "busy" } })],
        ["an error of no session", event("session.error", { error: { name: "UnknownError" } })],
        [
            "a part without an id",
            event("message.part.updated", { sessionID: "ses_1", part: { type: "text", text: "x" } }),
        ],
        [
            "a delta of another field",
            event("message.part.delta", {
                sessionID: "ses_1",
                messageID: "m",
                partID: "p",
                field: "x",
                delta: "y",
            }),
        ],
        [
            "a delta that is none",
            event("message.part.delta", {
                sessionID: "ses_1",
                messageID: "m",
                partID: "p",
                field: "text",
                delta: 5,
            }),
        ],
        ["a heartbeat", { payload: { type: "server.heartbeat", properties: {} } }],
    ])("%s", (_, sent) => {
        expect(read(newCodec(), sent)).toEqual([]);
    });

    test("but an event that nothing wraps is one", () => {
        expect(words(read(newCodec(), busy.payload))).toEqual(["busy"]);
    });
});

describe("after a cut", () => {
    const listed = (id: string, parts: object[], more: object = {}): ListedMessage =>
        ({
            info: { id, role: "assistant", time: { created: 1 }, providerID: "p", modelID: "m", ...more },
            parts: parts.map((one) => ({ messageID: id, ...one })),
        }) as unknown as ListedMessage;
    const over = { time: { created: 1, completed: 2 }, finish: "stop" };

    test("a text goes on when it is whole, and not in its middle", () => {
        const codec = newCodec();
        const before = readAll([...writing(), start("msg_02", "p2"), delta("msg_02", "p2", "ab")], codec);
        cut(codec);
        const after = readAll(
            [delta("msg_02", "p2", "ef"), whole("msg_02", "p2", "abcdef"), status("idle")],
            codec,
        );
        expect(words([...before, ...after])).toEqual(["busy", "text p2@0 ab", "text p2@2 cdef", "idle"]);
    });

    test("a text whose start was missed is known when it is whole, and when it is known who writes it", () => {
        const events = [delta("msg_02", "p2", "cd"), whole("msg_02", "p2", "abcd"), assistant("msg_02")];
        expect(words(readAll(events))).toEqual(["text p2@0 abcd"]);
        expect(words(readAll([whole("msg_02", "p2", "typed"), user("msg_02")]))).toEqual([]);
        expect(
            words(readAll([whole("msg_02", "p2", "sum"), assistant("msg_02", { summary: true })])),
        ).toEqual([]);
    });

    test("a text that waits for its part is forgotten with it", () => {
        const codec = newCodec();
        readAll([...writing(), delta("msg_02", "p2", "ab")], codec);
        cut(codec);
        expect(words(readAll([whole("msg_02", "p2", "abcd")], codec))).toEqual(["text p2@0 abcd"]);
    });

    test("what was missed is told from the list, and nothing twice", () => {
        const codec = newCodec();
        readAll([...writing(), start("msg_02", "p2"), delta("msg_02", "p2", "ab")], codec);
        cut(codec);
        const messages = [
            listed(
                "msg_02",
                [
                    { id: "p2", type: "text", text: "abc", time: { start: 1, end: 2 } },
                    { id: "p3", type: "step-finish", tokens: { input: 1, output: 1 } },
                ],
                over,
            ),
            listed("msg_03", [
                { id: "p4", type: "tool", tool: "bash", state: { status: "running" } },
                { id: "p5", type: "text", text: "", time: { start: 1 } },
            ]),
        ];
        expect(words(catchUp(codec, "ses_1", messages))).toEqual([
            "text p2@2 c",
            "step usage",
            "final msg_02 stop undefined",
            "tool bash running",
        ]);
        expect(catchUp(codec, "ses_1", messages)).toEqual([]);
        const after = readAll(
            [delta("msg_03", "p5", "dle"), whole("msg_03", "p5", "middle"), status("idle")],
            codec,
        );
        expect(words(after)).toEqual(["text p5@0 middle", "idle"]);
    });

    test("a text of which the end was missed is whole from the list, also when the session rests already", () => {
        const codec = newCodec();
        const text = { id: "p2", type: "text", text: "abc", time: { start: 1, end: 2 } };
        readAll([...writing(), start("msg_02", "p2"), delta("msg_02", "p2", "ab")], codec);
        cut(codec);
        expect(words(readAll([completed("msg_02"), status("idle")], codec))).toEqual([
            "final msg_02 stop undefined",
            "idle",
        ]);
        expect(words(catchUp(codec, "ses_1", [listed("msg_02", [text], over)]))).toEqual(["text p2@2 c"]);
    });

    test("a text that stays empty in the list of a message that is over is taken back", () => {
        const codec = newCodec();
        readAll([...writing(), start("msg_02", "p2"), delta("msg_02", "p2", "ab")], codec);
        cut(codec);
        const messages = [listed("msg_02", [{ id: "p2", type: "text", text: "", time: { start: 1 } }], over)];
        expect(words(catchUp(codec, "ses_1", messages))).toEqual([
            "text replaced p2 ",
            "final msg_02 stop undefined",
        ]);
    });

    test("a text that was taken back, and is whole in the list, is said again", () => {
        const codec = newCodec();
        const text = { id: "p2", type: "text", text: "abc", time: { start: 1, end: 2 } };
        readAll([...writing(), start("msg_02", "p2"), delta("msg_02", "p2", "ab")], codec);
        const told = readAll([status("retry", { attempt: 1, next: 5 }), delta("msg_02", "p2", "c")], codec);
        expect(words(told)).toEqual(["text replaced p2 ", "retry"]);
        expect(words(catchUp(codec, "ses_1", [listed("msg_02", [text])]))).toEqual(["text p2@0 abc"]);
    });

    test("a list that is older than the stream takes nothing back", () => {
        const codec = newCodec();
        readAll(
            [...writing(), start("msg_02", "p2"), delta("msg_02", "p2", "ab"), tool({ status: "completed" })],
            codec,
        );
        const old = [listed("msg_02", [{ id: "p2", type: "text", text: "", time: { start: 1 } }])];
        expect(catchUp(codec, "ses_1", old)).toEqual([]);
        expect(words(readAll([delta("msg_02", "p2", "c"), whole("msg_02", "p2", "abc")], codec))).toEqual([
            "text p2@2 c",
        ]);
    });

    test("a list that is newer than the stream is not told again by it", () => {
        const codec = newCodec();
        readAll(prompted(), codec);
        const begun = [listed("msg_02", [{ id: "p2", type: "text", text: "", time: { start: 1 } }])];
        expect(catchUp(codec, "ses_1", begun)).toEqual([]);
        const told = readAll([assistant("msg_02"), start("msg_02", "p2"), delta("msg_02", "p2", "a")], codec);
        expect(words(told)).toEqual(["text p2@0 a"]);
        const ended = [
            listed("msg_02", [{ id: "p2", type: "text", text: "abc", time: { start: 1, end: 2 } }], over),
        ];
        expect(words(catchUp(codec, "ses_1", ended))).toEqual([
            "text p2@1 bc",
            "final msg_02 stop undefined",
        ]);
        const late = [
            delta("msg_02", "p2", "bc"),
            whole("msg_02", "p2", "abc"),
            completed("msg_02"),
            status("idle"),
        ];
        expect(words(readAll(late, codec))).toEqual(["idle"]);
    });

    test("of a session that was not watched, what came after a message is told", () => {
        const text = (id: string, said: string) => ({
            id,
            type: "text",
            text: said,
            time: { start: 1, end: 2 },
        });
        const messages = [
            listed("msg_02", [text("p2", "old")], over),
            listed("msg_03", [text("p3", "new")], over),
        ];
        const told = catchUp(newCodec(), "ses_1", messages, "msg_02");
        expect(words(told)).toEqual(["text p3@0 new", "final msg_03 stop undefined"]);
    });

    test("work and rest are told of again", () => {
        const codec = newCodec();
        expect(words(readAll([status("busy")], codec))).toEqual(["busy"]);
        cut(codec);
        expect(words(readAll([status("busy"), status("idle")], codec))).toEqual(["busy", "idle"]);
        cut(codec);
        expect(words(readAll([status("idle")], codec))).toEqual(["idle"]);
    });
});

describe("memory", () => {
    /** How much a codec holds: its entries and its characters. */
    const size = (codec: Codec) =>
        JSON.stringify(codec, (_, value: unknown): unknown =>
            value instanceof Map || value instanceof Set ? [...(value as Set<unknown>)] : value,
        ).length;

    const turn = (count: number) => {
        const id = `msg_${String(count).padStart(6, "0")}`;
        const answer = `msg_${String(count).padStart(6, "0")}a`;
        return [
            user(id),
            status("busy"),
            assistant(answer),
            start(answer, `p${count}`),
            delta(answer, `p${count}`, "x".repeat(1000)),
            whole(answer, `p${count}`, "x".repeat(1000)),
            completed(answer),
            status("idle"),
        ];
    };

    test("a long session takes no more than a short one", () => {
        const codec = newCodec();
        const sizes: number[] = [];
        for (let count = 0; count < 600; count += 1) {
            readAll(turn(count), codec);
            sizes.push(size(codec));
        }
        expect(sizes.at(-1)).toBeLessThan(sizes[299]! * 1.1);
        expect(sizes.at(-1)).toBeLessThan(100_000);
    });

    test("what is over and forgotten is not told again", () => {
        const codec = newCodec();
        const first = turn(0);
        readAll(first, codec);
        for (let count = 1; count < 400; count += 1) readAll(turn(count), codec);
        expect(codec.eventIds.size).toBeLessThan(3000);
        // All of the first turn once more, under other ids.
        expect(words(readAll(turn(0).slice(2, 7), codec))).toEqual([]);
    });

    test("sessions that rest are forgotten at last, and none that works", () => {
        const codec = newCodec();
        const of = (id: string, type: string) => event("session.status", { sessionID: id, status: { type } });
        readAll([of("ses_works", "busy")], codec);
        for (let count = 0; count < 3000; count += 1)
            readAll([of(`ses_${count}`, "busy"), of(`ses_${count}`, "idle")], codec);
        expect(codec.sessions.size).toBeLessThan(1100);
        expect(readAll([of("ses_works", "busy")], codec)).toEqual([]);
    });

    test("a long text takes as long as it is", () => {
        const codec = newCodec();
        readAll([...writing(), start("msg_02", "p2")], codec);
        const began = performance.now();
        let length = 0;
        for (let count = 0; count < 150_000; count += 1) {
            const [happening] = read(codec, delta("msg_02", "p2", "0123456789abcdefghij"));
            if (happening?.kind === "text") length += happening.text.length;
        }
        expect(length).toBe(3_000_000);
        // Two seconds on a slow machine; a look at all of the text for each piece takes longer than the test may.
        expect(performance.now() - began).toBeLessThan(20_000);
        expect(readAll([whole("msg_02", "p2", "0123456789abcdefghij".repeat(150_000))], codec)).toEqual([]);
    });

    test("a part that is never told of does not fill it", () => {
        const codec = newCodec();
        readAll(writing(), codec);
        for (let count = 0; count < 300; count += 1) read(codec, delta("msg_02", "p2", "x".repeat(10_000)));
        expect(size(codec)).toBeLessThan(1_500_000);
        expect(show(readAll([whole("msg_02", "p2", "whole")], codec))).toEqual(
            new Map([["ses_1 msg_02 p2", "whole"]]),
        );
    });
});
