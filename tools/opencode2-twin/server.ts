/** The server itself: finds the route, looks at the login, reads and checks the body, and wraps the answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Configuration } from "./configuration.ts";
import type { Doubts } from "./doubts.ts";
import { makeEngine } from "./engine.ts";
import { makeEvents } from "./events.ts";
import { makeForms } from "./forms.ts";
import { makePermissions } from "./permissions.ts";
import { Refusal, refusals } from "./refusal.ts";
import type { Backend, Route } from "./route.ts";
import { askRoutes } from "./routes-asks.ts";
import { placeRoutes } from "./routes-places.ts";
import { sessionRoutes } from "./routes-sessions.ts";
import { turnRoutes } from "./routes-turns.ts";
import type { SessionRecord } from "./store.ts";
import { openStore } from "./store.ts";

export interface ServerOptions {
    readonly hostname: string;
    /** Those that are tried, in their order. 0 is one that the system picks. */
    readonly ports: readonly number[];
    readonly password: string;
    /** The folder in which opencode would keep its data. */
    readonly data: string;
    readonly home: string;
    readonly directory: string;
    readonly configuration: Configuration;
    readonly doubts: Doubts;
    /** What commands run with. */
    readonly environment: Readonly<Record<string, string>>;
}

export interface RunningServer {
    readonly url: string;
    readonly port: number;
    /** Stops it so that its turns can go on at the next start. */
    stop(): Promise<void>;
    /** Lets go of everything, as if the process had been killed. */
    kill(): Promise<void>;
}

/** The user's name. No other one is ever right. */
export const username = "opencode";

const page = "<!doctype html>\n<html><head><title>OpenCode</title></head><body></body></html>\n";

interface Match {
    readonly route: Route;
    readonly params: Record<string, string>;
}

/** The parts of a path that a route names; undefined where it is another path. */
function paramsOf(route: Route, path: string): Record<string, string> | undefined {
    const wanted = route.path.split("/");
    const given = path.split("/");
    const params: Record<string, string> = {};
    for (const [index, part] of wanted.entries()) {
        const value = given[index];
        if (part === "*") {
            params["*"] = decodeURIComponent(given.slice(index).join("/"));
            return params;
        }
        if (value === undefined) return undefined;
        if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(value);
        else if (part !== value) return undefined;
    }
    return given.length === wanted.length ? params : undefined;
}

function findRoute(routes: readonly Route[], method: string, path: string): Match | undefined {
    for (const route of routes) {
        if (route.method !== method) continue;
        const params = paramsOf(route, path);
        if (params !== undefined) return { route, params };
    }
    return undefined;
}

async function readBody(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
}

/** Reads a body and looks whether it is as the route wants it. @throws Refusal */
async function bodyFor(route: Route, request: IncomingMessage, doubts: Doubts): Promise<unknown> {
    if (route.body === undefined) return undefined;
    const written = await readBody(request);
    const type = request.headers["content-type"];
    if (type !== undefined && !/^application\/json\b/i.test(type)) throw refusals.contentType(type);
    let body: unknown;
    if (written !== "") {
        if (type === undefined) throw refusals.contentType("undefined");
        try {
            body = JSON.parse(written);
        } catch {
            throw doubts.malformedJson === 400
                ? refusals.invalid("Malformed JSON", "Payload")
                : refusals.unknown(500);
        }
    }
    const problem = route.body.check(body, [], doubts.unknownKeys === "refused");
    if (problem !== undefined) throw refusals.invalid(problem, "Payload");
    return body;
}

/** The session that a route is about. @throws Refusal for one that is not there */
function sessionFor(backend: Backend, { sessionID }: Record<string, string>): SessionRecord | undefined {
    if (sessionID === undefined) return undefined;
    if (!sessionID.startsWith("ses")) throw refusals.invalidField("Invalid session ID", "sessionID");
    const record = backend.store.sessions.get(sessionID);
    if (record === undefined) throw refusals.session(sessionID);
    return record;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
    response.writeHead(status, { "content-type": type });
    response.end(body);
}

function refuse(response: ServerResponse, error: unknown): void {
    if (response.headersSent) return void response.destroy();
    const refusal = error instanceof Refusal ? error : refusals.unknown(500);
    if (!(error instanceof Refusal)) console.error(error);
    const { status, body } = refusal;
    if (typeof body === "string") send(response, status, "text/plain", body);
    else send(response, status, "application/json", JSON.stringify(body));
}

/** Answers a request. */
async function answer(
    parts: { routes: readonly Route[]; backend: Backend; login: string },
    request: IncomingMessage,
    response: ServerResponse,
): Promise<void> {
    const { routes, backend, login } = parts;
    const { doubts } = backend;
    const url = new URL(request.url ?? "/", "http://localhost");
    const match = findRoute(routes, request.method ?? "GET", url.pathname);
    const isKnown = request.headers.authorization === login;
    if (match === undefined) {
        const isShown =
            doubts.unknownRoutes === "html without login" || (doubts.unknownRoutes === "html" && isKnown);
        if (!isShown) throw refusals.unauthorized();
        return send(response, 200, "text/html", page);
    }
    if (!isKnown) throw refusals.unauthorized();
    const { route, params } = match;
    const record = sessionFor(backend, params);
    const body = await bodyFor(route, request, doubts);
    const call = { params, query: url.searchParams, headers: request.headers, body, response };
    const reply = await route.answer(backend, call, record);
    if (reply === "nothing") response.writeHead(204).end();
    else if (reply !== "sent") send(response, 200, "application/json", JSON.stringify(reply.json));
}

/** Listens on the first of some ports that is free. */
async function listen(server: Server, hostname: string, ports: readonly number[]): Promise<number> {
    let problem: unknown;
    for (const port of ports) {
        try {
            await new Promise<void>((resolve, reject) => {
                server.once("error", reject);
                server.listen(port, hostname, () => {
                    server.off("error", reject);
                    resolve();
                });
            });
            return (server.address() as AddressInfo).port;
        } catch (error) {
            problem = error;
        }
    }
    throw new Error(`Failed to start server on port ${ports.join(", ")}: ${String(problem)}`);
}

/** Starts a server, with what an earlier one has left in its folder. Rejects when no port is free. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
    const { hostname, ports, password, home, directory, configuration, doubts, environment } = options;
    const store = openStore(join(options.data, "twin.jsonl"));
    const events = makeEvents(store, doubts);
    const shared = { store, events, doubts };
    const permissions = makePermissions({ ...shared, configuration });
    const forms = makeForms(events, doubts);
    const engine = makeEngine({ ...shared, configuration, permissions, forms, environment });
    const address = { url: "" };
    const backend: Backend = {
        ...shared,
        configuration,
        permissions,
        forms,
        engine,
        directory,
        home,
        address,
    };
    const routes = [...sessionRoutes, ...turnRoutes, ...askRoutes(doubts), ...placeRoutes()];
    const login = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const server = createServer((request, response) => {
        answer({ routes, backend, login }, request, response).catch((error: unknown) =>
            refuse(response, error),
        );
    });
    let port: number;
    try {
        port = await listen(server, hostname, ports);
    } catch (error) {
        events.close();
        store.close();
        throw error;
    }
    const url = `http://${hostname}:${port}`;
    address.url = url;
    engine.resume();

    const close = async (): Promise<void> => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        await closed;
    };
    return {
        url,
        port,
        async stop() {
            await engine.shutdown();
            events.close();
            store.close();
            await close();
        },
        async kill() {
            store.close();
            events.close();
            engine.abandon();
            await close();
        },
    };
}
