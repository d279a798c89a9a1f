/** What `ccpm` shows and asks, on every kind of screen, with a client that is nothing but plain tables. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { temporaryFolder } from "./libai-support.ts";

/** A computer with an old TrapOS, two registries, one of them silent, and a plan with something of everything. */
const client = `
    local function package(version, description, dependencies, ...)
        local files = {}
        for _, path in ipairs({ ... }) do files[path] = { size = 37 * #path, sha256 = ("0"):rep(64) } end
        local size = 37 * #table.concat({ ... })
        return { version = version, description = description, dependencies = dependencies, files = files, size = size }
    end
    local silent = "http://192.168.100.100:41234"
    local offered = {
        ["a-package-with-quite-a-long-name"] = package("10.20.30-beta.4", "Long", {}, "long.lua"),
        ccpm = package("0.2.0", "The package manager: installs, upgrades and removes packages", { ["trapos-core"] = "^0.1.0" }, "programs/ccpm.lua"),
        trapos = package("0.2.0", "TrapOS: all of its packages", { ccpm = "^0.2.0", ["trapos-ai"] = "^0.1.0" }, "programs/trapos.lua"),
        ["trapos-ai"] = package("0.1.0", "opencode, a coding agent", { ["trapos-core"] = "^0.1.0" }, "apis/libai.lua", "apis/ai/program.lua", "startup/ai.lua"),
        ["trapos-core"] = package("0.1.0", "What the other packages share", {}, "apis/http.lua"),
    }
    local installed = {}
    for _, name in ipairs({ "ccpm", "trapos", "trapos-ai", "trapos-core" }) do
        local from = offered[name]
        installed[name] = { version = "0.1.0", dependencies = from.dependencies, files = from.files, automatic = name ~= "trapos" or nil }
    end
    local state = {
        configuration = { version = 1, registries = { "owner/repo", silent } },
        lock = { version = 1, packages = installed },
        cache = { version = 1, registries = { ["owner/repo"] = { updated = 1700000000000, packages = offered } } },
    }
    if fs.exists("/empty") then
        state = { configuration = { registries = {} }, lock = { packages = {} }, cache = { registries = {} } }
    end
    if fs.exists("/many") then
        for number = 1, 60 do offered["many-" .. number] = package("1.0.0", "One of many", {}) end
    end
    local function fail(message, hint, code)
        error({ code = code or "other", message = message, hint = hint }, 0)
    end
    local unreachable = "Nothing answers at " .. silent .. " (Could not connect)."
    local nothing = { title = "", packages = {}, files = {}, data = {}, notes = {}, download = 0, needed = 0, free = 1e6, freed = 0 }
    local plan = {
        title = "install door-lock",
        packages = {
            { name = "trapos-core", to = "0.1.0", registry = "owner/repo", automatic = true },
            { name = "ccpm", from = "0.1.0", to = "0.2.0", registry = "owner/repo", automatic = true },
            { name = "door-lock", to = "1.0.0-beta.1", registry = silent, automatic = false },
            { name = "old-thing", from = "3.2.1", automatic = false },
        },
        files = { { path = "startup/ccpm.lua", url = "", to = {} }, { path = "apis/ccpm/plan.lua", url = "", to = {} }, { path = "apis/old.lua" } },
        data = { "trapos/old" },
        notes = { "programs/door.lua was edited; it is kept as programs/door.lua.ccpm-old" },
        download = 45231, needed = 50000, free = 950000, freed = -44000,
    }
    local full = setmetatable({ free = 100, needed = 5000, freed = -5000 }, { __index = plan })
    local progress = require("/apis/ccpm/progress")
    local registries = {}
    return {
        state = function() return state end,
        recover = function() return {} end,
        update = function() progress.note(unreachable) end,
        planInstall = function(names)
            if names[1] == "full" then return full end
            if not offered[names[1]] then return fail("No registry has a package " .. names[1] .. ".", "See: ccpm search <word>", "unknown_package") end
            return plan
        end,
        planUpgrade = function(names) return names and nothing or plan end,
        planUninstall = function(names) return fail(names[1] .. " is needed by trapos-ai.", "Uninstall them, too: add --cascade") end,
        verify = function(names)
            if names then return {} end
            return {
                { path = "apis/ai/opencode.lua", problem = "changed", package = "trapos-ai" },
                { path = "apis/ai/strange.lua", problem = "foreign" },
            }
        end,
        planRepair = function(findings)
            if fs.exists("/lost") then
                return setmetatable({ notes = { "No registry has it. Type: ccpm upgrade trapos-ai" } }, { __index = nothing })
            end
            return {
                packages = {}, files = { { path = findings[1].path, url = "", to = {} }, { path = findings[2].path } },
                data = {}, notes = {}, download = 5000, needed = 1, free = 1e5, freed = -500,
            }
        end,
        apply = function(applied)
            if applied.needed > applied.free then
                return fail("The disk is too full: 5000 bytes are needed, 100 are free.", "Delete something.")
            end
            for done = 0, fs.exists("/slow") and 4 or -1 do
                progress.showProgress({
                    phase = "fetch", name = "apis/ccpm/a-file-with-a-long-name-" .. done .. ".lua",
                    done = done, total = 5, bytes = done * 9000, totalBytes = 45000,
                })
                os.pullEvent("go_on")
            end
            if applied ~= nothing then _G.applied = (_G.applied or 0) + 1 end
        end,
        addRegistry = function() return fail(unreachable, "Check the address and the network.") end,
        removeRegistry = function(registry)
            local registries = state.configuration.registries
            for index, known in ipairs(registries) do
                if known == registry then table.remove(registries, index) return end
            end
            return fail(registry .. " is not configured.", "See: ccpm registry list")
        end,
        moveRegistry = function(_, position) return fail("There is no position " .. position .. ".", "Give one from 1 to 2.") end,
    }`;

interface Screen {
    width: number;
    height: number;
    colour?: boolean;
}

const wide: Screen = { width: 51, height: 19 };
const narrow: Screen = { width: 26, height: 20 };

/** A computer whose program `c` is ccpm with that client, and says how it ended and how many plans it has applied. */
async function start(
    size: Screen,
    settings: { files?: string[]; harness?: boolean; program?: string } = {},
): Promise<Computer> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["ccpm"]);
    await writeFile(join(disk, "client.lua"), client);
    for (const file of settings.files ?? []) await writeFile(join(disk, file), "");
    await writeFile(join(disk, "p.lua"), settings.program ?? "");
    if (settings.harness === true) await writeSettings(disk, { "trapos.harness_mode": true });
    await writeFile(
        join(disk, "c.lua"),
        `term.clear() term.setCursorPos(1, 1)
         local ok, good = pcall(require("/apis/ccpm/program").run, { ... }, require("/client"))
         local _, row = term.getCursorPos()
         _G.row, _G.number = row, (_G.number or 0) + 1
         print(("=%d %s %d"):format(_G.number, ok and tostring(good) or good, _G.applied or 0))`,
    );
    const computer = await boot({ disk, ...size });
    onTestFinished(() => computer.close());
    await computer.waitForText(">");
    return computer;
}

const rowsOf = (computer: Computer) => computer.screen().map((row) => row.trimEnd());

/** Places of CC's palette. */
const WHITE = 0;
const GREY = 7;
const RED = 14;

/** The first row that holds a text, with its colours. */
function pictureRow(computer: Computer, text: string) {
    const row = computer
        .picture()
        .rows.find((one) => Buffer.from(one.text).toString("latin1").includes(text));
    if (row === undefined) throw new Error(`no row with ${text} in\n${computer.transcript()}`);
    return row;
}

/** What is on the screen above the line about the end, and how it ended: "true 1". */
async function ended(computer: Computer, number = 1): Promise<{ rows: string[]; end: string }> {
    await computer.waitForText(new RegExp(`=${number} \\S+ \\d`));
    const rows = rowsOf(computer);
    const last = rows.findLastIndex((row) => row.startsWith(`=${number} `));
    return { rows: rows.slice(0, last), end: rows[last]!.replace(/^=\d+ /, "") };
}

async function show(command: string, size: Screen, files: string[] = []): Promise<string> {
    const computer = await start(size, { files });
    await computer.type(`c ${command}\n`);
    return (await ended(computer)).rows.join("\n");
}

it("the plan on 51 columns", async () => {
    expect(await show("install trapos --dry-run", wide)).toMatchInlineSnapshot(`
      "From owner/repo:
      + trapos-core 0.1.0
      > ccpm        0.1.0 > 0.2.0
      From http://192.168.100.100:41234:
      + door-lock   1.0.0-beta.1
      Remove:
      - old-thing   3.2.1
      - trapos/old (data)
      Fetch 45.2 kB, files: 2
      Disk left: 906.0 kB
      programs/door.lua was edited; it is kept as
        programs/door.lua.ccpm-old"
    `);
});

it("the plan on 26 columns", async () => {
    expect(await show("install trapos --dry-run", narrow)).toMatchInlineSnapshot(`
      "From owner/repo:
      + trapos-core 0.1.0
      > ccpm       0.1.0 > 0.2.0
      From http://192.168.100
        .100:41234:
      + door-lock   1.0.0-beta.1
      Remove:
      - old-thing   3.2.1
      - trapos/old (data)
      Fetch 45.2 kB, files: 2
      Disk left: 906.0 kB
      programs/door.lua was
        edited; it is kept as p
        rograms/door.lua.ccpm-ol
        d"
    `);
});

it("the list on 26 columns", async () => {
    expect(await show("list", narrow)).toMatchInlineSnapshot(`
      "ccpm
        0.1.0 > 0.2.0 (needed)
      trapos      0.1.0 > 0.2.0
      trapos-ai   0.1.0 (needed)
      trapos-core 0.1.0 (needed)
      Take the newer: ccpm
        upgrade"
    `);
});

it("what has no room beside a path stands whole below it", async () => {
    expect(await show("files trapos-ai", { ...narrow, width: 25 })).toMatchInlineSnapshot(`
      "apis/ai/program.lua
        703 bytes
      apis/libai.lua 518 bytes
      startup/ai.lua 518 bytes"
    `);
});

it("a search on 26 columns", async () => {
    expect(await show("search core", narrow)).toMatchInlineSnapshot(`
      "trapos-core
        0.1.0 (installed)
        What the other
        packages share"
    `);
});

it("what cannot be repaired is not called nothing to do", async () => {
    expect(await show("verify --fix", wide, ["lost"])).toMatchInlineSnapshot(`
      "changed: apis/ai/opencode.lua
      foreign: apis/ai/strange.lua
      No registry has it. Type: ccpm upgrade trapos-ai"
    `);
    const computer = await start(wide, { files: ["lost"] });
    await computer.type("c verify --fix\n");
    expect((await ended(computer)).end).toMatch(/^false/);
});

it("help on 51 columns", async () => {
    expect(await show("", { ...wide, height: 40 })).toMatchInlineSnapshot(`
      "install <package>...         Install packages
      uninstall <package>...       Remove packages
      upgrade [package]...         Take newer versions
      update                       Look for new versions
      list                         What is installed
      search [word]...             What can be installed
      info <package>               About a package
      files <package>              Files of a package
      verify [package]...          Check installed files
      recover                      Mend after power cuts
      registry list                Registries, in order
      registry add <registry> [n]  Add one, as number n
      registry remove <registry>   Forget one
      registry move <registry> <n> Make it number n
      help [command]...            Show this, or one

      --yes, -y  Do not ask
      --dry-run  Only show what would be done
      --force    Do it anyway; files are kept aside
      --cascade  Remove what needs them, too
      --unused   Remove what nothing needs; alone, too
      --fix      Repair what is found
      --version  Show the version
      --help, -h Show this

      A registry is http://... or owner/repo of GitHub.
      Your files in the way are kept as .ccpm-old."
    `);
});

it("help on one command on 26 columns", async () => {
    expect(await show("help uninstall", narrow)).toMatchInlineSnapshot(`
      "uninstall <package>...
        Remove packages
      --yes, -y Do not ask
      --dry-run
        Only show what would be
        done
      --cascade
        Remove what needs them,
        too
      --unused
        Remove what nothing
        needs; alone, too"
    `);
});

it("what is missing is shown with how it is meant", async () => {
    expect(await show("install", wide)).toMatchInlineSnapshot(`
      "Something is missing:
      install <package>... Install packages"
    `);
    expect(await show("lsit", wide)).toMatchInlineSnapshot(`
      "There is no command lsit.
      See: ccpm help"
    `);
});

it("names the package that may have been meant", async () => {
    expect(await show("install trapos-i", wide)).toMatchInlineSnapshot(`
      "No registry has a package trapos-i.
      See: ccpm search <word>
      Did you mean: trapos-ai?"
    `);
});

it("a package on 26 columns", async () => {
    expect(await show("info trapos-ai", narrow)).toMatchInlineSnapshot(`
      "trapos-ai
      opencode, a coding agent
      Available: 0.1.0, 1.7 kB
      From:      owner/repo
      Installed: 0.1.0
      Needs:  trapos-core ^0.1.0
      Needed by: trapos"
    `);
});

it("a computer with nothing", async () => {
    expect(await show("list", narrow, ["empty"])).toMatchInlineSnapshot(`
      "Nothing is installed.
        See: ccpm search"
    `);
    expect(await show("registry", narrow, ["empty"])).toMatchInlineSnapshot(`
      "There is none. Add one:
        ccpm registry add
        <registry>"
    `);
});

/** Each command, in its ways to end without a question. */
const commands = [
    "help install",
    "help registry",
    "install trapos --dry-run",
    "install trapos --yes",
    "install trapos-i",
    "install full --yes",
    "uninstall trapos-core",
    "upgrade ccpm",
    "update",
    "list",
    "search",
    "info ccpm",
    "info cpm",
    "files trapos-ai",
    "verify",
    "verify --fix --dry-run",
    "verify ccpm",
    "recover",
    "registry",
    "registry add me/mine",
    "registry remove me/mine",
    "registry move me/mine x",
    "instal",
    "install",
    "list --force",
    "--version",
];

it.each([
    ["51 x 19", wide],
    ["26 x 20", narrow],
    ["26 x 20 without colour", { ...narrow, colour: false }],
])("nothing is cut on %s", async (_name, size) => {
    // Without paging, so that all of it can be read at once.
    const [wall, computer] = await Promise.all([
        start({ width: 300, height: 60 }, { harness: true }),
        start({ ...size, height: 60 }, { harness: true }),
    ]);
    for (const [index, command] of commands.entries()) {
        const read: string[] = [];
        for (const one of [wall, computer]) {
            await one.type(`c ${command}\n`);
            const { rows, end } = await ended(one, index + 1);
            expect(end).toMatch(/^(true|false) /);
            read.push(rows.join("").replaceAll(" ", ""));
        }
        expect(read[1], command).toBe(read[0]);
        expect(read[0], command).not.toBe("");
    }
});

it.each([
    ["y", "Go on? [Y/n] yes", "true 1"],
    ["\n", "Go on? [Y/n] yes", "true 1"],
    ["n", "Go on? [Y/n] no", "false 0"],
    ["xqN", "Go on? [Y/n] no", "false 0"],
])("%j answers the question", async (keys, row, end) => {
    const computer = await start(wide);
    await computer.type("c install trapos\n");
    await computer.waitForText("Go on?");
    await computer.type(keys);
    const shown = await ended(computer);
    expect(shown.rows).toContain(row);
    expect(shown.end).toBe(end);
    // What was pressed is not typed at the shell's prompt.
    await computer.waitForText(/>$/);
});

it("Ctrl+T at the question ends the command on a row of its own", async () => {
    const computer = await start(wide);
    await computer.type("c install trapos\n");
    await computer.waitForText("Go on?");
    await computer.press("ctrl+t");
    const { rows, end } = await ended(computer);
    expect(end).toBe("Terminated 0");
    expect(rows.at(-1)).toBe("Go on? [Y/n]");
});

it("is not asked what does not fit on the disk", async () => {
    const computer = await start(wide);
    await computer.type("c install full\n");
    const { rows, end } = await ended(computer);
    expect(rows.join("\n")).toContain("The disk is too full");
    expect(rows.join("\n")).not.toContain("Go on?");
    expect(rows.join("\n")).not.toContain("Disk left");
    expect(end).toBe("false 0");
});

it("a dry run applies nothing", async () => {
    const computer = await start(wide);
    await computer.type("c upgrade --dry-run\n");
    expect((await ended(computer)).end).toBe("true 0");
});

it("says that a changed startup file wants a reboot", async () => {
    expect(await show("upgrade --yes", wide)).toContain("Done. To use it all: reboot");
    expect(await show("verify --fix --yes", wide)).toMatch(/Done\.$/);
    const computer = await start(wide);
    await computer.type("c verify --fix --yes\n");
    expect((await ended(computer)).end).toBe("true 1");
});

it.each([wide, narrow])(
    "progress moves in one line of $width columns and is gone at the end",
    async (size) => {
        const computer = await start(size, { files: ["slow"] });
        await computer.type("c upgrade --yes\n");
        for (let done = 0; done < 5; done++) {
            await computer.waitForText(`-${done}.lua`);
            const moving = rowsOf(computer).filter((row) => row.includes(".lua") && row.includes("/5"));
            expect(moving).toHaveLength(1);
            expect(moving[0]).toContain(`${done}/5 ${done * 9}/45 kB`);
            // The part that is done is lit.
            const row = pictureRow(computer, "/45 kB");
            const lit = row.backgroundColour.filter((place) => place === GREY);
            expect(lit).toHaveLength(Math.floor((size.width * done) / 5));
            computer.queue("go_on");
        }
        const { rows, end } = await ended(computer);
        expect(end).toBe("true 1");
        expect(rows.join("\n")).not.toContain("kB a");
        expect(rows.join("\n")).not.toContain("-4.lua");
    },
);

it.each([
    ["red where there are colours", true, RED],
    ["white where there are none", false, WHITE],
])("message and hint of a failure are %s", async (_name, colour, place) => {
    const computer = await start({ ...wide, colour });
    await computer.type("c uninstall trapos-core\n");
    await ended(computer);
    expect(pictureRow(computer, "is needed by").textColour[0]).toBe(place);
    expect(pictureRow(computer, "add --cascade").textColour[0]).toBe(place);
    expect(pictureRow(computer, "=1 ").textColour[0]).toBe(WHITE);
});

it("Ctrl+T while it fetches says that nothing has changed", async () => {
    const computer = await start(narrow, { files: ["slow"] });
    await computer.type("c upgrade --yes\n");
    await computer.waitForText("-0.lua");
    await computer.press("ctrl+t");
    const { rows, end } = await ended(computer);
    expect(end).toBe("Terminated 0");
    expect(rows.slice(-2)).toEqual(["Nothing has changed. The", "  same command goes on."]);
});

it.each([wide, narrow])(
    "a list that is longer than $width x $height is turned, and no row is lost",
    async (size) => {
        const computer = await start(size, { files: ["many"] });
        await computer.type("c search one of many\n");
        const seen = new Set<string>();
        const look = () => rowsOf(computer).forEach((row) => row.startsWith("many-") && seen.add(row));
        const page = size.height - 1;
        for (let last = page; last < 120; last = Math.min(last + page - 1, 120)) {
            await computer.waitForText(`-${last} of 120`);
            look();
            await computer.type(" ");
        }
        await computer.waitForText("-120 of 120");
        look();
        expect(seen.size).toBe(60);
    },
);

it("q leaves the rest of a list out", async () => {
    const computer = await start(wide, { files: ["many"] });
    await computer.type("c search many\n");
    await computer.waitForText("1-18 of 120");
    await computer.type("q");
    await ended(computer);
    expect(computer.transcript().match(/^many-/gm)).toHaveLength(9);
});

it("--yes turns the pages, too", async () => {
    const computer = await start({ width: 51, height: 6 });
    await computer.type("c install trapos --yes\n");
    expect((await ended(computer)).end).toBe("true 1");
    expect(computer.transcript()).not.toMatch(/\d+-\d+ of \d+/);
});

/** Runs a program of its own, and returns what is on the screen above the line that starts with "=1". */
async function play(size: Screen, program: string): Promise<{ rows: string[]; end: string }> {
    const prepared = `term.clear() term.setCursorPos(1, 1) local good = ${program} print("=1 " .. tostring(good) .. " 0")`;
    const computer = await start(size, { program: prepared });
    await computer.type("p\n");
    return ended(computer);
}

it.each(["{ 'upgrade', '--yes' }", "{ 'upgrade', 'trapos', '--yes', '--force' }"])(
    "trapos %s turns the pages, too",
    async (words) => {
        const size = { width: 51, height: 6 };
        const { end } = await play(size, `require("/apis/ccpm/overview").run(${words}, require("/client"))`);
        expect(end).toBe("true 0");
    },
);

it.each([wide, narrow])("a long failure is whole on $width columns", async (size) => {
    const long = (name: string) =>
        `${name} of https://raw.githubusercontent.com/${"x".repeat(60)}/HEAD/ needs ${name}-core`;
    const message = `${long("one")} ^1.0.0, but ${long("other")} ^2.0.0.`;
    const { rows } = await play(
        { ...size, height: 40 },
        `require("/apis/ccpm/program").run({ "list" }, { state = function()
             error({ code = "conflict", message = "${message}", hint = "Upgrade." }, 0)
         end })`,
    );
    expect(rows.join("").replaceAll(" ", "")).toBe(`${message}Upgrade.`.replaceAll(" ", ""));
});

it.each(["{ 'registry', 'remove', 'owner/repo' }", "{ 'registry', 'move', 'owner/repo', '2' }"])(
    "ccpm %s leaves nothing of its progress above a failure",
    async (words) => {
        const { rows, end } = await play(
            wide,
            `(function()
                 local client = setmetatable({}, { __index = require("/client") })
                 local function fail()
                     require("/apis/ccpm/progress").showProgress({
                         phase = "apply", name = "moving", done = 0, total = 0, bytes = 0, totalBytes = 0,
                     })
                     error({ code = "cannot_write", message = "It cannot be written.", hint = "Look." }, 0)
                 end
                 client.removeRegistry, client.moveRegistry = fail, fail
                 return require("/apis/ccpm/program").run(${words}, client)
             end)()`,
        );
        expect(rows).toEqual(["It cannot be written.", "Look."]);
        expect(end).toBe("false 0");
    },
);

it("a registry goes by its number in the list, too", async () => {
    expect(await show("registry remove 1", wide)).toBe("1 http://192.168.100.100:41234");
    expect(await show("registry remove 3", wide)).toContain("3 is not configured.");
});

it("help on what is no command says so", async () => {
    const computer = await start(wide);
    await computer.type("c help dance\n");
    const { rows, end } = await ended(computer);
    expect({ rows, end }).toEqual({
        rows: ["There is no command dance.", "See: ccpm help"],
        end: "false 0",
    });
});

it("progress beyond what was planned fills the line", async () => {
    const computer = await start({ width: 26, height: 20 });
    const call = `require("/apis/ccpm/progress").showProgress({ phase = "fetch", name = "a.lua", done = 1, total = 2, bytes = 9, totalBytes = 4 })`;
    await computer.type(`lua\n${call} print(term.getCursorPos())\n`);
    await computer.waitForText("1/2 1/1 kB a.lua");
});

it("in harness mode nothing waits for a key", async () => {
    const computer = await start(wide, { files: ["many"], harness: true });
    await computer.type("c search many\n");
    await ended(computer);
    expect(computer.transcript()).not.toMatch(/\d+-\d+ of \d+/);
    expect(computer.transcript()).toContain("many-60");
});

it("the program looks at every package where none is named", async () => {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos"]);
    await rm(join(disk, "programs/ai.lua"));
    const computer = await boot({ disk, ...narrow });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^>/m);
    await computer.type("ccpm verify\n");
    await computer.waitForText("missing: programs/ai.lua");
    await computer.waitForText("Repair them");
});

it("trapos shows what is installed, offers what is newer, and takes no for an answer", async () => {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos"]);
    const newer = { version: "99.0.0", description: "", dependencies: {}, size: 1 };
    const state = {
        // An upgrade looks in all of them, too.
        "ccpm.json": { version: 1, registries: ["owner/first", "owner/repo"] },
        "ccpm.cache.json": {
            version: 1,
            registries: {
                "owner/first": { updated: 0, packages: { trapos: { ...newer, version: "0.0.1" } } },
                "owner/repo": { updated: 0, packages: { trapos: newer } },
            },
        },
    };
    for (const [name, value] of Object.entries(state)) {
        await writeFile(join(disk, "trapos", name), JSON.stringify(value));
    }
    const computer = await boot({ disk, ...narrow });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^>/m);
    await computer.type("trapos\n");
    await computer.waitForText("Upgrade now? [y/N]");
    expect(computer.transcript()).toMatch(/\ntrapos +\d+\.\d+\.\d+ > 99\.0\.0\n/);
    await computer.type("\n");
    await computer.waitForText("[y/N] no\n>");
});

it("trapos has its help, and refuses what it does not know", async () => {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos"]);
    const computer = await boot({ disk, ...wide });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^>/m);
    await computer.type("trapos help\n");
    await computer.waitForText(/trapos upgrade \[package\]... Take newer versions/);
    await computer.type("trapos dance\n");
    await computer.waitForText("There is no command dance.\nSee: trapos help\n>");
    await computer.type("trapos upgrade --sideways\n");
    await computer.waitForText("There is no flag --sideways.");
});
