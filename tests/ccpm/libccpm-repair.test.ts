/** Looking after what is installed: verify, repair, recovery of the state, and the list of registries. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
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

const packages: Record<string, Source> = {
    app: { dependencies: { library: "*" }, files: { "programs/app.lua": "app" } },
    library: { files: { "apis/library/one.lua": "one", "apis/library/two.lua": "two" } },
    all: { dependencies: { app: "*" } },
};
const files = { "apis/library/one.lua": "one", "apis/library/two.lua": "two", "programs/app.lua": "app" };

async function installed() {
    const registry = await startRegistry(packages);
    const disk = await newComputer([registry.url]);
    const { rows } = await run(disk, `apply(ccpm.planInstall({"all"}))`);
    expect(rows.at(-1)).toEqual([true, null]);
    registry.requests.length = 0;
    return { registry, disk };
}

interface Lock {
    packages: Record<string, { version: string; registry?: string }>;
}
interface Configuration {
    registries: string[];
}

describe("verify", () => {
    test("finds nothing after an installation", async () => {
        const { registry, disk } = await installed();
        const { rows } = await run(disk, `show(ccpm.verify())`);
        expect(rows).toEqual([[true, {}]]);
        expect(registry.requests).toEqual([]);
    });

    test("finds what is missing, changed and foreign, and no more", async () => {
        const { disk } = await installed();
        await rm(join(disk, "programs/app.lua"));
        await put(disk, {
            "apis/library/two.lua": "TWO",
            "apis/library/three.lua": "whose?",
            "apis/library/two.lua.ccpm-old": "kept",
            "apis/mine.lua": "a player's",
            "programs/mine.lua": "a player's",
            "trapos/ccpm.junk": "whose?",
            "trapos/ccpm.lock.json.broken": "set aside",
            "trapos/other.json": "another program's",
        });
        const { rows } = await run(
            disk,
            `show(ccpm.verify())\nshow(ccpm.verify({"app"}))\nshow(ccpm.verify({"x"}))`,
        );
        expect(rows).toMatchObject([
            [
                true,
                [
                    { path: "apis/library/three.lua", problem: "foreign" },
                    { path: "apis/library/two.lua", problem: "changed", package: "library" },
                    { path: "programs/app.lua", problem: "missing", package: "app" },
                    { path: "trapos/ccpm.junk", problem: "foreign" },
                ],
            ],
            [true, [{ path: "programs/app.lua", problem: "missing", package: "app" }]],
            [false, { code: "not_installed" }],
        ]);
    });

    test("and its repair puts everything right; nothing of the player's is lost", async () => {
        const { registry, disk } = await installed();
        await rm(join(disk, "programs/app.lua"));
        await put(disk, { "apis/library/two.lua": "TWO", "apis/library/three.lua": "whose?" });
        const { rows } = await run(
            disk,
            `local _, findings = ccpm.verify()
            apply(ccpm.planRepair(findings))
            show(ccpm.verify())`,
        );
        expect(rows.slice(1)).toEqual([
            [true, null],
            [true, {}],
        ]);
        expect(await programsOn(disk)).toEqual({
            ...files,
            "apis/library/two.lua.ccpm-old": "TWO",
            "apis/library/three.lua.ccpm-old": "whose?",
        });
        expect([...registry.requests].sort()).toEqual([
            "apis/library/two.lua",
            "packages/index.json",
            "programs/app.lua",
        ]);
    });

    test("what no registry offers any more is left, with what to do", async () => {
        const { registry, disk } = await installed();
        registry.packages = {
            ...packages,
            library: { version: "2.0.0", files: { "apis/library/one.lua": "new" } },
        };
        await rm(join(disk, "apis/library/one.lua"));
        const { rows } = await run(
            disk,
            `local _, findings = ccpm.verify() apply(ccpm.planRepair(findings))`,
        );
        const [{ notes }] = rows as [{ notes: string[] }];
        expect(notes.join()).toContain("ccpm upgrade library");
        expect(rows.at(-1)).toEqual([true, null]);
        expect(Object.keys(await programsOn(disk))).not.toContain("apis/library/one.lua");
    });

    test("without any registry a foreign file is moved aside all the same", async () => {
        const { registry, disk } = await installed();
        registry.misbehave = () => "closed";
        await put(disk, { "apis/library/three.lua": "whose?" });
        const { rows } = await run(
            disk,
            `local _, findings = ccpm.verify() apply(ccpm.planRepair(findings))`,
        );
        expect(rows.at(-1)).toEqual([true, null]);
        expect(await programsOn(disk)).toEqual({ ...files, "apis/library/three.lua.ccpm-old": "whose?" });
    });
});

describe("recover", () => {
    test("has nothing to say when nothing is wrong", async () => {
        const { disk } = await installed();
        const before = await filesOn(disk);
        const { rows } = await run(disk, `show(ccpm.recover())`);
        expect(rows).toEqual([[true, {}]]);
        expect(await filesOn(disk)).toEqual(before);
    });

    test("says that a lock was set aside; what is installed again is not fetched again", async () => {
        const { registry, disk } = await installed();
        const before = await stateOn<Lock>(disk, "ccpm.lock");
        await put(disk, { "trapos/ccpm.lock.json": '{"version":1,"packa' });
        const { rows, notes } = await run(disk, `show(ccpm.recover())`);
        const [[ok, lines]] = rows as [[boolean, string[]]];
        expect(ok).toBe(true);
        expect(lines).toEqual(notes);
        expect(lines).toHaveLength(1);
        expect(lines[0]).toContain("trapos/ccpm.lock.json.broken. Type: ccpm install <what you had>");
        expect((await filesOn(disk))["trapos/ccpm.lock.json.broken"]).toBe('{"version":1,"packa');
        expect(registry.requests).toEqual([]);
        const again = await run(disk, `apply(ccpm.planInstall({"all"}))`);
        expect(again.rows).toEqual([{ notes: {}, download: 0, files: 0 }, [true, null]]);
        expect(registry.requests).toEqual(["packages/index.json"]);
        expect(await stateOn<Lock>(disk, "ccpm.lock")).toEqual(before);
        expect(await programsOn(disk)).toEqual(files);
    });

    test("other commands say that state was set aside, and go on with what there is", async () => {
        const { disk } = await installed();
        await put(disk, { "trapos/ccpm.cache.json": "{{{" });
        const { rows, notes } = await run(disk, `show(ccpm.verify())\nshow(ccpm.verify())`);
        expect(rows).toEqual([
            [true, {}],
            [true, {}],
        ]);
        expect(notes).toHaveLength(1);
        expect(notes[0]).toContain("ccpm.cache.json");
    });

    test("state of a newer ccpm is refused and left alone", async () => {
        const { disk } = await installed();
        const newer = '{"version":2,"packages":[]}';
        await put(disk, { "trapos/ccpm.lock.json": newer });
        const { rows } = await run(
            disk,
            `show(ccpm.state())\nshow(ccpm.planInstall({"app"}))\nshow(ccpm.recover())`,
        );
        for (const row of rows) expect(row).toMatchObject([false, { code: "newer_format" }]);
        expect((await filesOn(disk))["trapos/ccpm.lock.json"]).toBe(newer);
    });
});

describe("registries", () => {
    test("are added after they have answered, at the end or where it is said", async () => {
        const [one, two, three] = [
            await startRegistry(packages),
            await startRegistry({}),
            await startRegistry({}),
        ];
        const disk = await newComputer();
        const { rows } = await run(
            disk,
            `show(ccpm.addRegistry("${one.url}"))
            show(ccpm.addRegistry("${two.url}/"))
            show(ccpm.addRegistry("${three.url}", {position = 1}))`,
        );
        expect(rows).toEqual([
            [true, null],
            [true, null],
            [true, null],
        ]);
        const { registries } = await stateOn<Configuration>(disk, "ccpm");
        expect(registries).toEqual([three.url, one.url, `${two.url}/`]);
        expect([one.requests, two.requests]).toEqual([["packages/index.json"], ["packages/index.json"]]);
        const known = await run(
            disk,
            `local _, state = ccpm.state() show(true, state.cache.registries["${one.url}"])`,
        );
        expect(known.rows).toMatchObject([[true, { packages: { app: { version: "1.0.0" } } }]]);
    });

    test("are refused where they do not answer, unless forced, or are known or none", async () => {
        const one = await startRegistry({});
        const disk = await newComputer([one.url]);
        const dead = await startRegistry({});
        dead.misbehave = () => ({ status: 404 });
        const { rows } = await run(
            disk,
            `show(ccpm.addRegistry("${one.url}/"))
            show(ccpm.addRegistry("nonsense"))
            show(ccpm.addRegistry("${dead.url}"))
            show(ccpm.addRegistry("${dead.url}", {position = 3, force = true}))
            show(ccpm.addRegistry("${dead.url}", {position = 1, force = true}))`,
        );
        expect(rows).toMatchObject([
            [false, { code: "registry_known" }],
            [false, { code: "bad_registry" }],
            [false, { code: "no_index" }],
            [false, { code: "registry_position" }],
            [true, null],
        ]);
        const { registries } = await stateOn<Configuration>(disk, "ccpm");
        expect(registries).toEqual([dead.url, one.url]);
    });

    test("of GitHub are the same as the URL that they stand for", async () => {
        const disk = await newComputer();
        const { rows } = await run(
            disk,
            `show(ccpm.addRegistry("someone/something", {force = true}))
            show(ccpm.addRegistry("https://raw.githubusercontent.com/someone/something/HEAD"))
            show(ccpm.removeRegistry("https://raw.githubusercontent.com/someone/something/HEAD/"))`,
            { environment: `fetch = function(url) return {body = "", reason = "Could not connect"} end,` },
        );
        expect(rows).toMatchObject([
            [true, null],
            [false, { code: "registry_known" }],
            [true, null],
        ]);
    });

    test("are moved and removed; what came from one stays", async () => {
        const { registry, disk } = await installed();
        const other = await startRegistry({});
        const { rows } = await run(
            disk,
            `show(ccpm.addRegistry("${other.url}"))
            show(ccpm.moveRegistry("${other.url}/", 1))
            show(ccpm.moveRegistry("${other.url}", 3))
            show(ccpm.moveRegistry("${other.url}"))
            show(ccpm.moveRegistry("${other.url}", "x"))
            show(ccpm.moveRegistry("http://nobody", 1))
            show(ccpm.removeRegistry("http://nobody"))`,
        );
        expect(rows).toMatchObject([
            [true, null],
            [true, null],
            [false, { code: "registry_position" }],
            [false, { code: "bad_argument", message: "moveRegistry: position is missing." }],
            [false, { code: "bad_argument", message: "moveRegistry: position x is not a number." }],
            [false, { code: "registry_unknown" }],
            [false, { code: "registry_unknown" }],
        ]);
        expect((await stateOn<Configuration>(disk, "ccpm")).registries).toEqual([other.url, registry.url]);
        await run(disk, `show(ccpm.removeRegistry("${registry.url}"))`);
        expect((await stateOn<Configuration>(disk, "ccpm")).registries).toEqual([other.url]);
        const { registries } = await stateOn<{ registries: object }>(disk, "ccpm.cache");
        expect(Object.keys(registries)).toEqual([other.url]);
        expect(Object.keys((await stateOn<Lock>(disk, "ccpm.lock")).packages)).toHaveLength(3);
        expect(await programsOn(disk)).toEqual(files);
    });
});
