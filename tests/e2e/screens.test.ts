/**
 * Every command of `ai` on the real server, on the three sizes of a computer's screen, one of them without colours: each
 * screen on which the computer waits for its player is compared, as text, with those in tests/e2e/screens/, which somebody
 * has read. What differs from run to run stands there as something that takes as much room. After a change:
 * `npm test -- tests/e2e/screens.test.ts -u`, and read what is new.
 */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Computer } from "craftos-headless";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runLua } from "../../tools/lua/index.ts";
import { defaultRule, type Reply } from "../../tools/model/index.ts";
import { COMPUTER } from "../unit/support/computer.ts";
import { typeAlone, untilWaiting } from "./player.ts";
import { filesWith, processesWith } from "./secrets.ts";
import { startTestBridge } from "../../tools/harness/bridge.ts";
import { startWorld, type World } from "./support.ts";

/** A command, and what is pressed then, each when the computer waits: a letter, a key's name in <>, or a line with its Enter. */
type Scene = readonly [command: string, ...pressed: string[]];

const door = `The door listens to its **left** side, and the computer sets the right one.

| side  | what is there | state |
| ----- | ------------- | ----- |
| left  | the door      | 0     |
| right | nothing       | 15    |

Do this:

\`\`\`lua
local event, key = os.pullEvent("key") -- waits for a key
redstone.setOutput("left", key == keys.enter)
\`\`\`

Then try it:

\`\`\`lua
print("open", ...)
\`\`\`
`;

const lua = (code: string) => `Here it is.\n\n\`\`\`lua\n${code}\n\`\`\``;

/** What the model says, by a part of the prompt. */
const answers: readonly [words: RegExp, text: string][] = [
    [/why does my door/, door],
    [/Explain what/, "It sets redstone on its **left** side for a second."],
    [/Write the file|Write a/, lua('local side = "left"\nredstone.setOutput(side, true)')],
    [/Find what is wrong|Correct this/, lua('local side = "right"\nredstone.setOutput(side, true)')],
    [/count to three/, lua("for i = 1, 3 do print(i) end\nreturn true")],
    [/Greet/, "Good evening, guards."],
    [/file .*door\.lua/i, "It prints a word."],
    [/first line/, "These are two lines."],
];

const bash = (command: string, description: string) => ({
    name: "bash",
    arguments: { command, description },
});
const todos = [
    { content: "Dig the moat", status: "completed", priority: "high" },
    {
        content: "Build the gate, with a lock that only players of the castle can open",
        status: "in_progress",
        priority: "high",
    },
    { content: "Light the towers", status: "pending", priority: "low" },
];
const woods = {
    question: "Which wood shall the gate be made of?",
    header: "Wood",
    options: [
        { label: "Birch", description: "light, and there is a lot of it" },
        { label: "Oak", description: "dark" },
    ],
};

/** The tools that the model calls, one step after another, by a part of the prompt. */
const steps: readonly [words: RegExp, steps: readonly Reply[]][] = [
    [
        /mend the lock/,
        [
            { text: "I look at it first.", toolCalls: [bash("ls", "List the files")] },
            // A step that no look sees while it is the newest is told after the next one.
            {
                toolCalls: [bash("printf 'return 1\\n' > lock.lua", "Write the lock")],
                delaySeconds: 1.5,
            },
            { text: "It is mended." },
        ],
    ],
    [
        /plan the castle/,
        [{ toolCalls: [{ name: "todowrite", arguments: { todos } }] }, { text: "That is the plan." }],
    ],
    [/what day is it/, [{ toolCalls: [bash("date +%A", "Say the day")] }, { text: "It is a fine day." }]],
    [
        /build the gate/,
        [{ toolCalls: [{ name: "question", arguments: { questions: [woods] } }] }, { text: "It is of oak." }],
    ],
];

const wrongPassword = "guess-1234";

const scenes: readonly Scene[] = [
    ["ai --version"],
    ["ai", " ", "q"],
    ["ai help sessions"],
    ["ai help ask", "q"],
    ["ai status"],
    ["ai sessions"],
    ["ai ping"],
    ["ai why does my door not open?", "q"],
    ["ai last", "q"],
    ["ai history", "q"],
    ["ai code"],
    ["ai code 2"],
    ["ai save 1 gate.lua", "y"],
    ["ai save 2 gate.lua", "n"],
    ["ai run 2 sesame", "y"],
    ["ai mend the lock"],
    ["ai diff"],
    ["ai undo"],
    ["ai redo"],
    ["ai plan the castle"],
    ["ai todo"],
    ["ai what day is it?", "y"],
    ["ai build the gate", "2"],
    ["ai !ls", "y"],
    ["ai commands", "q"],
    ["ai /greet the guards"],
    ["ai lua count to three", "y"],
    ["ai write lamp.lua a lamp that is on", "y"],
    ["ai fix lamp.lua it is on the other side", "n"],
    ["ai explain lamp.lua"],
    ["ai -f door.lua what does the file door.lua do?"],
    ["ai --lines", "first line\n", "second line\n", "\n"],
    ["ai usage"],
    ["ai usage today"],
    ["ai usage all"],
    ["ai export talk.md"],
    ["ai export talk.md", "n"],
    ["ai models", "q"],
    ["ai models zzz"],
    ["ai model"],
    ["ai model other"],
    ["ai model default"],
    ["ai variants"],
    ["ai variant"],
    ["ai variant fast"],
    ["ai variant default"],
    ["ai agents", "q"],
    ["ai agent"],
    ["ai agent plan"],
    ["ai agent default"],
    ["ai rename Castle gate"],
    ['ai rename "Castle gate"'],
    ["ai fork"],
    ["ai new"],
    ["ai new what now?"],
    ["ai sessions", "<down>", "r", " 2\n", "d", "n", "/", "castle\n", "q"],
    ["ai sessions castle", "<enter>"],
    ["ai sessions zzz"],
    ["ai use 2"],
    ["ai delete 1", "n"],
    ["ai delete", "y"],
    ["ai use 1"],
    ["ai share", "y"],
    ["ai unshare"],
    ["ai compact"],
    ["ai resume"],
    ["ai abort"],
    ["ai status"],
    ["ai sesions", "n"],
    ["ai config", "q"],
    ["ai config agent"],
    ["ai config agent plan"],
    ["ai config agent default"],
    ["ai doctor"],
    ["ai config password", `${wrongPassword}\n`],
    ["ai doctor --fix"],
    ["ai setup", "<address>\n", "<password>\n", "<enter>"],
    ["ai link <bridge>", "n"],
    ["ai status"],
    ["ai unlink"],
];

const sizes = [
    { width: 51, height: 19, colour: true },
    { width: 39, height: 13, colour: false },
    { width: 26, height: 20, colour: true },
] as const;
type Size = (typeof sizes)[number];

/** Lua: `ai`, whose modules stay loaded from one command to the next, as loading them takes most of the time. */
const KEPT_PROGRAM = `
    if keptProgram == nil then
        local env = setmetatable({ shell = shell }, { __index = _G })
        env.require, env.package = require("cc.require").make(env, "/")
        _G.keptProgram = { run = assert(loadfile("/programs/ai.lua", nil, env)), require = env.require }
    end
    -- What an earlier one has printed is not on the page of this one.
    keptProgram.require("/apis/trapos/screen").takeRowsAbove()
    keptProgram.run(...)
`;

let world: World;
let folder: string;
/** What was seen on each of the sizes. */
let played: string[];
/** All that any of the computers has shown. */
const transcripts: string[] = [];

beforeAll(async () => {
    folder = await mkdtemp(join(temporary, "s-"));
    world = await startWorld({
        permission: { "*": "allow", bash: { "*": "allow", "date *": "ask" }, question: "allow" },
        config: {
            snapshot: true,
            command: { greet: { description: "Greets somebody", template: "Greet $ARGUMENTS warmly" } },
        },
        models: {
            model: {
                limit: { context: 128000, output: 8000 },
                cost: { input: 2.5, output: 10 },
                variants: { fast: {}, slow: {} },
            },
        },
    });
    world.model.setRules([
        ({ purpose, userText, toolResults }) => {
            if (purpose !== "turn") return undefined;
            const found = steps.find(([words]) => words.test(userText));
            if (found !== undefined) return found[1][Math.min(toolResults.length, found[1].length - 1)];
            const text = answers.find(([words]) => words.test(userText))?.[1];
            return text === undefined ? undefined : { text };
        },
        defaultRule,
    ]);
    // One waits for the server while another one is at it.
    played = await Promise.all(sizes.map(play));
}, 600_000);
afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
});

/** A folder whose path is as long wherever the tests run: `ai config` shows it in as many rows. */
const temporary = "/tmp";

/** A folder under version control, as opencode takes snapshots of no other, and of its own, so that its sessions are. */
async function newFolder(name: string): Promise<string> {
    const directory = join(folder, name);
    await mkdir(directory);
    await writeFile(join(directory, "door.lua"), "print('door')\n");
    const git = (...words: string[]) =>
        execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...words], {
            cwd: directory,
            stdio: "pipe",
        });
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", name);
    return directory;
}

/** A screen without what differs from run to run, in as much room. */
function settled(shown: string, directory: string, bridge: string): string {
    const { port } = new URL(world.opencode.url);
    const bridgePort = new URL(bridge).port;
    return shown
        .replaceAll(bridgePort, "4097".padEnd(bridgePort.length, "0"))
        .replaceAll(/(computer:\s)[A-Z]{3} [A-Z]{3}/g, "$1ABC DEF")
        .replaceAll(/(approve\s)[A-Z]{6}/g, "$1ABCDEF")
        .replaceAll(port, "4096".padEnd(port.length, "0"))
        .replaceAll(directory, "/srv/".padEnd(directory.length, "castle"))
        .replaceAll(world.opencode.version, "1.2.3")
        .replaceAll(/\bses_\w+(\n {2}\w+)?$/gm, (id) => `ses_${id.slice(4).replaceAll(/\w/g, "1")}`)
        .replaceAll(/\d+(\.\d+)? s\b/g, "0.1 s")
        .replaceAll(/ (now|\d+m)$/gm, (age) => "now".padStart(age.length))
        .replaceAll(/\d+ kB free/g, "500 kB free")
        .replaceAll(/\d+,\d+ tokens$/gm, "12,345 tokens")
        .replaceAll(/\d+ tokens$/gm, (count) => (count === "0 tokens" ? count : "345 tokens"))
        .replaceAll(/\$0\.\d+$/gm, "$0.1234")
        .replaceAll(/\d,\d+ of 128,000/g, "1,234 of 128,000")
        .replaceAll(/^ai \d+\.\d+\.\d+$/gm, "ai 1.2.3");
}

/** Whether the shell is back. */
const isPrompt = (shown: string) => /(^|\n)>$/.test(shown);

async function press(computer: Computer, pressed: string): Promise<string> {
    const { url, password } = world.opencode;
    if (pressed === "<address>\n") await computer.type(`${new URL(url).host}\n`);
    else if (pressed === "<password>\n") await computer.type(`${password}\n`);
    const key = /^<(\w+)>$/.exec(pressed)?.[1];
    if (key !== undefined) await computer.press(key);
    else if (!pressed.startsWith("<")) await computer.type(pressed);
    return untilWaiting(computer);
}

/** Waits until opencode has noted what a session's last turn has changed, which it does after its answer. */
async function untilCompared(session: string): Promise<void> {
    interface Entry {
        info: { role: string; summary?: { diffs?: unknown[] } };
    }
    for (let isThere = false; !isThere;) {
        const messages = await world.behind.call<Entry[]>("GET", `/session/${session}/message`);
        const prompt = messages.filter(({ info }) => info.role === "user").at(-1);
        isThere = (prompt?.info.summary?.diffs ?? []).length > 0;
        await sleep(50);
    }
}

/** Plays all scenes on a computer of a size. */
async function play({ width, height, colour }: Size): Promise<string> {
    const directory = await newFolder(`${width}`);
    const player = world.newComputer({
        packages: ["trapos", "trapos-link"],
        settings: { "opencc.directory": directory, "motd.enable": false },
    });
    const computer = await player.open({ width, height, colour, label: "castle" });
    await writeFile(join(player.disk, "door.lua"), "print('door')\n");
    await writeFile(join(player.disk, "ai.lua"), KEPT_PROGRAM);
    // One for each, as computers of the same label have other names at the same bridge.
    const bridge = await startTestBridge(() => world.opencode, join(folder, `bridge-${width}`), {
        isFenced: true,
    });
    const { url } = bridge.bridge;
    const shown: string[] = [];
    for (const [command, ...pressed] of scenes) {
        if (command === "ai diff") await untilCompared(String(await player.setting("opencc.session_id")));
        let screen = await typeAlone(computer, command.replace("<bridge>", new URL(url).host));
        shown.push(`=== ${command}`, settled(screen, directory, url));
        for (const one of pressed) {
            // What fits the screen is not read in pages.
            if (isPrompt(screen) && (one === "q" || one === " ")) break;
            screen = await press(computer, one);
            const name = one.trim() === "" ? JSON.stringify(one) : one.trim();
            // What was on the screen stays where a pager is left.
            if (one !== "q") shown.push(`--- ${name}`, settled(screen, directory, url));
        }
    }
    transcripts.push(computer.transcript());
    await computer.close();
    await bridge.stop();
    return `${shown.join("\n")}\n`;
}

it("the password is nowhere but in the settings", () => {
    for (const secret of [world.opencode.password, wrongPassword]) {
        expect(transcripts.filter((transcript) => transcript.includes(secret))).toEqual([]);
        const files = filesWith(world.folder, secret).map((path) => path.replace(/^computer-\d+\//, ""));
        expect(files.filter((path) => path !== ".settings")).toEqual([]);
        expect(JSON.stringify(world.model.requests)).not.toContain(secret);
        expect(processesWith(secret)).toEqual([]);
    }
    // What is searched is where it would be.
    expect(filesWith(world.folder, world.opencode.password)).toHaveLength(sizes.length);
    expect(filesWith(world.folder, "redstone.setOutput").length).toBeGreaterThan(sizes.length);
});

it("every command is played", () => {
    const [names] = runLua(
        `local names = {}
         for index, entry in ipairs(require("/apis/ai/commandtable").program.commands) do names[index] = entry.name end
         return names`,
        { setup: COMPUTER },
    ) as [string[]];
    const signs: Record<string, string> = { ask: "ai why", command: "ai /", shell: "ai !" };
    const missing = names.filter((name) => {
        const start = signs[name] ?? `ai ${name}`;
        return !scenes.some(([command]) => command.startsWith(start));
    });
    expect(missing).toEqual([]);
});

it.each(sizes)("at $width x $height", async (size) => {
    const { width, height } = size;
    const text = played[sizes.indexOf(size)]!;
    for (const row of text.split("\n").filter((line) => !/^(===|---) /.test(line))) {
        expect(row.length, row).toBeLessThanOrEqual(width);
    }
    await expect(text).toMatchFileSnapshot(`screens/${width}x${height}.txt`);
});
