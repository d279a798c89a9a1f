/** A server for tests that answers as it is told: what the real one does when all goes wrong. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeServer {
    readonly url: string;
    /** Every request's method and address, in their order. */
    readonly asked: string[];
    stop(): Promise<void>;
}

/** @param handle answers a request, whose body is given as text */
export async function fakeServer(
    handle: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<FakeServer> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
        let body = "";
        request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
        request.on("end", () => {
            asked.push(`${request.method} ${request.url}`);
            handle(request, response, body);
        });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return {
        url: `http://127.0.0.1:${port}`,
        asked,
        async stop() {
            server.closeAllConnections();
            await new Promise((done) => server.close(done));
        },
    };
}
