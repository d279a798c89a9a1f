/** A small bridge for tests of the computer's end of the link: what it says and hears is the test's. */
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import {
    acknowledge,
    type Channel,
    nextFrames,
    openChannel,
    put,
    receive,
} from "../../src/apis/ai/link/channel.ts";
import type { Frame } from "../../src/apis/ai/link/frames.ts";

/** How long a test waits for what the computer is to do. */
const WAIT_MILLISECONDS = 20_000;

/** A queue whose entries are awaited. */
class Queue<Entry> {
    private readonly entries: Entry[] = [];
    private readonly waiting: ((entry: Entry) => void)[] = [];
    private readonly what: string;

    constructor(what: string) {
        this.what = what;
    }

    add(entry: Entry): void {
        const next = this.waiting.shift();
        if (next === undefined) this.entries.push(entry);
        else next(entry);
    }

    async next(): Promise<Entry> {
        const entry = this.entries.shift();
        if (entry !== undefined) return entry;
        return new Promise((done, failed) => {
            const timer = setTimeout(
                () => failed(new Error(`There came no ${this.what}.`)),
                WAIT_MILLISECONDS,
            );
            this.waiting.push((given) => {
                clearTimeout(timer);
                done(given);
            });
        });
    }
}

/** A message of the computer's, whole. */
export interface Said {
    readonly type: string;
    readonly id?: string;
    readonly name?: string;
    readonly arguments?: Record<string, unknown>;
}

/** A connection of the computer's. */
export class LinkConnection {
    readonly url: string;
    readonly token: string | undefined;
    /** When it came, in epoch milliseconds. */
    readonly at = Date.now();
    /** What the computer's frame of that kind says. */
    readonly hello: Promise<NonNullable<Frame["hello"]>>;
    readonly said = new Queue<Said>("message of the computer's");
    readonly closed: Promise<void>;
    /** The largest frame that came, in bytes. */
    largest = 0;
    private readonly socket: WebSocket;
    private readonly channel: Channel;
    private pieces = "";

    constructor(socket: WebSocket, request: IncomingMessage, channel: Channel) {
        this.socket = socket;
        this.channel = channel;
        this.url = request.url ?? "";
        this.token = request.headers.authorization;
        this.closed = new Promise((done) => socket.once("close", () => done()));
        this.hello = new Promise((done) => {
            socket.on("message", (data: Buffer) => {
                this.largest = Math.max(this.largest, data.length);
                const frame = JSON.parse(data.toString("utf8")) as Frame;
                if (frame.hello !== undefined) done(frame.hello);
                else this.take(frame);
            });
        });
    }

    private take(frame: Frame): void {
        if (frame.acknowledge !== undefined) {
            acknowledge(this.channel, frame.acknowledge);
            this.flush();
        }
        if (frame.ping === true) this.send({ pong: true });
        if (frame.sequence === undefined) return;
        if (receive(this.channel, frame.sequence) !== "new") return;
        if (frame.piece === undefined) {
            this.said.add(frame.message as Said);
            return;
        }
        this.pieces += frame.piece;
        if (frame.more === true) return;
        this.said.add(JSON.parse(this.pieces) as Said);
        this.pieces = "";
    }

    /** Sends a frame, as it is. */
    send(frame: object | string): void {
        this.socket.send(Buffer.from(typeof frame === "string" ? frame : JSON.stringify(frame)));
    }

    private flush(): void {
        for (const text of nextFrames(this.channel)) this.send(text);
    }

    /** Sends a message in its turn, in pieces of so many characters where it is larger. */
    say(message: object, size = 12_000): void {
        const text = JSON.stringify(message);
        for (let start = 0; start < text.length; start += size) {
            const piece = text.slice(start, start + size);
            const more = start + size < text.length;
            put(this.channel, (sequence) =>
                text.length <= size
                    ? `{"sequence":${sequence},"message":${text}}`
                    : JSON.stringify({ sequence, piece, more }),
            );
        }
        this.flush();
    }

    /** Takes the computer in. */
    welcome(fields: Partial<NonNullable<Frame["welcome"]>> = {}): void {
        const welcome = {
            version: 1,
            resume: "gap",
            channel: "channel-1",
            received: this.channel.received,
            name: "castle",
            owner: "steve",
            profile: "talk",
            bridge: "0.1.0",
            ...fields,
        };
        this.send({ welcome });
    }

    /** Ends it with a reason. */
    bye(code: string): void {
        this.send({ bye: { code } });
        this.socket.close();
    }

    /** Cuts it, without a word. */
    cut(): void {
        this.socket.terminate();
    }
}

/** A bridge of a test's own. */
export interface LinkBridge {
    readonly url: string;
    readonly port: number;
    /** The computer's next connection. */
    next(): Promise<LinkConnection>;
    /** The same, taken in on a new channel. */
    nextWelcome(): Promise<LinkConnection>;
    /** What is numbered goes on from here on: false for another channel. */
    stop(): Promise<void>;
    /** The channel of the connections that come: the one before goes on, or another one. */
    channel: Channel;
}

/**
 * Starts a bridge.
 * @param port where; any free one where it is 0
 * @param admit called before a connection is opened: it is when that is done
 */
export async function startLinkBridge(
    port = 0,
    admit: (path: string) => Promise<void> = () => Promise.resolve(),
): Promise<LinkBridge> {
    const connections = new Queue<LinkConnection>("connection");
    const server = new WebSocketServer({
        host: "127.0.0.1",
        port,
        perMessageDeflate: false,
        verifyClient: ({ req }, done) => void admit(req.url ?? "").then(() => done(true)),
    });
    await new Promise((done) => server.once("listening", done));
    const bridge: LinkBridge = {
        port: (server.address() as AddressInfo).port,
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        channel: openChannel(),
        next: () => connections.next(),
        async nextWelcome() {
            bridge.channel = openChannel();
            const connection = await connections.next();
            await connection.hello;
            connection.welcome();
            return connection;
        },
        async stop() {
            for (const client of server.clients) client.terminate();
            await new Promise((done) => server.close(done));
        },
    };
    server.on("connection", (socket, request) => {
        if (!(request.url ?? "").startsWith("/link?")) {
            socket.on("message", (data, binary) => socket.send(data, { binary }));
            return;
        }
        connections.add(new LinkConnection(socket, request, bridge.channel));
    });
    return bridge;
}
