import type { Bench } from "./bench.ts";

/** Something that is measured, as one number. */
export interface Figure {
    /** Words with hyphens between them, the general ones first: `--only` takes the beginning of a name. */
    readonly name: string;
    /** What `value` and `bar` count: "s", "ms", "B", "%", or the things themselves. */
    readonly unit: string;
    /** The most that the value may be. A figure without one only informs. */
    readonly bar?: number;
    /** The figure whose value in the same run is the most that this one's may be. */
    readonly atMost?: string;
    /** The figure beside which the table shows this one, where it says how others do. */
    readonly beside?: string;
    /** In which of the table's columns it stands there; "naive" when absent. */
    readonly column?: string;
    /** Measures it; rejects when that is not possible. What figures share is measured once. */
    readonly measure: (bench: Bench) => Promise<number>;
}

/** What came of measuring a figure. */
export interface Result {
    readonly figure: Figure;
    /** Undefined when it could not be measured. */
    readonly value: number | undefined;
}

/**
 * The most that a figure may be; undefined where it only informs.
 * @param results of the same run
 */
export function barOf(figure: Figure, results: readonly Result[]): number | undefined {
    return figure.bar ?? results.find((other) => other.figure.name === figure.atMost)?.value;
}

/**
 * Whether a figure is as it has to be. One that could not be measured never is.
 * @param results of the same run, for one whose bar is among them
 */
export function isOk({ figure, value }: Result, results: readonly Result[] = []): boolean {
    if (value === undefined || Number.isNaN(value)) return false;
    const bar = barOf(figure, results);
    return bar === undefined || value <= bar;
}

/**
 * The names that somebody means.
 * @param wanted a name, or the beginning of one or of several
 * @returns the figure of exactly that name, else those that begin with these words, else those that begin so at all
 */
export function namesMeant(wanted: string, names: readonly string[]): string[] {
    const meanings = [
        (name: string) => name === wanted,
        (name: string) => name.startsWith(`${wanted}-`),
        (name: string) => name.startsWith(wanted),
    ];
    return meanings.map((isMeant) => names.filter(isMeant)).find(({ length }) => length > 0) ?? [];
}
