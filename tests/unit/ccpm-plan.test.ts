/** What a change of the lock means for the files of a computer, case by case, in the compiled Lua. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";

/** Contents by path of the packages that a lock names. */
type Packages = Record<
    string,
    { files?: Record<string, string>; version?: string } & Record<string, unknown>
>;

interface Case {
    before?: Packages;
    after?: Packages;
    /** Contents by path; folders end with a slash. */
    disk?: Record<string, string>;
    /** Folders that are other drives. */
    drives?: string[];
    /** What an interrupted run has left: contents. */
    left?: string[];
    force?: boolean;
    repair?: string[];
    /** The registries do not offer these paths. */
    notOffered?: string[];
}

interface Planned {
    failure?: { code: string; message: string; hint: string };
    plan?: {
        files: { path: string; package: string; backup?: string; registry?: string; to?: { size: number } }[];
        packages: object[];
        data: string[];
        notes: string[];
        download: number;
        needed: number;
        free: number;
        freed: number;
    };
}

const print = (content: string) => ({
    size: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
});

function lockOf(packages: Packages, notOffered: string[] = []): { packages: Record<string, object> } {
    const entries = Object.entries(packages).map(([name, { files = {}, version = "1.0.0", ...rest }]) => {
        const prints = Object.entries(files)
            .filter(([path]) => !notOffered.includes(path))
            .map(([path, content]) => [path, print(content)]);
        return [name, { version, dependencies: {}, files: Object.fromEntries(prints) as object, ...rest }];
    });
    const lock = { version: 1, packages: Object.fromEntries(entries) as Record<string, object> };
    return lock;
}

const REGISTRY = "http://registry";

const setup = `
    textutils = {serializeJSON = function() return "{}" end}
    function newDisk(files, drives)
        local function under(path)
            for name in pairs(files) do
                if name == path .. "/" or name:sub(1, #path + 1) == path .. "/" then return true end
            end
            return path == ""
        end
        local disk = {}
        local function plain(path) return (path:gsub("^/", ""):gsub("/$", "")) end
        function disk.isDir(path) path = plain(path) return files[path] == nil and under(path) end
        function disk.exists(path) path = plain(path) return files[path] ~= nil or under(path) end
        function disk.attributes(path) return {size = #files[plain(path)], modified = 7, isDir = false} end
        function disk.getSize(path) return #files[plain(path)] end
        function disk.list(path)
            path = plain(path) .. "/"
            local names = {}
            for name in pairs(files) do
                if name:sub(1, #path) == path then names[#names + 1] = name:sub(#path + 1) end
            end
            return names
        end
        function disk.open(path)
            return {readAll = function() return files[plain(path)] end, close = function() end}
        end
        function disk.getFreeSpace() return 100000 end
        function disk.getDrive(path) return drives[path] and "left" or "hdd" end
        return disk
    end`;

function plan(given: Case): Planned {
    const { before = {}, after = {}, disk = {}, drives = [], left = [], notOffered } = given;
    const files = { ...disk };
    for (const content of left) files[`trapos/ccpm.partial/${print(content).sha256}`] = content;
    const configuration = { version: 1, registries: [REGISTRY] };
    const offered = lockOf({ ...before, ...after }, notOffered).packages;
    const candidates = Object.entries(offered).map(
        ([name, known]) => [name, [{ ...known, registry: REGISTRY }]] as const,
    );
    const names = Object.fromEntries(drives.map((path) => [path, true]));
    const [ok, result] = runLua(
        `local plan = require("/apis/ccpm/plan")
        local configuration, cache = ${toLua(configuration)}, {version = 1, registries = {}}
        return pcall(
            plan.makePlan,
            newDisk(${toLua(files)}, ${toLua(names)}),
            {
                title = "test",
                before = {configuration = configuration, cache = cache, lock = ${toLua(lockOf(before))}},
                after = {configuration = configuration, cache = cache, lock = ${toLua(lockOf(after))}},
                candidates = ${toLua(Object.fromEntries(candidates))},
                force = ${String(given.force === true || given.repair !== undefined)},
                repair = ${toLua((given.repair ?? []).map((path) => ({ path })))},
            }
        )`,
        { setup },
    );
    if (ok === true) return { plan: result as Planned["plan"] };
    if (typeof result === "string") throw new Error(result);
    return { failure: result as Planned["failure"] };
}

/** What happens to the files: "+ new", "* replaced", "- removed", and where what was there is kept. */
function changesOf(given: Case): string[] {
    const planned = plan(given);
    if (planned.plan === undefined) throw new Error(JSON.stringify(planned.failure));
    return planned.plan.files.map(({ path, to, backup, ...rest }) => {
        const sign = to === undefined ? "-" : "found" in rest ? "*" : "+";
        return `${sign} ${path}${backup === undefined ? "" : ` > ${backup}`}`;
    });
}

const one = (content: string, path = "apis/one.lua"): Packages => ({ a: { files: { [path]: content } } });

describe("what happens to the files", () => {
    const cases: [name: string, given: Case, changes: string[]][] = [
        ["a new package's files come", { after: one("x") }, ["+ apis/one.lua"]],
        [
            "a changed file is replaced",
            { before: one("x"), after: one("y"), disk: { "apis/one.lua": "x" } },
            ["* apis/one.lua"],
        ],
        [
            "a file that stays the same is not touched, edited or not",
            { before: one("x"), after: one("x"), disk: { "apis/one.lua": "edited" } },
            [],
        ],
        ["a file that is right already is adopted", { after: one("x"), disk: { "apis/one.lua": "x" } }, []],
        [
            "so is one that the player has changed into the new one",
            { before: one("x"), after: one("y"), disk: { "apis/one.lua": "y" } },
            [],
        ],
        [
            "a changed file that the player has deleted comes back",
            { before: one("x"), after: one("y") },
            ["+ apis/one.lua"],
        ],
        [
            "an edited file is kept beside the new one",
            { before: one("x"), after: one("y"), disk: { "apis/one.lua": "mine" } },
            ["* apis/one.lua > apis/one.lua.ccpm-old"],
        ],
        [
            "also when it has the size of the old one",
            { before: one("x"), after: one("yy"), disk: { "apis/one.lua": "z" } },
            ["* apis/one.lua > apis/one.lua.ccpm-old"],
        ],
        [
            "under a name that is free",
            {
                before: one("x"),
                after: one("y"),
                disk: { "apis/one.lua": "mine", "apis/one.lua.ccpm-old": "", "apis/one.lua.ccpm-old2": "" },
            },
            ["* apis/one.lua > apis/one.lua.ccpm-old3"],
        ],
        [
            "of a startup file outside of /startup, where CC would run it",
            {
                before: one("x", "startup/a.lua"),
                after: one("y", "startup/a.lua"),
                disk: { "startup/a.lua": "mine" },
            },
            ["* startup/a.lua > startup.ccpm-old/a.lua"],
        ],
        [
            "a package's files go with it",
            { before: one("x"), disk: { "apis/one.lua": "x" } },
            ["- apis/one.lua"],
        ],
        [
            "an edited one is kept",
            { before: one("x"), disk: { "apis/one.lua": "mine" } },
            ["- apis/one.lua > apis/one.lua.ccpm-old"],
        ],
        ["one that is gone already needs nothing", { before: one("x") }, []],
        ["a folder in its place stays", { before: one("x"), disk: { "apis/one.lua/mine": "" } }, []],
        [
            "a file of no package is kept with force",
            { after: one("x"), disk: { "apis/one.lua": "mine" }, force: true },
            ["* apis/one.lua > apis/one.lua.ccpm-old"],
        ],
        [
            "a file may go over to another package",
            {
                before: one("x"),
                after: { a: {}, b: { files: { "apis/one.lua": "y" } } },
                disk: { "apis/one.lua": "x" },
            },
            ["* apis/one.lua"],
        ],
        [
            "a file that goes makes way for a folder of its name",
            {
                before: one("x", "apis/thing"),
                after: one("y", "apis/thing/one.lua"),
                disk: { "apis/thing": "x" },
            },
            ["- apis/thing", "+ apis/thing/one.lua"],
        ],
        [
            "a missing file is repaired",
            { before: one("x"), after: one("x"), repair: ["apis/one.lua"] },
            ["+ apis/one.lua"],
        ],
        [
            "a changed one is repaired and kept",
            { before: one("x"), after: one("x"), disk: { "apis/one.lua": "mine" }, repair: ["apis/one.lua"] },
            ["* apis/one.lua > apis/one.lua.ccpm-old"],
        ],
        [
            "a file of no package is moved aside",
            { before: one("x"), after: one("x"), disk: { "apis/z.lua": "?" }, repair: ["apis/z.lua"] },
            ["- apis/z.lua > apis/z.lua.ccpm-old"],
        ],
        [
            "what no registry offers stays as it is",
            {
                before: one("x"),
                after: one("x"),
                disk: { "apis/one.lua": "mine" },
                repair: ["apis/one.lua"],
                notOffered: ["apis/one.lua"],
            },
            [],
        ],
    ];
    test.each(cases)("%s", (_name, given, changes) => {
        expect(changesOf(given)).toEqual(changes);
    });
});

describe("what is in the way", () => {
    const cases: [name: string, given: Case, code: string, named: string[]][] = [
        [
            "a file of no package",
            { after: one("x"), disk: { "apis/one.lua": "mine" } },
            "file_exists",
            ["apis/one.lua"],
        ],
        [
            "a file of two packages",
            { after: { ...one("x"), b: { files: { "apis/one.lua": "x" } } } },
            "file_conflict",
            ["apis/one.lua", "a", "b"],
        ],
        [
            "a file of an installed package",
            {
                before: one("x"),
                after: { ...one("x"), b: { files: { "apis/one.lua": "y" } } },
                disk: { "apis/one.lua": "x" },
                force: true,
            },
            "file_conflict",
            ["apis/one.lua", "a", "b"],
        ],
        [
            "a file of another package as a folder",
            { after: { ...one("x", "apis/b"), b: { files: { "apis/b/one.lua": "y" } } } },
            "file_conflict",
            ["apis/b", "a", "b"],
        ],
        [
            "a folder where a file should be",
            { after: one("x"), disk: { "apis/one.lua/mine": "" }, force: true },
            "folder_in_the_way",
            ["apis/one.lua"],
        ],
        [
            "a file where a folder should be",
            { after: one("x", "startup/a.lua"), disk: { startup: "mine" }, force: true },
            "file_in_the_way",
            ["mv startup startup.lua"],
        ],
        [
            "another drive",
            { after: one("x", "apis/b/one.lua"), disk: { "apis/b/": "" }, drives: ["apis/b"] },
            "other_drive",
            ["apis/b"],
        ],
    ];
    test.each(cases)("%s", (_name, given, code, named) => {
        const { failure } = plan(given);
        expect(failure).toMatchObject({ code });
        for (const name of named) expect(`${failure?.message} ${failure?.hint}`).toContain(name);
    });
});

describe("whose a file is that two packages have", () => {
    const file = { files: { "programs/door.lua": "x" } };
    const other = { files: { "programs/door.lua": "y" } };
    const capitals = { files: { "Programs/Door.lua": "y" } };
    const messageOf = (given: Case): string | undefined =>
        plan({ disk: { "programs/door.lua": "x" }, ...given }).failure?.message;

    test.each([
        ["b", { before: { b: file }, after: { a: other, b: file } }],
        ["a", { before: { a: file }, after: { a: file, b: other } }],
        ["b", { before: { b: file }, after: { a: capitals, b: file } }],
        ["b", { before: { a: { files: {} }, b: file }, after: { a: other, b: file } }],
    ])("that of the package %s that is installed", (owner, given) => {
        const late = owner === "a" ? "b" : "a";
        expect(messageOf(given)).toMatch(
            new RegExp(`^programs/door.lua belongs to ${owner}; ${late} has it, too.$`, "i"),
        );
    });

    test("that of the package that has files in it, where the other has a file in the place of a folder", () => {
        const inside = { files: { "apis/door/open.lua": "x" } };
        const given = { before: { b: inside }, after: { a: { files: { "apis/door": "y" } }, b: inside } };
        expect(plan({ ...given, disk: { "apis/door/open.lua": "x" } }).failure?.message).toBe(
            "apis/door belongs to b; a has it, too.",
        );
    });
});

describe("what a player is told", () => {
    test("where an edited file is kept", () => {
        const given = { before: one("x"), after: one("y"), disk: { "apis/one.lua": "mine" } };
        expect(plan(given).plan?.notes).toEqual(["What was apis/one.lua is kept as apis/one.lua.ccpm-old."]);
    });

    test("that a file cannot be repaired, and what to do", () => {
        const given = {
            before: one("x"),
            after: one("x"),
            repair: ["apis/one.lua"],
            notOffered: ["apis/one.lua"],
        };
        const [note] = plan(given).plan?.notes ?? [];
        expect(note).toContain("apis/one.lua");
        expect(note).toContain("ccpm upgrade a");
    });

    test("which packages come, change and go", () => {
        const before = { gone: { version: "1.0.0" }, up: { version: "1.0.0" }, same: {} };
        const after = {
            new: { version: "3.0.0", registry: REGISTRY, automatic: true },
            up: { version: "2.0.0" },
            same: {},
        };
        expect(plan({ before, after }).plan?.packages).toEqual([
            { name: "gone", from: "1.0.0" },
            { name: "new", to: "3.0.0", registry: REGISTRY },
            { name: "up", from: "1.0.0", to: "2.0.0" },
        ]);
    });
});

describe("folders of data", () => {
    const data = (paths: string[]) => ({ data: paths });
    const cases: [name: string, given: Case, gone: string[]][] = [
        [
            "go with their package",
            { before: { a: data(["trapos/a"]) }, disk: { "trapos/a/x": "" } },
            ["trapos/a"],
        ],
        ["are left alone when they are not there", { before: { a: data(["trapos/a"]) } }, []],
        [
            "stay with their package",
            {
                before: { a: data(["trapos/a"]) },
                after: { a: data(["trapos/a"]) },
                disk: { "trapos/a/x": "" },
            },
            [],
        ],
        [
            "stay while another package has them",
            {
                before: { a: data(["trapos/a"]) },
                after: { b: data(["trapos/a/b"]) },
                disk: { "trapos/a/x": "" },
            },
            [],
        ],
        [
            "are not taken for others with a longer name",
            {
                before: { a: data(["trapos/a"]) },
                after: { b: data(["trapos/ab"]) },
                disk: { "trapos/a/x": "" },
            },
            ["trapos/a"],
        ],
    ];
    test.each(cases)("%s", (_name, given, gone) => {
        expect(plan(given).plan?.data).toEqual(gone);
    });
});

describe("bytes", () => {
    const long = "x".repeat(2000);

    test("what is fetched counts once, and not what an interrupted run has left", () => {
        const after = { a: { files: { "one.lua": long, "two.lua": long, "three.lua": "abc" } } };
        expect(plan({ after }).plan?.download).toBe(2003);
        expect(plan({ after, left: [long] }).plan?.download).toBe(3);
    });

    test("what is left behind by an interrupted run is not needed again", () => {
        const after = { a: { files: { "one.lua": long } } };
        const [fresh, again] = [plan({ after }).plan!, plan({ after, left: [long] }).plan!];
        expect(again.free - again.needed).toBe(fresh.free - fresh.needed + 2000);
    });

    test("files count at least 500, as CC counts, and so do new folders", () => {
        const empty = plan({ after: { a: {} } }).plan!;
        const small = plan({ after: { a: { files: { "a/b/one.lua": "x" } } }, disk: {} }).plan!;
        expect(empty.freed - small.freed).toBe(1500);
        expect(small.needed - empty.needed).toBeGreaterThanOrEqual(1500);
    });

    test("a replaced file gives its bytes back, a kept one does not", () => {
        const given = { before: one(long), after: one("y"), disk: { "apis/one.lua": long } };
        const marked = { a: { ...one("y")["a"], automatic: true } };
        const same = plan({ before: one("y"), after: marked, disk: given.disk }).plan!;
        expect(plan(given).plan!.freed - same.freed).toBe(1500);
        const edited = { ...given, disk: { "apis/one.lua": `${long}!` } };
        expect(plan(edited).plan!.freed - same.freed).toBe(-500);
    });
});

test("a plan allows for the finisher that it copies", () => {
    const path = "apis/ccpm/finish.lua";
    const needed = (given: Case): number => plan(given).plan!.needed;
    const installed = (size: number): Case => ({ after: one("x"), disk: { [path]: "f".repeat(size) } });
    expect(needed(installed(9000)) - needed(installed(1000))).toBe(8000);
    // One that comes is there twice.
    const coming = (size: number): Case => ({ after: one("f".repeat(size), path) });
    expect(needed(coming(9000)) - needed(coming(1000))).toBe(16000);
});
