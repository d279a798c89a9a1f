/** What `ai` says to command lines that it cannot do, and what it and its startup file do where one of its files is damaged. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { runWithLibai, startServer, temporaryFolder } from "./libai-support.ts";

/** A computer on which a file has another content, or is gone. */
async function bootWith(path: string, content: string | undefined): Promise<Computer> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos"]);
    if (content === undefined) await rm(join(disk, path));
    else await writeFile(join(disk, path), content);
    const computer = await boot({ disk });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^>/m);
    return computer;
}

const rows = (computer: Computer) =>
    computer
        .screen()
        .map((row) => row.trimEnd())
        .filter((row) => row !== "");

const mend = "Mend it: ccpm verify --fix";

it.each([
    ["apis/ai/program.lua", undefined],
    ["apis/ai/turn.lua", undefined],
    ["apis/ai/commands/ping.lua", ""],
    ["apis/trapos/text.lua", "local M = {"],
    ["apis/ai/client.lua", ""],
])("ai says how to mend it where %s is %j", async (path, content) => {
    const computer = await bootWith(path, content);
    await computer.type("ai ping\n");
    await computer.waitForText(/Mend it.*\n>/);
    const shown = rows(computer);
    const typed = shown.indexOf("> ai ping");
    expect(shown.slice(typed + 1).length).toBeLessThanOrEqual(4);
    expect(shown.slice(-2)).toEqual([mend, ">"]);
    expect(shown.slice(0, typed).join()).not.toContain("damaged");
});

it.each([
    ["apis/trapos/settingsfile.lua", undefined],
    ["apis/ai/session.lua", "return {"],
    ["apis/ai/settings.lua", ""],
])("the boot goes on after one line where %s is %j", async (path, content) => {
    const computer = await bootWith(path, content);
    expect(rows(computer).slice(1)).toEqual([`ai is damaged. ${mend}`, ">"]);
    await computer.type("ai ping\n");
    await computer.waitForText(/\nMend it.*\n>/);
    await computer.type("trapos\n");
    await computer.waitForText("trapos-ai");
});

it("an empty apis/ai/session.lua is damage, too", async () => {
    const computer = await bootWith("apis/ai/session.lua", "");
    expect(rows(computer).slice(1)).toEqual([`ai is damaged. ${mend}`, ">"]);
});

it.each([
    ["apis/trapos/supervisor.lua", undefined],
    ["apis/trapos/supervisor.lua", ""],
])("the boot says in one line that %s is %j", async (path, content) => {
    const computer = await bootWith(path, content);
    // The line of ai stands above.
    expect(rows(computer).slice(2)).toEqual([`TrapOS is damaged. ${mend}`, ">"]);
});

it.each([
    ["apis/ccpm/program.lua", "ccpm list"],
    ["apis/ccpm/progress.lua", "trapos"],
    ["apis/ccpm/client.lua", "ccpm list"],
    ["apis/ccpm/client.lua", "trapos --version"],
])("where %s is empty, %s says how to mend it", async (path, command) => {
    const computer = await bootWith(path, "");
    await computer.type(`${command}\n`);
    await computer.waitForText("Mend it: wget run <registry>/install.lua");
});

it("where apis/ccpm/overview.lua is empty, trapos says how to mend it", async () => {
    const computer = await bootWith("apis/ccpm/overview.lua", "");
    await computer.type("trapos\n");
    await computer.waitForText(`TrapOS is damaged.\n${mend}\n>`);
});

it.each([
    ["apis/trapos/help.lua", undefined],
    ["apis/test/program.lua", ""],
])("runtest says how to mend it where %s is %j", async (path, content) => {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos-test"]);
    if (content === undefined) await rm(join(disk, path));
    else await writeFile(join(disk, path), content);
    const computer = await boot({ disk });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^>/m);
    await computer.type("runtest --help\n");
    await computer.waitForText(/\nMend it.*\n>/);
    expect(rows(computer).slice(-2)).toEqual([mend, ">"]);
    expect(rows(computer).length).toBeLessThanOrEqual(6);
});

it.each([
    ["help foo", "There is no command foo."],
    ["-x hello", "There is no flag -x."],
    ["--timeout 0 hello", "--timeout takes a number of seconds above 0."],
    ["--timeout soon hello", "--timeout takes a number of seconds above 0."],
    ["--model", "--model needs a value."],
])("ai %s: %s", async (words, message) => {
    const { lines } = await runWithLibai(`print(shell.run("ai ${words}"))`);
    expect(lines).toEqual([message, "See: ai help", "false"]);
});

it.each(["--model a/b", "-v", "--session ses_1"])("ai %s lacks a prompt", async (words) => {
    const { lines } = await runWithLibai(`print(shell.run("ai ${words}"))`);
    expect(lines).toEqual(["There is nothing to ask.", "Type: ai <prompt>", "false"]);
});

it("ai help begins with what is typed most, and tells of every command and flag", async () => {
    const { lines } = await runWithLibai('print(shell.run("ai help"))', { width: 51 });
    expect(lines[0]).toMatch(/^ai <prompt> +Ask/);
    for (const name of ["ai sessions", "ai help [command]", "--model id", "--version"]) {
        expect(lines.filter((line) => line.startsWith(name))).toHaveLength(1);
    }
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(51);
    const { lines: one } = await runWithLibai('shell.run("ai help ask")');
    expect(one[0]!.replace(/ +Ask/, " Ask")).toBe(lines[0]!.replace(/ +Ask/, " Ask"));
    const flags = "--session --model --agent --variant --file, --lines --timeout --reasoning".split(" ");
    expect(one.slice(1).map((line) => line.split(" ")[0])).toEqual(flags);
});

it("ai help begins at its beginning on a turtle's screen", async () => {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos"]);
    const computer = await boot({ disk, width: 39, height: 13 });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^>/m);
    await computer.type("ai help\n");
    await computer.waitForText("ai new [prompt]");
    expect(rows(computer)).toContain("ai <prompt>");
    await computer.type("q");
    await computer.waitForText(/^>\s*$/m);
});

it("Tab offers every flag of ai", async () => {
    const { lines } = await runWithLibai(`
        local offered, known = {}, {}
        for _, word in ipairs(shell.complete("ai --")) do offered[#offered + 1] = (word:gsub(" $", "")) end
        for _, flags in ipairs({
            require("/apis/ai/commandtable").program.flags,
            require("/apis/trapos/commandline").COMMON,
        }) do
            for _, flag in ipairs(flags) do known[#known + 1] = flag.name end
        end
        table.sort(known)
        print(table.concat(offered, ",") == table.concat(known, ","), #known > 10)`);
    expect(lines).toEqual(["true true"]);
});

const detailed = "[ai] model=p/m, finish=stop, tokens=12+3, seconds=1.3";

it.each([
    ["", detailed],
    [
        "reply.tokens = { input = 1e14, output = 0 }",
        "[ai] model=p/m, finish=stop, tokens=100000000000000+0, seconds=1.3",
    ],
    [
        "reply.model = ('x'):rep(1e5) .. 'y'",
        `[ai] model=${"x".repeat(25)}...${"x".repeat(11)}y, finish=stop, tokens=12+3, seconds=1.3`,
    ],
    ["reply.model = 'a\\nb\\27[31mc'", "[ai] model=a bc, finish=stop, tokens=12+3, seconds=1.3"],
    ["reply.model, reply.finish, reply.tokens = nil", "[ai] seconds=1.3"],
])("ai -v says of a reply with %s what is there", async (statements, line) => {
    const { lines } = await runWithLibai(
        `local reply = { text = "yes", model = "p/m", finish = "stop", tokens = { input = 12, output = 3 }, seconds = 1.26 }
         ${statements}
         require("/apis/ai/program").run({ "-v", "hi" }, { ask = function() return reply end })`,
    );
    expect(lines).toEqual(["yes", line]);
});

it("what is typed goes out as UTF-8, every letter that can be typed", async () => {
    const letters = Array.from({ length: 255 - 160 }, (_, index) => String.fromCharCode(161 + index))
        .filter((letter) => letter !== "\u00ad")
        .join("");
    const bodies: string[] = [];
    const { url } = await startServer(({ method, path, body }) => {
        if (method === "POST") bodies.push(body);
        if (path === "/session/status" || path === "/session/ses_1/message") return { body: {} };
        if (!path.startsWith("/session")) return { body: {} };
        if (path.endsWith("prompt_async")) return { status: 400, body: { name: "BadRequest" } };
        return { body: { id: "ses_1", title: "", directory: "/", time: { created: 1, updated: 1 } } };
    });
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos-ai"]);
    await writeSettings(disk, { "opencc.server_url": url });
    const computer = await boot({ disk, http: { allow: ["127.0.0.1"] } });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^>/m);
    await computer.type(`ai ${letters}\n`);
    await computer.waitForText(/opencode refuses[^]*\n>/);
    const sent = bodies.map((body) => JSON.parse(body) as { title?: string; parts?: { text: string }[] });
    expect(sent.map(({ title }) => title).join("")).toMatch(/^\u00a1\u00a2.* \(computer 0\)$/);
    expect(sent.map(({ parts }) => parts?.[0]?.text).join("")).toBe(letters);
});
