/** opencode 2's routes: what each asks for, and that the source and its Lua agree. */
import { expect, it } from "vitest";
import * as routes from "../../src/apis/ai/server/opencode2/routes.ts";
import type { Route } from "../../src/apis/ai/server/route.ts";
import { runLua, toLua } from "../../tools/lua/index.ts";

/** Those that make a route; the others are numbers, and what a file's text is. */
type Name = Exclude<keyof typeof routes, "MOST_MESSAGES" | "fileText">;

const session = (...names: string[]): string[] => ["api", "session", "ses_1", ...names];
const prompt = { text: "hi", nonce: "7-1-2" };
const at = (directory: string | undefined) => ({ "location[directory]": directory });

const cases: [name: Name, given: unknown[], route: Route][] = [
    [
        "createSession",
        [
            {
                title: "t",
                directory: "/w",
                rules: [{ action: "*", resource: "*", effect: "deny" }],
            },
        ],
        {
            path: ["api", "session"],
            body: {
                title: "t",
                location: { directory: "/w" },
                permissions: [{ action: "*", resource: "*", effect: "deny" }],
            },
        },
    ],
    ["createSession", [{ title: "t" }], { path: ["api", "session"], body: { title: "t" } }],
    ["getSession", ["ses_1"], { path: session() }],
    [
        "listSessions",
        [5, "x", "/w"],
        { path: ["api", "session"], query: { limit: 5, search: "x", parentID: "null", directory: "/w" } },
    ],
    [
        "listSessions",
        [undefined, undefined, undefined],
        { path: ["api", "session"], query: { parentID: "null" } },
    ],
    ["listChildren", ["ses_1"], { path: ["api", "session"], query: { parentID: "ses_1" } }],
    ["getMessages", ["ses_1", 1], { path: session("message"), query: { limit: 1 } }],
    [
        "getMessagesAt",
        ["ses_1", 200, "c/1"],
        { path: session("message"), query: { limit: 200, cursor: "c/1" } },
    ],
    ["getMessage", ["ses_1", "msg_1"], { path: session("message", "msg_1") }],
    ["sendPrompt", ["ses_1", prompt], { path: session("prompt"), body: { id: "msg_1_7-1-2", text: "hi" } }],
    [
        "sendPrompt",
        [
            "ses_1",
            // What has no place in a prompt of opencode 2 is with the session, or was read before.
            {
                ...prompt,
                model: "p/m",
                agent: "plan",
                variant: "high",
                files: [{ path: "a", absolute: "/a" }],
            },
        ],
        { path: session("prompt"), body: { id: "msg_1_7-1-2", text: "hi" } },
    ],
    [
        "sendPrompt",
        ["ses_1", { ...prompt, system: "be brief", attachments: ["one", "two"] }],
        {
            path: session("prompt"),
            body: {
                id: "msg_1_7-1-2",
                text: "hi\n\none\n\ntwo\n\nbe brief",
                metadata: { said: "hi" },
            },
        },
    ],
    [
        "setModel",
        ["ses_1", "p/m/x", "high"],
        { path: session("model"), body: { model: { providerID: "p", id: "m/x", variant: "high" } } },
    ],
    [
        "setModel",
        ["ses_1", "p/m", undefined],
        { path: session("model"), body: { model: { providerID: "p", id: "m" } } },
    ],
    ["setAgent", ["ses_1", "plan"], { path: session("agent"), body: { agent: "plan" } }],
    ["interrupt", ["ses_1"], { path: session("interrupt"), method: "POST" }],
    ["renameSession", ["ses_1", "t"], { path: session(), method: "PATCH", body: { title: "t" } }],
    [
        "setRules",
        ["ses_1", [{ action: "shell", resource: "*", effect: "ask" }]],
        {
            path: session(),
            method: "PATCH",
            body: { permissions: [{ action: "shell", resource: "*", effect: "ask" }] },
        },
    ],
    ["deleteSession", ["ses_1"], { path: session(), method: "DELETE" }],
    ["forkSession", ["ses_1"], { path: session("fork"), body: {} }],
    [
        "stageUndo",
        ["ses_1", "msg_1"],
        { path: session("revert", "stage"), body: { messageID: "msg_1", files: true } },
    ],
    ["clearUndo", ["ses_1"], { path: session("revert"), method: "DELETE" }],
    ["clearUndoBefore", ["ses_1"], { path: session("revert", "clear"), method: "POST" }],
    ["commitUndo", ["ses_1"], { path: session("revert", "commit"), method: "POST" }],
    ["getChanges", ["ses_1", "msg_1"], { path: session("diff"), query: { from: "msg_1" } }],
    ["compact", ["ses_1"], { path: session("compact"), body: {} }],
    ["shell", ["ses_1", "ls"], { path: session("shell"), body: { command: "ls" } }],
    [
        "command",
        ["ses_1", { name: "init", arguments: "now", model: "p/m", agent: "plan" }],
        { path: session("command"), body: { name: "init", text: "now" } },
    ],
    ["listFiles", ["/w", "src"], { path: ["api", "fs", "list"], query: { path: "src", ...at("/w") } }],
    ["listFiles", [undefined, "src"], { path: ["api", "fs", "list"], query: { path: "src" } }],
    [
        "findFiles",
        ["/w", "lua"],
        { path: ["api", "fs", "find"], query: { query: "lua", type: "file", limit: 100, ...at("/w") } },
    ],
    ["readFile", ["/w", "a b/c.lua"], { path: ["api", "fs", "read", "a b", "c.lua"], query: at("/w") }],
    ["sessionPermissions", ["ses_1"], { path: session("permission") }],
    ["sessionForms", ["ses_1"], { path: session("form") }],
    [
        "answerPermission",
        ["per_1~ses_1", "once", undefined],
        { path: session("permission", "per_1", "reply"), body: { decision: "once" } },
    ],
    [
        "answerPermission",
        ["per_1~ses_1", "reject", "no"],
        { path: session("permission", "per_1", "reply"), body: { decision: "reject", message: "no" } },
    ],
    [
        "answerPermissionBefore",
        ["per_1~ses_1", "reject", "no"],
        { path: session("permission", "per_1", "reply"), body: { reply: "reject", message: "no" } },
    ],
    [
        "answerForm",
        ["frm_1~ses_1", { name: "x", wood: ["b", "o"], width: 3, lock: false }],
        {
            path: session("form", "frm_1", "reply"),
            body: { answer: { name: "x", wood: ["b", "o"], width: 3, lock: false } },
        },
    ],
    ["dismissForm", ["frm_1~ses_1"], { path: session("form", "frm_1"), method: "DELETE" }],
    ["cancelForm", ["frm_1~ses_1"], { path: session("form", "frm_1", "cancel"), method: "POST" }],
    // What is of no session, as an id of opencode 1 is, is at no route.
    ["dismissForm", ["frm_1"], { path: ["api", "session", "", "form", "frm_1"], method: "DELETE" }],
    // What the sessions do is one list for all folders.
    ["readList", ["status", "/w"], { path: ["api", "session", "active"] }],
    ["readList", ["permissions", "/w"], { path: ["api", "permission", "request"], query: at("/w") }],
    ["readList", ["questions", "/w"], { path: ["api", "form"], query: at("/w") }],
    ["readList", ["providers", "/w"], { path: ["api", "model"], query: at("/w") }],
    ["readList", ["agents", undefined], { path: ["api", "agent"], query: {} }],
    ["readList", ["commands", "/w"], { path: ["api", "command"], query: at("/w") }],
    ["readList", ["config", "/w"], { path: ["api", "model", "default"], query: at("/w") }],
    ["olderForms", ["/w"], { path: ["api", "form", "request"], query: at("/w") }],
    ["readLog", ["ses_1"], { path: ["api", "experimental", "session", "ses_1", "log"] }],
];

it.each(cases)("%s of %j in Node", (name, given, route) => {
    const make = routes[name] as (...given: unknown[]) => Route;
    expect(make(...given)).toEqual(route);
});

it("all of them are the same in Lua", () => {
    const calls = cases.map(([name, given]) => `routes[${toLua(name)}](${given.map(toLua).join(", ")})`);
    const [made] = runLua(`
        local routes = require("/apis/ai/server/opencode2/routes")
        return { ${calls.join(", ")} }`);
    // An empty table of Lua's reads as a list.
    const asLua = (value: unknown) =>
        JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
            JSON.stringify(inner) === "{}" ? [] : inner,
        ) as unknown;
    expect(made).toEqual(asLua(cases.map(([, , route]) => route)));
});

it("each route has a case", () => {
    const names = [...new Set<string>(cases.map(([name]) => name)), "MOST_MESSAGES", "fileText"];
    expect(names.sort()).toEqual(Object.keys(routes).sort());
});

it("a file of the server goes along as a text that names it", () => {
    const text = '<file path="a b/c.lua">\nlocal x\n</file>';
    expect(routes.fileText("a b/c.lua", "local x")).toBe(text);
    expect(
        runLua(`return require("/apis/ai/server/opencode2/routes").fileText("a b/c.lua", "local x")`),
    ).toEqual([text]);
});
