/** What libai says when the server or its settings are not what they should be: each failure by its code. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { runWithLibai, startServer, type Answer } from "./libai-support.ts";

interface Shown {
    code: string;
    message: string;
    hint: string;
}

async function failureOf(
    call: string,
    settings: Record<string, string | number | boolean>,
    options: object = {},
): Promise<Shown> {
    const { output } = await runWithLibai(`show(${call})`, { settings, ...options });
    expect(output).toMatch(/^false \{/m);
    return JSON.parse(/^false (\{.*\})$/m.exec(output)![1]!) as Shown;
}

async function withServer(answer: Answer, call = 'ai.ask("hi")', settings = {}): Promise<Shown> {
    const { url } = await startServer(answer);
    return failureOf(call, { "opencc.server_url": url, ...settings });
}

/** A port of loopback on which nobody listens. */
async function closedPort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

it("says that the HTTP API is switched off", async () => {
    const { output } = await runWithLibai('http = nil _G.http = nil show(ai.ask("hi"))');
    expect(output).toContain('"code":"http_disabled"');
    expect(output).toContain("computercraft-server.toml");
});

it.each([
    ["http://127.0.0.1:4096", "127.0.0.1", "4096"],
    ["http://steve:secret@192.168.1.5:80/opencode", "192.168.1.5", "80"],
    ["http://192.168.1.5", "192.168.1.5", "80"],
    ["https://10.0.0.7", "10.0.0.7", "443"],
    ["http://[::1]:5000", "::1", "5000"],
])("shows the rule that lets computers reach %s", async (url, host, port) => {
    const failure = await failureOf('ai.ask("hi")', { "opencc.server_url": url }, { allow: [] });
    expect(failure.code).toBe("address_denied");
    expect(failure.hint.split("\n")).toEqual([
        "In computercraft-server.toml, above $private:",
        "[[http.rules]]",
        `host = "${host}"`,
        `port = ${port}`,
        'action = "allow"',
        "Then restart the Minecraft server.",
    ]);
});

it.each([51, 26])("has a rule that can be read off a screen of %i columns", async (width) => {
    const { lines } = await runWithLibai('shell.run("ai ping")', {
        settings: { "opencc.server_url": "http://192.168.100.100:14096" },
        allow: [],
        width,
    });
    for (const row of ["[[http.rules]]", 'host = "192.168.100.100"', "port = 14096", 'action = "allow"'])
        expect(lines).toContain(row);
    expect(lines.length).toBeLessThanOrEqual(12);
});

it("says that nothing answers, and where", async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const failure = await failureOf("ai.health()", { "opencc.server_url": url });
    expect(failure.code).toBe("cannot_connect");
    expect(failure.message).toContain(url);
});

it("gives up on a server that accepts and never answers", async () => {
    const failure = await withServer(() => "silence", "ai.health()", { "opencc.request_timeout_seconds": 1 });
    expect(failure.code).toBe("timed_out");
});

it.each([
    ["a web page", { type: "text/html", body: "<html>hello</html>" }],
    ["a web page with status 404", { status: 404, type: "text/html", body: "<html>no</html>" }],
    ["other JSON", { body: { hello: "world" } }],
    ["JSON that is cut short", { body: '{"healthy":tr' }],
    ["nothing", { body: "" }],
])("tells %s from an opencode server", async (_name, answer) => {
    expect((await withServer(() => answer, "ai.health()")).code).toBe("not_opencode");
});

const calls = [
    "ai.health()",
    'ai.ask("hi")',
    "ai.listSessions()",
    "ai.newSession()",
    'ai.useSession("ses_1")',
    'ai.abort("ses_1")',
    "ai.resume()",
];

it.each([
    '{"hello":"world"}',
    "[]",
    "{}",
    "true",
    '{"name":"x","data":5}',
    "7",
    '"x"',
    '[{"a":1}]',
    '{"a":{"type":1}}',
    "null",
])("a server that answers %s to everything is no opencode server", async (body) => {
    const { url } = await startServer(() => ({ body }));
    const shown = calls.map((call) => `show(${call})`).join(" settings.set('opencc.session_id', 'ses_1') ");
    const { lines } = await runWithLibai(shown, { settings: { "opencc.server_url": url } });
    const codes = lines.map((line) => /^false .*"code":"(\w+)"/.exec(line)?.[1]);
    expect(codes).toEqual(calls.map(() => "not_opencode"));
});

const session = { id: "ses_1", title: "old", directory: "/", time: { created: 1, updated: 2 } };
const info = { id: "msg_1", role: "assistant", time: { created: 1, completed: 2 } };

it.each([
    ["/session/ses_1", { ...session, id: true }],
    ["/session/ses_1", { ...session, title: undefined }],
    ["/session/ses_1", { ...session, time: 5 }],
    ["/session/ses_1", { ...session, time: { created: "now" } }],
    ["/session/ses_1", [session]],
    ["/session/status", 5],
    ["/session/ses_1/message", { hello: "world" }],
    ["/session/ses_1/message", true],
    ["/session/ses_1/message", [{ info, parts: "text" }]],
    ["/session/ses_1/message", [{ info, parts: [{ type: true }] }]],
    ["/session/ses_1/message", [{ info }]],
    ["/session/ses_1/message", [{ parts: [] }]],
    ["/session/ses_1/message", [{ info, parts: ["text"] }]],
    ["/session/ses_1/message", [{ info: { ...info, id: null }, parts: [] }]],
    ["/session/ses_1/message", [{ info: { ...info, role: undefined }, parts: [] }]],
    ["/session/ses_1/message", [{ info: { ...info, time: { completed: 1 } }, parts: [] }]],
    ["/session/ses_1/message", undefined],
])("nor is one that answers %s with %j", async (broken, body) => {
    const good: Record<string, unknown> = {
        "/session/ses_1": session,
        "/session/status": {},
        "/session/ses_1/message": [],
    };
    const failure = await withServer(
        ({ path }) => {
            if (path === broken && body !== undefined) return { body };
            return path in good && path !== broken ? { body: good[path] } : { status: 204 };
        },
        'ai.ask("hi")',
        { "opencc.session_id": "ses_1" },
    );
    expect(failure.code).toBe("not_opencode");
});

it("tells a web page from an opencode server when it asks, too", async () => {
    const failure = await withServer(() => ({ type: "text/html", body: "<html>hello</html>" }));
    expect(failure.code).toBe("not_opencode");
});

it.each([401, 403])("says that user or password are wrong (%i)", async (status) => {
    const failure = await withServer(() => ({ status, body: "" }));
    expect(failure.code).toBe("unauthorized");
    expect(failure.hint).toContain("ai config password");
});

it("shows what is wrong with the server's configuration", async () => {
    const failure = await withServer(() => ({
        status: 400,
        body: { name: "ConfigJsonError", data: { path: "/home/me/opencode.json", message: "bad" } },
    }));
    expect(failure.code).toBe("server_config");
    expect(failure.message).toContain("/home/me/opencode.json");
});

it.each(["7", '"text"', "[1]", "null"])("takes %s for no error of opencode's", async (body) => {
    expect((await withServer(() => ({ status: 418, body }))).code).toBe("not_opencode");
});

it.each(["", "<html>Bad Gateway</html>", "{}", "true"])(
    "says so where a failure gives no reason: %s",
    async (body) => {
        const failure = await withServer(() => ({ status: 500, body }));
        expect(failure.code).toBe("server_error");
        expect(failure.message).toBe("opencode failed (HTTP 500): no reason given");
    },
);

it("shows the server's own error", async () => {
    const body = { name: "UnknownError", data: { message: "out of coffee" } };
    const failure = await withServer(() => ({ status: 500, body }));
    expect(failure.code).toBe("server_error");
    expect(failure.message).toContain("out of coffee");
    expect(failure.message).toContain("500");
});

it.each([
    ["opencc.server_url", "localhost:4096"],
    ["opencc.server_url", "ftp://example.org"],
    ["opencc.server_url", "http://"],
    ["opencc.server_url", "http://example.org/?a=b"],
    ["opencc.poll_timeout_seconds", 0],
    ["opencc.poll_timeout_seconds", -3],
    ["opencc.request_timeout_seconds", 61],
])("refuses %s = %s", async (name, value) => {
    const failure = await failureOf('ai.ask("hi")', { [name]: value });
    expect(failure.code).toBe("bad_setting");
    expect(failure.message).toContain(name);
    expect(failure.hint).toContain(`ai config ${name} `);
});

it.each([
    ['ai.ask("")', "empty_prompt"],
    ['ai.ask(" \\n ")', "empty_prompt"],
    ['ai.ask("hi", {model = "nonsense"})', "bad_argument"],
    ["ai.abort()", "no_session"],
    ["ai.resume()", "nothing_to_resume"],
    ['ai.useSession("7")', "session_gone"],
    ['ai.ask("hi", {session = "7"})', "session_gone"],
])("%s fails with %s and asks no server", async (call, code) => {
    expect((await failureOf(call, { "opencc.server_url": "http://127.0.0.1:1" })).code).toBe(code);
});

it("shows a failure as two lines", async () => {
    const { lines } = await runWithLibai('print(select(2, ai.ask("")))');
    expect(lines).toEqual(["There is nothing to ask.", "Type: ai <prompt>"]);
});

it("never shows the password", async () => {
    const secret = "correct-horse-battery";
    const { url } = await startServer(() => ({ status: 401, body: "" }));
    const address = url.replace("//", `//steve:${secret}@`);
    for (const server of [address, address.replace("http:", "http:/")]) {
        const settings = { "opencc.server_url": server, "opencc.password": secret };
        const { output } = await runWithLibai(
            'show(ai.ask("hi")) shell.run("ai -v ping") shell.run("ai sessions")',
            {
                settings,
            },
        );
        expect(output).not.toContain(secret);
    }
});
