/** The server that stands before the engine: translates what is known to differ, and hands on the rest. */
import { createServer, type IncomingMessage, request as sendRequest, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream";
import { eventTranslation } from "./events.ts";
import { type Answer, type Fields, webPage } from "./exchange.ts";
import type { Kept } from "./kept.ts";
import { type Call, translationOf } from "./translations.ts";

/** What the proxy knows besides what it is asked. */
export interface ProxyOptions {
    /** Where the engine is, `http://host:port`. */
    readonly engine: string;
    /** The port on 127.0.0.1; one that the system picks when it is 0. */
    readonly port: number;
    readonly kept: Kept;
    readonly provider: Call["provider"];
    /** What it says of itself, once it is known where it listens. */
    readonly information: (url: string) => Fields;
}

/** A proxy that runs. */
export interface Proxy {
    readonly url: string;
    readonly port: number;
    /** Stops listening and cuts every connection. Safe to call twice. */
    close(): Promise<void>;
}

/** The headers of a request that say who asks, and for which folder. */
function headersOf({ headers }: IncomingMessage): Record<string, string> {
    const passed = ["authorization", "x-opencode-directory"];
    return Object.fromEntries(
        passed.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]]] : [])),
    );
}

/**
 * Asks the engine, and reads its answer whole.
 * @param headers who asks, and for which folder
 */
export async function askEngine(
    engine: string,
    headers: Record<string, string>,
    method: string,
    path: string,
    body: unknown,
): Promise<Answer> {
    const response = await fetch(engine + path, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const type = response.headers.get("content-type") ?? "";
    const content = await response.text();
    if (content === "") return { status: response.status };
    if (!type.startsWith("application/json")) return { status: response.status, text: { type, content } };
    return { status: response.status, body: JSON.parse(content) };
}

function send(response: ServerResponse, { status, body, text }: Answer): void {
    if (text !== undefined) {
        response.writeHead(status, { "content-type": text.type });
        response.end(text.content);
    } else if (body !== undefined) {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
    } else {
        response.writeHead(status);
        response.end();
    }
}

/** All that a client sends. */
async function readAll(incoming: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
}

/** What a body of JSON says; undefined for an empty one. What is no JSON is the engine's to refuse. */
function readJson(incoming: IncomingMessage, content: Buffer): { readonly value: unknown } | undefined {
    if (content.length === 0) return { value: undefined };
    if (!(incoming.headers["content-type"] ?? "").startsWith("application/json")) return undefined;
    try {
        return { value: JSON.parse(content.toString("utf8")) };
    } catch {
        return undefined;
    }
}

/** Hands a request on as it came, and its answer as that comes. */
function handOn(
    engine: string,
    incoming: IncomingMessage,
    response: ServerResponse,
    content: Buffer,
    answered: (answer: IncomingMessage) => void,
): void {
    const { hostname, port } = new URL(engine);
    const { method, url: path, headers } = incoming;
    const outgoing = sendRequest({ hostname, port, method, path, headers, agent: false }, answered);
    // An engine that is gone looks gone from here, too.
    outgoing.once("error", () => response.destroy());
    response.once("close", () => outgoing.destroy());
    outgoing.end(content);
}

/** Sends the engine's events on, one by one, as native ones. */
function sendEvents(answer: IncomingMessage, response: ServerResponse): void {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    const translate = eventTranslation();
    const lines = createInterface({ input: answer, crlfDelay: Infinity });
    lines.on("line", (line) => {
        if (!line.startsWith("data:")) {
            // An event's end is sent with the event.
            if (line !== "") response.write(`${line}\n\n`);
            return;
        }
        const event = translate(JSON.parse(line.slice("data:".length)) as Fields);
        if (event !== undefined) response.write(`data: ${JSON.stringify(event)}\n\n`);
    });
    lines.once("close", () => response.end());
    // A stream that is cut is cut here, too: both tell of it.
    const cut = (): void => void response.destroy();
    answer.on("error", cut);
    lines.on("error", cut);
}

/** Starts it; rejects where its port is taken. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
    const { engine, kept, provider } = options;
    const settled = new Set<string>();
    let url = "";

    async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
        const { pathname, search } = new URL(incoming.url ?? "/", "http://localhost");
        const method = incoming.method ?? "GET";
        const content = await readAll(incoming);
        // opencode 1's own routes, too, are nothing that a native server knows.
        if (!pathname.startsWith("/api/")) return send(response, webPage);
        const found = translationOf(method, pathname);
        const json = readJson(incoming, content);
        if (found !== undefined && json !== undefined) {
            const headers = headersOf(incoming);
            const answer = await found.translation.answer({
                names: found.names,
                search,
                body: json.value,
                kept,
                information: options.information(url),
                provider,
                settled,
                ask: (asked, path, body) => askEngine(engine, headers, asked, path, body),
            });
            return send(response, answer);
        }
        handOn(engine, incoming, response, content, (answer) => {
            const isStream = (answer.headers["content-type"] ?? "").startsWith("text/event-stream");
            if (isStream) return sendEvents(answer, response);
            response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
            pipeline(answer, response, () => {});
        });
    }

    const server = createServer((incoming, response) => {
        // The engine is gone, or the client is.
        serve(incoming, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.port, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    url = `http://127.0.0.1:${port}`;
    return {
        url,
        port,
        async close() {
            const closed = new Promise<void>((resolve) => server.close(() => resolve()));
            server.closeAllConnections();
            await closed;
        },
    };
}
