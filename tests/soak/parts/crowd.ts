/** A thousand computers on one bridge, whose turns go on and on: what each takes does not grow. See ../part.ts. */
import { type Scale, startScale } from "../../../tools/bench/scale/index.ts";
import { median } from "../../../tools/bench/statistics.ts";
import type { OpenPart, Part } from "../part.ts";

const COMPUTERS = 1000;

/** Seconds in which they begin, which is what a turn takes: from then on as many begin as end. And seconds of a round. */
const BEGIN_SECONDS = 60;
const ROUND_SECONDS = 45;

/** The most bytes that a computer takes of the bridge's memory, as in tools/bench/figures/bridge-scale.ts. */
const MOST_MEMORY = 25_000;

/** By what share the memory may grow from the first three of the rounds to the last three. */
const MOST_GROWTH = 0.05;

export const crowd: Part = {
    name: "crowd",
    purpose:
        "a thousand computers that are told ten words a second take no more of the bridge as time goes on",
    rounds: 12,
    // What comes too late on a machine that runs other tests, too, says nothing; `npm run bench` measures.
    shortRounds: 0,
    async open(): Promise<OpenPart> {
        const scale: Scale = await startScale(COMPUTERS);
        await scale.prompt(BEGIN_SECONDS);
        const memory: number[] = [];
        const latest: number[] = [];
        return {
            async round(): Promise<string | undefined> {
                const sample = await scale.sample(ROUND_SECONDS);
                memory.push(sample.memoryEach);
                latest.push(sample.p99);
                if (sample.failures > 0) return `${sample.failures} turns failed`;
                const expected = COMPUTERS * 10 * ROUND_SECONDS;
                if (sample.words < expected / 2) return `${sample.words} of ${expected} words came`;
                return undefined;
            },
            missed() {
                if (memory.length < 6) return undefined;
                if (median(memory) > MOST_MEMORY) return `a computer takes ${median(memory)} bytes`;
                const [before, after] = [median(memory.slice(0, 3)), median(memory.slice(-3))];
                return after > before * (1 + MOST_GROWTH)
                    ? `a computer took ${before} bytes, and ${after} in the end`
                    : undefined;
            },
            figures: () =>
                `bytes a computer: ${memory.map(Math.round).join(" ")}; p99 in ms: ${latest.map((late) => late.toFixed(1)).join(" ")}`,
            close: () => scale.stop(),
        };
    },
};
