/** Versions and ranges: what npm's semver says of each, on the source in Node and on the compiled Lua. */
import semver from "semver";
import { describe, expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

interface SemverModule {
    isVersion(text: string): boolean;
    compare(a: string, b: string): number;
    isRange(text: string): boolean;
    satisfies(version: string, range: string): boolean;
}

const source = await importSource<SemverModule>("src/apis/ccpm/semver.ts");

/**
 * Calls a function with each of `first` and each of `second`, in Node and in Lua, and tells where one of the two does
 * not say what is expected.
 */
function differences(
    name: keyof SemverModule,
    first: readonly string[],
    second: readonly string[],
    expected: (one: string, other: string) => unknown,
): string[] {
    const compiled = runLua(`
        local call = require("/apis/ccpm/semver").${name}
        local results = {}
        for _, one in ipairs(${toLua(first)}) do
            for _, other in ipairs(${toLua(second)}) do results[#results + 1] = call(one, other) end
        end
        return results`)[0] as unknown[];
    const pairs = first.flatMap((one) => second.map((other) => [one, other] as const));
    return pairs.flatMap(([one, other], index) => {
        const told = [expected(one, other), source[name](one, other), compiled[index]];
        if (told.every((result) => result === told[0])) return [];
        return [`${JSON.stringify([one, other])}: expected, in Node, in Lua: ${told.join(", ")}`];
    });
}

const prereleases = [
    "",
    "-0",
    "-1",
    "-10",
    "-2",
    "-alpha",
    "-alpha.1",
    "-alpha.1.0",
    "-alpha.beta",
    "-beta",
    "-rc.1",
];
const versions = [
    ...["0.0.0", "0.0.1", "0.1.0", "1.2.3", "2.0.0"].flatMap((version) =>
        prereleases.map((prerelease) => version + prerelease),
    ),
    ...[
        "0.0.2",
        "0.0.9",
        "0.1.1",
        "0.1.9",
        "0.2.0",
        "0.9.0",
        "1.0.0",
        "1.0.1",
        "1.1.9",
        "1.2.2",
        "1.2.4",
        "1.2.10",
    ],
    ...["1.3.0", "1.9.9", "1.10.0", "2.0.1", "2.1.0", "2.3.4", "3.0.0", "10.0.0", "9007199254740991.0.0"],
    ...["1.2.3+build", "1.2.3-alpha+001.02", "1.2.3--", "1.2.3---1.-", "1.2.3-0a", "1.2.3-x", "1.2.3-ALPHA"],
];

const partials = [
    ...[
        "*",
        "x",
        "X",
        "0",
        "1",
        "2",
        "0.0",
        "0.1",
        "1.2",
        "1.x",
        "1.X",
        "1.*",
        "1.2.x",
        "1.2.*",
        "0.x",
        "0.0.x",
        "x.x.x",
    ],
    ...["0.0.0", "0.0.1", "0.1.0", "1.0.0", "1.2.3", "2.0.0"],
    ...[
        "0.0.1-alpha",
        "1.2.3-0",
        "1.2.3-alpha",
        "1.2.3-alpha.1",
        "1.2.3-beta",
        "2.0.0-0",
        "1.2.3+build",
        "v1.2.3",
        "v1",
    ],
];
const marks = ["", "=", "^", "~", "~>", "<", "<=", ">", ">="];
const ranges = [
    ...marks.flatMap((mark) => partials.map((partial) => mark + partial)),
    ...[
        "",
        " ",
        "||",
        " || ",
        "^ 1.2.3",
        "~ 1.2",
        ">= 1.2.3",
        "> 1",
        "<  2 ",
        " 1.2.3 ",
        "= 1.2.3",
        "~> 1.2",
    ],
    ...[
        ">=1 <2",
        ">=1.2.3 <2.0.0",
        ">1 <=2.0",
        "> 1.0.0 < 1.2.3",
        ">=1.2.3-alpha <2",
        ">=1.2.3-alpha <1.2.3",
        "^1 1.2.x",
    ],
    ...[
        "1.2.3-alpha - 2",
        "1 - 2",
        "1.0 - 1.2",
        "0.0.1 - 1.2.3",
        "1.2.3 - 2.0.0-beta",
        " 1  -  2 ",
        "* - 1",
        "1 - *",
    ],
    ...[
        "^1 || ^2",
        "^1||^2",
        "0.0.x || >=2.0.1",
        "1.2.3 || 1.2.4 || 2.x",
        "<1 || >2",
        "|| 1",
        "^0.0.1 || 1.0.0 - 1.2.2",
    ],
    ...["1.2.3-alpha || 2.0.0-beta", "1 2", "<0.0.1 >1", ">=1.2.3 || <1.2.3-0"],
];

const notVersions = [
    ...[
        "",
        "1",
        "1.2",
        "1.2.x",
        "1.2.3.4",
        "a.b.c",
        "1.2.3-",
        "1.2.3+",
        "1.2.3-a..b",
        "1.2.3-.a",
        "1.2.3-a.",
        "01.2.3",
    ],
    ...[
        "1.02.3",
        "1.2.03",
        "1.2.3-01",
        "1.2.3-a_b",
        "1.2.3 4",
        "-1.2.3",
        "1.-2.3",
        "1.2.3e5",
        "0x1.2.3",
        "1.2.3\n4",
    ],
    ...["1..3", ".1.2", "1.2.", "9007199254740992.0.0", "1.2.3++", "1.2.3+a+b", "latest", "1.2.3x", "1.2.*"],
    ...[
        "\x00",
        "1.2.3\x00",
        "1.2.3-\xe9",
        "999999999999999999999999999999.0.0",
        "1,2,3",
        "1.2.3-$",
        "1.2.3%",
    ],
];
const notRanges = [
    ...[
        "latest",
        "1.2.3.4",
        "^",
        "~",
        ">",
        "<=",
        "=",
        "^^1",
        ">>1",
        "<>1",
        "=>1",
        "!1",
        "1 -2.3.",
        "1 - ",
        "- 1",
        "01.2.3",
    ],
    ...["1.2-alpha", "^1.2.3-", "1.2.3-a..b", "^a", "1 || b", "c || 1", "1 & 2", "1, 2", "1.2.3 - 2 - 3"],
    ...[
        "git://x",
        "../x",
        "file:x",
        "^1.2.3x",
        "1.2.3-01",
        "9007199254740992",
        "1 | 2",
        "^-1",
        "<1.2.3-_",
        ">1 - 2",
    ],
];

describe("versions", () => {
    test("are what semver.org calls one", () => {
        // npm takes "v1.2.3" and blanks around a version, too; a registry has no need of them.
        const others = [...notVersions, "v1.2.3", "=1.2.3", " 1.2.3", "1.2.3 "];
        expect(differences("isVersion", versions, [""], () => true)).toEqual([]);
        expect(differences("isVersion", others, [""], () => false)).toEqual([]);
        expect(versions.filter((text) => semver.valid(text) === null)).toEqual([]);
        expect(notVersions.filter((text) => semver.valid(text) !== null)).toEqual([]);
    });

    test("have the order that npm gives them", () => {
        expect(differences("compare", versions, versions, semver.compare)).toEqual([]);
    });
});

describe("ranges", () => {
    test("are what npm calls one", () => {
        expect(differences("isRange", ranges, [""], () => true)).toEqual([]);
        expect(differences("isRange", notRanges, [""], () => false)).toEqual([]);
        expect(ranges.filter((text) => semver.validRange(text) === null)).toEqual([]);
        expect(notRanges.filter((text) => semver.validRange(text) !== null)).toEqual([]);
    });

    // npm forgets the alternatives beside a "*", and with them the prereleases that they name.
    const isIn = (version: string, range: string) =>
        semver.validRange(range) !== null &&
        range.split("||").some((alternative) => semver.satisfies(version, alternative));

    test("hold the versions that npm finds in them", () => {
        expect(differences("satisfies", versions, [...ranges, ...notRanges], isIn)).toEqual([]);
    });

    test("of random parts hold the versions that npm finds in them", () => {
        let seed = 1;
        const pick = <Item>(items: readonly Item[]): Item => {
            seed = (seed * 48271) % 2147483647;
            return items[seed % items.length]!;
        };
        const comparator = () => pick(marks) + pick(["", "", " "]) + pick([...partials, ...versions]);
        const alternative = () =>
            pick([
                comparator,
                () => `${comparator()} ${comparator()}`,
                () => `${pick(versions)} - ${pick(partials)}`,
            ])();
        const random = Array.from({ length: 400 }, () =>
            pick([alternative, () => `${alternative()} || ${alternative()}`])(),
        );
        expect(differences("satisfies", versions, random, isIn)).toEqual([]);
    });
});
