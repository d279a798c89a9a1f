/** Every program in docs/libai.md, run on a computer as it stands there, against the real server. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Computer } from "craftos-headless";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defaultRule, type Reply } from "../../tools/model/index.ts";
import { typeAlone, untilScreen } from "./player.ts";
import { startWorld, type PlayerComputer, type World } from "./support.ts";

const documentation = readFileSync(path.resolve(import.meta.dirname, "../../docs/libai.md"), "utf8");
const CONNECT = 'require("/apis/libai")';

/** The programs by their place in the document; those that go on from the first one are given its lines. */
const programs = [...documentation.matchAll(/^```lua\n([\s\S]*?)^```$/gm)]
    .map(([, code]) => code!)
    .map((code) => (code.includes(CONNECT) ? code : `local ai = ${CONNECT}()\n${code}`));

/** The name under which a program is kept, and what stands in it alone. */
const names: Readonly<Record<string, string>> = {
    greet: "-- greet.lua",
    guard: "-- guard.lua",
    recipe: "-- recipe.lua",
    watch: "-- watch.lua",
    count: "ai.luaExec(",
    said: "ai.messages{",
    warden: "-- warden.lua",
    check: "ai.doctor(",
    connect: "createAi()",
};

/** Those that need a bridge: jobs.test.ts runs them. */
const withBridge: readonly string[] = ["-- survey.lua"];

const bash = (command: string) => ({ name: "bash", arguments: { command, description: command } });
const question = {
    question: "Birch or oak?",
    header: "Wood",
    options: [
        { label: "Birch", description: "light" },
        { label: "Oak", description: "dark" },
    ],
};

/** What the model does in turns, by a part of the prompt. */
const steps: readonly [words: RegExp, steps: readonly Reply[]][] = [
    [
        /look around/,
        [
            { toolCalls: [bash("ls")] },
            { toolCalls: [bash("ls -a")] },
            { toolCalls: [{ name: "question", arguments: { questions: [question] } }] },
        ],
    ],
    [/wait for the warden/, [{ toolCalls: [bash("ls")] }]],
    [/What does a chest need/, [{ text: '{"items": [{"name": "planks", "count": 8}]}' }]],
    [/Write a poem/, [{ text: "A door, ajar." }]],
    [/slots that hold coal/, [{ text: '```lua\nprint("3 slots")\n```' }]],
];

let world: World;
let player: PlayerComputer;
let computer: Computer;

beforeAll(async () => {
    world = await startWorld({ permission: { "*": "allow", bash: "ask", question: "allow" } });
    world.model.setRules([
        ({ purpose, userText, toolResults }) => {
            if (purpose !== "turn") return undefined;
            const found = steps.find(([words]) => words.test(userText));
            if (found === undefined) return undefined;
            const said = toolResults.map(({ output }) => output.trim()).join(" | ");
            return found[1][toolResults.length] ?? { text: `The tools said: ${said}` };
        },
        defaultRule,
    ]);
    player = world.newComputer();
    computer = await player.open();
    for (const [name, start] of Object.entries(names)) {
        const found = programs.filter((program) => program.includes(start));
        await writeFile(path.join(player.disk, `${name}.lua`), found[0] ?? "");
    }
});
afterAll(() => world.stop());

/** What a program printed, on one line. */
async function printed(command: string): Promise<string> {
    const shown = await typeAlone(computer, command);
    return shown.replace(/^.*/, "").replace(/>$/, "").replaceAll("\n", " ").trim();
}

it("no program is left out, and each is kept under one name", () => {
    const starts = [...Object.values(names), ...withBridge];
    for (const start of starts)
        expect(
            programs.filter((program) => program.includes(start)),
            start,
        ).not.toEqual([]);
    const known = programs.filter((program) => starts.some((start) => program.includes(start)));
    expect(known).toEqual(programs);
});

it("greet prints the answer, the model and the seconds", async () => {
    const shown = await printed("greet");
    expect(shown).toContain("Greet the players of this world in one short line.");
    expect(shown).toMatch(/scripted\/model took \d+\.\d s$/);
});

it("connect makes a table of functions", async () => {
    expect(await printed("connect")).toBe("");
});

it("said shows the last prompt", async () => {
    expect(await printed("said")).toBe("You asked: Greet the players of this world in one short line.");
});

it("guard allows one command, refuses another with words that the model reads, and answers", async () => {
    const shown = await printed("guard look around");
    expect(shown).toContain("Birch or oak? The tools said: ");
    expect(shown).toContain("Only ls is allowed here.");
    expect(shown).toMatch(/"Birch or oak\?"="Birch"/);
});

it("recipe gets a list that a program can work with", async () => {
    expect(await printed("recipe")).toMatch(/^8\s+planks$/);
});

it("watch goes on with its own work, and prints the answer", async () => {
    expect(await printed("watch")).toBe("A door, ajar.");
});

it("count shows the code, asks, and prints what came of it", async () => {
    await computer.type("clear\n");
    await computer.type("count\n");
    await untilScreen(computer, (shown) => shown.endsWith("Run version 1?"));
    await computer.type("yes\n");
    const shown = await untilScreen(computer, (rows) => /\n>$/.test(rows));
    expect(shown).toMatch(/print\("3 slots"\)\n+Run version 1\? yes\n3 slots\n/);
});

it("warden answers what waits, whoever has asked for it", async () => {
    const id = await world.behind.createSession("Elsewhere");
    await world.behind.prompt(id, "wait for the warden");
    const waiting = () => world.behind.permissions();
    while ((await waiting()).length === 0) await new Promise((done) => setTimeout(done, 20));
    expect(await printed("warden")).toMatch(/^ls\s+true/);
    expect(await waiting()).toEqual([]);
});

it("check prints what is broken", async () => {
    expect(await printed("check")).toBe("");
    await computer.type("set opencc.agent wizard\n");
    expect(await printed("check")).toMatch(/^agent: opencode has no agent wizard\./);
    await computer.type("set opencc.agent\n");
});

it("greet prints what went wrong and what to do next", async () => {
    await computer.type("set opencc.password wrong\n");
    const shown = await printed("greet");
    expect(shown).toContain("The opencode server refuses user and password.");
    expect(shown).toContain("ai config password");
    expect(shown).not.toContain("took");
});
