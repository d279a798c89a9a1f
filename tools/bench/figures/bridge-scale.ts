import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { type ScaleSample, startScale } from "../scale/index.ts";

/** Seconds in which the computers begin to prompt, which is what a turn takes: there are turns of every age then. */
const BEGIN_SECONDS = 60;

/** Seconds of a sample. */
const SAMPLE_SECONDS = 15;

interface Measured extends ScaleSample {
    readonly idleEach: number;
}

async function measure(bench: Bench, count: number): Promise<Measured> {
    bench.say(`linking ${count} computers with one bridge ...`);
    const scale = await startScale(count);
    try {
        await scale.prompt(BEGIN_SECONDS);
        bench.say(`${count} computers are told ten words a second each ...`);
        const sample = await scale.sample(SAMPLE_SECONDS);
        const expected = count * 10 * SAMPLE_SECONDS;
        if (sample.failures > 0 || sample.words < expected / 2)
            throw new Error(
                `Only ${sample.words} of ${expected} words came, and ${sample.failures} turns failed.`,
            );
        return { ...sample, idleEach: scale.idleEach };
    } finally {
        await scale.stop();
    }
}

const measured = new Map<number, Promise<Measured>>();

function of(bench: Bench, count: number): Promise<Measured> {
    const known = measured.get(count) ?? measure(bench, count);
    measured.set(count, known);
    return known;
}

/** Many computers on one bridge. opencode is a stand-in, which is fed as by the stream of events. */
export const bridgeScaleFigures: readonly Figure[] = [
    {
        name: "bridge-1000-word-p99",
        unit: "ms",
        bar: 50,
        measure: async (bench) => (await of(bench, 1000)).p99,
    },
    {
        name: "bridge-1000-memory-each",
        unit: "B",
        bar: 25_000,
        measure: async (bench) => (await of(bench, 1000)).memoryEach,
    },
    {
        name: "bridge-1000-memory-idle",
        unit: "B",
        measure: async (bench) => (await of(bench, 1000)).idleEach,
    },
    {
        name: "bridge-1000-health",
        unit: "ms",
        bar: 5,
        measure: async (bench) => (await of(bench, 1000)).health,
    },
    {
        name: "bridge-3000-word-p99",
        unit: "ms",
        bar: 100,
        measure: async (bench) => (await of(bench, 3000)).p99,
    },
];
