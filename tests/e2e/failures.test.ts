/**
 * Every command of `ai` on the real server where something is amiss: nobody answers, the password is wrong, the session is
 * gone, empty, busy or not there yet, a name or a word is wrong. What each says is compared with tests/e2e/screens/failures.txt,
 * which somebody has read; after a change `npm test -- tests/e2e/failures.test.ts -u`.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { Settings } from "craftos-headless";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defaultRule } from "../../tools/model/index.ts";
import { serverSettings } from "../../tools/harness/server.ts";
import { filesWith, processesWith } from "./secrets.ts";
import { startWorld, type World } from "./support.ts";

/** What is wrong, what the computer is set to, and the commands that are typed then. */
interface Situation {
    readonly name: string;
    readonly settings: Settings;
    readonly commands: readonly string[];
    /** How they are typed: as they stand, with --json, or both, where what they say differs. */
    readonly typed: "plain" | "json" | "both";
}

/** What a command printed, and whether it succeeded. */
interface Printed {
    readonly rows: readonly string[];
    readonly succeeded: boolean;
}
interface Seen {
    readonly command: string;
    readonly plain?: Printed;
    /** With `--json`. */
    readonly json?: Printed;
}

/** Lua: runs each command on a screen that nobody sees, and writes down what is on it. */
const PLAYER = `
    local function read(path)
        local file = fs.open(path, "r")
        local text = file.readAll()
        file.close()
        return textutils.unserializeJSON(text)
    end
    -- What is loaded stays so from one command to the next, as loading takes most of the time; with --json it is another program's.
    local make = require("cc.require").make
    local function newProgram()
        local env = setmetatable({ shell = shell }, { __index = _ENV })
        env.require, env.package = make(env, "/")
        return assert(loadfile("/programs/ai.lua", nil, env))
    end
    local programs = { plain = newProgram(), json = newProgram() }
    local function see(typed, width, command)
        local words = {}
        for word in command:gmatch("%S+") do words[#words + 1] = word end
        local screen = window.create(term.native(), 1, 1, width, 100, false)
        local before = term.redirect(screen)
        local succeeded = pcall(programs[typed], table.unpack(words, 2))
        term.redirect(before)
        local _, last = screen.getCursorPos()
        local rows = {}
        for y = 1, last do rows[y] = screen.getLine(y):gsub(" +$", "") end
        if rows[last] == "" then rows[last] = nil end
        os.queueEvent("seen") os.pullEvent("seen")
        return { rows = #rows > 0 and rows or textutils.empty_json_array, succeeded = succeeded }
    end
    local function set(situation)
        for name, value in pairs(situation.settings) do settings.set(name, value) end
        for _, name in ipairs(situation.unset) do settings.unset(name) end
        settings.save()
    end
    local results = {}
    for number, situation in ipairs(read("/situations.json")) do
        local seen, typed = {}, situation.typed
        for index, command in ipairs(situation.commands) do
            -- What one of them has set is not there for the next.
            set(situation)
            local json, plain
            if typed ~= "json" then plain = see("plain", 51, command) end
            if typed ~= "plain" then json = see("json", 4000, (command:gsub("^ai", "ai --json"))) end
            seen[index] = { command = command, plain = plain, json = json }
        end
        results[number] = seen
    end
    local file = fs.open("/seen.json", "w")
    file.write(textutils.serializeJSON(results))
    file.close()
`;

/** The settings that a computer may have by now and that a situation is without. */
const UNSET = [
    "opencc.password",
    "opencc.session_id",
    "opencc.provider_id",
    "opencc.model_id",
    "opencc.agent",
    "opencc.variant",
];

const wrongPassword = "guess-1234";

/** All commands that ask the server for something, as they are mostly used. */
const commands = [
    "ai hello",
    "ai new",
    "ai new hello",
    "ai ping",
    "ai status",
    "ai resume",
    "ai last",
    "ai abort",
    "ai history",
    "ai diff",
    "ai undo",
    "ai redo",
    "ai todo",
    "ai compact",
    "ai export talk.md",
    "ai sessions",
    "ai use ses_1",
    "ai rename Gate",
    "ai fork",
    "ai --yes delete",
    "ai --yes share",
    "ai unshare",
    "ai models",
    "ai model",
    "ai variants",
    "ai agents",
    "ai agent",
    "ai usage",
    "ai usage today",
    "ai commands",
    "ai /init",
    "ai --yes !ls",
    "ai --yes lua count to three",
    "ai code",
    "ai save gate.lua",
    "ai --yes run",
    "ai write gate.lua a gate",
    "ai fix door.lua",
    "ai explain door.lua",
];
/** Those that go on in another session, or need none. */
const makeSessions = /^ai (hello|new|ping|\/init|--yes !|--yes lua|write|fix|explain|use|doctor)/;
const ofASession = commands.filter((command) => !makeSessions.test(command));

let world: World;
let seen: Map<string, Seen[]>;

async function closedPort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    return port;
}

/** A new session of the server's; what is said in it has no answer yet where there is a prompt. */
async function newSession(prompt?: string): Promise<string> {
    const id = await world.behind.createSession("Gate");
    if (prompt === undefined) return id;
    await world.behind.prompt(id, prompt);
    const isBusy = async () => (await world.behind.running()).includes(id);
    while (!(await isBusy()) || world.model.requests.length === 0)
        await new Promise((done) => setTimeout(done, 20));
    return id;
}

async function play(situations: readonly Situation[]): Promise<Map<string, Seen[]>> {
    const player = world.newComputer();
    await mkdir(player.disk, { recursive: true });
    const written = situations.map((situation) => ({
        ...situation,
        unset: UNSET.filter((name) => !(name in situation.settings)),
    }));
    await writeFile(join(player.disk, "situations.json"), JSON.stringify(written));
    await writeFile(join(player.disk, "door.lua"), "print('door')\n");
    await writeFile(join(player.disk, "play.lua"), PLAYER);
    const { succeeded, transcript } = await player.run("play", { timeoutSeconds: 300 });
    expect(succeeded, transcript).toBe(true);
    const results = JSON.parse(await readFile(join(player.disk, "seen.json"), "utf8")) as Seen[][];
    return new Map(results.map((list, index) => [situations[index]!.name, list]));
}

beforeAll(async () => {
    world = await startWorld({ models: { model: { variants: { fast: {} } } } });
    const usual = serverSettings(world.opencode);
    const empty = await newSession();
    const busy = await newSession("[hang]");
    const code = await world.behind.createSession("Code");
    world.model.setRules([
        ({ userText }) =>
            userText === "code" ? { text: "```lua\nprint(1)\n```\n\n```lua\nprint(2)\n```" } : undefined,
        defaultRule,
    ]);
    await world.behind.ask(code, "code");
    const inCode = { ...usual, "opencc.session_id": code };
    seen = await play([
        {
            name: "no server",
            typed: "json",
            settings: {
                ...usual,
                "opencc.server_url": `http://127.0.0.1:${await closedPort()}`,
                "opencc.session_id": "ses_1",
            },
            commands: [...commands, "ai --no doctor"],
        },
        {
            name: "wrong password",
            typed: "plain",
            settings: { ...usual, "opencc.password": wrongPassword, "opencc.session_id": "ses_1" },
            commands: [...commands, "ai --no doctor", "ai -v ping", "ai config", "ai config password"],
        },
        {
            name: "the session is gone",
            typed: "plain",
            settings: { ...usual, "opencc.session_id": "ses_gone00000000000000000000" },
            commands: [
                ...ofASession,
                "ai model scripted/other",
                "ai agent plan",
                "ai --no doctor",
                // It begins another one.
                "ai hello",
            ],
        },
        { name: "no session yet", typed: "json", settings: usual, commands: ofASession },
        {
            name: "an empty session",
            typed: "plain",
            settings: { ...usual, "opencc.session_id": empty },
            commands: ofASession.filter((command) => !/delete|fork|rename|compact/.test(command)),
        },
        {
            name: "a busy session",
            typed: "plain",
            settings: { ...usual, "opencc.session_id": busy },
            commands: [
                "ai hello",
                "ai ping",
                "ai --timeout 1 resume",
                "ai last",
                "ai undo",
                "ai redo",
                "ai compact",
                "ai /init",
                "ai --yes !ls",
                "ai --yes lua count",
                "ai fix door.lua",
                "ai code",
            ],
        },
        {
            name: "no password",
            typed: "plain",
            settings: {
                "opencc.server_url": usual["opencc.server_url"],
                "opencc.username": usual["opencc.username"],
            },
            commands: ["ai ping"],
        },
        {
            name: "a model that is not there",
            typed: "plain",
            settings: { ...usual, "opencc.provider_id": "scripted", "opencc.model_id": "wise" },
            commands: ["ai ping", "ai model"],
        },
        {
            name: "an agent that is not there",
            typed: "plain",
            settings: { ...usual, "opencc.agent": "wizard" },
            commands: ["ai ping", "ai agent"],
        },
        {
            name: "an address with a password",
            typed: "plain",
            settings: {
                ...usual,
                "opencc.server_url": usual["opencc.server_url"]!.toString().replace(
                    "//",
                    `//opencode:${wrongPassword}@`,
                ),
            },
            commands: ["ai -v ping", "ai --no doctor", "ai config", "ai config server_url", "ai status"],
        },
        {
            name: "unknown names",
            typed: "both",
            settings: inCode,
            commands: [
                "ai --model acme/wise hello",
                "ai --model modle hello",
                "ai --model Scripted/Model hello",
                "ai --model scripted/ hello",
                "ai --model /model hello",
                "ai --agent wizard hello",
                "ai --variant slow hello",
                "ai --model scripted/other --variant fast hello",
                "ai --session 99 hello",
                "ai --session ses_none history",
                "ai model modle",
                "ai model scripted",
                "ai variant slow",
                "ai agent wizard",
                "ai models zzz",
                "ai sessions zzz",
                "ai use 99",
                "ai use ses_none",
                "ai --yes delete 99",
                "ai fork 99",
                "ai /gret me",
                "ai code 9",
                "ai save gate.lua",
                "ai save 9 gate.lua",
                "ai --yes save 1 rom/gate.lua",
                "ai run",
                "ai run 9",
                "ai write rom/gate.lua a gate",
                "ai fix none.lua",
                "ai explain none.lua",
                "ai -f none.lua what is it?",
                "ai -f rom what is it?",
                "ai --yes export rom/talk.md",
                "ai help nothing",
            ],
        },
        {
            name: "wrong words",
            typed: "both",
            settings: inCode,
            commands: [
                "ai sesions",
                "ai --colour hello",
                "ai -x hello",
                "ai --model",
                "ai --timeout soon hello",
                "ai --yes --no hello",
                "ai --fix hello",
                "ai --lines",
                "ai config server_url nowhere:at:all",
                "ai config permission perhaps",
                "ai config poll_timeout_seconds 0",
                "ai ask",
                "ai rename",
                "ai use",
                "ai save",
                "ai lua",
                "ai write",
                "ai export",
                "ai setup",
                "ai delete",
                "ai share",
                "ai !ls",
                "ai lua count",
                "ai run 1",
                "ai save 1 door.lua",
                // Words that are none of its settings are a prompt.
                "ai config colour",
            ],
        },
    ]);
}, 400_000);
afterAll(() => world.stop());

/** What a command said, without what differs from run to run. */
function settled(text: string): string {
    return text
        .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:4096")
        .replaceAll(world.opencode.version, "1.2.3")
        .replaceAll(/\bses_\w{20,}/g, "ses_1")
        .replaceAll(/\d+(\.\d)? s\b/g, "0 s")
        .replaceAll(/\d+ kB free/g, "500 kB free")
        .replaceAll(/[\d,]{2,} tokens$/g, "1,234 tokens")
        .replaceAll(/ (now|\d+m)$/g, (age) => "now".padStart(age.length));
}

/** What a failed command says with `--json`. */
interface Failed {
    ok: boolean;
    code?: string;
    message?: string;
    hint?: string;
}
const objectOf = (printed: Printed) => JSON.parse(printed.rows.join("")) as Failed;

it("says what happened and what to do next", async () => {
    const text: string[] = [];
    for (const [name, list] of seen) {
        text.push(`=== ${name}`, "");
        for (const { command, plain, json } of list) {
            const { code, message, hint } = json === undefined ? ({} as Failed) : objectOf(json);
            const rows = plain?.rows ?? [message ?? "", hint ?? ""];
            const end = (plain ?? json)!.succeeded ? "succeeded" : ["failed", code].join(" ").trimEnd();
            // How often was looked differs from run to run.
            const shown = command.includes(" -v ") ? [] : rows.map(settled);
            text.push(`> ${command}`, ...shown, `(${end})`, "");
        }
    }
    await expect(text.join("\n")).toMatchFileSnapshot("screens/failures.txt");
});

it("tells no password, and writes none down but in the settings", () => {
    for (const secret of [world.opencode.password, wrongPassword]) {
        expect(JSON.stringify([...seen.values()])).not.toContain(secret);
        const files = filesWith(world.folder, secret).map((path) => path.replace(/^computer-\d+\//, ""));
        expect(files.filter((path) => path !== ".settings" && path !== "situations.json")).toEqual([]);
        expect(processesWith(secret)).toEqual([]);
    }
});

it("is short, and with --json one object of the same words", () => {
    for (const [name, list] of seen) {
        for (const { command, plain, json } of list) {
            const where = `${name}: ${command}`;
            // Code is shown before it is asked about.
            const told = (plain?.rows ?? []).filter((row) => !/^([-+]\w|@|print)/.test(row));
            if (plain?.succeeded === false && !command.includes("doctor"))
                expect(told.length, `${where}: ${told.join("|")}`).toBeLessThanOrEqual(4);
            if (json === undefined) continue;
            const object = objectOf(json);
            expect(json.rows, where).toHaveLength(1);
            expect(json.succeeded || command.includes("doctor"), where).toBe(object.ok);
            if (object.ok) continue;
            expect(object, where).toEqual({
                ok: false,
                code: expect.stringMatching(/^\w+$/) as string,
                message: expect.stringMatching(/./) as string,
                hint: expect.stringMatching(/./) as string,
            });
            if (plain !== undefined) {
                expect(plain.succeeded, where).toBe(false);
                // Of a command its usage stands there in the place of a hint.
                const said = told
                    .join(" ")
                    .replace(/^Something is missing: /, `${object.message} ${object.hint}`);
                const words = (text: string) => text.replace(/\s+/g, "");
                expect(words(said), where).toContain(words(`${object.message}${object.hint}`));
            }
        }
    }
});
