import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChatRequest, type Conversation, readConversation, retryKey } from "./conversation.ts";
import { defaultRule, summary, title } from "./default-answers.ts";
import { answer, type Reply, type Rule } from "./rules.ts";
import { completion, endlessEvents, type Envelope, errorBody, events, split } from "./wire.ts";

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

/** Answers with JSON, and ends the answer. */
function sendJson(response: ServerResponse, status: number, body: object, headers = {}): void {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
}

/** A chat request, or nothing where the text is none. */
function parseChat(text: string): ChatRequest | undefined {
    try {
        const body = JSON.parse(text) as Partial<ChatRequest> | null;
        return Array.isArray(body?.messages) ? (body as ChatRequest) : undefined;
    } catch {
        return undefined;
    }
}

/** All that a client sends. */
async function readBody(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
}

/** A request in one line. */
function describe(request: ModelRequest): string {
    const { purpose, userText, attempt } = request.conversation;
    return `${purpose} "${userText.slice(0, 60)}" (attempt ${attempt}, ${request.outcome})`;
}

/** A scripted model that runs. */
interface Running {
    rules: readonly Rule[];
    /** Whether every turn is kept waiting. */
    held: boolean;
    /** How many replies it gave, for their ids. */
    replies: number;
    readonly requests: ModelRequest[];
    /** How often a request came, by what makes it the same. */
    readonly attempts: Map<string, number>;
    /** Let go of the requests that hang. */
    readonly hanging: Set<() => void>;
    /** Called when a request comes, and when it ends. */
    readonly watchers: Set<() => void>;
    readonly stopped: AbortController;
}

/** A chat request that is being answered. */
interface Call {
    readonly request: ModelRequest;
    readonly response: ServerResponse;
    /** Aborted when the client has closed the connection. */
    readonly gone: AbortSignal;
}

/** Notes what became of a request, and tells who waits for one. */
function setOutcome(model: Running, request: ModelRequest, outcome: ModelRequest["outcome"]): void {
    request.outcome = outcome;
    for (const watcher of [...model.watchers]) watcher();
}

/** What the rules say; opencode's requests for titles and summaries have answers of their own. */
function replyTo(model: Running, conversation: Conversation): Reply {
    if (conversation.purpose === "title") return title(conversation);
    if (conversation.purpose === "summary") return summary();
    return answer(model.rules, conversation);
}

/** Resolves on release(); rejects when the client goes away first. */
function released(model: Running, gone: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
        const settle = (done: () => void) => () => {
            model.hanging.delete(letGo);
            gone.removeEventListener("abort", giveUp);
            done();
        };
        const letGo = settle(resolve);
        const giveUp = settle(() => reject(gone.reason as Error));
        model.hanging.add(letGo);
        gone.addEventListener("abort", giveUp);
    });
}

/** Waits for as long as the reply says, and for as long as it is held. */
async function waitBefore(model: Running, { request, gone }: Call): Promise<void> {
    const { conversation, reply } = request;
    if (reply.delaySeconds) await sleep(reply.delaySeconds * 1000, undefined, { signal: gone });
    const holds = model.held && conversation.purpose === "turn";
    if (reply.hang === true || holds) await released(model, gone);
}

/** What the next reply starts with. */
function nextEnvelope(model: Running, conversation: Conversation): Envelope {
    model.replies += 1;
    return {
        id: `chatcmpl-${model.replies}`,
        created: Math.floor(Date.now() / 1000),
        model: conversation.model,
    };
}

/** The reply as it goes over the wire, in pieces, and of which type it is. */
function wireOf(model: Running, request: ModelRequest): { type: string; parts: string[] } {
    const { conversation, body, reply } = request;
    const envelope = nextEnvelope(model, conversation);
    const promptCharacters = JSON.stringify(body["messages"]).length;
    if (body["stream"] === true)
        return { type: "text/event-stream", parts: events(envelope, reply, promptCharacters) };
    const whole = JSON.stringify(completion(envelope, reply, promptCharacters));
    return { type: "application/json", parts: split(whole, 2) };
}

/** How long a model that repeats itself rests between two pieces, where its reply does not say. */
const repeatSeconds = 0.01;

/** Sends a reply that repeats itself, until its client goes; one that wants it whole waits for ever. */
async function sendEndless(model: Running, { request, response, gone }: Call): Promise<never> {
    const { conversation, body, reply } = request;
    const seconds = reply.pauseSeconds ?? repeatSeconds;
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of endlessEvents(nextEnvelope(model, conversation), reply)) {
        if (body["stream"] === true) response.write(event);
        await sleep(seconds * 1000, undefined, { signal: gone });
    }
    throw new Error("A reply without an end has ended.");
}

/** Sends a reply; in the middle of it hangs or cuts the connection where the reply says so. */
async function sendReply(model: Running, call: Call): Promise<ModelRequest["outcome"]> {
    const { request, response, gone } = call;
    const { reply } = request;
    const { type, parts } = wireOf(model, request);
    response.writeHead(200, { "content-type": type });
    const half = Math.ceil(parts.length / 2);
    for (const [index, part] of parts.entries()) {
        if (index > 0 && reply.pauseSeconds)
            await sleep(reply.pauseSeconds * 1000, undefined, { signal: gone });
        if (index === half && reply.hang === "midway") await released(model, gone);
        if (index === half && reply.cut) {
            // Until the bytes are out: what is destroyed before is never seen.
            await new Promise<void>((resolve) => response.write(part.slice(0, 20), () => resolve()));
            response.destroy();
            return "cut";
        }
        response.write(part);
    }
    response.end();
    return "answered";
}

/** Answers a request as its reply says. */
async function answerCall(model: Running, call: Call): Promise<void> {
    const { request, response } = call;
    await waitBefore(model, call);
    if (request.reply.error) {
        const { status, message, headers } = request.reply.error;
        sendJson(response, status, errorBody(status, message), headers);
        setOutcome(model, request, "answered");
    } else if (request.reply.repeats) {
        await sendEndless(model, call);
    } else {
        setOutcome(model, request, await sendReply(model, call));
    }
}

/** Reads what a request asks, and what the rules say to it. */
function openRequest(model: Running, body: ChatRequest, sessionId: string | undefined): ModelRequest {
    const key = retryKey(body, sessionId);
    const attempt = (model.attempts.get(key) ?? 0) + 1;
    model.attempts.set(key, attempt);
    const conversation = readConversation(body, sessionId, attempt);
    const request: ModelRequest = {
        conversation,
        body: body as unknown as Record<string, unknown>,
        reply: replyTo(model, conversation),
        outcome: "pending",
    };
    model.requests.push(request);
    setOutcome(model, request, "pending");
    return request;
}

/** Answers a chat request, until it is answered or its client has gone. */
async function chat(model: Running, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseChat(await readBody(incoming));
    if (body === undefined) {
        return sendJson(response, 400, errorBody(400, "The body is not JSON with a list of messages."));
    }
    const header = incoming.headers["x-session-id"];
    const request = openRequest(model, body, typeof header === "string" ? header : undefined);
    const gone = new AbortController();
    response.once("close", () => {
        gone.abort();
        if (request.outcome === "pending") setOutcome(model, request, "gone");
    });
    try {
        await answerCall(model, { request, response, gone: gone.signal });
    } catch (error) {
        if (!gone.signal.aborted) throw error;
    }
}

/** Answers any request. */
function serve(model: Running, request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "POST" && pathname === "/v1/chat/completions") {
        // A rule that throws is a bug in a test: the client sees it at once, with its message.
        chat(model, request, response).catch((error: unknown) => {
            if (response.headersSent) return response.destroy();
            sendJson(response, 400, errorBody(400, `The scripted model failed: ${String(error)}`));
        });
    } else if (request.method === "GET" && pathname === "/v1/models") {
        const data = modelIds.map((id) => ({ id, object: "model", created: 0, owned_by: "trapos" }));
        sendJson(response, 200, { object: "list", data });
    } else {
        sendJson(response, 404, errorBody(404, `No such route: ${request.method} ${pathname}`));
    }
}

/** Listens on a port of 127.0.0.1 that the system picks, and returns it. */
async function listen(server: Server): Promise<number> {
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
    });
    return (server.address() as AddressInfo).port;
}

/** Lets go of every request that hangs, and of the turns to come. */
function release(model: Running): void {
    model.held = false;
    for (const letGo of [...model.hanging]) letGo();
}

/** Waits for a request that matches; see Model. */
function waitFor(
    model: Running,
    matches: (request: ModelRequest) => boolean,
    timeoutSeconds: number,
): Promise<ModelRequest> {
    return new Promise((resolve, reject) => {
        const settle = (done: () => void): void => {
            model.watchers.delete(look);
            clearTimeout(timer);
            model.stopped.signal.removeEventListener("abort", giveUp);
            done();
        };
        const giveUp = (): void => {
            const seen = model.requests.map(describe).join("\n  ") || "none";
            settle(() => reject(new Error(`No request to the model matched. There were:\n  ${seen}`)));
        };
        const look = (): void => {
            const found = model.requests.find(matches);
            if (found) settle(() => resolve(found));
        };
        const timer = setTimeout(giveUp, timeoutSeconds * 1000);
        model.watchers.add(look);
        model.stopped.signal.addEventListener("abort", giveUp);
        look();
    });
}

/** Ends all that waits, cuts every connection and stops listening. */
async function stop(model: Running, server: Server): Promise<void> {
    if (model.stopped.signal.aborted) return;
    model.stopped.abort();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
}

/**
 * Starts a server on 127.0.0.1 that speaks OpenAI's chat-completions protocol (streamed or not) and answers by rules.
 * @param options.rules answer the turns, the first that matches; `[defaultRule]` when absent. A request that none
 * matches gets HTTP 400. opencode's requests for titles and summaries are answered without them.
 */
export async function startModel(options: { rules?: readonly Rule[] } = {}): Promise<Model> {
    const model: Running = {
        rules: options.rules ?? [defaultRule],
        held: false,
        replies: 0,
        requests: [],
        attempts: new Map(),
        hanging: new Set(),
        watchers: new Set(),
        stopped: new AbortController(),
    };
    const server = createServer((request, response) => serve(model, request, response));
    const port = await listen(server);
    return {
        url: `http://127.0.0.1:${port}/v1`,
        requests: model.requests,
        setRules(next) {
            model.rules = next;
        },
        hold() {
            model.held = true;
        },
        release: () => release(model),
        waitForRequest: (matches, timeoutSeconds = 30) => waitFor(model, matches, timeoutSeconds),
        stop: () => stop(model, server),
    };
}
