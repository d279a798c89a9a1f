import { createServer, type IncomingMessage, request as sendRequest, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

/** A server's stand-in, which hands everything on and counts. */
export interface CountingProxy {
    /** `http://127.0.0.1:<port>` */
    url: string;
    /** Waits until no connection is open any more, and stops listening. */
    stop(): Promise<Counts>;
}

export interface Counts {
    requests: number;
    /** What clients received, with status lines and headers, as it went over the wire. */
    bytesReceived: number;
}

/**
 * Starts a proxy in front of a server.
 * @param target the server, `http://host:port`
 * @param before called with each request as it comes; what it returns is waited for before the request goes on
 */
export async function startCountingProxy(
    target: string,
    before: (request: IncomingMessage) => Promise<void> | void = () => {},
): Promise<CountingProxy> {
    const { hostname, port } = new URL(target);
    const counts: Counts = { requests: 0, bytesReceived: 0 };
    const handOn = (incoming: IncomingMessage, response: ServerResponse): void => {
        const { method, url: path, headers } = incoming;
        const outgoing = sendRequest({ hostname, port, method, path, headers, agent: false }, (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
            pipeline(answer, response, () => {});
        });
        // A server that is gone looks gone through the proxy, too.
        outgoing.once("error", () => response.destroy());
        incoming.pipe(outgoing);
    };
    const server = createServer((incoming, response) => {
        counts.requests += 1;
        Promise.resolve(before(incoming)).then(
            () => handOn(incoming, response),
            () => response.destroy(),
        );
    });
    server.on("connection", (socket) => {
        socket.once("close", () => (counts.bytesReceived += socket.bytesWritten));
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
    });
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        async stop() {
            await new Promise<void>((resolve) => server.close(() => resolve()));
            return counts;
        },
    };
}
