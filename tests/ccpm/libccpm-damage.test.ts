/** Disks, state and registries that are not as ccpm has left them. */
import { describe, expect, test } from "vitest";
import { filesOn, newComputer, programsOn, put, run, startRegistry, stateOn } from "./support.ts";

interface Lock {
    packages: Record<string, { files: Record<string, { size: number; sha256: string }> }>;
}
interface Configuration {
    registries: string[];
}

const app = { app: { files: { "programs/app.lua": "app", "programs/more.lua": "more" } } };

test.each([
    ".settings.new",
    "startup.lua.ccpm-kept",
    "programs/a.lua.ccpm-old",
    "programs/a.ccpm-old2/b.lua",
    "startup.ccpm-old/a.lua",
])("no package has %s, where something of the player's may be", async (path) => {
    const registry = await startRegistry({ app: { files: { [path]: "not yours" } } });
    const disk = await newComputer([registry.url]);
    const { rows, notes } = await run(disk, `show(ccpm.planInstall({"app"}))`);
    const what = `files.${path} is not a path that packages may have`;
    expect(rows).toMatchObject([[false, { code: "left_out", message: `app cannot be had: ${what}.` }]]);
    expect(notes).toEqual([`${registry.url}: left out: app (${what})`]);
});

test("two packages whose files differ in capitals alone are in conflict, as on some hosts they are one file", async () => {
    const registry = await startRegistry({ ...app, other: { files: { "programs/APP.lua": "other" } } });
    const disk = await newComputer([registry.url]);
    const { rows } = await run(disk, `show(ccpm.planInstall({"app", "other"}))`);
    expect(rows).toMatchObject([[false, { code: "file_conflict" }]]);
});

test("a lock that gives a file to two packages can be put right by removing one", async () => {
    const registry = await startRegistry(app);
    const disk = await newComputer([registry.url]);
    await run(disk, `apply(ccpm.planInstall({"app"}))`);
    const lock = await stateOn<Lock>(disk, "ccpm.lock");
    const text = JSON.stringify({ version: 1, packages: { ...lock.packages, twin: lock.packages["app"] } });
    await put(disk, { "trapos/ccpm.lock.json": text });
    const { rows } = await run(disk, `apply(ccpm.planUninstall({"twin"}))`);
    expect(rows.at(-1)).toEqual([true, null]);
    expect(Object.keys((await stateOn<Lock>(disk, "ccpm.lock")).packages)).toEqual(["app"]);
    expect(await programsOn(disk)).toEqual(app.app.files);
});

describe("the list of registries", () => {
    test("does not grow beyond what can be read again", async () => {
        const many = Array.from({ length: 100 }, (_, index) => `http://192.168.100.${index}`);
        const disk = await newComputer(many);
        const { rows } = await run(disk, `show(ccpm.addRegistry("http://one.more", {force = true}))`);
        expect(rows).toMatchObject([[false, { code: "registries_full" }]]);
        const own = await run(disk, `show(ccpm.update())`, { environment: `registry = "http://one.more",` });
        expect(own.rows).toMatchObject([[false, { code: "registries_full" }]]);
        expect((await stateOn<Configuration>(disk, "ccpm")).registries).toEqual(many);
    });

    test("gets the installer's registry even when there is nothing else to do", async () => {
        const registry = await startRegistry(app);
        const disk = await newComputer([registry.url]);
        await run(disk, `apply(ccpm.planInstall({"app"}))`);
        await put(disk, { "trapos/ccpm.json": "{broken" });
        const { notes } = await run(disk, `apply(ccpm.planUpgrade())`, {
            environment: `registry = "${registry.url}",`,
        });
        expect(notes[0]).toContain("trapos/ccpm.json.broken");
        expect((await stateOn<Configuration>(disk, "ccpm")).registries).toEqual([registry.url]);
    });

    test("knows a registry by its installer's address, and GitHub's by its page", async () => {
        const registry = await startRegistry(app);
        const disk = await newComputer();
        const { rows } = await run(
            disk,
            `show(ccpm.addRegistry("${registry.url}/install.lua"))
            show(ccpm.addRegistry("${registry.url}"))
            show(ccpm.addRegistry("https://github.com/someone/something", {force = true}))
            show(ccpm.addRegistry("someone/something"))
            show(ccpm.addRegistry("https://github.com/someone/something.git/"))`,
        );
        expect(rows).toMatchObject([
            [true, null],
            [false, { code: "registry_known" }],
            [true, null],
            [false, { code: "registry_known" }],
            [false, { code: "registry_known" }],
        ]);
    });
});

test.each([
    [401, "no_entry"],
    [403, "no_entry"],
    [404, "no_index"],
    [500, "server_error"],
])("a registry that answers with %i", async (status, code) => {
    const registry = await startRegistry(app);
    registry.misbehave = () => ({ status });
    const disk = await newComputer([registry.url]);
    const { rows } = await run(disk, `show(ccpm.update())`);
    expect(rows).toMatchObject([[false, { code }]]);
});

test("a file on a disk drive that covers an installed one is left alone, and nothing is begun", async () => {
    const registry = await startRegistry(app);
    const disk = await newComputer([registry.url]);
    await run(disk, `apply(ccpm.planInstall({"app"}))`);
    const before = await filesOn(disk);
    const { rows } = await run(
        disk,
        `local drive = fs.getDrive
        fs.getDrive = function(path) return path == "programs/app.lua" and "bottom" or drive(path) end
        show(ccpm.planUninstall({"app"}))`,
    );
    expect(rows).toMatchObject([[false, { code: "other_drive" }]]);
    expect(await filesOn(disk)).toEqual(before);
});

test("a file where ccpm's folder has to be is named", async () => {
    const registry = await startRegistry(app);
    const disk = await newComputer();
    await put(disk, { trapos: "a text of mine" });
    const { rows } = await run(disk, `apply(ccpm.planInstall({"app"}))`, {
        environment: `registry = "${registry.url}",`,
    });
    const message = expect.stringMatching(/^trapos is a file/) as string;
    expect(rows.at(-1)).toMatchObject([false, { code: "file_in_the_way", message }]);
});

test("what was fetched half before counts as to be fetched", async () => {
    const registry = await startRegistry(app);
    const disk = await newComputer([registry.url]);
    const { rows } = await run(
        disk,
        `local _, plan = ccpm.planInstall({"app"}) print(plan.download)
        for _, change in ipairs(plan.files) do
            local file = fs.open("trapos/ccpm.partial/" .. change.to.sha256, "w") file.write("x") file.close()
        end
        show(ccpm.planInstall({"app"}))`,
    );
    expect(rows).toMatchObject([[true, { download: "appmore".length }]]);
});

test("a removal counts what its journal says of data folders", async () => {
    const data = Array.from({ length: 20 }, (_, index) => `trapos/app/${index}`);
    const registry = await startRegistry({
        app: { ...app.app, data },
        plain: { files: { "programs/b": "b" } },
    });
    const disk = await newComputer([registry.url]);
    await run(disk, `apply(ccpm.planInstall({"app", "plain"}))`);
    const { rows } = await run(
        disk,
        `for index = 0, 19 do fs.makeDir("trapos/app/" .. index) end
        local _, with = ccpm.planUninstall({"app"})
        local _, without = ccpm.planUninstall({"plain"})
        print("[" .. with.needed .. "," .. without.needed .. "]")`,
    );
    const [[withData, without]] = rows as [[number, number]];
    expect(withData - without).toBeGreaterThan(20 * "trapos/app/0".length);
});
