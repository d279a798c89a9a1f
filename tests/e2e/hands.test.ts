/** Lua of the model's that runs on the player's computer, and its code as files, on the real server. */
import { mkdir, readFile, writeFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startWorld, type PlayerComputer, type World } from "./support.ts";

let world: World;
/** What the model was told, the newest last. */
let told: { system: string; userText: string }[] = [];

const lua = (code: string) => `Here it is.\n\n\`\`\`lua\n${code}\n\`\`\`\n\nThat is all.`;
const rules: [RegExp, string][] = [
    [
        /uses a name that does not exist.*\n?.*turtle|There is no global trutle/s,
        lua('print("mended") return 7'),
    ],
    [/not valid Lua/, lua('print("now it is Lua")')],
    [/The program failed/, lua('error("again")')],
    [/greet me/, lua('print("hello from here") return 1, "two"')],
    [/made up name/, lua("trutle.dig()")],
    [/no lua/i, "I would rather talk."],
    [/bad syntax/, lua("print('x'")],
    [/never right/, lua('print("before") error("wrong")')],
    [/startup file/, lua('local f = fs.open("/startup.lua", "w") f.write("x") f.close() print("written")')],
    [/for ever/, lua('print("begun") while true do sleep(0.1) end')],
    [/letters/, lua("print('T\u00fcr \u2013 \u2018auf\u2019 \u2192', #'\u00fc\u0095' + 1)")],
    [/say it again/, lua("print('T\u00fcr - \u00b4auf\u00b4 \x1a', #'\u00fc\u0095' + 1)")],
    [/hide code/, lua(`one()\rtwo()\nthree() --${"\b".repeat(7)}four()\n--[[\x1b]]five()\u009d]] six()`)],
    [/two blocks/, "One:\n\n```lua\nprint('one', ...)\n```\n\nTwo:\n\n```txt\nsome text\n```\n"],
    [/Write the file/, lua("-- new\nprint(1)")],
    [/Correct this|Find what is wrong/, lua("-- fixed\nprint(1)\nprint(2)")],
    [/Explain what/, "It prints **one**."],
];

beforeAll(async () => {
    world = await startWorld();
    world.model.setRules([
        ({ purpose, system, userText }) => {
            if (purpose !== "turn") return undefined;
            told.push({ system, userText });
            return { text: rules.find(([words]) => words.test(userText))?.[1] ?? "No rule." };
        },
    ]);
});
afterAll(() => world.stop());
beforeEach(() => {
    told = [];
});

/** Runs a program that has `ai`, a client of libai, on a computer. */
async function libai(computer: PlayerComputer, program: string, settings = {}) {
    await mkdir(computer.disk, { recursive: true });
    await writeFile(join(computer.disk, "try.lua"), `local ai = require("/apis/libai")() ${program}`);
    const { transcript } = await computer.run("try", { width: 150, settings });
    return transcript;
}
const said = (text: string) => text.replace(/\s+/g, " ");

describe("luaExec", () => {
    it("runs what was approved, and returns what it printed and returned", async () => {
        const out = await libai(
            world.newComputer(),
            `local seen
             local ok, result = ai.luaExec("greet me", { approve = function(code, attempt) seen = attempt .. " " .. code return true end })
             print(ok, result.output, table.concat(result.values, " "), result.attempts) print(seen) print(result.code)`,
        );
        expect(said(out)).toContain('true hello from here 1 "two" 1 1 print("hello from here")');
        expect(told[0]!.system).toContain("You write Lua for an advanced computer in ComputerCraft");
        expect(told[0]!.system).toContain("Peripherals: none");
    });

    it.each(["{}", "nil", '{ approve = "yes" }'])(
        "refuses without a function approve: %s",
        async (options) => {
            const out = await libai(
                world.newComputer(),
                `local ok, failure = ai.luaExec("greet me", ${options}) print(ok, failure.code)`,
            );
            expect(said(out)).toContain("false bad_argument");
            expect(told).toEqual([]);
        },
    );

    it.each(["false", "nil", "1", '"yes"'])("runs nothing where approve returns %s", async (answer) => {
        const out = await libai(
            world.newComputer(),
            `local ok, failure = ai.luaExec("startup file", { allow = { "fs" }, approve = function() return ${answer} end })
             print(ok, failure.code, fs.exists("/startup.lua"))`,
        );
        expect(said(out)).toContain("false not_approved false");
    });

    it("sends a name that is not there back as one, and has the new version approved anew", async () => {
        const out = await libai(
            world.newComputer(),
            `local seen = {}
             local ok, result = ai.luaExec("made up name", { approve = function(code, attempt) seen[attempt] = code return true end })
             print(ok, result.output, result.values[1], result.attempts, #seen)`,
        );
        expect(said(out)).toContain("true mended 7 2 2");
        expect(told[1]!.userText).toContain("There is no global trutle. Names like it:");
    });

    it("sends a syntax error back before anybody is asked", async () => {
        const out = await libai(
            world.newComputer(),
            `local asked = 0
             local ok, result = ai.luaExec("bad syntax", { approve = function() asked = asked + 1 return true end })
             print(ok, result.output, result.attempts, asked)`,
        );
        expect(said(out)).toContain("true now it is Lua 2 1");
        expect(told[1]!.userText).toContain("That is not valid Lua; it was not run: lua:1:");
    });

    it.each([
        ["", 3],
        ["retries = 0,", 1],
        ["retries = 4,", 5],
    ])("gives up after as many corrections as are allowed: %s", async (retries, asked) => {
        const out = await libai(
            world.newComputer(),
            `local ok, failure = ai.luaExec("never right", { ${retries} approve = function() return true end })
             print(ok, failure.code, failure.message)`,
        );
        expect(said(out)).toContain("false lua_failed The code failed: lua:1:");
        expect(told).toHaveLength(asked);
        if (asked > 1) expect(told[1]!.userText).toContain("It had printed:\nbefore");
    });

    it("takes the setting for the number of corrections", async () => {
        await libai(
            world.newComputer(),
            'ai.luaExec("never right", { approve = function() return true end })',
            {
                "opencc.lua_exec_max_retries": 0,
            },
        );
        expect(told).toHaveLength(1);
    });

    it("names what is not allowed, and allows it where it is told to", async () => {
        const out = await libai(
            world.newComputer(),
            `local yes = function() return true end
             local ok, failure = ai.luaExec("startup file", { approve = yes })
             print(ok, failure.code, failure.message, fs.exists("/startup.lua"))
             local ok, result = ai.luaExec("startup file", { approve = yes, onNotAllowed = function(group, what) print(group, what) return true end })
             print(ok, result.opened[1], fs.exists("/startup.lua")) fs.delete("/startup.lua")
             local ok, result = ai.luaExec("startup file", { approve = yes, allow = { "fs" } })
             print(ok, #result.opened, fs.exists("/startup.lua")) fs.delete("/startup.lua")
             local ok, failure = ai.luaExec("startup file", { approve = yes, allow = { "files" } })
             print(ok, failure.code, failure.message)`,
        );
        const text = said(out);
        expect(text).toContain(
            "false not_allowed The code wants to write files outside /ai: /startup.lua. false",
        );
        expect(text).toContain("fs /startup.lua true fs true true 0 true");
        expect(text).toContain("false bad_argument There is no group files; there are commands, disk, fs,");
    });

    it("ends what takes too long, and what has no Lua", async () => {
        const out = await libai(
            world.newComputer(),
            `local yes = function() return true end
             local ok, failure = ai.luaExec("for ever", { approve = yes, timeout = 1 })
             print(ok, failure.code, failure.text)
             local ok, failure = ai.luaExec("no lua", { approve = yes }) print(ok, failure.code, failure.text)`,
        );
        expect(said(out)).toContain("false lua_timed_out begun false no_code I would rather talk.");
    });
});

/** Types a command at a computer where somebody is. */
async function at(computer: PlayerComputer, size: { width: number; height: number }, command: string) {
    const screen = await computer.open(size);
    await screen.type(`${command}\n`);
    return screen;
}

describe.each([
    [51, 19],
    [39, 13],
    [26, 20],
])("at %i x %i", (width, height) => {
    const size = { width, height };

    it("ai lua shows the code, asks, runs it and shows what it returned", async () => {
        const screen = await at(world.newComputer(), size, "ai lua greet me");
        await screen.waitForText("Run this? [y/N]", { timeoutSeconds: 40 });
        expect(said(screen.transcript())).toContain('print("hello from here")');
        expect(said(screen.transcript())).not.toContain("\nhello from here");
        await screen.type("y");
        await screen.waitForText('= "two"');
        expect(screen.screen().map((row) => row.trimEnd())).toContain("hello from here");
        await screen.close();
    });

    it("ai lua asks for what is closed, and a no ends it", async () => {
        const screen = await at(world.newComputer(), size, "ai lua startup file");
        await screen.waitForText("Run this? [y/N]", { timeoutSeconds: 40 });
        await screen.type("y");
        await screen.waitForText(/Allow\s+it\s+this\s+once\?\s+\[y\/N\]/);
        expect(said(screen.transcript())).toContain(
            "It wants to write files outside /ai: /startup.lua (fs).",
        );
        await screen.type("n");
        await screen.waitForText("--allow");
        await screen.close();
    });
});

describe("ai lua", () => {
    it("runs nothing on a no", async () => {
        const screen = await at(world.newComputer(), { width: 51, height: 19 }, "ai lua greet me");
        await screen.waitForText("Run this? [y/N]", { timeoutSeconds: 40 });
        await screen.type("n");
        await screen.waitForText("was not approved");
        await screen.close();
    });

    it("Ctrl+T stops the program", async () => {
        const screen = await at(world.newComputer(), { width: 51, height: 19 }, "ai lua for ever");
        await screen.waitForText("Run this? [y/N]", { timeoutSeconds: 40 });
        await screen.type("y");
        await screen.waitForText("begun");
        await screen.press("ctrl+t");
        await screen.waitForText("Terminated");
        await screen.close();
    });

    it("where nobody can be asked it does nothing, or shows the code and runs it with --yes", async () => {
        const computer = world.newComputer();
        const asked = await computer.run("ai lua greet me");
        expect(asked.succeeded).toBe(false);
        expect(asked.transcript).toContain("asks before it does that");
        expect(told).toEqual([]);
        const { output, succeeded } = await computer.run("ai --yes lua greet me");
        expect(output).toContain('print("hello from here")');
        expect(output).toContain('= "two"');
        expect(succeeded).toBe(true);
        const closed = await computer.run("ai --yes lua startup file");
        expect(said(closed.transcript)).toContain("--allow fs");
        expect((await computer.run("ai --yes --allow fs lua startup file")).succeeded).toBe(true);
        expect(await readdir(computer.disk)).toContain("startup.lua");
    });
});

describe("code of the last answer", () => {
    it("is listed, shown, saved and run", async () => {
        const computer = world.newComputer();
        await computer.run("ai two blocks");
        const list = await computer.run("ai code");
        expect(list.output).toContain("1 lua, 1 line: print('one', ...)");
        expect(list.output).toContain("2 txt, 1 line: some text");
        expect((await computer.run("ai code 2")).output.trim()).toBe("some text");
        const none = await computer.run("ai code 9");
        expect(said(none.transcript)).toContain(
            "There is no block 9 in the last answer. It has 2. See: ai code",
        );
        expect((await computer.run("ai save x.lua")).transcript).toContain("has 2 blocks of code");

        expect((await computer.run("ai save 1 x.lua")).transcript).toContain("asks before it does that");
        expect((await computer.run("ai --no save 1 x.lua")).output).toContain("Nothing was written.");
        expect((await computer.run("ai --yes save 1 x.lua")).output).toContain("Written: /x.lua");
        expect(await readFile(join(computer.disk, "x.lua"), "utf8")).toBe("print('one', ...)\n");
        const again = await computer.run("ai --yes save 2 x.lua");
        expect(again.output).toContain("-print('one', ...)\n+some text");
        expect(again.output).toContain("The old one: /x.lua.old");
        expect(await readFile(join(computer.disk, "x.lua.old"), "utf8")).toBe("print('one', ...)\n");
        for (const [path, what] of [
            ["rom/x.lua", "read-only"],
            ["programs", "it is a folder"],
            ["../x.lua", "it leads out of this computer"],
        ]) {
            expect(said((await computer.run(`ai --yes save 1 ${path}`)).transcript).toLowerCase()).toContain(
                what,
            );
        }
        expect((await computer.run("ai --yes run 1 a b")).output).toMatch(/^one\s+a\s+b$/m);
        expect(await readdir(join(computer.disk, "trapos/ai"))).not.toContain("run.lua");
        expect((await computer.run("ai run 1")).transcript).toContain("asks before it does that");
        const json = await computer.run("ai --json code", { width: 300 });
        expect(json.output).toContain('"language":"lua"');
    });

    it("is none where there is none", async () => {
        const computer = world.newComputer();
        await computer.run("ai no lua");
        for (const command of ["code", "save x.lua", "run"]) {
            const { transcript, succeeded } = await computer.run(`ai ${command}`);
            expect(transcript).toContain("There is no code in the last answer.");
            expect(succeeded).toBe(false);
        }
    });
});

describe("a file", () => {
    it("is written, corrected and explained", async () => {
        const computer = world.newComputer();
        expect((await computer.run("ai --yes write door.lua a lock")).output).toContain("Written: /door.lua");
        const path = join(computer.disk, "door.lua");
        expect(await readFile(path, "utf8")).toBe("-- new\nprint(1)\n");
        const fixed = await computer.run("ai --yes fix door.lua it prints too little");
        expect(fixed.output).toContain("-- new");
        expect(fixed.output).toContain("+-- fixed");
        expect(await readFile(path, "utf8")).toBe("-- fixed\nprint(1)\nprint(2)\n");
        expect(await readFile(`${path}.old`, "utf8")).toBe("-- new\nprint(1)\n");
        expect(told.at(-1)!.userText).toContain("Correct this: it prints too little");
        expect(told.at(-1)!.userText).toContain("-- new\nprint(1)");
        expect((await computer.run("ai --yes fix door.lua")).output).toContain("like that already");
        expect((await computer.run("ai explain door.lua")).output).toContain("It prints one.");
        const missing = await computer.run("ai fix none.lua");
        expect(said(missing.transcript)).toContain("/none.lua could not be read: there is no such file");
        expect((await computer.run("ai explain programs/")).succeeded).toBe(false);
        told = [];
        const closed = await computer.run("ai --yes write rom/door.lua a lock");
        expect(said(closed.transcript)).toContain("it is read-only");
        expect(told).toEqual([]);
    });

    it("prints what it was seen to print: its letters are those of the computer's font", async () => {
        const computer = world.newComputer();
        const screen = await computer.open();
        const printed = /T\u00fcr - \u00b4auf\u00b4 \u2192 3[^]*\n>$/;
        for (const command of ["ai letters", "ai --yes run", "ai --yes lua letters", "ai --yes save l.lua"]) {
            await screen.type(`${command}\n`);
            const shown = /run|lua l/.test(command) ? printed : /\n>$/;
            await screen.waitForText(shown, { sinceInput: true, timeoutSeconds: 20 });
        }
        const path = join(computer.disk, "l.lua");
        const bytes = "print('T\xfcr - \xb4auf\xb4 \x1a', #'\xfc\x95' + 1)\n";
        expect(await readFile(path, "latin1")).toBe(bytes);
        // The player's own come back from the model as they were.
        await screen.type("ai --yes fix l.lua say it again\n");
        await screen.waitForText(/like that already[^]*\n>$/, { sinceInput: true, timeoutSeconds: 20 });
        await screen.close();
    });

    it("is shown with what a terminal would not show of it", async () => {
        const screen = await world.newComputer().open();
        await screen.type("ai hide code\n");
        await screen.waitForText(/\n>$/, { sinceInput: true, timeoutSeconds: 20 });
        await screen.type("ai run\n");
        await screen.waitForText("may do?", { sinceInput: true, timeoutSeconds: 20 });
        const rows = screen.screen().map((row) => row.trimEnd());
        expect(rows).toContain("one()\\13two()");
        expect(rows).toContain("three() --\\8\\8\\8\\8\\8\\8\\8four()");
        expect(rows).toContain("--[[\\27]]five()\\157]] six()");
        await screen.type("n");
        await screen.close();
    });

    it.each(["write a door lock", "save me", "run the tests", "fix the door", "explain quantum physics"])(
        "is not meant by a prompt: %s",
        async (prompt) => {
            const { output } = await world.newComputer().run(`ai ${prompt}`);
            expect(output).toContain("No rule.");
            expect(told[0]!.userText).toBe(prompt);
        },
    );
});

it.each(["--yes lua greet me", "--yes run 1 there", "--yes save 1 kept.lua", "--yes write new.lua a file"])(
    "ai --json %s prints one object and nothing beside it",
    async (command) => {
        const computer = world.newComputer();
        await computer.run("ai two blocks");
        const { output } = await computer.run(`ai --json ${command}`);
        expect(JSON.parse(output.replaceAll("\n", ""))).toMatchObject({ ok: true });
    },
);

it("shows what it asks about, however quiet it is to be", async () => {
    const computer = world.newComputer();
    await computer.run("ai two blocks");
    const screen = await computer.open({ settings: { "trapos.harness_mode": false } });
    await screen.type("ai --quiet run 1\n");
    await screen.waitForText("[y/N]");
    expect(screen.transcript()).toContain("print('one', ...)");
    await screen.type("n");
    await screen.close();
});
