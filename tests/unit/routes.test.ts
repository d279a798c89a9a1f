/** opencode 1's routes: what each asks for, and that the source and its Lua agree. */
import { expect, it } from "vitest";
import * as routes from "../../src/apis/ai/server/opencode1/routes.ts";
import type { Route } from "../../src/apis/ai/server/route.ts";
import { runLua, toLua } from "../../tools/lua/index.ts";

type Name = keyof typeof routes;

const prompt = { text: "hi", nonce: "n1" };
const parts = [{ type: "text", text: "hi", metadata: { nonce: "n1" } }];
const file = { path: "a b/c.lua", absolute: "/srv/a b/c#.lua" };

const cases: [name: Name, given: unknown[], route: Route][] = [
    ["health", [], { path: ["global", "health"] }],
    [
        "createSession",
        ["title", "/w", [{ permission: "*", pattern: "*", action: "deny" }]],
        {
            path: ["session"],
            query: { directory: "/w" },
            body: { title: "title", permission: [{ permission: "*", pattern: "*", action: "deny" }] },
        },
    ],
    ["getSession", ["ses_1"], { path: ["session", "ses_1"] }],
    [
        "listSessions",
        [5, "x", "/w"],
        { path: ["session"], query: { limit: 5, search: "x", roots: "true", directory: "/w" } },
    ],
    ["getMessages", ["ses_1", 1], { path: ["session", "ses_1", "message"], query: { limit: 1 } }],
    ["getMessage", ["ses_1", "msg_1"], { path: ["session", "ses_1", "message", "msg_1"] }],
    ["sendPrompt", ["ses_1", prompt], { path: ["session", "ses_1", "prompt_async"], body: { parts } }],
    [
        "sendPrompt",
        [
            "ses_1",
            {
                ...prompt,
                model: "p/m/x",
                agent: "plan",
                variant: "high",
                system: "s",
                attachments: ["one"],
                files: [file],
            },
        ],
        {
            path: ["session", "ses_1", "prompt_async"],
            body: {
                parts: [
                    ...parts,
                    { type: "text", text: "one", synthetic: true },
                    {
                        type: "file",
                        mime: "text/plain",
                        url: "file:///srv/a%20b/c%23.lua",
                        filename: "a b/c.lua",
                    },
                ],
                agent: "plan",
                variant: "high",
                system: "s",
                model: { providerID: "p", modelID: "m/x" },
            },
        },
    ],
    ...["", "m", "/m", "p/", "/"].map((model): [Name, unknown[], Route] => [
        "sendPrompt",
        ["ses_1", { ...prompt, model }],
        { path: ["session", "ses_1", "prompt_async"], body: { parts } },
    ]),
    [
        "sendPrompt",
        ["ses_1", { ...prompt, model: "p//m" }],
        {
            path: ["session", "ses_1", "prompt_async"],
            body: { parts, model: { providerID: "p", modelID: "/m" } },
        },
    ],
    ["abortSession", ["ses_1"], { path: ["session", "ses_1", "abort"], body: {} }],
    ["renameSession", ["ses_1", "t"], { path: ["session", "ses_1"], method: "PATCH", body: { title: "t" } }],
    ["deleteSession", ["ses_1"], { path: ["session", "ses_1"], method: "DELETE" }],
    ["forkSession", ["ses_1"], { path: ["session", "ses_1", "fork"], body: {} }],
    ["shareSession", ["ses_1"], { path: ["session", "ses_1", "share"], body: {} }],
    ["unshareSession", ["ses_1"], { path: ["session", "ses_1", "share"], method: "DELETE" }],
    ["undo", ["ses_1", "msg_1"], { path: ["session", "ses_1", "revert"], body: { messageID: "msg_1" } }],
    ["redo", ["ses_1"], { path: ["session", "ses_1", "unrevert"], body: {} }],
    ["getTodos", ["ses_1"], { path: ["session", "ses_1", "todo"] }],
    ["getChanges", ["ses_1", "msg_1"], { path: ["session", "ses_1", "diff"], query: { messageID: "msg_1" } }],
    [
        "compact",
        ["ses_1", "p/m"],
        { path: ["session", "ses_1", "summarize"], body: { providerID: "p", modelID: "m" } },
    ],
    ["compact", ["ses_1", "m"], { path: ["session", "ses_1", "summarize"], body: {} }],
    [
        "shell",
        ["ses_1", "build", "ls"],
        { path: ["session", "ses_1", "shell"], body: { agent: "build", command: "ls" } },
    ],
    [
        "command",
        ["ses_1", { name: "init", arguments: "now", model: "p/m" }],
        { path: ["session", "ses_1", "command"], body: { command: "init", arguments: "now", model: "p/m" } },
    ],
    ["listFiles", ["/w", "src"], { path: ["file"], query: { path: "src", directory: "/w" } }],
    [
        "findFiles",
        ["/w", "lua"],
        { path: ["find", "file"], query: { query: "lua", directory: "/w", limit: 100 } },
    ],
    [
        "answerPermission",
        ["per_1", "reject", "no", "/w"],
        {
            path: ["permission", "per_1", "reply"],
            query: { directory: "/w" },
            body: { reply: "reject", message: "no" },
        },
    ],
    [
        "answerQuestion",
        ["que_1", [["Oak"], ["a", "b"]], "/w"],
        {
            path: ["question", "que_1", "reply"],
            query: { directory: "/w" },
            body: { answers: [["Oak"], ["a", "b"]] },
        },
    ],
    [
        "rejectQuestion",
        ["que_1", "/w"],
        { path: ["question", "que_1", "reject"], query: { directory: "/w" }, body: {} },
    ],
    ["readList", ["status", "/w"], { path: ["session", "status"], query: { directory: "/w" } }],
    ["readList", ["permissions", "/w"], { path: ["permission"], query: { directory: "/w" } }],
    ["readList", ["questions", "/w"], { path: ["question"], query: { directory: "/w" } }],
    ["readList", ["providers", "/w"], { path: ["config", "providers"], query: { directory: "/w" } }],
    ["readList", ["agents", "/w"], { path: ["agent"], query: { directory: "/w" } }],
    ["readList", ["commands", "/w"], { path: ["command"], query: { directory: "/w" } }],
    ["readList", ["config", "/w"], { path: ["config"], query: { directory: "/w" } }],
    ["waitUntilLoaded", ["providers", "/w"], { path: ["config", "providers"], query: { directory: "/w" } }],
    [
        "waitUntilLoaded",
        ["tools", "/w"],
        { path: ["experimental", "tool", "ids"], query: { directory: "/w" } },
    ],
    ["waitUntilLoaded", ["mcp", "/w"], { path: ["mcp"], query: { directory: "/w" } }],
    ["waitUntilLoaded", ["skills", "/w"], { path: ["skill"], query: { directory: "/w" } }],
];

it.each(cases)("%s of %j in Node", (name, given, route) => {
    const make = routes[name] as (...given: unknown[]) => Route;
    expect(make(...given, encodeURIComponent)).toEqual(route);
});

it("all of them are the same in Lua", () => {
    const calls = cases.map(([name, given]) => {
        const values = [...given.map(toLua), "percentEncode"].join(", ");
        return `routes[${toLua(name)}](${values})`;
    });
    const [made] = runLua(`
        local routes = require("/apis/ai/server/opencode1/routes")
        local percentEncode = require("/apis/trapos/utf8").percentEncode
        return { ${calls.join(", ")} }`);
    // An empty table of Lua's reads as a list.
    const asLua = (value: unknown) =>
        JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
            JSON.stringify(inner) === "{}" ? [] : inner,
        ) as unknown;
    expect(made).toEqual(asLua(cases.map(([, , route]) => route)));
});

it("each route has a case", () => {
    expect([...new Set(cases.map(([name]) => name))].sort()).toEqual(Object.keys(routes).sort());
});
