/** A stand-in for a server on which a turn waits for somebody, so that what happens to that is exact. */
import type { Answer } from "./libai-support.ts";

const session = { id: "ses_1", title: "t", directory: "/work", time: { created: 1, updated: 2 } };
const permission = {
    id: "per_1",
    sessionID: "ses_1",
    permission: "bash",
    patterns: ["npm test"],
    always: ["npm *"],
    metadata: { command: "npm test" },
    tool: { messageID: "a1", callID: "c1" },
};
const question = {
    id: "que_1",
    sessionID: "ses_1",
    questions: [
        {
            question: "Which?",
            header: "Wood",
            options: [{ label: "Birch", description: "light" }],
            multiple: true,
        },
        { question: "Why?", options: [] },
    ],
    tool: { messageID: "a1", callID: "c1" },
};
const other = { ...permission, id: "per_2", sessionID: "ses_2", tool: { messageID: "a9", callID: "c9" } };

/** What is asked, and what becomes of it. */
export interface State {
    asks: "permission" | "question";
    /** In the place of the permission, or of the question. */
    entry?: object;
    /** It is listed so many seconds after the prompt was sent. */
    listAfter?: number;
    /** So many seconds after it is first listed it is gone. */
    goneAfter?: number;
    /** So many seconds after it is first listed its turn is stopped, and the ask stays listed. */
    stoppedAfter?: number;
    /** Answers to the first so many attempts to answer it. */
    refuse?: { times: number; status: number };
}

/** A server on which a turn waits for somebody, and is answered once it was told. */
export function askingServer(state: State): { answer: Answer; told: { path: string; body: unknown }[] } {
    let nonce: string | undefined;
    let sentAt = 0;
    let listedAt: number | undefined;
    let attempts = 0;
    const told: { path: string; body: unknown }[] = [];
    const since = () => (listedAt === undefined ? 0 : (Date.now() - listedAt) / 1000);
    const isGone = () => told.length > 0 || since() > (state.goneAfter ?? Infinity);
    const isStopped = () => since() > (state.stoppedAfter ?? Infinity);
    const messages = () => [
        {
            info: { id: "u1", role: "user", time: { created: 1 } },
            parts: [{ type: "text", text: "hi", metadata: { nonce } }],
        },
        {
            info: {
                id: "a1",
                role: "assistant",
                parentID: "u1",
                time: isGone() || isStopped() ? { created: 1, completed: 2 } : { created: 1 },
                finish: isGone() ? "tool-calls" : undefined,
                error: isStopped() ? { name: "MessageAbortedError" } : undefined,
                tokens: { input: 900, output: 100 },
            },
            parts: [
                {
                    type: "tool",
                    tool: "write",
                    callID: "c1",
                    state: isGone()
                        ? {
                              status: "completed",
                              title: "lock.lua",
                              input: {},
                              metadata: { filepath: "/work/src/lock.lua" },
                              time: { start: 1000, end: 3500 },
                          }
                        : {
                              status: isStopped() ? "error" : "running",
                              input: { filePath: "/work/src/lock.lua" },
                          },
                },
            ],
        },
        ...(isGone()
            ? [
                  {
                      info: {
                          id: "a2",
                          role: "assistant",
                          parentID: "u1",
                          time: { created: 3, completed: 4 },
                          finish: "stop",
                      },
                      parts: [{ type: "text", text: "done" }],
                  },
              ]
            : []),
    ];
    const answer: Answer = ({ path, method, body, query }) => {
        if (path.endsWith("/prompt_async")) {
            nonce = (JSON.parse(body) as { parts: { metadata: { nonce: string } }[] }).parts[0]!.metadata
                .nonce;
            sentAt = Date.now();
            return { status: 204 };
        }
        if (/^\/(permission|question)\/.*\/(reply|reject)$/.test(path)) {
            attempts += 1;
            const refuse = state.refuse;
            if (refuse !== undefined && attempts <= refuse.times)
                return { status: refuse.status, body: { name: "UnknownError", data: { message: "no" } } };
            if (isGone() || !/_1\//.test(path))
                return { status: 404, body: { _tag: "PermissionNotFoundError", message: "not found" } };
            told.push({ path: path + (query.get("directory") ?? ""), body: JSON.parse(body) as unknown });
            return { body: true };
        }
        const list = path === "/permission" ? "permission" : path === "/question" ? "question" : undefined;
        if (list !== undefined) {
            if (
                list !== state.asks ||
                isGone() ||
                nonce === undefined ||
                (Date.now() - sentAt) / 1000 < (state.listAfter ?? 0)
            )
                return { body: list === "permission" ? [other] : [] };
            listedAt ??= Date.now();
            return {
                body:
                    list === "permission"
                        ? [other, { ...permission, ...state.entry }]
                        : [{ ...question, ...state.entry }],
            };
        }
        if (path === "/session/ses_1/message") {
            const limit = Number(query.get("limit"));
            return { body: nonce === undefined ? [] : messages().slice(-limit) };
        }
        if (path === "/global/health") return { body: { healthy: true, version: "1.18.33" } };
        if (path === "/session/status")
            return {
                body: nonce === undefined || isGone() || isStopped() ? {} : { ses_1: { type: "busy" } },
            };
        if (path === "/session/ses_2/message") return { body: [] };
        if (path.startsWith("/session") && (method === "POST" || /^\/session\/ses_\d$/.test(path)))
            return { body: session };
        return { body: [] };
    };
    return { answer, told };
}
