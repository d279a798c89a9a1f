/**
 * The twin beside a real engine: the same requests go to it and to the preview of opencode 2 in opencode 1.18.33, and what both
 * answer is compared: statuses, keys, types, and the order of lists. The twin's doubts are set to what the preview does; what
 * differs all the same is a list, each with its reason.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ScriptedServer, startScriptedServer } from "../../tools/harness/server.ts";
import { type Model, type Rule, startModel } from "../../tools/model/index.ts";
import { startTwin, type Twin } from "../../tools/opencode2-twin/index.ts";
import { type Answer, ask, type Asked, type Reached } from "./support.ts";

const rules: Rule[] = [
    ({ userText, toolResults }) => {
        if (userText.startsWith("think")) return { reasoning: "Hm.", text: "Well." };
        if (userText.startsWith("wait")) return { text: ["one ", "two "], hang: "midway" };
        if (userText.startsWith("fail")) return { error: { status: 401, message: "no" } };
        if (userText.startsWith("run") && toolResults.length === 0)
            return { toolCalls: [{ name: "bash", arguments: { command: "echo one", description: "One" } }] };
        return { text: "pong" };
    },
];

/** A server under test, and what it calls otherwise. */
interface Side extends Reached {
    directory: string;
    /** The body of a prompt. */
    prompt(text: string, more?: object): object;
}

let folder: string;
let model: Model;
let twin: Twin;
let preview: ScriptedServer;
let sides: { twin: Side; preview: Side };

beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "twin-preview-"));
    const permission = { "*": "allow", bash: "ask" } as const;
    preview = await startScriptedServer({ home: join(folder, "preview"), rules });
    const { opencode } = preview;
    // The preview reads its configuration in the session's directory alone.
    const config = {
        model: "scripted/model",
        permission,
        provider: {
            scripted: {
                name: "Scripted model",
                npm: "@ai-sdk/openai-compatible",
                options: { baseURL: preview.model.url, apiKey: "none" },
                models: { model: { name: "Scripted model" }, other: { name: "Scripted other" } },
            },
        },
    };
    await writeFile(join(opencode.directory, "opencode.json"), JSON.stringify(config));
    model = await startModel({ rules });
    twin = await startTwin({
        home: join(folder, "twin"),
        model: { baseUrl: model.url },
        permission,
        doubts: {
            unknownRoutes: "html",
            permissionSource: "callID",
            permissionReply: "reply",
            revertClear: "post clear",
            interruptAnswer: 204,
            idleRecords: false,
            sessionOutcome: false,
            modelRetries: 0,
            repeatedPrompt: "nothing",
        },
    });
    sides = {
        twin: { ...twin, prompt: (text, more) => ({ text, ...more }) },
        preview: { ...opencode, prompt: (text, more) => ({ prompt: { text }, ...more }) },
    };
});

afterAll(async () => {
    await twin.stop();
    await model.stop();
    await preview.stop();
    await rm(folder, { recursive: true, force: true });
});

/** Where the two differ: what is asked, and where in its answer. Each must occur. */
const differences: { asked: RegExp; place: RegExp; why: string }[] = [
    {
        asked: /^(create|session|sessions|.* session)$/,
        place: /^data\.(0\.)?title:/,
        why: "native: a session without a title has none; preview: it has its date",
    },
    {
        asked: /^prompt/,
        place: /^data\.(admittedSeq|promotedSeq|prompt\.text):/,
        why: "preview: what is admitted holds the prompt, and sequences",
    },
    {
        asked: /^prompt/,
        place: /^data\.(payload\.text|type):/,
        why: "native: an item of the inbox",
    },
    {
        asked: /message|context/,
        place: /\.content\.\d+\.id: string$/,
        why: "preview: texts and thoughts have ids (a tool has one on both sides)",
    },
    {
        asked: /message|context/,
        place: /\.(rawFinish|time\.streamed):/,
        why: "native: what the provider called the end, and when its answer was whole",
    },
    {
        asked: /message|context/,
        place: /\.error\.(type|status):/,
        why: "native: provider.auth and the status; preview: unknown",
    },
    {
        asked: /^running tool$/,
        place: /\.state\.content: list$/,
        why: "native: a tool that runs has metadata; preview: an empty list of what it says",
    },
    {
        asked: /^running tool$/,
        place: /\.time\.streamed:/,
        why: "native: the answer is whole although its tools still run",
    },
    {
        asked: /^permission/,
        place: /\.action:/,
        why: "native: shell; preview: bash",
    },
    {
        asked: /^bad decision$/,
        place: /^message:/,
        why: "native: no source for its words; preview: the name of the type",
    },
    {
        asked: /tool/,
        place: /\.content\.\d+\.(name|provider\.executed|state\.(structured|metadata|outputPaths)\b.*):/,
        why: "native: shell and metadata; preview: bash, provider, structured and outputPaths",
    },
];

/** The places of a value with their types, "data.0.id: string"; words of the protocol as they are. */
function places(value: unknown, at = ""): string[] {
    const inside = (key: string | number): string => (at === "" ? String(key) : `${at}.${key}`);
    if (Array.isArray(value))
        return [`${at}: list`, ...value.flatMap((item, index) => places(item, inside(index)))];
    if (typeof value === "object" && value !== null)
        return Object.entries(value).flatMap(([key, item]) => places(item, inside(key)));
    const isWord = /(^|\.)(type|status|finish|role|_tag|kind|field|order|delivery|action|message)$/.test(at);
    return [`${at}: ${isWord ? JSON.stringify(value) : value === null ? "null" : typeof value}`];
}

/** What is compared of an answer. Ids that are keys are all the same. */
function comparable({ status, type, body }: Answer): string[] {
    const named =
        body === undefined
            ? []
            : places(body).map((place) => place.replace(/(ses|per)_[0-9a-z]\w{9,}/gi, "ID"));
    return [`status: ${status}`, `type: ${type.split(";")[0]}`, ...named].sort();
}

const used = new Set<object>();

/** What of an answer is the same on both sides. */
function withoutDifferences(asked: string, given: string[]): string[] {
    return given.filter((place) => {
        const known = differences.filter(
            (difference) => difference.asked.test(asked) && difference.place.test(place),
        );
        for (const difference of known) used.add(difference);
        return known.length === 0;
    });
}

/** Asks both the same. @returns what each answered */
async function both(
    asked: string,
    path: (side: "twin" | "preview") => string,
    request: (side: Side) => Asked = () => ({}),
): Promise<Record<"twin" | "preview", Answer>> {
    const [ofTwin, ofPreview] = await Promise.all(
        (["twin", "preview"] as const).map((name) => ask(sides[name], path(name), request(sides[name]))),
    );
    const compared = [ofTwin!, ofPreview!].map((answer) => withoutDifferences(asked, comparable(answer)));
    expect({ asked, answer: compared[0] }).toEqual({ asked, answer: compared[1] });
    return { twin: ofTwin!, preview: ofPreview! };
}

/** Waits until nothing is at work on either side. */
async function idle(): Promise<void> {
    for (const side of Object.values(sides)) {
        for (;;) {
            const { body } = await ask(side, "/api/session/active");
            if (Object.keys((body as { data: object }).data).length === 0) break;
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }
}

type Made = Record<"twin" | "preview", string>;

async function newSessions(): Promise<Made> {
    const { twin: one, preview: other } = await both(
        "create",
        () => "/api/session",
        ({ directory }) => ({
            body: { location: { directory } },
        }),
    );
    const idOf = ({ body }: Answer): string => (body as { data: { id: string } }).data.id;
    return { twin: idOf(one), preview: idOf(other) };
}

it("says the same about sessions", async () => {
    const made = await newSessions();
    await both("session", (side) => `/api/session/${made[side]}`);
    await both(
        "sessions",
        (side) => `/api/session?limit=1&directory=${encodeURIComponent(sides[side].directory)}`,
    );
    await both("active", () => "/api/session/active");
    await both("no messages", (side) => `/api/session/${made[side]}/message`);
    await both("no permissions", (side) => `/api/session/${made[side]}/permission`);
    await both(
        "interrupt of nothing",
        (side) => `/api/session/${made[side]}/interrupt`,
        () => ({ method: "POST" }),
    );
    await both(
        "agent",
        (side) => `/api/session/${made[side]}/agent`,
        () => ({ body: { agent: "plan" } }),
    );
    await both(
        "model",
        (side) => `/api/session/${made[side]}/model`,
        () => ({
            body: { model: { id: "other", providerID: "scripted" } },
        }),
    );
    await both("changed session", (side) => `/api/session/${made[side]}`);
    await both("switches", (side) => `/api/session/${made[side]}/message?order=asc`);
});

it("says the same about turns, and pages alike through them", async () => {
    const made = await newSessions();
    const prompt = (asked: string, text: string, more: object = {}) =>
        both(
            asked,
            (side) => `/api/session/${made[side]}/prompt`,
            (side) => ({ body: side.prompt(text, more) }),
        );
    await prompt("prompt", "ping", { id: "msg_p1" });
    await idle();
    await prompt("prompt again", "ping", { id: "msg_p1" });
    await prompt("conflict", "another", { id: "msg_p1" });
    const others = await newSessions();
    await both(
        "conflict elsewhere",
        (side) => `/api/session/${others[side]}/prompt`,
        (side) => ({
            body: side.prompt("ping", { id: "msg_p1" }),
        }),
    );
    await prompt("prompt", "think", { id: "msg_p2" });
    await idle();
    await prompt("prompt", "fail", { id: "msg_p3" });
    await idle();
    const path = (query: string) => (side: "twin" | "preview") =>
        `/api/session/${made[side]}/message${query}`;
    await both("messages", path(""));
    await both("messages, oldest first", path("?order=asc&limit=200"));
    await both("one message", path("/msg_p2"));
    await both("context", (side) => `/api/session/${made[side]}/context`);
    const newest = await both("newest message", path("?limit=1"));
    const cursor = (answers: typeof newest, direction: "previous" | "next") => (side: "twin" | "preview") => {
        const { body } = answers[side];
        return `/api/session/${made[side]}/message?limit=2&cursor=${(body as { cursor: Record<string, string> }).cursor[direction]}`;
    };
    const older = await both("older messages", cursor(newest, "next"));
    await both("newer messages", cursor(older, "previous"));
    await both("none that is newer", cursor(newest, "previous"));
    await both(
        "revert",
        (side) => `/api/session/${made[side]}/revert/stage`,
        () => ({ body: { messageID: "msg_p2" } }),
    );
    await both("reverted session", (side) => `/api/session/${made[side]}`);
    await both(
        "cleared revert",
        (side) => `/api/session/${made[side]}/revert/clear`,
        () => ({ method: "POST" }),
    );
});

it("says the same about permissions, and what comes of them", async () => {
    const made = await newSessions();
    const pending = async (side: "twin" | "preview"): Promise<string> => {
        for (;;) {
            const { body } = await ask(sides[side], `/api/session/${made[side]}/permission`);
            const [request] = (body as { data: { id: string }[] }).data;
            if (request !== undefined) return request.id;
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    };
    await both(
        "prompt",
        (side) => `/api/session/${made[side]}/prompt`,
        (side) => ({ body: side.prompt("run") }),
    );
    const ids = { twin: await pending("twin"), preview: await pending("preview") };
    await both("active", () => "/api/session/active");
    await both("permission", (side) => `/api/session/${made[side]}/permission`);
    await both(
        "permissions of the place",
        (side) => `/api/permission/request?location[directory]=${encodeURIComponent(sides[side].directory)}`,
    );
    await both("running tool", (side) => `/api/session/${made[side]}/message?limit=1`);
    const reply = (asked: string, body: object) =>
        both(
            asked,
            (side) => `/api/session/${made[side]}/permission/${ids[side]}/reply`,
            () => ({ body }),
        );
    await reply("bad decision", { reply: "ever" });
    await reply("decision", { reply: "once" });
    await reply("decision again", { reply: "once" });
    await idle();
    await both("messages with a tool", (side) => `/api/session/${made[side]}/message`);
});

it("says the same where it refuses", async () => {
    const made = await newSessions();
    const refused: [asked: string, path: string, request?: Asked][] = [
        ["no login", "/api/session/active", { headers: { authorization: "Basic eDp5" } }],
        ["unknown session", "/api/session/ses_none"],
        ["bad session", "/api/session/abc"],
        ["unknown session with a bad body", "/api/session/ses_none/prompt", { body: { x: 1 } }],
        ["unknown session's interrupt", "/api/session/ses_none/interrupt", { method: "POST" }],
        ["unknown message", "/api/session/{id}/message/msg_none"],
        ["bad message", "/api/session/{id}/message/none"],
        ["unknown permission", "/api/session/{id}/permission/per_x/reply", { body: { reply: "once" } }],
        ["bad permission", "/api/session/{id}/permission/x/reply", { body: { reply: "once" } }],
        ["limit 0", "/api/session/{id}/message?limit=0"],
        ["limit 201", "/api/session/{id}/message?limit=201"],
        ["limit x", "/api/session/{id}/message?limit=x"],
        ["order up", "/api/session/{id}/message?order=up"],
        ["bad cursor", "/api/session/{id}/message?cursor=zz"],
        ["bad cursor of sessions", "/api/session?cursor=zz"],
        [
            "form",
            "/api/session",
            { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } },
        ],
        ["no body", "/api/session", { method: "POST" }],
        ["a list", "/api/session", { body: [] }],
        ["a number for a text", "/api/session", { body: { location: { directory: 3 } } }],
        ["a bad id", "/api/session/{id}/prompt", { body: { text: "x", prompt: { text: "x" }, id: "bad" } }],
        ["another agent", "/api/session/{id}/agent", { body: { agent: 1 } }],
        ["half a model", "/api/session/{id}/model", { body: { model: { id: "other" } } }],
        ["no route", "/api/nothing"],
        ["another method", "/api/session", { method: "PUT", body: {} }],
        [
            "unknown message to revert to",
            "/api/session/{id}/revert/stage",
            { body: { messageID: "msg_none" } },
        ],
    ];
    for (const [asked, path, request] of refused)
        await both(
            asked,
            (side) => path.replace("{id}", made[side]),
            () => request ?? {},
        );
});

it("differs nowhere else", () => {
    expect(differences.filter((difference) => !used.has(difference))).toEqual([]);
});
