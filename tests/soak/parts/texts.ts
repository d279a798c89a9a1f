/** Texts that nobody wants on a screen, wherever a server or a model can say something. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { installPackages, projectFolder } from "../../../tools/harness/disk.ts";
import { rawError } from "../../computer/ai-screen-support.ts";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";
import { hostileLine, hostileAnswer, hostileText, SECRET } from "./texts-grammar.ts";
import { type Script, startTextServer, type TextServer } from "./texts-server.ts";

const screens = [
    { width: 51, height: 19, colour: true },
    { width: 39, height: 13, colour: true },
    { width: 26, height: 20, colour: false },
] as const;

/** How long a round may take, pages and all; one takes about a second. */
const SECONDS = 60;

/** How many keys are pressed in a view before it is left. */
const MOST_KEYS = 5;

/** Rows that what is no answer may take. */
const MOST_ROWS = 13;

/**
 * Runs a shell on a terminal that writes down what is drawn beyond the screen, where nobody would see it.
 */
const recorder = `
    local width, height = term.getSize()
    -- A window, as multishell has them: whoever sits before it can turn pages and answer.
    local typing = false
    local native, recorder = window.create(term.native(), 1, 1, width, height), {}
    for name, act in pairs(native) do recorder[name] = act end
    function recorder.write(text)
        local x, y = native.getCursorPos()
        local width, height = native.getSize()
        if not typing and (x < 1 or y < 1 or y > height or tostring(text):sub(math.max(width - x + 2, 1)):find("[^ ]")) then
            local file = fs.open("/outside", "a")
            file.writeLine(x .. "," .. y .. ": " .. tostring(text):sub(1, 300))
            file.close()
        end
        return native.write(text)
    end
    function recorder.blit(text, colours, grounds)
        local x, y = native.getCursorPos()
        if x < 1 or y < 1 or y > height or #text > width - x + 1 then
            local file = fs.open("/outside", "a")
            file.writeLine(x .. "," .. y .. ": " .. text:sub(1, 300))
            file.close()
        end
        return native.blit(text, colours, grounds)
    end
    -- What is typed moves along in its row, and what the shell offers to complete it is drawn beyond the row's end.
    local typed = read
    _G.read = function(...)
        typing = true
        local result = table.pack(pcall(typed, ...))
        typing = false
        if not result[1] then error(result[2], 0) end
        return table.unpack(result, 2, result.n)
    end
    term.redirect(recorder)
    shell.run("shell")
`;

/** What is played: what the server tells, what is typed, and whether an answer is shown, which may be long. */
interface Scene {
    readonly script: Script;
    readonly titles?: readonly string[];
    readonly typed: string;
    /** Typed before, whatever comes of it. */
    readonly before?: string;
    readonly isAnswer?: boolean;
    /** Typed afterwards, so that other scenes have the usual settings. */
    readonly after?: string;
    /** Nothing but one moving line is to be seen until the answer, which is "done". */
    readonly isQuiet?: boolean;
}

const tool = (name: string, state: object) => [
    { type: "tool", tool: name, callID: "call_1", state: { status: "running", ...state } },
];
const waiting = { text: "done", isQuiet: true };

function some<T>(random: Random, most: number, make: (index: number) => T): T[] {
    return Array.from({ length: 1 + random.whole(most) }, (_, index) => make(index));
}

/** A unified diff of anything. */
const hostilePatch = (random: Random): string =>
    `--- a\n+++ b\n@@ -1,9 +1,9 @@\n${some(random, 6, () => random.pick(["+", "-", " ", ""]) + hostileLine(random)).join("\n")}`;

/** What was said in a session before. */
const conversation = (random: Random): object[] =>
    some(random, 4, (index) => [
        {
            info: { id: `msg_${index}a`, role: "user", time: { created: 1 } },
            parts: [{ type: "text", text: hostileLine(random) }],
        },
        {
            info: {
                id: `msg_${index}b`,
                role: "assistant",
                parentID: `msg_${index}a`,
                time: { created: 2, completed: 3 },
                finish: "stop",
                providerID: hostileLine(random),
                modelID: hostileLine(random),
                agent: hostileLine(random),
                tokens: { input: 1e12, output: 5, total: 1e15 },
                error: random.chance(0.3)
                    ? { name: hostileLine(random), data: { message: hostileLine(random) } }
                    : undefined,
            },
            parts: [{ type: "text", text: hostileAnswer(random) }],
        },
    ]).flat();

/** An answer to one prompt. */
const answered = (text: string): object[] => [
    { info: { id: "msg_0a", role: "user", time: { created: 1 } }, parts: [{ type: "text", text: "hi" }] },
    {
        info: {
            id: "msg_0b",
            role: "assistant",
            parentID: "msg_0a",
            time: { created: 2, completed: 3 },
            finish: "stop",
        },
        parts: [{ type: "text", text }],
    },
];

/** An answer with code in it, which is no program, or none that does anything. */
const codeAnswer = (random: Random): string =>
    `${hostileLine(random)}\n\n\`\`\`lua\n${random.pick(["return 1\n", "", "-- "])}${hostileLine(random)}\n\`\`\`\n${hostileLine(random)}`;

/** What somebody can type: one word. */
const typable = (random: Random): string =>
    some(random, 40, () => String.fromCharCode(random.pick([48, 97, 192]) + random.whole(10))).join("");

/** A line is typed below what it is asked for with: that looks like the shell's prompt. */
const LINE = /(Address of the[^>]*\]:|User \[[^>]*\]:|Password \[[^>]*\]:|leave\s+>)\n>$/;

/** What the last row shows where something waits for a key, and what is pressed there until it is left. */
const views = [
    {
        name: "page",
        sign: /q: ?quit *$|^\d+-\d+ of \d+$/,
        keys: [" ", "end", "home", "up", "pagedown"],
        leave: ["q"],
    },
    {
        name: "models of the setup",
        sign: /^ ?Model\b[^]*(Quit|\/ q)$/,
        isWhole: true,
        keys: ["down", "end"],
        leave: ["\n", "\n", "q"],
    },
    { name: "chooser", sign: /(Quit|\/ q)$/, keys: ["down", "end", "up", "pagedown"], leave: ["q"] },
    {
        name: "box",
        sign: /(n no|no, and why|n no answer)$/,
        keys: ["pagedown", "end", "up", "home", "1", "x"],
        leave: ["y", "a", "n", "n", "tbecause\n", "1", "wso\n"],
    },
    { name: "question", sign: /\[[yY]\/[nN]\]$/, keys: [], leave: ["y", "n"] },
    {
        name: "line",
        sign: LINE,
        isWhole: true,
        keys: ["a b\n", "ftp://x\n", "u:p@x\n"],
        leave: ["\n", "\n", "q\n"],
    },
    {
        name: "password",
        sign: /^(Password|password|User)( \[.*\])?:$/,
        keys: [],
        leave: ["x\n", "\n", "q\n"],
    },
    { name: "model again", sign: /q: leave >$/, keys: [], leave: ["s\n", "q\n", "\n"] },
] as const;
type View = (typeof views)[number];

/** What can be hostile, by what it is. */
const scenes: Readonly<Record<string, (random: Random) => Scene>> = {
    reply: (random) => ({
        script: { polls: 0, text: hostileAnswer(random) },
        typed: "ai hi",
        isAnswer: true,
    }),
    "reply in full": (random) => ({
        script: { polls: 0, text: hostileAnswer(random) },
        typed: "ai -v hi",
        isAnswer: true,
    }),
    "reply again": (random) => ({
        script: { polls: 0, text: hostileAnswer(random) },
        typed: "ai resume",
        isAnswer: true,
    }),
    pong: (random) => ({ script: { polls: 0, text: hostileAnswer(random) }, typed: "ai ping" }),
    details: (random) => ({
        script: {
            polls: 0,
            text: "done",
            info: {
                modelID: hostileLine(random),
                providerID: hostileLine(random),
                agent: hostileLine(random),
                finish: hostileLine(random),
                tokens: random.pick([5, { input: 1, output: 2 }, {}, { input: "x", output: [] }]),
            },
        },
        typed: "ai -v hi",
    }),
    titles: (random) => ({
        script: { polls: 0, text: "done" },
        titles: Array.from({ length: 1 + random.whole(40) }, () => hostileLine(random)),
        typed: "ai sessions",
        isAnswer: true,
    }),
    title: (random) => ({
        script: { polls: 0, text: "done" },
        titles: [hostileLine(random)],
        typed: "ai use 1",
    }),
    "tool's title": (random) => ({
        script: { ...waiting, polls: 3, parts: tool("bash", { title: hostileLine(random) }) },
        typed: "ai hi",
        isQuiet: true,
    }),
    "tool's input": (random) => ({
        script: {
            ...waiting,
            polls: 3,
            parts: tool("bash", {
                input: {
                    command: hostileLine(random),
                    description: random.chance(0.5) ? hostileLine(random) : undefined,
                },
            }),
        },
        typed: "ai hi",
        isQuiet: true,
    }),
    "tool's name": (random) => ({
        script: { ...waiting, polls: 3, parts: tool(hostileLine(random), { title: "x" }) },
        typed: "ai hi",
        isQuiet: true,
    }),
    permission: (random) => ({
        script: {
            ...waiting,
            polls: 9,
            parts: tool("bash", {}),
            permissions: (sessionID) => [
                {
                    id: "per_1",
                    sessionID,
                    permission: hostileLine(random),
                    patterns: some(random, 3, () => hostileLine(random)),
                    always: some(random, 3, () => hostileLine(random)),
                    metadata: random.pick([
                        undefined,
                        { command: hostileLine(random), description: hostileLine(random) },
                        { filepath: hostileLine(random), diff: hostilePatch(random) },
                        { url: hostileLine(random) },
                    ]),
                    tool: { messageID: "m", callID: "call_1" },
                },
            ],
        },
        typed: "ai hi",
        isAnswer: true,
    }),
    question: (random) => ({
        script: {
            ...waiting,
            polls: 9,
            parts: tool("question", {}),
            questions: (sessionID) => [
                {
                    id: "que_1",
                    sessionID,
                    questions: some(random, 3, () => ({
                        question: hostileLine(random),
                        header: random.chance(0.5) ? hostileLine(random) : undefined,
                        multiple: random.chance(0.4),
                        custom: random.chance(0.8),
                        options: some(random, 40, () => ({
                            label: hostileLine(random),
                            description: random.chance(0.6) ? hostileLine(random) : undefined,
                        })),
                    })),
                    tool: { messageID: "m", callID: "call_1" },
                },
            ],
        },
        typed: "ai hi",
        isAnswer: true,
    }),
    "tool lines": (random) => ({
        script: {
            polls: 4,
            text: "done",
            parts: some(random, 5, (index) => ({
                type: "tool",
                tool: random.pick(["bash", "write", "edit", "task", hostileLine(random)]),
                callID: `call_${index}`,
                state: {
                    status: random.pick(["completed", "completed", "error", "running"]),
                    title: hostileLine(random),
                    input: { command: hostileLine(random), filePath: hostileLine(random) },
                    metadata: { filepath: hostileLine(random), exit: random.whole(300) },
                    error: hostileLine(random),
                    time: { start: 1, end: random.pick([2, 9000, 1e15]) },
                },
            })),
        },
        typed: "ai hi",
        isAnswer: true,
    }),
    "open asks": (random) => ({
        script: {
            polls: 0,
            text: "done",
            answers: {
                "GET /session/status": { ses_listed0: { type: "busy" } },
                "GET /permission": some(random, 3, (index) => ({
                    id: `per_${index}`,
                    sessionID: "ses_listed0",
                    permission: hostileLine(random),
                    patterns: [hostileLine(random)],
                })),
            },
        },
        titles: [hostileLine(random)],
        typed: "ai status",
        before: "ai use ses_listed0",
        isAnswer: true,
    }),
    models: (random) => ({
        script: {
            polls: 0,
            text: "done",
            answers: {
                "GET /config/providers": {
                    providers: some(random, 4, () => ({
                        id: hostileLine(random),
                        models: Object.fromEntries(
                            some(random, 20, () => [
                                hostileLine(random),
                                {
                                    name: hostileLine(random),
                                    limit: { context: 1e9, output: 1 },
                                    variants: {},
                                },
                            ]),
                        ),
                    })),
                },
            },
        },
        typed: random.pick(["ai models", "ai models a", "ai model a", "ai variants", "ai doctor"]),
        isAnswer: true,
    }),
    agents: (random) => ({
        script: {
            polls: 0,
            text: "done",
            answers: {
                "GET /agent": some(random, 30, () => ({
                    name: hostileLine(random),
                    description: hostileLine(random),
                    mode: random.pick(["primary", "subagent", hostileLine(random)]),
                })),
            },
        },
        typed: random.pick(["ai agents", "ai agents", "ai agent a"]),
        isAnswer: true,
    }),
    "commands of the server": (random) => ({
        script: {
            polls: 0,
            text: "done",
            answers: {
                "GET /command": some(random, 30, () => ({
                    name: hostileLine(random),
                    description: hostileLine(random),
                })),
            },
        },
        typed: random.pick(["ai commands", "ai commands", "ai /abc"]),
        isAnswer: true,
    }),
    todo: (random) => ({
        script: {
            polls: 0,
            text: "done",
            answers: {
                "GET /session/:id/todo": some(random, 30, () => ({
                    content: hostileLine(random),
                    status: random.pick([
                        "pending",
                        "in_progress",
                        "completed",
                        "cancelled",
                        hostileLine(random),
                    ]),
                    priority: hostileLine(random),
                })),
            },
        },
        typed: "ai todo",
        before: "ai use ses_listed0",
        isAnswer: true,
    }),
    changes: (random) => ({
        script: {
            polls: 0,
            text: "done",
            before: conversation(random),
            answers: {
                "GET /session/:id/diff": some(random, 4, () => ({
                    file: hostileLine(random),
                    additions: random.whole(1e6),
                    deletions: 1,
                    status: random.pick(["added", "modified", "deleted", hostileLine(random)]),
                    patch: hostilePatch(random),
                })),
            },
        },
        typed: random.pick(["ai diff", "ai diff", "ai undo"]),
        before: "ai use ses_listed0",
        isAnswer: true,
    }),
    history: (random) => ({
        script: { polls: 0, text: "done", before: conversation(random) },
        titles: [hostileLine(random)],
        typed: random.pick([
            "ai history",
            "ai history 2",
            "ai usage",
            "ai last",
            "ai code",
            "ai code 1",
            "ai status",
        ]),
        before: "ai use ses_listed0",
        isAnswer: true,
    }),
    doctor: (random) => ({
        script: {
            polls: 0,
            text: hostileAnswer(random),
            answers: {
                "GET /global/health": { healthy: true, version: hostileLine(random) },
                "GET /question": [],
                "GET /permission": [],
                "GET /session/status": {
                    ses_listed0: { type: "retry", attempt: 1, message: hostileLine(random), next: 1 },
                },
            },
        },
        titles: [hostileLine(random)],
        typed: random.pick(["ai doctor", "ai doctor --no", "ai status", "ai doctor --no --fix"]),
        before: "ai use ses_listed0",
        isAnswer: true,
    }),
    "doctor who mends": (random) => ({
        script: {
            polls: 0,
            text: hostileAnswer(random),
            answers: {
                "GET /agent": [{ name: hostileLine(random), mode: "primary" }],
                "GET /config/providers": {
                    providers: [{ id: hostileLine(random), models: { [hostileLine(random)]: {} } }],
                },
            },
            refusal: random.chance(0.5)
                ? {
                      status: random.pick([401, 404, 500]),
                      type: "application/json",
                      body: JSON.stringify({
                          name: hostileLine(random),
                          data: { message: hostileLine(random) },
                      }),
                      path: random.pick(["/global/health", "/session/ses_listed0", "/agent"]),
                  }
                : undefined,
        },
        titles: [hostileLine(random)],
        before: `ai config agent ${typable(random)}`,
        typed: "ai doctor --fix",
        after: "ai config agent default",
        isAnswer: true,
    }),
    setup: (random) => ({
        script: {
            polls: 0,
            text: hostileAnswer(random),
            answers: {
                "GET /config/providers": {
                    providers: some(random, 4, () => ({
                        id: hostileLine(random),
                        models: Object.fromEntries(some(random, 20, () => [hostileLine(random), {}])),
                    })),
                },
                ...(random.chance(0.7) && {
                    "GET /global/health": { healthy: true, version: hostileLine(random) },
                }),
            },
            refusal: random.chance(0.6)
                ? {
                      status: random.pick([401, 401, 404, 500]),
                      type: random.pick(["application/json", "text/html"]),
                      body: JSON.stringify({
                          name: hostileLine(random),
                          data: { message: hostileLine(random) },
                      }),
                      path: random.pick(["/global/health", "/config/providers", "/prompt_async"]),
                  }
                : undefined,
        },
        typed: "ai setup",
        after: "ai config model_id default",
        isAnswer: true,
    }),
    settings: (random) => ({
        script: { polls: 0, text: "done" },
        before: random.pick([
            `ai config agent ${typable(random)}`,
            `ai config password ${typable(random)}`,
            "ai config agent 5",
        ]),
        typed: random.pick([
            "ai config",
            "ai config agent",
            "ai config password",
            "ai config poll_timeout_seconds soon",
            `ai config ${typable(random)}_x`,
            `ai config agent ${typable(random)}`,
        ]),
        after: random.pick(["ai config agent default", "ai config agent default"]),
        isAnswer: true,
    }),
    code: (random) => ({
        script: { polls: 0, text: codeAnswer(random), before: answered(codeAnswer(random)) },
        typed: random.pick([
            "ai code",
            "ai code 1",
            "ai save 1 out.lua",
            "ai --no run 1",
            "ai --yes save 1 out.lua",
        ]),
        before: "ai use ses_listed0",
        titles: ["x"],
        isAnswer: true,
    }),
    "files of this computer": (random) => ({
        script: { polls: 0, text: codeAnswer(random) },
        typed: random.pick([
            "ai write out.lua count",
            "ai fix door.lua it fails",
            "ai explain door.lua",
            "ai --no lua count",
            "ai lua count",
            "ai --yes export out.md",
        ]),
        isAnswer: true,
    }),
    export: (random) => ({
        script: { polls: 0, text: "done", before: conversation(random) },
        titles: [hostileLine(random)],
        typed: random.pick(["ai export out.md", "ai export", "ai --yes export out.md"]),
        before: "ai use ses_listed0",
        isAnswer: true,
    }),
    "what is done with a session": (random) => {
        const session = () => ({
            id: "ses_listed0",
            title: hostileLine(random),
            directory: "/",
            share: random.pick([undefined, { url: hostileLine(random) }]),
            revert: random.pick([undefined, { messageID: "msg_0a", diff: hostilePatch(random) }]),
            time: { created: 1, updated: 2 },
        });
        return {
            script: {
                polls: 0,
                text: "done",
                before: conversation(random),
                answers: {
                    "GET /session/:id": session(),
                    "PATCH /session/:id": session(),
                    "POST /session/:id/fork": session(),
                    "POST /session/:id/share": session(),
                    "DELETE /session/:id/share": session(),
                    "POST /session/:id/revert": session(),
                    "POST /session/:id/unrevert": session(),
                },
            },
            titles: some(random, 5, () => hostileLine(random)),
            typed: random.pick([
                "ai redo",
                "ai undo",
                `ai rename ${typable(random)}`,
                "ai fork",
                "ai delete 1",
                "ai share",
                "ai unshare",
                "ai new",
                "ai abort",
                "ai variant high",
            ]),
            before: "ai use ses_listed0",
            isAnswer: true,
        };
    },
    "what the server runs": (random) => ({
        script: {
            polls: 1,
            text: hostileAnswer(random),
            parts: tool("bash", { title: hostileLine(random) }),
            last: [
                {
                    type: "tool",
                    tool: hostileLine(random),
                    callID: "call_1",
                    state: { status: "completed", output: hostileText(random), title: hostileLine(random) },
                },
            ],
            info: random.pick([
                { summary: true },
                {
                    summary: true,
                    error: { name: hostileLine(random), data: { message: hostileLine(random) } },
                },
            ]),
            answers: {
                "GET /command": [{ name: "greet", description: hostileLine(random) }],
                "GET /session/status": {},
            },
        },
        titles: [hostileLine(random)],
        typed: random.pick(["ai !ls", "ai --yes !ls", "ai /greet you", "ai compact"]),
        before: "ai use ses_listed0",
        isAnswer: true,
    }),
    retry: (random) => ({
        script: {
            ...waiting,
            polls: 9,
            status: { type: "retry", attempt: 1, message: hostileLine(random), next: 1 },
        },
        typed: "ai hi",
        isQuiet: true,
    }),
    "model's error": (random) => ({
        script: {
            polls: 0,
            text: "",
            info: {
                finish: undefined,
                error: { name: hostileLine(random), data: { message: hostileLine(random), statusCode: 500 } },
            },
        },
        typed: "ai hi",
    }),
    "server's error": (random) => ({
        script: {
            polls: 0,
            text: "",
            refusal: {
                status: random.pick([400, 404, 500, 502]),
                type: "application/json",
                body: JSON.stringify({ name: hostileLine(random), data: { message: hostileLine(random) } }),
            },
        },
        typed: "ai hi",
    }),
    "a proxy's page": (random) => ({
        script: {
            polls: 0,
            text: "",
            refusal: { status: random.pick([200, 404, 502]), type: "text/html", body: hostileLine(random) },
        },
        typed: "ai hi",
    }),
    prompt: (random) => ({
        script: { polls: 0, text: "done" },
        typed: `ai ${Array.from({ length: 1 + random.whole(60) }, () =>
            String.fromCharCode(random.pick([33, 161]) + random.whole(94)),
        )
            .join("")
            .replaceAll("\u00ad", "-")}`,
    }),
};

const names = Object.keys(scenes);

/** So many rounds have each command in some of them. */
const LONG_RUN = 500;

/** The commands that a scene's words may be, by the names of their files. */
function commandsIn({ typed, before = "" }: Scene): string[] {
    const words = `${typed} ${before}`.split(" ");
    return words.map((word) =>
        word.startsWith("!") ? "shell" : word.startsWith("/") ? "command" : word === "hi" ? "ask" : word,
    );
}

/** Bytes whose glyphs a folded text may have: ASCII, Latin-1, and the symbols of the font that stand for something. */
const printable = new Set([
    ...[0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0b, 0x0c, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13],
    ...[0x18, 0x19, 0x1a, 0x1b, 0x1d, 0x1e, 0x1f],
    ...Array.from({ length: 95 }, (_, index) => 32 + index),
    ...Array.from({ length: 96 }, (_, index) => 160 + index),
]);

const BAR = 0x95;

const isMoving = (row: string): boolean => /^[|/\\-] \d+ s( |$)/.test(row);

/** A computer that plays one scene after another. */
class Player {
    private readonly computer: Computer;
    private readonly disk: string;
    private readonly server: TextServer;

    private constructor(computer: Computer, disk: string, server: TextServer) {
        this.computer = computer;
        this.disk = disk;
        this.server = server;
    }

    static async start(folder: string, screen: (typeof screens)[number]): Promise<Player> {
        const disk = await mkdtemp(join(folder, "disk-"));
        const server = await startTextServer();
        await installPackages(disk, ["trapos-ai"]);
        await writeSettings(disk, { "opencc.server_url": server.url });
        await writeFile(join(disk, "record.lua"), recorder);
        await writeFile(join(disk, "door.lua"), "print(1)\n");
        const computer = await boot({ disk, ...screen, http: { allow: ["127.0.0.1"] } });
        await computer.waitForText(">");
        await computer.type("record\n");
        await computer.waitForText(/record\n[^]*> ?$|^CraftOS[^>]*\n> ?$/, { sinceInput: true });
        return new Player(computer, disk, server);
    }

    async close(): Promise<void> {
        await this.computer.close();
        await this.server.close();
    }

    private rows(): string[] {
        return this.computer.screen().map((row) => row.trimEnd());
    }

    private isAtPrompt(): boolean {
        const { y, blink } = this.computer.cursor();
        return blink && this.rows()[y - 1] === ">" && !LINE.test(this.lastRows());
    }

    /** The screen up to its last row that is used. */
    private lastRows(): string {
        const rows = this.rows();
        return rows.slice(0, rows.findLastIndex((row) => row !== "") + 1).join("\n");
    }

    /** Waits until the screen is as wanted; `look` sees each screen until then. */
    private async until(isThere: () => boolean, look: () => string | undefined): Promise<string | undefined> {
        return new Promise((resolve) => {
            const end = (problem: string | undefined): void => {
                clearTimeout(timer);
                stop();
                resolve(problem);
            };
            const watch = (): void => {
                const problem = look();
                if (problem !== undefined) end(`${problem}\n${this.rows().join("\n")}`);
                else if (isThere()) end(undefined);
            };
            const timer = setTimeout(
                () => end(`Nothing more in ${SECONDS} s\n${this.rows().join("\n")}`),
                SECONDS * 1000,
            );
            const stop = this.computer.onChange(watch);
            watch();
        });
    }

    /** What is wrong with what the screen shows now, whatever is under way. */
    private fault(isQuiet: boolean): string | undefined {
        for (const [y, { text }] of this.computer.picture().rows.entries()) {
            // Without colours a bar stands before the rows of code, and before it what leads a list or a quote.
            const byte = text.find(
                (code, x) => !printable.has(code) && !(code === BAR && (x === 0 || text[x - 1] === 32)),
            );
            if (byte !== undefined) return `A glyph that is none of a text: ${byte} in row ${y + 1}`;
        }
        const rows = this.rows();
        const text = rows.join("\n");
        if (rawError.test(text)) return "An error of Lua's";
        if (text.includes(SECRET)) return "What nobody should see";
        const moving = rows.filter(isMoving).length;
        if (isQuiet && moving > 1) return "More than one moving line";
        const others = rows.filter(
            (row) => row !== "" && !isMoving(row) && !row.startsWith(">") && row !== "done",
        );
        // A row of three columns and more, with the sign alone before it, is the line's beginning.
        if (isQuiet && others.length > 0) return `Beside the moving line: ${others.join("|")}`;
        return undefined;
    }

    /** The view that waits for a key now. */
    private view(): View | undefined {
        const shown = this.lastRows();
        const last = shown.slice(shown.lastIndexOf("\n") + 1);
        return this.isAtPrompt()
            ? undefined
            : views.find((one) => one.sign.test("isWhole" in one ? shown : last));
    }

    /** Types a command and waits until it has ended or a view waits for a key. */
    private async enter(typed: string, isQuiet: boolean): Promise<string | undefined> {
        await this.computer.type(typed);
        await this.computer.press("enter");
        return this.until(
            () => this.isAtPrompt() || this.view() !== undefined,
            () => this.fault(isQuiet),
        );
    }

    /** Presses keys in each view that waits for some, until the command has ended. */
    private async leave(random: Random, isQuiet: boolean): Promise<string | undefined> {
        const { computer } = this;
        for (let pressed = 0; !this.isAtPrompt(); pressed++) {
            const view = this.view();
            if (view !== undefined) {
                const isOver = view.keys.length === 0 || pressed % (MOST_KEYS + 1) === MOST_KEYS;
                const key = random.pick(isOver ? view.leave : view.keys);
                if (key.length === 1 || key.endsWith("\n")) await computer.type(key);
                else await computer.press(key);
            }
            const problem = await this.until(
                () => this.isAtPrompt() || this.view() !== undefined,
                () => this.fault(isQuiet),
            );
            if (problem !== undefined) return problem;
            if (pressed > 200) return `No end after ${pressed} keys\n${this.rows().join("\n")}`;
        }
        return undefined;
    }

    /** @returns what was wrong, if anything */
    async play(scene: Scene, random: Random): Promise<string | undefined> {
        const { computer, server } = this;
        server.tell(scene.script, scene.titles ?? []);
        const isQuiet = scene.isQuiet === true;
        if (scene.before !== undefined) {
            const problem = (await this.enter(scene.before, false)) ?? (await this.leave(random, false));
            if (problem !== undefined) return problem;
        }
        await computer.type("clear\n");
        const cleared = await this.until(
            () => this.isAtPrompt() && this.rows().filter((row) => row !== "").length === 1,
            () => undefined,
        );
        if (cleared !== undefined) return cleared;
        const problem = (await this.enter(scene.typed, isQuiet)) ?? (await this.leave(random, isQuiet));
        if (problem !== undefined) return problem;
        const rows = this.rows();
        const used = rows.filter((row) => row !== "").length;
        if (scene.isAnswer !== true && (used > MOST_ROWS || !rows[0]!.startsWith("> ")))
            return `A flood\n${rows.join("\n")}`;
        if (rows.some(isMoving) && scene.isAnswer !== true)
            return `The moving line has stayed\n${rows.join("\n")}`;
        if (scene.after !== undefined) {
            const left = (await this.enter(scene.after, false)) ?? (await this.leave(random, false));
            if (left !== undefined) return left;
        }
        const outside = await readFile(join(this.disk, "outside"), "latin1").catch(() => undefined);
        return outside === undefined ? undefined : `Drawn beyond the screen: ${outside}\n${rows.join("\n")}`;
    }
}

async function open(): Promise<OpenPart> {
    const folder = await mkdtemp(join(tmpdir(), "trapos-soak-texts-"));
    const players: (Player | undefined)[] = screens.map(() => undefined);
    const turns = screens.map(() => Promise.resolve());
    const played = new Map<string, number>();
    const typed = new Set<string>();
    const descriptor = await readFile(join(projectFolder, "packages/trapos-ai/ccpm.json"), "utf8");
    // Those of the package of the link talk with a bridge, whose texts are not played here yet; so does "link".
    const commands = [...descriptor.matchAll(/"apis\/ai\/commands\/(\w+)\.lua"/g)]
        .map(([, command]) => command!)
        .filter((command) => command !== "link");

    async function playOn(index: number, scene: Scene, random: Random): Promise<string | undefined> {
        const player = (players[index] ??= await Player.start(folder, screens[index]!));
        const problem = await player.play(scene, random);
        if (problem === undefined) return undefined;
        // What it shows now would be a fault in the next round, too.
        players[index] = undefined;
        await player.close();
        return problem;
    }

    return {
        round(random, number) {
            // Each scene comes at each size, as their numbers have no common divisor.
            const index = number % screens.length;
            const name = names[number % names.length]!;
            const scene = scenes[name]!(random);
            const { width, height } = screens[index]!;
            const outcome = turns[index]!.then(() => playOn(index, scene, random));
            turns[index] = outcome.then(
                () => undefined,
                () => undefined,
            );
            played.set(name, (played.get(name) ?? 0) + 1);
            for (const command of commandsIn(scene)) typed.add(command);
            return outcome.then((problem) =>
                problem === undefined
                    ? undefined
                    : `${name} at ${width}x${height}: ${problem}\n${JSON.stringify({ ...scene, script: undefined })}\n${JSON.stringify(scene.script).slice(0, 2000)}`,
            );
        },
        missed() {
            const missing = commands.filter((command) => !typed.has(command));
            const count = [...played.values()].reduce((sum, one) => sum + one, 0);
            return count < LONG_RUN || missing.length === 0
                ? undefined
                : `Nothing is played of the commands ${missing.join(", ")}`;
        },
        figures: () => [...played].map(([name, count]) => `${count} ${name}`).join(", "),
        async close() {
            for (const player of players) await player?.close();
            await rm(folder, { recursive: true, force: true });
        },
    };
}

export const texts: Part = {
    name: "texts",
    purpose: "whatever a server or a model writes is shown in the screen's rows and glyphs, without a flood",
    rounds: 780,
    shortRounds: 6,
    atOnce: 3,
    open,
};
