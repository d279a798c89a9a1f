import { describe, expect, test } from "vitest";
import { commandLine, type Options, roundsOf } from "./options.ts";
import type { Part } from "./part.ts";
import { parts } from "./parts/index.ts";
import { play } from "./play.ts";
import { randomOf } from "./random.ts";

/** The short run has a seed of its own, so that it does the same each time; other seeds are for `npm run soak`. */
const SEED = 20261129;

describe.each(parts.filter(({ shortRounds }) => shortRounds > 0).map((part) => ({ part, name: part.name })))(
    "$name",
    ({ part }) => {
        test(`a short run: ${part.purpose}`, { timeout: 180_000 }, async () => {
            const rounds = roundsOf(part, { rounds: part.shortRounds });
            const { faults, played } = await play(part, { seed: SEED, rounds });
            expect(faults).toEqual([]);
            expect(played).toBe(part.shortRounds);
        });
    },
);

const partOf = (round: (number: number) => Promise<string | undefined>, atOnce?: number): Part => ({
    name: "sample",
    purpose: "it holds",
    rounds: 5,
    shortRounds: 1,
    atOnce,
    open: async () => ({ round: (_, number) => round(number), close: async () => {} }),
});

describe("playing", () => {
    test("a round that is wrong and one that raises are faults, and the others are played all the same", async () => {
        const sample = partOf(async (number) => {
            if (number === 1) return "lost";
            if (number === 3) throw new Error("broken");
            return undefined;
        });
        const { played, faults } = await play(sample, { seed: 1, rounds: [0, 1, 2, 3, 4] });
        expect(played).toBe(5);
        expect(faults.map(({ round }) => round)).toEqual([1, 3]);
        expect(faults[0]?.what).toBe("lost");
        expect(faults[1]?.what).toContain("broken");
    });

    test("what all rounds should have reached and have not is a fault of none of them", async () => {
        const sample = { ...partOf(async () => undefined) };
        sample.open = async () => ({
            round: async () => undefined,
            missed: () => "never open",
            close: async () => {},
        });
        const told: unknown[] = [];
        const { faults } = await play(sample, {
            seed: 1,
            rounds: [0],
            onRound: (_, fault) => told.push(fault),
        });
        expect(faults).toEqual([{ what: "never open" }]);
        expect(told).toEqual([undefined, { what: "never open" }]);
    });

    test("as many rounds as the part says are under way at once", async () => {
        let running = 0;
        let most = 0;
        const sample = partOf(async () => {
            most = Math.max(most, ++running);
            await new Promise(setImmediate);
            running--;
            return undefined;
        }, 3);
        await play(sample, { seed: 1, rounds: [0, 1, 2, 3, 4, 5] });
        expect(most).toBe(3);
    });

    test("the part is closed when it is over, and when it cannot go on", async () => {
        let closed = 0;
        const sample = { ...partOf(async () => undefined) };
        sample.open = async () => ({ round: async () => undefined, close: async () => void closed++ });
        await play(sample, { seed: 1, rounds: [0] });
        const stop = () => {
            throw new Error("stop");
        };
        await expect(play(sample, { seed: 1, rounds: [0], onRound: stop })).rejects.toThrow("stop");
        expect(closed).toBe(2);
    });
});

describe("random numbers", () => {
    const some = (seed: number, round: number) =>
        Array.from(
            { length: 20 },
            (
                (random) => () =>
                    random.whole(1000)
            )(randomOf(seed, round)),
        );

    test("are the same for the same seed and round, and others for each other", () => {
        expect(some(7, 3)).toEqual(some(7, 3));
        const runs = [some(7, 3), some(7, 4), some(8, 3), some(3, 7)].map(String);
        expect(new Set(runs).size).toBe(4);
    });

    test("are whole numbers below the bound, picks of the list and shuffles of it", () => {
        const random = randomOf(1);
        const numbers = Array.from({ length: 300 }, () => random.whole(3));
        expect(new Set(numbers)).toEqual(new Set([0, 1, 2]));
        expect(random.shuffled([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4]);
        expect(["a", "b"]).toContain(random.pick(["a", "b"]));
        expect(random.chance(0)).toBe(false);
        expect(random.chance(1.1)).toBe(true);
    });
});

describe("the command line", () => {
    const sample = [partOf(async () => undefined)];
    const read = (...words: string[]) =>
        commandLine(sample)
            .configureOutput({ writeErr: () => {} })
            .parse(words, { from: "user" })
            .opts<Options>();

    test("takes part, seed and round", () => {
        expect(read("--part", "sample", "--seed", "7", "--round", "3")).toMatchObject({
            part: ["sample"],
            seed: 7,
            round: 3,
        });
        expect(roundsOf(sample[0]!, read("--round", "3"))).toEqual([3]);
        expect(roundsOf(sample[0]!, read("--rounds", "2"))).toEqual([0, 1]);
        expect(roundsOf(sample[0]!, read())).toHaveLength(5);
    });

    test.each([
        { words: ["--part", "nothing"] },
        { words: ["--seed", "-1"] },
        { words: ["--seed", "x"] },
        { words: ["--rounds", "1.5"] },
    ])("refuses $words", ({ words }) => {
        expect(() => read(...words)).toThrow();
    });
});
