/** Sending requests to an opencode, whatever it speaks, and what their answers and failures mean. */
import type { Code } from "../../../src/apis/ai/codes.ts";
import { answers } from "../../../src/apis/ai/server/opencode2/shapes.ts";
import type { Route } from "../../../src/apis/ai/server/route.ts";
import { OpencodeFailure } from "./failure.ts";
import { type Fetch, patientFetch } from "./fetch.ts";
import { authorization, onlyUser, type Probe, probe } from "./health.ts";
import { reader, type Reader } from "./shapes.ts";
import type { Dialect } from "./version.ts";

/** Which server, and how it is asked. */
export interface HttpOptions {
    /** `http://127.0.0.1:4096`; a path in it stands before every route. */
    readonly url: string;
    /** `opencode` when absent, and for an opencode 2, which knows no other. */
    readonly username?: string;
    readonly password?: string;
    /** The real one when absent. */
    readonly fetch?: Fetch;
    /** How long a request may take that is answered at once; 30 when absent. */
    readonly timeoutSeconds?: number;
}

/** opencode's largest known answers are lists of messages, of less than 1 MB each; a reply may be longer. */
const largestAnswer = 64 * 1024 * 1024;

const defaultTimeoutSeconds = 30;

/** What opencode 2 refuses by a name of its own; others are told by their status. */
const codes2: ReadonlyMap<string, Code> = new Map([
    ["SessionBusyError", "works_now"],
    ["ConflictError", "works_now"],
    ["FormAlreadySettledError", "not_found"],
    ["LocationNotFoundError", "bad_request"],
    ["LocationPermissionDeniedError", "bad_request"],
]);

/** How long it is looked which opencode answers, where an answer was none of the one that was asked. */
const lookSeconds = 5;

/** Where opencode 1 refuses it tells `name` and `data`, opencode 2 `_tag` and `message`. */
const readRefusal = reader({
    ...answers.refusal,
    "data?": { "message?": "reason", "path?": "message" },
});

/** Letters, digits and `-._~` stay, as on a computer; half a character becomes the sign for what is none. */
export function percentEncode(text: string): string {
    const whole = Buffer.from(text, "utf8").toString("utf8");
    return encodeURIComponent(whole).replace(
        /[!'()*]/g,
        (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}

/** Path and query of a request. An id that is no name, but a way up, would lead to another route. */
function addressOf(route: Route): string {
    if (route.path.some((name) => name === "" || name === "." || name === "..")) {
        throw new OpencodeFailure("not_found", { what: `no such thing: ${route.path.join("/")}` });
    }
    const query = Object.entries(route.query ?? {})
        .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
        .map(([name, value]) => `${name}=${percentEncode(String(value))}`);
    const path = route.path.map((name) => `/${percentEncode(name)}`).join("");
    return query.length === 0 ? path : `${path}?${query.join("&")}`;
}

/** What Node calls the ways in which a connection does not come about. */
const unconnected = new Set([
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EADDRNOTAVAIL",
    "ETIMEDOUT",
]);

/** The name that Node has for an error, or for what has caused it. */
function nameOf(error: unknown): string {
    for (let inner = error; inner instanceof Error; inner = inner.cause) {
        const code = (inner as NodeJS.ErrnoException).code;
        if (typeof code === "string") return code;
    }
    return error instanceof Error ? error.message : String(error);
}

function isJson(response: Response): boolean {
    return (response.headers.get("content-type") ?? "").includes("json");
}

/** JSON, or nothing where it is none. */
export function decode(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return undefined;
    }
}

/** How a request is sent, and what is wanted of its answer. */
export interface Asked<T> {
    /** Reads the answer; without it any JSON will do, and none (status 204), too. */
    readonly read?: Reader<T>;
    readonly signal?: AbortSignal;
    /** Infinity for no limit. */
    readonly timeoutSeconds?: number;
}

/** What sends requests to one server. */
export interface Http {
    /** Where it is, without a slash at its end. */
    readonly url: string;
    /** Sends a request and hands its answer to `use`, which the time limit is for, too. */
    readonly send: <T>(
        route: Route,
        asked: Asked<unknown>,
        use: (response: Response) => Promise<T>,
    ) => Promise<T>;
    /** Asks for something. @returns what was read of the answer */
    readonly ask: <T = void>(route: Route, asked?: Asked<T>) => Promise<T>;
    /** Opens a stream of events, which never ends by itself. @returns its bytes */
    readonly stream: (route: Route, signal: AbortSignal | undefined) => Promise<AsyncIterable<Uint8Array>>;
}

/** For what is answered when all is done. */
export const patiently = (signal: AbortSignal | undefined) => ({ signal, timeoutSeconds: Infinity });

/**
 * Makes what sends requests.
 * @param options which server, and how it is asked
 * @param dialect what it speaks
 */
export function httpOf(options: HttpOptions, dialect: Dialect): Http {
    const base = options.url.replace(/\/+$/, "");
    const fetch = options.fetch ?? patientFetch;
    const limit = options.timeoutSeconds ?? defaultTimeoutSeconds;
    const username = dialect === 2 ? onlyUser : (options.username ?? onlyUser);
    const headers: Record<string, string> = { accept: "application/json" };
    if (options.password !== undefined)
        headers.authorization = authorization({ username, password: options.password });

    /** The failure for what has kept an answer from coming. */
    function unanswered(
        error: unknown,
        given: AbortSignal | undefined,
        time: AbortSignal | undefined,
    ): unknown {
        if (given?.aborted) return given.reason;
        if (error instanceof OpencodeFailure) return error;
        const detail = { url: base, what: nameOf(error) };
        if (time?.aborted) return new OpencodeFailure("timed_out", detail, { cause: error });
        const code: Code = unconnected.has(detail.what) ? "cannot_connect" : "network_error";
        return new OpencodeFailure(code, detail, { cause: error });
    }

    /** Sends a request and hands its answer to `use`, which the time limit is for, too. */
    async function send<T>(
        route: Route,
        asked: Asked<unknown>,
        use: (response: Response) => Promise<T>,
    ): Promise<T> {
        const address = base + addressOf(route);
        const body = route.body && JSON.stringify(route.body);
        const seconds = asked.timeoutSeconds ?? limit;
        const time = seconds === Infinity ? undefined : AbortSignal.timeout(seconds * 1000);
        const signals = [asked.signal, time].filter((signal) => signal !== undefined);
        try {
            asked.signal?.throwIfAborted();
            const response = await fetch(address, {
                method: route.method ?? (body === undefined ? "GET" : "POST"),
                headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
                body,
                redirect: "manual",
                signal: AbortSignal.any(signals),
            });
            return await use(response);
        } catch (error) {
            throw unanswered(error, asked.signal, time);
        }
    }

    async function textOf(response: Response): Promise<string> {
        const decoder = new TextDecoder();
        let text = "";
        for await (const chunk of response.body ?? []) {
            text += decoder.decode(chunk as Uint8Array, { stream: true });
            if (text.length > largestAnswer) throw new OpencodeFailure("reply_too_large");
        }
        return text + decoder.decode();
    }

    /** Looks which opencode answers there now. */
    const look = (): Promise<Probe> =>
        probe({ url: base, username, password: options.password ?? "" }, lookSeconds, undefined, dialect);

    /**
     * The failure for what is no answer of the opencode that was asked: both answer routes that they do not have with a web
     * page, and others may listen there.
     */
    async function stranger(route: Route, status: number, isJson = false): Promise<OpencodeFailure> {
        const found = await look();
        if (found.kind !== "well") return new OpencodeFailure("not_opencode", { url: base, status });
        const { version } = found;
        if (found.dialect !== dialect) return new OpencodeFailure("other_opencode", { version, status });
        if (dialect === 1) return new OpencodeFailure("not_opencode", { url: base, status });
        if (isJson)
            return new OpencodeFailure("server_error", { status, what: "an answer of no known form" });
        const what = `${version} has no /${route.path.join("/")}`;
        return new OpencodeFailure("not_in_opencode_2", { what, status });
    }

    /** The failure for what opencode 2 refuses by a name that tells more than the status. */
    async function refused2(
        route: Route,
        status: number,
        tag: string | undefined,
        what: string,
    ): Promise<OpencodeFailure | undefined> {
        const code = tag === undefined ? undefined : codes2.get(tag);
        // Some of its versions answer routes that they do not have like that (2.0.12), whatever the password is.
        if (status === 401 && (await look()).kind === "well") return stranger(route, status);
        // opencode 1.18.33 has routes of the same names, which take something else.
        if (code === undefined && status === 400) {
            const found = await look();
            if (found.kind === "well" && found.dialect !== dialect) return stranger(route, status);
        }
        return code && new OpencodeFailure(code, { status, what, tag });
    }

    /** The failure for an answer that is none: another status than 2xx. */
    async function refused(route: Route, status: number, text: string): Promise<OpencodeFailure> {
        const body = readRefusal(decode(text)) ?? {};
        const what = body.data?.path ?? body.data?.message ?? body.message ?? "no reason given";
        const isOurs = body.name !== undefined || body._tag !== undefined;
        const named = dialect === 2 ? await refused2(route, status, body._tag, what) : undefined;
        if (named !== undefined) return named;
        let code: Code = "server_error";
        if (status === 401 || (status === 403 && body._tag === undefined)) code = "unauthorized";
        else if (body.name === "ConfigJsonError") code = "server_config";
        else if (!isOurs && status < 500) return stranger(route, status);
        else if (status === 404) code = "not_found";
        else if (status === 400) code = "bad_request";
        return new OpencodeFailure(code, { status, what, tag: body._tag });
    }

    async function ask<T = void>(route: Route, asked: Asked<T> = {}): Promise<T> {
        const answer = await send(route, asked, async (response) => ({
            status: response.status,
            isJson: isJson(response),
            text: await textOf(response),
        }));
        const { status, text } = answer;
        if (status < 200 || status > 299) throw await refused(route, status, text);
        if (status === 204 && asked.read === undefined) return undefined as T;
        const value = answer.isJson ? decode(text) : undefined;
        const read = asked.read === undefined ? value : asked.read(value);
        if (read === undefined) throw await stranger(route, status, value !== undefined);
        return read as T;
    }

    return {
        url: base,
        send,
        ask,
        stream: (route, signal) =>
            send(route, patiently(signal), async (response) => {
                const type = response.headers.get("content-type") ?? "";
                if (response.status === 200 && type.includes("text/event-stream") && response.body !== null)
                    return response.body;
                const text = await textOf(response);
                throw response.status === 200
                    ? await stranger(route, response.status)
                    : await refused(route, response.status, text);
            }),
    };
}

/**
 * Asks for something of a session; fails with `session_gone` where the server does not have it.
 * @param isGone whether what was not found is the session
 */
export async function ofSession<T>(
    id: string,
    request: () => Promise<T>,
    isGone: (failure: OpencodeFailure) => boolean = () => true,
): Promise<T> {
    // Any other id makes opencode 1 fail with 500.
    if (!id.startsWith("ses")) throw new OpencodeFailure("session_gone", { session: id });
    try {
        return await request();
    } catch (error) {
        if (!(error instanceof OpencodeFailure) || error.code !== "not_found" || !isGone(error)) throw error;
        throw new OpencodeFailure("session_gone", { session: id, status: error.status }, { cause: error });
    }
}
