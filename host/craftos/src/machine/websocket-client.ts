import * as http from "node:http";
import type { WebSocket } from "ws";
import { Deadline } from "./deadline.ts";
import { parseWebsocketUrl, type Address, portOf } from "./http-address.ts";
import { checkHeaders, checkTimeout, friendly, USER_AGENT, type Network } from "./http-client.ts";
import { HttpError } from "./http-rules.ts";
import { LuaError } from "./lua-error.ts";
import type { NetworkFault } from "./network-faults.ts";
import { FirstParts } from "./websocket-parts.ts";

/** CC's limits. Source: CoreConfig and AddressRule in CC: Tweaked. */
const MAXIMUM_WEBSOCKETS = 4;
const MAXIMUM_MESSAGE = 128 * 1024;
const MAXIMUM_UNSENT = 512;

/** What a message takes in memory beside its bytes until the network has taken it. */
const UNSENT_BYTES = 512;

/** What the `ws` package calls a connection that ended without a close frame, and a close frame without a status. */
const ABNORMAL = 1006;
const NO_STATUS = 1005;

export interface WebsocketEvents {
    opened(id: number): void;
    /** It did not open. */
    failed(reason: string): void;
    received(data: Uint8Array, binary: boolean): void;
    /** The other side has closed it, or the connection is gone. */
    closed(reason: string | undefined, status: number | undefined): void;
}

interface Connection {
    readonly events: WebsocketEvents;
    /** How many messages the network has not taken yet. */
    unsent: number;
    socket?: WebSocket;
    isOpen: boolean;
    /** Ends what goes on before it is open. */
    stop: () => void;
}

/** One computer's websockets. */
export class WebsocketClient {
    private readonly network: Network;
    private readonly connections = new Map<number, Connection>();
    private nextId = 1;

    constructor(network: Network) {
        this.network = network;
    }

    /** Whether there can be no more. */
    get isFull(): boolean {
        return this.connections.size >= MAXIMUM_WEBSOCKETS;
    }

    /**
     * Begins to connect.
     * @param timeoutSeconds 30 when left out; 0 is without end
     * @throws HttpError for an address that is none; LuaError for what CC raises errors for
     */
    connect(
        url: string,
        headers: ReadonlyMap<string, string>,
        timeoutSeconds: number | undefined,
        events: WebsocketEvents,
    ): void {
        checkHeaders(headers);
        const timeout = checkTimeout(timeoutSeconds) * 1000;
        const address = parseWebsocketUrl(url);
        if (this.isFull) throw new LuaError("Too many websockets already open");
        const id = this.nextId++;
        const connection: Connection = { events, unsent: 0, isOpen: false, stop: () => undefined };
        this.connections.set(id, connection);
        this.open(id, connection, address, headers, timeout).catch((error: unknown) => {
            if (this.forget(id)) events.failed(friendly(error));
        });
    }

    /** Whether a connection is over. */
    isClosed(id: number): boolean {
        return !this.connections.has(id);
    }

    /** @throws LuaError for a closed one, for a message of more than 128 KiB, and for too many at once */
    send(id: number, message: Uint8Array, binary: boolean): void {
        const connection = this.connections.get(id);
        if (connection?.socket === undefined) throw new LuaError("attempt to use a closed file");
        if (message.length > MAXIMUM_MESSAGE) throw new LuaError("Message is too large");
        if (connection.unsent >= MAXIMUM_UNSENT) throw new LuaError("Too many ongoing websocket messages");
        const bytes = UNSENT_BYTES + message.length;
        this.network.account.take(bytes);
        connection.unsent++;
        // What is no UTF-8 in a text is replaced, as it is there.
        const data = binary ? message : new TextDecoder("utf-8", { ignoreBOM: true }).decode(message);
        connection.socket.send(data, { binary }, () => {
            connection.unsent--;
            this.network.account.free(bytes);
        });
    }

    /** Closes from this side, without an event: the other side sees the connection end, and no close frame. */
    close(id: number): void {
        const connection = this.connections.get(id);
        this.connections.delete(id);
        connection?.stop();
        connection?.socket?.terminate();
    }

    /** Cuts every connection, without an event. */
    abortAll(): void {
        const connections = [...this.connections.values()];
        this.connections.clear();
        for (const { stop, socket } of connections) {
            stop();
            socket?.terminate();
        }
    }

    private forget(id: number): boolean {
        return this.connections.delete(id);
    }

    private async open(
        id: number,
        connection: Connection,
        address: Address,
        headers: ReadonlyMap<string, string>,
        timeout: number,
    ): Promise<void> {
        const fault = this.network.faults.next(address.url, "GET");
        if (fault === "refuse") throw new HttpError("Could not connect");
        await new Promise<void>((resolve, reject) => {
            const deadline = new Deadline(this.network.timers, timeout, () =>
                reject(new HttpError("Timed out")),
            );
            connection.stop = () => deadline.clear();
            const settled = (): void => deadline.clear();
            this.handshake(id, connection, address, headers, fault).then(resolve, reject).finally(settled);
        }).catch((error: unknown) => {
            connection.socket?.terminate();
            throw error;
        });
    }

    /** Resolves when the connection is open. */
    private async handshake(
        id: number,
        connection: Connection,
        address: Address,
        headers: ReadonlyMap<string, string>,
        fault: NetworkFault | undefined,
    ): Promise<void> {
        if (fault === "hang") await new Promise<never>(() => undefined);
        if (typeof fault === "object" && "status" in fault) throw badStatus(fault.status);
        if (typeof fault === "object" && "delaySeconds" in fault) {
            await new Promise<void>((resolve) => {
                this.network.timers.after(fault.delaySeconds * 1000, resolve);
            });
        }
        const target = await this.network.rules.resolve(address);
        // Loaded late, as it takes longer than all the rest and few programs need it.
        const ws = await import("ws");
        if (this.isClosed(id)) return;
        const socket = new ws.WebSocket(
            `${address.secure ? "wss" : "ws"}://${address.host}:${portOf(address)}${address.path}`,
            protocols(headers),
            {
                headers: requestHeaders(headers),
                maxPayload: MAXIMUM_MESSAGE,
                // The address that was checked, and no other.
                lookup: (_host, options, done) => {
                    if (options.all === true) (done as (e: null, a: object[]) => void)(null, [target]);
                    else done(null, target.address, target.family);
                },
            },
        );
        connection.socket = socket;
        // CC answers a close frame by ending the connection, without one of its own, and so are faults in frames here.
        socket.close = () => socket.terminate();
        const mostBytes =
            typeof fault === "object" && "cutAfterBytes" in fault ? fault.cutAfterBytes : Infinity;
        this.listen(id, connection, socket, mostBytes);
        await new Promise<void>((resolve, reject) => {
            // In this very moment: a first message may have come with the answer, and is next.
            socket.once("open", () => {
                connection.isOpen = true;
                if (!this.isClosed(id)) connection.events.opened(id);
                resolve();
            });
            socket.once("error", reject);
            socket.once("unexpected-response", (_, response: http.IncomingMessage) =>
                reject(badStatus(response.statusCode ?? 0)),
            );
        });
    }

    private listen(id: number, connection: Connection, socket: WebSocket, mostBytes: number): void {
        let received = 0;
        let fault: string | undefined;
        const parts = new FirstParts(MAXIMUM_MESSAGE);
        socket.once("open", () => filterReceived(socket, parts));
        socket.on("message", (data: Buffer, binary: boolean) => {
            const isText = !binary || parts.isText();
            received += data.length;
            if (received > mostBytes) socket.terminate();
            else if (!this.isClosed(id)) connection.events.received(data, !isText);
        });
        socket.on("error", (error: NodeJS.ErrnoException) => {
            fault =
                error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" ? "Message is too large" : friendly(error);
        });
        socket.on("close", (status: number, reason: Buffer) => {
            if (!connection.isOpen || !this.forget(id)) return;
            if (fault !== undefined) connection.events.closed(fault, undefined);
            else if (status === ABNORMAL) connection.events.closed("Connection closed", undefined);
            else {
                const text = reason.toString("latin1");
                connection.events.closed(
                    text === "" ? undefined : text,
                    status === NO_STATUS ? undefined : status,
                );
            }
        });
    }
}

/** `ws` puts the parts of a message together before anybody sees one: what it reads is changed on its way. */
function filterReceived(socket: WebSocket, parts: FirstParts): void {
    const { _receiver: receiver } = socket as unknown as { _receiver: { write: (bytes: Buffer) => boolean } };
    const write = receiver.write.bind(receiver);
    receiver.write = (bytes) => write(parts.filter(bytes));
}

function badStatus(status: number): HttpError {
    return new HttpError(
        `Invalid handshake response getStatus: ${status} ${http.STATUS_CODES[status] ?? ""}`,
    );
}

function headerNamed(headers: ReadonlyMap<string, string>, wanted: string): string | undefined {
    return [...headers].find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function protocols(headers: ReadonlyMap<string, string>): string[] {
    return (headerNamed(headers, "sec-websocket-protocol") ?? "")
        .split(/\s*,\s*/)
        .filter((name) => name !== "");
}

function requestHeaders(given: ReadonlyMap<string, string>): Record<string, string> {
    const headers = Object.fromEntries([...given].filter(([name]) => !/^(sec-websocket-|host$)/i.test(name)));
    if (headerNamed(given, "user-agent") === undefined) headers["User-Agent"] = USER_AGENT;
    return headers;
}
