import * as http from "node:http";
import * as https from "node:https";
import type { Readable } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import { Deadline } from "./deadline.ts";
import { parseHttpUrl, type Address, portOf } from "./http-address.ts";
import { HttpError, type HttpRules } from "./http-rules.ts";
import { LuaError, NOT_ENOUGH_MEMORY } from "./lua-error.ts";
import type { MemoryAccount } from "./memory-account.ts";
import type { NetworkFault, NetworkFaultPlan } from "./network-faults.ts";
import type { Timers } from "./timers.ts";
import { memoryOf } from "./wire.ts";

/** CC's limits. Source: CoreConfig, AddressRule and HTTPAPI in CC: Tweaked. */
const MAXIMUM_REQUESTS = 16;
const MAXIMUM_QUEUED_REQUESTS = 512;
const MAXIMUM_CHECKS = 512;
const MAXIMUM_DOWNLOAD = 16 * 1024 * 1024;
const MAXIMUM_UPLOAD = 4 * 1024 * 1024;
const MAXIMUM_REDIRECTS = 16;
const DEFAULT_TIMEOUT_SECONDS = 30;
const MAXIMUM_TIMEOUT_SECONDS = 60;

/** What CC's computers call themselves. */
export const USER_AGENT = "computercraft/1.113.1";

/** @throws LuaError for a timeout that CC does not take */
export function checkTimeout(seconds = DEFAULT_TIMEOUT_SECONDS): number {
    if (seconds >= 0 && seconds <= MAXIMUM_TIMEOUT_SECONDS) return seconds;
    throw new LuaError(`timeout out of range (expected ${seconds} to be within 0.0 and 60.0)`);
}

/** @throws LuaError for names and values that cannot go over the wire */
export function checkHeaders(headers: ReadonlyMap<string, string>): void {
    for (const [name, value] of headers) {
        try {
            http.validateHeaderName(name);
            http.validateHeaderValue(name, value);
        } catch {
            throw new LuaError(`Invalid header ${name}`);
        }
    }
}

export interface HttpRequest {
    readonly url: string;
    /** Bytes as a binary string, like every string that comes from Lua. */
    readonly body?: string | undefined;
    readonly headers: ReadonlyMap<string, string>;
    /** In capitals; GET, or POST with a body, when left out. */
    readonly method?: string | undefined;
    readonly followRedirects: boolean;
    /** 0 is without end. */
    readonly timeoutSeconds?: number | undefined;
}

export interface HttpResponse {
    readonly code: number;
    readonly reason: string;
    readonly headers: Record<string, string>;
    readonly body: Uint8Array;
}

/**
 * What became of a request: an answer of whatever status, or why there is none. The answer's memory is booked:
 * whoever gets it calls `release` once it is gone.
 */
export type HttpResult = { response: HttpResponse; release: () => void } | { failure: string };

/** What the account has for the answer of one request. */
class Booking {
    private readonly network: Network;
    private bytes = 0;

    constructor(network: Network) {
        this.network = network;
    }

    /** Returns whether there is room for so much more. */
    tryTake(bytes: number): boolean {
        const { account } = this.network;
        if (!account.tryTake(bytes)) {
            this.network.makeRoom();
            if (!account.tryTake(bytes)) return false;
        }
        this.bytes += bytes;
        return true;
    }

    free(): void {
        this.network.account.free(this.bytes);
        this.bytes = 0;
    }
}

/** Bytes for which there is room at first where nobody says how long an answer is. */
const LEAST_ROOM = 16 * 1024;

/** A body as it comes in. Its room is booked. */
class Body {
    private readonly booking: Booking;
    private bytes = Buffer.alloc(0);
    length = 0;

    constructor(booking: Booking) {
        this.booking = booking;
    }

    /** @throws HttpError when the body is too large, or there is no memory for it */
    add(chunk: Uint8Array, expected: number): void {
        const length = this.length + chunk.length;
        if (length > MAXIMUM_DOWNLOAD) throw new HttpError("Response is too large");
        if (length > this.bytes.length)
            this.grow(Math.max(length, this.bytes.length * 2, expected, LEAST_ROOM));
        this.bytes.set(chunk, this.length);
        this.length = length;
    }

    private grow(wanted: number): void {
        const size = Math.min(wanted, MAXIMUM_DOWNLOAD);
        if (!this.booking.tryTake(size - this.bytes.length)) throw new HttpError(NOT_ENOUGH_MEMORY);
        const larger = Buffer.alloc(size);
        larger.set(this.bytes.subarray(0, this.length));
        this.bytes = larger;
    }

    get content(): Uint8Array {
        return this.bytes.subarray(0, this.length);
    }
}

/** What an answer takes in memory beside its body and its headers' text, in bytes. */
const RESPONSE_BYTES = 2048;

/** What requests go by. */
export interface Network {
    readonly rules: HttpRules;
    readonly faults: NetworkFaultPlan;
    /** Timeouts run on the computer's clock. */
    readonly timers: Timers;
    /** Books what is under way. */
    readonly account: MemoryAccount;
    /** Gives back the memory of what the program does not hold any more, if it can. Not while Lua runs. */
    makeRoom(): void;
}

/** One computer's requests. */
export class HttpClient {
    private readonly network: Network;
    private readonly waiting: { start: () => void; forget: () => void }[] = [];
    private running = 0;
    private checks = 0;
    private aborts = new Set<() => void>();

    constructor(network: Network) {
        this.network = network;
    }

    /**
     * Starts a request; `done` is called once, later, unless everything is aborted first.
     * @throws HttpError for a URL that cannot be requested; LuaError for options that CC raises errors for, and for
     * want of memory
     */
    request(request: HttpRequest, done: (result: HttpResult) => void): void {
        const timeout = checkTimeout(request.timeoutSeconds);
        const method = request.method?.toUpperCase() ?? (request.body === undefined ? "GET" : "POST");
        if (method === "CONNECT" || !http.METHODS.includes(method))
            throw new LuaError("Unsupported HTTP method");
        checkHeaders(request.headers);
        const address = parseHttpUrl(request.url);
        if (this.waiting.length >= MAXIMUM_QUEUED_REQUESTS)
            throw new LuaError("Too many ongoing HTTP requests");
        const asked = memoryOf([request.url, request.body, new Map(request.headers)]);
        this.network.account.take(asked);
        const finished = (): void => this.network.account.free(asked);
        this.waiting.push({
            start: () => {
                const exchange = new Exchange(this.network, request, method, timeout * 1000);
                const abort = (): void => exchange.abort();
                this.aborts.add(abort);
                void exchange.run(address).then((result) => {
                    this.running--;
                    finished();
                    this.startWaiting();
                    if (this.aborts.delete(abort)) done(result);
                    else if ("response" in result) result.release();
                });
            },
            forget: finished,
        });
        this.startWaiting();
    }

    /** Whether a URL may be requested; `done` as for `request`, with undefined for yes. @throws as `request` does */
    check(url: string, done: (failure: string | undefined) => void): void {
        const address = parseHttpUrl(url);
        if (this.checks >= MAXIMUM_CHECKS) throw new LuaError("Too many ongoing checkUrl calls");
        const asked = memoryOf(url);
        this.network.account.take(asked);
        this.checks++;
        const abort = (): void => undefined;
        this.aborts.add(abort);
        const finish = (failure: string | undefined): void => {
            this.checks--;
            this.network.account.free(asked);
            if (this.aborts.delete(abort)) done(failure);
        };
        this.network.rules.resolve(address).then(
            () => finish(undefined),
            (error: unknown) => finish(friendly(error)),
        );
    }

    private startWaiting(): void {
        while (this.running < MAXIMUM_REQUESTS) {
            const next = this.waiting.shift();
            if (next === undefined) return;
            this.running++;
            next.start();
        }
    }

    /** Cuts every connection; no request calls back any more. */
    abortAll(): void {
        for (const { forget } of this.waiting.splice(0)) forget();
        const aborts = this.aborts;
        this.aborts = new Set();
        for (const abort of aborts) abort();
    }
}

/** One request with its redirects. */
class Exchange {
    private readonly network: Network;
    private readonly request: HttpRequest;
    private readonly method: string;
    private readonly timeoutMilliseconds: number;
    private readonly body: Buffer | undefined;
    private readonly headers: Record<string, string>;
    private readonly booking: Booking;
    /** Ends what is under way. */
    private stop: () => void = () => undefined;
    private aborted = false;

    constructor(network: Network, request: HttpRequest, method: string, timeoutMilliseconds: number) {
        this.network = network;
        this.request = request;
        this.method = method;
        this.timeoutMilliseconds = timeoutMilliseconds;
        this.body = request.body === undefined ? undefined : Buffer.from(request.body, "latin1");
        this.headers = requestHeaders(request.headers, this.body);
        this.booking = new Booking(network);
    }

    abort(): void {
        this.aborted = true;
        this.stop();
    }

    async run(start: Address): Promise<HttpResult> {
        try {
            let [address, method] = [start, this.method];
            for (let redirects = this.request.followRedirects ? MAXIMUM_REDIRECTS : 0; ; redirects--) {
                const answer = await this.send(address, method);
                const next = redirects > 0 ? redirectTarget(address, answer) : undefined;
                if (next === undefined) return { response: answer, release: () => this.booking.free() };
                this.booking.free();
                if (answer.code === 303) method = "GET";
                address = parseHttpUrl(next);
            }
        } catch (error) {
            this.booking.free();
            return { failure: friendly(error) };
        }
    }

    private async send(address: Address, method: string): Promise<HttpResponse> {
        const fault = this.network.faults.next(address.url, method);
        if (fault === "refuse") throw new HttpError("Could not connect");
        if (fault === "hang") await this.wait(Infinity);
        if (typeof fault === "object" && "status" in fault) return madeUpResponse(fault);
        if (typeof fault === "object" && "delaySeconds" in fault) await this.wait(fault.delaySeconds * 1000);
        const { address: ip, family } = await this.network.rules.resolve(address);
        const headerBytes = Object.entries(this.headers).reduce(
            (sum, [k, v]) => sum + k.length + v.length + 1,
            0,
        );
        if (headerBytes + (this.body?.length ?? 0) > MAXIMUM_UPLOAD)
            throw new HttpError("Request body is too large");
        if (this.aborted) throw new HttpError("Could not connect");
        const mostBytes =
            typeof fault === "object" && "cutAfterBytes" in fault ? fault.cutAfterBytes : undefined;
        return this.exchange(address, method, { host: ip, family }, mostBytes);
    }

    /** Waits so long, or for ever, unless the timeout comes first. */
    private wait(milliseconds: number): Promise<void> {
        return new Promise((resolve, reject) => {
            const deadline = new Deadline(this.network.timers, this.timeoutMilliseconds, () => {
                callOff();
                reject(new HttpError("Timed out"));
            });
            const callOff = this.network.timers.after(milliseconds, () => {
                deadline.clear();
                resolve();
            });
            this.stop = () => {
                callOff();
                deadline.clear();
                reject(new HttpError("Could not connect"));
            };
        });
    }

    private exchange(
        address: Address,
        method: string,
        target: { host: string; family: number },
        mostBytes: number | undefined,
    ): Promise<HttpResponse> {
        return new Promise((resolve, reject) => {
            const outgoing = (address.secure ? https : http).request({
                ...target,
                port: portOf(address),
                path: address.path,
                method,
                headers: {
                    ...this.headers,
                    Host: address.port === undefined ? address.host : `${address.host}:${address.port}`,
                },
                servername: /^[\d.]+$|^\[/.test(address.host) ? undefined : address.host,
                agent: false,
            });
            let content: Readable | undefined;
            let isOver = false;
            const fail = (error: Error): void => {
                isOver = true;
                deadline.clear();
                outgoing.destroy();
                content?.destroy();
                reject(error);
            };
            // CC's timeout is for connecting and for each wait for more, not for the whole.
            const deadline = new Deadline(this.network.timers, this.timeoutMilliseconds, () =>
                fail(new HttpError("Timed out")),
            );
            this.stop = () => fail(new HttpError("Could not connect"));
            outgoing.on("error", fail);
            outgoing.on("socket", (socket) => socket.once("connect", () => deadline.restart()));
            outgoing.on("response", (incoming) => {
                deadline.restart();
                let received = 0;
                const body = new Body(this.booking);
                const expected = Number(incoming.headers["content-length"] ?? 0) || 0;
                content = decoded(incoming);
                incoming.on("data", (chunk: Buffer) => {
                    deadline.restart();
                    received += chunk.length;
                    if (mostBytes !== undefined && received > mostBytes) this.stop();
                });
                incoming.on("error", fail);
                content.on("error", fail);
                content.on("data", (chunk: Buffer) => {
                    if (isOver) return;
                    try {
                        body.add(chunk, expected);
                    } catch (error) {
                        fail(error as HttpError);
                    }
                });
                content.on("end", () => {
                    if (isOver) return;
                    if (mostBytes !== undefined) {
                        this.stop();
                        return;
                    }
                    const headers = responseHeaders(incoming, body.length);
                    if (!this.booking.tryTake(RESPONSE_BYTES + memoryOf(headers))) {
                        fail(new HttpError(NOT_ENOUGH_MEMORY));
                        return;
                    }
                    deadline.clear();
                    resolve({
                        code: incoming.statusCode ?? 0,
                        reason: incoming.statusMessage ?? "",
                        headers,
                        body: body.content,
                    });
                });
            });
            outgoing.end(this.body);
        });
    }
}

/** An answer that no server gave. */
function madeUpResponse(fault: Extract<NetworkFault, { status: number }>): HttpResponse {
    const body = Buffer.from(fault.body ?? "");
    return {
        code: fault.status,
        reason: http.STATUS_CODES[fault.status] ?? "",
        headers: { "Content-Length": String(body.length) },
        body,
    };
}

function requestHeaders(
    given: ReadonlyMap<string, string>,
    body: Buffer | undefined,
): Record<string, string> {
    const headers: Record<string, string> = {};
    const has = (name: string): boolean => Object.keys(headers).some((key) => key.toLowerCase() === name);
    for (const [name, value] of given) if (name.toLowerCase() !== "host") headers[name] = value;
    if (!has("user-agent")) headers["User-Agent"] = USER_AGENT;
    if (!has("accept-charset")) headers["Accept-Charset"] = "UTF-8";
    if (body !== undefined) {
        if (!has("content-type"))
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8";
        if (!has("content-length")) headers["Content-Length"] = String(body.length);
    }
    for (const name of Object.keys(headers)) if (name.toLowerCase() === "connection") delete headers[name];
    headers["Connection"] = "close";
    return headers;
}

/** The body with its content encoding undone. */
function decoded(incoming: http.IncomingMessage): Readable {
    switch (incoming.headers["content-encoding"]?.toLowerCase()) {
        case "gzip":
        case "x-gzip":
            return incoming.pipe(createGunzip());
        case "deflate":
        case "x-deflate":
            return incoming.pipe(createInflate());
        default:
            return incoming;
    }
}

/** Headers by the names that the server wrote; one that came twice is joined with a comma. */
function responseHeaders(incoming: http.IncomingMessage, length: number): Record<string, string> {
    const headers: Record<string, string> = {};
    const { rawHeaders } = incoming;
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
        const [name = "", value = ""] = [rawHeaders[index], rawHeaders[index + 1]];
        headers[name] = name in headers ? `${headers[name]},${value}` : value;
        if (name.toLowerCase() === "content-length") headers[name] = String(length);
    }
    return headers;
}

/** Where an answer sends the request on to, or undefined. */
function redirectTarget(from: Address, answer: HttpResponse): string | undefined {
    if (answer.code < 300 || answer.code > 307 || answer.code === 304 || answer.code === 306)
        return undefined;
    const location = Object.entries(answer.headers).find(([name]) => name.toLowerCase() === "location")?.[1];
    if (location === undefined) return undefined;
    try {
        const target = new URL(location, from.url).href;
        return target === from.url ? undefined : target;
    } catch {
        return undefined;
    }
}

/** CC's words for what went wrong. */
export function friendly(error: unknown): string {
    if (error instanceof HttpError) return error.message;
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "ETIMEDOUT") return "Timed out";
    if (/^(ERR_(TLS|SSL)|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code)) {
        return "Could not create a secure connection";
    }
    return "Could not connect";
}
