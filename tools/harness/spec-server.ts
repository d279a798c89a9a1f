import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The setting by which specs find the server. */
export const specServerSetting = "trapos.spec_server";

/** The server that the specs of http talk to. */
export interface SpecServer {
    /** Without a slash at the end. */
    url: string;
    stop(): Promise<void>;
}

type Route = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void;

const asJson = (response: ServerResponse, value: unknown): void => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(value));
};

const routes: Record<string, Route> = {
    "/text": (_, __, response) => response.end("first line\nsecond line\nlast"),
    "/empty": (_, __, response) => response.end(),
    "/bytes": (_, __, response) =>
        response.end(Buffer.from(Array.from({ length: 256 }, (____, index) => index))),
    "/echo": (request, body, response) =>
        asJson(response, { method: request.method, headers: request.headers, body: body.toString("latin1") }),
    "/headers": (_, __, response) => {
        response.setHeader("X-One", "1");
        response.setHeader("x-many", ["a", "b"]);
        response.end("ok");
    },
    "/status/404": (_, __, response) => response.writeHead(404).end("nothing here"),
    "/status/503": (_, __, response) => response.writeHead(503).end("later"),
    "/status/204": (_, __, response) => response.writeHead(204).end(),
    "/redirect": (_, __, response) => response.writeHead(302, { Location: "/text" }).end("over there"),
    // Answers when the client has gone.
    "/never": () => {},
};

/** Starts the server, on a free port of this machine alone. */
export async function startSpecServer(): Promise<SpecServer> {
    const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            const path = (request.url ?? "/").split("?")[0] ?? "/";
            const route = routes[path];
            if (route) route(request, Buffer.concat(chunks), response);
            else response.writeHead(404).end();
        });
    });
    await new Promise<void>((resolve, reject) => {
        server.on("error", reject);
        server.listen(0, "127.0.0.1", resolve);
    });
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        stop: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}
