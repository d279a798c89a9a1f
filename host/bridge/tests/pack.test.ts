/** The package as somebody gets it who installs it from npm: plain JavaScript in plain Node, without this tree. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinary, isolatedOwner } from "trapos-opencode";
import { type Index, readIndex } from "trapos-registry";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectFolder } from "../../../tools/harness/disk.ts";
import { type Installed, installPacked } from "../../../tools/harness/packed.ts";

let folder: string;
let installed: Installed;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bridge-pack-"));
    installed = await installPacked("bridge", folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const npx = (...words: string[]) => installed.run("npx", ["--no-install", "trapos-bridge", ...words]);

/** What a program says that ends with a status. */
async function failure(running: Promise<unknown>): Promise<{ code: number; stdout: string; stderr: string }> {
    return (await running.then(
        () => ({ code: 0 }),
        (error: unknown) => error,
    )) as { code: number; stdout: string; stderr: string };
}

test("says what it can do, by the name under which it was installed", async () => {
    const { stdout } = await npx("--help");
    expect(stdout).toMatch(/^Usage: trapos-bridge /);
    expect(stdout).toContain("  trapos-bridge approve ABCDEF --profile read\n");
});

test("comes without opencode, and says what to install", async () => {
    await expect(readFile(join(installed.folder, "node_modules/opencode-ai/package.json"))).rejects.toThrow();
    const none = join(folder, "nothing-here");
    const { code, stdout } = await failure(
        npx("doctor", "--port", "0", "--data", join(folder, "none"), "--opencode", none),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed +opencode +.*nothing-here/m);
});

test("with an opencode of somebody's it is sound, starts, and serves every package", async () => {
    const env = await isolatedOwner(join(folder, "owner"));
    const data = join(folder, "data");
    const words = ["--port", "0", "--data", data, "--opencode", findBinary()];
    expect((await npx("doctor", ...words)).stdout).not.toMatch(/^failed/m);

    const program = join(installed.folder, "node_modules/.bin/trapos-bridge");
    const bridge: ChildProcess = spawn(process.execPath, [program, ...words], {
        cwd: installed.folder,
        env,
        stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(bridge, "exit");
    try {
        let printed = "";
        await Promise.race([
            (async () => {
                for await (const chunk of bridge.stdout as AsyncIterable<Buffer>) {
                    printed += chunk.toString();
                    if (printed.includes("Ctrl+C ends it.")) return;
                }
            })(),
            ended,
        ]);
        expect(printed).toMatch(/^The bridge runs\. opencode 1\.\d+\.\d+ works in /);
        expect(printed).toContain("\n  trapos-bridge approve CODE\n");
        const url = /wget run (\S+)\/install\.lua/.exec(printed)![1]!;
        const fetched = async (path: string) =>
            Buffer.from(await (await fetch(`${url}/${path}`)).arrayBuffer());
        const index = JSON.parse((await fetched("packages/index.json")).toString()) as Index;
        expect(index).toEqual(await readIndex(projectFolder));
        const files = Object.values(index.packages).flatMap((one) => Object.keys(one.files));
        expect(files.length).toBeGreaterThan(100);
        for (const path of ["install.lua", "manifest.json", ...files]) {
            const theirs = await readFile(join(projectFolder, path));
            expect((await fetched(path)).equals(theirs), path).toBe(true);
        }
        // The page has its libraries from npm, wherever they were installed.
        const shown = (await fetched("")).toString();
        const linked = [...shown.matchAll(/"(\/page\/[a-z./]+)"/g)].map(([, path]) => path!.slice(1));
        expect(linked).toContain("page/main.js");
        expect(linked).toContain("page/lib/preact.mjs");
        const page = join(projectFolder, "host/bridge/page");
        const own = (await readdir(page)).filter((name) => /\.(js|css|svg)$/.test(name));
        for (const path of [...linked, ...own.map((name) => `page/${name}`)])
            expect((await fetched(path)).length, path).toBeGreaterThan(100);
        expect((await fetched("page/main.js")).equals(await readFile(join(page, "main.js")))).toBe(true);
    } finally {
        bridge.kill("SIGINT");
        expect(await ended).toEqual([0, null]);
    }
});

test("can be a part of another program", async () => {
    const source = 'import { startBridge } from "trapos-bridge"; console.log(typeof startBridge);';
    expect(await installed.runModule(source)).toBe("function\n");
});

test("names the licences of all that is installed with it", async () => {
    const own = join(installed.folder, "node_modules");
    const notices = await readFile(join(own, "trapos-bridge/dist/THIRD-PARTY-NOTICES.md"), "utf8");
    const { packages } = JSON.parse(await readFile(join(own, ".package-lock.json"), "utf8")) as {
        packages: Record<string, { version: string }>;
    };
    const names = Object.entries(packages)
        .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, "")} ${version}`)
        .filter((name) => !name.startsWith("trapos-bridge "));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(notices).toContain(`\n## ${name}\n`);
    expect(notices).toContain("Permission is hereby granted, free of charge");
});
