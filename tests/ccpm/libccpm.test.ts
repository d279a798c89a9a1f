/** Installing, upgrading and removing with libccpm, on a computer, from registries on loopback. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
    filesOn,
    newComputer,
    programsOn,
    put,
    run,
    startRegistry,
    stateOn,
    type Source,
} from "./support.ts";

const app: Source = {
    dependencies: { library: "^1.0.0" },
    files: { "programs/app.lua": "print('app')", "startup/app.lua": "-- boots" },
    autostart: ["programs/app.lua"],
};
const library: Source = {
    version: "1.2.0",
    files: { "apis/library/one.lua": "return 1", "apis/library/two.lua": "return 2" },
};
const other: Source = { files: { "programs/other.lua": "print('other')" } };
const packages = { app, library, other };

const appFiles = {
    "apis/library/one.lua": "return 1",
    "apis/library/two.lua": "return 2",
    "programs/app.lua": "print('app')",
    "startup/app.lua": "-- boots",
};

interface Lock {
    packages: Record<
        string,
        { version: string; automatic?: boolean; registry?: string; autostart?: string[] }
    >;
}

interface Failed {
    code: string;
    message: string;
}

async function installed(names: string[], offered: Record<string, Source> = packages) {
    const registry = await startRegistry(offered);
    const disk = await newComputer([registry.url]);
    const list = names.map((name) => JSON.stringify(name)).join(", ");
    const { rows } = await run(disk, `apply(ccpm.planInstall({${list}}))`);
    expect(rows.at(-1)).toEqual([true, null]);
    registry.requests.length = 0;
    return { registry, disk };
}

const versionsOn = async (disk: string): Promise<Record<string, string>> => {
    const { packages: known } = await stateOn<Lock>(disk, "ccpm.lock");
    return Object.fromEntries(Object.entries(known).map(([name, { version }]) => [name, version]));
};

describe("install", () => {
    test("a package comes with what it needs, each file in one request", async () => {
        const registry = await startRegistry(packages);
        const disk = await newComputer([registry.url]);
        const { rows } = await run(disk, `apply(ccpm.planInstall({"app"}))`);
        const download = Object.values(appFiles).join("").length;
        expect(rows).toEqual([{ notes: {}, download, files: 4 }, [true, null]]);
        expect(await programsOn(disk)).toEqual(appFiles);
        expect([...registry.requests].sort()).toEqual(
            [...Object.keys(appFiles), "packages/index.json"].sort(),
        );
        const lock = await stateOn<Lock>(disk, "ccpm.lock");
        expect(lock.packages).toMatchObject({
            app: { version: "1.0.0", registry: registry.url, autostart: ["programs/app.lua"] },
            library: { version: "1.2.0", registry: registry.url, automatic: true },
        });
        expect(lock.packages["app"]).not.toHaveProperty("automatic");
        const left = Object.keys(await filesOn(disk)).filter((path) => path.startsWith("trapos/"));
        expect(left.sort()).toEqual(["trapos/ccpm.cache.json", "trapos/ccpm.json", "trapos/ccpm.lock.json"]);
    });

    test("a plan touches nothing, and says what it would take", async () => {
        const registry = await startRegistry(packages);
        const disk = await newComputer([registry.url]);
        const before = await filesOn(disk);
        const { rows } = await run(
            disk,
            `local ok, plan = ccpm.planInstall({"app"})
            show(ok, {packages = plan.packages, title = plan.title, needed = plan.needed, free = plan.free})`,
        );
        expect(rows[0]).toMatchObject([
            true,
            {
                title: "install app",
                packages: [
                    { name: "app", to: "1.0.0", registry: registry.url },
                    { name: "library", to: "1.2.0", registry: registry.url },
                ],
            },
        ]);
        expect(await filesOn(disk)).toEqual(before);
        expect(registry.requests).toEqual(["packages/index.json"]);
    });

    test("files that are right already are adopted without a request", async () => {
        const registry = await startRegistry(packages);
        const disk = await newComputer([registry.url]);
        await put(disk, appFiles);
        await run(disk, `apply(ccpm.planInstall({"app"}))`);
        expect(registry.requests).toEqual(["packages/index.json"]);
        expect(await versionsOn(disk)).toEqual({ app: "1.0.0", library: "1.2.0" });
    });

    test("asked for by name, a dependency is not automatic any more", async () => {
        const { registry, disk } = await installed(["app"]);
        const { rows } = await run(disk, `apply(ccpm.planInstall({"library"}))`);
        expect(rows.at(-1)).toEqual([true, null]);
        const { packages: known } = await stateOn<Lock>(disk, "ccpm.lock");
        expect(known["library"]).not.toHaveProperty("automatic");
        expect(registry.requests).toEqual(["packages/index.json"]);
    });

    test("two files of the same content are fetched once", async () => {
        const files = { "apis/a/one.lua": "same", "apis/a/two.lua": "same" };
        const { disk } = await installed(["a"], { a: { files } });
        expect(await programsOn(disk)).toEqual(files);
    });

    test("a conflict leaves everything as it was", async () => {
        const registry = await startRegistry(packages);
        const disk = await newComputer([registry.url]);
        await put(disk, { "programs/app.lua": "mine" });
        const before = await filesOn(disk);
        const { rows } = await run(disk, `show(ccpm.planInstall({"app"}))`);
        expect(rows).toMatchObject([[false, { code: "file_exists" }]]);
        expect(await filesOn(disk)).toEqual(before);
        const forced = await run(disk, `apply(ccpm.planInstall({"app"}, {force = true}))`);
        expect(forced.rows.at(-1)).toEqual([true, null]);
        expect(await programsOn(disk)).toEqual({ ...appFiles, "programs/app.lua.ccpm-old": "mine" });
    });

    test("a file that changes between plan and application is not overwritten", async () => {
        const registry = await startRegistry(packages);
        const disk = await newComputer([registry.url]);
        const { rows } = await run(
            disk,
            `local _, plan = ccpm.planInstall({"app"})
            local file = fs.open("programs/app.lua", "w")
            file.write("mine")
            file.close()
            show(ccpm.apply(plan))`,
        );
        expect(rows).toMatchObject([[false, { code: "changed_meanwhile" }]]);
        expect(await programsOn(disk)).toEqual({ "programs/app.lua": "mine" });
    });

    test("a plan that another change has overtaken is refused", async () => {
        const registry = await startRegistry(packages);
        const disk = await newComputer([registry.url]);
        const { rows } = await run(
            disk,
            `local _, plan = ccpm.planInstall({"app"})
            apply(ccpm.planInstall({"other"}))
            show(ccpm.apply(plan))`,
        );
        expect(rows.at(-1)).toMatchObject([false, { code: "changed_meanwhile" }]);
        expect(await programsOn(disk)).toEqual({ "programs/other.lua": "print('other')" });
    });

    test("a disk that is too full is known before the first write", async () => {
        const big = "x".repeat(900_000);
        const registry = await startRegistry({ big: { files: { "one.lua": big, "two.lua": `${big}!` } } });
        const disk = await newComputer([registry.url]);
        const before = await filesOn(disk);
        const { rows } = await run(disk, `apply(ccpm.planInstall({"big"}))`);
        expect(rows.at(-1)).toMatchObject([false, { code: "no_space" }]);
        expect((rows.at(-1) as [boolean, Failed])[1].message).toMatch(/\d{7} bytes are needed, \d+ are free/);
        expect(await filesOn(disk)).toEqual(before);
        expect(registry.requests).toEqual(["packages/index.json"]);
    });

    test("what a plan calls needed is enough, to within 15 kB", async () => {
        const { disk, registry } = await installed(["app"]);
        registry.packages = { ...packages, big: { files: { "big/one.lua": "x".repeat(30_000) } } };
        const { rows } = await run(
            disk,
            `local _, plan = ccpm.planInstall({"big"})
            local handle = fs.open("filler", "w")
            handle.write(("x"):rep(plan.free - plan.needed - 500))
            handle.close()
            show(true, fs.getFreeSpace("/") - plan.needed)
            apply(ccpm.planInstall({"big"}))
            local handle = fs.open("filler2", "w")
            handle.write(("x"):rep(fs.getFreeSpace("/") - 20000))
            handle.close()
            fs.delete("filler")
            fs.delete("filler2")
            show(true, plan.needed)`,
        );
        expect(rows[2]).toEqual([true, null]);
        expect((rows.at(-1) as number[])[1]).toBeLessThan(45_000);
    });

    test("where 135,000 bytes are free, 60 files of 100 kB go in, but not beside those of the next version", async () => {
        const content = (version: string, path: string) => `${path} ${version}`.padEnd(1600, "x");
        const large = (version: string, changed: number): Source => {
            const paths = [...Array(60).keys()].map((file) => `apis/large/file${file}.lua`);
            const files = paths.map((path, file) => [path, content(file < changed ? version : "", path)]);
            return { version, files: Object.fromEntries(files) as Record<string, string> };
        };
        const registry = await startRegistry({ large: large("1.0.0", 0) });
        const disk = await newComputer([registry.url]);
        const { rows } = await run(
            disk,
            `local free = fs.getFreeSpace("/")
            local handle = fs.open("filler", "w")
            handle.write(("x"):rep(free - 135000))
            handle.close()
            show(true, fs.getFreeSpace("/"))
            apply(ccpm.planInstall({"large"}))
            show(true, fs.getFreeSpace("/"))`,
        );
        expect(rows[0]).toEqual([true, 135_000]);
        expect(rows[2]).toEqual([true, null]);
        const before = await filesOn(disk);
        expect(Object.keys(before).filter((path) => path.startsWith("apis/large/"))).toHaveLength(60);

        registry.packages = { large: large("2.0.0", 60) };
        const all = await run(disk, `apply(ccpm.planUpgrade())`);
        expect(all.rows.at(-1)).toMatchObject([false, { code: "no_space" }]);
        expect(await filesOn(disk)).toEqual(before);

        registry.packages = { large: large("2.0.0", 2) };
        const some = await run(disk, `apply(ccpm.planUpgrade())\nshow(ccpm.verify())`);
        expect(some.rows.slice(1)).toEqual([
            [true, null],
            [true, {}],
        ]);
    });

    test.each([
        ["a package that nobody has", `{"nothing"}`, "unknown_package"],
        ["a name that is none", `{"../x"}`, "unknown_package"],
    ])("%s", async (_name, names, code) => {
        const registry = await startRegistry(packages);
        const disk = await newComputer([registry.url]);
        const { rows } = await run(disk, `show(ccpm.planInstall(${names}))`);
        expect(rows).toMatchObject([[false, { code }]]);
    });

    test("without a registry", async () => {
        const { rows } = await run(await newComputer(), `show(ccpm.planInstall({"app"}))`);
        expect(rows).toMatchObject([[false, { code: "no_registry" }]]);
    });

    test("progress tells files and bytes, and a handed-in clock and fetch are used", async () => {
        const disk = await newComputer(["http://nowhere"]);
        const index = `{"version":1,"packages":{"a":{"version":"1.0.0","description":"","dependencies":{},
            "files":{"a.lua":{"size":1,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}}}}}`;
        const { rows } = await run(disk, `apply(ccpm.planInstall({"a"}))`, {
            before: `asked, index = {}, [[${index}]]`,
            environment: `
                fetch = function(url)
                    asked[#asked + 1] = url
                    return {status = 200, body = url:find("json") and index or "x"}
                end,
                now = function() return 42 end,
                onProgress = function(progress) print(json(progress)) end,`,
        });
        expect(rows).toEqual([
            { phase: "index", name: "http://nowhere", done: 0, total: 1, bytes: 0, totalBytes: 0 },
            { notes: {}, download: 1, files: 1 },
            { phase: "fetch", name: "a.lua", done: 0, total: 1, bytes: 0, totalBytes: 1 },
            { phase: "apply", name: "install a", done: 1, total: 1, bytes: 1, totalBytes: 1 },
            [true, null],
        ]);
        expect(await stateOn(disk, "ccpm.cache")).toMatchObject({
            registries: { "http://nowhere": { updated: 42 } },
        });
    });
});

describe("upgrade", () => {
    const newer = {
        ...packages,
        library: { version: "1.3.0", files: { ...library.files, "apis/library/two.lua": "return 22" } },
    };

    test("without news is one request and no write", async () => {
        const { registry, disk } = await installed(["app"]);
        const before = await filesOn(disk);
        const { rows } = await run(
            disk,
            `local writes = fs.open
            fs.open = function(path, mode)
                if mode ~= "r" and mode ~= "rb" then error("wrote " .. path) end
                return writes(path, mode)
            end
            apply(ccpm.planUpgrade())`,
        );
        expect(rows).toEqual([{ notes: {}, download: 0, files: 0 }, [true, null]]);
        expect(registry.requests).toEqual(["packages/index.json"]);
        expect(await filesOn(disk)).toEqual(before);
    });

    test("fetches what has changed and nothing else", async () => {
        const { registry, disk } = await installed(["app"]);
        registry.packages = newer;
        const { rows } = await run(disk, `apply(ccpm.planUpgrade())`);
        expect(rows).toEqual([{ notes: {}, download: 9, files: 1 }, [true, null]]);
        expect(registry.requests).toEqual(["packages/index.json", "apis/library/two.lua"]);
        expect(await programsOn(disk)).toEqual({ ...appFiles, "apis/library/two.lua": "return 22" });
        expect(await versionsOn(disk)).toEqual({ app: "1.0.0", library: "1.3.0" });
    });

    test("takes named packages alone", async () => {
        const { registry, disk } = await installed(["app", "other"]);
        registry.packages = { ...newer, other: { version: "2.0.0", files: { "programs/other.lua": "new" } } };
        await run(disk, `apply(ccpm.planUpgrade({"other"}))`);
        expect(await versionsOn(disk)).toEqual({ app: "1.0.0", library: "1.2.0", other: "2.0.0" });
    });

    test("keeps what the player has edited, and says where", async () => {
        const { registry, disk } = await installed(["app"]);
        registry.packages = {
            ...newer,
            app: { ...app, version: "1.1.0", files: { ...app.files, "startup/app.lua": "-- boots better" } },
        };
        await put(disk, { "apis/library/two.lua": "mine", "startup/app.lua": "mine too" });
        const { rows } = await run(disk, `apply(ccpm.planUpgrade())`);
        expect(rows[0]).toMatchObject({
            notes: [
                "What was apis/library/two.lua is kept as apis/library/two.lua.ccpm-old.",
                "What was startup/app.lua is kept as startup.ccpm-old/app.lua.",
            ],
        });
        expect(await programsOn(disk)).toMatchObject({
            "apis/library/two.lua": "return 22",
            "apis/library/two.lua.ccpm-old": "mine",
            "startup/app.lua": "-- boots better",
            "startup.ccpm-old/app.lua": "mine too",
        });
    });

    test("never takes an older version", async () => {
        const { registry, disk } = await installed(["app"]);
        registry.packages = { ...packages, library: { ...library, version: "1.1.0", files: {} } };
        const { rows } = await run(disk, `apply(ccpm.planUpgrade())\napply(ccpm.planInstall({"library"}))`);
        expect(rows.filter((row) => Array.isArray(row))).toEqual([
            [true, null],
            [true, null],
        ]);
        expect(await versionsOn(disk)).toEqual({ app: "1.0.0", library: "1.2.0" });
        expect(await programsOn(disk)).toEqual(appFiles);
    });

    test("a dropped file goes, with folders that are empty then", async () => {
        const { registry, disk } = await installed(["app"]);
        registry.packages = {
            ...packages,
            library: { version: "1.3.0", files: { "apis/lib.lua": "return 3" } },
        };
        await run(disk, `apply(ccpm.planUpgrade())`);
        expect(await programsOn(disk)).toEqual({
            ...app.files,
            "apis/lib.lua": "return 3",
        });
    });

    test("of what is not installed", async () => {
        const { disk } = await installed(["app"]);
        const { rows } = await run(disk, `show(ccpm.planUpgrade({"other"}))`);
        expect(rows).toMatchObject([[false, { code: "not_installed" }]]);
    });

    test("of the package manager itself, while it runs", async () => {
        const own = ["libccpm", "ccpm/plan", "ccpm/transaction", "ccpm/finish", "ccpm/failure"].map(
            (name) => `apis/${name}.lua`,
        );
        const now = Object.fromEntries(own.map((path) => [path, readFileSync(path, "utf8")]));
        const { registry, disk } = await installed(["own"], { own: { files: now } });
        const next = Object.fromEntries(own.map((path) => [path, `-- newer\n${now[path]}`]));
        registry.packages = { own: { version: "2.0.0", files: next }, other };
        const { rows } = await run(
            disk,
            `apply(ccpm.planUpgrade())
            show(ccpm.verify({"own"}))
            apply(ccpm.planInstall({"other"}))`,
        );
        expect(rows.filter((row) => Array.isArray(row))).toEqual([
            [true, null],
            [true, {}],
            [true, null],
        ]);
        const again = await run(disk, `show(ccpm.verify({"own", "other"}))`);
        expect(again.rows).toEqual([[true, {}]]);
    });
});

describe("uninstall", () => {
    test("of everything leaves nothing of ours, and all that is the player's", async () => {
        const { disk } = await installed(["app", "other"]);
        await put(disk, {
            "programs/mine.lua": "mine",
            "apis/library/mine.lua": "mine",
            "trapos/ccpm.lock.json.broken": "set aside",
            "trapos/ccpm.json.broken2": "set aside",
        });
        const { rows } = await run(disk, `apply(ccpm.planUninstall({"app", "library", "other"}))`);
        expect(rows.at(-1)).toEqual([true, null]);
        expect(await filesOn(disk)).toEqual({ "programs/mine.lua": "mine", "apis/library/mine.lua": "mine" });
    });

    test("is refused while others need it", async () => {
        const { disk } = await installed(["app", "other"]);
        const { rows } = await run(disk, `show(ccpm.planUninstall({"library"}))`);
        expect(rows).toMatchObject([[false, { code: "needed_by" }]]);
        expect((rows[0] as [boolean, Failed])[1].message).toContain("app");
        await run(disk, `apply(ccpm.planUninstall({"library"}, {cascade = true}))`);
        expect(await programsOn(disk)).toEqual(other.files);
        expect(await versionsOn(disk)).toEqual({ other: "1.0.0" });
    });

    test("says what nothing needs any more, and takes it when told to", async () => {
        const { disk } = await installed(["app", "other"]);
        const { rows } = await run(disk, `apply(ccpm.planUninstall({"app"}))`);
        expect(rows[0]).toMatchObject({
            notes: ["Not needed then: library. Remove them, too: add --unused"],
        });
        expect(await versionsOn(disk)).toEqual({ library: "1.2.0", other: "1.0.0" });
        await run(disk, `apply(ccpm.planUninstall({}, {unused = true}))`);
        expect(await versionsOn(disk)).toEqual({ other: "1.0.0" });
        expect(await programsOn(disk)).toEqual(other.files);
    });

    test("keeps edited files; data goes, settings stay", async () => {
        const a: Source = { files: { "programs/a.lua": "a" }, data: ["trapos/a"] };
        const { disk } = await installed(["a", "other"], { a, other });
        await put(disk, { "programs/a.lua": "mine", "trapos/a/turns/1.json": "{}", "trapos/b.json": "{}" });
        await run(disk, `apply(ccpm.planUninstall({"a"}))`);
        expect(await programsOn(disk)).toEqual({
            ...other.files,
            "programs/a.lua.ccpm-old": "mine",
            "trapos/b.json": "{}",
        });
    });

    test("needs no registry", async () => {
        const { registry, disk } = await installed(["app"]);
        registry.misbehave = () => "closed";
        await run(disk, `apply(ccpm.planUninstall({"app", "library"}))`);
        expect(await filesOn(disk)).toEqual({});
        expect(registry.requests).toEqual([]);
    });

    test("of what is not installed", async () => {
        const { disk } = await installed(["app"]);
        const { rows } = await run(disk, `show(ccpm.planUninstall({"other"}))`);
        expect(rows).toMatchObject([[false, { code: "not_installed" }]]);
    });
});
