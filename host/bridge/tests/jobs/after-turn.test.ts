/** Every way in which a job's turn can end, and what comes of the job. */
import { describe, expect, test } from "vitest";
import { failures } from "../../../../src/apis/ai/codes.ts";
import {
    afterTurn,
    type JobFacts,
    lookPause,
    type Next,
    type TurnOutcome,
} from "../../src/jobs/after-turn.ts";
import { overCap } from "../../src/jobs/caps.ts";
import { answerOf, kept, lineOf, LONGEST_RESULT, sentenceOf } from "../../src/jobs/words.ts";

const plain: JobFacts = { isKept: false, attempt: 1, looks: 0 };
const killed = { as: "killed", reason: "Stopped on door." } as const;
const done: TurnOutcome = { kind: "done", text: "Here it is." };
const failed = (code: string, isPending = false): TurnOutcome => ({
    kind: "failed",
    code,
    what: `It was ${code}.`,
    isPending,
    text: "half",
});

describe("a turn's end", () => {
    test.each<[string, Partial<JobFacts>, TurnOutcome, Next]>([
        ["is the job's", {}, done, { kind: "end", state: "done", result: "Here it is." }],
        [
            "is no answer, and the job has failed",
            {},
            failed("model_error"),
            { kind: "end", state: "failed", reason: "It was model_error.", result: "half" },
        ],
        [
            "was somebody's wish: what there is of it is kept",
            { stopping: killed },
            failed("aborted"),
            { kind: "end", state: "killed", reason: "Stopped on door.", result: "half" },
        ],
        [
            "came just before it was stopped: it is stopped, and the answer kept",
            { stopping: killed },
            done,
            { kind: "end", state: "killed", reason: "Stopped on door.", result: "Here it is." },
        ],
        [
            "was not seen, while it is to be stopped: it is not said to be before that is known",
            { stopping: killed },
            failed("cannot_connect", true),
            { kind: "look", seconds: 1 },
        ],
        [
            "was the bridge's doing, which tells the model why",
            { intervention: "You loop." },
            failed("aborted"),
            { kind: "ask", text: "You loop." },
        ],
        [
            "came before that: it is done",
            { intervention: "You loop." },
            done,
            { kind: "end", state: "done", result: "Here it is." },
        ],
        [
            "was wished by somebody while the model was to be told something",
            { intervention: "You loop.", stopping: killed },
            failed("aborted"),
            { kind: "end", state: "killed", reason: "Stopped on door.", result: "half" },
        ],
        [
            "was not seen: it is looked for again",
            { looks: 2 },
            failed("server_error", true),
            { kind: "look", seconds: 4 },
        ],
        [
            "was not seen for too long",
            { looks: 20 },
            failed("server_error", true),
            { kind: "end", state: "failed", reason: "It was server_error.", result: "half" },
        ],
        [
            "was none, as its prompt stayed here: it is sent again",
            {},
            failed("cannot_connect"),
            { kind: "again", seconds: 1 },
        ],
        ["was none, as its prompt never came", {}, failed("not_sent", true), { kind: "again", seconds: 1 }],
        [
            "was none, as another turn is at work there",
            {},
            failed("session_busy", true),
            { kind: "look", seconds: 1 },
        ],
        [
            "was none, as limits are reached: the job waits",
            {},
            failed("limit_reached"),
            { kind: "queue", seconds: 15, reason: "It was limit_reached." },
        ],
        [
            "is begun again where the job is kept",
            { isKept: true },
            failed("interrupted"),
            { kind: "restart", seconds: 10, reason: "It was interrupted." },
        ],
        [
            "is begun again for the last time",
            { isKept: true, attempt: 3 },
            failed("interrupted"),
            { kind: "restart", seconds: 300, reason: "It was interrupted." },
        ],
        [
            "is the last one",
            { isKept: true, attempt: 4 },
            failed("interrupted"),
            { kind: "end", state: "failed", reason: "It was interrupted.", result: "half" },
        ],
        [
            "will be the same each time",
            { isKept: true },
            failed("unknown_model"),
            { kind: "end", state: "failed", reason: "It was unknown_model.", result: "half" },
        ],
    ])("%s", (_, facts, outcome, next) => {
        expect(afterTurn({ ...plain, ...facts }, outcome)).toEqual(next);
    });

    test.each(Object.keys(failures))("that failed with %s is never done, and ends in the end", (code) => {
        for (const isPending of [true, false])
            for (const isKept of [true, false]) {
                const seen = new Set<string>();
                let facts: JobFacts = { ...plain, isKept };
                for (let turns = 0; turns < 500; turns += 1) {
                    const next = afterTurn(facts, failed(code, isPending));
                    seen.add(next.kind === "end" ? next.state : next.kind);
                    if (next.kind === "end") break;
                    if (next.kind === "restart") facts = { ...facts, attempt: facts.attempt + 1, looks: 0 };
                    else facts = { ...facts, looks: facts.looks + 1 };
                    // Limits end when they do.
                    if (next.kind === "queue") break;
                }
                expect(seen).not.toContain("done");
                expect([...seen].some((kind) => kind === "failed" || kind === "queue")).toBe(true);
            }
    });

    test("pauses grow, and not for ever", () => {
        expect([0, 1, 2, 3, 4, 19].map(lookPause)).toEqual([1, 2, 4, 8, 15, 15]);
    });
});

describe("caps", () => {
    const caps = { tools: 3, minutes: 30, cost: 0.5 };
    test.each([
        [{ tools: 3, cost: 0.49, spent: 30 * 60_000 - 1 }, undefined],
        [{ tools: 4, cost: 0, spent: 0 }, "tool calls"],
        [{ tools: 0, cost: 0, spent: 30 * 60_000 }, "30 minutes"],
        [{ tools: 0, cost: 0.5, spent: 0 }, "$0.50"],
    ])("of %j", (used, reason) => {
        const over = overCap(caps, used);
        if (reason === undefined) expect(over).toBeUndefined();
        else expect(over).toContain(reason);
    });
});

describe("words", () => {
    test.each([
        ["one\n two\tthree", 20, "beginning", "one two three"],
        ["0123456789", 8, "beginning", "01234..."],
        ["0123456789", 8, "end", "...56789"],
        ["\u001b[2Jx\u0000y", 20, "beginning", "[2Jx y"],
        ["😀😀😀😀😀😀", 5, "beginning", "😀😀..."],
        ["", 5, "end", ""],
    ] as const)("%j in a line of %d: its %s", (text, most, part, line) => {
        expect(lineOf(text, most, part)).toBe(line);
    });

    test("a failure is told in the words of the computer's own table", () => {
        expect(sentenceOf("unknown_model", { wanted: "a/b" })).toBe("opencode has no model a/b.");
        expect(sentenceOf("model_error", { what: "busy", status: " (HTTP 503)" })).toBe(
            "The model failed (HTTP 503): busy",
        );
        expect(sentenceOf("server_error", {}, { code: "server_error", message: "opencode failed." })).toBe(
            "opencode failed.",
        );
        expect(sentenceOf("of_a_newer_one")).toBe("of_a_newer_one");
    });

    test("of what was written the end is kept", () => {
        const long = `begin ${"x".repeat(LONGEST_RESULT)} end`;
        expect(kept("short")).toBe("short");
        expect(kept(long)).toHaveLength(LONGEST_RESULT + "[...]\n".length);
        expect(kept(long).endsWith(" end")).toBe(true);
    });

    test("an answer is what its steps say, without what was thought aloud or is a summary", () => {
        const step = (text: string, more: object = {}) =>
            ({
                info: { id: "m", role: "assistant", time: { created: 1 }, ...more },
                parts: [{ type: "text", text }],
            }) as never;
        expect(
            answerOf([
                step("<think>hm</think>First."),
                step(" \n"),
                step("all before", { summary: true }),
                step("user", { role: "user" }),
                step("Then."),
            ]),
        ).toBe("First.\n\nThen.");
        expect(answerOf([step("<think>for ever")])).toBe("");
    });
});
