import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChatRequest, type Conversation, readConversation, retryKey } from "./conversation.ts";
import { defaultRule, summary, title } from "./default-answers.ts";
import { answer, type Reply, type Rule } from "./rules.ts";
import { completion, type Envelope, errorBody, events, split } from "./wire.ts";

export type { Conversation, OfferedTool, Purpose, ToolResult } from "./conversation.ts";
export { defaultRule } from "./default-answers.ts";
export { directives } from "./directives.ts";
export type { Reply, Rule, ToolCall } from "./rules.ts";

/** The ids under which `GET /v1/models` lists the model; any other id is answered too. */
const modelIds = ["model", "other"] as const;

/** One request as it came, and what became of it. */
export interface ModelRequest {
    conversation: Conversation;
    /** The parsed body, for what `conversation` leaves out. */
    body: Record<string, unknown>;
    /** What the rules said. */
    reply: Reply;
    /** `pending` while it is answered; `gone` when the client closed the connection before the end. */
    outcome: "pending" | "answered" | "cut" | "gone";
}

/** A running scripted model. */
export interface Model {
    /** The base URL for an OpenAI-compatible client, `http://127.0.0.1:<port>/v1`. */
    url: string;
    /** Every chat request so far, oldest first. The array is live. */
    requests: readonly ModelRequest[];
    /** Replaces the rules for the turns that come from now on. Titles and summaries are not asked of them. */
    setRules(rules: readonly Rule[]): void;
    /** From now on every turn is kept waiting, as with `hang`, until `release()`. */
    hold(): void;
    /** Lets go of every request that hangs, and ends `hold()`. */
    release(): void;
    /**
     * Waits for a request that matches, one that came already included.
     * @param matches tested when a request comes and when it ends
     * @param timeoutSeconds 30 by default
     * @returns the first match; rejects, listing what came, when the time is over or the model stops
     */
    waitForRequest(
        matches: (request: ModelRequest) => boolean,
        timeoutSeconds?: number,
    ): Promise<ModelRequest>;
    /** Cuts every connection and stops listening. Safe to call twice. */
    stop(): Promise<void>;
}

function sendJson(response: ServerResponse, status: number, body: object, headers = {}): void {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
}

function parseChat(text: string): ChatRequest | undefined {
    try {
        const body = JSON.parse(text) as Partial<ChatRequest> | null;
        return Array.isArray(body?.messages) ? (body as ChatRequest) : undefined;
    } catch {
        return undefined;
    }
}

async function readBody(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
}

function describe(request: ModelRequest): string {
    const { purpose, userText, attempt } = request.conversation;
    return `${purpose} "${userText.slice(0, 60)}" (attempt ${attempt}, ${request.outcome})`;
}

/**
 * Starts a server on 127.0.0.1 that speaks OpenAI's chat-completions protocol (streamed or not) and answers by rules.
 * @param options.rules answer the turns, the first that matches; `[defaultRule]` when absent. A request that none
 * matches gets HTTP 400. opencode's requests for titles and summaries are answered without them.
 */
export async function startModel(options: { rules?: readonly Rule[] } = {}): Promise<Model> {
    let rules = options.rules ?? [defaultRule];
    let held = false;
    let replies = 0;
    const requests: ModelRequest[] = [];
    const attempts = new Map<string, number>();
    const hanging = new Set<() => void>();
    const watchers = new Set<() => void>();
    const stopped = new AbortController();

    const changed = (request: ModelRequest, outcome: ModelRequest["outcome"]): void => {
        request.outcome = outcome;
        for (const watcher of [...watchers]) watcher();
    };

    function replyTo(conversation: Conversation): Reply {
        if (conversation.purpose === "title") return title(conversation);
        if (conversation.purpose === "summary") return summary();
        return answer(rules, conversation);
    }

    /** Resolves on release(); rejects when the client goes away first. */
    function released(signal: AbortSignal): Promise<void> {
        return new Promise((resolve, reject) => {
            const settle = (done: () => void) => () => {
                hanging.delete(letGo);
                signal.removeEventListener("abort", gone);
                done();
            };
            const letGo = settle(resolve);
            const gone = settle(() => reject(signal.reason as Error));
            hanging.add(letGo);
            signal.addEventListener("abort", gone);
        });
    }

    async function reply(request: ModelRequest, response: ServerResponse, gone: AbortSignal): Promise<void> {
        const { conversation, body, reply } = request;
        if (reply.delaySeconds) await sleep(reply.delaySeconds * 1000, undefined, { signal: gone });
        const holds = held && conversation.purpose === "turn";
        if (reply.hang === true || holds) await released(gone);
        if (reply.error) {
            const { status, message, headers } = reply.error;
            sendJson(response, status, errorBody(status, message), headers);
            return changed(request, "answered");
        }
        replies += 1;
        const envelope: Envelope = {
            id: `chatcmpl-${replies}`,
            created: Math.floor(Date.now() / 1000),
            model: conversation.model,
        };
        const promptCharacters = JSON.stringify(body["messages"]).length;
        const streams = body["stream"] === true;
        const parts = streams
            ? events(envelope, reply, promptCharacters)
            : split(JSON.stringify(completion(envelope, reply, promptCharacters)), 2);
        response.writeHead(200, { "content-type": streams ? "text/event-stream" : "application/json" });
        const half = Math.ceil(parts.length / 2);
        for (const [index, part] of parts.entries()) {
            if (index === half && reply.hang === "midway") await released(gone);
            if (index === half && reply.cut) {
                // Until the bytes are out: what is destroyed before is never seen.
                await new Promise<void>((resolve) => response.write(part.slice(0, 20), () => resolve()));
                response.destroy();
                return changed(request, "cut");
            }
            response.write(part);
        }
        response.end();
        changed(request, "answered");
    }

    async function chat(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
        const body = parseChat(await readBody(incoming));
        if (body === undefined) {
            return sendJson(response, 400, errorBody(400, "The body is not JSON with a list of messages."));
        }
        const header = incoming.headers["x-session-id"];
        const sessionId = typeof header === "string" ? header : undefined;
        const key = retryKey(body, sessionId);
        const attempt = (attempts.get(key) ?? 0) + 1;
        attempts.set(key, attempt);
        const conversation = readConversation(body, sessionId, attempt);
        const request: ModelRequest = {
            conversation,
            body: body as unknown as Record<string, unknown>,
            reply: replyTo(conversation),
            outcome: "pending",
        };
        requests.push(request);
        changed(request, "pending");
        const gone = new AbortController();
        response.once("close", () => {
            gone.abort();
            if (request.outcome === "pending") changed(request, "gone");
        });
        try {
            await reply(request, response, gone.signal);
        } catch (error) {
            if (!gone.signal.aborted) throw error;
        }
    }

    const server = createServer((request, response) => {
        const { pathname } = new URL(request.url ?? "/", "http://localhost");
        if (request.method === "POST" && pathname === "/v1/chat/completions") {
            // A rule that throws is a bug in a test: the client sees it at once, with its message.
            chat(request, response).catch((error: unknown) => {
                if (response.headersSent) return response.destroy();
                sendJson(response, 400, errorBody(400, `The scripted model failed: ${String(error)}`));
            });
        } else if (request.method === "GET" && pathname === "/v1/models") {
            const data = modelIds.map((id) => ({ id, object: "model", created: 0, owned_by: "trapos" }));
            sendJson(response, 200, { object: "list", data });
        } else {
            sendJson(response, 404, errorBody(404, `No such route: ${request.method} ${pathname}`));
        }
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
    });

    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
        requests,
        setRules(next) {
            rules = next;
        },
        hold() {
            held = true;
        },
        release() {
            held = false;
            for (const letGo of [...hanging]) letGo();
        },
        waitForRequest(matches, timeoutSeconds = 30) {
            return new Promise((resolve, reject) => {
                const settle = (done: () => void): void => {
                    watchers.delete(look);
                    clearTimeout(timer);
                    stopped.signal.removeEventListener("abort", giveUp);
                    done();
                };
                const giveUp = (): void => {
                    const seen = requests.map(describe).join("\n  ") || "none";
                    settle(() =>
                        reject(new Error(`No request to the model matched. There were:\n  ${seen}`)),
                    );
                };
                const look = (): void => {
                    const found = requests.find(matches);
                    if (found) settle(() => resolve(found));
                };
                const timer = setTimeout(giveUp, timeoutSeconds * 1000);
                watchers.add(look);
                stopped.signal.addEventListener("abort", giveUp);
                look();
            });
        },
        async stop() {
            if (stopped.signal.aborted) return;
            stopped.abort();
            server.closeAllConnections();
            await new Promise<void>((resolve) => server.close(() => resolve()));
        },
    };
}
