/**
 * How CraftOS-PC is started, watched and read. A script stands in for it, which shows nothing about CraftOS-PC itself.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
    commandLine,
    craftosPc,
    craftosPcSkipped,
    findCraftosPc,
    shownText,
} from "../../tools/harness/craftos-pc.ts";
import { projectFolder } from "../../tools/harness/disk.ts";
import { ourComputer } from "../../tools/harness/our-computer.ts";
import { compileSpecs } from "../../tools/harness/spec-compile.ts";
import { runSpec } from "../../tools/harness/spec-run.ts";
import { runBackendCommand } from "../../tools/harness/backend-command.ts";

let folder: string;
beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-craftos-pc-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program that runs the JavaScript in place of CraftOS-PC. */
async function standIn(javascript: string): Promise<string> {
    const path = join(folder, "craftos.cjs");
    await writeFile(path, `#!${process.execPath}\n${javascript}\n`, { mode: 0o755 });
    return path;
}

const job = (more = {}) => ({ disk: folder, timeoutSeconds: 30, ...more });

describe("the command line", () => {
    test("is headless, with the disk as the computer's root", () => {
        expect(commandLine({ disk: "/disk" }, "/data")).toEqual([
            ..."--headless -d /data --start-dir /disk -i 0".split(" "),
        ]);
    });

    test("names the ROM where one is given", () => {
        expect(commandLine({ disk: "/disk", rom: "/rom" }, "/data")).toEqual([
            ..."--headless --rom /rom -d /data --start-dir /disk -i 0".split(" "),
        ]);
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
        const path = await standIn("");
        expect(await findCraftosPc({ CRAFTOS_PC: path })).toEqual({ path });
    });
});

describe("a run", () => {
    test("gives the status and what was written, and tells SDL to leave signals alone", async () => {
        const program = await standIn(
            `process.stdout.write("\\x1b[31mhello\\x1b[0m  \\r\\n" + process.env.SDL_NO_SIGNAL_HANDLERS); process.exitCode = 7;`,
        );
        const result = await craftosPc(program).run(job());
        expect(result).toEqual({ end: { how: "shutdown", status: 7 }, output: "hello\n1" });
    });

    test("one that does not end is ended, also when it takes no notice of SIGTERM", async () => {
        const program = await standIn(`process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`);
        const { end } = await craftosPc(program).run(job({ timeoutSeconds: 0.5 }));
        expect(end).toEqual({ how: "timedOut" });
    });

    test("one that is called off is ended", async () => {
        const program = await standIn(`setInterval(() => {}, 1000);`);
        const { end } = await craftosPc(program).run(job({ signal: AbortSignal.abort() }));
        expect(end).toEqual({ how: "stopped" });
    });

    test("one that crashes says so", async () => {
        const program = await standIn(`process.kill(process.pid, "SIGABRT");`);
        const { end } = await craftosPc(program).run(job());
        expect(end).toEqual({ how: "failed", message: "CraftOS-PC was ended by SIGABRT" });
    });

    test("one that cannot be started is one line", async () => {
        await expect(craftosPc(join(folder, "none")).run(job())).rejects.toThrow(
            "CraftOS-PC does not start: ",
        );
    });

    test("leaves no line ends or blanks of the terminal", () => {
        expect(shownText("\x1b[2J\x1b[1;1Hone  \r\ntwo\t\r\n\r\n")).toBe("one\ntwo");
    });
});

describe("specs on a backend", () => {
    test("a computer that ends without a report is a problem, with what it showed", async () => {
        const program = await standIn(`console.log("no such ROM"); process.exitCode = 1;`);
        const spec = { name: "none", source: "none.spec.ts", lua: "", map: "{}" };
        const { cases, problem } = await runSpec(spec, { backend: craftosPc(program), server: "" });
        expect(cases).toEqual([]);
        expect(problem).toContain("no such ROM");
    });

    test("a failure names the line of the TypeScript", async () => {
        const specs = await compileSpecs();
        const spec = specs.find(({ name }) => name === "fs");
        const lua = spec!.lua.replace('fs.getName("/a/b/c.lua")', 'fs.getName("/a/b/other.lua")');
        const { cases } = await runSpec({ ...spec!, lua }, { backend: ourComputer, server: "" });
        const failed = cases.find(({ status }) => status === "failed");
        expect(failed?.message).toMatch(/^expected: "c\.lua"\ngot: "other\.lua"\nat /);
        const [, line] = /at tests\/computer\/specs\/fs\.spec\.ts:(\d+)$/.exec(failed?.message ?? "") ?? [];
        const source = await readFile(join(projectFolder, spec!.source), "utf8");
        expect(source.split("\n")[Number(line) - 1]).toContain('fs.getName("/a/b/c.lua")');
    });

    test("what is skipped on CraftOS-PC is there to be skipped, and documented", async () => {
        const specs = await compileSpecs();
        const lua = specs.map((spec) => spec.lua).join("\n");
        const docs = await readFile(join(projectFolder, "docs/testing.md"), "utf8");
        for (const name of Object.keys(craftosPcSkipped)) {
            const found = [...lua.matchAll(/(?:describe|it)\(\s*"([^"]+)"/g)].map(([, words]) => words ?? "");
            const block = found.find((words) => name.startsWith(`${words} `));
            expect(found, name).toContain(name.slice((block ?? "").length + 1));
            expect(docs).toContain(name);
        }
    });
});

describe("a command on a backend", () => {
    const run = (command: string) =>
        runBackendCommand(ourComputer, {
            disk: join(folder, "disk"),
            command,
            packages: ["trapos"],
            timeoutSeconds: 30,
        });

    test("is typed on the computer itself", async () => {
        const { end, output } = await run("echo is none, but: id");
        expect(output).toContain("> echo is none, but: id\nNo such program");
        expect(end).toEqual({ how: "shutdown", status: 1 });
    });

    test("succeeds when the program does", async () => {
        const { end, output } = await run("id");
        expect(output).toContain("This is computer #0");
        expect(end).toEqual({ how: "shutdown", status: 0 });
    });

    test("is one line of ASCII", async () => {
        await expect(run("a\nb")).rejects.toThrow("A command is one line of ASCII.");
    });
});
