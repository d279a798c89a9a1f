/** The package as somebody gets it who installs it from npm: plain JavaScript in plain Node. */
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, sep } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Installed, installPacked, readmeExample } from "../../../tools/harness/packed.ts";
import { findBinary } from "../src/index.ts";

let folder: string;
let installed: Installed;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "opencode-pack-"));
    installed = await installPacked("opencode", folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("without opencode the example of its README says what to install", async () => {
    const failed = installed.runModule(await readmeExample("opencode"));
    await expect(failed).rejects.toThrow(/opencode is not installed .* Run: npm install opencode-ai/);
});

test("with opencode beside it the example starts a server", async () => {
    // A link in place of npm's hundreds of megabytes: it is the same opencode.
    const build = findBinary().split(sep).slice(0, -2).join(sep);
    await symlink(build, join(installed.folder, "node_modules", basename(build)), "junction");
    const shown = await installed.runModule(await readmeExample("opencode"));
    expect(shown).toMatch(/^\{ healthy: true, version: '\d+\.\d+\.\d+' \}\n$/);
});

test("what a process has started can be listed", async () => {
    const shown = await installed.runModule(`
        import { spawn } from "node:child_process";
        import { descendants, killAll } from "trapos-opencode/process-tree";
        const child = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"]);
        console.log(descendants(process.pid).includes(child.pid));
        child.on("exit", (status, signal) => console.log(signal));
        killAll([child.pid]);`);
    expect(shown).toBe("true\nSIGKILL\n");
});
