import type { OpenPart, Part } from "./part.ts";
import { randomOf } from "./random.ts";

/** Something that was wrong. */
export interface Fault {
    /** The round in which it was; absent where it was in none of them: something was never reached. */
    readonly round?: number;
    readonly what: string;
}

/** What became of a part. */
export interface Outcome {
    readonly played: number;
    readonly faults: readonly Fault[];
    readonly seconds: number;
    readonly figures: string | undefined;
}

export interface PlayOptions {
    readonly seed: number;
    /** Which rounds to play, by their numbers. */
    readonly rounds: readonly number[];
    /** Told after each round. */
    readonly onRound?: (played: number, fault: Fault | undefined) => void;
}

/** Plays rounds of a part; one that fails does not keep the others from being played. */
export async function play(part: Part, { seed, rounds, onRound }: PlayOptions): Promise<Outcome> {
    const start = performance.now();
    const open = await part.open();
    const faults: Fault[] = [];
    const waiting = [...rounds];
    let played = 0;
    const playOne = async (round: number): Promise<void> => {
        const what = await playSafely(open, seed, round);
        played++;
        const fault = what === undefined ? undefined : { round, what };
        if (fault !== undefined) faults.push(fault);
        onRound?.(played, fault);
    };
    const playOneByOne = async (): Promise<void> => {
        for (let round = waiting.shift(); round !== undefined; round = waiting.shift()) await playOne(round);
    };
    try {
        await Promise.all(Array.from({ length: part.atOnce ?? 1 }, playOneByOne));
        const missed = open.missed?.();
        if (missed !== undefined) {
            faults.push({ what: missed });
            onRound?.(played, faults.at(-1));
        }
        return { played, faults, seconds: (performance.now() - start) / 1000, figures: open.figures?.() };
    } finally {
        await open.close();
    }
}

async function playSafely(open: OpenPart, seed: number, round: number): Promise<string | undefined> {
    try {
        return await open.round(randomOf(seed, round), round);
    } catch (error) {
        return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
}
