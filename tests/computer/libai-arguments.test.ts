/** What libai's functions say to arguments that they do not take: they fail with the argument's name, and ask nobody. */
import { expect, it } from "vitest";
import { runWithLibai } from "./libai-support.ts";

/** Runs calls on one computer that reaches no server; for each what it returned, in one row. */
async function resultsOf(calls: readonly string[]): Promise<string[]> {
    const rows = calls.map((call) => `row(function() return ${call} end)`);
    const { lines } = await runWithLibai(`
        local createAi = require("/apis/libai")
        local sent = 0
        local client = createAi({send = function() sent = sent + 1 return {headers = {}, body = "", reason = "Could not connect"} end})
        local function row(call)
            sent = 0
            local raised, ok, value = pcall(call)
            local isFailure = type(value) == "table" and value.code
            print(raised, ok, isFailure and value.code .. ": " .. value.message or value, sent)
        end
        ${rows.join("\n").replaceAll("ai.", "client.")}`);
    return lines.map((line) => line.replace(/\s+/g, " "));
}

const refused = (what: string) => `true false bad_argument: ${what}. 0`;

/** A value of each type, as Lua writes it. */
const values: Record<string, string> = {
    string: '"text"',
    number: "5",
    boolean: "true",
    table: "{}",
    function: "print",
};

/** Arguments that take one type: the call, the value in it as VALUE, the type, and what is said to others. */
const typed: [call: string, type: string, what: string][] = [
    ["ai.ask(VALUE)", "string", "ask: prompt must be a text"],
    ['ai.ask("hi", VALUE)', "table", "ask: options must be a table of options"],
    ['ai.ask("hi", {session = VALUE})', "string", "ask: options.session must be a text that is not empty"],
    ['ai.ask("hi", {newSession = VALUE})', "boolean", "ask: options.newSession must be true or false"],
    ['ai.ask("hi", {model = VALUE})', "string", "ask: options.model must be a text, like provider/model"],
    ['ai.ask("hi", {agent = VALUE})', "string", "ask: options.agent must be a text that is not empty"],
    ['ai.ask("hi", {variant = VALUE})', "string", "ask: options.variant must be a text that is not empty"],
    ['ai.ask("hi", {system = VALUE})', "string", "ask: options.system must be a text"],
    [
        'ai.ask("hi", {idleTimeout = VALUE})',
        "number",
        "ask: options.idleTimeout must be a number of seconds above 0",
    ],
    ['ai.ask("hi", {onProgress = VALUE})', "function", "ask: options.onProgress must be a function"],
    ['ai.ask("hi", {log = VALUE})', "function", "ask: options.log must be a function"],
    ['ai.ask("hi", {onPermission = VALUE})', "function", "ask: options.onPermission must be a function"],
    ['ai.ask("hi", {onQuestion = VALUE})', "function", "ask: options.onQuestion must be a function"],
    ['ai.ask("hi", {onTool = VALUE})', "function", "ask: options.onTool must be a function"],
    ['ai.ask("hi", {onText = VALUE})', "function", "ask: options.onText must be a function"],
    ['ai.ask("hi", {onReasoning = VALUE})', "function", "ask: options.onReasoning must be a function"],
    ["ai.resume({onPermission = VALUE})", "function", "resume: options.onPermission must be a function"],
    ['ai.answerPermission(VALUE, "once")', "string", "answerPermission: id must be a text that is not empty"],
    ['ai.answerPermission("per_1", "once", VALUE)', "string", "answerPermission: message must be a text"],
    ["ai.answerQuestion(VALUE)", "string", "answerQuestion: id must be a text that is not empty"],
    [
        'ai.answerQuestion("que_1", VALUE)',
        "table",
        "answerQuestion: answers must be a list of labels for each question",
    ],
    ["ai.ping(VALUE)", "table", "ping: options must be a table of options"],
    ["ai.ping({agent = VALUE})", "string", "ping: options.agent must be a text that is not empty"],
    ["ai.listSessions(VALUE)", "table", "listSessions: options must be a table of options"],
    [
        "ai.listSessions({limit = VALUE})",
        "number",
        "listSessions: options.limit must be a whole number from 1 on",
    ],
    ["ai.listSessions({search = VALUE})", "string", "listSessions: options.search must be a text"],
    ["ai.newSession(VALUE)", "table", "newSession: options must be a table of options"],
    ["ai.newSession({title = VALUE})", "string", "newSession: options.title must be a text"],
    ["ai.useSession(VALUE)", "string", "useSession: id must be a text that is not empty"],
    ["ai.abort(VALUE)", "string", "abort: session must be a text that is not empty"],
    ["ai.resume(VALUE)", "table", "resume: options must be a table of options"],
    ["ai.doctor(VALUE)", "table", "doctor: options must be a table of options"],
    ["ai.doctor({ping = VALUE})", "boolean", "doctor: options.ping must be true or false"],
    ["ai.doctor({onStart = VALUE})", "function", "doctor: options.onStart must be a function"],
    ["ai.doctor({onCheck = VALUE})", "function", "doctor: options.onCheck must be a function"],
    [
        "ai.resume({idleTimeout = VALUE})",
        "number",
        "resume: options.idleTimeout must be a number of seconds above 0",
    ],
];

it("names function and argument where the type is another", async () => {
    const wrong = typed.flatMap(([call, type, what]) =>
        Object.keys(values)
            .filter((other) => other !== type)
            .map((other) => [call.replace("VALUE", values[other]!), refused(what)] as const),
    );
    const results = await resultsOf(wrong.map(([call]) => call));
    expect(results).toEqual(wrong.map(([, result]) => result));
});

it("takes a value of the right type", async () => {
    const results = await resultsOf(typed.map(([call, type]) => call.replace("VALUE", values[type]!)));
    for (const result of results) expect(result).not.toMatch(/must be|internal_error|^false/);
});

it.each([
    ["ai.ask()", "ask: prompt must be a text"],
    ["ai.useSession()", "useSession: id must be a text that is not empty"],
    ['ai.useSession("")', "useSession: id must be a text that is not empty"],
    ['ai.abort("")', "abort: session must be a text that is not empty"],
    ['ai.ask("hi", {model = ""})', "ask: options.model must be a text, like provider/model"],
    ['ai.ask("hi", {idleTimeout = 0})', "ask: options.idleTimeout must be a number of seconds above 0"],
    ['ai.ask("hi", {idleTimeout = 0/0})', "ask: options.idleTimeout must be a number of seconds above 0"],
    ["ai.listSessions({limit = 1.5})", "listSessions: options.limit must be a whole number from 1 on"],
    ["ai.listSessions({limit = -1})", "listSessions: options.limit must be a whole number from 1 on"],
    ["ai.listSessions({limit = 1/0})", "listSessions: options.limit must be a whole number from 1 on"],
    ['ai.ask("hi", {permission = "maybe"})', "ask: options.permission must be ask, once, always or reject"],
    ['ai.answerPermission("per_1", "ask")', "answerPermission: reply must be once, always or reject"],
    ['ai.answerPermission("per_1")', "answerPermission: reply must be once, always or reject"],
    [
        'ai.answerQuestion("que_1", {"Birch"})',
        "answerQuestion: answers must be a list of labels for each question",
    ],
    [
        'ai.answerQuestion("que_1", {{5}})',
        "answerQuestion: answers must be a list of labels for each question",
    ],
    ['client:ask("hi")', "ask: call it with a dot, as client.ask(...)".replace("client", "ai")],
    ["client:health()", "health: call it with a dot, as ai.health(...)"],
])("%s: %s", async (call, what) => {
    expect(await resultsOf([call])).toEqual([refused(what)]);
});

it.each([
    ['createAi("x").health()', "createAi: environment must be a table of stand-ins"],
    ["createAi({send = 5}).currentSession()", "createAi: environment.send must be a function"],
    ["createAi({now = {}}).health()", "createAi: environment.now must be a function"],
    ['createAi({sleep = "x"}).health()', "createAi: environment.sleep must be a function"],
    ["createAi({settings = {}}).health()", "createAi: environment.settings.get must be a function"],
    [
        "createAi({settings = settings, fs = {}}).health()",
        "createAi: environment.fs.exists must be a function",
    ],
    [
        "createAi({settings = true}).health()",
        "createAi: environment.settings must be a table like CC's settings",
    ],
])("%s: %s", async (call, what) => {
    expect(await resultsOf([call])).toEqual([refused(what)]);
});

it.each([
    "nil",
    "5",
    "{}",
    '{status = "x", headers = 5, body = {}}',
    "{status = 200, headers = {}, body = {}}",
])("a send that gives %s is no answer, and no error", async (given) => {
    const [result] = await resultsOf([`createAi({send = function() return ${given} end}).health()`]);
    expect(result).toMatch(/^true false network_error: .* no answer of a known form\. 0$/);
});

it("tells which of the program's own functions failed, and keeps the turn", async () => {
    const { lines } = await runWithLibai(`
        local session = '{"id":"ses_1","title":"t","directory":"/","time":{"created":1,"updated":2}}'
        local client = require("/apis/libai")({
            sleep = function() end,
            send = function(request)
                local path = request.url:match("^https?://[^/]+([^?]*)")
                local body = path == "/session/status" and "{}" or path:find("/message$") and "[]" or session
                if path:find("prompt_async") then return {status = 204, headers = {}, body = ""} end
                return {status = 200, headers = {["content-type"] = "application/json"}, body = body}
            end,
        })
        local ok, failure = client.ask("hi", {onProgress = function(progress) return progress.nothing.at.all end})
        print(ok, failure.code) print(failure.message) print(failure.hint)
        print(#fs.list("/trapos/ai/turns"))
        print(select(2, pcall(client.ask, "hi", {onProgress = function() error("Terminated", 0) end})))`);
    expect(lines[0]).toMatch(/^false\s+bad_argument$/);
    expect(lines[1]).toMatch(/^ask: options\.onProgress failed: .*snippet.*attempt to index/);
    expect(lines[2]).not.toMatch(/install|verify/);
    expect(lines.slice(3)).toEqual(["1", "Terminated"]);
});

it("says of an error that is none of the program's own that it should be reported", async () => {
    const { lines } = await runWithLibai(`
        local client = require("/apis/libai")({now = function() error("no clock", 0) end})
        local ok, failure = client.health() print(ok, failure.code, failure.message) print(failure.hint)`);
    expect(lines[0]).toMatch(/^false\s+internal_error\s+Unexpected: no clock$/);
    expect(lines[1]).toContain("Report this");
    expect(lines[1]).not.toContain("install");
});

const server = `
    local session = '{"id":"ses_1","title":"t","directory":"/","time":{"created":1,"updated":2}}'
    local function send() return {status = 200, headers = {["content-type"] = "application/json"}, body = session} end`;

it("uses the settings that it is given and saves to them, and leaves the player's alone", async () => {
    const { lines } = await runWithLibai(`
        ${server}
        settings.set("mine", "kept") settings.save()
        local before = fs.open("/.settings", "r").readAll()
        local values, saved = {["opencc.server_url"] = "http://stand.in"}, 0
        local client = require("/apis/libai")({send = send, settings = {
            get = function(name) return values[name] end,
            set = function(name, value) values[name] = value end,
            unset = function(name) values[name] = nil end,
            save = function() saved = saved + 1 end,
        }})
        print(client.newSession())
        print(values["opencc.session_id"], saved, settings.get("opencc.session_id"))
        print(client.clearSession())
        print(values["opencc.session_id"], saved)
        print(fs.open("/.settings", "r").readAll() == before, fs.exists("/.settings.new"))`);
    expect(lines.map((line) => line.replace(/\s+/g, " "))).toEqual([
        expect.stringMatching(/^true table/),
        "ses_1 1 nil",
        "true nil",
        "nil 2",
        "true false",
    ]);
});

it("asks no more of settings than to be read and set", async () => {
    const { lines } = await runWithLibai(`
        ${server}
        local values = {}
        local client = require("/apis/libai")({send = send, settings = {
            get = function(name) return values[name] end,
            set = function(name, value) values[name] = value end,
            unset = function(name) values[name] = nil end,
        }})
        print((client.newSession()), values["opencc.session_id"], settings.get("opencc.session_id"))`);
    expect(lines[0]!.replace(/\s+/g, " ")).toBe("true ses_1 nil");
});

it("refuses a setting that is a table", async () => {
    const { lines } = await runWithLibai(
        'settings.set("opencc.agent", {}) local ok, failure = ai.ask("hi") print(failure.code, failure.message)',
    );
    expect(lines[0]!.replace(/\s+/g, " ")).toBe("bad_setting The setting opencc.agent is not a text.");
});

it("tells of a function that fails when it is told that the turn is not written down", async () => {
    const { lines } = await runWithLibai(`
        local session = '{"id":"ses_1","title":"t","directory":"/","time":{"created":1,"updated":2}}'
        local sent = 0
        local client = require("/apis/libai")({
            sleep = function() end,
            fs = setmetatable({ open = function() return nil, "Out of space" end }, { __index = fs }),
            send = function(request)
                local path = request.url:match("^https?://[^/]+([^?]*)")
                local body = path == "/session/status" and "{}" or path:find("/message$") and "[]" or session
                if path:find("prompt_async") then sent = sent + 1 end
                return {status = 200, headers = {["content-type"] = "application/json"}, body = body}
            end,
        })
        local ok, failure = client.ask("hi", {onProgress = function(progress)
            if progress.phase == "not recorded" then error("boom", 0) end
        end})
        print(ok, failure.code, failure.message, sent)`);
    expect(lines[0]).toMatch(/^false\s+bad_argument\s+ask: options\.onProgress failed: boom\.\s+0$/);
});
