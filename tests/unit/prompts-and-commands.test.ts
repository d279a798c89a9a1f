/**
 * What is a command and what is a prompt: a prompt needs no quotes, so no command may swallow one. On this computer there
 * are the files door.lua, startup and lib/door.
 */
import { expect, it } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { COMPUTER } from "./support/computer.ts";

const setup = `${COMPUTER}
    shell = { resolve = function(path) return path end }
    local files = { ["/apis/ai/link/commands.lua"] = true, ["door.lua"] = true, startup = true, ["lib/door"] = true }
    fs = { exists = function(path) return files[path] == true end, isDir = function() return false end }
`;

/** Lines that are the command by whose name they stand; without what stands behind it where it takes nothing. */
const commands: Record<string, string[]> = {
    ping: ["ping", "ping -v", "-v ping"],
    new: ["new", "new what now"],
    status: ["status"],
    resume: ["resume"],
    last: ["last"],
    abort: ["abort"],
    history: ["history", "history 3", "history 100"],
    diff: ["diff"],
    undo: ["undo"],
    redo: ["redo"],
    todo: ["todo"],
    compact: ["compact"],
    export: ["export talk.md", "export startup", "export lib/door"],
    sessions: ["sessions", "sessions door", "sessions Türschloss"],
    use: ["use 3", "use 12", "use ses_abc123"],
    rename: ["rename Door"],
    fork: ["fork", "fork 2", "fork ses_1"],
    delete: ["delete", "delete 2", "delete ses_1", "--yes delete 2"],
    share: ["share"],
    unshare: ["unshare"],
    models: ["models", "models gpt", "models openai/gpt-5"],
    model: ["model", "model gpt-5", "model default", "model openai/gpt-5"],
    variants: ["variants"],
    variant: ["variant", "variant high"],
    agents: ["agents"],
    agent: ["agent", "agent plan", "agent default"],
    usage: ["usage", "usage session", "usage today", "usage all"],
    commands: ["commands"],
    command: ["/init", "/init now please", "/review main"],
    shell: ["!ls", "!ls -la", "!echo one; echo two"],
    code: ["code", "code 1", "code 12"],
    save: ["save door.lua", "save 2 door.lua", "save new.lua", "save 1 lock"],
    run: ["run", "run 1", "run 2 left right"],
    write: ["write door.lua a lock that opens at noon", "write new.lua a clock", "write startup a greeting"],
    fix: ["fix door.lua", "fix door.lua it never closes", "fix lib/door"],
    explain: ["explain door.lua", "explain startup"],
    lua: ["lua count my coal", "lua what peripherals are there?"],
    config: ["config", "config agent", "config agent plan", "config opencc.agent", "config password"],
    doctor: ["doctor", "doctor --fix"],
    setup: ["setup"],
    link: ["link 192.168.1.5", "link 192.168.1.5:4097", "link https://bridge.example.com/craft"],
    unlink: ["unlink"],
    screen: ["screen", "screen on", "screen off"],
    bg: ["bg build a sorting system", "bg --keep dig", "bg --agent plan what is left to do?"],
    jobs: ["jobs"],
    job: ["job 7", "job 12345"],
    collect: ["collect 7", "collect 7 --timeout 60"],
    kill: ["kill 12"],
    help: ["help", "help use"],
};

/** Lines that are prompts although they begin with a command's name, or look like something else. */
const prompts = [
    "hello there",
    "why does my door script fail?",
    "ping the router",
    "ping pong is a game",
    "status of the reactor?",
    "resume the story",
    "last night I built a door",
    "last words",
    "abort mission",
    "history of redstone",
    "history lesson please",
    "history 0",
    "history -1",
    "history of 3 wars",
    "diff between a turtle and a computer?",
    "undo the last change",
    "undo it",
    "redo the roof in oak",
    "todo list for my base",
    "todo: dig a hole",
    "compact my script",
    "compact this code please",
    "export everything",
    "export the session to a file",
    "export trade in Minecraft",
    "sessions are cool",
    "sessions of today please",
    "use redstone",
    "use the stairs",
    "use 3 torches",
    "use lamps",
    "rename all my files",
    "rename the door to gate",
    "fork in the road",
    "fork bombs are bad",
    "fork it",
    "delete the old door",
    "delete everything",
    "delete my door script",
    "share a joke",
    "share your thoughts on doors",
    "unshare this place",
    "models of trains in Minecraft",
    "models for a castle",
    "model a castle in voxels",
    "model me a house",
    "variants of oak wood",
    "variant of this recipe",
    "agents in the Matrix",
    "agent smith is here",
    "agent for my village",
    "usage of pistons",
    "usage tips for hoppers",
    "commands for a turtle?",
    "commands of the shell",
    "code a door lock",
    "code review my script please",
    "code in lua",
    "save me",
    "save the world",
    "save my inventory to a file",
    "save 2 diamonds for me",
    "run the tests",
    "run away",
    "run it again",
    "run, Forrest",
    "write a door lock",
    "write a poem about doors",
    "write me a quarry program",
    "write door",
    "write lua that opens a door",
    "fix the door",
    "fix my turtle it is stuck",
    "fix it",
    "explain quantum physics",
    "explain how pistons work",
    "explain this",
    "config of my server is broken",
    "config the door",
    "config a firewall for me",
    "doctor who",
    "link the two doors",
    "link them",
    "unlink my door from the lever",
    "screen is blank, why?",
    "screen on the wall",
    "jobs for my villagers",
    "job seven",
    "job 7 is what?",
    "collect 3 diamonds",
    "collect the wheat",
    "kill the dragon",
    "kill 3 zombies",
    "doctor my villager is ill",
    "setup a farm",
    "setup instructions for a reactor",
    "help me with my door",
    "help my turtle is stuck",
    "shell scripting basics",
    "shell",
    "command blocks explained",
    "command me",
    "ask ping",
    "ask help me",
    "ask !ls",
    "ask /init",
    "- what is that?",
    "-5 plus 3",
    "1 + 1",
    "?",
    "what does ls -l --all do",
    "is @door.lua right?",
    "please undo",
    "can you use 3 torches",
    "what is a session",
    "PING the server for me",
    "Use the second one",
    "door.lua does not work",
    "setup.lua is broken",
    "todo for tomorrow",
    "doctor --fix my villager",
    "agents and models",
    "share.lua by whom?",
];

function read(line: string): { command: string; perhaps?: string } {
    const words = toLua(line.split(" "));
    const code = `return require("/apis/trapos/commandline").parse(require("/apis/ai/commandtable").program, ${words})`;
    return runLua(code, { setup })[0] as { command: string; perhaps?: string };
}

const expected = [
    ...Object.entries(commands).flatMap(([command, lines]) => lines.map((line) => [line, command] as const)),
    ...prompts.map((line) => [line, "ask"] as const),
];

it("has 200 lines, and one at least for each command", () => {
    const [names] = runLua(
        `local names = {}
         for index, command in ipairs(require("/apis/ai/commandtable").program.commands) do names[index] = command.name end
         return names`,
        { setup },
    ) as [string[]];
    expect(expected.length).toBeGreaterThanOrEqual(200);
    expect(names.filter((name) => name !== "ask" && commands[name] === undefined)).toEqual([]);
});

it.each(expected)("ai %s: %s", (line, command) => {
    expect(read(line).command).toBe(command);
});

it("asks about no prompt of more than one word", () => {
    for (const [line] of expected) {
        if (line.includes(" ")) expect(read(line).perhaps ?? undefined, line).toBeUndefined();
    }
});
