/** The package as somebody gets it who installs it from npm: plain JavaScript in plain Node. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectFolder } from "../../../tools/harness/disk.ts";
import { type Installed, installPacked, readmeExample } from "../../../tools/harness/packed.ts";

let folder: string;
let installed: Installed;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "craftos-pack-"));
    installed = await installPacked("craftos", folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the example of its README boots a computer, runs a program and shows its screen", async () => {
    const shown = await installed.runModule(await readmeExample("craftos"));
    expect(shown.split("\n").map((row) => row.trimEnd())).toEqual([
        "CraftOS 1.9",
        "> door open",
        "The door is open",
        "",
    ]);
});

test("npx craftos helps, in its own name", async () => {
    const { stdout } = await installed.run("npx", ["craftos", "--help"]);
    expect(stdout).toMatch(/^Usage: craftos \[options\]/);
    expect(stdout).toContain("craftos --script steps.txt");
    expect(stdout).not.toMatch(/npm run|--packages|trapos/i);
});

test("npx craftos plays a script, and saves what the screen looks like", async () => {
    await writeFile(
        join(installed.folder, "steps.txt"),
        'wait-for ">"\ntype "id\\n"\nwait-for "#0"\nscreen\nsave-png a.png\n',
    );
    const { stdout } = await installed.run("npx", ["craftos", "--script", "steps.txt"]);
    expect(stdout).toContain("> id\nThis is computer #0");
    expect((await readFile(join(installed.folder, "a.png"))).toString("latin1", 1, 4)).toBe("PNG");
});

test("each of its entries can be imported, and nothing beside them", async () => {
    const { exports, name } = JSON.parse(
        await readFile(join(import.meta.dirname, "../package.json"), "utf8"),
    ) as { exports: Record<string, unknown>; name: string };
    const entries = Object.keys(exports);
    const lines = entries.map(
        (entry) => `console.log(Object.keys(await import("${name}${entry.slice(1)}")).length > 0);`,
    );
    expect(await installed.runModule(lines.join("\n"))).toBe("true\n".repeat(entries.length));
    const inside = `await import("${name}/dist/machine/wire.js").catch((error) => console.log(error.code));`;
    expect(await installed.runModule(inside)).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED\n");
});

test("its types hold in a project with TypeScript", async () => {
    await writeFile(
        join(installed.folder, "typed.ts"),
        `import { boot, type Computer } from "craftos-headless";
        import { run, type World } from "craftos-headless/cli";
        export const computer: Promise<Computer> = boot({ disk: "disk" });
        export const play: (words: string[], world: World) => Promise<number> = run;
        // @ts-expect-error a disk is a text
        void boot({ disk: 1 });`,
    );
    const tsc = join(projectFolder, "node_modules/typescript/bin/tsc");
    const types = ["--types", "node", "--typeRoots", join(projectFolder, "node_modules/@types")];
    const options = [
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
        "--target",
        "es2022",
        "--pretty",
        "false",
    ];
    const { stdout } = await installed.run(process.execPath, [tsc, ...options, ...types, "typed.ts"]);
    expect(stdout).toBe("");
});
