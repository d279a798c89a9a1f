/** What was said and done, on the real server: read again, taken back, summed up, exported, counted. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let directory: string;
let world: World;

/** Puts the folder under version control: opencode takes snapshots of no other. */
function git(...words: string[]): void {
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...words], {
        cwd: directory,
        stdio: "pipe",
    });
}

beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "trapos-history-"));
    await writeFile(join(directory, "door.lua"), "print('door')\n");
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "begin");
    world = await startWorld({
        directory,
        config: { snapshot: true },
        models: { model: { limit: { context: 10000, output: 1000 } } },
    });
    world.model.setRules([
        ({ userText, toolResults }) => {
            if (toolResults.length > 0) return { text: `Done: ${userText}` };
            const [, file] = /^write (\S+)/.exec(userText) ?? [];
            if (file !== undefined) {
                // What a shell has done the twin of opencode 2 cannot take back.
                if (world.behind.dialect === 2) {
                    const content = "new\n";
                    return { toolCalls: [{ name: "write", arguments: { path: file, content } }] };
                }
                const command = `printf 'new\\n' > ${file}`;
                return { toolCalls: [{ name: "bash", arguments: { command, description: "Write" } }] };
            }
            if (userText === "plan") {
                const todos = [
                    { content: "Open the door", status: "completed", priority: "high" },
                    { content: "Close it", status: "in_progress", priority: "high" },
                    { content: "Lock it", status: "pending", priority: "low" },
                ];
                return { toolCalls: [{ name: "todowrite", arguments: { todos } }] };
            }
            return { text: `You said **${userText}**` };
        },
    ]);
});
afterAll(async () => {
    await world.stop();
    await rm(directory, { recursive: true, force: true });
});

it("shows the last prompts and answers, as many as are asked for", async () => {
    const computer = world.newComputer();
    for (const word of ["one", "two", "three"]) await computer.run(`ai ${word}`);
    const all = (await computer.run("ai history")).output;
    expect(all.replaceAll(/\n+/g, "|").trim()).toBe(
        "> one|You said one|> two|You said two|> three|You said three",
    );
    const last = (await computer.run("ai history 1")).output;
    expect(last.replaceAll(/\n+/g, "|").trim()).toBe("> three|You said three");
});

it("takes back prompts one by one with what they did to files, and brings them back", async () => {
    const computer = world.newComputer();
    await computer.run("ai write first.txt");
    await computer.run("ai write door.lua");
    const door = join(directory, "door.lua");
    expect(await readFile(door, "utf8")).toBe("new\n");

    const { output: diff } = await computer.run("ai diff");
    expect(diff).toMatch(/^M door\.lua +\+1 -1$/m);
    expect(diff).toMatch(/^-print\('door'\)$/m);
    expect(diff).toMatch(/^\+new$/m);

    const undone = await computer.run("ai undo");
    expect(undone.output).toMatch(/^Undone: write door\.lua\nM door\.lua +\+1 -1$/m);
    expect(await readFile(door, "utf8")).toBe("print('door')\n");
    expect((await computer.run("ai undo")).output).toMatch(
        /^Undone: write first\.txt\nA first\.txt +\+1 -0$/m,
    );
    expect(existsSync(join(directory, "first.txt"))).toBe(false);
    expect((await computer.run("ai history")).output).toContain("Nothing was said yet.");
    // What was taken back is no answer any more.
    expect((await computer.run("ai last")).succeeded).toBe(false);
    const nothing = await computer.run("ai undo");
    expect(nothing.transcript).toContain("There is nothing to undo");
    expect(nothing.succeeded).toBe(false);

    expect((await computer.run("ai redo")).output).toMatch(/^There again: write first\.txt/m);
    expect(existsSync(join(directory, "first.txt"))).toBe(true);
    expect(await readFile(door, "utf8")).toBe("print('door')\n");
    expect((await computer.run("ai redo")).output).toMatch(/^There again: write door\.lua/m);
    expect(await readFile(door, "utf8")).toBe("new\n");
    const none = await computer.run("ai redo");
    expect(none.transcript).toContain("Nothing was undone");
    expect(none.succeeded).toBe(false);
});

it("lists what the agent means to do", async () => {
    const computer = world.newComputer();
    await computer.run("ai plan");
    const { output } = await computer.run("ai todo");
    expect(output.trim().split("\n")).toEqual(["[x] Open the door", "[>] Close it", "[ ] Lock it"]);
});

it("counts what was used, by the session, today and in all", async () => {
    const computer = world.newComputer();
    await computer.run("ai hello");
    const { output } = await computer.run("ai usage");
    expect(output).toMatch(/^read +[\d,]{2,} tokens$/m);
    expect(output).toMatch(/^context +[\d,]+ of 10,000 \(\d+ %\)$/m);
    const session = String(await computer.setting("opencc.session_id"));
    const { tokens } = await world.behind.getSession(session);
    expect(output.replaceAll(",", "")).toContain(`${tokens.input} tokens`);
    const sessions = await world.behind.listSessions();
    const sum = sessions.reduce((total, one) => total + one.tokens.input, 0);
    for (const period of ["today", "all"]) {
        const whole = (await computer.run(`ai usage ${period}`)).output.replaceAll(",", "");
        expect(whole).toContain(`${sum} tokens`);
        expect(whole).toMatch(new RegExp(`^sessions +${sessions.length}$`, "m"));
    }
});

it("writes a session into a file, and asks before it replaces one", async () => {
    const computer = world.newComputer();
    // Nothing of a session in which nothing was said; nobody is asked, either.
    await computer.run("ai new");
    await writeFile(join(computer.disk, "none.md"), "mine");
    const empty = await computer.run("ai export none.md");
    expect(empty.output.replace(/\s+/g, " ")).toContain("Nothing was said yet: nothing was written.");
    expect(empty.succeeded).toBe(true);
    expect(await readFile(join(computer.disk, "none.md"), "utf8")).toBe("mine");
    await computer.run("ai hello");
    expect((await computer.run("ai export talk.md")).output).toContain("Written: /talk.md (1 prompt)");
    const file = join(computer.disk, "talk.md");
    expect(await readFile(file, "utf8")).toBe("> hello\n\nYou said **hello**\n");
    await writeFile(file, "mine");
    const asked = await computer.run("ai export talk.md");
    expect(asked.succeeded).toBe(false);
    expect(asked.transcript).toContain("asks before it does that");
    expect(await readFile(file, "utf8")).toBe("mine");
    await computer.run("ai --no export talk.md");
    expect(await readFile(file, "utf8")).toBe("mine");
    await computer.run("ai --yes export talk.md");
    expect(await readFile(file, "utf8")).toContain("hello");
    const folder = await computer.run("ai --yes export rom/x.md");
    expect(folder.succeeded).toBe(false);
    expect(folder.transcript.replaceAll("\n", " ")).toContain("could not be written");
});

it("sums up what was said", async () => {
    const computer = world.newComputer();
    await computer.run("ai hello");
    const { output, succeeded } = await computer.run("ai compact");
    expect(output).toContain("A summary stands now");
    expect(succeeded).toBe(true);
    const session = String(await computer.setting("opencc.session_id"));
    const messages = await world.behind.messages(session);
    expect(messages.some(({ isSummary }) => isSummary)).toBe(true);
    // It can be talked on.
    expect((await computer.run("ai and now?")).output).toContain("You said and now?");
});
