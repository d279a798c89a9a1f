/** How libai asks and finds its reply, on servers that place ids in other ways than today's. */
import { describe, expect, it } from "vitest";
import { runWithLibai, startServer, type Answer } from "./libai-support.ts";

const session = { id: "ses_1", title: "old", directory: "/work dir", time: { created: 1, updated: 2 } };

/**
 * A server with one session. `messages` gives what is in it after the prompt with this nonce was sent so many polls
 * ago.
 */
function server(messages: (nonce: string, polls: number) => unknown[]): Answer {
    let nonce: string | undefined;
    let polls = 0;
    return ({ method, path, query, body }) => {
        if (path === "/session" && method === "POST") return { body: session };
        if (path === "/session/ses_1") return { body: session };
        if (path === "/session/ses_1/prompt_async") {
            const prompt = JSON.parse(body) as {
                messageID?: string;
                parts: { metadata: { nonce: string } }[];
            };
            expect(prompt.messageID).toBeUndefined();
            nonce = prompt.parts[0]!.metadata.nonce;
            return { status: 204 };
        }
        if (path === "/session/status") {
            expect(query.get("directory")).toBe(session.directory);
            const last =
                nonce === undefined
                    ? undefined
                    : (messages(nonce, polls).at(-1) as { info: { time: object } });
            const busy = last !== undefined && !("completed" in last.info.time);
            return { body: busy ? { ses_1: { type: "busy" } } : {} };
        }
        if (path === "/session/ses_1/message") {
            if (nonce === undefined) return { body: [] };
            // More than the newest is asked for beside the polls.
            if (query.get("limit") === "1") polls += 1;
            return { body: messages(nonce, polls).slice(-Number(query.get("limit"))) };
        }
        return { status: 404, body: { name: "NotFoundError", data: { message: "not found" } } };
    };
}

const assistant = (id: string, parentID: string | undefined, text: string, completed: boolean) => ({
    info: {
        id,
        role: "assistant",
        parentID,
        time: completed ? { created: 1, completed: 2 } : { created: 1 },
        finish: completed ? "stop" : undefined,
        providerID: "p",
        modelID: "m",
    },
    parts: text === "" ? [] : [{ type: "text", text }],
});
const user = (id: string, nonce?: string) => ({
    info: { id, role: "user", time: { created: 1 } },
    parts: [{ type: "text", text: "hi", metadata: nonce === undefined ? undefined : { nonce } }],
});

it("ask polls async message until completion", async () => {
    const { url, requests } = await startServer(
        server((nonce, polls) => [
            user("u1", nonce),
            assistant("a1", "u1", polls < 4 ? "" : "here", polls >= 4),
        ]),
    );
    const { output } = await runWithLibai(
        `local ok, reply = ai.ask("hi", {log = print})
         print(ok, reply.text, reply.messageId, reply.sessionId, reply.model, reply.finish)`,
        { settings: { "opencc.server_url": url } },
    );
    expect(output).toContain("true here a1 ses_1 p/m stop".replaceAll(" ", " "));
    expect(output).toContain("poll attempt #1: msgs=1, found=a1, complete=false, status=unknown");
    expect(output).toContain("poll attempt #4: msgs=1, found=a1, complete=true");
    expect(requests.filter((request) => request.endsWith("prompt_async"))).toHaveLength(1);
});

it("ask finds reply when submitted id matches assistant message itself", async () => {
    const { url } = await startServer(
        server((nonce) => [user("u1"), assistant(nonce, undefined, "by id", true)]),
    );
    const { output } = await runWithLibai('local ok, reply = ai.ask("hi") print(ok, reply.text)', {
        settings: { "opencc.server_url": url },
    });
    expect(output).toMatch(/^true\s+by id$/m);
});

it("ask finds reply when submitted id stands on the user message", async () => {
    const { url } = await startServer(
        server((nonce) => [user(nonce), assistant("a1", nonce, "by parent", true)]),
    );
    const { output } = await runWithLibai('local ok, reply = ai.ask("hi") print(ok, reply.text)', {
        settings: { "opencc.server_url": url },
    });
    expect(output).toMatch(/^true\s+by parent$/m);
});

it("makes a new session, with a word, when the server no longer has the old one", async () => {
    const { url } = await startServer(
        server((nonce) => [user("u1", nonce), assistant("a1", "u1", "fresh", true)]),
    );
    const { output } = await runWithLibai(
        `local ok, reply = ai.ask("hi", {onProgress = function(p) print(p.phase, p.message) end})
         print(ok, reply.text, select(2, ai.currentSession()), settings.get("opencc.session_id"))`,
        { settings: { "opencc.server_url": url, "opencc.session_id": "ses_lost" } },
    );
    expect(output).toMatch(/^new session\s+ses_lost$/m);
    expect(output).toMatch(/^true\s+fresh\s+ses_1\s+ses_1$/m);
});

it("ai says so, too", async () => {
    const { url } = await startServer(
        server((nonce) => [user("u1", nonce), assistant("a1", "u1", "fresh", true)]),
    );
    const { lines } = await runWithLibai('shell.run("ai hi")', {
        settings: { "opencc.server_url": url, "opencc.session_id": "ses_lost" },
    });
    expect(lines).toEqual(["The session is gone from the server; this is a new one.", "fresh"]);
});

it("keeps the session's id on the disk, and every other setting with it", async () => {
    const { url } = await startServer(
        server((nonce) => [user("u1", nonce), assistant("a1", "u1", "x", true)]),
    );
    const { output } = await runWithLibai(
        `settings.set("mine", "kept") settings.save()
         ai.ask("hi")
         settings.clear() settings.load("/.settings")
         print(settings.get("mine"), settings.get("opencc.session_id"), fs.exists("/.settings.new"))`,
        { settings: { "opencc.server_url": url } },
    );
    expect(output).toMatch(/^kept\s+ses_1\s+false$/m);
});

it("tells no time below 0 of a turn that it did not begin, where the server's clock is ahead", async () => {
    const ahead = Date.now() + 86_400_000;
    const times = { created: ahead, completed: ahead };
    let polls = 0;
    const { url } = await startServer(({ path }) => {
        if (path === "/session/ses_1") return { body: session };
        if (path === "/session/status") return { body: polls < 6 ? { ses_1: { type: "busy" } } : {} };
        if (path !== "/session/ses_1/message") return { body: [] };
        polls += 1;
        const answer = assistant("a1", "u1", "here", polls >= 6);
        const time = polls >= 6 ? times : { created: ahead };
        return {
            body: [
                { ...user("u1", "0-1-1"), info: { id: "u1", role: "user", time: { created: ahead } } },
                { ...answer, info: { ...answer.info, time } },
            ],
        };
    });
    const { lines } = await runWithLibai(
        `local least = 0
         local function watch(told) least = math.min(least, told.seconds) end
         local _, resumed = ai.resume({onProgress = watch})
         local _, again = ai.last()
         show(true, {resumed.text, resumed.seconds >= 0, again.text, again.seconds >= 0, least})`,
        { settings: { "opencc.server_url": url, "opencc.session_id": "ses_1" } },
    );
    expect(lines).toEqual(['true ["here",true,"here",true,0]']);
});

it("leaves nothing behind on the disk after an answer", async () => {
    const { url } = await startServer(
        server((nonce) => [user("u1", nonce), assistant("a1", "u1", "x", true)]),
    );
    const { output } = await runWithLibai('ai.ask("hi") print(#fs.list("/trapos/ai/turns"))', {
        settings: { "opencc.server_url": url },
    });
    expect(output.trim()).toBe("0");
});

it("stands in for what the computer provides", async () => {
    const { output } = await runWithLibai(`
        local asked = {}
        local client = require("/apis/libai")({
            settings = {get = function(name) return name == "opencc.password" and 1234 or nil end, set = function() end, unset = function() end},
            now = function() return 5000 end,
            send = function(request)
                asked[#asked + 1] = request.method .. " " .. request.url .. " " .. tostring(request.headers.Authorization)
                return {status = 200, headers = {["content-type"] = "application/json"}, body = '{"healthy":true,"version":"1.99"}'}
            end,
        })
        local ok, value = client.health()
        print(ok, value.version, value.seconds)
        print(asked[1])
        print(asked[2])
    `);
    expect(output).toMatch(/^true\s+1\.99\s+0$/m);
    expect(output).toContain("GET http://127.0.0.1:4096/api/info Basic b3BlbmNvZGU6MTIzNA==");
    // printf 'opencode:1234' | base64
    expect(output).toContain("GET http://127.0.0.1:4096/global/health Basic b3BlbmNvZGU6MTIzNA==");
});

it("reaches a server behind a path with letters beyond ASCII", async () => {
    const paths: string[] = [];
    const { url } = await startServer(({ path }) => {
        paths.push(path);
        return { body: { healthy: true, version: "1.99" } };
    });
    await runWithLibai("ai.health()", { settings: { "opencc.server_url": `${url}/jörg/項目😀/` } });
    const asked = ["/jörg/項目😀/api/info", "/jörg/項目😀/global/health"];
    expect(paths.map(decodeURIComponent)).toEqual(asked);
});

const turn = { nonce: "0-1-2", sessionId: "ses_1", directory: "/", text: "hi", sentAt: 1, sent: true };

it.each(Object.keys(turn).filter((name) => name !== "sent"))(
    "a turn on the disk whose %s is wrong is none, and is removed",
    async (name) => {
        const wrong = [5, "../../x", {}, [], true, null].filter(
            (value) =>
                typeof value !== typeof turn[name as keyof typeof turn] ||
                ["nonce", "sessionId"].includes(name),
        );
        const files = wrong.map((value) => JSON.stringify({ ...turn, [name]: value }));
        const { lines } = await runWithLibai(`
            for index, text in ipairs(textutils.unserializeJSON([==[${JSON.stringify(files)}]==])) do
                local file = fs.open("/trapos/ai/turns/" .. index .. ".json", "w") file.write(text) file.close()
            end
            local ok, failure = ai.resume()
            print(ok, failure.code, #fs.list("/trapos/ai/turns"))`);
        expect(lines.map((line) => line.replace(/\s+/g, " "))).toEqual(["false nothing_to_resume 0"]);
    },
);

it.each(['"j\\246rg"', '"j\\195\\182rg"'])(
    "sends the password as UTF-8, typed or not: %s",
    async (password) => {
        const { output } = await runWithLibai(`
        local client = require("/apis/libai")({
            settings = {get = function(name) return name == "opencc.password" and ${password} or nil end, set = print, unset = print},
            send = function(request)
                print(request.headers.Authorization)
                return {headers = {}, body = ""}
            end,
        })
        client.health()
    `);
        // printf 'opencode:jörg' | base64
        expect(output.trim()).toBe("Basic b3BlbmNvZGU6asO2cmc=");
    },
);

it.each([
    ["options", '{model = "a/b/c", agent = "plan", variant = "high", system = "be brief"}', {}],
    [
        "settings",
        '{system = "be brief"}',
        {
            "opencc.provider_id": "a",
            "opencc.model_id": "b/c",
            "opencc.agent": "plan",
            "opencc.variant": "high",
        },
    ],
])("sends model, agent, variant and system as the %s say", async (_name, options, settings) => {
    let body = "";
    const respond = server((nonce) => [user("u1", nonce), assistant("a1", "u1", "x", true)]);
    const { url } = await startServer((request) => {
        if (request.path.endsWith("prompt_async")) body = request.body;
        return respond(request);
    });
    await runWithLibai(`ai.ask("hi", ${options})`, { settings: { ...settings, "opencc.server_url": url } });
    expect(JSON.parse(body)).toMatchObject({
        model: { providerID: "a", modelID: "b/c" },
        agent: "plan",
        variant: "high",
        system: "be brief",
        parts: [{ type: "text", text: "hi" }],
    });
});

it("a setting that was set to nil or to an empty text is at its default", async () => {
    let body = "";
    const respond = server((nonce) => [user("u1", nonce), assistant("a1", "u1", "x", true)]);
    const { url } = await startServer((request) => {
        if (request.path.endsWith("prompt_async")) body = request.body;
        return respond(request);
    });
    const settings = {
        "opencc.server_url": url,
        "opencc.provider_id": "a",
        "opencc.model_id": "b",
        "opencc.agent": "plan",
    };
    const { output } = await runWithLibai(
        `shell.run("set opencc.model_id nil") shell.run('set opencc.agent ""') ai.ask("hi")
         settings.clear() settings.load("/.settings") print(settings.get("opencc.model_id"))
         local empty = {get = function() return "" end, set = function() end, unset = function() end}
         require("/apis/libai")({settings = empty, send = function(request)
             print(request.url, request.timeout)
             return {headers = {}, body = ""}
         end}).health()`,
        { settings },
    );
    expect(Object.keys(JSON.parse(body) as object)).toEqual(["parts"]);
    expect(output).toMatch(/^nil$/m);
    expect(output).toMatch(/^http:\/\/127\.0\.0\.1:4096\/api\/info\s+30$/m);
});

it("a session's title begins with the prompt that opens it", async () => {
    const titles: unknown[] = [];
    const respond = server((nonce) => [
        user(`u${nonce}`, nonce),
        assistant(`a${nonce}`, `u${nonce}`, "x", true),
    ]);
    const { url } = await startServer((request) => {
        if (request.path === "/session") titles.push((JSON.parse(request.body) as { title: string }).title);
        return respond(request);
    });
    await runWithLibai(
        `shell.run("ai Why does my door fail?") shell.run("ai and then?")
         shell.run("ai new what now")
         os.setComputerLabel("f\\252r Eva") ai.clearSession()
         ai.ask("one\\n  two\\tthree")
         ai.clearSession() ai.ask("f\\252r " .. ("x"):rep(60))
         ai.clearSession() ai.ask(("\\230\\156\\170"):rep(43))
         ai.clearSession() ai.ask(("x"):rep(41) .. "\\195\\164")
         ai.newSession() ai.newSession({title = "mine"}) ai.clearSession() ai.ping() shell.run("ai new")`,
        { settings: { "opencc.server_url": url } },
    );
    expect(titles).toEqual([
        "Why does my door fail? (computer 0)",
        "what now (computer 0)",
        "one two three (für Eva)",
        `für ${"x".repeat(36)}.. (für Eva)`,
        `${"未".repeat(40)}.. (für Eva)`,
        `${"x".repeat(41)}ä (für Eva)`,
        "ComputerCraft: für Eva",
        "mine",
        "ComputerCraft: für Eva",
        "ComputerCraft: für Eva",
    ]);
});

it("a new session that cannot be opened leaves the old one", async () => {
    const { output } = await runWithLibai(
        `local down = require("/apis/libai")({send = function() return {headers = {}, body = "", reason = "Could not connect"} end})
         local ok, failure = down.ask("hi", {newSession = true})
         print(ok, failure.code, select(2, down.currentSession()))`,
        { settings: { "opencc.session_id": "ses_old" } },
    );
    expect(output).toContain("false cannot_connect ses_old");
});

it("sends no model, agent or variant unless one is set", async () => {
    let body = "";
    const respond = server((nonce) => [user("u1", nonce), assistant("a1", "u1", "x", true)]);
    const { url } = await startServer((request) => {
        if (request.path.endsWith("prompt_async")) body = request.body;
        return respond(request);
    });
    await runWithLibai('ai.ask("hi")', { settings: { "opencc.server_url": url } });
    expect(Object.keys(JSON.parse(body) as object)).toEqual(["parts"]);
});

describe("what a model without a channel for it thinks aloud", () => {
    const thinking = "<think>\nLet me see.\n\n2 and 2 make 4.\n</think>\n\n";

    it("is no part of the answer, and neither is it when the answer is shown again", async () => {
        const { url } = await startServer(
            server((nonce) => [user("u1", nonce), assistant("a1", "u1", `${thinking}It is 4.`, true)]),
        );
        const { lines } = await runWithLibai(
            'print(select(2, ai.ask("hi")).text) print(select(2, ai.resume()).text) shell.run("ai resume")',
            { settings: { "opencc.server_url": url } },
        );
        expect(lines).toEqual(["It is 4.", "It is 4.", "The last answer:", "It is 4."]);
    });

    it("alone is an empty reply", async () => {
        const { url } = await startServer(
            server((nonce) => [user("u1", nonce), assistant("a1", "u1", thinking, true)]),
        );
        const { lines } = await runWithLibai(
            'local ok, failure = ai.ask("hi") print(ok, failure.code) print(select(2, ai.resume()).code)',
            { settings: { "opencc.server_url": url } },
        );
        expect(lines.join(" ").replace(/\s+/g, " ")).toBe("false empty_reply nothing_to_resume");
    });

    it("is no part of what there was of an answer that failed", async () => {
        const failed = (parent: string) => {
            const message = assistant("a1", parent, `${thinking}It is`, true);
            return {
                ...message,
                info: { ...message.info, error: { name: "MessageAbortedError", data: {} } },
            };
        };
        const { url } = await startServer(server((nonce) => [user("u1", nonce), failed("u1")]));
        const { lines } = await runWithLibai(
            'local ok, failure = ai.ask("hi") print(ok, failure.code, failure.text)',
            { settings: { "opencc.server_url": url } },
        );
        expect(lines.join(" ").replace(/\s+/g, " ")).toBe("false aborted It is");
    });
});
