/**
 * A server of opencode 2, as far as this client gets to see it: every route of opencode 1 answers with a web page, and
 * `GET /api/info` with JSON (2.0.22).
 */
import { expect, it } from "vitest";
import { runWithLibai, startServer, type Answer } from "./libai-support.ts";

const page = { type: "text/html", body: "<!doctype html><title>OpenCode</title>" };
const info = {
    version: "2.0.22",
    pid: 123,
    urls: ["http://127.0.0.1:4096"],
    paths: { tmp: "/tmp/opencode" },
};
const password = "Basic b3BlbmNvZGU6c2VjcmV0"; // opencode:secret

const opencode2: Answer = ({ path, headers }) => {
    if (headers.authorization !== password) {
        return { status: 401, body: { _tag: "UnauthorizedError", message: "Authentication required" } };
    }
    return path === "/api/info" ? { body: info } : page;
};

const calls = [
    "ai.health()",
    'ai.ask("hi")',
    "ai.listSessions()",
    "ai.newSession()",
    'ai.useSession("ses_1")',
    'ai.abort("ses_1")',
    "ai.resume()",
];

/** What each of the calls failed with, on one computer. */
async function codesOf(
    answer: Answer,
    settings = {},
): Promise<{ codes: (string | undefined)[]; requests: string[] }> {
    const { url, requests } = await startServer(answer);
    const shown = calls.map((call) => `show(${call})`).join(" settings.set('opencc.session_id', 'ses_1') ");
    const { lines } = await runWithLibai(shown, { settings: { "opencc.server_url": url, ...settings } });
    return { codes: lines.map((line) => /^false .*"code":"(\w+)"/.exec(line)?.[1]), requests };
}

const secret = { "opencc.password": "secret" };

it("is recognised, and asked by its own routes", async () => {
    const { codes, requests } = await codesOf(opencode2, secret);
    // Each of them but health needs a route that this one does not have.
    expect(codes.slice(1)).toEqual(calls.slice(1).map(() => "not_found"));
    expect(requests.filter((request) => !/ \/api\//.test(request))).toEqual([]);
});

it("wants its password first", async () => {
    expect((await codesOf(opencode2)).codes).toEqual(calls.map(() => "unauthorized"));
});

it.each<[what: string, answer: Answer]>([
    ["a web page", () => page],
    ["a web page with another status", () => ({ ...page, status: 404 })],
    ["JSON without a version", ({ path }) => (path === "/api/info" ? { body: { name: "x" } } : page)],
    ["a version that is no text", ({ path }) => (path === "/api/info" ? { body: { version: 2.0 } } : page)],
    ["version 1", ({ path }) => (path === "/api/info" ? { body: { version: "1.99.0" } } : page)],
    ["a version that is none", ({ path }) => (path === "/api/info" ? { body: { version: "two" } } : page)],
    [
        "a version in a web page",
        ({ path }) => (path === "/api/info" ? { ...page, body: JSON.stringify(info) } : page),
    ],
    ["a version with an error", ({ path }) => (path === "/api/info" ? { status: 500, body: info } : page)],
])("%s is no opencode 2", async (_what, answer) => {
    expect((await codesOf(answer)).codes).toEqual(calls.map(() => "not_opencode"));
});
