/**
 * The routes of opencode's HTTP server as functions: request in, `true, value` or `false, failure` out. The only file
 * that knows an address. Measured against opencode 1.18.33; an unknown route answers 200 with HTML there, and other
 * servers anything, which is why everything is refused that is not JSON of the shape that protocol.ts gives it.
 */
import type { Request, Response } from "../trapos/http";
import { decode, encode } from "../trapos/json";
import { reader, type Reader } from "../trapos/shape";
import { percentEncode } from "../trapos/utf8";
import { fail, type Code, type Failure, type Result } from "./failure";
import { answers, lists, response, type ListValues, type Message, type Session } from "./protocol";
import { redact, type Settings } from "./settings";

/** What the routes need: the settings, and what sends a request. */
export interface Server {
    readonly settings: Settings;
    readonly send: (this: void, request: Request) => Response;
    /** True to go on through Ctrl+T. */
    readonly raw?: boolean;
}

const readHealth = reader(answers.health);
const readSession = reader(answers.session);
const readSessions = reader(answers.sessions);
const readMessage = reader(answers.message);
const readMessages = reader(answers.messages);
const readRefusal = reader(answers.refusal);
const readResponse = reader(response);

/** What can be read of a directory: where, and how. */
const directoryLists: {
    readonly [K in keyof ListValues]: { readonly path: string; readonly read: Reader<ListValues[K]> };
} = {
    status: { path: "/session/status", read: reader(lists.status) },
    permissions: { path: "/permission", read: reader(lists.permissions) },
    questions: { path: "/question", read: reader(lists.questions) },
    providers: { path: "/config/providers", read: reader(lists.providers) },
    agents: { path: "/agent", read: reader(lists.agents) },
};

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

/** Host and port that an address leads to, as a rule of ComputerCraft's configuration names them. */
function placeOf(url: string): { readonly host: string; readonly port: string } {
    const [scheme, place] = string.match(url, "^(https?)://([^/]*)");
    const [port] = string.match(place!, ":(%d+)$");
    const [host] = string.gsub(string.gsub(place!, ":%d+$", "")[0], "[%[%]]", "");
    return { host, port: port ?? (scheme === "https" ? "443" : "80") };
}

/** Sends a request: a POST where there is a body. */
function request(server: Server, path: string, body?: object): Response {
    const settings = server.settings;
    const answer = readResponse(
        server.send({
            url: settings.server_url + path,
            method: body === undefined ? "GET" : "POST",
            headers: {
                Accept: "application/json",
                "Content-Type": body && "application/json",
                Authorization:
                    settings.password === undefined
                        ? undefined
                        : `Basic ${base64(`${settings.username ?? "opencode"}:${settings.password}`)}`,
            } as Record<string, string>,
            body: body && encode(body),
            timeout: settings.request_timeout_seconds,
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
function stranger(server: Server): Failure {
    const answer = request(server, "/api/info");
    const info = answer.status === 200 && isJson(answer) ? readHealth(decode(answer.body)) : undefined;
    const version = info ? info.version : "";
    const [major] = string.match(version, "^(%d+)%.");
    if ((tonumber(major) ?? 0) >= 2) return fail("opencode_2", { version });
    return fail("not_opencode", { url: redact(server.settings.server_url) });
}

/** The failure for an answer that is none: another status than 2xx. */
function refused(server: Server, answer: Response): Failure {
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

/** Asks for what can be read by a shape; sends a body with POST. Without a shape any JSON will do, and none (status 204), too. */
function call<T>(server: Server, path: string, read?: Reader<T>, body?: object): Result<T> {
    const answer = request(server, path, body);
    const status = answer.status;
    if (status === undefined) {
        const what = answer.reason ?? "";
        const url = redact(server.settings.server_url);
        const place = placeOf(url);
        const detail = { url, what, host: place.host, port: place.port };
        return $multi(false as const, fail(REASONS[what] ?? "network_error", detail));
    }
    if (status < 200 || status > 299) return $multi(false as const, refused(server, answer));
    if (status === 204 && !read) return $multi(true as const, undefined as T);
    let value: unknown;
    if (isJson(answer)) value = decode(answer.body);
    if (read) value = read(value);
    if (value === undefined) return $multi(false as const, stranger(server));
    return $multi(true as const, value as T);
}

/** A query of the parameters that have a value, with its question mark. */
function query(parameters: Record<string, string | number | undefined>): string {
    let text = "";
    for (const [name, value] of pairs(parameters)) {
        text += `${text === "" ? "?" : "&"}${name}=${percentEncode(tostring(value))}`;
    }
    return text;
}

/** Whether the server is up, and its version. */
export function health(server: Server): Result<{ readonly version: string }> {
    return call(server, "/global/health", readHealth);
}

/** Makes a session. The title is for people. */
export function createSession(server: Server, title: string): Result<Session> {
    return call(server, "/session" + query({ directory: server.settings.directory }), readSession, {
        title,
    });
}

/** One session; fails with `session_gone` when the server does not have it. */
export function getSession(server: Server, id: string): Result<Session> {
    // Any other id makes the server fail with 500.
    if (string.find(id, "^ses")[0] !== undefined) {
        const [ok, value] = call(server, `/session/${percentEncode(id)}`, readSession);
        if (ok || value.code !== "not_found") return $multi(ok, value) as unknown as Result<Session>;
    }
    return $multi(false as const, fail("session_gone", { session: id }));
}

/** The newest sessions that no other session opened, newest first. */
export function listSessions(
    server: Server,
    limit: number | undefined,
    search: string | undefined,
): Result<readonly Session[]> {
    const parameters = { limit, search, roots: "true", directory: server.settings.directory };
    const [ok, sessions] = call(server, "/session" + query(parameters), readSessions);
    if (ok && sessions.length === 0) {
        // Other servers may have an empty list, too.
        const [isOpencode, failure] = health(server);
        if (!isOpencode) return $multi(false as const, failure);
    }
    return $multi(ok, sessions) as unknown as Result<readonly Session[]>;
}

/** The newest messages of a session, oldest first. Always with a limit: the whole list grows with every turn. */
export function getMessages(server: Server, sessionId: string, limit: number): Result<readonly Message[]> {
    return call(server, `/session/${percentEncode(sessionId)}/message?limit=${limit}`, readMessages);
}

/** One message of a session. */
export function getMessage(server: Server, sessionId: string, id: string): Result<Message> {
    const path = `/session/${percentEncode(sessionId)}/message/${percentEncode(id)}`;
    return call(server, path, readMessage);
}

/** A prompt as it is sent. */
export interface Prompt {
    readonly text: string;
    readonly nonce: string;
    /** "provider/model" */
    readonly model?: string;
    readonly agent?: string;
    readonly variant?: string;
    readonly system?: string;
}

/**
 * Sends a prompt and does not wait for its answer. Success only means that the server has it: an unknown model or
 * agent is accepted, too. It carries no messageID, which makes servers up to 1.18.14 loop and all of them ignore an id
 * that was used before; the nonce in the part's metadata marks it instead.
 */
export function sendPrompt(server: Server, sessionId: string, prompt: Prompt): Result<unknown> {
    const [provider, model] = string.match(prompt.model ?? "", "^([^/]+)/(.+)$");
    const body: Record<string, unknown> = {
        parts: [{ type: "text", text: prompt.text, metadata: { nonce: prompt.nonce } }],
        agent: prompt.agent,
        variant: prompt.variant,
        system: prompt.system,
    };
    if (provider !== undefined) body.model = { providerID: provider, modelID: model };
    return call(server, `/session/${percentEncode(sessionId)}/prompt_async`, undefined, body);
}

/** Stops what a session does; fine for an idle one. */
export function abortSession(server: Server, sessionId: string): Result<unknown> {
    return call(server, `/session/${percentEncode(sessionId)}/abort`, undefined, {});
}

/**
 * Reads one of the server's lists: what its sessions do (only those that are not idle), the permissions and questions
 * that wait for somebody, the providers with their models, or the agents. Each is per directory.
 */
export function readList<K extends keyof ListValues>(
    server: Server,
    name: K,
    directory: string | undefined,
): Result<ListValues[K]> {
    const list = directoryLists[name];
    return call(server, list.path + query({ directory }), list.read);
}

/** What opencode loads when a folder's first turn starts, and where it tells of each. */
const loadedLists = {
    providers: "/config/providers",
    tools: "/experimental/tool/ids",
    mcp: "/mcp",
    skills: "/skill",
};

/**
 * Waits until opencode has loaded something for a directory. It loads what is not there yet, so that the answer takes
 * as long as that does: MCP servers may take seconds.
 */
export function waitUntilLoaded(
    server: Server,
    what: keyof typeof loadedLists,
    directory: string | undefined,
): Result<unknown> {
    return call(server, loadedLists[what] + query({ directory }), undefined);
}
