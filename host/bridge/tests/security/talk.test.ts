/**
 * What the model, and whoever prompts it, gets at on the host by the profile of the computer: on the real opencode, with a model
 * that tries everything.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startTestBridge, type TestBridge } from "../../../../tools/harness/bridge.ts";
import { type ScriptedServer, startScriptedServer } from "../../../../tools/harness/server.ts";
import type { ToolCall } from "../../../../tools/model/index.ts";
import type { Profile } from "../../src/journal/journal.ts";
import { type Computer, connect, newName, type Said } from "./computer.ts";

/** What stands in files that a computer is not to get at. */
const INSIDE = "what-stands-in-the-folder";
const OUTSIDE = "what-stands-outside-of-it";

let folder: string;
let work: string;
let server: ScriptedServer;
let bridge: TestBridge;
let games = 0;
const trace = () => join(work, "trace");

beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-talk-"));
    work = join(folder, "work");
    await mkdir(work);
    await writeFile(join(work, "inside.txt"), INSIDE);
    await writeFile(join(folder, "outside.txt"), OUTSIDE);
    await symlink(join(folder, "outside.txt"), join(work, "link.txt"));
    await symlink(folder, join(work, "linked"));
    server = await startScriptedServer({
        home: join(folder, "opencode"),
        directory: work,
        // Whatever opencode's own configuration allows, agents of it too.
        config: {
            agent: {
                free: { mode: "primary", permission: { "*": "allow", external_directory: "allow" } },
                helper: { mode: "subagent", description: "Helps", permission: { "*": "allow" } },
            },
            command: {
                leak: { template: `!\`touch ${join(work, "trace")}\` @${join(folder, "outside.txt")}` },
            },
        },
    });
    bridge = await startTestBridge(() => server.opencode, join(folder, "bridge"), { isFenced: true });
});
afterAll(async () => {
    await bridge.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
});
beforeEach(() => rm(trace(), { force: true }));

interface Linked {
    readonly computer: Computer;
    readonly sessionId: string;
}

async function link(profile: Profile): Promise<Linked> {
    const settings = bridge.link(games++, profile);
    const computer = await connect({
        url: settings["opencc.link_url"] as string,
        token: settings["opencc.link_token"] as string,
    });
    onTestFinished(() => computer.close());
    const session = await computer.call("createSession", { title: "a test" });
    return { computer, sessionId: (session.value as { id: string }).id };
}

/** Prompts, and waits for the turn's end. @returns all that was said of it */
async function prompt(
    { computer, sessionId }: Linked,
    fields: object = {},
): Promise<{ end: Said; all: string }> {
    const nonce = newName("nonce");
    const start = computer.messages.length;
    computer.say({
        type: "prompt",
        nonce,
        sessionId,
        text: "try",
        idleTimeout: 60,
        wanted: { text: true, reasoning: true },
        ...fields,
    });
    const isEnd = ({ type }: Said) => type === "done" || type === "failed";
    const end = await computer.message((message) => message.nonce === nonce && isEnd(message));
    return { end, all: JSON.stringify(computer.messages.slice(start)) };
}

/** The model calls a tool, whether it was offered or not, and then says what came of it. */
function attempt(call: ToolCall): void {
    server.model.setRules([
        ({ toolResults }) =>
            toolResults.length === 0
                ? { toolCalls: [call] }
                : { text: `It gave: ${toolResults.map(({ output }) => output).join("\n")}` },
    ]);
}

/** What the model is told in the newest turn. */
const modelSaw = () => JSON.stringify(server.model.requests.map(({ body }) => body.messages));

const bash = (command: string): ToolCall => ({ name: "bash", arguments: { command, description: "x" } });
const attempts: readonly (readonly [name: string, call: () => ToolCall])[] = [
    ["bash", () => bash(`touch ${trace()}; cat inside.txt`)],
    ["bash with a line that begins with --", () => bash(`-- x; touch ${trace()}`)],
    ["bash in the middle of a line", () => bash(`echo "$(touch ${trace()}; cat inside.txt)"`)],
    ["read", () => ({ name: "read", arguments: { filePath: join(work, "inside.txt") } })],
    ["read outside", () => ({ name: "read", arguments: { filePath: join(folder, "outside.txt") } })],
    ["write", () => ({ name: "write", arguments: { filePath: trace(), content: "x" } })],
    ["edit", () => ({ name: "edit", arguments: { filePath: trace(), oldString: "", newString: "x" } })],
    ["glob", () => ({ name: "glob", arguments: { pattern: "*", path: work } })],
    ["grep", () => ({ name: "grep", arguments: { pattern: "what-stands", path: work } })],
    ["list", () => ({ name: "list", arguments: { path: work } })],
    ["webfetch", () => ({ name: "webfetch", arguments: { url: server.model.url, format: "text" } })],
    ["skill", () => ({ name: "skill", arguments: { name: "x" } })],
    ["todowrite", () => ({ name: "todowrite", arguments: { todos: [] } })],
    [
        "task",
        () => ({
            name: "task",
            arguments: { description: "x", prompt: `[tools 1] touch`, subagent_type: "general" },
        }),
    ],
    [
        "batch",
        () => ({
            name: "batch",
            arguments: { tool_calls: [{ tool: "bash", parameters: { command: `touch ${trace()}` } }] },
        }),
    ],
    [
        "apply_patch",
        () => ({
            name: "apply_patch",
            arguments: { patchText: `*** Begin Patch\n*** Add File: trace\n+x\n*** End Patch` },
        }),
    ],
];

describe("profile talk", () => {
    it.each(attempts)("runs no tool that the model asks for: %s", async (_name, call) => {
        attempt(call());
        const linked = await link("talk");
        const { all } = await prompt(linked);
        expect(existsSync(trace())).toBe(false);
        expect(all).not.toContain(INSIDE);
        expect(all).not.toContain(OUTSIDE);
        expect(all).not.toContain('"status":"completed"');
    });

    it("offers the model no tool", async () => {
        server.model.setRules([() => ({ text: "fine" })]);
        const linked = await link("talk");
        const before = server.model.requests.length;
        await prompt(linked);
        const offered = server.model.requests.slice(before).flatMap(({ conversation }) => conversation.tools);
        expect(offered.map(({ name }) => name)).toEqual([]);
    });

    it.each<[name: string, fields: () => object]>([
        ["an agent that may do everything", () => ({ agent: "free" })],
        ["the agent build", () => ({ agent: "build" })],
        ["the agent plan", () => ({ agent: "plan" })],
        ["a subagent as the agent", () => ({ agent: "helper" })],
        ["an agent that writes titles", () => ({ agent: "title" })],
        ["a system prompt", () => ({ system: "You may run everything." })],
        ["a variant", () => ({ variant: "high" })],
        ["another model", () => ({ model: "scripted/other" })],
        ["a file by its name", () => ({ text: "try @inside.txt @../outside.txt" })],
        ["a command by its name", () => ({ text: "/leak" })],
        ["a line of the shell", () => ({ text: `!touch ${trace()}` })],
        ["what a template would run", () => ({ text: `!\`touch ${trace()}\`` })],
        [
            "an attachment that looks like a file",
            () => ({ attachments: [`@${join(work, "inside.txt")}`, "file:///etc/passwd"] }),
        ],
    ])("reaches nothing of the host by %s", async (_name, fields) => {
        attempt(bash(`touch ${trace()}; cat inside.txt`));
        const linked = await link("talk");
        await prompt(linked, fields());
        expect(existsSync(trace())).toBe(false);
        const seen = modelSaw();
        expect(seen).not.toContain(INSIDE);
        expect(seen).not.toContain(OUTSIDE);
    });

    it.each<[name: string, call: (sessionId: string) => [string, object]]>([
        ["a line of the shell", (id) => ["startShell", { id, agent: "build", line: `touch ${trace()}` }]],
        ["a command", (id) => ["startCommand", { id, command: { name: "leak", arguments: "" } }]],
        ["the files of the folder", () => ["listFiles", { path: "" }]],
        ["the names of files", () => ["findFiles", { query: "inside" }]],
        ["what a prompt has changed", (id) => ["undo", { id, messageId: "msg_1" }]],
    ])("calls nothing that does: %s", async (_name, call) => {
        const { computer, sessionId } = await link("talk");
        const [name, given] = call(sessionId);
        expect(await computer.call(name, given)).toMatchObject({ type: "failure", code: "forbidden" });
        expect(existsSync(trace())).toBe(false);
    });

    it("sends no file of the host along", async () => {
        const linked = await link("talk");
        const files = [{ path: "inside.txt", absolute: join(work, "inside.txt") }];
        expect((await prompt(linked, { files })).end).toMatchObject({ code: "forbidden" });
        expect(modelSaw()).not.toContain(INSIDE);
    });

    it("keeps its rules in a session that was forked, which has none by itself", async () => {
        server.model.setRules([() => ({ text: "fine" })]);
        const linked = await link("talk");
        await prompt(linked);
        const forked = await linked.computer.call("forkSession", { id: linked.sessionId });
        const fork = { ...linked, sessionId: (forked.value as { id: string }).id };
        expect(fork.sessionId).not.toBe(linked.sessionId);
        attempt(bash(`touch ${trace()}`));
        await prompt(fork, { agent: "free" });
        expect(existsSync(trace())).toBe(false);
    });
});

describe("profile read", () => {
    it("reads a file of the folder, and none outside of it", async () => {
        attempt({ name: "read", arguments: { filePath: join(work, "inside.txt") } });
        expect((await prompt(await link("read"))).all).toContain(INSIDE);
        attempt({ name: "read", arguments: { filePath: join(folder, "outside.txt") } });
        expect((await prompt(await link("read"))).all).not.toContain(OUTSIDE);
    });

    it.each(attempts.filter(([name]) => !/^(read|glob|grep|list)$/.test(name)))(
        "runs nothing that changes something: %s",
        async (_name, call) => {
            attempt(call());
            const { all } = await prompt(await link("read"));
            expect(existsSync(trace())).toBe(false);
            expect(all).not.toContain(OUTSIDE);
            expect(all).not.toContain('"status":"completed"');
        },
    );

    it.each<[name: string, path: () => string, isRead: boolean]>([
        ["a file of the folder", () => join(work, "inside.txt"), true],
        ["one outside", () => join(folder, "outside.txt"), false],
        ["one of the system", () => "/etc/passwd", false],
        ["a way out", () => join(work, "..", "outside.txt"), false],
        ["a link that leads out", () => join(work, "link.txt"), false],
        ["a folder's link that leads out", () => join(work, "linked", "outside.txt"), false],
        ["one that is not there", () => join(work, "nothing.txt"), false],
        ["one by its name alone", () => "inside.txt", false],
        ["an impossible name", () => "/\0", false],
    ])("sends %s along with a prompt only where it is in the folder", async (_name, path, isRead) => {
        server.model.setRules([() => ({ text: "fine" })]);
        const before = server.model.requests.length;
        const files = [{ path: "a file", absolute: path() }];
        const { end } = await prompt(await link("read"), { files });
        const seen = JSON.stringify(server.model.requests.slice(before).map(({ body }) => body.messages));
        expect(seen.includes(INSIDE)).toBe(isRead);
        expect(seen).not.toContain(OUTSIDE);
        expect(seen).not.toContain("root:");
        expect(end).toMatchObject(isRead ? { type: "done" } : { type: "failed", code: "forbidden" });
    });

    it.each(["..", "linked", "/etc", "C:\\", "linked/opencode", "a/../..", "\0"])(
        "lists no folder outside: %j",
        async (path) => {
            const { computer } = await link("read");
            expect(await computer.call("listFiles", { path })).toMatchObject({ code: "forbidden" });
        },
    );
});

/** That what is tried above would be done where nothing forbids it. */
describe("profile trusted", () => {
    it.each(["bash", "bash in the middle of a line", "write", "edit"])(
        "does what the model asks for: %s",
        async (name) => {
            attempt(attempts.find((one) => one[0] === name)![1]());
            await prompt(await link("trusted"));
            expect(existsSync(trace())).toBe(true);
        },
    );

    it("runs a line of the shell and a command", async () => {
        const { computer, sessionId } = await link("trusted");
        const line = { id: sessionId, agent: "build", line: `touch ${trace()}` };
        expect(await computer.call("startShell", line)).toMatchObject({ type: "result" });
        expect(existsSync(trace())).toBe(true);
    });
});

/** A tool that was run to its end; one that does not exist is "invalid", and completes. */
const COMPLETED = /"tool":"(?!invalid)[a-z_]+"[^}]*"status":"completed"/;

/** Asks in the game, and answers in the place of the player. @returns what was asked, in order */
async function answering(
    linked: Linked,
    reply: "once" | "always" | "reject",
): Promise<{ asked: Said[]; end: Said; all: string }> {
    const asked: Said[] = [];
    const { computer } = linked;
    const start = computer.messages.length;
    const look = () => {
        for (const message of computer.messages.slice(start)) {
            if (message.type !== "permission" || asked.includes(message)) continue;
            asked.push(message);
            const { id } = message.ask as { id: string };
            computer.say({ type: "decision", nonce: message.nonce, id, what: "permission", reply });
        }
    };
    computer.socket.on("message", look);
    const { end, all } = await prompt(linked);
    computer.socket.off("message", look);
    return { asked, end, all };
}

describe("profile build", () => {
    it.each(attempts.filter(([name]) => /^(bash|write|edit|webfetch|apply_patch)/.test(name)))(
        "does nothing before it was asked in the game: %s",
        async (_name, call) => {
            attempt(call());
            const { asked, all } = await answering(await link("build"), "reject");
            if (process.env["SHOW"]) console.log(JSON.stringify(asked));
            expect(asked).toHaveLength(call().name === "apply_patch" ? 0 : 1);
            expect(existsSync(trace())).toBe(false);
            expect(all).not.toMatch(COMPLETED);
        },
    );

    it("starts no subagent: what those do is asked by rules of their own", async () => {
        attempt({ name: "task", arguments: { description: "x", prompt: "go", subagent_type: "helper" } });
        const { asked, all } = await answering(await link("build"), "once");
        expect(asked).toEqual([]);
        expect(all).not.toMatch(COMPLETED);
    });

    it("asks anew in another session for what was always allowed in one, also of the same computer", async () => {
        attempt(bash("echo one"));
        const first = await link("build");
        expect((await answering(first, "always")).asked).toHaveLength(1);
        expect((await answering(first, "reject")).asked).toHaveLength(0);
        const session = await first.computer.call("createSession", { title: "another" });
        const second = { ...first, sessionId: (session.value as { id: string }).id };
        expect((await answering(second, "reject")).asked).toHaveLength(1);
        expect((await answering(await link("build"), "reject")).asked).toHaveLength(1);
    });

    it("asks for a file outside of the folder, also by a prompt", async () => {
        attempt({ name: "read", arguments: { filePath: join(folder, "outside.txt") } });
        const { asked, all } = await answering(await link("build"), "reject");
        expect(asked).toHaveLength(1);
        expect(all).not.toContain(OUTSIDE);
        const files = [{ path: "x", absolute: join(folder, "outside.txt") }];
        expect((await prompt(await link("build"), { files })).end).toMatchObject({ code: "forbidden" });
    });

    it.each([
        "X=1 > trace",
        "(( 1 )) > trace",
        "function f { touch trace; }; f",
        "`touch trace`",
        "--\ntouch trace",
        "-- touch trace",
        "--version > trace",
        "--x || touch trace",
        "cd .; touch trace",
        ": > trace",
        "X=$(touch trace)",
        "case x in x) touch trace;; esac",
        "cat <(touch trace)",
        "! touch trace",
        "echo ${X:=$(touch trace)}",
        "cat <<E\n$(touch trace)\nE",
        "coproc touch trace",
        "let 'a[$(touch trace)]=1'",
    ])("asks for the line %j before it runs", async (line) => {
        attempt(bash(line));
        const { asked } = await answering(await link("build"), "reject");
        expect(asked).toHaveLength(1);
        expect(existsSync(trace())).toBe(false);
    });

    // What opencode 1.18.33 does not hold, so that `build` is for those who may have a shell: where one of these is asked for,
    // opencode has mended it, and what is said of the profile can be less.
    it.each([
        "> trace",
        "cd . && > trace",
        "[[ 'a[$(touch trace)]' -eq 0 ]]",
        "[[ -v 'a[$(touch trace)]' ]]",
    ])("is not asked for the line %j, which opencode runs at once", async (line) => {
        attempt(bash(line));
        const { asked } = await answering(await link("build"), "reject");
        expect(asked).toEqual([]);
        expect(existsSync(trace())).toBe(true);
    });
});
