import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type RawData, WebSocket, WebSocketServer } from "ws";

/** Frames that went over a link. */
export interface FrameCounts {
    /** Of the computer's, those that carry something: neither acknowledgements nor pings and their answers. */
    sent: number;
    /** Bytes of all frames to the computer. */
    bytesReceived: number;
}

/** A bridge's stand-in, which hands every frame on and counts. */
export interface CountingLink {
    /** `http://127.0.0.1:<port>` */
    url: string;
    readonly counts: FrameCounts;
    /** Safe to call twice. */
    stop(): Promise<void>;
}

/** Frames of the protocol that only keep the link going: see docs/protocol.md. */
function carriesSomething(frame: string): boolean {
    const { acknowledge, ping, pong } = JSON.parse(frame) as Record<string, unknown>;
    return acknowledge === undefined && ping === undefined && pong === undefined;
}

/** Hands one end's frames to the other end, as soon as that is open. */
function pipe(from: WebSocket, to: WebSocket, seen: (data: Buffer) => void): void {
    const waiting: RawData[] = [];
    to.on("open", () => {
        for (const data of waiting.splice(0)) to.send(data, { binary: true });
    });
    from.on("message", (data: Buffer) => {
        seen(data);
        if (to.readyState === WebSocket.OPEN) to.send(data, { binary: true });
        else waiting.push(data);
    });
    from.on("close", () => to.close());
    from.on("error", () => to.terminate());
}

/**
 * Starts a stand-in before a bridge.
 * @param target the bridge, `http://host:port`
 */
export async function startCountingLink(target: string): Promise<CountingLink> {
    const counts: FrameCounts = { sent: 0, bytesReceived: 0 };
    const server = createServer((_, response) => response.writeHead(404).end());
    const sockets = new WebSocketServer({ server, perMessageDeflate: false });
    sockets.on("connection", (computer, { url = "/", headers: { authorization = "" } }) => {
        const bridge = new WebSocket(`${target.replace("http", "ws")}${url}`, {
            headers: { authorization },
            perMessageDeflate: false,
        });
        pipe(computer, bridge, (data) => {
            if (carriesSomething(data.toString())) counts.sent += 1;
        });
        pipe(bridge, computer, (data) => (counts.bytesReceived += data.length));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        counts,
        async stop() {
            for (const client of sockets.clients) client.terminate();
            await new Promise((resolve) => server.close(resolve));
        },
    };
}
