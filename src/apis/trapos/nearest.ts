/** Names that somebody gives and that are not there: which of those that are may have been meant. Pure. */
import { oneLine } from "./utf8";

/** So many characters of names make a failure's hint fit two rows of a 51 column screen. */
const ROOM = 45;

/** Pairs of letters that stand side by side, whatever their case, the edges among them, and how often; and how many there are. */
function pairsIn(name: string): { readonly counts: Record<string, number>; readonly total: number } {
    const counts: Record<string, number> = {};
    const lower = `^${string.lower(name)}$`;
    for (const at of $range(1, lower.length - 1)) {
        const pair = string.sub(lower, at, at + 1);
        counts[pair] = (counts[pair] ?? 0) + 1;
    }
    return { counts, total: Math.max(lower.length - 1, 0) };
}

/** How alike two names are, from 0 to 1: the share of their pairs of letters that both have (Sørensen and Dice). */
function likeness(one: string, other: string): number {
    const first = pairsIn(one);
    const second = pairsIn(other);
    let common = 0;
    for (const [pair, count] of pairs(first.counts)) common += Math.min(count, second.counts[pair] ?? 0);
    return (2 * common) / Math.max(first.total + second.total, 1);
}

/**
 * Those of some names that fit a hint, the ones most like a given one first; else they keep their order.
 * @param wanted what somebody wrote
 * @param names what there is
 * @returns each name with a blank before it, and " .." where there are more
 */
export function nearest(wanted: string, names: readonly string[]): string {
    const rows: { readonly name: string; readonly score: number; readonly at: number }[] = [];
    for (const [at, name] of ipairs(names)) {
        // Of "provider/model" the model alone may have been written.
        const [, model] = string.match(name, "^([^/]*)/(.*)$");
        const score = Math.max(likeness(wanted, name), likeness(wanted, model ?? ""));
        rows.push({ name, score, at });
    }
    table.sort(rows, (a, b) => a.score > b.score || (a.score === b.score && a.at < b.at));
    let known = "";
    for (const row of rows) {
        if (known !== "" && known.length + row.name.length >= ROOM) return `${known} ..`;
        known += ` ${oneLine(row.name, ROOM)}`;
    }
    return known === "" ? " none" : known;
}

/** From here on two words are so alike that one may be the other, misspelt: "instal" is, "list" for "last" is not. */
const ALIKE = 0.6;

/** The longest word that is looked up: anything longer was no name. */
const LONGEST = 60;

/**
 * The one of some names that a word was most likely meant to be.
 * @param wanted what somebody wrote
 * @param names what there is
 * @returns the name, or nothing where none is much like it
 */
export function closest(wanted: string, names: readonly string[]): string | undefined {
    if (wanted.length > LONGEST) return undefined;
    let best: string | undefined;
    let most = ALIKE;
    for (const name of names) {
        let score = likeness(wanted, name);
        // A part of a name stands for it, too.
        const isPart = wanted.length > 1 && string.find(name, string.lower(wanted), 1, true)[0] !== undefined;
        if (isPart) score = Math.max(score, ALIKE);
        if (score > most || (score === most && best === undefined)) {
            most = score;
            best = name;
        }
    }
    return best;
}

/** From so many letters on a word may have two that are wrong. */
const LONG_WORD = 6;

/**
 * How many letters have to be put in, left out, changed, or swapped with their neighbour to make one word of another
 * (optimal string alignment).
 */
function distance(one: string, other: string): number {
    let before: number[] = [];
    let row: number[] = [];
    for (const at of $range(0, other.length)) row[at] = at;
    for (const i of $range(1, one.length)) {
        const next: number[] = [i];
        for (const j of $range(1, other.length)) {
            const isSame = string.byte(one, i) === string.byte(other, j);
            let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (isSame ? 0 : 1));
            const isSwapped =
                i > 1 &&
                j > 1 &&
                string.byte(one, i) === string.byte(other, j - 1) &&
                string.byte(one, i - 1) === string.byte(other, j);
            if (isSwapped) least = Math.min(least, before[j - 2]! + 1);
            next[j] = least;
        }
        before = row;
        row = next;
    }
    return row[other.length]!;
}

/**
 * The one of some names that a word is, but for a letter, or for two where it has six or more, whatever their case.
 * @param written what somebody wrote, which is none of the names
 * @param names what there is, in lower case
 * @returns the name that is least far off, or nothing
 */
export function misspelt(written: string, names: readonly string[]): string | undefined {
    if (written.length > LONGEST) return undefined;
    const word = string.lower(written);
    let least = word.length >= LONG_WORD ? 2 : 1;
    let found: string | undefined;
    for (const name of names) {
        const isNear = Math.abs(name.length - word.length) <= least;
        const far = isNear ? distance(word, name) : least + 1;
        if (far < least || (far === least && found === undefined)) {
            least = far;
            found = name;
        }
    }
    return found;
}
