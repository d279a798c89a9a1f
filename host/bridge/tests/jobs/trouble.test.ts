/** What is wrong with a turn: recorded good ones in which nothing is, loops of all kinds, and silence with and without a reason. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Happening } from "trapos-opencode";
import { describe, expect, test } from "vitest";
import { type Random, randomOf } from "../../../../tests/soak/random.ts";
import {
    interventionFor,
    reasonOf,
    silenceSeconds,
    staleCalls,
    staleCharacters,
    startWatch,
    type Trouble,
    troubleOf,
    watch,
    type Watch,
} from "../../src/jobs/trouble.ts";
import { type Happened, type Recordings, unpack } from "./recordings/recording.ts";

const recordings = JSON.parse(
    readFileSync(join(import.meta.dirname, "recordings/good-turns.json"), "utf8"),
) as Recordings;
const goodTurns = recordings.turns.map(unpack);

const sessionId = "ses_1";
const where = { sessionId, messageId: "msg_1" };

type Kind = "text" | "reasoning";

/** A text in pieces of so many characters at most, by chance. */
function pieces(
    text: string,
    random: Random,
    most: number,
    kind: Kind = "text",
    partId = "prt_1",
): Happening[] {
    const told: Happening[] = [];
    for (let at = 0; at < text.length;) {
        const piece = text.slice(at, at + 1 + random.whole(most));
        told.push({ ...where, kind, partId, offset: at, text: piece });
        at += piece.length;
    }
    return told;
}

interface Call {
    tool?: string;
    input?: string;
    output?: string;
    status?: "pending" | "running" | "completed" | "error";
    partId?: string;
    messageId?: string;
    sessionId?: string;
}

let calls = 0;

/** A tool call that has ended, unless it says otherwise. */
function call({
    tool = "bash",
    input = "ls",
    output = "",
    status = "completed",
    ...ids
}: Call = {}): Happening {
    calls += 1;
    return {
        ...where,
        kind: "tool",
        partId: `prt_call_${calls}`,
        ...ids,
        part: { type: "tool", tool, state: { status, output } },
        inputDigest: input,
    };
}

/** Plays what happens at equal distances. @returns the first trouble, and how much had happened then */
function play(happenings: Iterable<Happening>, state: Watch = startWatch(0), distance = 20) {
    let at = 0;
    let happened = 0;
    let characters = 0;
    for (const happening of happenings) {
        at += distance;
        happened += 1;
        if (happening.kind === "text" || happening.kind === "reasoning") characters += happening.text.length;
        watch(state, happening, at);
        const trouble = troubleOf(state, at);
        if (trouble !== undefined) return { trouble, happened, characters, state, at };
    }
    return { trouble: undefined, happened, characters, state, at };
}

/** Plays a recorded turn at its own speed or another; looks as each thing happens, and before the next one does. */
function replay(happened: readonly Happened[], speed = 1): Trouble | undefined {
    const state = startWatch(0);
    for (const [index, { at, happening }] of happened.entries()) {
        watch(state, happening, at / speed);
        const next = happened[index + 1]?.at ?? at;
        const trouble = troubleOf(state, at / speed) ?? troubleOf(state, next / speed);
        if (trouble !== undefined) return trouble;
    }
    return undefined;
}

/** The same with its texts cut into other pieces. */
function recut(happened: readonly Happened[], random: Random): Happened[] {
    const most = random.pick([1, 3, 50, 500, 10_000]);
    const told: Happened[] = [];
    for (const one of happened) {
        const { at, happening } = one;
        const last = told.at(-1)?.happening;
        if (happening.kind !== "text" && happening.kind !== "reasoning") told.push(one);
        else if (last?.kind === happening.kind && last.partId === happening.partId)
            told[told.length - 1] = { at, happening: { ...last, text: last.text + happening.text } };
        else told.push(one);
    }
    return told.flatMap(({ at, happening }) => {
        if (happening.kind !== "text" && happening.kind !== "reasoning") return [{ at, happening }];
        return pieces(happening.text, random, most, happening.kind).map((piece) => ({
            at,
            happening: {
                ...piece,
                sessionId: happening.sessionId,
                messageId: happening.messageId,
                partId: happening.partId,
            } as Happening,
        }));
    });
}

describe("of the recorded good turns", () => {
    test("there are enough, long ones and repetitive ones", () => {
        expect(goodTurns.length).toBeGreaterThanOrEqual(20);
        const lengths = goodTurns.map(({ happened }) =>
            happened.reduce(
                (sum, { happening }) => sum + (happening.kind === "text" ? happening.text.length : 0),
                0,
            ),
        );
        expect(Math.max(...lengths)).toBe(200_000);
        for (const { name, happened } of goodTurns) expect(happened.length, name).toBeGreaterThan(3);
    });

    test.each(goodTurns)("none is wrong: $name", ({ happened }) => {
        for (const speed of [0.1, 1, 10]) expect(replay(happened, speed), `speed ${speed}`).toBeUndefined();
    });

    test.each(goodTurns)("nor in other pieces: $name", ({ happened }) => {
        for (let seed = 1; seed <= 5; seed += 1)
            expect(replay(recut(happened, randomOf(seed))), `seed ${seed}`).toBeUndefined();
    });

    test("none comes near: the limit is twice what the most repetitive has", () => {
        let most = 0;
        for (const { happened } of goodTurns) {
            const state = startWatch(0);
            for (const { at, happening } of happened) {
                watch(state, happening, at);
                for (const { text, reasoning } of state.sessions.values())
                    most = Math.max(most, text.stale, reasoning.stale);
            }
        }
        expect(most * 1.9).toBeLessThan(staleCharacters);
    });

    test("each that goes on with its last words for ever is a loop, told soon", () => {
        const written = goodTurns.flatMap(({ name, happened }) => {
            const text = happened
                .map(({ happening }) => (happening.kind === "text" ? happening.text : ""))
                .join("");
            return text.length < 500 ? [] : [{ name, happened, last: text.slice(-500) }];
        });
        expect(written.length).toBeGreaterThan(20);
        for (const { name, happened, last } of written) {
            const state = startWatch(0);
            for (const { at, happening } of happened) watch(state, happening, at);
            const loop = pieces(last.repeat(100), randomOf(1), 100, "text", "prt_2");
            const { trouble, characters } = play(loop, state);
            expect(trouble?.kind, name).toBe("text loop");
            expect(characters, name).toBeLessThan(staleCharacters + 2500);
        }
    });
});

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const lettersOf = (random: Random, length: number): string =>
    Array.from({ length }, () => letters[random.whole(letters.length)]).join("");
const wordsOf = (random: Random, count: number): string =>
    Array.from({ length: count }, () => lettersOf(random, 1 + random.whole(9))).join(" ");
const sentences = (random: Random, count: number): string =>
    Array.from({ length: count }, () => `${wordsOf(random, 3 + random.whole(12))}. `).join("");

/** What is said again and again. */
const rounds: [name: string, round: string][] = [
    ["a sentence", "I will open the door now. "],
    ["two words", "Wait, no. "],
    ["a line", "- look at the door\n"],
    ["one letter", "a"],
    ["a letter and a blank", "a "],
    ["ends of lines", "\n"],
    ["blanks", " "],
    ["a few paragraphs", sentences(randomOf(1), 20)],
    ["a whole answer", sentences(randomOf(2), 100)],
    ["a program", "if door.isOpen() then\n    door.close()\nend\n\nsleep(1)\n"],
    ["37 letters without a blank", lettersOf(randomOf(3), 37)],
    ["199 letters without a blank", lettersOf(randomOf(4), 199)],
    ["997 letters without a blank", lettersOf(randomOf(5), 997)],
    ["5003 letters without a blank", lettersOf(randomOf(6), 5003)],
    ["a sentence that has no end", `${wordsOf(randomOf(7), 400)} `],
    ["words that are all as long", "abcd efgh ijkl mnop ".repeat(51)],
    ["Chinese without a stop", "村里的孩子都知道那扇门只有在月亮升起的时候才会打开"],
    ["faces", "😀😀🚪"],
];

describe("a loop", () => {
    const kinds = [
        ["text", "text loop"],
        ["reasoning", "thinking loop"],
    ] as const;
    const cases = kinds.flatMap(([kind, trouble]) =>
        rounds.map(([name, round]) => ({ kind, trouble, name, round })),
    );

    test.each(cases)("of $kind, $name, is found in good time", ({ kind, trouble, round }) => {
        for (let seed = 1; seed <= 3; seed += 1) {
            const random = randomOf(seed);
            const said = round.repeat(Math.ceil((staleCharacters + 4 * round.length + 4000) / round.length));
            const found = play(pieces(said, random, random.pick([1, 30, 400]), kind));
            expect(found.trouble?.kind).toBe(trouble);
            // Its first rounds are new, and so is what leads to them.
            expect(found.characters).toBeLessThan(staleCharacters + 2 * round.length + 3000);
            expect(found.characters).toBeGreaterThanOrEqual(staleCharacters);
        }
    });

    test("is found where a word is another one now and then", () => {
        const random = randomOf(1);
        const round = sentences(random, 40);
        let said = "";
        while (said.length < 150_000) said += `${round}${lettersOf(random, 8)}. `;
        expect(play(pieces(said, random, 30)).trouble?.kind).toBe("text loop");
    });

    test("begins anew when something new is written", () => {
        const random = randomOf(1);
        const state = startWatch(0);
        const almost = "The door is open. ".repeat(1200);
        for (let part = 1; part <= 5; part += 1) {
            const happenings = [
                ...pieces(almost, random, 50, "text", `prt_${part}a`),
                ...pieces(sentences(random, 120), random, 50, "text", `prt_${part}b`),
            ];
            expect(play(happenings, state).trouble).toBeUndefined();
        }
    });

    test.each([
        ["a tool call", () => call({ output: String(calls) })],
        [
            "text",
            (): Happening => ({
                ...where,
                kind: "text",
                partId: `prt_t${++calls}`,
                offset: 0,
                text: `I did ${calls}.\n`,
            }),
        ],
    ])("of thoughts is none where %s comes between", (_, between) => {
        const random = randomOf(1);
        const state = startWatch(0);
        for (let round = 1; round <= 10; round += 1) {
            const thought = pieces(
                "Is the door open? ".repeat(1000),
                random,
                100,
                "reasoning",
                `prt_${round}`,
            );
            expect(play([...thought, between()], state).trouble).toBeUndefined();
        }
    });

    test("of text is none where calls that bring something come between", () => {
        const step = (index: number) => [
            ...pieces("I look at the door again.\n", randomOf(index), 9),
            call({ output: `${index} %` }),
        ];
        const polls = Array.from({ length: 3000 }, (_, index) => step(index)).flat();
        expect(play(polls).trouble).toBeUndefined();
    });

    test("is none where the model is tried again and writes the same", () => {
        const random = randomOf(1);
        const answer = sentences(random, 300);
        const state = startWatch(0);
        for (let attempt = 1; attempt <= 6; attempt += 1) {
            const partId = `prt_${attempt}`;
            const happenings: Happening[] = [
                ...pieces(answer, random, 50, "text", partId),
                { ...where, kind: "text replaced", partId, text: "" },
                { sessionId, kind: "retry", status: { type: "retry", attempt, next: 1 } },
                { sessionId, kind: "busy" },
            ];
            expect(play(happenings, state).trouble).toBeUndefined();
        }
    });

    test("is none where many subagents report the same", () => {
        const random = randomOf(1);
        const report = sentences(random, 60);
        const state = startWatch(0);
        for (let child = 1; child <= 100; child += 1) {
            const told = pieces(report, random, 100).map((piece) => ({
                ...piece,
                sessionId: `ses_${child}`,
            }));
            expect(play(told, state).trouble).toBeUndefined();
        }
    });

    test("of a subagent is found", () => {
        const told = pieces("I look at it. ".repeat(3000), randomOf(1), 100);
        const { trouble } = play(told.map((piece) => ({ ...piece, sessionId: "ses_child" })));
        expect(trouble?.kind).toBe("text loop");
    });
});

describe("a loop of calls", () => {
    const repeat = (count: number, make: (index: number) => Happening[]): Happening[] =>
        Array.from({ length: count }, (_, index) => make(index)).flat();

    test.each([
        ["the same call", 1, (): Happening[] => [call()]],
        ["two calls in turn", 2, (index: number) => [call({ input: String(index % 2) })]],
        ["seven calls in turn", 7, (index: number) => [call({ input: String(index % 7) })]],
        ["a call that fails", 1, () => [call({ status: "error", output: "no door" })]],
    ])("%s, is found after ten that brought nothing", (_, fresh, make) => {
        const { trouble, happened } = play(repeat(100, make));
        expect(trouble).toEqual({ kind: "tool loop", tool: "bash", times: staleCalls });
        expect(happened).toBe(fresh + staleCalls);
    });

    test.each([
        ["other output", (index: number) => [call({ output: `${index} %` })]],
        ["other input", (index: number) => [call({ input: String(index) })]],
        ["another tool", (index: number) => [call({ tool: `tool_${index}` })]],
        [
            "something new in each tenth",
            (index: number) => [call({ output: index % 10 === 0 ? String(index) : "" })],
        ],
        ["the same in other sessions", (index: number) => [call({ sessionId: `ses_${index}` })]],
        [
            "one that is told of again and again while it runs",
            () => [call({ status: "running", partId: "prt_long" })],
        ],
    ])("is none with %s", (_, make) => {
        expect(play(repeat(500, make)).trouble).toBeUndefined();
    });

    test("is found after a long good turn, and by calls whose input is shown whole, too", () => {
        const state = startWatch(0);
        expect(
            play(
                repeat(1000, (index) => [call({ output: String(index) })]),
                state,
            ).trouble,
        ).toBeUndefined();
        const shown: Happening = {
            ...where,
            kind: "tool",
            partId: "prt_x",
            part: { type: "tool", tool: "read", state: { status: "completed", input: { filePath: "/a" } } },
        };
        expect(
            play(
                repeat(11, () => [shown]),
                state,
            ).trouble,
        ).toMatchObject({ kind: "tool loop", tool: "read" });
    });
});

describe("silence", () => {
    const limit = silenceSeconds * 1000;
    const hours = 3_600_000;

    test("is a stall when it has lasted, from the beginning on, and not before", () => {
        const state = startWatch(5000);
        expect(troubleOf(state, 5000 + limit - 1)).toBeUndefined();
        expect(troubleOf(state, 5000 + limit)).toEqual({ kind: "stall", seconds: silenceSeconds });
    });

    const message: Happening = { ...where, kind: "final" };
    const signs: [name: string, happening: Happening][] = [
        ["a piece of text", { ...where, kind: "text", partId: "p", offset: 0, text: "a" }],
        ["a piece of a thought", { ...where, kind: "reasoning", partId: "p", offset: 0, text: "a" }],
        ["a call that has ended", call()],
        ["the end of a message", message],
        [
            "a subagent's text",
            { ...where, sessionId: "ses_2", kind: "text", partId: "p", offset: 0, text: "a" },
        ],
    ];
    test.each(signs)("begins anew with %s", (_, happening) => {
        const state = watch(startWatch(0), happening, limit - 1);
        expect(troubleOf(state, 2 * limit - 2)).toBeUndefined();
        expect(troubleOf(state, 2 * limit - 1)).toMatchObject({ kind: "stall" });
    });

    test.each<[string, Happening]>([
        ["busy", { sessionId, kind: "busy" }],
        ["idle", { sessionId, kind: "idle" }],
    ])("goes on when the session is told to be %s", (_, happening) => {
        const state = watch(startWatch(0), happening, limit - 1);
        expect(troubleOf(state, limit)).toMatchObject({ kind: "stall" });
    });

    const permission = { id: "per_1", sessionID: sessionId, permission: "bash" };
    const question = { id: "que_1", sessionID: sessionId, questions: [{ question: "Birch or oak?" }] };
    const waits: [name: string, begin: Happening, end: Happening][] = [
        ["a tool runs", call({ status: "running", partId: "prt_a" }), call({ partId: "prt_a" })],
        [
            "a tool runs that fails",
            call({ status: "running", partId: "prt_a" }),
            call({ partId: "prt_a", status: "error" }),
        ],
        ["a call is written", call({ status: "pending", partId: "prt_a" }), call({ partId: "prt_a" })],
        [
            "a subagent works",
            call({ tool: "task", status: "running", partId: "prt_a" }),
            call({ tool: "task", partId: "prt_a" }),
        ],
        [
            "a permission waits",
            { sessionId, kind: "permission", permission },
            { sessionId, kind: "permission answered", id: "per_1" },
        ],
        [
            "a question waits",
            { sessionId, kind: "question", question },
            { sessionId, kind: "question answered", id: "que_1" },
        ],
    ];
    test.each(waits)(
        "is none while %s, for ten minutes or ten hours, and begins when that is over",
        (_, begin, end) => {
            const state = watch(startWatch(0), begin, 1000);
            for (const at of [600_000, 10 * hours, 1000 * hours])
                expect(troubleOf(state, at)).toBeUndefined();
            watch(state, end, 1000 * hours);
            expect(troubleOf(state, 1000 * hours + limit - 1)).toBeUndefined();
            expect(troubleOf(state, 1000 * hours + limit)).toMatchObject({ kind: "stall" });
        },
    );

    test("is none while one of two tools runs, a subagent's or its own", () => {
        const state = startWatch(0);
        watch(state, call({ status: "running", partId: "prt_a" }), 0);
        watch(state, call({ status: "running", partId: "prt_b", sessionId: "ses_2", messageId: "msg_7" }), 0);
        watch(state, call({ partId: "prt_a" }), 1000);
        expect(troubleOf(state, 10 * hours)).toBeUndefined();
        watch(state, call({ partId: "prt_b", sessionId: "ses_2", messageId: "msg_7" }), 10 * hours);
        expect(troubleOf(state, 10 * hours + limit)).toMatchObject({ kind: "stall" });
    });

    test("is none while a tool runs beside a hundred subagents", () => {
        const state = watch(startWatch(0), call({ tool: "task", status: "running", partId: "prt_a" }), 0);
        for (let child = 0; child < 100; child += 1)
            watch(state, call({ sessionId: `ses_c${child}` }), child);
        watch(state, call({ tool: "task", partId: "prt_b" }), 1000);
        expect(troubleOf(state, 10 * hours)).toBeUndefined();
    });

    test("of a model that is tried again counts without the time until that", () => {
        const state = startWatch(0);
        const retry = (attempt: number): Happening => ({
            sessionId,
            kind: "retry",
            status: { type: "retry", attempt, next: 1 },
        });
        watch(state, retry(1), 300_000);
        expect(troubleOf(state, 300_000 + 10 * hours)).toBeUndefined();
        watch(state, retry(2), 300_000 + 5 * hours);
        watch(state, { sessionId, kind: "busy" }, 300_000 + 10 * hours);
        expect(troubleOf(state, limit + 10 * hours - 1)).toBeUndefined();
        expect(troubleOf(state, limit + 10 * hours)).toEqual({ kind: "stall", seconds: silenceSeconds });
    });

    /** An attempt that writes for a while, is silent for a while and fails. @returns when it is tried again */
    function attempt(state: Watch, from: number, writes: number, silent: number): number {
        for (let at = from; at <= from + writes; at += 10_000)
            watch(state, { ...where, kind: "text", partId: `p${from}`, offset: 0, text: `${at}. ` }, at);
        const end = from + writes + silent;
        watch(state, { ...where, kind: "text replaced", partId: `p${from}`, text: "" }, end);
        watch(state, { sessionId, kind: "retry", status: { type: "retry", attempt: 1, next: 1 } }, end);
        expect(troubleOf(state, end + hours)).toBeUndefined();
        watch(state, { sessionId, kind: "busy" }, end + hours);
        return end + hours;
    }

    test("in the middle of attempts that fail is a stall with the second of them", () => {
        const state = startWatch(0);
        const second = attempt(state, 0, 20_000, 300_000);
        expect(troubleOf(state, second + limit - 300_001)).toBeUndefined();
        const third = attempt(state, second, 20_000, 300_000);
        expect(troubleOf(state, third)).toEqual({ kind: "stall", seconds: 600 });
    });

    test("as it writes a call, in attempts that fail, is a stall with the second of them", () => {
        const state = startWatch(0);
        for (const from of [0, 301_000]) {
            expect(troubleOf(state, from)).toBeUndefined();
            watch(state, call({ status: "pending" }), from);
            watch(state, { sessionId, kind: "retry", status: { type: "retry", next: 1 } }, from + 300_000);
            watch(state, { sessionId, kind: "busy" }, from + 301_000);
        }
        expect(troubleOf(state, 602_000)).toEqual({ kind: "stall", seconds: 600 });
    });

    test("of an attempt that failed does not count any more when something is done", () => {
        const state = startWatch(0);
        const second = attempt(state, 0, 20_000, 300_000);
        watch(state, call(), second);
        const third = attempt(state, second, 20_000, 300_000);
        expect(troubleOf(state, third)).toBeUndefined();
    });

    test("is none where a long answer is cut, or pauses after an attempt that was silent", () => {
        const state = startWatch(0);
        const second = attempt(state, 0, hours, 0);
        const third = attempt(state, second, 0, 300_000);
        watch(state, { ...where, kind: "text", partId: "p", offset: 0, text: "a" }, third);
        expect(troubleOf(state, third + limit - 1)).toBeUndefined();
        expect(troubleOf(state, third + limit)).toMatchObject({ kind: "stall" });
    });

    test("of a model that is tried again at no time to come counts", () => {
        const state = watch(startWatch(0), { sessionId, kind: "retry", status: { type: "retry" } }, 1000);
        expect(troubleOf(state, limit)).toMatchObject({ kind: "stall" });
    });

    test.each<[string, Happening]>([
        ["its message is over", message],
        [
            "the next message begins",
            { ...where, kind: "text", messageId: "msg_2", partId: "p", offset: 0, text: "a" },
        ],
        ["the session is idle", { sessionId, kind: "idle" }],
    ])("counts where a tool's end was missed, once %s", (_, happening) => {
        const state = watch(startWatch(0), call({ status: "running" }), 0);
        watch(state, { sessionId, kind: "permission", permission }, 0);
        expect(troubleOf(state, limit)).toBeUndefined();
        watch(state, happening, 1000);
        expect(troubleOf(state, 1000 + limit)).toMatchObject({ kind: "stall" });
    });

    test("counts where the model failed as it wrote a call, but not where one runs", () => {
        for (const status of ["pending", "running"] as const) {
            const state = watch(startWatch(0), call({ status }), 0);
            watch(state, { sessionId, kind: "retry", status: { type: "retry", next: 1 } }, 1000);
            watch(state, { sessionId, kind: "busy" }, 2000);
            expect(troubleOf(state, 1000 + limit)?.kind).toBe(status === "pending" ? "stall" : undefined);
        }
    });

    test("after pieces of a text that are all the same is found as what it is: more of them are a loop", () => {
        const state = play(pieces("a. ".repeat(2000), randomOf(1), 10)).state;
        expect(troubleOf(state, 10 * hours)).toMatchObject({ kind: "stall" });
    });
});

describe("whatever is new", () => {
    test("is never wrong: texts of all kinds, calls, thoughts, by chance", () => {
        for (let seed = 1; seed <= 60; seed += 1) {
            const random = randomOf(seed);
            const state = startWatch(0);
            for (let part = 1; part <= 12; part += 1) {
                const kind = random.pick(["text", "reasoning"] as const);
                const text = random.pick([
                    () => sentences(random, 1 + random.whole(150)),
                    () => lettersOf(random, 1 + random.whole(8000)),
                    () => wordsOf(random, 1 + random.whole(1500)),
                    () => sentences(random, 1 + random.whole(100)).replaceAll(". ", "\n"),
                ])();
                const told = random.chance(0.3)
                    ? Array.from({ length: random.whole(50) }, () => call({ output: lettersOf(random, 9) }))
                    : pieces(text, random, random.pick([1, 20, 500]), kind, `prt_${part}`);
                expect(play(told, state).trouble, `seed ${seed}, part ${part}`).toBeUndefined();
            }
        }
    });

    test("and long, little of it is kept", () => {
        const random = randomOf(1);
        const state = startWatch(0);
        for (let part = 0; part < 100; part += 1) {
            const ids = { sessionId: `ses_${part % 50}`, partId: `prt_${part}` };
            for (const piece of pieces(sentences(random, 700), random, 1000))
                watch(state, { ...piece, ...ids }, 0);
            const one = { ...pieces(lettersOf(random, 30_000), random, 30_000)[0]!, sessionId: "ses_0" };
            watch(state, one, 0);
            for (let count = 0; count < 200; count += 1)
                watch(state, call({ output: `${part} ${count}` }), 0);
        }
        for (const piece of pieces(sentences(random, 15_000), random, 1000)) watch(state, piece, 0);
        expect(state.sessions.size).toBeLessThanOrEqual(32);
        expect(state.running.size + state.asked.size + state.retried.size).toBe(0);
        for (const { text, reasoning, calls: made } of state.sessions.values()) {
            for (const { known, rest, context } of [text, reasoning]) {
                expect(known.size).toBeLessThanOrEqual(10_000);
                expect(rest.length).toBeLessThan(200);
                expect(context.join("").length).toBeLessThan(400);
            }
            expect(made.size).toBeLessThanOrEqual(10_000);
        }
        expect(state.sessions.get(sessionId)!.text.known.size).toBe(10_000);
    });
});

describe("what is said of it", () => {
    const troubles: Trouble[] = [
        { kind: "stall", seconds: 421 },
        { kind: "thinking loop", words: "Wait, no." },
        { kind: "text loop", words: "I will open the door now." },
        { kind: "tool loop", tool: "bash", times: 10 },
    ];
    test.each(troubles)("$kind: what it is, to the model and to people", (trouble) => {
        const told = interventionFor(trouble);
        const reason = reasonOf(trouble);
        for (const [key, value] of Object.entries(trouble)) {
            if (key === "kind") continue;
            expect(told).toContain(String(value));
            expect(reason).toContain(String(value));
        }
        expect(reason).not.toContain("\n");
        expect(reason.length).toBeLessThanOrEqual(160);
    });

    test.each([
        ["I will open the door now. ", "I will open the door now."],
        [
            `${"A very long sentence ".repeat(9)}\n`,
            "A very long sentence A very long sentence A very long sen...",
        ],
        ["\n", "nothing but blanks"],
        ["say \u001b[31mred\u0007 things\n", "say [31mred things"],
    ])("what is repeated is one short line: %j", (round, words) => {
        const { trouble } = play(pieces(round.repeat(30_000 / round.length + 200), randomOf(1), 100));
        expect(trouble).toEqual({ kind: "text loop", words });
    });
});
