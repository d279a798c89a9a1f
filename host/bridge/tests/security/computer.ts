/** A computer as the bridge sees it, for tests of what one may do: it says whatever it is told to. */
import { once } from "node:events";
import { WebSocket } from "ws";

/** A message of the bridge's. */
export interface Said {
    readonly type: string;
    readonly id?: string;
    readonly nonce?: string;
    readonly code?: string;
    readonly [field: string]: unknown;
}

/** A computer that is connected. */
export interface Computer {
    readonly socket: WebSocket;
    /** All frames that came, as they came. */
    readonly frames: Record<string, unknown>[];
    /** All messages that came. */
    readonly messages: Said[];
    /** Why the bridge has ended the connection, once it has; nothing where it said nothing. */
    readonly ended: Promise<{ readonly code: string; readonly message?: string } | undefined>;
    /** Sends a frame as it is. */
    frame(this: void, frame: unknown): void;
    /** Sends a message, numbered. */
    say(this: void, message: object): void;
    /** Waits for a message; also one that came before. */
    message(test: (message: Said) => boolean): Promise<Said>;
    /** Calls a function. @returns its result or its failure */
    call(name: string, given?: unknown): Promise<Said>;
    close(): void;
}

/** What a computer is connected by. */
export interface Door {
    /** `http://127.0.0.1:4097` */
    readonly url: string;
    readonly token: string;
    readonly boot?: string;
    readonly headers?: Record<string, string>;
    readonly cursor?: { readonly channel: string; readonly received: number };
    readonly capabilities?: readonly string[];
    /** Whether nothing is said by itself. */
    readonly isSilent?: boolean;
}

let count = 0;

/** A name that no other has. */
export function newName(kind: string): string {
    count += 1;
    return `${kind}-${count}`;
}

/** Connects a computer, and says hello. @returns once it is welcome, or not */
export async function connect(door: Door): Promise<Computer> {
    const socket = new WebSocket(
        `${door.url.replace("http", "ws")}/link?connection=${newName("connection")}`,
        {
            headers: { Authorization: `Bearer ${door.token}`, ...door.headers },
            perMessageDeflate: false,
        },
    );
    const frames: Record<string, unknown>[] = [];
    const messages: Said[] = [];
    const waiting = new Set<() => void>();
    let pieces = "";
    let bye: { code: string; message?: string } | undefined;
    let sequence = 0;
    const frame = (value: unknown) => socket.send(Buffer.from(JSON.stringify(value)));
    const ended = new Promise<typeof bye>((resolve) => socket.once("close", () => resolve(bye)));
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => {
        const said = JSON.parse(data.toString("utf8")) as Record<string, unknown>;
        frames.push(said);
        if (said.bye !== undefined) bye = said.bye as typeof bye;
        if (typeof said.sequence === "number") {
            if (door.isSilent !== true && socket.readyState === WebSocket.OPEN)
                frame({ acknowledge: said.sequence });
            if (said.message !== undefined) messages.push(said.message as Said);
            else {
                pieces += said.piece as string;
                if (said.more !== true) {
                    messages.push(JSON.parse(pieces) as Said);
                    pieces = "";
                }
            }
        }
        for (const look of [...waiting]) look();
    });
    await Promise.race([once(socket, "open"), ended]);
    const computer: Computer = {
        socket,
        frames,
        messages,
        ended,
        frame,
        say: (message) => frame({ sequence: ++sequence, message }),
        message: (test) =>
            new Promise((resolve, reject) => {
                const look = () => {
                    const found = messages.find(test);
                    if (found === undefined) return;
                    waiting.delete(look);
                    resolve(found);
                };
                waiting.add(look);
                look();
                void ended.then((why) => {
                    if (waiting.has(look)) reject(new Error(`the connection ended: ${JSON.stringify(why)}`));
                });
            }),
        call(name, given) {
            const id = newName("call");
            computer.say({ type: "call", id, name, arguments: given });
            return computer.message((message) => message.id === id);
        },
        close: () => socket.terminate(),
    };
    if (door.isSilent === true || socket.readyState !== WebSocket.OPEN) return computer;
    frame({
        hello: {
            versions: [1],
            computer: 1,
            boot: door.boot ?? newName("boot"),
            ...(door.capabilities === undefined ? {} : { capabilities: door.capabilities }),
            ...(door.cursor === undefined ? {} : { cursor: door.cursor }),
        },
    });
    const welcome = new Promise<void>((resolve) => {
        const look = () => {
            if (!frames.some((one) => one.welcome !== undefined)) return;
            waiting.delete(look);
            resolve();
        };
        waiting.add(look);
        look();
    });
    await Promise.race([welcome, ended]);
    return computer;
}
