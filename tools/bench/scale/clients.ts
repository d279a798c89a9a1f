/** A program for `startScale`: many computers in a process, which prompt again and again and note how late each word is. */
import { WebSocket } from "ws";
import { sharedClock } from "./opencode.ts";

/** As a computer does it: see src/apis/ai/link/channel.ts. */
const ACKNOWLEDGED_AT_ONCE = 16;

interface Said {
    readonly type: string;
    readonly id?: string;
    readonly value?: { readonly id: string };
    readonly text?: string;
    readonly nonce?: string;
}

let late: number[] = [];
let bytes = 0;
let ends = 0;
let failures = 0;
let isPrompting = false;
let count = 0;
const starts: (() => void)[] = [];

/** Connects one. @returns when it has a session */
function connect(url: string, token: string): Promise<void> {
    return new Promise((resolve, reject) => {
        const socket = new WebSocket(`${url.replace("http", "ws")}/link`, {
            headers: { Authorization: `Bearer ${token}` },
            perMessageDeflate: false,
        });
        let [sequence, received, confirmed] = [0, 0, 0];
        let session = "";
        const send = (frame: object) => socket.send(Buffer.from(JSON.stringify(frame)));
        const say = (message: object) => send({ sequence: ++sequence, message });
        function prompt(): void {
            if (!isPrompting) return;
            say({
                type: "prompt",
                nonce: `nonce-${++count}-${process.pid}`,
                sessionId: session,
                text: "x",
                idleTimeout: 300,
                wanted: { text: true },
            });
        }
        function take(said: Said): void {
            if (said.type === "text")
                for (const line of (said.text ?? "").split("\n")) {
                    const at = Number(line.split(" ")[0]);
                    if (at > 0) late.push(sharedClock() - at);
                }
            else if (said.type === "result") {
                session = said.value?.id ?? "";
                starts.push(prompt);
                resolve();
            } else if (said.type === "done" || said.type === "failed") {
                if (said.type === "done") ends += 1;
                else failures += 1;
                prompt();
            }
        }
        socket.on("open", () =>
            send({ hello: { versions: [1], computer: 1, boot: `boot-${token.slice(0, 20)}` } }),
        );
        socket.on("error", reject);
        socket.on("close", () => reject(new Error("a connection was closed")));
        socket.on("message", (data: Buffer) => {
            bytes += data.length;
            const frame = JSON.parse(data.toString("utf8")) as {
                welcome?: object;
                ping?: boolean;
                sequence?: number;
                message?: Said;
            };
            if (frame.welcome !== undefined)
                say({ type: "call", id: "session", name: "createSession", arguments: { title: "x" } });
            if (frame.ping === true) send({ pong: true });
            if (frame.sequence === undefined) return;
            received = frame.sequence;
            if (frame.message !== undefined) take(frame.message);
            if (received - confirmed < ACKNOWLEDGED_AT_ONCE) return;
            confirmed = received;
            send({ acknowledge: received });
        });
    });
}

process.on("message", (message: { what: string; url?: string; tokens?: string[]; seconds?: number }) => {
    void (async () => {
        if (message.what === "connect") {
            const tokens = message.tokens ?? [];
            for (let start = 0; start < tokens.length; start += 50)
                await Promise.all(
                    tokens.slice(start, start + 50).map((token) => connect(message.url ?? "", token)),
                );
            process.send?.({ connected: tokens.length });
        } else if (message.what === "prompt") {
            isPrompting = true;
            // Turns that begin at once would end at once.
            for (const [place, start] of starts.entries())
                setTimeout(start, (place / starts.length) * (message.seconds ?? 0) * 1000);
            process.send?.({});
        } else if (message.what === "forget") {
            // To put all that came before in order takes so long that what comes next would be late.
            late = [];
            bytes = 0;
            process.send?.({});
        } else if (message.what === "read") {
            const sorted = late.sort((one, other) => one - other);
            const at = (part: number) =>
                sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
            process.send?.({
                words: sorted.length,
                p50: at(0.5),
                p99: at(0.99),
                most: sorted.at(-1),
                bytes,
                ends,
                failures,
            });
        }
    })();
});
process.on("disconnect", () => process.exit(1));
process.send?.({});
