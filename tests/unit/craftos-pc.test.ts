/**
 * How CraftOS-PC is started, driven, read and stopped. Scripts stand in for it, which show nothing about CraftOS-PC
 * itself.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Backend } from "../../tools/harness/backend.ts";
import { craftosPc, craftosPcSkipped, findCraftosPc } from "../../tools/harness/craftos-pc.ts";
import { bootCraftosPc, commandLine, writtenText } from "../../tools/harness/craftos-pc-computer.ts";
import { projectFolder } from "../../tools/harness/disk.ts";
import { Exchange } from "../../tools/harness/exchange.ts";
import { pressedKeystrokes, typedKeystrokes } from "../../tools/harness/keystrokes.ts";
import { ourComputer } from "../../tools/harness/our-computer.ts";
import { compileSpecs } from "../../tools/harness/spec-compile.ts";
import { runSpec, type SpecCase } from "../../tools/harness/spec-run.ts";
import { startSpecServer } from "../../tools/harness/spec-server.ts";
import { testsBackend } from "../../tools/harness/tests-backend.ts";

let folder: string;
beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-craftos-pc-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program that runs the JavaScript in place of CraftOS-PC. */
async function script(javascript: string): Promise<string> {
    const path = join(folder, "craftos.cjs");
    await writeFile(path, `#!${process.execPath}\n${javascript}\n`, { mode: 0o755 });
    return path;
}

/** JavaScript that sends a message as the driver does, to the folder of the last argument. */
const tells = (message: object) => `
    const { writeFileSync, renameSync } = require("node:fs");
    const exchange = process.argv.at(-1).split("=")[1];
    writeFileSync(exchange + "/computer-draft", ${JSON.stringify(JSON.stringify(message))});
    renameSync(exchange + "/computer-draft", exchange + "/from-computer/1");`;

describe("the command line", () => {
    test("is headless, with the disk as the computer's root", () => {
        expect(commandLine({ disk: "/disk", id: 4 }, "/data", "/exchange")).toEqual(
            "--headless --directory /data --start-dir /disk --id 4 --mount-rw trapos-harness=/exchange".split(
                " ",
            ),
        );
    });

    test("names the ROM where one is given", () => {
        expect(commandLine({ disk: "/disk", rom: "/rom" }, "/data", "/exchange").join(" ")).toContain(
            "--rom /rom",
        );
    });
});

describe("finding it", () => {
    test.each([
        [{}, "CraftOS-PC is not named."],
        [{ CRAFTOS_PC: "" }, "CraftOS-PC is not named."],
        [{ CRAFTOS_PC: "/nowhere/craftos" }, "There is no CraftOS-PC at /nowhere/craftos."],
        [{ CRAFTOS_PC: tmpdir() }, "There is no CraftOS-PC at"],
    ])("%o says what is missing", async (environment, message) => {
        const found = await findCraftosPc(environment);
        expect("missing" in found && found.missing).toContain(message);
    });

    test("gives the path of a program", async () => {
        const path = await script("");
        expect(await findCraftosPc({ CRAFTOS_PC: path })).toEqual({ path });
    });

    test("tests run on it where the environment says so, and on our computer otherwise", async () => {
        const CRAFTOS_PC = await script("");
        expect(await testsBackend({ CRAFTOS_PC })).toBe(ourComputer);
        const backend = await testsBackend({ CRAFTOS_PC, TRAPOS_TEST_BACKEND: "craftos-pc" });
        expect(backend.name).toBe("CraftOS-PC");
        await expect(testsBackend({ TRAPOS_TEST_BACKEND: "craftos-pc" })).rejects.toThrow("is not named");
        await expect(testsBackend({ TRAPOS_TEST_BACKEND: "minecraft" })).rejects.toThrow("is minecraft");
    });
});

describe("the process", () => {
    test("that ends by itself is a failure, whatever its status, and what it wrote is shown", async () => {
        const program = await script(
            `process.stdout.write("\\x1b[31mhello\\x1b[0m  \\r\\n" + process.env.SDL_NO_SIGNAL_HANDLERS);`,
        );
        const computer = await bootCraftosPc(program, { disk: folder });
        expect(await computer.exit).toEqual({
            reason: "failed",
            message: "CraftOS-PC ended with status 0 before the computer was switched off",
        });
        expect(computer.transcript()).toBe("hello\n1");
    });

    test("that crashes says so", async () => {
        const program = await script(`process.kill(process.pid, "SIGABRT");`);
        const computer = await bootCraftosPc(program, { disk: folder });
        expect(await computer.exit).toMatchObject({ message: expect.stringContaining("SIGABRT") as string });
    });

    test("is killed by a power cut, also when it takes no notice of signals", async () => {
        const program = await script(`process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`);
        const computer = await bootCraftosPc(program, { disk: folder });
        await computer.powerCut();
        expect(await computer.exit).toEqual({ reason: "powerCut" });
        await computer.close();
    });

    test("that cannot be started is one line", async () => {
        await expect(bootCraftosPc(join(folder, "none"), { disk: folder })).rejects.toThrow(
            "CraftOS-PC does not start: ",
        );
    });

    test("ends with the status that the driver told, not with its own", async () => {
        const program = await script(
            tells({ screen: ["> \u00e9\u0080 "], scrolled: ["CraftOS"], step: 0, ended: 7 }),
        );
        const computer = await bootCraftosPc(program, { disk: folder });
        expect(await computer.exit).toEqual({ reason: "shutdown", status: 7 });
        expect(computer.screen()).toEqual(["> é  "]);
        expect(computer.transcript()).toBe("CraftOS\n> é");
    });

    test("a driver that breaks down says why", async () => {
        const program = await script(tells({ screen: [""], step: 0, failed: "no keys" }));
        const computer = await bootCraftosPc(program, { disk: folder });
        expect(await computer.exit).toEqual({ reason: "failed", message: "no keys" });
    });

    test("messages that cannot be read are its end, and not that of the tests", async () => {
        const program = await script(`${tells([])} setInterval(() => {}, 1000);`);
        const computer = await bootCraftosPc(program, { disk: folder });
        expect(await computer.exit).toEqual({
            reason: "failed",
            message: expect.stringMatching(/^The driver's messages cannot be read: /) as string,
        });
    });

    test("what it wrote has no line ends or blanks of the terminal", () => {
        expect(writtenText("\x1b[2J\x1b[1;1Hone  \r\ntwo\t\r\n\r\n")).toBe("one\ntwo");
    });
});

describe("keystrokes", () => {
    test("have keys by name and characters by their bytes", () => {
        expect(typedKeystrokes("A_é\n")).toEqual([
            ...[["key", "a"], ["char", 65], ["key_up", "a"]],
            ...[["key", "minus"], ["char", 95], ["key_up", "minus"]],
            ["char", 233],
            ...[["key", "enter"], ["key_up", "enter"]],
        ]); // prettier-ignore
    });

    test("ctrl+t ends a program", () => {
        expect(pressedKeystrokes("ctrl+t")).toContainEqual(["terminate"]);
    });

    test("what is no event cannot be sent", () => {
        expect(() => pressedKeystrokes("ctrl+s")).toThrow("Ctrl+S is no event");
    });
});

/** Our own computer behind CraftOS-PC's command line. */
const standIn = join(projectFolder, "tests/craftos-pc-stand-in/craftos");

describe("the driver on the computer", { timeout: 60_000 }, () => {
    const wait = { timeoutSeconds: 30 };
    const ends = /(^|\n)>$/;

    async function boot(options = {}) {
        const disk = join(folder, "disk");
        await mkdir(disk, { recursive: true });
        return bootCraftosPc(standIn, { disk, ...options });
    }

    test("types, shows the screen in any size, and ends the computer with a program's status", async () => {
        const computer = await boot({ id: 3, label: "tür", width: 26, height: 5 });
        await computer.waitForText("> ", wait);
        await computer.type("id\n");
        await computer.waitForText('This is computer #3\nThis computer is labelled\n"tür"', wait);
        expect(computer.screen()).toHaveLength(5);
        for (const row of computer.screen()) expect(row).toHaveLength(26);
        await computer.type("clear\n");
        await computer.type("echo ÄÖ_9\n");
        await computer.waitForText("> echo ÄÖ_9\nNo such program", wait);
        await computer.type("id\nid\n");
        await computer.waitForText(/("tür"\n[^]*){2}>$/, wait);
        // Rows that have scrolled off are still there.
        expect(computer.transcript()).toContain("> echo ÄÖ_9");
        expect(computer.screen().join("\n")).not.toContain("echo");
        await writeFile(join(folder, "disk/off.lua"), "os.shutdown(5)");
        await computer.type("off\n");
        expect(await computer.exit).toEqual({ reason: "shutdown", status: 5 });
    });

    test("Ctrl+T ends a program, whose handlers run", async () => {
        const computer = await boot();
        await writeFile(join(folder, "disk/wait.lua"), "print('waits') print(pcall(sleep, 100))");
        await computer.waitForText(ends, wait);
        await computer.type("wait\n");
        await computer.waitForText("waits", wait);
        await computer.press("ctrl+t");
        await computer.waitForText("false Terminated", wait);
        await computer.close();
        expect(await computer.exit).toEqual({ reason: "powerCut" });
    });

    test("goes on when a program has opened all files that may be open", async () => {
        const computer = await boot();
        await computer.waitForText(ends, wait);
        const program =
            "open = {} print(pcall(function() while true do open[#open + 1] = fs.open('open.lua', 'r') end end)) read()";
        await writeFile(join(folder, "disk/open.lua"), program);
        await computer.type("open\n");
        await computer.waitForText("false /open.lua: Too many files already open", wait);
        await computer.type("still typed");
        await computer.waitForText("still typed", wait);
        await computer.close();
    });

    test("goes on after a reboot", async () => {
        const computer = await boot();
        await computer.waitForText(ends, wait);
        await writeFile(join(folder, "disk/again.lua"), "os.reboot()");
        await computer.type("again\n");
        await computer.waitForText(/^CraftOS [\d.]+\n>$/, wait);
        await computer.type("id\n");
        await computer.waitForText("This is computer", wait);
        await computer.close();
    });

    test("leaves nothing behind on the host, and no file of its own on the computer but its startup", async () => {
        const temporary = () =>
            readdir(tmpdir()).then((names) => names.filter((name) => name.startsWith("trapos-craftos-pc-")));
        const before = await temporary();
        const computer = await boot();
        await computer.waitForText(ends, wait);
        await computer.close();
        expect((await temporary()).filter((name) => !before.includes(name))).toEqual([]);
        expect(await readdir(join(folder, "disk"))).toEqual(["startup.lua"]);
    });

    test("switches the computer off when nobody watches it any more", async () => {
        const disk = join(folder, "disk");
        const exchangeFolder = join(folder, "exchange");
        for (const path of [disk, exchangeFolder]) await mkdir(path);
        new Exchange(exchangeFolder, { width: 51, height: 19, patienceSeconds: 0.5 });
        await copyFile(join(projectFolder, "tools/harness/lua/driver.lua"), join(disk, "startup.lua"));
        const child = spawn(standIn, commandLine({ disk }, folder, exchangeFolder), {
            stdio: ["ignore", "pipe", "inherit"],
        });
        const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
        expect(output).toContain("Nobody watches any more");
        expect(child.exitCode).toBe(1);
    });

    test("does nothing on a computer that nobody drives", async () => {
        const disk = join(folder, "disk");
        await mkdir(disk);
        await copyFile(join(projectFolder, "tools/harness/lua/driver.lua"), join(disk, "startup.lua"));
        const computer = await ourComputer.boot({ disk });
        await computer.waitForText(ends);
        expect(computer.transcript()).toMatch(/^CraftOS [\d.]+\n>$/);
        await computer.close();
    });
});

describe("specs on a backend", () => {
    const luaSpec = (lua: string) => ({
        name: "one",
        source: "one.spec.lua",
        file: "specs/one.spec.lua",
        lua,
    });
    const namesOf = (cases: readonly SpecCase[], wanted: SpecCase["status"]) =>
        cases.filter(({ status }) => status === wanted).map(({ name }) => name);

    test("a computer that ends without a report is a problem, with what it showed", async () => {
        const program = await script(`console.log("no such ROM"); process.exitCode = 1;`);
        const { cases, problem } = await runSpec(luaSpec(""), { backend: craftosPc(program), server: "" });
        expect(cases).toEqual([]);
        expect(problem).toContain("no such ROM");
    });

    test(
        "run to their end under the driver, but for those that are skipped",
        { timeout: 60_000 },
        async () => {
            const spec = (await compileSpecs()).find(({ name }) => name === "fs");
            const { cases, problem } = await runSpec(spec!, { backend: craftosPc(standIn), server: "" });
            expect(problem).toBeUndefined();
            expect(namesOf(cases, "failed")).toEqual([]);
            expect(namesOf(cases, "pending").sort()).toEqual(
                Object.keys(craftosPcSkipped)
                    .filter((name) => name.startsWith("fs "))
                    .sort(),
            );
        },
    );

    /** The stand-in with everything run that CraftOS-PC is known to do otherwise. */
    const everything = { ...craftosPc(standIn), skipped: {} };

    test("a quirk is the failure of its own case alone", { timeout: 60_000 }, async () => {
        const specs = await compileSpecs();
        const server = await startSpecServer();
        onTestFinished(() => server.stop());
        const failuresOf = async (wanted: string) => {
            const spec = specs.find(({ name }) => name === wanted);
            const { cases, problem } = await runSpec(spec!, { backend: everything, server: server.url });
            expect(problem).toBeUndefined();
            return cases.filter(({ status }) => status === "failed");
        };
        expect(await failuresOf("fs")).toEqual([
            expect.objectContaining({
                name: "fs handles at most 128 are open",
                message: expect.stringContaining("/spec-files/x: Too many files already open") as string,
            }),
        ]);
        // The event that it does not take is left to the case behind it.
        expect((await failuresOf("http")).map(({ name }) => name)).toEqual([
            "http request a failure that comes at once is an event as well",
            "http rules denies private addresses that are not allowed",
        ]);
    });

    const destroying: Record<string, string> = {
        "all handles stay open": `
            open = {}
            it("first", function()
                for i = 1, 200 do open[i] = fs.open("/specs/one.spec.lua", "r") end
            end)`,
        "the natives raise": `
            it("first", function()
                for _, api in ipairs({ fs, os, textutils, http }) do
                    for name, value in pairs(api) do
                        if type(value) == "function" and not (api == os and name:find("^pullEvent")) then
                            api[name] = function() error(name .. " is broken") end
                        end
                    end
                end
                error("broken")
            end)`,
        "http is gone": `it("first", function() _G.http = nil error("broken") end)`,
    };
    for (const [name, backend] of Object.entries({ "our computer": ourComputer, "the driver": everything })) {
        test.each(Object.entries(destroying))(
            `on ${name} the cases behind go on, and are reported, when %s`,
            { timeout: 60_000 },
            async (_, lua) => {
                const spec = luaSpec(`${lua} it("second", function() end)`);
                const { cases, problem } = await runSpec(spec, { backend, server: "", timeoutSeconds: 30 });
                expect(problem).toBeUndefined();
                expect(cases.map((one) => one.name)).toEqual(["first", "second"]);
                expect(cases[1]).toEqual({ name: "second", status: "passed" });
            },
        );
    }

    test("a file whose computer ends in its midst takes no other along", { timeout: 60_000 }, async () => {
        const fine = luaSpec(`it("is fine", function() end)`);
        const ending = luaSpec(`it("first", function() end) it("ends", function() os.shutdown() end)`);
        const [first, second] = await Promise.all(
            [ending, fine].map((spec) => runSpec(spec, { backend: everything, server: "" })),
        );
        expect(first).toMatchObject({
            cases: [],
            problem: expect.stringMatching(/^No report came\./) as string,
        });
        expect(second).toEqual({ cases: [{ name: "is fine", status: "passed" }] });
    });

    /** A computer that leaves the text as its report and goes off. */
    const reporting = (report: string): Backend => ({
        name: "reporter",
        skipped: {},
        boot: async ({ disk }) => {
            await writeFile(join(disk, "harness/report.json"), report);
            const off = { reason: "shutdown" as const, status: 0 };
            const nothing = async () => {};
            return {
                ...{ type: nothing, press: nothing, waitForText: nothing, powerCut: nothing, close: nothing },
                ...{ screen: () => [], transcript: () => "its screen", exit: Promise.resolve(off) },
            };
        },
    });
    const oneCase = (wrong: object) =>
        JSON.stringify({ files: [{ cases: [{ names: ["a"], status: "passed", ...wrong }] }] });

    test.each<[report: string, why: string]>([
        ["", "No report came."],
        ["\n", "No report came."],
        ...[
            ...["{", "null", "5", "[]", "{}", `{"files":{}}`, `{"files":[]}`, `{"files":[null]}`],
            ...[`{"files":[{}]}`, `{"files":[{"cases":5}]}`, `{"files":[{"cases":[null]}]}`],
            ...[{ names: "a" }, { names: [1] }, { status: "well" }, { where: 5 }, { message: {} }].map(
                oneCase,
            ),
            ...[{ expected: [] }, { got: true }].map(oneCase),
            oneCase({}).slice(0, -1),
        ].map((report): [string, string] => [report, "What came is no report."]),
    ])("the report %j is a problem of its file", async (report, why) => {
        const result = await runSpec(luaSpec(""), { backend: reporting(report), server: "" });
        expect(result).toEqual({ cases: [], problem: `${why} Its screen:\nits screen` });
    });

    test("a report without cases is one", async () => {
        const backend = reporting(`{"files":[{"file":"a","cases":{}}]}`);
        expect(await runSpec(luaSpec(""), { backend, server: "" })).toEqual({ cases: [] });
    });

    test("a computer that cannot be booted is a problem of its file", async () => {
        const backend: Backend = { ...ourComputer, boot: () => Promise.reject(new Error("no memory")) };
        const result = await runSpec(luaSpec(""), { backend, server: "" });
        expect(result).toEqual({ cases: [], problem: "no memory" });
    });

    test("a failure names the line of the TypeScript", async () => {
        const specs = await compileSpecs();
        const spec = specs.find(({ name }) => name === "fs");
        const lua = spec!.lua.replace('fs.getName("/a/b/c.lua")', 'fs.getName("/a/b/other.lua")');
        const { cases } = await runSpec({ ...spec!, lua }, { backend: ourComputer, server: "" });
        const failed = cases.find(({ status }) => status === "failed");
        expect(failed?.message).toMatch(/^expected: "c\.lua"\ngot: "other\.lua"\nat /);
        const [, line] =
            /at host\/craftos\/tests\/specs\/fs\.spec\.ts:(\d+)$/.exec(failed?.message ?? "") ?? [];
        const source = await readFile(join(projectFolder, spec!.source), "utf8");
        expect(source.split("\n")[Number(line) - 1]).toContain('fs.getName("/a/b/c.lua")');
    });
});

test("what is skipped on CraftOS-PC is there to be skipped, and documented", async () => {
    const endToEnd = join(projectFolder, "tests/e2e");
    const files = (await readdir(endToEnd)).filter((name) => name.endsWith(".test.ts"));
    const sources = [
        ...(await compileSpecs()).map((spec) => spec.lua),
        ...(await Promise.all(files.map((name) => readFile(join(endToEnd, name), "utf8")))),
    ];
    const docs = await readFile(join(projectFolder, "docs/testing.md"), "utf8");
    for (const name of Object.keys(craftosPcSkipped)) {
        const isThere = sources.some((source) => {
            const found = [...source.matchAll(/(?:describe|it|test)\(\s*"([^"]+)"/g)].map(
                ([, words]) => words ?? "",
            );
            const block = found.find((words) => name.startsWith(`${words} `));
            return found.includes(name.slice(block === undefined ? 0 : block.length + 1));
        });
        expect(isThere, name).toBe(true);
        expect(docs.includes(name), `docs: ${name}`).toBe(true);
    }
});
