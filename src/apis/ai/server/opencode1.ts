/**
 * What opencode 1 can do: its HTTP routes as functions that raise failures. The only file that knows an address. Measured against opencode 1.18.33; an unknown route answers 200 with HTML there, and other
 * servers anything, which is why everything is refused that is not JSON of the shape that protocol.ts gives it.
 */
import { outcome } from "../../trapos/failure";
import type { Response } from "../../trapos/http";
import { decode, encode } from "../../trapos/json";
import { reader, type Reader } from "../../trapos/shape";
import { percentEncode } from "../../trapos/utf8";
import { fail, type Code, type Failure } from "../failure";
import { answers, lists, response, type ListValues, type Message, type Session } from "../protocol";
import { redact } from "../settings";
import type { Connection, Face, Loaded, Prompt } from "./face";

const readHealth = reader(answers.health);
const readSession = reader(answers.session);
const readSessions = reader(answers.sessions);
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
function request(server: Connection, path: string, body?: object): Response {
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
function stranger(server: Connection): Failure {
    const answer = request(server, "/api/info");
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

/** Asks for what can be read by a shape; sends a body with POST. Without a shape any JSON will do, and none (status 204), too. */
function call<T>(server: Connection, path: string, read?: Reader<T>, body?: object): T {
    const answer = request(server, path, body);
    const status = answer.status;
    if (status === undefined) throw unanswered(server, answer.reason ?? "");
    if (status < 200 || status > 299) throw refused(server, answer);
    if (status === 204 && !read) return undefined as T;
    let value: unknown;
    if (isJson(answer)) value = decode(answer.body);
    if (read) value = read(value);
    if (value === undefined) throw stranger(server);
    return value as T;
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
function health(server: Connection): { readonly version: string } {
    return call(server, "/global/health", readHealth);
}

/** Makes a session. The title is for people. */
function createSession(server: Connection, title: string): Session {
    const path = "/session" + query({ directory: server.settings.directory });
    return call(server, path, readSession, { title });
}

/** One session; fails with `session_gone` when the server does not have it. */
function getSession(server: Connection, id: string): Session {
    // Any other id makes the server fail with 500.
    if (string.find(id, "^ses")[0] === undefined) throw fail("session_gone", { session: id });
    const [ok, value] = outcome(() => call(server, `/session/${percentEncode(id)}`, readSession));
    if (ok) return value;
    throw value.code === "not_found" ? fail("session_gone", { session: id }) : value;
}

/** The newest sessions that no other session opened, newest first. */
function listSessions(
    server: Connection,
    limit: number | undefined,
    search: string | undefined,
): readonly Session[] {
    const parameters = { limit, search, roots: "true", directory: server.settings.directory };
    const sessions = call(server, "/session" + query(parameters), readSessions);
    // Other servers may have an empty list, too.
    if (sessions.length === 0) health(server);
    return sessions;
}

/** The newest messages of a session, oldest first. Always with a limit: the whole list grows with every turn. */
function getMessages(server: Connection, sessionId: string, limit: number): readonly Message[] {
    return call(server, `/session/${percentEncode(sessionId)}/message?limit=${limit}`, readMessages);
}

/**
 * Sends a prompt and does not wait for its answer. Success only means that the server has it: an unknown model or
 * agent is accepted, too. It carries no messageID, which makes servers up to 1.18.14 loop and all of them ignore an id
 * that was used before; the nonce in the part's metadata marks it instead.
 */
function sendPrompt(server: Connection, sessionId: string, prompt: Prompt): void {
    const [provider, model] = string.match(prompt.model ?? "", "^([^/]+)/(.+)$");
    const body: Record<string, unknown> = {
        parts: [{ type: "text", text: prompt.text, metadata: { nonce: prompt.nonce } }],
        agent: prompt.agent,
        variant: prompt.variant,
        system: prompt.system,
    };
    if (provider !== undefined) body.model = { providerID: provider, modelID: model };
    call(server, `/session/${percentEncode(sessionId)}/prompt_async`, undefined, body);
}

/** Stops what a session does; fine for an idle one. */
function abortSession(server: Connection, sessionId: string): void {
    call(server, `/session/${percentEncode(sessionId)}/abort`, undefined, {});
}

/** Reads one of the server's lists. */
function readList<K extends keyof ListValues>(
    server: Connection,
    name: K,
    directory: string | undefined,
): ListValues[K] {
    const list = directoryLists[name];
    return call(server, list.path + query({ directory }), list.read);
}

/** Where opencode tells of what it loads. */
const loadedLists: Readonly<Record<Loaded, string>> = {
    providers: "/config/providers",
    tools: "/experimental/tool/ids",
    mcp: "/mcp",
    skills: "/skill",
};

/**
 * Waits until opencode has loaded something for a directory. It loads what is not there yet, so that the answer takes
 * as long as that does: MCP servers may take seconds.
 */
function waitUntilLoaded(server: Connection, what: Loaded, directory: string | undefined): void {
    call(server, loadedLists[what] + query({ directory }));
}

const opencode1: Face = {
    health,
    createSession,
    getSession,
    listSessions,
    getMessages,
    sendPrompt,
    abortSession,
    readList,
    waitUntilLoaded,
};

export = opencode1;
