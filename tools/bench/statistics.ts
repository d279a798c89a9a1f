/** The middle one of some numbers, or the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
    const sorted = [...values].sort((one, other) => one - other);
    const upper = sorted.length >> 1;
    const high = sorted[upper] ?? NaN;
    return sorted.length % 2 === 1 ? high : ((sorted[upper - 1] ?? NaN) + high) / 2;
}

/** So many numbers at even distances from each other, over a range of that width around a centre. */
export function evenly(count: number, centre: number, width: number): number[] {
    return Array.from({ length: count }, (_, index) => centre + ((index + 0.5) / count - 0.5) * width);
}

/** By how many percent a number differs from another, up or down. */
export function differencePercent(value: number, from: number): number {
    return Math.abs(value / from - 1) * 100;
}
