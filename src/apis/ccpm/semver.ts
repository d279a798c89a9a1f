/** Versions and version ranges, as npm's semver reads them. */

/** Major, minor and patch, then the parts of a prerelease; of a partial version only what is there. */
type Parts = (number | string)[];

type Match = (text: string, pattern: string) => LuaMultiReturn<(string | undefined)[]>;
const match = string.match as Match;

/** The largest part that a number holds exactly, 2^53 - 1; npm refuses larger ones, too. */
const LARGEST = 9007199254740991;

/** Splits at dots. Undefined where a part is empty, of other characters, or a number with a leading zero. */
function split(text: string): Parts | undefined {
    const parts: Parts = [];
    for (const [part] of string.gmatch(`${text}.`, "(.-)%.")) {
        if (match(part!, "^[%w-]+$")[0] === undefined || match(part!, "^0%d+$")[0] !== undefined) return undefined;
        parts.push(match(part!, "^%d+$")[0] === undefined ? part! : tonumber(part)!);
    }
    return parts;
}

/** Reads a version, whole or partial ("1.2", "1.x", "*"); the build is left out. */
function parse(text: string): Parts | undefined {
    const [core, prerelease, build] = match(text, "^([%dxX*.]+)(%-?[^+]*)(%+?.*)$");
    const numbers = split(string.gsub(core ?? "", "%*", "x")[0]);
    if (numbers === undefined || numbers.length > 3) return undefined;
    const parts: Parts = [];
    let isWhole = true;
    for (const part of numbers) {
        if (type(part) === "string" ? string.lower(part as string) !== "x" : (part as number) > LARGEST) return undefined;
        isWhole &&= type(part) === "number";
        if (isWhole) parts.push(part);
    }
    // What follows a version starts with its mark; a version that lacks parts has nothing that follows.
    if (prerelease !== "") {
        const more = match(prerelease!, "^%-")[0] !== undefined && numbers.length === 3 && split(string.sub(prerelease!, 2));
        if (more === false || more === undefined) return undefined;
        if (isWhole) for (const part of more) parts.push(part);
    }
    if (build !== "") {
        // A build may have leading zeros.
        const [zeros] = string.gsub(string.sub(build!, 2), "0", "1");
        if (numbers.length < 3 || split(zeros) === undefined) return undefined;
    }
    return parts;
}

function compareParts(a: Parts, b: Parts): number {
    for (const index of $range(0, Math.max(a.length, b.length) - 1)) {
        const [one, other] = [a[index], b[index]];
        if (one !== other) {
            // A version comes after its prereleases, but a longer prerelease after a shorter one.
            if (one === undefined || other === undefined) return (one === undefined) === (index === 3) ? 1 : -1;
            const isNumber = type(one) === "number";
            if (isNumber !== (type(other) === "number")) return isNumber ? -1 : 1;
            return one < other ? -1 : 1;
        }
    }
    return 0;
}

/** The version that follows all that start with these parts up to `place`, counted from 1. */
function next(parts: Parts, place: number): Parts {
    const bumped: Parts = [0, 0, 0];
    for (const index of $range(0, place - 1)) bumped[index] = parts[index]!;
    bumped[place - 1] = (parts[place - 1] as number) + 1;
    return bumped;
}

/** Compares a version with a range; without a version, whether the range is one. Undefined for a range that is none. */
function test(range: string, version: Parts): boolean | undefined {
    let isInAny = false;
    for (const [alternative] of string.gmatch(`${string.gsub(range, "||", "\n")[0]}\n`, "(.-)\n")) {
        let [text] = string.gsub(alternative!, "^%s*(%S+)%s+%-%s+(%S+)%s*$", ">=%1 <=%2");
        [text] = string.gsub(text, "([<>=~^])%s+", "%1");
        let isIn = true;
        // A prerelease is only in a range that names a prerelease of the same version.
        let isNamed = version.length === 3;
        const check = (limit: Parts, isRight: (order: number) => boolean): void => {
            if (!isRight(compareParts(version, limit))) isIn = false;
            if (limit.length > 3 && compareParts(next(limit, 3), next(version, 3)) === 0) isNamed = true;
        };
        for (const [token] of string.gmatch(text, "%S+")) {
            const [mark, rest] = match(token!, "^([<>~^]?[>=]?)[v=]*(.*)$");
            const low = parse(rest!);
            if (low === undefined) return undefined;
            const given = Math.min(low.length, 3);
            let place = given;
            if (mark === "^") {
                place = 1;
                while (place < given && low[place - 1] === 0) place += 1;
            } else if (mark === "~" || mark === "~>") {
                place = Math.min(given, 2);
            }
            const high = given === 0 ? undefined : next(low, place);
            for (const index of $range(given, 2)) low[index] = 0;
            check(low, (order) => order >= 0);
            if (high !== undefined) check(high, (order) => order < 0);
        }
        if (isIn && isNamed) isInAny = true;
    }
    return isInAny;
}

/**
 * Whether a text is a version: three numbers, perhaps a prerelease and a build ("1.2.3-beta.1+build").
 * @param text any text
 * @returns true for a version
 */
export function isVersion(text: string): boolean {
    return match(text, "^%d+%.%d+%.%d")[0] !== undefined && parse(text) !== undefined;
}

/**
 * Compares two versions.
 * @param a a version
 * @param b another
 * @returns less than 0 when `a` comes before `b`, 0 when none does, more than 0 otherwise
 */
export function compare(a: string, b: string): number {
    return compareParts(parse(a)!, parse(b)!);
}

/**
 * Whether a text is a version range as npm reads it: `^1.2.0`, `~1.2`, `1.x`, `>=1 <2`, `1.2 - 1.4`, `^1 || ^2`, `*`.
 * @param text any text
 * @returns true for a range
 */
export function isRange(text: string): boolean {
    return test(text, [0, 0, 0]) !== undefined;
}

/**
 * Whether a version is in a range.
 * @param version a version
 * @param range a version range
 * @returns false, too, when one of them is not valid
 */
export function satisfies(version: string, range: string): boolean {
    return isVersion(version) && test(range, parse(version)!) === true;
}
