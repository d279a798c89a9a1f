import * as http from "node:http";
import * as https from "node:https";
import type { Readable } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import { HttpError, type HttpRules } from "./http-rules.ts";
import { LuaError } from "./lua-vm.ts";

/** CC's limits. Source: CoreConfig, AddressRule and HTTPAPI in CC: Tweaked. */
const MAXIMUM_REQUESTS = 16;
const MAXIMUM_QUEUED_REQUESTS = 512;
const MAXIMUM_DOWNLOAD = 16 * 1024 * 1024;
const MAXIMUM_UPLOAD = 4 * 1024 * 1024;
const MAXIMUM_REDIRECTS = 16;
const DEFAULT_TIMEOUT_SECONDS = 30;
const MAXIMUM_TIMEOUT_SECONDS = 60;

const USER_AGENT = "computercraft/1.113.1";

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

/** What became of a request: an answer of whatever status, or why there is none. */
export type HttpResult = { response: HttpResponse } | { failure: string };

interface Address {
    readonly secure: boolean;
    readonly host: string;
    readonly port: number | undefined;
    /** Path and query, as they go over the wire. */
    readonly path: string;
    readonly url: string;
}

// As java.net.URI has it: no spaces and no quotes, a host of letters, digits and hyphens.
const urlPattern =
    /^([a-z][a-z0-9+.-]*):(?:\/\/(?:[^/?#@]*@)?(\[[0-9a-f:.]+\]|[^/?#:@]*)(?::(\d*))?)?([^?#]*)(\?[^#]*)?(#.*)?$/i;

const illegalInUrl = /[\u0000-\u0020"<>\\^`{|}\u007f]|%(?![0-9a-f]{2})/i;
const hostPattern =
    /^(\[[0-9a-f:.]+\]|\d+\.\d+\.\d+\.\d+|([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?\.?)$/i;

/** @throws HttpError for what is no http address, in CC's words */
export function parseHttpUrl(url: string): Address {
    if (illegalInUrl.test(url)) throw new HttpError("URL malformed");
    const match = urlPattern.exec(url);
    const scheme = match?.[1]?.toLowerCase();
    if (match === null || scheme === undefined) throw new HttpError("Must specify http or https");
    const [, , host = "", port = "", path = "", query = ""] = match;
    if (!hostPattern.test(host)) throw new HttpError("URL malformed");
    if (scheme !== "http" && scheme !== "https") throw new HttpError(`Invalid protocol '${scheme}'`);
    if (Number(port) > 65535) throw new HttpError("URL malformed");
    return {
        secure: scheme === "https",
        host,
        port: port === "" ? undefined : Number(port),
        path: (path || "/") + query,
        url,
    };
}

/** One computer's requests. */
export class HttpClient {
    private readonly rules: HttpRules;
    private readonly waiting: (() => void)[] = [];
    private running = 0;
    private aborts = new Set<() => void>();

    constructor(rules: HttpRules) {
        this.rules = rules;
    }

    /**
     * Starts a request; `done` is called once, later, unless everything is aborted first.
     * @throws HttpError for a URL that cannot be requested; LuaError for options that CC raises errors for
     */
    request(request: HttpRequest, done: (result: HttpResult) => void): void {
        const timeout = request.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
        if (!(timeout >= 0 && timeout <= MAXIMUM_TIMEOUT_SECONDS)) {
            throw new LuaError(`timeout out of range (expected ${timeout} to be within 0.0 and 60.0)`);
        }
        const method = request.method?.toUpperCase() ?? (request.body === undefined ? "GET" : "POST");
        if (method === "CONNECT" || !http.METHODS.includes(method))
            throw new LuaError("Unsupported HTTP method");
        for (const [name, value] of request.headers) {
            try {
                http.validateHeaderName(name);
                http.validateHeaderValue(name, value);
            } catch {
                throw new LuaError(`Invalid header ${name}`);
            }
        }
        const address = parseHttpUrl(request.url);
        if (this.waiting.length >= MAXIMUM_QUEUED_REQUESTS)
            throw new LuaError("Too many ongoing HTTP requests");
        this.waiting.push(() => {
            const exchange = new Exchange(this.rules, request, method, timeout * 1000);
            const abort = (): void => exchange.abort();
            this.aborts.add(abort);
            void exchange.run(address).then((result) => {
                this.running--;
                this.startWaiting();
                if (this.aborts.delete(abort)) done(result);
            });
        });
        this.startWaiting();
    }

    /** Whether a URL may be requested; `done` as for `request`, with undefined for yes. */
    check(url: string, done: (failure: string | undefined) => void): void {
        const { host } = parseHttpUrl(url);
        const abort = (): void => undefined;
        this.aborts.add(abort);
        const finish = (failure: string | undefined): void => {
            if (this.aborts.delete(abort)) done(failure);
        };
        this.rules.resolve(host).then(
            () => finish(undefined),
            (error: unknown) => finish(friendly(error)),
        );
    }

    private startWaiting(): void {
        while (this.running < MAXIMUM_REQUESTS) {
            const start = this.waiting.shift();
            if (start === undefined) return;
            this.running++;
            start();
        }
    }

    /** Cuts every connection; no request calls back any more. */
    abortAll(): void {
        this.waiting.length = 0;
        const aborts = this.aborts;
        this.aborts = new Set();
        for (const abort of aborts) abort();
    }
}

/** One request with its redirects. */
class Exchange {
    private readonly rules: HttpRules;
    private readonly request: HttpRequest;
    private readonly method: string;
    private readonly timeoutMilliseconds: number;
    private readonly body: Buffer | undefined;
    private readonly headers: Record<string, string>;
    private current: http.ClientRequest | undefined;
    private aborted = false;

    constructor(rules: HttpRules, request: HttpRequest, method: string, timeoutMilliseconds: number) {
        this.rules = rules;
        this.request = request;
        this.method = method;
        this.timeoutMilliseconds = timeoutMilliseconds;
        this.body = request.body === undefined ? undefined : Buffer.from(request.body, "latin1");
        this.headers = requestHeaders(request.headers, this.body);
    }

    abort(): void {
        this.aborted = true;
        this.current?.destroy();
    }

    async run(start: Address): Promise<HttpResult> {
        try {
            let [address, method] = [start, this.method];
            for (let redirects = this.request.followRedirects ? MAXIMUM_REDIRECTS : 0; ; redirects--) {
                const answer = await this.send(address, method);
                const next = redirects > 0 ? redirectTarget(address, answer) : undefined;
                if (next === undefined) return { response: answer };
                if (answer.code === 303) method = "GET";
                address = parseHttpUrl(next);
            }
        } catch (error) {
            return { failure: friendly(error) };
        }
    }

    private async send(address: Address, method: string): Promise<HttpResponse> {
        const { address: ip, family } = await this.rules.resolve(address.host);
        const headerBytes = Object.entries(this.headers).reduce(
            (sum, [k, v]) => sum + k.length + v.length + 1,
            0,
        );
        if (headerBytes + (this.body?.length ?? 0) > MAXIMUM_UPLOAD)
            throw new HttpError("Request body is too large");
        if (this.aborted) throw new HttpError("Could not connect");
        return new Promise((resolve, reject) => {
            const outgoing = (address.secure ? https : http).request({
                host: ip,
                family,
                port: address.port ?? (address.secure ? 443 : 80),
                path: address.path,
                method,
                headers: {
                    ...this.headers,
                    Host: address.port === undefined ? address.host : `${address.host}:${address.port}`,
                },
                servername: /^[\d.]+$|^\[/.test(address.host) ? undefined : address.host,
                agent: false,
            });
            this.current = outgoing;
            // CC's timeout is for connecting and for each wait for more, not for the whole.
            const timer =
                this.timeoutMilliseconds > 0
                    ? setTimeout(() => fail(new HttpError("Timed out")), this.timeoutMilliseconds)
                    : undefined;
            const fail = (error: Error): void => {
                clearTimeout(timer);
                outgoing.destroy();
                reject(error);
            };
            outgoing.on("error", fail);
            outgoing.on("socket", (socket) => socket.once("connect", () => timer?.refresh()));
            outgoing.on("response", (incoming) => {
                timer?.refresh();
                const chunks: Buffer[] = [];
                let length = 0;
                const content = decoded(incoming);
                incoming.on("data", () => timer?.refresh());
                incoming.on("error", fail);
                content.on("error", fail);
                content.on("data", (chunk: Buffer) => {
                    length += chunk.length;
                    if (length > MAXIMUM_DOWNLOAD) fail(new HttpError("Response is too large"));
                    else chunks.push(chunk);
                });
                content.on("end", () => {
                    clearTimeout(timer);
                    resolve({
                        code: incoming.statusCode ?? 0,
                        reason: incoming.statusMessage ?? "",
                        headers: responseHeaders(incoming, length),
                        body: Buffer.concat(chunks),
                    });
                });
            });
            outgoing.end(this.body);
        });
    }
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
function friendly(error: unknown): string {
    if (error instanceof HttpError) return error.message;
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "ETIMEDOUT") return "Timed out";
    if (/^(ERR_(TLS|SSL)|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code)) {
        return "Could not create a secure connection";
    }
    return "Could not connect";
}
