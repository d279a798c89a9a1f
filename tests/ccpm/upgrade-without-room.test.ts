/** An upgrade whose new files have no room beside the old ones. */
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../../tools/harness/disk.ts";
import { filesOn, newComputer, run, startRegistry, type Source, type TestRegistry } from "./support.ts";

const content = (version: string, path: string) => `${path} ${version}`.padEnd(1600, "x");
const filesOf = (version: string, folder: string, count: number): Record<string, string> =>
    Object.fromEntries(
        Array.from({ length: count }, (_, file) => `apis/${folder}/file${file}.lua`).map((path) => [
            path,
            content(version, path),
        ]),
    );

/** A package of 100 kB, and one that is called as ccpm is, which needs another one. */
function offered(version: string, count = 60): Record<string, Source> {
    return {
        large: { version, files: filesOf(version, "large", count) },
        ccpm: { version, dependencies: { core: "*" }, files: filesOf(version, "own", 2) },
        core: { version, files: filesOf(version, "core", 2) },
    };
}

/** A computer that has the packages of 1.0.0, room for half of them, and the program. */
async function crowded(): Promise<{ disk: string; registry: TestRegistry }> {
    const registry = await startRegistry(offered("1.0.0"));
    const disk = await newComputer([registry.url]);
    await mkdir(join(disk, "programs"), { recursive: true });
    await copyFile(join(projectFolder, "programs/ccpm.lua"), join(disk, "programs/ccpm.lua"));
    const { rows } = await run(
        disk,
        `apply(ccpm.planInstall({"large", "ccpm"}))
         local handle = fs.open("filler", "w")
         handle.write(("x"):rep(fs.getFreeSpace("/") - 50000))
         handle.close()`,
    );
    expect(rows.at(-1)).toEqual([true, null]);
    registry.packages = offered("2.0.0");
    return { disk, registry };
}

const packagesOn = async (disk: string): Promise<Record<string, string>> =>
    Object.fromEntries(
        Object.entries(await filesOn(disk)).filter(([path]) => /^apis\/(large|own|core)\//.test(path)),
    );
const whole = (version: string) => ({
    ...filesOf(version, "large", 60),
    ...filesOf(version, "own", 2),
    ...filesOf(version, "core", 2),
});
const program = (...words: string[]) =>
    `print(shell.run(${["/programs/ccpm", ...words].map((word) => `"${word}"`).join(", ")}))`;

test("the old ones go first, but for those that ccpm needs", async () => {
    const { disk } = await crowded();
    const { rows } = await run(
        disk,
        `apply(ccpm.planUpgrade())
         local ok, plan = ccpm.planUpgrade(nil, {removeFirst = true})
         apply(ok, plan)
         local found, findings = ccpm.verify()
         local packages = {}
         for _, finding in ipairs(findings) do packages[finding.package .. " " .. finding.problem] = true end
         show(found, packages)
         apply(ccpm.planRepair(findings))
         show(ccpm.verify())`,
    );
    expect(rows).toMatchObject([
        { files: 64 },
        [false, { code: "no_space" }],
        { files: 64, download: 4 * 1600 },
        [true, null],
        [true, { "large missing": true }],
        { files: 60 },
        [true, null],
        [true, {}],
    ]);
    expect(await packagesOn(disk)).toEqual(whole("2.0.0"));
});

test("ccpm upgrade says so, and does both parts", async () => {
    const { disk } = await crowded();
    const { output } = await run(disk, program("upgrade", "--yes"));
    expect(output).toContain(
        "No room for old files beside new ones: the old go first. If that is cut short: ccpm verify --fix",
    );
    expect(output).toMatch(/Done\.\ntrue/);
    expect(await packagesOn(disk)).toEqual(whole("2.0.0"));
});

test("a dry run of it changes nothing", async () => {
    const { disk } = await crowded();
    const { output } = await run(disk, program("upgrade", "--dry-run"));
    expect(output).toContain("the old go first");
    expect(await packagesOn(disk)).toEqual(whole("1.0.0"));
});

test("where the registry is gone in the midst, it is said how the rest is fetched", async () => {
    const { disk, registry } = await crowded();
    registry.misbehave = (path) => (path === "apis/large/file30.lua" ? "closed" : undefined);
    const failed = await run(disk, program("upgrade", "--yes"));
    expect(failed.output).toMatch(/The rest is fetched by: ccpm verify --fix\n(.|\n)*false/);
    registry.misbehave = () => undefined;
    expect((await run(disk, program("upgrade", "--yes"))).output).toContain(
        "Files are missing. Mend it: ccpm verify --fix",
    );
    const { output } = await run(disk, program("verify", "--fix", "--yes"));
    expect(output).toMatch(/Done\.\ntrue/);
    expect(await packagesOn(disk)).toEqual(whole("2.0.0"));
});

test("where the registry does not answer any more after the first part, it is not said to be done", async () => {
    const { disk, registry } = await crowded();
    let indexes = 0;
    registry.misbehave = (path) =>
        path === "packages/index.json" && (indexes += 1) > 2 ? "closed" : undefined;
    const { output } = await run(disk, program("upgrade", "--yes"));
    expect(output).not.toContain("Done.");
    expect(output).toContain("No registry has apis/large/file0.lua of large as it was installed.");
    expect(output).toMatch(/The rest is fetched by: ccpm verify --fix\n(.|\n)*false/);
});

test("one that has no room even then is refused, with nothing changed", async () => {
    const { disk, registry } = await crowded();
    registry.packages = offered("2.0.0", 120);
    const { output } = await run(disk, program("upgrade", "--yes"));
    expect(output).toContain("The disk is too full");
    expect(output).not.toContain("the old go first");
    expect(await packagesOn(disk)).toEqual(whole("1.0.0"));
});
