/** What `ai` shows while it waits, whatever for: a line that tells it on a computer's screen and on a pocket computer's. */
import { describe, expect, it } from "vitest";
import { startCommand } from "../../tools/harness/run-command.ts";
import { startServer, temporaryFolder, type Answer } from "./libai-support.ts";

const session = { id: "ses_1", title: "old", directory: "/work", time: { created: 1, updated: 2 } };
const running = { type: "tool", tool: "webfetch", callID: "c1", state: { status: "running" } };

interface State {
    messages?: (nonce: string) => unknown[];
    status?: object;
    /** Answers by path that are not what they should be. */
    broken?: Record<string, { status: number; body: unknown }>;
}

/** A server on which a turn stays as it is from the prompt on. */
function stuckServer({ messages = () => [], status = {}, broken = {} }: State): Answer {
    let nonce: string | undefined;
    return ({ path, method, body }) => {
        if (path.endsWith("/prompt_async")) {
            const prompt = JSON.parse(body) as { parts: { metadata: { nonce: string } }[] };
            nonce = prompt.parts[0]!.metadata.nonce;
            return { status: 204 };
        }
        if (nonce !== undefined && broken[path] !== undefined) return broken[path];
        if (path.endsWith("/message")) return { body: nonce === undefined ? [] : messages(nonce) };
        if (path === "/session/status") return { body: nonce === undefined ? {} : status };
        if (path.startsWith("/session") && (method === "POST" || path === "/session/ses_1"))
            return { body: session };
        return { body: [] };
    };
}

const assistant = (parts: unknown[]) => () => [
    { info: { id: "a1", role: "assistant", parentID: "u1", time: { created: 1 } }, parts },
];
const busy = { ses_1: { type: "busy" } };
const refused = { status: 400, body: { name: "BadRequest", data: { message: "no", kind: "Body" } } };
const failed = { status: 500, body: { name: "UnknownError", data: { message: "no" } } };
const states: [what: string, state: State, words: string][] = [
    ["the prompt does not show", {}, "not started yet: the server is slow"],
    ["the model is silent", { messages: assistant([]), status: busy }, "working"],
    ["a tool runs", { messages: assistant([running]), status: busy }, "webfetch"],
    [
        "the model fails",
        { messages: assistant([]), status: { ses_1: { type: "retry", attempt: 1, message: "overloaded" } } },
        "the model fails, trying again: overloaded",
    ],
    [
        "one route fails",
        { messages: assistant([running]), broken: { "/session/status": failed } },
        "server fails, trying again: /session/status",
    ],
    [
        "the session's messages fail",
        { broken: { "/session/ses_1/message": failed } },
        "server fails, trying again: /session/.../message",
    ],
    [
        "permissions cannot be listed",
        { messages: assistant([running]), status: busy, broken: { "/permission": refused } },
        "needs permission: webfetch",
    ],
    [
        "the model fails, and when it is tried again is known",
        {
            messages: assistant([]),
            status: {
                ses_1: { type: "retry", attempt: 1, message: "overloaded", next: Date.now() + 3_600_000 },
            },
        },
        "the model fails, again in",
    ],
    [
        "steps have taken tokens",
        {
            messages: () => [
                {
                    info: {
                        id: "a1",
                        role: "assistant",
                        parentID: "u1",
                        time: { created: 1 },
                        tokens: { input: 12_000, output: 345 },
                    },
                    parts: [],
                },
            ],
            status: busy,
        },
        "working",
    ],
];

describe.each([
    ["a computer", { width: 51, height: 19 }],
    ["a pocket computer", { width: 26, height: 20 }],
])("on %s", (_, size) => {
    it.each(states)("while %s", async (_what, state, words) => {
        const { url } = await startServer(stuckServer(state));
        const { computer } = await startCommand({
            disk: await temporaryFolder(),
            command: "ai hi",
            allow: ["$private"],
            settings: { "opencc.server_url": url },
            ...size,
        });
        try {
            // After a sign, the seconds; what does not fit is cut, the line never wraps.
            const room = size.width - "| 10 s ".length - 2;
            const shown = words.length <= room ? words : words.slice(0, room - 2);
            const escaped = shown.replace(/[.?/]/g, "\\$&");
            await computer.waitForText(new RegExp(`[|/\\\\-] \\d+ s ${escaped}`), { timeoutSeconds: 40 });
        } finally {
            await computer.close();
        }
    });
});

it("while nothing answers", async () => {
    let isAway = false;
    const answer = stuckServer({ messages: assistant([]), status: busy });
    const { url } = await startServer((request) => (isAway ? "silence" : answer(request)));
    const { computer } = await startCommand({
        disk: await temporaryFolder(),
        command: "ai hi",
        allow: ["$private"],
        settings: { "opencc.server_url": url, "opencc.request_timeout_seconds": 1 },
        width: 26,
        height: 20,
    });
    try {
        await computer.waitForText(/\d s working/);
        isAway = true;
        await computer.waitForText(/\d+ s server out of re/, { timeoutSeconds: 20 });
    } finally {
        await computer.close();
    }
});

it("says in two or three lines of a pocket computer why it stopped waiting", async () => {
    for (const [state, lines] of [
        [{}, ["opencode has not started", "the prompt for 7 s.", "It may still come: ai", "resume."]],
        [
            { messages: assistant([running]), status: busy, broken: { "/permission": refused } },
            ["A permission waits that", "opencode cannot list:", "webfetch"],
        ],
        [{ broken: { "/session/ses_1/message": failed } }, ["/session/.../message"]],
    ] as [State, string[]][]) {
        const { url } = await startServer(stuckServer(state));
        const { finished } = await startCommand({
            disk: await temporaryFolder(),
            command: "ai --timeout 7 hi",
            allow: ["$private"],
            settings: { "opencc.server_url": url },
            width: 26,
            height: 20,
        });
        const { output, succeeded } = await finished;
        expect(succeeded).toBe(false);
        for (const line of lines) expect(output).toContain(line);
        expect(output.trim().split("\n").length).toBeLessThanOrEqual(7);
    }
});
