import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { Readable } from "node:stream";

/** What sends a request: the part of `fetch` that is used here. */
export type Fetch = (address: string, request: FetchRequest) => Promise<Response>;

/** A request, as `fetch` takes it. */
export interface FetchRequest {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly redirect: "manual";
    readonly signal?: AbortSignal;
}

/** Answers without a body, of which a Response wants to know nothing else. */
const bodiless = new Set([204, 205, 304]);

/**
 * Sends a request with no time limit but its signal's: Node's own `fetch` gives up after five minutes without a byte,
 * which a command on the server may take. Each request has a connection of its own, as one that is kept may be closed at
 * the moment in which it is used again, and then nobody knows whether the request arrived.
 */
export const patientFetch: Fetch = (address, request) =>
    new Promise((resolve, reject) => {
        const { method, headers, body, signal } = request;
        const send = address.startsWith("https:") ? overHttps : overHttp;
        const outgoing = send(address, { method, headers, signal, agent: false }, (incoming) => {
            const status = incoming.statusCode ?? 0;
            const answer = { status, headers: Object.entries(incoming.headers).map(headerOf) };
            if (bodiless.has(status)) incoming.resume();
            const stream = bodiless.has(status) ? null : (Readable.toWeb(incoming) as ReadableStream);
            resolve(new Response(stream, answer));
        });
        outgoing.on("error", (error) => reject(signal?.aborted ? (signal.reason as Error) : error));
        outgoing.end(body);
    });

function headerOf([name, value]: [string, string | string[] | undefined]): [string, string] {
    return [name, Array.isArray(value) ? value.join(", ") : (value ?? "")];
}
