/** Limits: what is refused, in which words, and until when. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Journal, Limits } from "../../src/journal/journal.ts";
import { limitedOf } from "../../src/journal/limited.ts";
import { type Counts, type Limited, refusal } from "../../src/journal/limits.ts";
import { openJournal } from "../../src/journal/store.ts";
import { computerOf, day, hour, minute, noon, stepOf } from "./samples.ts";
import { journalFile } from "./support.ts";

const nothing = { steps: 0, input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0, cost: 0 };

function limited(limits: Limits, counts: Partial<Counts> = {}): Limited {
    return { limits, counts: { turns: 0, prompts: [], today: nothing, ...counts } };
}

const free = limited({});

/** Prompts so many minutes ago. */
function minutesAgo(...minutes: number[]): { prompts: number[] } {
    return { prompts: minutes.map((count) => noon - count * minute) };
}

function tokens(used: Partial<typeof nothing>): Partial<Counts> {
    return { today: { ...nothing, ...used } };
}

const half = { tokensPerDay: 15 };

describe("one more prompt", () => {
    test.each<[string, Limited]>([
        [
            "nothing is limited",
            limited({}, { turns: 99, ...minutesAgo(0, 0, 0), ...tokens({ input: 1e9, cost: 99 }) }),
        ],
        ["a turn less runs", limited({ turnsAtOnce: 2 }, { turns: 1 })],
        ["the oldest prompt is an hour old", limited({ promptsPerHour: 2 }, minutesAgo(60, 59))],
        ["a token is left", limited({ tokensPerDay: 16 }, tokens({ input: 10, output: 5 }))],
        ["a cent is left", limited({ costPerDay: 1 }, tokens({ cost: 0.99 }))],
    ])("is taken where %s", (_, one) => {
        expect(refusal(one, free, noon)).toBeUndefined();
        expect(refusal(free, one, noon)).toBeUndefined();
    });

    test.each<[string, number | undefined, Limited]>([
        [
            "2 turns at once is reached; again when a turn has ended",
            undefined,
            limited({ turnsAtOnce: 2 }, { turns: 2 }),
        ],
        [
            "1 turn at once is reached; again when a turn has ended",
            undefined,
            limited({ turnsAtOnce: 1 }, { turns: 3 }),
        ],
        [
            "3 prompts an hour is reached; again in 12 min",
            noon + 12 * minute,
            limited({ promptsPerHour: 3 }, minutesAgo(48, 20, 1)),
        ],
        // A limit that was lowered: two of them must become old.
        [
            "2 prompts an hour is reached; again in 40 min",
            noon + 40 * minute,
            limited({ promptsPerHour: 2 }, minutesAgo(48, 20, 1)),
        ],
        [
            "1 prompt an hour is reached; again in 1 h",
            noon + hour,
            limited({ promptsPerHour: 1 }, minutesAgo(0)),
        ],
        [
            "1 prompt an hour is reached; again in 1 min",
            noon + 1,
            limited({ promptsPerHour: 1 }, { prompts: [noon + 1 - hour] }),
        ],
        [
            "15 tokens a day is reached; again in 12 h",
            noon + 12 * hour,
            limited(half, tokens({ input: 10, output: 5 })),
        ],
        [
            "15 tokens a day is reached; again in 12 h",
            noon + 12 * hour,
            limited(half, tokens({ reasoning: 5, cacheRead: 5, cacheWrite: 5 })),
        ],
        [
            "1,500,000 tokens a day is reached; again in 12 h",
            noon + 12 * hour,
            limited({ tokensPerDay: 1.5e6 }, tokens({ input: 2e6 })),
        ],
        [
            "$0.50 a day is reached; again in 12 h",
            noon + 12 * hour,
            limited({ costPerDay: 0.5 }, tokens({ cost: 0.5 })),
        ],
        // The one that holds longest.
        [
            "$0.50 a day is reached; again in 12 h",
            noon + 12 * hour,
            limited(
                { costPerDay: 0.5, turnsAtOnce: 1, promptsPerHour: 1 },
                { turns: 1, ...minutesAgo(1), ...tokens({ cost: 9 }) },
            ),
        ],
        [
            "0 prompts an hour lets nothing through: ask who keeps the bridge",
            undefined,
            limited({ promptsPerHour: 0, turnsAtOnce: 1 }, { turns: 1 }),
        ],
        ["$0.00 a day lets nothing through: ask who keeps the bridge", undefined, limited({ costPerDay: 0 })],
    ])("is refused: %s", (words, endsAt, one) => {
        expect(refusal(one, free, noon)?.message).toBe(`This computer's limit of ${words}`);
        expect(refusal(free, one, noon)?.message).toBe(`Its owner's limit of ${words}`);
        expect(refusal(one, free, noon)?.endsAt).toBe(endsAt);
    });

    test("is refused by the owner's limit where that holds longer, and by the computer's where that does", () => {
        const soon = limited({ promptsPerHour: 1 }, minutesAgo(59));
        const late = limited({ promptsPerHour: 1 }, minutesAgo(1));
        expect(refusal(soon, late, noon)).toMatchObject({
            code: "prompts_per_hour",
            endsAt: noon + 59 * minute,
        });
        expect(refusal(soon, late, noon)?.message).toContain("owner");
        expect(refusal(late, soon, noon)?.message).toContain("This computer");
    });

    test("is taken at the moment that was said, and no sooner", () => {
        const one = limited({ promptsPerHour: 2 }, minutesAgo(48, 20, 1));
        const endsAt = refusal(one, free, noon)?.endsAt as number;
        expect(refusal(one, free, endsAt - 1)).toBeDefined();
        expect(refusal(one, free, endsAt)).toBeUndefined();
    });
});

describe("with a clock that jumps", () => {
    const file = journalFile();
    let journal: Journal;
    beforeEach(() => {
        journal = openJournal(file.path);
        journal.addComputer(computerOf("c1"));
        journal.addSession("s1", "c1", noon);
        journal.setLimits({ computer: "c1" }, { promptsPerHour: 2, tokensPerDay: 100 });
    });
    afterEach(() => journal.close());

    let prompts = 0;

    /** Hands over a prompt. @returns why it is refused */
    function ask(now: number): string | undefined {
        const computer = limitedOf(journal, { computer: "c1" }, now);
        const refused = refusal(computer, limitedOf(journal, { owner: "alice" }, now), now);
        const prompt = { nonce: `n${prompts++}`, computerId: "c1", sessionId: "s1", takenAt: now };
        if (!refused) journal.takePrompt(prompt);
        return refused?.code;
    }

    test("ahead by a year and back again, the hour's prompts count as before", () => {
        expect([ask(noon), ask(noon + 1)]).toEqual([undefined, undefined]);
        const ahead = noon + 365 * day;
        expect([ask(ahead), ask(ahead), ask(ahead)]).toEqual([undefined, undefined, "prompts_per_hour"]);
        expect(ask(noon + 2)).toBe("prompts_per_hour");
        expect(ask(noon + hour + 1)).toBeUndefined();
    });

    test.each([
        ["a year", 365 * day, 0],
        ["an hour", hour, 0],
        ["a quarter of an hour", hour / 4, 1.25 * hour],
        ["a second", 1000, hour + 1000],
    ])("back by %s, nobody waits for more than two hours", (_, jump, wait) => {
        expect([ask(noon), ask(noon)]).toEqual([undefined, undefined]);
        const now = noon - jump;
        if (wait > 0) expect(ask(now + wait - 1)).toBe("prompts_per_hour");
        expect(ask(now + wait)).toBeUndefined();
    });

    test("each day has its own tokens, and a step that comes again counts for none", () => {
        const big = stepOf({ stepId: "p1", input: 200 });
        journal.addStep({ ...big, at: noon + day });
        expect(ask(noon + day)).toBe("tokens_per_day");
        expect(ask(noon)).toBeUndefined();
        expect(journal.addStep({ ...big, at: noon })).toBe(false);
        expect(ask(noon)).toBeUndefined();
        expect(ask(noon + 2 * day)).toBeUndefined();
    });

    test("ahead by years, the last steps are still known", () => {
        journal.addStep(stepOf({ stepId: "p1" }));
        journal.addStep(stepOf({ stepId: "p2", at: noon + 1000 * day }));
        expect(journal.addStep(stepOf({ stepId: "p1" }))).toBe(false);
        expect(journal.addStep(stepOf({ stepId: "p3", at: noon + 1 }))).toBe(true);
    });
});
