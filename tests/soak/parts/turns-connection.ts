/** What stands between a computer and its server: bytes go through until something is made to go wrong. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * How a connection is bad. `refused`: nothing listens. `dropped`: each connection is closed as soon as it is made.
 * `silent`: nothing is let through. `deaf`: the server hears all, and nothing of what it says comes back. `slow`: all
 * that is said comes late. `wrong`: a proxy says that it does not reach the server, which has heard all.
 */
export const troubles = ["refused", "dropped", "silent", "deaf", "slow", "wrong"] as const;
export type Trouble = (typeof troubles)[number];

/** Where a request or an answer is, counted from 1 since `count` was called. */
export interface Moment {
    readonly number: number;
    readonly what: "request" | "answer";
}

export interface Connection {
    readonly url: string;
    /** Cuts what is under way and stays bad in this way until `mend`. */
    worsen(trouble: Trouble, lateSeconds?: number): void;
    mend(): Promise<void>;
    /** Counts from now on, and does something just before a request or an answer is handed on. */
    at(moment: Moment, act: () => void): void;
    close(): Promise<void>;
}

/** Another process may have taken a port for a moment, as the near end of a connection. */
const LISTEN_ATTEMPTS = 50;

const page = "<html><head><title>Bad gateway</title></head><body>no</body></html>";
const head = (status: string, type: string, length: number): string =>
    `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`;

/** What comes in the place of answers, one after the other. */
const wrongAnswers = [
    head("502 Bad Gateway", "text/html", page.length) + page,
    head("200 OK", "text/html", page.length) + page,
    `${head("200 OK", "application/json", 40)}[{"info":`,
    `${head("503 Service Unavailable", "application/json", 2)}{}`,
    `${head("200 OK", "application/json", 9)}[{"info":`,
];

async function listen(server: Server, port: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        try {
            await new Promise<void>((resolve, reject) => {
                server.once("error", reject);
                server.listen(port, "127.0.0.1", () => {
                    server.removeListener("error", reject);
                    resolve();
                });
            });
            return;
        } catch (error) {
            if (attempt === LISTEN_ATTEMPTS) throw error;
            await sleep(100);
        }
    }
}

/**
 * Stands between a computer and a server.
 * @param serverPort the server's port on loopback
 */
export async function startConnection(serverPort: number): Promise<Connection> {
    let trouble: Trouble | undefined;
    let late = 0;
    let wrong = 0;
    let moment: { readonly at: Moment; readonly act: () => void } | undefined;
    const counts = { request: 0, answer: 0 };
    const sockets = new Set<Socket>();

    const cutAll = (): void => {
        for (const socket of sockets) socket.destroy();
    };
    const count = (what: Moment["what"]): void => {
        counts[what]++;
        if (moment?.at.what !== what || moment.at.number !== counts[what]) return;
        const { act } = moment;
        moment = undefined;
        act();
    };
    /** Hands on what comes, in its order, and ends what it is handed on to behind it. */
    const handOn = (from: Socket, to: Socket, what: Moment["what"]): void => {
        let before = Promise.resolve();
        const inOrder = (act: () => void): void => {
            const seconds = trouble === "slow" ? late : 0;
            before = before.then(async () => {
                if (seconds > 0) await sleep(seconds * 1000);
                act();
            });
        };
        let isNew = true;
        from.on("data", (bytes: Buffer) => {
            // One request or answer after the other on one connection; a long one comes in pieces.
            if (isNew) count(what);
            isNew = false;
            turned.get(from)?.();
            if (from.destroyed || to.destroyed || trouble === "silent") return;
            if (trouble === "deaf" && what === "answer") return;
            if (trouble === "wrong" && what === "answer") {
                to.end(wrongAnswers[wrong++ % wrongAnswers.length]!);
                return;
            }
            inOrder(() => to.write(bytes));
        });
        turned.set(to, () => {
            isNew = true;
        });
        from.on("end", () => inOrder(() => to.end()));
        from.on("error", () => {});
        from.on("close", () => {
            sockets.delete(from);
            inOrder(() => to.destroy());
        });
    };
    /** Called when a socket's other direction begins. */
    const turned = new Map<Socket, () => void>();

    const accept = (near: Socket): void => {
        if (trouble === "dropped") {
            near.on("error", () => {});
            near.destroy();
            return;
        }
        const far = connect(serverPort, "127.0.0.1");
        for (const socket of [near, far]) sockets.add(socket.setNoDelay(true));
        handOn(near, far, "request");
        handOn(far, near, "answer");
        for (const socket of [near, far]) socket.once("close", () => turned.delete(socket));
    };
    let server = createServer(accept);
    await listen(server, 0);
    const { port } = server.address() as AddressInfo;
    const stopListening = async (): Promise<void> => {
        if (server.listening) await new Promise((resolve) => server.close(resolve));
    };

    return {
        url: `http://127.0.0.1:${port}`,
        worsen(next, lateSeconds = 1) {
            trouble = next;
            late = lateSeconds;
            if (next === "refused") server.close();
            if (next === "refused" || next === "dropped") cutAll();
        },
        async mend() {
            const before = trouble;
            trouble = undefined;
            // What was swallowed would never come.
            if (before === "silent" || before === "deaf") cutAll();
            if (before !== "refused") return;
            server = createServer(accept);
            await listen(server, port);
        },
        at(at, act) {
            counts.request = 0;
            counts.answer = 0;
            moment = { at, act };
        },
        async close() {
            cutAll();
            await stopListening();
        },
    };
}
