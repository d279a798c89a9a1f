/**
 * Requests to a server, and what their answers are. Unknown routes of opencode answer 200 with HTML, and other servers
 * anything, which is why everything is refused that is not JSON of a known shape.
 */
import type { Response } from "../../trapos/http";
import { decode, encode } from "../../trapos/json";
import { reader, type Reader } from "../../trapos/shape";
import { percentEncode } from "../../trapos/utf8";
import { fail, type Code, type Failure } from "../failure";
import { response } from "../protocol";
import { placeOf, redact } from "../settings";
import type { Connection } from "./face";
import type { Route } from "./route";

const readResponse = reader(response);

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 (RFC 4648), which HTTP's Basic authentication wants and CC's ROM does not have. */
function base64(bytes: string): string {
    const [digits] = string.gsub(bytes, "..?.?", (group) => {
        const [a, b, c] = string.byte(group, 1, 3);
        const bits = a! * 65536 + (b ?? 0) * 256 + (c ?? 0);
        let text = "";
        for (const place of $range(3, 3 - group.length, -1)) {
            const index = (Math.floor(bits / 64 ** place) % 64) + 1;
            text += string.sub(ALPHABET, index, index);
        }
        return text + string.rep("=", 3 - group.length);
    });
    return digits;
}

/**
 * CC's reasons why no answer came, and the failures that they are; "Could not connect" stands for a cut, too. The last
 * two are CraftOS-PC's.
 */
const REASONS: Record<string, Code | undefined> = {
    "http is disabled": "http_disabled",
    "Domain not permitted": "address_denied",
    "Timed out": "timed_out",
    "Response is too large": "reply_too_large",
    "Could not connect": "cannot_connect",
    "Unknown host": "cannot_connect",
    "Connection refused": "cannot_connect",
    "Host not found": "cannot_connect",
};

/** What is wanted of the answer to a request. */
export interface Asked<T> {
    /** Reads the answer; without it any JSON will do, and none (status 204), too. */
    readonly read?: Reader<T>;
    /** Seconds that it may take; as the settings say where nothing is said. */
    readonly timeout?: number;
}

/** An answer that came. */
type Answered = Response & { readonly status: number };

/** Path and query of a request, as they stand in its address. */
function addressOf(route: Route): string {
    let address = "";
    for (const name of route.path) address += `/${percentEncode(name)}`;
    let mark = "?";
    for (const [name, value] of pairs(route.query ?? {})) {
        address += `${mark}${percentEncode(name)}=${percentEncode(tostring(value))}`;
        mark = "&";
    }
    return address;
}

/** Sends a request. */
function request(server: Connection, route: Route, timeout?: number): Response {
    const settings = server.settings;
    const body = route.body;
    const answer = readResponse(
        server.send({
            url: settings.server_url + addressOf(route),
            method: route.method ?? (body === undefined ? "GET" : "POST"),
            headers: {
                Accept: "application/json",
                "Content-Type": body && "application/json",
                Authorization:
                    settings.password === undefined
                        ? undefined
                        : `Basic ${base64(`${settings.username ?? "opencode"}:${settings.password}`)}`,
            } as Record<string, string>,
            body: body && encode(body),
            timeout: timeout ?? settings.request_timeout_seconds,
            raw: server.raw,
        }),
    );
    return answer ?? { headers: {}, body: "", reason: "no answer of a known form" };
}

/** Whether a response says that it is JSON, which opencode's answers do. */
function isJson(answer: Response): boolean {
    return string.find(answer.headers["content-type"] ?? "", "json", 1, true)[0] !== undefined;
}

/** The failure for a request that nobody answered. */
function unanswered(server: Connection, reason: string): Failure {
    const url = redact(server.settings.server_url);
    const place = placeOf(url);
    const detail = { url, what: reason, host: place.host, port: place.port };
    return fail(REASONS[reason] ?? "network_error", detail);
}

/** How a server's refusals are read, whose failures differ by what it speaks. */
export interface Refusals {
    /** The failure for an answer of another status than 2xx. */
    readonly refused: (this: void, server: Connection, answer: Response) => Failure;
    /** The failure for an answer that is none of this server's. */
    readonly stranger: (this: void, server: Connection, answer: Response) => Failure;
}

/**
 * Sends a request to a server, whatever it speaks. Raises the failure of one that nobody answers.
 * @param timeout seconds that it may take; as the settings say when absent
 */
export function sendRoute(server: Connection, route: Route, timeout?: number): Answered {
    const answer = request(server, route, timeout);
    if (answer.status === undefined) throw unanswered(server, answer.reason ?? "");
    return answer as Answered;
}

/** JSON of an answer; nothing where it is none. */
export function jsonOf(answer: Response): unknown {
    if (!isJson(answer)) return undefined;
    return decode(answer.body);
}

/** What a server says of itself at a route; nothing where it does not say it well. Without the right password it says nothing. */
export function introduction(server: Connection, route: Route): unknown {
    const answer = sendRoute(server, route);
    if (answer.status === 401 || answer.status === 403) throw fail("unauthorized");
    if (answer.status !== 200) return undefined;
    return jsonOf(answer);
}

/**
 * Asks a server for something. Raises the failure of a request that is refused, unanswered, or answered with something
 * else than what is read.
 * @param route the request
 * @param asked what is wanted of its answer
 * @param refusals how it refuses
 * @returns what was read of the answer
 */
export function ask<T>(server: Connection, route: Route, asked: Asked<T>, refusals: Refusals): T {
    const answer = sendRoute(server, route, asked.timeout);
    const status = answer.status;
    const read = asked.read;
    if (status < 200 || status > 299) throw refusals.refused(server, answer);
    if (status === 204 && !read) return undefined as T;
    let value = jsonOf(answer);
    if (read) value = read(value);
    if (value === undefined) throw refusals.stranger(server, answer);
    return value as T;
}
