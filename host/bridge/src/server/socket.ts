import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { LARGEST_FRAME } from "../../../../src/apis/ai/link/frames.ts";
import type { Connection, Transport } from "../link/computer-link.ts";

/** The most bytes that wait for a client: one that takes nothing is closed. */
const MOST_UNSENT = 4 * 1024 * 1024;

/** How long a client has to close a connection that was ended, in milliseconds, before it is torn off. */
const CLOSE_MILLISECONDS = 2000;

/** The token of a request, which stands in a header: addresses are logged. */
export function tokenOf(request: IncomingMessage): string | undefined {
    return /^Bearer ([A-Za-z0-9]{1,100})$/.exec(request.headers.authorization ?? "")?.[1];
}

/**
 * Makes what takes websockets.
 * @param connect takes a connection, by its token
 */
export function createSockets(connect: (token: string, transport: Transport) => Connection | undefined): {
    /** @param known is told that it has shown a token */
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, known: () => void): void;
    stop(): void;
} {
    // Compression is trouble for computers (Forge builds before 1.113.1), and costs a thousand of them a second a frame.
    const server = new WebSocketServer({
        noServer: true,
        perMessageDeflate: false,
        maxPayload: LARGEST_FRAME,
        clientTracking: true,
        // Answered below, unless the client takes nothing.
        autoPong: false,
    });

    function accept(socket: WebSocket, request: IncomingMessage, known: () => void): void {
        const transport: Transport = {
            send(text) {
                if (socket.bufferedAmount > MOST_UNSENT) socket.terminate();
                else socket.send(Buffer.from(text), { binary: true });
            },
            close() {
                socket.close();
                const timer = setTimeout(() => socket.terminate(), CLOSE_MILLISECONDS);
                socket.once("close", () => clearTimeout(timer));
            },
        };
        const connection = connect(tokenOf(request) ?? "", transport);
        // What is wrong with a frame of the protocol below closes it, which is told by "close".
        socket.on("error", () => socket.terminate());
        if (connection === undefined) return;
        known();
        socket.on("ping", (data: Buffer) => {
            if (socket.bufferedAmount === 0) socket.pong(data);
        });
        socket.on("message", (data: Buffer) => connection.receive(data.toString("utf8")));
        socket.on("close", () => connection.closed());
    }

    return {
        upgrade(request, socket, head, known) {
            server.handleUpgrade(request, socket, head, (client) => accept(client, request, known));
        },
        stop() {
            for (const client of server.clients) client.terminate();
            server.close();
        },
    };
}
