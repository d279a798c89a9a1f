/** What the startup file of ccpm sets up: Tab completion, help and the way to the programs; and that it never fails. */
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { boot, type Computer } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { temporaryFolder } from "./libai-support.ts";

/** A disk with TrapOS, two registries, and a package door-lock that is not installed. */
async function makeDisk(packages = ["trapos"]): Promise<string> {
    const disk = await temporaryFolder();
    await installPackages(disk, packages);
    const registries = ["owner/repo", "http://192.168.100.100/"];
    const offered = { version: "1.0.0", description: "", dependencies: {}, files: {} };
    const known = { updated: 0, packages: { "door-lock": offered, trapos: offered } };
    const state = {
        "ccpm.json": { version: 1, registries },
        "ccpm.cache.json": { version: 1, registries: { "owner/repo": known } },
    };
    for (const [name, value] of Object.entries(state)) {
        await writeFile(join(disk, "trapos", name), JSON.stringify(value));
    }
    return disk;
}

async function start(disk: string): Promise<Computer> {
    const computer = await boot({ disk });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^>/m);
    return computer;
}

/** What Tab offers after each line, as whole words. */
async function completions(disk: string, lines: readonly string[]): Promise<Record<string, string[]>> {
    await writeFile(
        join(disk, "complete.lua"),
        `local found = {}
         for _, line in ipairs(textutils.unserializeJSON([==[${JSON.stringify(lines)}]==])) do
             local word = line:match("%S*$")
             for _, ending in ipairs(shell.complete(line) or {}) do
                 found[#found + 1] = line .. "=" .. (word .. ending):gsub(" $", "")
             end
         end
         local file = fs.open("/found", "w") file.write(table.concat(found, "\\n")) file.close() print("written")`,
    );
    const computer = await start(disk);
    await computer.type("complete\n");
    await computer.waitForText("written");
    const found: Record<string, string[]> = Object.fromEntries(lines.map((line) => [line, []]));
    for (const row of (await readFile(join(disk, "found"), "utf8")).split("\n").filter((one) => one !== "")) {
        const [line = "", word = ""] = row.split("=");
        found[line]?.push(word);
    }
    return found;
}

const installed = ["ccpm", "trapos", "trapos-ai", "trapos-boot", "trapos-core"];

it("completes commands, flags, packages and registries", async () => {
    const wanted: Record<string, string[]> = {
        "ccpm u": ["uninstall", "update", "upgrade"],
        "ccpm reg": ["registry"],
        "ccpm install ": ["door-lock", "trapos"],
        "ccpm install door-lock tr": ["trapos"],
        "ccpm info d": ["door-lock"],
        "ccpm uninstall ": installed,
        "ccpm upgrade trapos-": ["trapos-ai", "trapos-boot", "trapos-core"],
        "ccpm files c": ["ccpm"],
        "ccpm verify c": ["ccpm"],
        "ccpm install --": ["--dry-run", "--force", "--yes"],
        "ccpm uninstall --c": ["--cascade"],
        "ccpm list --": [],
        "ccpm registry ": ["add", "list", "move", "remove"],
        "ccpm registry remove o": ["owner/repo"],
        "ccpm registry move http": ["http://192.168.100.100/"],
        "ccpm help ver": ["verify"],
        "ccpm info trapos ": [],
        "ccpm registry add owner/repo ": [],
        "ccpm registry remove owner/repo ": [],
        "ccpm search d": [],
        "trapos ": ["help", "status", "upgrade"],
        "trapos upgrade --": ["--dry-run", "--force", "--yes"],
        "ccpm --ver": ["--version"],
        "ccpm help --": [],
        "trapos upgrade trapos-": ["trapos-ai", "trapos-boot", "trapos-core"],
        "help ccp": ["ccpm"],
        "help trap": ["trapos"],
    };
    const found = await completions(await makeDisk(), Object.keys(wanted));
    expect(Object.fromEntries(Object.entries(found).map(([line, words]) => [line, words.sort()]))).toEqual(
        wanted,
    );
});

it("Tab types the rest of the word", async () => {
    const computer = await start(await makeDisk());
    await computer.type("ccpm uni");
    await computer.press("tab");
    await computer.type("trapos-a");
    await computer.press("tab");
    // What is only proposed stands behind the cursor.
    const { x, y } = computer.cursor();
    expect(computer.screen()[y - 1]?.slice(0, x - 1)).toBe("> ccpm uninstall trapos-ai ");
});

it("sees what has been installed since", async () => {
    const disk = await makeDisk(["ccpm"]);
    const computer = await start(disk);
    await computer.type("ccpm files trapos-a");
    await computer.press("tab");
    expect(computer.transcript()).toMatch(/ trapos-a$/);
    await installPackages(disk, ["trapos"]);
    await computer.press("backspace");
    await computer.type("a");
    expect(computer.transcript()).toMatch(/ trapos-ai$/);
});

it.each([["ccpm"], ["trapos-ai"], ["trapos"]])("with %s alone its help is found", async (name) => {
    const disk = await makeDisk([name]);
    const computer = await start(disk);
    await computer.type(`help ${name === "trapos-ai" ? "ai" : name}\n`);
    await computer.waitForText(/ccpm install|opencode|What is installed/);
    expect(computer.transcript()).not.toContain("No help available");
});

it("names no folder twice on the path and in help's", async () => {
    const disk = await makeDisk();
    await writeFile(join(disk, "show.lua"), `print("path " .. shell.path() .. " " .. help.path() .. " end")`);
    const computer = await start(disk);
    await computer.type("startup/ccpm\n");
    await computer.type("startup/ai\n");
    await computer.type("show\n");
    await computer.waitForText(/ end/);
    const shown = computer.transcript().replaceAll("\n", "");
    expect(shown.match(/:\/programs/g)).toHaveLength(1);
    expect(shown.match(/:\/help/g)).toHaveLength(1);
});

const broken: [name: string, files: Record<string, string | null>][] = [
    ["state that is no JSON", { "trapos/ccpm.lock.json": "{", "trapos/ccpm.cache.json": "\0\0" }],
    [
        "state of other types",
        { "trapos/ccpm.lock.json": "[1]", "trapos/ccpm.cache.json": '{"registries":7}' },
    ],
    ["no state", { "trapos/ccpm.json": null, "trapos/ccpm.lock.json": null, "trapos/ccpm.cache.json": null }],
    ["no modules of ccpm", { "apis/ccpm": null, "apis/libccpm.lua": null }],
    ["a broken module", { "apis/ccpm/commandtable.lua": "return {" }],
];

it.each(broken)("boots with %s, and completion offers less", async (_name, files) => {
    const disk = await makeDisk(["ccpm"]);
    for (const [path, content] of Object.entries(files)) {
        if (content === null) await rm(join(disk, path), { recursive: true });
        else await writeFile(join(disk, path), content);
    }
    const computer = await start(disk);
    await computer.type("ccpm install ");
    await computer.press("tab");
    const rows = computer
        .transcript()
        .split("\n")
        .filter((row) => row !== "");
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatch(/^> ccpm install/);
});

const staging = "trapos/ccpm.staging";

async function withFiles(files: Record<string, string>): Promise<string> {
    const disk = await makeDisk(["ccpm"]);
    for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(disk, file)), { recursive: true });
        await writeFile(join(disk, file), content);
    }
    return disk;
}

/** A transaction that is committed and has replaced nothing yet. */
const committed = {
    [`${staging}/journal.json`]: JSON.stringify({
        version: 1,
        title: "upgrade ccpm",
        steps: [{ path: "apis/ccpm/program.lua", staged: `${staging}/new` }],
    }),
    [`${staging}/new`]: "return { run = function() print('the new one') return true end }",
};

it("removes a staging folder that a power cut left before anything began", async () => {
    const disk = await withFiles({ [`${staging}/finish.lua`]: "" });
    await start(disk);
    expect(existsSync(join(disk, staging))).toBe(false);
});

it.each(["", "this is not lua ("])(
    "finishes what the startup file that should see to it has left: %j",
    async (finisher) => {
        const disk = await withFiles({ ...committed, "startup/00-ccpm-finish.lua": finisher });
        await start(disk);
        expect(existsSync(join(disk, staging))).toBe(false);
        expect(existsSync(join(disk, "startup/00-ccpm-finish.lua"))).toBe(false);
        expect(await readFile(join(disk, "apis/ccpm/program.lua"), "utf8")).toContain("the new one");
    },
);

it("finishes an installation that has lost its startup file", async () => {
    const disk = await withFiles(committed);
    const computer = await start(disk);
    expect(computer.transcript()).toContain("ccpm finished: upgrade ccpm");
    expect(existsSync(join(disk, staging))).toBe(false);
    expect(await readFile(join(disk, "apis/ccpm/program.lua"), "utf8")).toContain("the new one");
});

it("where startup files are not run, ccpm finishes before it loads its own modules", async () => {
    const disk = await withFiles({ ...committed, "startup.lua": `shell.run("/rom/programs/shell.lua")` });
    await mkdir(join(disk, "startup"), { recursive: true });
    await copyFile(join(disk, "apis/ccpm/finish.lua"), join(disk, "startup/00-ccpm-finish.lua"));
    await rm(join(disk, "apis/ccpm/program.lua"));
    const computer = await start(disk);
    await computer.type("programs/ccpm list\n");
    await computer.waitForText("the new one");
    expect(computer.transcript()).toContain("ccpm finished: upgrade ccpm");
    expect(existsSync(join(disk, staging))).toBe(false);
});
