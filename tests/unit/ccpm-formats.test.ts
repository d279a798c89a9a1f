/** What ccpm takes of the JSON of registries and of its own files: the same cases in Node and on the compiled Lua. */
import { describe, expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

type Check = "checkIndex" | "checkConfiguration" | "checkLock" | "checkCache";
type Checked = [ok: boolean, copyOrProblem: unknown, isNewer?: boolean];
/** What is taken of an index, and why packages are not. */
interface Offers {
    packages: Record<string, Record<string, unknown>>;
    leftOut: Record<string, string>;
}

const source = await importSource<
    Record<Check, (value: unknown) => Checked> & {
        argumentProblem: (spec: string, value: unknown, name: string) => string | undefined;
    }
>("src/apis/ccpm/formats.ts");

/** Lua has one empty table, and no fields without a value. */
function asLua(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.length === 0 ? {} : value.map(asLua);
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return Object.fromEntries(fields.map(([key, field]) => [key, asLua(field)]));
}

/**
 * What a check says of each value in Lua; fails where Node does not agree. Of several problems each may name another
 * one, since a table has no order.
 */
function checkAll(check: Check, values: readonly unknown[]): Checked[] {
    const inLua = runLua(`
        local check = require("/apis/ccpm/formats").${check}
        local values, results = ${toLua(values)}, {}
        for place = 1, ${values.length} do results[place] = { check(values[place]) } end
        return results`)[0];
    const results = (inLua as unknown[][]).map((result) => result.map(asLua)) as Checked[];
    const verdict = ([ok, value, isNewer]: Checked) => {
        if (!ok) return [ok, typeof value, isNewer];
        const { leftOut, ...taken } = value as Partial<Offers>;
        return [ok, taken, Object.keys(leftOut ?? {})];
    };
    expect(results.map(verdict)).toEqual(
        values.map((value) => verdict(source[check](value).map(asLua) as unknown as Checked)),
    );
    return results;
}

const hash = "0123456789abcdef".repeat(4);
const file = { size: 12, sha256: hash };
const dependencies = { "trapos-core": "^0.1.0" };
const common = {
    version: "1.2.3-beta.1",
    dependencies,
    files: { "apis/ai/font.lua": file, "programs/ai.lua": { size: 0, sha256: hash } },
    autostart: ["programs/ai.lua"],
    data: ["trapos/ai"],
};
const offered = { ...common, description: "Talks" };
const known = { version: common.version, dependencies, description: "Talks", size: 12 };
const installed = { ...common, registry: "owner/repo@main", automatic: true };

/** Each kind of file with all of its fields. */
const full: Record<Check, Record<string, unknown>> = {
    checkIndex: { version: 1, packages: { "trapos-ai": offered } },
    checkConfiguration: { version: 1, registries: ["https://example.com/x/", "owner/repo"] },
    checkLock: { version: 1, packages: { "trapos-ai": installed } },
    checkCache: {
        version: 1,
        registries: { "owner/repo": { updated: 1.7e12, packages: { "trapos-ai": known } } },
    },
};
const checks = Object.keys(full) as Check[];

/** Every place below a value, as the names that lead there. */
function places(value: unknown, where: string[] = []): string[][] {
    if (typeof value !== "object" || value === null) return [where];
    return [where, ...Object.entries(value).flatMap(([key, field]) => places(field, [...where, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
    if (key === undefined) return by;
    const copy = structuredClone(value) as Record<string, unknown>;
    copy[key] = replaced(copy[key], rest, by);
    return copy;
}

function index(fields: object): unknown {
    return {
        version: 1,
        packages: { p: { version: "1.0.0", description: "", dependencies: {}, files: {}, ...fields } },
    };
}

function many<Value>(
    count: number,
    make: (number: number) => readonly [string, Value],
): Record<string, Value> {
    return Object.fromEntries(Array.from({ length: count }, (_, number) => make(number)));
}

const wrongs = [true, 7.5, -1, Infinity, "\x1b[2J\n", ["\x1b"], { a: 1 }, [[]]];

/** Places in a list count from 1 in Lua. */
const inLua = (where: readonly string[]): string =>
    where.map((key) => (/^\d+$/.test(key) ? String(Number(key) + 1) : key)).join(".");

/** A value with a wrong one in each place in turn. */
function mutations(value: unknown): { where: string[]; value: unknown }[] {
    return places(value).flatMap((where) =>
        wrongs
            .filter((wrong) => where.at(-1) !== "automatic" || wrong !== true)
            .filter((wrong) => where.at(-1) !== "description" || typeof wrong !== "string")
            .map((wrong) => ({ where, value: replaced(value, where, wrong) })),
    );
}

/** A value without each of its fields in turn. */
function withoutFields(value: unknown): unknown[] {
    return places(value)
        .filter((where) =>
            /^(version|packages|registries|dependencies|files|description|size|sha256|updated)$/.test(
                where.at(-1) ?? "",
            ),
        )
        .map((where) => replaced(value, where, undefined));
}

/** The same with fields that no version of ccpm knows yet, wherever there may be some. */
function withUnknownFields(check: Check): unknown {
    return places(full[check])
        .filter((where) => !/files$|dependencies$|packages$|registries$|^\d$/.test(where.at(-1) ?? ""))
        .reduce<unknown>((value, where) => {
            const at = where.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);
            if (typeof at !== "object" || Array.isArray(at)) return value;
            return replaced(value, [...where, "unknown"], { __index: "\x1b" });
        }, full[check]);
}

describe.each(checks)("%s", (check) => {
    test("takes what has every field, and drops fields that it does not know", () => {
        const [whole, more] = checkAll(check, [full[check], withUnknownFields(check)]);
        const { packages } = full.checkIndex;
        const expected = check === "checkIndex" ? { packages, leftOut: {} } : full[check];
        expect(whole).toEqual([true, expected]);
        expect(more).toEqual([true, expected]);
    });

    test("tells a newer format from what is no format of ccpm's", () => {
        const values = [2, 1e9, 0, -1, "1", "2"].map((version) => ({ ...full[check], version }));
        const results = checkAll(check, [...values, undefined, "", 1, true, [], {}]);
        expect(results.map(([ok]) => ok)).toEqual(Array.from({ length: 12 }, () => false));
        expect(results.map(([, , isNewer]) => isNewer)).toEqual([
            true,
            true,
            ...Array.from({ length: 10 }, () => false),
        ]);
    });
});

describe.each(checks.filter((check) => check !== "checkIndex"))("%s", (check) => {
    test("refuses a wrong type anywhere, and says where", () => {
        const cases = mutations(full[check]);
        expect(cases.length).toBeGreaterThan(20);
        const results = checkAll(
            check,
            cases.map(({ value }) => value),
        );
        for (const [number, [ok, problem, isNewer]] of results.entries()) {
            const { where, value } = cases[number]!;
            expect(ok, JSON.stringify(value)).toBe(false);
            expect(problem).toMatch(/^[ -~]{1,150}$/);
            const place = inLua(where);
            if (where.length > 0 && place !== "version") expect(problem).toContain(place.slice(-70));
            const version = (value as { version?: unknown }).version;
            expect(isNewer).toBe(version === 7.5 || version === Infinity);
        }
    });

    test("refuses what lacks a field that is needed", () => {
        const values = withoutFields(full[check]);
        expect(checkAll(check, values).map(([ok]) => ok)).toEqual(values.map(() => false));
    });
});

describe("a package of an index that is not as it should be", () => {
    const good = { version: "1.0.0", description: "good", dependencies: {}, files: {} };
    /** The index with another package in it. */
    const beside = (entry: unknown): unknown => ({ version: 1, packages: { bad: entry, good } });
    const leftOut = (values: readonly unknown[]): (string | undefined)[] =>
        checkAll("checkIndex", values).map(([ok, offers]) => {
            expect(ok).toBe(true);
            const { packages, leftOut: why } = offers as Offers;
            expect(packages["good"]).toEqual(good);
            expect(Object.keys(packages).concat(Object.keys(why)).sort()).toEqual(["bad", "good"]);
            return why["bad"];
        });

    test("is left out for a wrong type anywhere, with the place; the others are taken", () => {
        const cases = mutations(offered);
        const why = leftOut(cases.map(({ value }) => beside(value)));
        expect(cases.length).toBeGreaterThan(100);
        for (const [number, { where, value }] of cases.entries()) {
            expect(why[number], JSON.stringify(value)).toMatch(/^[ -~]{1,150}$/);
            expect(why[number]).toContain(inLua(where).slice(-70));
        }
    });

    test("is left out for want of a field; the others are taken", () => {
        const why = leftOut(withoutFields(offered).map(beside));
        expect(why).toContain("version is missing");
        expect(why).toContain("files.apis/ai/font.lua.sha256 is missing");
        for (const one of why) expect(one).toMatch(/ is missing$/);
    });

    test("is left out for its name; the others are taken", () => {
        const names = ["Capital", "a/b", "../up", "", "x".repeat(65), "\x1b]0;\x07"];
        const values = names.map((name) => ({ version: 1, packages: { [name]: offered, good } }));
        for (const [ok, offers] of checkAll("checkIndex", values)) {
            expect(ok).toBe(true);
            const { packages, leftOut: why } = offers as Offers;
            expect(Object.keys(packages)).toEqual(["good"]);
            expect(Object.values(why)).toEqual(["its name is not of a-z 0-9 . _ -"]);
            expect(Object.keys(why)[0]).toMatch(/^[ -~]{0,64}$/);
        }
    });

    test.each([
        [{ version: "1.0" }, "version 1.0 is not like 1.0.0"],
        [{ version: 1 }, "version 1 is not like 1.0.0"],
        [{ version: "" }, "version is not like 1.0.0"],
        [{ version: { major: 1 } }, "version is not like 1.0.0"],
        [{ version: "x".repeat(9000) }, "version xxxxxxxxxxxxxxxxxxxxx... is not like 1.0.0"],
        [{ dependencies: { other: "latest" } }, "dependencies.other latest is not a version range"],
        [{ dependencies: [] }, undefined],
        [{ dependencies: ["other"] }, "dependencies.1 is not of a-z 0-9 . _ -"],
        [{ files: { ".settings": file } }, "files..settings is not a path that packages may have"],
        [
            { files: { a: { ...file, size: 1e7 } } },
            "files.a.size 10000000 is not a whole number up to 1000000",
        ],
        [{ files: { a: { ...file, sha256: "x" } } }, "files.a.sha256 x is not 64 hex digits"],
        [{ autostart: ["b.lua"] }, "autostart is not among its files"],
        [{ data: "trapos/x" }, "data is not a list"],
    ])("%j: %s", (fields, why) => {
        const value = { version: "1.0.0", description: "", dependencies: {}, files: {}, ...fields };
        const [[, offers]] = checkAll("checkIndex", [beside(value)]) as [[boolean, Offers]];
        expect(offers.leftOut["bad"]).toBe(why);
    });

    test("a whole index is refused for what is beside its packages", () => {
        const values = [true, 7, "many", undefined].map((packages) => ({ version: 1, packages }));
        const results = checkAll("checkIndex", [...values, { packages: {} }, { version: "1", packages: {} }]);
        expect(results.map(([, problem]) => problem)).toEqual([
            "packages is not an object",
            "packages is not an object",
            "packages is not an object",
            "packages is missing",
            "version is not 1",
            "version 1 is not 1",
        ]);
    });
});

describe("arguments", () => {
    const planOf = (state: object): object => ({
        ...{ title: "", packages: [], files: [], data: [], state, notes: [] },
        ...{ download: 0, needed: 0, free: 0, freed: 0 },
    });
    test.each([
        ["names", ["a", "b"], undefined],
        ["names", [], undefined],
        ["names", "a", "it is not a list"],
        ["names", { a: 1 }, "it is not a list"],
        ["names", ["a", 7], "it.2 7 is not a text"],
        ["names", undefined, "it is missing"],
        ["some names", undefined, undefined],
        ["install options", { force: true, other: {} }, undefined],
        ["install options", { force: "yes" }, "it.force yes is not true or false"],
        ["position", -1.5, undefined],
        ["position", NaN, "it nan is not a number"],
        ["plan", planOf({ a: "x", b: false }), undefined],
        ["plan", planOf({ a: true }), "it.state.a is not a text or false"],
        ["plan", planOf({ a: "x", b: "x", c: "x", d: "x" }), "it.state has more than 3 entries"],
        ["answer", { body: "" }, undefined],
        ["answer", { status: "200", body: "" }, "it.status 200 is not a whole number"],
    ])("%s takes %j: %s", (spec, value, problem) => {
        const said = runLua(
            `return require("/apis/ccpm/formats").argumentProblem(${toLua(spec)}, ${toLua(value)}, "it")`,
        )[0];
        expect(typeof said === "string" ? said.replace("-nan", "nan") : said).toBe(problem ?? null);
        if (!Number.isNaN(value)) expect(source.argumentProblem(spec, value, "it")).toBe(problem);
    });
});

describe("names, paths and texts", () => {
    /** Whether everything is taken of an index. */
    function verdicts(values: readonly unknown[]): boolean[] {
        return checkAll("checkIndex", values).map(
            ([ok, offers]) => ok && Object.keys((offers as Offers).leftOut).length === 0,
        );
    }

    const goodNames = ["a", "0", "trapos-ai", "a.b_c-d", "x".repeat(64)];
    const badNames = [
        "",
        "A",
        "-a",
        ".a",
        "_a",
        "a b",
        "a/b",
        "../a",
        "a\n",
        "a\x1b",
        "x".repeat(65),
        "caf\xe9",
        "a\0",
        "__proto__x",
    ];
    test("names", () => {
        const named = (name: string) => ({ version: 1, packages: { [name]: offered } });
        const needing = (name: string) => index({ dependencies: { [name]: "*" } });
        expect(verdicts(goodNames.flatMap((name) => [named(name), needing(name)]))).not.toContain(false);
        expect(verdicts(badNames.flatMap((name) => [named(name), needing(name)]))).not.toContain(true);
    });

    const goodPaths = [
        "a",
        "apis/ai/x.lua",
        "startup/ai.lua",
        "startup.lua",
        "_/-",
        ".config/x",
        "a..b/c",
        "romance/x",
        "disks/x",
        "trapos.lua",
        "rom.lua",
        "x".repeat(200),
    ];
    const badPaths = [
        ...[
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "../a",
            "a/../b",
            "a/..",
            "./a",
            "a/./b",
            "...",
            "a/.../b",
            "....//a",
        ],
        ...[
            "rom",
            "rom/a",
            "ROM/a",
            "Rom",
            "trapos",
            "trapos/ccpm.lock.json",
            "Trapos/x",
            "TRAPOS",
            ".settings",
            ".Settings",
            ".settings.new",
            ".settings.new/a",
            ".settings~",
        ],
        ...[
            "disk",
            "disk/a",
            "disk2/a",
            "DISK12/x",
            "rom./a",
            "trapos./ccpm.json",
            ".settings.",
            "a./b",
            "startup/00-ccpm-finish.lua",
        ],
        ...[
            "a b",
            "a\\b",
            "..\\a",
            "c:/a",
            "a:b",
            "a*",
            "a?",
            "a\n",
            "a\0",
            "\x1b[2J",
            "caf\xe9",
            "~",
            "a|b",
            '"',
            "x".repeat(201),
        ],
        ...["a%2e%2e/b", "STARTUP/00-ccpm-finish.lua", "startup/00-CCPM.lua"],
    ];
    test("paths of files", () => {
        const withFile = (path: string) => index({ files: { [path]: file } });
        const notAs = (paths: readonly string[], ok: boolean) => {
            const results = verdicts(paths.map(withFile));
            return paths.filter((_, number) => results[number] !== ok);
        };
        expect(notAs(goodPaths, true)).toEqual([]);
        expect(notAs(badPaths, false)).toEqual([]);
    });

    test("two paths that are one where capitals do not count", () => {
        const paths = [
            ["apis/x.lua", "apis/X.lua"],
            ["Apis/x.lua", "apis/x.lua"],
            ["apis/x.lua", "apis/x_lua"],
            ["Apis/x.lua", "apis/y.lua"],
        ];
        const results = checkAll(
            "checkIndex",
            paths.map((both) => index({ files: Object.fromEntries(both.map((path) => [path, file])) })),
        );
        const why = results.map(([, offers]) => (offers as Offers).leftOut["p"]);
        expect(why.map((one) => one === undefined)).toEqual([false, false, true, true]);
        expect(why[0]).toMatch(/^files\.apis\/[xX]\.lua is there twice/);
    });

    test("folders of data", () => {
        const good = ["trapos/ai", "trapos/ai/cache", "trapos/cc"];
        const bad = [
            "trapos",
            "trapos/",
            "ai",
            "trapos/../a",
            "trapos/ccpm",
            "trapos/ccpm.staging",
            "trapos/CCPM.json",
            "trapos//a",
            "Trapos/ai",
            "trapos/.",
            "trapos/a.",
        ];
        expect(verdicts(good.map((path) => index({ data: [path] })))).not.toContain(false);
        expect(verdicts(bad.map((path) => index({ data: [path] })))).not.toContain(true);
    });

    test("what is started is among the files", () => {
        const files = { "a.lua": file };
        const values = [["a.lua"], [], ["b.lua"], ["a.lua", "b.lua"]].map((autostart) =>
            index({ files, autostart }),
        );
        expect(verdicts(values)).toEqual([true, true, false, false]);
    });

    test("versions, ranges, sizes and hashes", () => {
        const good = [
            ...["0.0.0", "1.2.3-a+b"].map((version) => index({ version })),
            ...["*", "^1 || 2.x", ""].map((range) => index({ dependencies: { a: range } })),
            ...[0, 1, 1000000].map((size) => index({ files: { a: { size, sha256: hash } } })),
        ];
        const bad = [
            ...["1", "v1.2.3", "", "1.2.3\n", `1.2.3-${"a".repeat(60)}`].map((version) => index({ version })),
            ...["latest", "^1\n", "1\t", "\x1b", "1 ".repeat(101)].map((range) =>
                index({ dependencies: { a: range } }),
            ),
            ...[-1, 0.5, 1000001, 1e300, -0.1, NaN].map((size) =>
                index({ files: { a: { size, sha256: hash } } }),
            ),
            ...["", hash.slice(1), hash + "0", hash.slice(1) + "g", hash.slice(1) + "\n"].map((sha256) =>
                index({ files: { a: { size: 1, sha256 } } }),
            ),
        ];
        expect(verdicts(good)).not.toContain(false);
        expect(verdicts(bad)).not.toContain(true);
    });

    test("a description is one line of ASCII, cut at 200", () => {
        const values = ["\x1b[2Jcaf\xc3\xa9\n", "x".repeat(300)].map((text) => index({ description: text }));
        const copies = checkAll("checkIndex", values) as [
            boolean,
            { packages: { p: { description: string } } },
        ][];
        expect(copies.map(([, copy]) => copy.packages.p.description)).toEqual([
            "?[2Jcaf???",
            "x".repeat(200),
        ]);
    });

    test("a hash may have capitals, and is the same without them", () => {
        const values = [hash.toUpperCase(), hash].map((sha256) =>
            index({ files: { a: { size: 1, sha256 } } }),
        );
        const [one, other] = checkAll("checkIndex", values);
        expect(one).toEqual(other);
        expect(one![1]).toMatchObject({ packages: { p: { files: { a: { sha256: hash } } } } });
    });

    test("registries have no blanks and no control characters", () => {
        const registries = [
            "http://127.0.0.1:8080",
            "owner/repo@a/b",
            "",
            "a b",
            "a\n",
            "\x1b",
            "x".repeat(201),
            "\xe9",
        ];
        const results = checkAll(
            "checkConfiguration",
            registries.map((registry) => ({ version: 1, registries: [registry] })),
        );
        expect(results.map(([ok]) => ok)).toEqual([true, true, false, false, false, false, false, false]);
    });

    test("as many entries as are allowed, and not one more", () => {
        const packages = (count: number) => ({
            version: 1,
            packages: many(count, (n) => [`p${n}`, { ...offered, files: {}, autostart: [] }]),
        });
        const files = (count: number) => index({ files: many(count, (n) => [`f${n}`, file]) });
        const needing = (count: number) => index({ dependencies: many(count, (n) => [`d${n}`, "*"]) });
        const started = (count: number) =>
            index({ files: { a: file }, autostart: Array.from({ length: count }, () => "a") });
        const good = [packages(1000), files(500), needing(100), started(100)];
        expect(verdicts(good)).toEqual([true, true, true, true]);
        expect(checkAll("checkIndex", [packages(1001)])[0]).toEqual([
            false,
            "packages has more than 1000 entries",
            false,
        ]);
        const results = checkAll("checkIndex", [files(501), needing(101), started(101)]);
        expect(results.map(([, offers]) => (offers as Offers).leftOut["p"])).toEqual([
            "files has more than 500 entries",
            "dependencies has more than 100 entries",
            "autostart has more than 100 entries",
        ]);
    });
});
