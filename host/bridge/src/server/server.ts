import {
    createServer,
    type IncomingMessage,
    type Server,
    type ServerOptions,
    type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Log } from "../log.ts";
import { z } from "zod";
import { contentOf as registryContent } from "trapos-registry";
import { WINDOW } from "../../../../src/apis/ai/link/channel.ts";
import { LARGEST_FRAME } from "../../../../src/apis/ai/link/frames.ts";
import type { Page } from "../page/page.ts";
import { hashOf, PairingError } from "../pairing.ts";
import { type AdminWorld, answerOwner } from "./admin.ts";
import { createGuests } from "./guests.ts";
import { isLocal, isPage, type Sender } from "./origin.ts";
import { createPolling } from "./polling.ts";
import { createSockets, tokenOf } from "./socket.ts";

/** The most bytes of a request's body: what is large comes over the link. */
const LARGEST_BODY = 16 * 1024;

/** How long a request may take to come, in milliseconds: those that are meant are small. */
const REQUEST_LIMITS: ServerOptions = {
    headersTimeout: 10_000,
    requestTimeout: 15_000,
    connectionsCheckingInterval: 2000,
};

/** The most bytes of a request that polls: a window of frames, and what is around them. */
const LARGEST_POLL = (WINDOW + 1) * LARGEST_FRAME;

/** What the server serves. */
export interface ServerWorld extends AdminWorld {
    /** The folder of the Lua packages. */
    readonly packages: string;
    readonly log: Log;
    readonly health: () => object;
    /** Whether a computer that asks from this machine itself is approved at once. */
    readonly approveLocal: boolean;
    readonly page: Page;
}

/** A server that listens. */
export interface RunningServer {
    readonly port: number;
    /** Where the owner's commands reach it, on 127.0.0.1. */
    readonly ownPort: number;
    stop(): Promise<void>;
}

/** What a request is answered with. */
interface Answer {
    readonly status: number;
    readonly body: string | Buffer;
    readonly type: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** Goes on with the answer once its head was sent. */
    readonly go?: (response: ServerResponse) => void;
}

function json(status: number, value: object): Answer {
    return { status, body: JSON.stringify(value), type: "application/json" };
}

function refusal(status: number, code: string, message: string): Answer {
    return json(status, { code, message });
}

async function bodyOf(request: IncomingMessage, most = LARGEST_BODY): Promise<unknown> {
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
        size += piece.length;
        if (size > most) return undefined;
        pieces.push(piece);
    }
    try {
        return JSON.parse(Buffer.concat(pieces).toString("utf8"));
    } catch {
        return undefined;
    }
}

const readOffer = z.object({ computer: z.number().int().min(0), label: z.string().max(100).optional() });
const readState = z.object({ secret: z.string().max(100) });

/** Who sends a request. */
function senderOf(request: IncomingMessage): Sender {
    return { address: request.socket.remoteAddress, headers: request.headers };
}

/** Hosts on which somebody listens who also listens on 127.0.0.1. */
const ALSO_LOOPBACK = ["127.0.0.1", "0.0.0.0", "::"];

/** @throws Error with one line that says what to do */
function listen(server: Server, port: number, host: string): Promise<number> {
    return new Promise((done, failed) => {
        server.once("error", (error: NodeJS.ErrnoException) => failed(cannotListen(error, port, host)));
        server.listen(port, host, () => done((server.address() as AddressInfo).port));
    });
}

function cannotListen(error: NodeJS.ErrnoException, port: number, host: string): Error {
    switch (error.code) {
        case "EADDRINUSE":
            return new Error(
                `Something else listens on port ${port}. End it, or give another: --port ${port + 1}`,
            );
        case "EACCES":
            return new Error(`Port ${port} is not for this user. Give one above 1023: --port 4097`);
        case "EADDRNOTAVAIL":
        case "ENOTFOUND":
            return new Error(`${host} is no address of this machine. Leave --host away.`);
        default:
            return new Error(`Nobody can listen on ${host}, port ${port}: ${error.message}.`);
    }
}

/**
 * Serves computers: their links, their pairing and their packages. Its owner's commands are for this machine alone: where it
 * listens on another address they have a port of their own.
 * @throws Error with one line where it cannot listen
 */
export async function startServer(world: ServerWorld, host: string, port: number): Promise<RunningServer> {
    const { hub, pairings, log } = world;
    /** Known once it listens. */
    const ports = { own: 0 };
    const guests = createGuests();
    /** What says that a connection is a guest's no more. */
    const leaving = new WeakMap<Duplex, () => void>();
    const sockets = createSockets((token, transport) => hub.connect(token, transport));
    const polling = createPolling((token, transport) => hub.connect(token, transport));

    function pair(given: unknown, sender: Sender): Answer {
        const read = readOffer.safeParse(given);
        if (!read.success) return refusal(400, "bad_request", "That is no computer");
        const { computer, label } = read.data;
        const { address = "" } = sender;
        const offer = pairings.offer(computer, label, address);
        log.info({ gameId: computer, address }, "a computer waits to be linked");
        if (world.approveLocal && isLocal(sender)) pairings.approve(offer.code, {});
        return json(200, offer);
    }

    function pairState(given: unknown): Answer {
        const read = readState.safeParse(given);
        if (!read.success) return refusal(400, "bad_request", "That is no secret");
        return json(200, pairings.state(read.data.secret) ?? {});
    }

    /** Carries frames for a computer that can open no websocket. */
    async function poll(request: IncomingMessage): Promise<Answer | undefined> {
        const token = tokenOf(request);
        // A page of somebody else's has an Origin; a computer has none.
        if (isPage(senderOf(request)) || token === undefined) return undefined;
        const isKnown = world.journal.computerByToken(hashOf(token)) !== undefined;
        // It stands for a socket of a computer that is known, and counts as little as that.
        if (isKnown) leaving.get(request.socket)?.();
        const given = await bodyOf(request, isKnown ? LARGEST_POLL : LARGEST_BODY);
        const gone = new AbortController();
        const end = () => gone.abort();
        request.socket.once("close", end);
        const body = await polling.take(token, given, gone.signal);
        request.socket.removeListener("close", end);
        if (body === undefined) return refusal(400, "bad_request", "That is none of the link's requests");
        return { status: 200, body, type: "application/json" };
    }

    async function post(path: string, request: IncomingMessage): Promise<Answer | undefined> {
        if (path === "/link/poll") return poll(request);
        if (path !== "/pair" && path !== "/pair/state") return undefined;
        const sender = senderOf(request);
        // Where computers of this machine are approved at once, a page in a browser here would be approved, too.
        if (isPage(sender)) return refusal(403, "forbidden", "Pages of browsers are not linked");
        const given = await bodyOf(request);
        try {
            return path === "/pair" ? pair(given, sender) : pairState(given);
        } catch (error) {
            if (!(error instanceof PairingError)) throw error;
            return refusal(error.code === "too_many" ? 429 : 410, error.code, error.message);
        }
    }

    async function get(path: string): Promise<Answer | undefined> {
        if (path === "/health") return json(200, world.health());
        const content = await registryContent(world.packages, path.slice(1));
        if (content === undefined) return undefined;
        const type = path.endsWith(".json") ? "application/json" : "text/plain; charset=utf-8";
        return { status: 200, body: content, type };
    }

    /** The owner's commands: of this machine alone, and of no page in a browser. */
    async function own(method: string, url: string, request: IncomingMessage): Promise<Answer> {
        const isOwn = isLocal(senderOf(request)) && !isPage(senderOf(request));
        const { authorization } = request.headers;
        const answer = isOwn
            ? await answerOwner(
                  world,
                  method,
                  new URL(url, "http://bridge"),
                  authorization,
                  await bodyOf(request),
              )
            : undefined;
        return json(answer?.status ?? 404, (answer?.value as object | undefined) ?? {});
    }

    /** The owner's page, where it is asked for. */
    function page(request: IncomingMessage): Promise<Answer | undefined> {
        return world.page.answer(request, senderOf(request), ports.own, (most) => bodyOf(request, most));
    }

    async function answer(request: IncomingMessage): Promise<Answer> {
        const { method = "", url = "/" } = request;
        const path = url.split("?")[0] ?? "/";
        if (path.startsWith("/admin/")) return own(method, url, request);
        const shown = await page(request);
        if (shown !== undefined) return shown;
        const isRead = method === "GET" || method === "HEAD";
        const found = isRead ? await get(path) : method === "POST" ? await post(path, request) : undefined;
        return found ?? refusal(404, "not_found", "There is nothing here");
    }

    async function answerOwnerAlone(request: IncomingMessage): Promise<Answer> {
        const { method = "", url = "/" } = request;
        if (url.startsWith("/admin/")) return own(method, url, request);
        return (await page(request)) ?? json(404, {});
    }

    const respond = (by: typeof answer) => (request: IncomingMessage, response: ServerResponse) => {
        by(request)
            .catch((error: unknown): Answer => {
                log.error({ err: error, path: request.url?.split("?")[0] }, "a request broke");
                return refusal(500, "internal_error", "The bridge failed, see its log");
            })
            .then(({ status, body, type, headers, go }) => {
                const bytes = Buffer.from(body);
                response.writeHead(status, {
                    "Content-Type": type,
                    ...(go === undefined ? { "Content-Length": bytes.length } : {}),
                    "Cache-Control": "no-store",
                    "X-Content-Type-Options": "nosniff",
                    ...headers,
                });
                if (go !== undefined) return go(response);
                response.end(request.method === "HEAD" ? undefined : bytes);
            })
            .catch(() => response.destroy());
    };
    const server = createServer(REQUEST_LIMITS, respond(answer));
    server.on("upgrade", (request, socket, head) => {
        const path = (request.url ?? "").split("?")[0];
        // A page of somebody else's has an Origin; a computer has none.
        if (path !== "/link" || isPage(senderOf(request))) socket.destroy();
        else sockets.upgrade(request, socket, head, () => leaving.get(socket)?.());
    });
    server.on("connection", (socket) => {
        const leave = guests.enter(socket, socket.remoteAddress ?? "");
        leaving.set(socket, leave);
        socket.once("close", leave);
    });
    async function close(listening: Server): Promise<void> {
        const closed = new Promise<void>((done) => listening.close(() => done()));
        listening.closeAllConnections();
        await closed;
    }

    const found = await listen(server, port, host);
    const owners = ALSO_LOOPBACK.includes(host)
        ? undefined
        : createServer(REQUEST_LIMITS, respond(answerOwnerAlone));
    const ownPort =
        owners === undefined
            ? found
            : await listen(owners, 0, "127.0.0.1").catch(async (error: unknown) => {
                  await close(server);
                  throw error;
              });
    ports.own = ownPort;
    return {
        port: found,
        ownPort,
        async stop() {
            sockets.stop();
            polling.stop();
            await Promise.all([close(server), ...(owners === undefined ? [] : [close(owners)])]);
        },
    };
}
