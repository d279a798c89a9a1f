import { createServer, type IncomingMessage, request as sendRequest, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

/**
 * How a request goes wrong: the server fails; it sends a web page; the connection is cut before anything is handed on, or
 * after the server has answered and before the client hears of it; nothing comes.
 */
export type Fault = "500" | "page" | "cut" | "lost" | "silence";

/** Which requests, by method and path without its query. */
export type Matches = (method: string, path: string) => boolean;

/** Stands before a server, hands everything on, and lets it go wrong as it is told. */
export interface FaultyProxy {
    /** `http://127.0.0.1:<port>` */
    url: string;
    /** Every request so far, as `GET /session/status`. The array is live. */
    requests: readonly string[];
    /**
     * Lets requests go wrong.
     * @returns what ends it
     */
    fail(matches: Matches, fault: Fault): () => void;
    /** Cuts every connection that is open now. */
    cutAll(): void;
    /** Waits for the first request from now on that matches, until the server has answered it, or failed to. */
    afterRequest(matches: Matches): Promise<void>;
    stop(): Promise<void>;
}

/**
 * Starts a proxy on 127.0.0.1.
 * @param target the server, `http://host:port`; it may be away, and then its stand-in cuts connections, too
 */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
    const { hostname, port } = new URL(target);
    const requests: string[] = [];
    const rules = new Set<{ matches: Matches; fault: Fault }>();
    const watchers = new Set<{ matches: Matches; resolve: () => void }>();

    function handOn(incoming: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
        const { method, url: path, headers } = incoming;
        const outgoing = sendRequest({ hostname, port, method, path, headers, agent: false }, (answer) => {
            if (fault === "lost") {
                answer.resume();
                answer.once("end", () => response.destroy());
                return;
            }
            response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
            pipeline(answer, response, () => {});
        });
        outgoing.once("error", () => response.destroy());
        incoming.pipe(outgoing);
    }

    const server = createServer((incoming, response) => {
        const method = incoming.method ?? "GET";
        const { pathname } = new URL(incoming.url ?? "/", "http://localhost");
        requests.push(`${method} ${pathname}`);
        response.once("close", () => {
            for (const watcher of [...watchers]) {
                if (!watcher.matches(method, pathname)) continue;
                watchers.delete(watcher);
                watcher.resolve();
            }
        });
        const rule = [...rules].find(({ matches }) => matches(method, pathname));
        const fault = rule?.fault;
        if (fault === "500") {
            response.writeHead(500, { "content-type": "application/json" });
            response.end(JSON.stringify({ name: "UnknownError", data: { message: "told to fail" } }));
        } else if (fault === "page") {
            response.writeHead(200, { "content-type": "text/html" });
            response.end("<!doctype html><title>A page</title>");
        } else if (fault === "cut") response.destroy();
        else if (fault !== "silence") handOn(incoming, response, fault);
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
    });
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        requests,
        fail(matches, fault) {
            const rule = { matches, fault };
            rules.add(rule);
            return () => void rules.delete(rule);
        },
        cutAll: () => server.closeAllConnections(),
        afterRequest: (matches) => new Promise((resolve) => watchers.add({ matches, resolve })),
        async stop() {
            server.closeAllConnections();
            await new Promise<void>((resolve) => server.close(() => resolve()));
        },
    };
}
