/** Registries that are out of reach, change, or mean harm. */
import { describe, expect, test } from "vitest";
import { filesOn, indexOf, newComputer, programsOn, run, startRegistry, type Source } from "./support.ts";

const many: Record<string, Source> = {
    app: {
        dependencies: { library: "*" },
        files: { "programs/app.lua": "app", "programs/more.lua": "more", "startup/app.lua": "boot" },
    },
    library: {
        files: {
            "apis/library/one.lua": "one",
            "apis/library/two.lua": "two",
            "apis/library/three.lua": "3",
        },
    },
};
const manyFiles = { ...many["app"]?.files, ...many["library"]?.files };
const INDEX = "packages/index.json";
const ours = (path: string) => path.startsWith("trapos/");

type Row = [ok: boolean, value: { code: string; message: string; hint: string }];

describe("the network is lost", () => {
    test.each([1, 2, 3, 4, 5, 6, 7])(
        "at request %i: nothing changes, and the next time goes on",
        async (lost) => {
            const registry = await startRegistry(many);
            const disk = await newComputer([registry.url]);
            const before = await filesOn(disk);
            registry.misbehave = (_path, number) => (number >= lost ? "closed" : undefined);
            const first = await run(disk, `apply(ccpm.planInstall({"app"}))`);
            expect(first.rows.at(-1)).toMatchObject([false, {}]);
            expect((first.rows.at(-1) as Row)[1].hint).not.toBe("");
            const after = await filesOn(disk);
            expect(Object.keys(after).filter((path) => !path.startsWith("trapos/ccpm.partial/"))).toEqual(
                Object.keys(before),
            );
            const had = registry.requests.slice(0, lost - 1).filter((path) => path !== INDEX);
            registry.requests.length = 0;
            registry.misbehave = () => undefined;
            const second = await run(disk, `apply(ccpm.planInstall({"app"}))`);
            expect(second.rows.at(-1)).toEqual([true, null]);
            expect(await programsOn(disk)).toEqual(manyFiles);
            const missing = Object.keys(manyFiles).filter((path) => !had.includes(path));
            expect([...registry.requests].sort()).toEqual([INDEX, ...missing].sort());
            expect(Object.keys(await filesOn(disk)).filter((path) => path.includes("partial"))).toEqual([]);
        },
    );

    test("and something else is done before it is back: nothing of the first stays", async () => {
        const registry = await startRegistry({
            ...many,
            other: { files: { "programs/other.lua": "other" } },
        });
        const disk = await newComputer([registry.url]);
        registry.misbehave = (_path, number) => (number > 4 ? "closed" : undefined);
        await run(disk, `apply(ccpm.planInstall({"app"}))`);
        expect(Object.keys(await filesOn(disk)).some((path) => path.includes("partial"))).toBe(true);
        registry.misbehave = () => undefined;
        const { rows } = await run(disk, `apply(ccpm.planInstall({"other"}))`);
        expect(rows.at(-1)).toEqual([true, null]);
        expect(Object.keys(await filesOn(disk)).filter((path) => path.includes("partial"))).toEqual([]);
        expect(await programsOn(disk)).toEqual({ "programs/other.lua": "other" });
    });

    test("what an interrupted run has left is checked before it is used", async () => {
        const registry = await startRegistry(many);
        const disk = await newComputer([registry.url]);
        registry.misbehave = (_path, number) => (number > 3 ? "closed" : undefined);
        await run(disk, `apply(ccpm.planInstall({"app"}))`);
        registry.misbehave = () => undefined;
        const { rows } = await run(
            disk,
            `for _, name in ipairs(fs.list("trapos/ccpm.partial")) do
                local path = "trapos/ccpm.partial/" .. name
                local content = ("z"):rep(fs.getSize(path))
                local file = fs.open(path, "w")
                file.write(content)
                file.close()
            end
            apply(ccpm.planInstall({"app"}))`,
        );
        expect(rows.at(-1)).toEqual([true, null]);
        expect(await programsOn(disk)).toEqual(manyFiles);
    });

    test("Ctrl+T while files are fetched keeps what is there, and ends the program", async () => {
        const registry = await startRegistry(many);
        const disk = await newComputer([registry.url]);
        let stuck = (): void => {};
        const isStuck = new Promise<void>((resolve) => (stuck = resolve));
        registry.misbehave = async (path, number) => {
            if (path === INDEX || number < 4) return undefined;
            stuck();
            await new Promise(() => {});
            return undefined;
        };
        await run(
            disk,
            `local _, plan = ccpm.planInstall({"app"})
            parallel.waitForAny(
                function()
                    local ok, problem = pcall(ccpm.apply, plan)
                    show(ok, problem)
                end,
                function()
                    while #fs.find("trapos/ccpm.partial/*") < 2 do sleep(0) end
                    os.queueEvent("terminate")
                    while true do os.pullEventRaw() end
                end
            )`,
        ).then(({ rows }) => {
            expect(rows).toEqual([[false, "Terminated"]]);
        });
        await isStuck;
        const files = Object.keys(await filesOn(disk));
        expect(files.filter((path) => path.startsWith("trapos/ccpm.partial/"))).toHaveLength(2);
        expect(files.filter((path) => !ours(path))).toEqual([]);
    });
});

describe("several registries", () => {
    const first = { a: { files: { "programs/a.lua": "first" } } };
    const second = {
        a: { version: "2.0.0", files: { "programs/a.lua": "second" } },
        b: { files: { "programs/b.lua": "b" } },
    };

    test("the first in order that has a package is asked for it", async () => {
        const [one, two] = [await startRegistry(first), await startRegistry(second)];
        const disk = await newComputer([one.url, two.url]);
        await run(disk, `apply(ccpm.planInstall({"a", "b"}))`);
        expect(await programsOn(disk)).toEqual({ "programs/a.lua": "first", "programs/b.lua": "b" });
    });

    test("one that is down is named and left out; what it had is listed still", async () => {
        const [one, two] = [await startRegistry(first), await startRegistry(second)];
        const disk = await newComputer([one.url, two.url]);
        await run(disk, `apply(ccpm.planInstall({"a"}))`);
        one.misbehave = () => "closed";
        const { rows, notes } = await run(
            disk,
            `apply(ccpm.planInstall({"b"}))
            show(ccpm.update())
            local _, state = ccpm.state()
            show(true, state.cache.registries["${one.url}"].packages.a.version)`,
        );
        expect(rows.slice(1)).toEqual([
            [true, null],
            [true, null],
            [true, "1.0.0"],
        ]);
        expect(notes).toHaveLength(2);
        for (const note of notes) {
            expect(note).toContain(one.url);
            expect(note).toContain("It is left out.");
        }
        expect(await programsOn(disk)).toEqual({ "programs/a.lua": "first", "programs/b.lua": "b" });
    });

    test("what only one has that is down cannot be installed, whatever was known of it", async () => {
        const [one, two] = [await startRegistry(first), await startRegistry(second)];
        const disk = await newComputer([two.url, one.url]);
        await run(disk, `show(ccpm.update())`);
        two.misbehave = () => ({ status: 500 });
        const { rows, notes } = await run(disk, `show(ccpm.planInstall({"b"}))`);
        expect(rows).toMatchObject([[false, { code: "unknown_package" }]]);
        expect(notes.join()).toContain(two.url);
    });

    test("all down is a failure that names one", async () => {
        const [one, two] = [await startRegistry(first), await startRegistry(second)];
        const disk = await newComputer([one.url, two.url]);
        one.misbehave = () => ({ status: 500 });
        two.misbehave = () => ({ status: 500 });
        const { rows } = await run(disk, `show(ccpm.planInstall({"b"}))\nshow(ccpm.update())`);
        expect(rows).toMatchObject([
            [false, { code: "server_error" }],
            [false, { code: "server_error" }],
        ]);
    });
});

describe("a registry that serves something else than it lists", () => {
    test.each([
        ["other content of the same size", { body: "ap?" }, "wrong_content"],
        ["longer content", { body: "app and more" }, "wrong_content"],
        ["nothing", { status: 404 }, "file_missing"],
        ["an error", { status: 503, body: "busy" }, "server_error"],
        ["half of it", { cut: 2 }, ""],
    ] as const)("%s: it is named, and nothing changes", async (_name, fault, code) => {
        const registry = await startRegistry(many);
        const disk = await newComputer([registry.url]);
        registry.misbehave = (path) => (path === "programs/app.lua" ? fault : undefined);
        const { rows } = await run(disk, `apply(ccpm.planInstall({"app"}))`);
        const [ok, failure] = rows.at(-1) as Row;
        expect(ok).toBe(false);
        if (code !== "") expect(failure.code).toBe(code);
        expect(failure.message).toContain(registry.url);
        expect(await programsOn(disk)).toEqual({});
    });
});

describe("a registry with packages that ccpm does not take", () => {
    const good: Record<string, Source> = { good: { files: { "programs/good.lua": "good" } } };

    test("has the others; each is named with the reason, five at most", async () => {
        const bad = Object.fromEntries([...Array(8).keys()].map((n) => [`bad${n}`, { version: `${n}.0` }]));
        const registry = await startRegistry({ ...good, ...bad });
        const disk = await newComputer([registry.url]);
        const { rows, notes } = await run(
            disk,
            `show(ccpm.planInstall({"bad1"})) show(ccpm.planInstall({"none"})) apply(ccpm.planInstall({"good"}))`,
        );
        expect(rows.slice(0, 2)).toMatchObject([
            [false, { code: "left_out", message: "bad1 cannot be had: version 1.0 is not like 1.0.0." }],
            [false, { code: "unknown_package" }],
        ]);
        expect(rows.at(-1)).toEqual([true, null]);
        expect(await programsOn(disk)).toEqual({ "programs/good.lua": "good" });
        expect(notes.slice(0, 6)).toEqual([
            ...[...Array(5).keys()].map(
                (n) => `${registry.url}: left out: bad${n} (version ${n}.0 is not like 1.0.0)`,
            ),
            `${registry.url}: left out: 3 more`,
        ]);
    });

    test("is taken with the next registry's package in its place", async () => {
        const first = await startRegistry({ ...good, a: { version: "1.0" } });
        const second = await startRegistry({ a: { files: { "programs/a.lua": "a" } } });
        const disk = await newComputer([first.url, second.url]);
        const { rows } = await run(disk, `apply(ccpm.planInstall({"a", "good"}))`);
        expect(rows.at(-1)).toEqual([true, null]);
        expect(Object.keys(await programsOn(disk)).sort()).toEqual(["programs/a.lua", "programs/good.lua"]);
    });

    test("is needed by one that cannot be installed then", async () => {
        const registry = await startRegistry({
            app: { dependencies: { library: "*" } },
            library: { version: "1" },
        });
        const disk = await newComputer([registry.url]);
        const { rows } = await run(disk, `show(ccpm.planInstall({"app"}))`);
        expect(rows).toMatchObject([
            [false, { code: "left_out", message: "library cannot be had: version 1 is not like 1.0.0." }],
        ]);
    });
});

describe("whatever an index has in place of what belongs there", () => {
    /** Each place of an index, as the keys that lead there. */
    function places(value: unknown, where: string[] = []): string[][] {
        if (typeof value !== "object" || value === null) return [where];
        return [where, ...Object.entries(value).flatMap(([key, field]) => places(field, [...where, key]))];
    }
    const whole = indexOf({
        good: { files: { "programs/good.lua": "good" } },
        bad: {
            dependencies: { good: "*" },
            files: { "programs/bad.lua": "bad" },
            autostart: ["programs/bad.lua"],
            data: ["trapos/bad"],
        },
    });
    const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);
    const values: [what: string, json: string][] = [
        ["nothing", ""],
        ["null", "null"],
        ["true", "true"],
        ["a number", "-7.5"],
        ["a huge number", "1e999"],
        ["a text", '"\\u001b[2J\\n"'],
        ["a huge text", JSON.stringify("x".repeat(100_000))],
        ["a list", "[[1],{}]"],
        ["an object", '{"a":{"b":1},"1":2}'],
        ["a deep nest", JSON.stringify(deep(150))],
        ["many", JSON.stringify([...Array(3000).keys()])],
        ["what is no JSON", "undefined"],
    ];
    const MARK = "@@@";

    test(
        "is refused or left out with its place, and the rest is installed",
        { timeout: 180_000 },
        async () => {
            const registry = await startRegistry({ good: { files: { "programs/good.lua": "good" } } });
            const disk = await newComputer([registry.url]);
            const bodies = places(whole)
                .filter((where) => where.length > 0)
                .flatMap((where) =>
                    values.map(([what, json]) => {
                        const copy = structuredClone(whole) as unknown as Record<string, unknown>;
                        const inner = where
                            .slice(0, -1)
                            .reduce<Record<string, unknown>>(
                                (at, key) => at[key] as Record<string, unknown>,
                                copy,
                            );
                        const key = where.at(-1)!;
                        if (json === "") delete inner[key];
                        else inner[key] = MARK;
                        const body = JSON.stringify(copy).replace(JSON.stringify(MARK), () => json);
                        return {
                            where: where.join("."),
                            what,
                            body,
                            isOthers: !/^packages\.good/.test(where.join(".")),
                        };
                    }),
                );
            expect(bodies.length).toBeGreaterThan(200);
            let next = 0;
            registry.misbehave = (path) =>
                path === "packages/index.json" ? { status: 200, body: bodies[next++]!.body } : undefined;
            const { rows } = await run(
                disk,
                `for _ = 1, ${bodies.length} do
                local ok, plan = ccpm.planInstall({"good"})
                show(ok, ok and #plan.files or plan)
            end`,
                { timeoutSeconds: 150 },
            );
            for (const [number, { where, what, isOthers }] of bodies.entries()) {
                const [ok, value] = rows[number] as [boolean, number | { code: string; message: string }];
                const name = `${where}: ${what}`;
                if (ok && isOthers) expect(value, name).toBe(1);
                if (!ok) {
                    const { code, message } = value as { code: string; message: string };
                    expect(code, name).toMatch(/^((bad|newer)_index|not_json|left_out|unknown_package)$/);
                    expect(message.length, name).toBeLessThan(250);
                }
                const isWhole =
                    isOthers && where !== "version" && where !== "packages" && what !== "what is no JSON";
                if (isWhole) expect(ok, name).toBe(true);
            }
        },
    );
});

describe("a hostile registry", () => {
    const valid = indexOf({ a: { files: { "programs/a.lua": "a" } } });
    const withPackage = (fields: object) => ({
        version: 1,
        packages: { a: { ...valid.packages["a"], ...fields } },
    });
    const print = { size: 1, sha256: "a".repeat(64) };
    const paths = [
        "../startup.lua",
        "/etc/x",
        "rom/x.lua",
        "ROM/x.lua",
        "trapos/ccpm.lock.json",
        ".settings",
    ];
    const indexes: [name: string, body: string | object][] = [
        ["no JSON", "<html>hello</html>"],
        ["an empty answer", ""],
        ["a list", []],
        ["a number", "7"],
        ["another version", { version: 2, packages: {} }],
        ["packages that are a text", { version: 1, packages: "many" }],
        ["a package that is a number", { version: 1, packages: { a: 7 } }],
        ["a name that leaves the folder", { version: 1, packages: { "../a": valid.packages["a"] } }],
        ["a version that is none", withPackage({ version: "newest" })],
        ["a version that is an object", withPackage({ version: {} })],
        ["dependencies that are numbers", withPackage({ dependencies: { b: 1 } })],
        ["files that are a text", withPackage({ files: "all" })],
        ["a size that is huge", withPackage({ files: { "x.lua": { ...print, size: 1e15 } } })],
        ["a size that is negative", withPackage({ files: { "x.lua": { ...print, size: -1 } } })],
        ["a size that is no number", withPackage({ files: { "x.lua": { ...print, size: "1" } } })],
        [
            "a hash that is a path",
            withPackage({ files: { "x.lua": { ...print, sha256: `../${"a".repeat(61)}` } } }),
        ],
        ["a data folder that is ours", withPackage({ data: ["trapos"] })],
        ["autostart of another package's file", withPackage({ autostart: ["programs/b.lua"] })],
        ...paths.map((path): [string, object] => [
            `the path ${path}`,
            withPackage({ files: { [path]: print } }),
        ]),
        ["a deep nest", "[".repeat(200_000)],
        ["a huge index", { version: 1, packages: {}, junk: "x".repeat(8_000_000) }],
        [
            "too many packages",
            {
                version: 1,
                packages: Object.fromEntries(
                    [...Array(1500).keys()].map((i) => [`p${i}`, { version: "1.0.0" }]),
                ),
            },
        ],
    ];

    test("is refused with its name, whatever its index says, in bounded time and memory", async () => {
        const registry = await startRegistry({});
        const disk = await newComputer([registry.url]);
        const before = await filesOn(disk);
        for (const [name, body] of indexes) {
            registry.misbehave = () => ({ status: 200, body });
            const { rows, notes } = await run(disk, `show(ccpm.planInstall({"a"}))`, { memoryMebibytes: 64 });
            const code = expect.stringMatching(
                /^((bad|newer)_index|not_json|left_out|unknown_package)$/,
            ) as string;
            expect(rows, name).toMatchObject([[false, { code }]]);
            const [, { message }] = rows[0] as Row;
            const said = [message, ...notes];
            expect(said.join("\n"), name).toContain(registry.url);
            for (const line of said) expect(line.length, name).toBeLessThan(250);
        }
        expect(await filesOn(disk)).toEqual(before);
    });

    test("with an endless chain of dependencies ends in a failure", async () => {
        const chain: Record<string, Source> = {};
        for (let index = 0; index < 900; index++)
            chain[`p${index}`] = { dependencies: { [`p${index + 1}`]: "*" } };
        const registry = await startRegistry(chain);
        const disk = await newComputer([registry.url]);
        const { rows } = await run(disk, `show(ccpm.planInstall({"p0"}))`, { memoryMebibytes: 64 });
        expect(rows).toMatchObject([[false, {}]]);
    });

    test("that is merely large is planned without running too long, in 64 MiB", async () => {
        const large: Record<string, Source> = {};
        for (let index = 0; index < 300; index++) {
            const paths = [...Array(11).keys()].map((file) => `apis/p${index}/file${file}.lua`);
            const files = Object.fromEntries(paths.map((path) => [path, `-- ${path}`]));
            large[`p${index}`] = { files, dependencies: index > 0 ? { [`p${index - 1}`]: "^1.0.0" } : {} };
        }
        const registry = await startRegistry(large);
        const disk = await newComputer([registry.url]);
        const { rows } = await run(
            disk,
            `local ok, plan = ccpm.planInstall({"p299"})
            show(ok, ok and {files = #plan.files, packages = #plan.packages} or plan)
            show(ccpm.apply(plan))`,
            { memoryMebibytes: 64 },
        );
        expect(rows).toMatchObject([
            [true, { files: 3300, packages: 300 }],
            [false, { code: "no_space" }],
        ]);
        expect(registry.requests).toEqual([INDEX]);
    });

    test("that sends more than it said is cut off", async () => {
        const registry = await startRegistry(many);
        const disk = await newComputer([registry.url]);
        registry.misbehave = (path) =>
            path === "programs/app.lua" ? { status: 200, body: "x".repeat(12_000_000) } : undefined;
        const { rows } = await run(disk, `apply(ccpm.planInstall({"app"}))`, { memoryMebibytes: 128 });
        expect(rows.at(-1)).toMatchObject([false, {}]);
        expect(await programsOn(disk)).toEqual({});
    });

    test("cannot take another package's file, nor ccpm's own startup file", async () => {
        const registry = await startRegistry({
            a: { files: { "programs/a.lua": "a" } },
            b: { files: { "programs/a.lua": "b" } },
        });
        const disk = await newComputer([registry.url]);
        const { rows } = await run(
            disk,
            `apply(ccpm.planInstall({"a"}))
            show(ccpm.planInstall({"b"}, {force = true}))`,
        );
        expect(rows.at(-1)).toMatchObject([false, { code: "file_conflict" }]);
        registry.packages = { c: { files: { "startup/00-ccpm-finish.lua": "evil" } } };
        const evil = await run(disk, `show(ccpm.planInstall({"c"}, {force = true}))`);
        expect(evil.rows).toMatchObject([[false, { code: "left_out" }]]);
    });
});
