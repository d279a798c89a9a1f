/** The command that CONTRIBUTING.md shows: compiled as it stands there, and run. */
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { boot, writeSettings } from "craftos-headless";
import { expect, it, onTestFinished } from "vitest";
import { compile, readSource } from "../../tools/build/compile.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { startServer, temporaryFolder } from "./libai-support.ts";

const project = resolve(import.meta.dirname, "../..");
const table = "src/apis/ai/commandtable.ts";
const file = "src/apis/ai/commands/count.ts";

/** The sources with the example in its place, and in the table of commands. */
async function sourcesWith(example: string): Promise<string> {
    const root = await temporaryFolder();
    await cp(join(project, "src"), join(root, "src"), { recursive: true });
    await symlink(join(project, "node_modules"), join(root, "node_modules"));
    const text = await readFile(join(root, table), "utf8");
    const changed = text
        .replace("import last", 'import count = require("./commands/count");\nimport last')
        .replace("commands: [", "commands: [count, ");
    expect(changed.length).toBeGreaterThan(text.length + 40);
    await writeFile(join(root, table), changed);
    await writeFile(join(root, file), example);
    return root;
}

it("is compiled, run, listed and completed", async () => {
    const text = await readFile(join(project, "CONTRIBUTING.md"), "utf8");
    expect(text).toContain("`count.ts` in `src/apis/ai/commands`");
    const example = /```ts\n([^]*?)```/.exec(text)?.[1] ?? "";
    expect(example.trimEnd().split("\n").length).toBeLessThanOrEqual(25);
    const lua = compile(readSource(await sourcesWith(example)), () => "1.0.0");

    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos-ai"]);
    for (const path of ["apis/ai/commandtable.lua", "apis/ai/commands/count.lua"]) {
        await mkdir(dirname(join(disk, path)), { recursive: true });
        await writeFile(join(disk, path), lua.get(path) ?? "");
    }
    const session = { id: "ses_1", title: "door", directory: "/", time: { created: 1, updated: 1 } };
    const { url } = await startServer(() => ({ body: [session, { ...session, id: "ses_2" }] }));
    await writeSettings(disk, { "opencc.server_url": url });
    const computer = await boot({ disk, http: { allow: ["127.0.0.1"] } });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^>/m);
    await computer.type("ai cou");
    await computer.press("tab");
    await computer.type("\n");
    await computer.waitForText("> ai count\nThe server has 2 sessions.\n>");
    await computer.type("ai help count\n");
    await computer.waitForText("\nai count Count the sessions\n>");
    await computer.type("ai --help\n");
    await computer.waitForText(/\nai count +Count the sessions\n/);
});
