/**
 * What opencode 2 says as what everything behind the server's face knows, by tables of both: in Node, and in the compiled
 * Lua, where the tables are read by the shapes before, as a computer does.
 */
import { describe, expect, it } from "vitest";
import * as asks from "../../src/apis/ai/server/opencode2/asks.ts";
import { fillIn, questionOf } from "../../src/apis/ai/server/opencode2/forms.ts";
import { nonceIn, promptId } from "../../src/apis/ai/server/opencode2/promptid.ts";
import { ruleText, translateRules } from "../../src/apis/ai/server/opencode2/rules.ts";
import type { Field2, Form2 } from "../../src/apis/ai/server/opencode2/shapes.ts";
import * as translate from "../../src/apis/ai/server/opencode2/translate.ts";
import { rulesOf } from "../../src/apis/ai/profile.ts";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { asLua } from "./support/turn-world.ts";

/** What is read of an answer, by which shape, and what it is translated to. */
interface Case {
    name: string;
    /** The name of the shape in shapes.ts. */
    shape: string;
    /** The function that translates it. */
    by: keyof typeof translate;
    data: unknown;
    is: unknown;
}

const of =
    (shape: string, by: Case["by"]) =>
    (name: string, data: unknown, is: unknown): Case => ({
        name,
        shape,
        by,
        data,
        is,
    });
const message = of("message", "translateMessage");
const session = of("session", "translateSession");

const time = { created: 10 };
const ids = { id: "msg_1", time };
const assistant = { ...ids, type: "assistant", agent: "build", model: { id: "m/x", providerID: "p" } };
const assistantInfo = {
    id: "msg_1",
    role: "assistant",
    time,
    agent: "build",
    providerID: "p",
    modelID: "m/x",
};
/** A tool call of an assistant, and the part that it becomes. */
const toolCase = (name: string, piece: object, part: object): Case =>
    message(
        `a tool call ${name}`,
        { ...assistant, content: [{ type: "tool", id: "call_1", name: "shell", ...piece }] },
        { info: assistantInfo, parts: [{ type: "tool", tool: "shell", callID: "call_1", ...part }] },
    );
const other = (type: string, more: object = {}): Case =>
    message(
        `${type}, which is none of the conversation`,
        { ...ids, type, ...more },
        { info: { id: "msg_1", role: "other", time }, parts: [] },
    );

const cases: Case[] = [
    message(
        "a prompt of ours",
        { ...ids, id: "msg_abc_7-1700-42", type: "user", text: "hi" },
        {
            info: { id: "msg_abc_7-1700-42", role: "user", time },
            parts: [{ type: "text", text: "hi", metadata: { nonce: "7-1700-42" } }],
        },
    ),
    message(
        "a prompt of ours with files, of which people see what was typed",
        {
            ...ids,
            id: "msg_abc_7-1700-42",
            type: "user",
            text: 'hi\n\n<file path="a">x</file>',
            metadata: { said: "hi", more: 1 },
        },
        {
            info: { id: "msg_abc_7-1700-42", role: "user", time },
            parts: [{ type: "text", text: "hi", metadata: { nonce: "7-1700-42" } }],
        },
    ),
    message(
        "somebody else's prompt",
        { ...ids, type: "user", text: "hello", files: [{ uri: "file:///a" }], agents: [] },
        { info: { id: "msg_1", role: "user", time }, parts: [{ type: "text", text: "hello" }] },
    ),
    message(
        "an answer",
        {
            ...assistant,
            time: { created: 10, streamed: 15, completed: 20 },
            finish: "stop",
            rawFinish: "stop",
            cost: 0.5,
            tokens: { input: 100, output: 10, reasoning: 5, cache: { read: 3, write: 2 } },
            content: [
                { type: "reasoning", text: "hm", time: { created: 11, completed: 12 } },
                { type: "text", text: "pong" },
            ],
        },
        {
            info: {
                ...assistantInfo,
                time: { created: 10, completed: 20 },
                finish: "stop",
                cost: 0.5,
                tokens: { input: 100, output: 10, reasoning: 5, cache: { read: 3, write: 2 }, total: 120 },
            },
            parts: [
                { type: "reasoning", text: "hm" },
                { type: "text", text: "pong" },
            ],
        },
    ),
    message(
        "tokens without a cache",
        { ...assistant, content: [], tokens: { input: 1, output: 2 } },
        { info: { ...assistantInfo, tokens: { input: 1, output: 2, total: 3 } }, parts: [] },
    ),
    message(
        "an answer that has not begun",
        { ...assistant, content: [] },
        { info: assistantInfo, parts: [] },
    ),
    message("an answer without content", assistant, { info: assistantInfo, parts: [] }),
    message(
        "a model that refuses the key",
        { ...assistant, finish: "error", error: { type: "provider.auth", message: "no key", status: 401 } },
        {
            info: {
                ...assistantInfo,
                finish: "error",
                error: { name: "provider.auth", data: { message: "no key", statusCode: 401 } },
            },
            parts: [],
        },
    ),
    message(
        "a step that was stopped",
        { ...assistant, error: { type: "aborted", message: "Step interrupted" } },
        {
            info: {
                ...assistantInfo,
                error: { name: "MessageAbortedError", data: { message: "Step interrupted" } },
            },
            parts: [],
        },
    ),
    message(
        "an error of which nothing is right has failed all the same",
        { ...assistant, error: { type: 5, message: { text: "x" }, status: "401" } },
        { info: { ...assistantInfo, error: { name: "unknown", data: {} } }, parts: [] },
    ),
    message(
        "a model that is tried again",
        {
            ...assistant,
            content: [],
            retry: { attempt: 3, at: 5000, error: { type: "provider.rate-limit", message: "slow down" } },
        },
        {
            info: { ...assistantInfo, retry: { attempt: 3, message: "slow down", next: 5000 } },
            parts: [],
        },
    ),
    toolCase("without a state", {}, {}),
    toolCase(
        "whose input is being written",
        { state: { status: "streaming", input: '{"comm' }, time },
        { state: { status: "pending", time: { start: 10 } } },
    ),
    toolCase(
        "that runs",
        {
            state: { status: "running", input: { command: "ls", description: "lists" } },
            time: { created: 10, ran: 12 },
        },
        {
            state: {
                status: "running",
                title: "ls",
                input: { command: "ls", description: "lists" },
                time: { start: 12 },
            },
        },
    ),
    toolCase(
        "that is done",
        {
            state: {
                status: "completed",
                input: { path: "/w/a.lua" },
                content: [
                    { type: "text", text: "one" },
                    { type: "file", uri: "data:," },
                    { type: "text", text: "two" },
                ],
                metadata: { exit: 3, filepath: "/w/a.lua", sessionID: "ses_2" },
            },
            time: { created: 10, ran: 12, completed: 14 },
        },
        {
            state: {
                status: "completed",
                output: "one\ntwo",
                input: { filePath: "/w/a.lua" },
                metadata: { exit: 3, filepath: "/w/a.lua", sessionId: "ses_2" },
                time: { start: 12, end: 14 },
            },
        },
    ),
    toolCase(
        "that names its subagent as older servers do",
        { state: { status: "running", metadata: { sessionId: "ses_3" } } },
        { state: { status: "running", metadata: { sessionId: "ses_3" } } },
    ),
    toolCase(
        "that has failed",
        { state: { status: "error", error: { type: "tool.execution", message: "no such file" } } },
        { state: { status: "error", error: "no such file" } },
    ),
    toolCase(
        "that has failed without words",
        { state: { status: "error", error: { type: "permission.rejected" } } },
        { state: { status: "error", error: "permission.rejected" } },
    ),
    ...["succeeded", "failed", "interrupted"].map((outcome) =>
        message(
            `a turn that has ${outcome}`,
            { ...ids, type: "idle", outcome },
            { info: { id: "msg_1", role: "idle", time, finish: outcome }, parts: [] },
        ),
    ),
    message(
        "a turn that has ended who knows how",
        { ...ids, type: "idle" },
        { info: { id: "msg_1", role: "idle", time }, parts: [] },
    ),
    message(
        "a line of the server's shell that runs",
        { ...ids, type: "shell", status: "running", command: "make" },
        {
            info: { id: "msg_1", role: "shell", time },
            parts: [
                {
                    type: "tool",
                    tool: "shell",
                    state: { status: "running", input: { command: "make" }, metadata: {} },
                },
            ],
        },
    ),
    message(
        "a line of the server's shell that has ended",
        {
            ...ids,
            time: { created: 10, completed: 30 },
            type: "shell",
            status: "exited",
            command: "make",
            exit: 2,
            output: { output: "no rule", cursor: 7, size: 7, truncated: false },
        },
        {
            info: { id: "msg_1", role: "shell", time: { created: 10, completed: 30 } },
            parts: [
                {
                    type: "tool",
                    tool: "shell",
                    state: {
                        status: "completed",
                        output: "no rule",
                        input: { command: "make" },
                        metadata: { exit: 2 },
                    },
                },
            ],
        },
    ),
    message(
        "a summary that is being written",
        { ...ids, type: "compaction", status: "running", reason: "auto" },
        { info: { id: "msg_1", role: "assistant", time, summary: true }, parts: [] },
    ),
    message(
        "a summary",
        { ...ids, type: "compaction", status: "completed", reason: "manual", summary: "All was said." },
        {
            info: { id: "msg_1", role: "assistant", time: { created: 10, completed: 10 }, summary: true },
            parts: [],
        },
    ),
    other("agent-switched", { agent: "plan" }),
    other("model-switched", { model: { id: "m", providerID: "p" } }),
    other("location-switched"),
    other("synthetic", { text: "go on" }),
    other("system", { text: "be kind" }),
    other("skill", { name: "x" }),
    other("something of next year"),
    {
        name: "a page of messages, newest first, is turned round",
        shape: "messages",
        by: "translatePage",
        data: [
            { ...ids, id: "msg_3", type: "idle", outcome: "succeeded" },
            { ...ids, id: "msg_1", type: "user", text: "hi" },
        ],
        is: [
            { info: { id: "msg_1", role: "user", time }, parts: [{ type: "text", text: "hi" }] },
            { info: { id: "msg_3", role: "idle", time, finish: "succeeded" }, parts: [] },
        ],
    },
    session(
        "a session",
        {
            id: "ses_1",
            projectID: "prj",
            parentID: "ses_0",
            title: "Doors",
            time: { created: 1, updated: 2, idle: 3 },
            location: { directory: "/w" },
            model: { id: "m", providerID: "p", variant: "high" },
            agent: "plan",
            cost: 1.5,
            tokens: { input: 1, output: 2, reasoning: 0, cache: { read: 0, write: 0 } },
            outcome: "succeeded",
            permissions: [{ action: "*", resource: "*", effect: "deny" }],
            revert: { messageID: "msg_1", diff: "x", files: [] },
        },
        {
            id: "ses_1",
            parentID: "ses_0",
            title: "Doors",
            time: { created: 1, updated: 2 },
            ended: { outcome: "succeeded", at: 3 },
            directory: "/w",
            model: { id: "m", providerID: "p", variant: "high" },
            agent: "plan",
            cost: 1.5,
            tokens: { input: 1, output: 2, reasoning: 0, cache: { read: 0, write: 0 } },
            rules: [{ action: "*", resource: "*", effect: "deny" }],
            revert: { messageID: "msg_1" },
        },
    ),
    session(
        "a session that has no title yet",
        { id: "ses_1", time: { created: 1, updated: 2 }, location: { directory: "/w" } },
        { id: "ses_1", title: "", time: { created: 1, updated: 2 }, directory: "/w" },
    ),
    {
        name: "a permission",
        shape: "permissions",
        by: "translatePermission",
        data: [
            {
                id: "per_1",
                sessionID: "ses_1",
                action: "shell",
                resources: ["rm x"],
                save: ["rm *"],
                metadata: { command: "rm x", other: 1 },
                source: { type: "tool", messageID: "msg_1", id: "call_1" },
            },
        ],
        is: {
            id: "per_1~ses_1",
            sessionID: "ses_1",
            permission: "shell",
            isForGood: true,
            patterns: ["rm x"],
            always: ["rm *"],
            metadata: { command: "rm x" },
            tool: { messageID: "msg_1", callID: "call_1" },
        },
    },
    {
        name: "a permission of an older server",
        shape: "permissions",
        by: "translatePermission",
        data: [
            {
                id: "per_1",
                sessionID: "ses_1",
                action: "edit",
                resources: [],
                source: { type: "tool", messageID: "msg_1", callID: "call_1" },
            },
        ],
        is: {
            id: "per_1~ses_1",
            sessionID: "ses_1",
            permission: "edit",
            isForGood: true,
            patterns: [],
            tool: { messageID: "msg_1", callID: "call_1" },
        },
    },
    {
        name: "a permission that says next to nothing",
        shape: "permissions",
        by: "translatePermission",
        data: [{ id: "per_1", sessionID: "ses_1", resources: "all" }],
        is: { id: "per_1~ses_1", sessionID: "ses_1", isForGood: true, permission: "a tool" },
    },
    {
        name: "what the sessions do",
        shape: "active",
        by: "translateActive",
        data: { ses_1: { type: "running" }, ses_2: { type: "something of next year" } },
        is: { ses_1: { type: "busy" }, ses_2: { type: "busy" } },
    },
    { name: "sessions of which none runs", shape: "active", by: "translateActive", data: {}, is: {} },
    {
        name: "models, by their providers, without those that are switched off",
        shape: "models",
        by: "translateModels",
        data: [
            {
                id: "m/x",
                providerID: "p",
                name: "M",
                limit: { context: 200000, output: 8192 },
                cost: [
                    { input: 1, output: 2, cache: {} },
                    { tier: 1, input: 3, output: 4 },
                ],
                variants: [{ id: "high" }, { id: "low" }],
            },
            { id: "n", providerID: "q", enabled: true },
            { id: "o", providerID: "p", enabled: false, variants: [], cost: [] },
        ],
        is: {
            providers: [
                {
                    id: "p",
                    models: {
                        "m/x": {
                            name: "M",
                            limit: { context: 200000, output: 8192 },
                            cost: { input: 1, output: 2 },
                            variants: { high: true, low: true },
                        },
                    },
                },
                { id: "q", models: { n: { variants: {} } } },
            ],
        },
    },
    {
        name: "agents",
        shape: "agents",
        by: "translateAgents",
        data: [
            { id: "build", description: "makes", mode: "primary", hidden: false, permissions: [] },
            { id: "title", hidden: true },
        ],
        is: [
            { name: "build", description: "makes", mode: "primary", hidden: false },
            { name: "title", hidden: true },
        ],
    },
];

/** A list has what is translated one by one. */
const isOne = (test: Case): boolean => test.shape === "permissions";

describe("translates", () => {
    it.each(cases)("$name", (test) => {
        const make = translate[test.by] as (given: unknown) => unknown;
        const given = isOne(test) ? (test.data as unknown[])[0] : test.data;
        // What is wrong never comes here: the shapes leave it out, in Lua.
        const isWrong = /nothing/.test(test.name);
        if (!isWrong) expect(make(given)).toMatchObject(test.is as object);
    });

    it("the same in Lua, of what the shapes let through", () => {
        const calls = cases.map((test) => {
            const one = isOne(test) ? "[1]" : "";
            return `translate[${toLua(test.by)}](read(shapes.${test.shape})({ data = ${toLua(test.data)} }).data${one})`;
        });
        const [made] = runLua(`
            local read = require("/apis/trapos/shape").reader
            local shapes = require("/apis/ai/server/opencode2/shapes").answers
            local translate = require("/apis/ai/server/opencode2/translate")
            return { ${calls.join(", ")} }`) as [unknown[]];
        for (const [place, test] of cases.entries()) expect(made[place], test.name).toEqual(asLua(test.is));
    });
});

describe("a list", () => {
    const lists: [what: string, shape: string, data: unknown, kept: number | undefined][] = [
        ["one permission without an id", "permissions", [{ id: "per_1", sessionID: "ses_1" }, {}], 1],
        ["one form without a session", "forms", [{ id: "frm_1" }, { id: "frm_2", sessionID: "ses_1" }], 1],
        [
            "one session without a folder",
            "sessions",
            [
                { id: "ses_1", time: { created: 1, updated: 1 } },
                { id: "ses_2", time: { created: 1, updated: 1 }, location: { directory: "/" } },
            ],
            1,
        ],
        ["one model without a provider", "models", [{ id: "m" }, { id: "m", providerID: "p" }], 1],
        // Without one of them another would be taken for the newest.
        [
            "one message without a time",
            "messages",
            [
                { ...ids, type: "user" },
                { id: "m", type: "user" },
            ],
            undefined,
        ],
        [
            "one message without an id",
            "messages",
            [
                { ...ids, type: "user" },
                { type: "user", time },
            ],
            undefined,
        ],
    ];
    it.each(lists)("%s", (_what, shape, data, kept) => {
        const [count] = runLua(`
            local read = require("/apis/trapos/shape").reader
            local shapes = require("/apis/ai/server/opencode2/shapes").answers
            local answer = read(shapes.${shape})({ data = ${toLua(data)} })
            return answer and #answer.data`);
        expect(count ?? undefined).toBe(kept);
    });
});

describe("names", () => {
    it.each([
        ["per_1", "ses_2", "per_1~ses_2"],
        ["per_1", "", "per_1~"],
    ])("of what waits: %s of %s", (id, sessionId, name) => {
        expect(asks.askName(id, sessionId)).toBe(name);
        expect(asks.askParts(name)).toEqual({ id, sessionId });
    });

    it("that are none are of no session", () => {
        expect(asks.askParts("que_1")).toEqual({ id: "que_1", sessionId: "" });
        expect(asks.askParts("")).toEqual({ id: "", sessionId: "" });
    });

    it.each([
        ["ses_abc", "7-1-2", "msg_abc_7-1-2"],
        // A session may be named as it likes: what stands behind the first of our own marks counts.
        ["ses_1", "a_b", "msg_1_a_b"],
    ])("of prompts: in %s with %s", (sessionId, nonce, id) => {
        expect(promptId(sessionId, nonce)).toBe(id);
        expect(nonceIn(id)).toBe(nonce);
    });

    it.each(["msg_1", "msg_", "", "msg_0199f00ba3"])("%j is no prompt of ours", (id) => {
        expect(nonceIn(id)).toBeUndefined();
    });
});

describe("rules", () => {
    it.each([
        ["talk", "* * deny\n"],
        ["read", "* * deny\nread * allow\nglob * allow\ngrep * allow\n"],
        ["build", "* * ask\nread * allow\nglob * allow\ngrep * allow\nquestion * allow\nsubagent * deny\n"],
        ["trusted", "* * allow\n"],
    ])("of %s in opencode 2's words", (profile, text) => {
        expect(ruleText(translateRules(rulesOf(profile)!))).toBe(text);
        const lua = `
            local rules = require("/apis/ai/server/opencode2/rules")
            local rulesOf = require("/apis/ai/profile").rulesOf
            return rules.ruleText(rules.translateRules(rulesOf(${toLua(profile)})))`;
        expect(runLua(lua)).toEqual([text]);
    });

    it("of nobody are none", () => {
        expect(rulesOf(undefined)).toBeUndefined();
        expect(rulesOf("anything else")).toBeUndefined();
    });

    it("keep their patterns and their order, as the last one that fits counts", () => {
        const translated = translateRules([
            { permission: "bash", pattern: "*", action: "ask" },
            { permission: "bash", pattern: "git status", action: "allow" },
            { permission: "apply_patch", pattern: "*", action: "deny" },
        ]);
        expect(translated).toEqual([
            { action: "shell", resource: "*", effect: "ask" },
            { action: "shell", resource: "git status", effect: "allow" },
            { action: "patch", resource: "*", effect: "deny" },
        ]);
    });
});

const toNumber = (text: string): number | undefined => {
    const value = Number(text);
    return text.trim() === "" || Number.isNaN(value) ? undefined : value;
};
const form = (fields: unknown[] | undefined, more: object = {}): Form2 =>
    ({ id: "frm_1", sessionID: "ses_1", ...more, ...(fields === undefined ? {} : { fields }) }) as Form2;
const field = (type: string, more: object = {}): object => ({ key: type, type, ...more });
const woods = [
    { value: "b", label: "Birch", description: "light" },
    { value: "o", label: "Oak" },
];
/** What an option is as a person is shown it. */
const shown = [{ label: "Birch", description: "light" }, { label: "Oak" }];

describe("a form as questions", () => {
    const done = [{ label: "Done" }];
    const items: [name: string, field: object, item: object][] = [
        ["a text", field("string"), { question: "string", options: [], multiple: false, custom: true }],
        [
            "one of some options",
            field("string", { title: "Wood", description: "Which wood?", options: woods }),
            { question: "Which wood?", header: "Wood", options: shown, multiple: false, custom: false },
        ],
        [
            "one of some options, or words of one's own",
            field("string", { title: "Wood", options: woods, custom: true }),
            { question: "Wood", header: "Wood", options: shown, multiple: false, custom: true },
        ],
        [
            "several options",
            field("multiselect", { options: woods, custom: false }),
            { question: "multiselect", options: shown, multiple: true, custom: false },
        ],
        ["a number", field("number"), { question: "number", custom: true, kind: "number" }],
        ["a whole number", field("integer"), { question: "integer", custom: true, kind: "integer" }],
        [
            "yes or no",
            field("boolean"),
            { question: "boolean", options: [{ label: "Yes" }, { label: "No" }], custom: false },
        ],
        [
            "something to be done elsewhere",
            field("external", { title: "Log in", url: "https://x.test/" }),
            { question: "Log in\nhttps://x.test/", header: "Log in", options: done, custom: false },
        ],
        [
            "a field of next year",
            field("colour", { title: "Colour" }),
            { question: "Colour", header: "Colour", options: done, custom: false },
        ],
    ];
    const questionsOf = (fields: object[]) => questionOf(form(fields)).questions;

    it.each(items)("%s", (_name, given, item) => {
        expect(questionsOf([given])).toEqual([item]);
    });

    it("each field that is shown is one, in order, and hidden ones are none", () => {
        const all = [...items.map(([, given]) => given), field("string", { hidden: true })];
        expect(questionsOf(all)).toEqual(items.map(([, , item]) => item));
        const [made] = runLua(`
            local questionOf = require("/apis/ai/server/opencode2/forms").questionOf
            return questionOf(${toLua(form(all))}).questions`);
        expect(made).toEqual(asLua(items.map(([, , item]) => item)));
    });

    it("has the session in its name, and the call that asks", () => {
        const asked = form([field("string")], { metadata: { kind: "question", callID: "call_1" } });
        expect(questionOf(asked)).toMatchObject({
            id: "frm_1~ses_1",
            sessionID: "ses_1",
            tool: { callID: "call_1" },
        });
        expect(questionOf(form([field("string")]))).not.toHaveProperty("tool");
    });

    it.each([
        ["with an address", { title: "Log in", url: "https://x.test/" }, "Log in\nhttps://x.test/"],
        ["with a title", { title: "Log in" }, "Log in"],
        ["with nothing", {}, "A web page is to be opened."],
    ])("without a field that is shown it is something to be done, %s", (_name, more, question) => {
        const item = { question, options: done, custom: false };
        expect(questionOf(form(undefined, more)).questions).toEqual([item]);
        expect(questionOf(form([field("string", { hidden: true })], more)).questions).toEqual([item]);
    });
});

describe("a form is filled in", () => {
    const lock = field("boolean", { key: "lock" });
    const code = (when: object[]): object => field("string", { key: "code", when });
    const isLocked = { key: "lock", op: "eq", value: true };
    /** Fields, what was chosen for each, what the form is filled in with, and the first thing that is wrong. */
    const fills: [name: string, fields: object[], chosen: string[][], answers: object, problem?: string][] = [
        ["with a text", [field("string")], [["Oak"]], { string: "Oak" }],
        ["with an option's value", [field("string", { options: woods })], [["Oak"]], { string: "o" }],
        [
            "with own words beside options",
            [field("string", { options: woods, custom: true })],
            [["Elm"]],
            { string: "Elm" },
        ],
        [
            "with several, of which one is own words",
            [field("multiselect", { options: woods, custom: true })],
            [["Birch", "Elm", "Oak"]],
            { multiselect: ["b", "Elm", "o"] },
        ],
        [
            "with one of several",
            [field("multiselect", { options: woods })],
            [["Oak"]],
            { multiselect: ["o"] },
        ],
        ["with yes", [field("boolean")], [["Yes"]], { boolean: true }],
        ["with no", [field("boolean")], [["No"]], { boolean: false }],
        ["with a number", [field("number")], [["2.5"]], { number: 2.5 }],
        ["with a number below zero", [field("integer")], [["-3"]], { integer: -3 }],
        ["with zero", [field("integer")], [["0"]], { integer: 0 }],
        ["with no number", [field("number")], [["wide"]], {}, "wide is not a number"],
        ["with no whole number", [field("integer")], [["2.5"]], {}, "2.5 is not a whole number"],
        ["with nothing for a number", [field("number")], [[""]], {}, " is not a number"],
        [
            "with two that are none, of which the first is told",
            [field("number", { key: "a" }), field("integer", { key: "b" })],
            [["x"], ["y"]],
            {},
            "x is not a number",
        ],
        [
            "with nothing where nothing was chosen",
            [field("string"), field("number"), field("boolean"), field("multiselect")],
            [[], [], [], []],
            {},
        ],
        ["with fewer than it asks for", [field("string"), field("boolean")], [["x"]], { string: "x" }],
        ["with nothing for what was done elsewhere", [field("external")], [["Done"]], {}],
        [
            "without its hidden fields, whose answers are none's",
            [
                field("string", { key: "a" }),
                field("string", { key: "b", hidden: true }),
                field("string", { key: "c" }),
            ],
            [["1"], ["2"]],
            { a: "1", c: "2" },
        ],
        [
            "where its condition holds",
            [lock, code([isLocked])],
            [["Yes"], ["1234"]],
            { lock: true, code: "1234" },
        ],
        ["where its condition does not hold", [lock, code([isLocked])], [["No"], ["1234"]], { lock: false }],
        ["where what it depends on is not filled in", [lock, code([isLocked])], [[], ["1234"]], {}],
        [
            "where its condition is another value",
            [lock, code([{ ...isLocked, op: "neq" }])],
            [["No"], ["1234"]],
            { lock: false, code: "1234" },
        ],
        [
            "where another value is wanted of what is not filled in",
            [lock, code([{ ...isLocked, op: "neq" }])],
            [[], ["1234"]],
            {},
        ],
        [
            "where a condition is one of several options",
            [field("multiselect", { options: woods }), code([{ key: "multiselect", op: "eq", value: "o" }])],
            [["Birch", "Oak"], ["1"]],
            { multiselect: ["b", "o"], code: "1" },
        ],
        [
            "where a condition is none of several options",
            [field("multiselect", { options: woods }), code([{ key: "multiselect", op: "neq", value: "o" }])],
            [["Birch", "Oak"], ["1"]],
            { multiselect: ["b", "o"] },
        ],
        [
            "where one of two conditions does not hold",
            [lock, field("integer"), code([isLocked, { key: "integer", op: "eq", value: 3 }])],
            [["Yes"], ["4"], ["1"]],
            { lock: true, integer: 4 },
        ],
        [
            "where both of two conditions hold",
            [lock, field("integer"), code([isLocked, { key: "integer", op: "eq", value: 3 }])],
            [["Yes"], ["3"], ["1"]],
            { lock: true, integer: 3, code: "1" },
        ],
        [
            "where a condition is on a field that is left out itself",
            [
                lock,
                field("string", { key: "kind", when: [isLocked] }),
                code([{ key: "kind", op: "eq", value: "x" }]),
            ],
            [["No"], ["x"], ["1"]],
            { lock: false },
        ],
        [
            "where a number that is none is not wanted after all",
            [lock, field("number", { when: [isLocked] })],
            [["No"], ["wide"]],
            { lock: false },
        ],
    ];

    it.each(fills)("%s", (_name, fields, chosen, answers, problem) => {
        const filled = fillIn(form(fields), chosen, toNumber);
        expect(filled).toEqual({ answers, problem });
    });

    it("the same in Lua", () => {
        const calls = fills.map(
            ([, fields, chosen]) => `fillIn(${toLua(form(fields))}, ${toLua(chosen)}, tonumber)`,
        );
        const [made] = runLua(`
            local fillIn = require("/apis/ai/server/opencode2/forms").fillIn
            return { ${calls.join(", ")} }`) as [unknown[]];
        for (const [place, [name, , , answers, problem]] of fills.entries())
            expect(made[place], name).toEqual(asLua({ answers, problem }));
    });

    it("by the fields as they are, whatever their types are called", () => {
        const fields: Field2[] = [{ key: "a", type: "external" }];
        expect(fillIn(form(fields), [["Done"]], toNumber)).toEqual({ answers: {}, problem: undefined });
    });
});

describe.each(["number", "integer"])("of what Lua takes for a number, as %s", (type) => {
    const filled = (text: string): unknown[] =>
        runLua(`
            local forms = require("/apis/ai/server/opencode2/forms")
            local filled = forms.fillIn(${toLua(form([field(type)]))}, { { ${toLua(text)} } }, tonumber)
            return filled.answers[${toLua(type)}], filled.problem`);

    it.each(["1e999", "-1e999", "nan", "inf"])("%s is none, as JSON has no word for it", (text) => {
        const problem = `${text} is not ${type === "number" ? "a number" : "a whole number"}`;
        expect(filled(text)).toEqual([null, problem]);
    });

    it("0x10 and 1e3 are some", () => {
        expect([filled("0x10")[0], filled("1e3")[0]]).toEqual([16, 1000]);
    });
});
