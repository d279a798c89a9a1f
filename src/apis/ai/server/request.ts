/**
 * Requests to opencode 1, and what their answers and failures mean. Measured against opencode 1.18.33; an unknown route
 * answers 200 with HTML there, and other servers anything, which is why everything is refused that is not JSON of the
 * shape that protocol.ts gives it.
 */
import type { Response } from "../../trapos/http";
import { decode, encode } from "../../trapos/json";
import { reader, type Reader } from "../../trapos/shape";
import { percentEncode } from "../../trapos/utf8";
import { fail, type Code, type Failure } from "../failure";
import { answers, response } from "../protocol";
import { placeOf, redact } from "../settings";
import type { Connection } from "./face";
import * as routes from "./opencode1/routes";
import type { Route } from "./route";

const readHealth = reader(answers.health);
const readRefusal = reader(answers.refusal);
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

/** Path and query of a request, as they stand in its address. */
function addressOf(route: Route): string {
    let address = "";
    for (const name of route.path) address += `/${percentEncode(name)}`;
    let mark = "?";
    for (const [name, value] of pairs(route.query ?? {})) {
        address += `${mark}${name}=${percentEncode(tostring(value))}`;
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

/** The failure for what is no answer of opencode 1: opencode 2 answers its routes with a web page, as others do. */
function stranger(server: Connection): Failure {
    const answer = request(server, routes.information());
    const info = answer.status === 200 && isJson(answer) ? readHealth(decode(answer.body)) : undefined;
    const version = info ? info.version : "";
    const [major] = string.match(version, "^(%d+)%.");
    if ((tonumber(major) ?? 0) >= 2) return fail("opencode_2", { version });
    return fail("not_opencode", { url: redact(server.settings.server_url) });
}

/** The failure for an answer that is none: another status than 2xx. */
function refused(server: Connection, answer: Response): Failure {
    const status = answer.status!;
    const body = readRefusal(decode(answer.body)) ?? {};
    const data = body.data ?? {};
    let code: Code = "server_error";
    if (status === 401 || status === 403) code = "unauthorized";
    else if (body.name === "ConfigJsonError") code = "server_config";
    else if (body.name === undefined && body._tag === undefined && status < 500) return stranger(server);
    else if (status === 404) code = "not_found";
    else if (status === 400) code = "bad_request";
    const what = data.path ?? data.message ?? body.message ?? "no reason given";
    return fail(code, { status, what });
}

/** The failure for a request that nobody answered. */
function unanswered(server: Connection, reason: string): Failure {
    const url = redact(server.settings.server_url);
    const place = placeOf(url);
    const detail = { url, what: reason, host: place.host, port: place.port };
    return fail(REASONS[reason] ?? "network_error", detail);
}

/**
 * Asks the server for something. Raises the failure of a request that is refused, unanswered, or answered with something
 * else than what is read.
 * @param route the request
 * @param asked what is wanted of its answer
 * @returns what was read of the answer
 */
export function call<T>(server: Connection, route: Route, asked: Asked<T>): T {
    const answer = request(server, route, asked.timeout);
    const status = answer.status;
    const read = asked.read;
    if (status === undefined) throw unanswered(server, answer.reason ?? "");
    if (status < 200 || status > 299) throw refused(server, answer);
    if (status === 204 && !read) return undefined as T;
    let value: unknown;
    if (isJson(answer)) value = decode(answer.body);
    if (read) value = read(value);
    if (value === undefined) throw stranger(server);
    return value as T;
}
