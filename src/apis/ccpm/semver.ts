/** Versions and version ranges, as npm's semver reads them. */

/** Major, minor and patch, then the parts of a prerelease; of a partial version only what is there. */
type Parts = (number | string)[];

const match = string.match as (text: string, pattern: string) => LuaMultiReturn<(string | undefined)[]>;

/** The largest number that Lua and JavaScript hold exactly, 2^53 - 1; npm refuses larger ones, too. */
const LARGEST = 9007199254740991;

/** Every mark of a range with a space on both sides; the first is none. */
const MARKS = "  = ^ ~ ~> < <= > >= ";

/** Splits at dots. Undefined where a part is empty, of other characters, or a number with a leading zero. */
function split(text: string): Parts | undefined {
    const parts: Parts = [];
    for (const [part] of string.gmatch(text + ".", "(.-)%.")) {
        if (match(part!, "^[%w-]+$")[0] === undefined || match(part!, "^0%d+$")[0] !== undefined)
            return undefined;
        parts.push(match(part!, "^%d+$")[0] === undefined ? part! : tonumber(part)!);
    }
    return parts;
}

/** Reads a version, whole or partial ("1.2", "1.x", "*"); builds and what follows an "x" count for nothing. */
function parse(text: string): Parts | undefined {
    const [core, dash, rest] = match(string.gsub(text, "%+[%w.-]+$", "")[0], "^([%dxX*.]+)(%-?)(.*)$");
    const numbers = split(string.gsub(core ?? "", "[X*]", "x")[0]);
    const prerelease = dash === "" ? [] : split(rest ?? "");
    if (numbers === undefined || numbers.length > 3 || prerelease === undefined) return undefined;
    if (rest !== "" && (dash === "" || numbers.length < 3)) return undefined;
    const parts: Parts = [];
    for (const part of numbers) {
        if (part === "x") return parts;
        if (typeof part === "string" || part > LARGEST) return undefined;
        parts.push(part);
    }
    for (const part of prerelease) parts.push(part);
    return parts;
}

/** Compares the first `count` parts, or all: "<" when the first version comes first, ">" when the second does, "=". */
function order(one: Parts, other: Parts, count?: number): string {
    for (const index of $range(0, Math.min(count ?? 99, Math.max(one.length, other.length)) - 1)) {
        const [a, b] = [one[index], other[index]];
        if (a !== b) {
            let isBefore = typeof a === "number";
            // A version comes after its prereleases, but a longer prerelease after a shorter one.
            if (a === undefined || b === undefined) isBefore = (a === undefined) !== (index === 3);
            else if (isBefore === (typeof b === "number")) isBefore = a < b;
            return isBefore ? "<" : ">";
        }
    }
    return "=";
}

/** One condition of a range: a mark, "" for none, and the version that stands behind it. */
interface Condition {
    readonly mark: string;
    readonly parts: Parts;
}

/** Reads a condition; undefined where it is none. */
function readCondition(token: string): Condition | undefined {
    const [mark, rest] = match(token, "^([<>=~^]*)v?(.*)$");
    const parts = parse(rest!);
    if (parts === undefined || string.find(MARKS, ` ${mark!} `, 1, true)[0] === undefined) return undefined;
    return { mark: mark!, parts };
}

/** Reads the conditions of one alternative, all of which have to hold; undefined where one is none. */
function readAlternative(text: string): Condition[] | undefined {
    const [hyphens] = string.gsub(text, "^%s*(%S+)%s+%-%s+(%S+)%s*$", ">=%1 <=%2");
    const [joined] = string.gsub(hyphens, "([<>=~^])%s+", "%1");
    const conditions: Condition[] = [];
    for (const [token] of string.gmatch(joined, "%S+")) {
        const condition = readCondition(token!);
        if (condition === undefined) return undefined;
        conditions.push(condition);
    }
    return conditions;
}

/** Reads a range as its alternatives, one of which has to hold; undefined where it is none. */
function readRange(range: string): Condition[][] | undefined {
    const alternatives: Condition[][] = [];
    for (const [text] of string.gmatch(range + "||", "(.-)||")) {
        const alternative = readAlternative(text!);
        if (alternative === undefined) return undefined;
        alternatives.push(alternative);
    }
    return alternatives;
}

/** How many parts of a condition's version count; undefined for all. */
function countOf(condition: Condition): number | undefined {
    const parts = condition.parts;
    const given = Math.min(parts.length, 3);
    if (string.sub(condition.mark, 1, 1) === "~") return Math.min(given, 2);
    if (condition.mark === "^") {
        let count = Math.min(given, 1);
        while (count < given && parts[count - 1] === 0) count += 1;
        return count;
    }
    return given < 3 ? given : undefined;
}

/** The least version of a condition: "1" begins with 1.0.0 and not with its prereleases, as does what comes after ">0". */
function leastOf(condition: Condition): Parts {
    const least: Parts = [];
    for (const part of condition.parts) least.push(part);
    const given = Math.min(least.length, 3);
    if (condition.mark === ">" && given < 3) least[given - 1] = (least[given - 1] as number) + 1;
    for (const index of $range(given, 2)) least[index] = 0;
    return least;
}

function holds(version: Parts, condition: Condition): boolean {
    const signs = match(condition.mark, "^[<>]=?")[0] ?? "=";
    const sign = order(version, condition.parts, countOf(condition));
    if (string.find(signs, sign, 1, true)[0] === undefined) return false;
    const isFromBelow = condition.parts.length === 0 || string.sub(signs, 1, 1) === "<";
    return isFromBelow || order(version, leastOf(condition)) !== "<";
}

function isInAlternative(version: Parts, conditions: readonly Condition[]): boolean {
    // A prerelease is in a range only where that names a prerelease of the same version.
    let isNamed = version.length === 3;
    for (const condition of conditions) {
        if (!holds(version, condition)) return false;
        const parts = condition.parts;
        if (parts.length > 3 && order(version, parts, 3) === "=") isNamed = true;
    }
    return isNamed;
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
 * @returns -1 when `a` comes before `b`, 1 when it comes after it, 0 otherwise: builds have no order
 */
export function compare(a: string, b: string): number {
    return string.find("<=>", order(parse(a)!, parse(b)!), 1, true)[0] - 2;
}

/**
 * Whether a text is a version range as npm reads it: `^1.2.0`, `~1.2`, `1.x`, `>=1 <2`, `1.2 - 1.4`, `^1 || ^2`, `*`.
 * @param text any text
 * @returns true for a range
 */
export function isRange(text: string): boolean {
    return readRange(text) !== undefined;
}

/**
 * Whether a version is in a range.
 * @param version a version
 * @param range a version range
 * @returns false, too, for a range that is none
 */
export function satisfies(version: string, range: string): boolean {
    const parts = parse(version)!;
    for (const alternative of readRange(range) ?? []) {
        if (isInAlternative(parts, alternative)) return true;
    }
    return false;
}
