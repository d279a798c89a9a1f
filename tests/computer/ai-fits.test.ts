/** All that `ai` prints fits the screen, whatever the server, the model or the player says. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { brokenWords, hostileTexts, onScreen, rawError, readShown, type Shown } from "./ai-screen-support.ts";
import { runWithLibai, startServer, temporaryFolder } from "./libai-support.ts";

const sizes = [
    { width: 51, rows: 4 },
    { width: 39, rows: 5 },
    { width: 26, rows: 7 },
] as const;

/** Runs Lua with `onScreen`, and `texts`, those that are hostile; `results` is what it fills. */
async function collect<Result>(lua: string): Promise<Result> {
    const disk = await temporaryFolder();
    await writeFile(join(disk, "texts.json"), JSON.stringify(hostileTexts));
    // They are too many for a computer's disk.
    const parts: string[] = [];
    const { url } = await startServer(({ body }) => {
        parts.push(body);
        return { body: "{}" };
    });
    const { end, output } = await runWithLibai(
        `${onScreen}
         local file = fs.open("/texts.json", "r")
         local texts, results = textutils.unserializeJSON(file.readAll()), {}
         file.close()
         ${lua}
         local json = textutils.serializeJSON(results)
         for at = 1, #json, 1000000 do
             assert(http.post("${url}", json:sub(at, at + 999999), { ["Content-Type"] = "text/plain" })).close()
         end`,
        { disk },
    );
    expect({ end, output }).toEqual({ end: { how: "shutdown", status: 0 }, output: "" });
    return JSON.parse(parts.join("")) as Result;
}

describe("failures", () => {
    interface Case {
        readonly code: string;
        readonly width: number;
        /** What is hostile, and which detail. */
        readonly kind: string;
        readonly message: string;
        readonly hint: string;
        /** Line breaks in the hint, of what is to be written into a file. */
        readonly lines: number;
        readonly shown: Shown;
    }

    const details = {
        url: "http://192.168.1.20:4096",
        what: "Could not connect",
        name: "opencc.server_url",
        example: "opencc.server_url http://127.0.0.1:4096",
        status: 502,
        session: "ses_3f2a81c9dffe7Yx2",
        seconds: 300,
        wanted: "scripted/modle",
        known: " scripted/model openai/gpt-5 ollama/qwen3",
    };

    const play = (hostile: boolean) =>
        collect<Case[]>(`
            rowsKept = 12
            local failure = require("/apis/ai/failure")
            local normal = textutils.unserializeJSON('${JSON.stringify(details)}')
            local kinds = ${hostile ? "texts" : '{ normal = "" }'}
            for code, words in pairs(failure.failures) do
                for _, width in ipairs({ 51, 39, 26 }) do
                    for kind, text in pairs(kinds) do
                        local details, isHostile = {}, false
                        for name, value in pairs(normal) do
                            details[name] = value
                            if text ~= "" and (words[1] .. words[2]):find("{" .. name .. "}", 1, true) then
                                details[name], isHostile = text, true
                            end
                        end
                        if isHostile or text == "" then
                            local made = failure.fail(code, details)
                            local shown = onScreen(width, 100, true, function()
                                require("/apis/trapos/screen").fail(made)
                            end)
                            results[#results + 1] = { code = code, width = width, kind = kind, shown = shown,
                                lines = select(2, made.hint:gsub("\\n", "")),
                                message = text == "" and made.message or "", hint = text == "" and made.hint or "" }
                        end
                    end
                end
            end`);

    it("are whole, on a few rows, with all words whole", async () => {
        const cases = await play(false);
        expect(cases.length).toBeGreaterThan(80);
        const seen = cases.map(({ code, width, message, hint, lines, shown }) => {
            const { rows, count, outside, problem } = readShown(shown);
            const broken = brokenWords(`${message} ${hint}`, rows, width);
            return {
                code,
                width,
                broken,
                outside,
                problem,
                isShort: count <= sizes.find((size) => size.width === width)!.rows + lines,
            };
        });
        const good = seen.map(({ code, width }) => ({
            code,
            width,
            broken: [],
            outside: [],
            problem: undefined,
            isShort: true,
        }));
        expect(seen).toEqual(good);
    });

    it("are as short when what they tell of has no end", async () => {
        const cases = await play(true);
        expect(cases.length).toBeGreaterThan(300);
        for (const { code, width, kind, lines, shown } of cases) {
            const { rows, count, outside, problem } = readShown(shown);
            const name = `${code} at ${width} with ${kind}: ${rows.join("|")}`;
            expect(problem, name).toBeUndefined();
            expect(outside, name).toEqual([]);
            expect(count, name).toBeLessThanOrEqual((width === 26 ? 12 : 8) + lines);
            expect(count, name).toBeGreaterThan(0);
            expect(name).not.toMatch(rawError);
            for (const row of rows) expect(row.length, name).toBeLessThanOrEqual(width);
        }
    });
});

describe("commands", () => {
    /** Lua: a client whose server says `word` wherever a server says something. */
    const client = `
        local function client(word)
            local reply = {
                text = word, sessionId = word, messageId = word, model = word, agent = word, finish = word,
                tokens = { input = 12, output = 3 }, seconds = 1.25, prompt = word,
            }
            local session = { id = word, title = word, created = 0, updated = 0, current = true }
            local function returns(value) return function() return value end end
            local function call(options)
                if options.log then options.log("poll attempt #1: found=" .. word) end
                if options.onProgress then options.onProgress({ phase = "new session", seconds = 0, message = word }) end
                return reply
            end
            local remaining = { text = word, model = word, seconds = 1.25, prompt = word, remaining = 0 }
            return {
                ask = function(_, options) return call(options) end,
                ping = call,
                resume = function() return remaining end,
                listSessions = returns({ session, session }),
                newSession = returns(session),
                useSession = returns(session),
                abort = returns(true),
            }
        end
        local commands = {
            "help", "help ask", "help new", "help sessions", "--version", "new", "ping", "-v ping", "sessions",
            "use 1", "use ses_1", "abort", "resume", "-v resume", "new hello", "-v hello", "--session 2 hello",
            "use", "help nothing", "-x", "--timeout 0 x", "--model", "use 3", "--nothing-of-the-kind=" .. ("x"):rep(500),
            "--timeout " .. ("y"):rep(3000) .. " hello", "help " .. ("z"):rep(3000),
        }
        local function run(command, width, word, colour)
            local words = {}
            for part in command:gmatch("[^ ]+") do words[#words + 1] = part end
            return onScreen(width, 200, colour, function() require("/apis/ai/program").run(words, client(word)) end)
        end
    `;

    interface Case {
        readonly command: string;
        readonly width: number;
        readonly kind: string;
        readonly shown: Shown;
    }

    it("show nothing outside of the screen, and no flood", async () => {
        const cases = await collect<Case[]>(`
            rowsKept = 12
            ${client}
            texts.normal = "It opens the door."
            for kind, word in pairs(texts) do
                for _, width in ipairs({ 51, 26 }) do
                    for number, command in ipairs(commands) do
                        -- An answer is shown in full.
                        local isAnswer = command:find("hello$") or command:find("resume$")
                        if not isAnswer or #word < 20000 then
                            results[#results + 1] = { command = command:sub(1, 40), width = width, kind = kind,
                                shown = run(command, width, word, number % 2 == 0) }
                        end
                    end
                end
            end`);
        expect(cases.length).toBeGreaterThan(400);
        for (const { command, width, kind, shown } of cases) {
            const { rows, count, outside, problem } = readShown(shown);
            const name = `ai ${command} at ${width} with ${kind}: ${rows.slice(0, 20).join("|")}`;
            expect(problem, name).toBeUndefined();
            expect(outside, name).toEqual([]);
            expect(count, name).toBeGreaterThan(0);
            expect(name).not.toMatch(rawError);
            const isAnswer = /(hello|resume)$/.test(command) && kind !== "normal";
            if (!isAnswer) expect(count, name).toBeLessThanOrEqual(command.startsWith("help") ? 120 : 19);
        }
    });

    it("keep all words whole", async () => {
        const { commands, flags, shown } = await collect<{
            commands: [name: string, usage: string, purpose: string][];
            flags: string[];
            shown: Record<string, Shown>;
        }>(`
            rowsKept = 200
            ${client}
            local program = require("/apis/ai/commandtable").program
            results.commands, results.flags = {}, {}
            for index, command in ipairs(program.commands) do
                results.commands[index] = { command.name, command.usage, command.purpose }
            end
            for index, flag in ipairs(program.flags) do results.flags[index] = flag.name end
            results.shown = {}
            for _, width in ipairs({ 51, 39, 26 }) do
                results.shown["all " .. width] = run("help", width, "x", true)
                for _, command in ipairs(results.commands) do
                    results.shown[command[1] .. " " .. width] = run("help " .. command[1], width, "x", true)
                end
            end`);
        for (const { width } of sizes) {
            // A flag's letter stands behind a comma.
            const rows = (name: string) =>
                readShown(shown[`${name} ${width}`]!).rows.map((row) => row.replaceAll(",", ""));
            for (const [name, usage, purpose] of commands) {
                expect(brokenWords(usage, rows("all"), width), `${name} ${width}`).toEqual([]);
                expect(
                    brokenWords(`${usage} ${purpose}`.replaceAll(",", ""), rows(name), width),
                    `${name} ${width}`,
                ).toEqual([]);
            }
            for (const name of flags) expect(brokenWords(`--${name}`, rows("all"), width)).toEqual([]);
            // A command of each on a row, or two, and the flags.
            expect(rows("all").length).toBeLessThanOrEqual(2 * commands.length + flags.length + 20);
        }
    });
});
