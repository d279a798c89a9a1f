import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Random numbers that are the same for the same seed. */
export interface Random {
    /** A whole number from 0 to `below - 1`. */
    whole(below: number): number;
    /** Whether something happens that does so `probability` (0 to 1) of the times. */
    chance(probability: number): boolean;
    /** One of a list that is not empty. */
    pick<T>(list: readonly T[]): T;
    /** The same list in another order. */
    shuffled<T>(list: readonly T[]): T[];
}

const LARGEST = 2 ** 31 - 1;

/**
 * @param seed a whole number; the same gives the same numbers
 * @param round tells the numbers of one round from those of the others
 */
export function randomOf(seed: number, round = 0): Random {
    // Neighbouring seeds would begin alike.
    const generator = xoroshiro128plus((Math.imul(seed, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b)) | 0);
    for (let skipped = 0; skipped < 8; skipped++) generator.next();
    const whole = (below: number): number => uniformInt(generator, 0, below - 1);
    return {
        whole,
        chance: (probability) => uniformInt(generator, 0, LARGEST) / LARGEST < probability,
        pick: (list) => list[whole(list.length)]!,
        shuffled: (list) => {
            const copy = [...list];
            for (let last = copy.length - 1; last > 0; last--) {
                const other = whole(last + 1);
                [copy[last], copy[other]] = [copy[other]!, copy[last]!];
            }
            return copy;
        },
    };
}
