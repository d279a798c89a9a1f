import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { WebSocketServer, type WebSocket } from "ws";

const MEBIBYTE = 1024 * 1024;

/** A server that programs exhaust themselves with. Addresses are those that ways.ts names. */
export interface HostileServer {
    readonly http: string;
    readonly ws: string;
    close(): Promise<void>;
}

function writeWithoutEnd(response: ServerResponse, chunk: Buffer): void {
    const write = (): void => {
        while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", write);
    write();
}

function answer(request: IncomingMessage, response: ServerResponse, bomb: Buffer): void {
    const [path] = (request.url ?? "").split("?");
    switch (path) {
        case "/large":
            response.end(Buffer.alloc(16 * MEBIBYTE, "x"));
            return;
        case "/medium":
            response.end(Buffer.alloc(MEBIBYTE, "x"));
            return;
        case "/endless":
            writeWithoutEnd(response, Buffer.alloc(65536, "x"));
            return;
        case "/bomb":
            response.setHeader("Content-Encoding", "gzip");
            response.end(bomb);
            return;
        case "/headers":
            for (let index = 0; index < 50_000; index++) response.setHeader(`x-${index}`, "value");
            response.end();
            return;
        case "/redirect":
            response.writeHead(302, { Location: `/redirect?${Math.random()}` });
            response.end(Buffer.alloc(MEBIBYTE, "x"));
            return;
        case "/slow":
            request.resume();
            return;
        default:
            request.resume();
            request.on("end", () => response.end("taken"));
    }
}

function flood(socket: WebSocket): void {
    const message = Buffer.alloc(128 * 1024, "x");
    const send = (): void => {
        if (socket.readyState === socket.OPEN) socket.send(message, () => setImmediate(send));
    };
    send();
}

export async function startHostileServer(): Promise<HostileServer> {
    const bomb = gzipSync(Buffer.alloc(256 * MEBIBYTE));
    const server = createServer((request, response) => answer(request, response, bomb));
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    sockets.on("connection", (socket, request) => {
        socket.on("error", () => socket.terminate());
        if (request.url?.startsWith("/flood") === true) flood(socket);
        else socket.pause();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
        http: `http://127.0.0.1:${port}`,
        ws: `ws://127.0.0.1:${port}`,
        close: async () => {
            for (const socket of sockets.clients) socket.terminate();
            sockets.close();
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
        },
    };
}
