/** Which versions fit together: the same cases in Node and on the compiled Lua, random ones against a full search. */
import semver from "semver";
import { describe, expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

interface Version {
    version: string;
    dependencies: Record<string, string>;
    registry?: string;
    automatic?: boolean;
}

interface Resolution {
    wanted: string[];
    newest: string[] | true;
    installed: Record<string, Version>;
    candidates: Record<string, Version[]>;
}

interface Failure {
    code: string;
    message: string;
}

/** "name version", with " (automatic)" for what nobody asked for; or what went wrong. */
type Outcome = { packages: string[]; notes: string[] } | { code: string; message: string };

const source = await importSource<{
    resolve(resolution: Resolution): {
        packages: { name: string; package: Version; automatic: boolean }[];
        notes: string[];
    };
}>("src/apis/ccpm/resolve.ts");

function resolveInNode(resolution: Resolution): Outcome {
    try {
        const value = source.resolve(resolution);
        const packages = value.packages.map((chosen) => {
            const automatic = chosen.automatic ? " (automatic)" : "";
            return `${chosen.name} ${chosen.package.version}${automatic}`;
        });
        return { packages, notes: value.notes };
    } catch (problem) {
        const { code, message } = problem as Failure;
        if (problem instanceof Error) throw problem;
        return { code, message };
    }
}

function resolveAll(resolutions: readonly Resolution[]): Outcome[] {
    const inLua = runLua(`
        local resolve = require("/apis/ccpm/resolve").resolve
        local outcomes = {}
        for number, resolution in ipairs(${toLua(resolutions)}) do
            local ok, value = pcall(resolve, resolution)
            if ok then
                local packages = {}
                for place, chosen in ipairs(value.packages) do
                    packages[place] = chosen.name .. " " .. chosen.package.version
                        .. (chosen.automatic and " (automatic)" or "")
                end
                outcomes[number] = { packages = packages, notes = value.notes }
            else
                outcomes[number] = { code = value.code, message = value.message }
            end
        end
        return outcomes`)[0] as Outcome[];
    expect(inLua).toEqual(resolutions.map(resolveInNode));
    return inLua;
}

function resolve(resolution: Partial<Resolution>): Outcome {
    return resolveAll([{ wanted: [], newest: [], installed: {}, candidates: {}, ...resolution }])[0]!;
}

/** Versions by name, written as "name version: dependency range, dependency range". */
function versions(...lines: string[]): Record<string, Version[]> {
    const byName: Record<string, Version[]> = {};
    for (const line of lines) {
        const [, name, version, needs] = /^(\S+) ([^:]+):? ?(.*)$/.exec(line)!;
        const dependencies =
            needs === "" ? [] : needs!.split(", ").map((need) => /^(\S+) (.*)$/.exec(need)!.slice(1));
        (byName[name!] ??= []).push({
            version: version!,
            dependencies: Object.fromEntries(dependencies) as Record<string, string>,
        });
    }
    return byName;
}

function installed(...lines: string[]): Record<string, Version> {
    return Object.fromEntries(
        Object.entries(versions(...lines)).map(([name, [version]]) => [name, version!]),
    );
}

describe("what is chosen", () => {
    test("a package with all that it needs, dependencies first", () => {
        const candidates = versions("a 1.0.0: b ^1, c ^1", "b 1.2.0: c ^1.1.0", "c 1.1.0", "d 1.0.0");
        expect(resolve({ wanted: ["a"], candidates })).toEqual({
            packages: ["c 1.1.0 (automatic)", "b 1.2.0 (automatic)", "a 1.0.0"],
            notes: [],
        });
    });

    test("several at once; what is asked for is not automatic, although another needs it", () => {
        const candidates = versions("a 1.0.0: b ^1", "b 1.0.0", "c 2.0.0");
        const outcome = { packages: ["b 1.0.0", "a 1.0.0", "c 2.0.0"], notes: [] };
        expect(resolve({ wanted: ["c", "a", "b"], candidates })).toEqual({
            packages: ["c 2.0.0", "b 1.0.0", "a 1.0.0"],
            notes: [],
        });
        expect(resolve({ wanted: ["b", "a", "c", "a"], candidates })).toEqual(outcome);
    });

    test("an automatic package that is asked for now is not automatic any more, any other stays so", () => {
        const present = installed("a 1.0.0: b ^1, c ^1", "b 1.0.0", "c 1.0.0");
        present["b"]!.automatic = true;
        present["c"]!.automatic = true;
        expect(resolve({ wanted: ["b"], installed: present })).toEqual({
            packages: ["b 1.0.0", "c 1.0.0 (automatic)", "a 1.0.0"],
            notes: [],
        });
    });

    test("the very table of an installed package that stays, that of the registry for another", () => {
        const present = installed("a 1.0.0", "b 1.0.0");
        const candidates = versions("a 1.0.0", "b 1.1.0");
        const value = source.resolve({ wanted: [], newest: true, installed: present, candidates });
        expect(value.packages[0]!.package).toBe(present["a"]);
        expect(value.packages[1]!.package).toBe(candidates["b"]![0]);
    });

    const two = versions("a 1.5.0", "a 2.0.0", "b 1.0.0: a ^2", "c 1.0.0: a ^1", "d 1.0.0: a 3.x || ^1.9");
    test.each([
        ["the first registry that has the package", { wanted: ["a"] }, ["a 1.5.0"]],
        [
            "the first registry that has a fitting version",
            { wanted: ["b"] },
            ["a 2.0.0 (automatic)", "b 1.0.0"],
        ],
        ["the same, where it is the first", { wanted: ["c"] }, ["a 1.5.0 (automatic)", "c 1.0.0"]],
        ["an installed version", { wanted: ["a"], installed: installed("a 1.0.0") }, ["a 1.0.0"]],
        [
            "a newer one where it is to be upgraded",
            { newest: ["a"], installed: installed("a 1.0.0") },
            ["a 1.5.0"],
        ],
        ["one that is newer", { newest: ["a"], installed: installed("a 1.7.0") }, ["a 2.0.0"]],
        ["never an older one", { newest: ["a"], installed: installed("a 2.1.0") }, ["a 2.1.0"]],
        [
            "no prerelease of what is there",
            { newest: true as const, installed: installed("a 2.0.0") },
            ["a 2.0.0"],
        ],
        [
            "a newer one that another needs",
            { wanted: ["b"], installed: installed("a 1.5.0") },
            ["a 2.0.0", "b 1.0.0"],
        ],
        [
            "what nobody offers any more",
            { newest: true as const, installed: installed("z 1.0.0") },
            ["z 1.0.0"],
        ],
        ["nothing", {}, []],
    ])("%s", (_, resolution, packages) => {
        expect(resolve({ candidates: two, ...resolution })).toEqual({ packages, notes: [] });
    });

    test("a dependency moves with what is upgraded, others stay", () => {
        const present = installed("ai 1.0.0: core ^1", "boot 1.0.0: core >=1", "core 1.0.0", "z 1.0.0");
        const candidates = versions("ai 2.0.0: core ^2", "boot 1.1.0: core >=1", "core 2.0.0", "z 2.0.0");
        expect(resolve({ newest: ["ai"], installed: present, candidates })).toEqual({
            packages: ["core 2.0.0", "ai 2.0.0", "boot 1.0.0", "z 1.0.0"],
            notes: [],
        });
    });

    test("what needs an upgraded package moves where its installed version does not fit", () => {
        const present = installed("ai 1.0.0: core ^1", "core 1.0.0");
        const candidates = versions("ai 2.0.0: core ^2", "core 2.0.0");
        expect(resolve({ newest: ["core"], installed: present, candidates })).toEqual({
            packages: ["core 2.0.0", "ai 2.0.0"],
            notes: [],
        });
    });
});

describe("what is held back, and why", () => {
    test("another needs the version that is there", () => {
        const present = installed("ai 1.0.0: core ^1", "core 1.0.0", "zip 1.0.0");
        const candidates = versions("core 2.0.0", "zip 1.1.0");
        expect(resolve({ newest: true, installed: present, candidates })).toEqual({
            packages: ["core 1.0.0", "ai 1.0.0", "zip 1.1.0"],
            notes: ["core 2.0.0 is held back: ai 1.0.0 needs core ^1."],
        });
    });

    test("the new version needs what nobody has, or what does not fit", () => {
        const present = installed("a 1.0.0", "b 1.0.0", "c 1.0.0", "d 1.0.0: c ^1");
        const candidates = versions("a 2.0.0: gone ^1", "b 2.0.0: c ^2", "c 2.0.0");
        expect(resolve({ newest: ["a", "b"], installed: present, candidates })).toEqual({
            packages: ["a 1.0.0", "b 1.0.0", "c 1.0.0", "d 1.0.0"],
            notes: [
                "a 2.0.0 is held back: a 2.0.0 needs gone ^1.",
                "b 2.0.0 is held back: b 2.0.0 needs c ^2.",
            ],
        });
    });

    test("an upgrade of 60 packages where the last holds the first back goes past the others", () => {
        const names = Array.from({ length: 60 }, (_, number) => `p${String(number).padStart(2, "0")}`);
        const present = installed(...names.map((name) => `${name} 1.0.0`));
        present["p59"]!.dependencies = { p00: "^1" };
        const candidates = versions(...names.slice(0, -1).map((name) => `${name} 2.0.0`));
        const outcome = resolve({ newest: true, installed: present, candidates });
        const packages = names.map((name) => `${name} ${/p00|p59/.test(name) ? "1" : "2"}.0.0`);
        expect(outcome).toEqual({ packages, notes: ["p00 2.0.0 is held back: p59 1.0.0 needs p00 ^1."] });
    });

    test("so does one where the first needs what nobody has", () => {
        const names = Array.from({ length: 60 }, (_, number) => `p${String(number).padStart(2, "0")}`);
        const present = installed(...names.map((name) => `${name} 1.0.0`));
        const candidates = versions("p00 2.0.0: gone ^1", ...names.slice(1).map((name) => `${name} 2.0.0`));
        const outcome = resolve({ newest: true, installed: present, candidates });
        const packages = names.map((name) => `${name} ${name === "p00" ? "1" : "2"}.0.0`);
        expect(outcome).toEqual({ packages, notes: ["p00 2.0.0 is held back: p00 2.0.0 needs gone ^1."] });
    });
});

describe("what fails", () => {
    test.each<[string, Partial<Resolution>, string, string]>([
        ["an unknown package", { wanted: ["a"] }, "unknown_package", "No registry has a package a."],
        [
            "an unknown dependency",
            { wanted: ["a"], candidates: versions("a 1.0.0: b ^1", "b 1.0.0: c *") },
            "no_version",
            "b 1.0.0 needs c *, but there is none.",
        ],
        [
            "a dependency of which no version fits",
            { wanted: ["a"], candidates: versions("a 1.0.0: b ^2", "b 1.0.0", "b 1.1.0") },
            "no_version",
            "a 1.0.0 needs b ^2, but there is only 1.0.0, 1.1.0.",
        ],
        [
            "an older version than the installed one",
            {
                wanted: ["a"],
                installed: installed("b 2.0.0"),
                candidates: versions("a 1.0.0: b ^1", "b 1.0.0"),
            },
            "no_version",
            "a 1.0.0 needs b ^1, but there is only 2.0.0.",
        ],
        [
            "two that need different versions",
            {
                wanted: ["a", "b"],
                candidates: versions("a 1.0.0: c ^1", "b 2.0.0: c ^2", "c 1.0.0", "c 2.0.0"),
            },
            "conflict",
            "b 2.0.0 needs c ^2, but a 1.0.0 needs c ^1.",
        ],
        [
            "an installed one that needs another version",
            {
                wanted: ["foo"],
                installed: installed("baz 1.0.0: bar ^1", "bar 1.0.0"),
                candidates: versions("foo 1.0.0: bar ^2", "bar 2.0.0"),
            },
            "conflict",
            "foo 1.0.0 needs bar ^2, but baz 1.0.0 needs bar ^1.",
        ],
        [
            "one that needs a newer version of what is installed, which needs what nobody has",
            {
                wanted: ["foo"],
                installed: installed("bar 1.0.0"),
                candidates: versions("foo 1.0.0: bar ^2", "bar 2.0.0: gone ^1"),
            },
            "conflict",
            "foo 1.0.0 needs bar ^2, but bar 2.0.0 needs gone ^1.",
        ],
        [
            "the same where the newer version comes first",
            {
                wanted: ["foo"],
                newest: ["bar"],
                installed: installed("bar 1.0.0"),
                candidates: versions("foo 1.0.0: bar ^2", "bar 2.0.0: gone ^1"),
            },
            "conflict",
            "bar 2.0.0 needs gone ^1, but foo 1.0.0 needs bar ^2.",
        ],
        [
            "one that needs another version of itself",
            { wanted: ["a"], candidates: versions("a 1.0.0: a ^2") },
            "no_version",
            "a 1.0.0 needs a ^2, but there is only 1.0.0.",
        ],
        [
            "two in a circle",
            { wanted: ["a"], candidates: versions("a 1.0.0: b *", "b 1.0.0: c *", "c 1.0.0: b *") },
            "cycle",
            "Packages need each other in a circle: b > c > b.",
        ],
        [
            "one that needs itself",
            { wanted: ["a"], candidates: versions("a 1.0.0: a ^1") },
            "cycle",
            "Packages need each other in a circle: a > a.",
        ],
    ])("%s", (_, resolution, code, message) => {
        expect(resolve(resolution)).toEqual({ code, message });
    });

    const chain = (length: number, last: string) =>
        versions(
            ...Array.from({ length }, (_, n) => `p${n} 1.0.0: p${n + 1} *`),
            `p${length} 1.0.0${last === "" ? "" : `: ${last} *`}`,
        );

    test("chains as long as a registry allows, ended, open or closed", () => {
        const [ended, open, closed] = resolveAll(
            ["", "gone", "p0"].map((last) => ({
                wanted: ["p0"],
                newest: [],
                installed: {},
                candidates: chain(999, last),
            })),
        );
        expect("packages" in ended! && ended.packages.length).toBe(1000);
        expect(open).toEqual({
            code: "no_version",
            message: "p999 1.0.0 needs gone *, but there is none.",
        });
        expect(closed).toMatchObject({ code: "cycle" });
        expect((closed as Failure).message.length).toBeLessThan(200);
    });

    test("pigeons that would take for ever to fit into too few holes", () => {
        const pigeons = Array.from({ length: 12 }, (_, number) => number);
        const candidates = versions(
            ...pigeons.flatMap((pigeon) =>
                pigeons.slice(1).map((hole) => `pigeon${pigeon} ${hole}.0.0: hole${hole} ${pigeon}.0.0`),
            ),
            ...pigeons.slice(1).flatMap((hole) => pigeons.map((pigeon) => `hole${hole} ${pigeon}.0.0`)),
        );
        const outcome = resolve({ wanted: pigeons.map((pigeon) => `pigeon${pigeon}`), candidates });
        expect(outcome).toMatchObject({ code: "too_complex" });
    });
});

/** The first that fits of all combinations, in the order in which they are to be preferred: nothing is left out. */
function searchAll({
    wanted,
    newest,
    installed,
    candidates,
}: Resolution): Record<string, string> | undefined {
    const upgraded = newest === true ? Object.keys(installed).sort() : newest;
    const versionsOf = (name: string): Version[] => {
        const current = installed[name];
        const offered = candidates[name] ?? [];
        if (current === undefined) return offered;
        const newer = offered.filter(({ version }) => semver.gt(version, current.version));
        return upgraded.includes(name) ? [...newer, current] : [current, ...newer];
    };
    const search = (
        queue: string[],
        chosen: Record<string, Version>,
    ): Record<string, Version> | undefined => {
        const name = queue.find((needed) => chosen[needed] === undefined);
        if (name === undefined) {
            const fits = Object.values(chosen).every(({ dependencies }) =>
                Object.entries(dependencies).every(([needed, range]) =>
                    semver.satisfies(chosen[needed]!.version, range),
                ),
            );
            return fits ? chosen : undefined;
        }
        for (const version of versionsOf(name)) {
            const needed = Object.keys(version.dependencies).sort();
            const found = search([...queue, ...needed], { ...chosen, [name]: version });
            if (found !== undefined) return found;
        }
        return undefined;
    };
    const found = search([...wanted, ...upgraded, ...Object.keys(installed).sort()], {});
    if (found === undefined) return undefined;
    return Object.fromEntries(Object.entries(found).map(([name, { version }]) => [name, version]));
}

test("random graphs: what a search through all combinations finds first, or a failure where it finds nothing", () => {
    let seed = 7;
    const below = (limit: number): number => {
        seed = (seed * 48271) % 2147483647;
        return seed % limit;
    };
    const names = ["a", "b", "c", "d", "e", "f"];
    const ranges = ["*", "^1", "^2", ">=1.1", "1.0.0", "<2", "^1.1 || ^3", "~1.0", "2 - 3"];
    const known = ["1.0.0", "1.1.0", "2.0.0", "2.1.0", "3.0.0"];
    const version = (place: number): Version => {
        // Only later ones are needed, so that there are no cycles.
        const later = names.slice(place + 1).filter(() => below(3) === 0);
        const dependencies = Object.fromEntries(later.map((name) => [name, ranges[below(ranges.length)]!]));
        return { version: known[below(known.length)]!, dependencies };
    };
    const resolutions = Array.from({ length: 1500 }, (): Resolution => {
        const candidates: Record<string, Version[]> = {};
        const present: Record<string, Version> = {};
        for (const [place, name] of names.entries()) {
            candidates[name] = Array.from({ length: below(4) }, () => version(place));
            if (below(3) === 0) present[name] = { ...version(place), automatic: below(2) === 0 };
        }
        const upgraded = Object.keys(present).filter(() => below(2) === 0);
        return {
            wanted: names.filter(() => below(4) === 0),
            newest: below(3) === 0 ? true : upgraded,
            installed: present,
            candidates,
        };
    });
    const outcomes = resolveAll(resolutions);
    const counts = { found: 0, failed: 0, notes: 0 };
    for (const [number, outcome] of outcomes.entries()) {
        const resolution = resolutions[number]!;
        const expected = searchAll(resolution);
        if ("code" in outcome) {
            expect(expected, JSON.stringify({ resolution, outcome })).toBeUndefined();
            expect(outcome.code).toMatch(/^(unknown_package|no_version|conflict)$/);
            counts.failed += 1;
        } else {
            const lines = outcome.packages.map((line) => line.split(" "));
            const chosen = Object.fromEntries(lines.map(([name, chosenVersion]) => [name!, chosenVersion!]));
            expect(chosen, JSON.stringify(resolution)).toEqual(expected);
            for (const [name, , automatic] of lines) {
                const current = resolution.installed[name!];
                const isAsked =
                    resolution.wanted.includes(name!) || (current !== undefined && !current.automatic);
                expect(automatic === undefined).toBe(isAsked);
            }
            counts.found += 1;
            counts.notes += outcome.notes.length;
        }
    }
    expect(counts.found).toBeGreaterThan(200);
    expect(counts.failed).toBeGreaterThan(200);
    expect(counts.notes).toBeGreaterThan(20);
});
