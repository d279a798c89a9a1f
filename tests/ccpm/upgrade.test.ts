/** A computer that has the packages of 2026-11-21, as they were published then, upgrades to those of this tree. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { projectFolder } from "../../tools/harness/disk.ts";
import { startRegistry } from "trapos-registry";
import { faultsOfCuts } from "./power-cut-faults.ts";
import { PLAYERS, run, type Scenario, use } from "./power-cut-scenarios.ts";
import { Bench, contents, type Disk } from "./transaction-support.ts";

const packed = join(import.meta.dirname, "fixtures/packages-2026-11-21.json.gz");
/** A registry's files by path, a character a byte. */
const published = JSON.parse(gunzipSync(readFileSync(packed)).toString("utf8")) as Disk;

const bench = new Bench();
let isNewer = false;
const older = bench.disk({});
for (const [path, content] of Object.entries(published)) {
    mkdirSync(dirname(join(older, path)), { recursive: true });
    writeFileSync(join(older, path), content, "latin1");
}
const registry = await startRegistry({
    root: older,
    contentOf: (path) => {
        const file = join(isNewer ? projectFolder : older, path);
        return existsSync(file) ? readFileSync(file) : null;
    },
});
afterAll(async () => {
    await registry.stop();
    bench.close();
});

const players: Disk = { "notes.txt": "the player's", "startup/door.lua": `print("${PLAYERS}")` };
const template = bench.disk(players);
await use(template, (computer) => run(computer, `wget run ${registry.url}install.lua --yes`));

const scenario: Scenario = {
    name: "upgrade",
    command: "ccpm upgrade --yes",
    title: "upgrade",
    template,
    isNewer: true,
    players,
};

/** The states are some hundred, and each is a start. */
const FOLLOWED = 8;

test("and has all of their files, and none of the old ones that are in no package any more", async () => {
    isNewer = true;
    const disk = bench.copy(template);
    const before = contents(disk);
    expect(before["apis/ai/turn.lua"]).toBe(published["apis/ai/turn.lua"]);
    await use(disk, (computer) => run(computer, scenario.command));
    const after = contents(disk);
    const index = JSON.parse(readFileSync(join(projectFolder, "packages/index.json"), "utf8")) as {
        packages: Record<string, { files: Record<string, unknown> }>;
    };
    const brought = Object.keys(index.packages)
        .filter((name) => !["trapos-test", "trapos-link", "trapos-opencode2"].includes(name))
        .flatMap((name) => Object.keys(index.packages[name]!.files));
    for (const path of brought) {
        expect(after[path], path).toBe(readFileSync(join(projectFolder, path), "latin1"));
    }
    const gone = Object.keys(published).filter(
        (path) => before[path] !== undefined && !brought.includes(path),
    );
    expect(gone.filter((path) => after[path] !== undefined)).toEqual([]);
    const said = await use(disk, (computer) => run(computer, "ccpm verify"));
    expect(said).toContain("All files are as they were installed.");
});

test("wherever the power goes: the old state or the new one", { timeout: 300_000 }, async () => {
    let found = 0;
    const isFollowed = (): boolean => found++ % FOLLOWED === 0;
    const serve = (is: boolean): void => void (isNewer = is);
    const { followed, faults } = await faultsOfCuts(bench, { serve }, scenario, isFollowed);
    expect(faults).toEqual([]);
    expect(found).toBeGreaterThan(50);
    expect(followed).toBe(Math.ceil(found / FOLLOWED));
});
