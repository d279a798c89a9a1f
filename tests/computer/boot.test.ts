/** What startup/servers does at boot: servers beside the shell, harness mode, and that nothing switches a computer off. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Computer, type ComputerOptions, type Settings, writeSettings } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { type Files, newDisk, start } from "../../host/craftos/tests/rom-support.ts";

interface Setup {
    files?: Files;
    /** Programs that a package starts. */
    autostart?: string[];
    settings?: Settings;
    /** In place of the list of packages; "" for no list at all. */
    lock?: string;
    computer?: Partial<ComputerOptions>;
}

/** What is installed. */
let packages = ["trapos-boot"];

/** A computer on whose disk the boot package is installed. */
async function bootWith(setup: Setup): Promise<{ computer: Computer; disk: string }> {
    const disk = newDisk();
    await installPackages(disk, packages);
    const lockFile = join(disk, "trapos/ccpm.lock.json");
    const lock = JSON.parse(readFileSync(lockFile, "utf8")) as { packages: Record<string, object> };
    lock.packages["some-servers"] = {
        version: "1.0.0",
        dependencies: {},
        files: {},
        autostart: setup.autostart ?? [],
    };
    if (setup.lock === "none") rmSync(lockFile);
    else writeFileSync(lockFile, setup.lock ?? JSON.stringify(lock));
    await writeSettings(disk, { "motd.enable": false, ...setup.settings });
    for (const [path, content] of Object.entries(setup.files ?? {})) {
        mkdirSync(dirname(join(disk, path)), { recursive: true });
        writeFileSync(join(disk, path), content);
    }
    return { computer: await start({}, { ...setup.computer, disk }), disk };
}

/** Waits until the shell's prompt is the last row. */
async function prompt(computer: Computer): Promise<void> {
    await computer.waitForText(/(^|\n)>$/);
}

/** Types a command and waits for the next prompt. */
async function run(computer: Computer, command: string, answer: string | RegExp): Promise<void> {
    await computer.type(`${command}\n`);
    await computer.waitForText(answer);
    await prompt(computer);
}

/** How a running computer ended, or "on". */
function state(computer: Computer): Promise<string> {
    return Promise.race([
        computer.exit.then(({ reason }) => reason),
        new Promise<string>((resolve) => setImmediate(() => resolve("on"))),
    ]);
}

/** A server that answers the program below. */
const answering = `
    while true do
        local _, value = os.pullEvent("question")
        os.queueEvent("answer", value .. "!")
    end`;

const asking = `
    os.queueEvent("question", "hey")
    local timer = os.startTimer(0.3)
    while true do
        local event, value = os.pullEvent()
        if event == "answer" then return print("answer: " .. value) end
        if event == "timer" and value == timer then return print("no answer") end
    end`;

const asker = { "programs/answering.lua": answering, "programs/ask.lua": asking };

describe("a player's computer without servers", () => {
    test("has one shell, with /programs on its path", async () => {
        const { computer } = await bootWith({
            files: { "programs/greet.lua": 'print("hello from " .. shell.getRunningProgram())' },
        });
        await prompt(computer);
        await run(computer, "greet", "hello from programs/greet.lua");
        expect(computer.transcript().match(/CraftOS/g)).toHaveLength(1);
    });

    test("runs the startup files after ours, and goes on when one of them fails", async () => {
        const { computer } = await bootWith({
            files: {
                "startup/a.lua": 'error("a fails", 0)',
                "startup/t.lua": "this is no Lua",
                "startup/z.lua": 'print("z ran")',
            },
        });
        await prompt(computer);
        expect(computer.transcript()).toMatch(/a fails[^]*z ran/);
        expect(await state(computer)).toBe("on");
    });

    test("explains our settings", async () => {
        const { computer } = await bootWith({});
        await prompt(computer);
        await run(computer, "set trapos.harness_mode", "For tests: switch the computer off");
        await run(computer, "set trapos.harness_program", "For tests: the program that runs");
    });

    test.each([
        ["empty", ""],
        ["cut short", '{"version":1,"packages":{"trap'],
        ["something else", "[1, 2]"],
        ["odd inside", '{"version":1,"packages":{"a":{"autostart":"x"}}}'],
    ])("says so in a line when the list of packages is %s, and goes on", async (_name, lock) => {
        const { computer } = await bootWith({
            lock,
            files: { "programs/greet.lua": 'print("hello")' },
        });
        await prompt(computer);
        expect(computer.transcript()).toContain("No servers start: /trapos/ccpm.lock.json");
        await run(computer, "greet", /^hello$/m);
    });

    test("says nothing on a computer to which the files were copied by hand", async () => {
        const { computer } = await bootWith({
            lock: "none",
            files: { "programs/greet.lua": 'print("hello")' },
        });
        await prompt(computer);
        expect(computer.transcript()).not.toContain("No servers start");
        await run(computer, "greet", /^hello$/m);
    });

    test("ignores the harness's program when harness mode is off", async () => {
        const { computer } = await bootWith({
            files: { "other.lua": 'print("never")' },
            settings: { "trapos.harness_program": "/other.lua" },
        });
        await prompt(computer);
        expect(computer.transcript()).not.toContain("never");
    });
});

describe.each([
    ["a player's computer with servers", ["trapos-boot"]],
    // The shell runs on a terminal that knows what it shows: nothing is to be otherwise.
    ["a player's computer with servers and lines at its prompt", ["trapos-boot", "trapos-link"]],
])("%s", (_name, installed) => {
    beforeAll(() => {
        packages = installed;
    });
    afterAll(() => {
        packages = ["trapos-boot"];
    });

    test("runs them beside the shell", async () => {
        const { computer } = await bootWith({ files: asker, autostart: ["programs/answering.lua"] });
        await prompt(computer);
        await run(computer, "ask", "answer: hey!");
        await run(computer, "ask", /answer: hey![^]*answer: hey!/);
    });

    test.each([
        ["an advanced computer", {}],
        ["a basic computer", { colour: false }],
        ["a pocket computer", { width: 26, height: 20 }],
    ])("stays on, with its servers, when a program fails on %s", async (_name, options) => {
        const { computer } = await bootWith({
            files: { ...asker, "programs/broken.lua": 'error("no luck", 0)' },
            autostart: ["programs/answering.lua"],
            computer: options,
        });
        await prompt(computer);
        await run(computer, "broken", "no luck");
        await run(computer, "ask", "answer: hey!");
        expect(await state(computer)).toBe("on");
    });

    test("keeps the CraftOS prompt when the shell is left, and says that the servers are stopped", async () => {
        const farewell = `
            local _, problem = pcall(os.pullEvent, "never")
            local file = fs.open("/farewell", "w")
            file.write(problem)
            file.close()`;
        const { computer, disk } = await bootWith({
            files: { ...asker, "programs/farewell.lua": farewell },
            autostart: ["programs/answering.lua", "programs/farewell.lua"],
        });
        await prompt(computer);
        await run(computer, "exit", "The servers are stopped; reboot starts them.");
        expect(readFileSync(join(disk, "farewell"), "utf8")).toBe("Terminated");
        await run(computer, "ask", "no answer");
        expect(await state(computer)).toBe("on");
    });

    test("keeps the CraftOS prompt when Ctrl+T ends the shell", async () => {
        const { computer } = await bootWith({ files: asker, autostart: ["programs/answering.lua"] });
        await prompt(computer);
        await computer.press("ctrl+t");
        await computer.waitForText("The servers are stopped");
        await prompt(computer);
        await run(computer, "ask", "no answer");
    });

    test("runs the startup files after ours once, before the prompt and beside the servers", async () => {
        const { computer } = await bootWith({
            files: {
                ...asker,
                "startup/a.lua": 'print("a ran")',
                "startup/y.lua": 'print("y ran") error("y fails", 0)',
                "startup/z.lua": 'shell.run("ask") print("z ran")',
            },
            autostart: ["programs/answering.lua"],
        });
        await prompt(computer);
        expect(computer.transcript()).toMatch(/a ran[^]*y ran\ny fails\nanswer: hey!\nz ran\nCraftOS[^]*>$/);
        await run(computer, "exit", "The servers are stopped");
        await run(computer, "ask", "no answer");
        expect(computer.transcript().match(/ ran$/gm)).toEqual([" ran", " ran", " ran"]);
    });

    test("leaves later startup files alone when the player runs ours", async () => {
        const { computer } = await bootWith({
            files: { ...asker, "startup/z.lua": 'print("z ran")' },
            autostart: ["programs/answering.lua"],
        });
        await prompt(computer);
        await run(computer, "exit", "The servers are stopped");
        await run(computer, "/startup/servers", /The servers are stopped[^]*CraftOS/);
        await run(computer, "ask", "answer: hey!");
        await run(computer, "exit", /stopped[^]*stopped/);
        await run(computer, "/startup/z.lua", /z ran[^]*z ran/);
    });

    test("gives what the player does to the shell alone", async () => {
        const listening = `
            while true do
                local event = os.pullEventRaw()
                print(event)
            end`;
        const { computer, disk } = await bootWith({
            files: {
                ...asker,
                "programs/listening.lua": listening,
                "programs/wait.lua": 'print("waits") os.pullEvent("x")',
            },
            autostart: ["programs/listening.lua", "programs/answering.lua"],
        });
        await prompt(computer);
        await computer.type("wait\n");
        await computer.waitForText("waits");
        computer.queue("mouse_click", 1, 1, 1);
        computer.queue("paste", "text");
        await computer.press("ctrl+t");
        await computer.waitForText("Terminated");
        await prompt(computer);
        await run(computer, "ask", "answer: hey!");
        const log = readFileSync(join(disk, "trapos/log/listening.log"), "utf8");
        expect(log).toContain("question");
        expect(log).not.toMatch(/ (key|key_up|char|paste|mouse_click|terminate)$/m);
    });

    test("keeps what a server prints and draws off the screen", async () => {
        const drawing = `
            print("to the log", 1, nil)
            printError("an error")
            term.clear()
            term.setCursorPos(1, 1)
            term.write("drawn")
            write("written")
            os.queueEvent("drawn")`;
        const { computer, disk } = await bootWith({
            files: { "programs/drawing.lua": drawing },
            autostart: ["programs/drawing.lua"],
        });
        await prompt(computer);
        expect(computer.transcript()).not.toMatch(/log|error|drawn|written/);
        expect(readFileSync(join(disk, "trapos/log/drawing.log"), "utf8")).toMatch(
            /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d to the log 1 nil\n\S+ \S+ an error\n$/,
        );
    });

    test("keeps a server's log small", async () => {
        const { computer, disk } = await bootWith({
            files: { "programs/chatty.lua": `for line = 1, 400 do print(line .. (" "):rep(50)) end` },
            autostart: ["programs/chatty.lua"],
        });
        await prompt(computer);
        const log = readFileSync(join(disk, "trapos/log/chatty.log"), "utf8");
        expect(log.length).toBeLessThan(9000);
        expect(log).toMatch(/ 400 +\n$/);
    });

    test("lets a server require modules, by its folder and absolutely", async () => {
        const { computer } = await bootWith({
            files: {
                "programs/asking.lua": asking,
                "programs/own/module.lua": 'return { suffix = " from a module" }',
                "programs/server.lua": `
                    local loop = require("/apis/eventloop")()
                    local own = require("own.module")
                    loop.register("question", function(value) os.queueEvent("answer", value .. own.suffix) end)
                    loop.run()`,
            },
            autostart: ["programs/server.lua"],
        });
        await prompt(computer);
        await run(computer, "asking", "answer: hey from a module");
    });
});

describe("a server that crashes", () => {
    test("is started again, said so, and the shell goes on with what is being typed", async () => {
        const failing = `
            if not fs.exists("/failed") then
                fs.makeDir("/failed")
                os.pullEvent("fail")
                error("boom", 0)
            end
            ${answering}`;
        const { computer, disk } = await bootWith({
            files: { ...asker, "programs/failing.lua": failing },
            autostart: ["programs/failing.lua"],
        });
        await prompt(computer);
        await computer.type("ask");
        computer.queue("fail");
        await computer.waitForText("Server failing crashed, restart in 1 s: boom");
        await computer.waitForText(/^> ask\nServer .* boom\n  ask$/m);
        // Enter runs it; by the second time the server is back.
        await computer.type("\n");
        await computer.waitForText(/(no answer|hey!)$/m);
        while (!computer.transcript().includes("answer: hey!"))
            await run(computer, "ask", /(no answer|hey!)$/m);
        expect(readFileSync(join(disk, "trapos/log/failing.log"), "utf8")).toContain("restart in 1 s: boom");
    });

    test("waits longer each time", async () => {
        const { computer } = await bootWith({
            files: { "programs/failing.lua": 'error("boom", 0)' },
            autostart: ["programs/failing.lua"],
        });
        await computer.waitForText(/in 1 s: boom[^]*in 2 s: boom[^]*in 4 s: boom/);
    });

    test.each([
        ["an error in a table", "error({ code = 1 })", /Server bad crashed, restart in 1 s: table/],
        ["no error value", "error()", /Server bad crashed, restart in 1 s: nil/],
        ["a file that is no Lua", "this is no Lua", /Server bad crashed, restart in 1 s:\s+.*bad\.lua:1:/],
        ["a file that is not there", undefined, /Server bad crashed, restart in 1 s: File\s+not\s+found/],
        [
            "no yield",
            "while true do end",
            /Server bad crashed, restart in 1 s:\s+.*Too long without yielding/,
        ],
    ])("neither stops the shell nor another server: %s", async (_name, source, said) => {
        const { computer } = await bootWith({
            files: { ...asker, ...(source === undefined ? {} : { "programs/bad.lua": source }) },
            autostart: ["programs/bad.lua", "programs/answering.lua"],
            computer: { secondsWithoutYield: 0.3 },
        });
        await computer.waitForText(said);
        await prompt(computer);
        await run(computer, "ask", "answer: hey!");
        expect(await state(computer)).toBe("on");
    });
});

test("a server that ends by itself is not started again", async () => {
    const counting = `
        local file = fs.open("/starts", "a")
        file.write("x")
        file.close()`;
    const { computer, disk } = await bootWith({
        files: { "programs/counting.lua": counting, "programs/failing.lua": 'error("boom", 0)' },
        autostart: ["programs/counting.lua", "programs/failing.lua"],
    });
    // By then one that crashed has been started again.
    await computer.waitForText("in 2 s: boom");
    expect(readFileSync(join(disk, "starts"), "utf8")).toBe("x");
});

describe("harness mode", () => {
    const harness = { "trapos.harness_mode": true };
    const withProgram = { ...harness, "trapos.harness_program": "/harness/program.lua" };

    test.each([
        ["runs through", 'print("ran")', 0],
        ["fails", 'print("ran") error("no", 0)', 1],
        ["is no Lua", "this is no Lua", 1],
    ])("switches off with the program's success when it %s", async (_name, program, status) => {
        const { computer } = await bootWith({
            files: { "harness/program.lua": program },
            settings: withProgram,
        });
        expect(await computer.exit).toEqual({ reason: "shutdown", status });
    });

    test("fails when there is no such program", async () => {
        const { computer } = await bootWith({ settings: withProgram });
        expect(await computer.exit).toEqual({ reason: "shutdown", status: 1 });
        expect(computer.transcript()).toContain("No such program");
    });

    test("fails when Ctrl+T ends the program", async () => {
        const { computer } = await bootWith({
            files: { "harness/program.lua": 'print("waits") os.pullEvent("x")' },
            settings: withProgram,
        });
        await computer.waitForText("waits");
        await computer.press("ctrl+t");
        expect(await computer.exit).toEqual({ reason: "shutdown", status: 1 });
    });

    test("runs the program beside servers, after every startup file", async () => {
        const { computer } = await bootWith({
            files: {
                ...asker,
                "startup/a.lua": 'error("a fails", 0)',
                "startup/z.lua": 'print("z ran")',
                "programs/bad.lua": 'error("boom", 0)',
                "harness/program.lua": 'shell.run("ask")',
            },
            autostart: ["programs/answering.lua", "programs/bad.lua"],
            settings: withProgram,
        });
        expect(await computer.exit).toEqual({ reason: "shutdown", status: 0 });
        expect(computer.transcript()).toMatch(/a fails[^]*Server bad crashed[^]*z ran\nanswer: hey!$/);
    });

    test("without a program has a shell, and switches off when that is left", async () => {
        const { computer } = await bootWith({ files: asker, settings: harness });
        await prompt(computer);
        await run(computer, "ask", "no answer");
        await computer.type("exit\n");
        expect(await computer.exit).toEqual({ reason: "shutdown", status: 0 });
    });

    test("is on only for the value true", async () => {
        const { computer } = await bootWith({
            files: { "harness/program.lua": 'print("never")' },
            settings: { ...withProgram, "trapos.harness_mode": "true" },
        });
        await prompt(computer);
        expect(computer.transcript()).not.toContain("never");
    });
});
