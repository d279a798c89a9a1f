import type { Random } from "./random.ts";

/**
 * One part of the soak run: something that a user relies on, tried over and over with what chance brings.
 *
 * A part is opened once and then plays its rounds. Each round has random numbers of its own that follow from the seed
 * and the round's number alone, so that `--seed S --round N` plays one of them again.
 */
export interface Part {
    /** What `--part` takes. */
    readonly name: string;
    /** What must hold whatever happens, in one line. */
    readonly purpose: string;
    /** How many rounds a full run plays: what takes at most 10 minutes. */
    readonly rounds: number;
    /** How many are played in `npm test`. */
    readonly shortRounds: number;
    /** How many are played at the same time; one unless it is said. */
    readonly atOnce?: number;
    /** Sets up what the rounds share: servers, folders. */
    open(): Promise<OpenPart>;
}

/** A part that plays. */
export interface OpenPart {
    /**
     * Plays one round.
     * @returns nothing when all was as it must be; else what was wrong, in words that let somebody look into it
     * @throws anything, which counts as a fault, too
     */
    round(random: Random, number: number): Promise<string | undefined>;
    /**
     * What the rounds should have reached and have not, where there were enough of them; asked when all are played.
     * @returns nothing where they have, or were too few
     */
    missed?(): string | undefined;
    /** What the rounds came to, as `312 answered, 41 resumed`; shown behind the part's line. */
    figures?(): string;
    /** Ends all that was started and removes what was written. */
    close(): Promise<void>;
}
