/**
 * The routes of opencode's HTTP server as functions: request in, `true, value` or `false, failure` out. The only file
 * that knows an address. Measured against opencode 1.18.33; an unknown route answers 200 with HTML there, and other
 * servers anything, which is why everything is refused that is not JSON with what is read without another look.
 */
import type { Request, Response } from "../http";
import { decode, encode } from "../json";
import { fail, type Failure, type Result } from "./failure";
import type { ListValues, Message, Part, Session } from "./protocol";
import { redact, type Settings } from "./settings";

/** What the routes need: the settings, and what sends a request. */
export interface Server {
    readonly settings: Settings;
    readonly send: (this: void, request: Request) => Response;
    /** True to go on through Ctrl+T. */
    readonly raw?: boolean;
}

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
const REASONS: Record<string, string | undefined> = {
    "http is disabled": "http_disabled",
    "Domain not permitted": "address_denied",
    "Timed out": "timed_out",
    "Response is too large": "reply_too_large",
    "Could not connect": "cannot_connect",
    "Unknown host": "cannot_connect",
    "Connection refused": "cannot_connect",
    "Host not found": "cannot_connect",
};

/** Reads what this client reads of an answer; raises where the answer is none of that kind. */
type Check<T> = (this: void, answer: T) => unknown;

function text(value: unknown): string {
    if (type(value) !== "string") error("no text");
    return value as string;
}

function checkSession(session: Session): unknown {
    return text(session.id) + text(session.title) + (session.time.created + session.time.updated);
}

/** For lists; an empty object passes, too, as in Lua it is an empty list. */
function each<T>(check: Check<T>): Check<T[]> {
    return (list) => {
        for (const [, entry] of pairs(list as unknown as Record<number, T>)) check(entry);
    };
}

const checkParts = each<Part>((part) => text(part.type) + text(part.text ?? ""));

function checkMessage(message: Message): unknown {
    const info = message.info;
    checkParts(message.parts as Part[]);
    return text(info.id) + text(info.role) + text(info.parentID ?? "") + (info.time.created + 0);
}

interface ErrorBody {
    readonly name?: unknown;
    readonly data?: { readonly message?: string; readonly path?: string };
}

function refused(url: string, status: number, value: unknown): Failure {
    const body: ErrorBody = type(value) === "table" ? value! : {};
    const data = type(body.data) === "table" ? body.data! : {};
    let code = "server_error";
    if (status === 401 || status === 403) code = "unauthorized";
    else if (body.name === "ConfigJsonError") code = "server_config";
    else if (type(body.name) !== "string" && status < 500) code = "not_opencode";
    else if (status === 404) code = "not_found";
    else if (status === 400) code = "bad_request";
    return fail(code, { url, status, what: data.path ?? data.message ?? "no reason given" });
}

/** Sends a request: a POST where there is a body. Without a check any answer is one, none (status 204), too. */
function call<T>(server: Server, path: string, check?: Check<T>, body?: object): Result<T> {
    const settings = server.settings;
    const response = server.send({
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
    });
    const url = redact(settings.server_url);
    const status = response.status;
    if (status === undefined) {
        const what = response.reason ?? "";
        return $multi(false as const, fail(REASONS[what] ?? "network_error", { url, what }));
    }
    if (status === 204 && !check) return $multi(true as const, undefined as T);
    const value = decode(response.body);
    if (status < 200 || status > 299) return $multi(false as const, refused(url, status, value));
    const [isJson] = string.find(response.headers["content-type"] ?? "", "json");
    if (isJson === undefined || value === undefined || (check && !pcall(check, value as T)[0]))
        return $multi(false as const, fail("not_opencode", { url }));
    return $multi(true as const, value as T);
}

/** A query of the parameters that have a value, with its question mark. */
function query(parameters: Record<string, string | number | undefined>): string {
    let text = "";
    for (const [name, value] of pairs(parameters)) {
        text += `${text === "" ? "?" : "&"}${name}=${textutils.urlEncode(tostring(value))}`;
    }
    return text;
}

/** Whether the server is up, and its version. */
export function health(server: Server): Result<{ readonly version: string }> {
    return call(server, "/global/health", (answer) => answer.version.length);
}

/** Makes a session. The title is for people. */
export function createSession(server: Server, title: string): Result<Session> {
    return call(server, "/session" + query({ directory: server.settings.directory }), checkSession, {
        title,
    });
}

/** One session; fails with `session_gone` when the server does not have it. */
export function getSession(server: Server, id: string): Result<Session> {
    // Any other id makes the server fail with 500.
    if (string.find(tostring(id), "^ses")[0] !== undefined) {
        const [ok, value] = call<Session>(server, "/session/" + textutils.urlEncode(id), checkSession);
        if (ok || value.code !== "not_found") return $multi(ok, value) as unknown as Result<Session>;
    }
    return $multi(false as const, fail("session_gone", { session: id }));
}

/** The newest sessions that no other session opened, newest first. */
export function listSessions(
    server: Server,
    limit: number | undefined,
    search: string | undefined,
): Result<Session[]> {
    const parameters = { limit, search, roots: "true", directory: server.settings.directory };
    const [ok, sessions] = call<Session[]>(server, "/session" + query(parameters), each(checkSession));
    if (ok && sessions.length === 0) {
        // Other servers may have an empty list, too.
        const [isOpencode, failure] = health(server);
        if (!isOpencode) return $multi(false as const, failure);
    }
    return $multi(ok, sessions) as unknown as Result<Session[]>;
}

/** The newest messages of a session, oldest first. Always with a limit: the whole list grows with every turn. */
export function getMessages(server: Server, sessionId: string, limit: number): Result<Message[]> {
    return call(server, `/session/${sessionId}/message?limit=${limit}`, each(checkMessage));
}

/** One message of a session. */
export function getMessage(server: Server, sessionId: string, id: string): Result<Message> {
    return call(server, `/session/${sessionId}/message/${textutils.urlEncode(id)}`, checkMessage);
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
export function sendPrompt(server: Server, sessionId: string, prompt: Prompt): Result<undefined> {
    const [provider, model] = string.match(prompt.model ?? "", "^([^/]+)/(.+)$");
    const body: Record<string, unknown> = {
        parts: [{ type: "text", text: prompt.text, metadata: { nonce: prompt.nonce } }],
        agent: prompt.agent,
        variant: prompt.variant,
        system: prompt.system,
    };
    if (provider !== undefined) body.model = { providerID: provider, modelID: model };
    return call(server, `/session/${sessionId}/prompt_async`, undefined, body);
}

/** Stops what a session does; fine for an idle one. */
export function abortSession(server: Server, sessionId: string): Result<boolean> {
    return call(server, `/session/${sessionId}/abort`, undefined, {});
}

/** What can be read of a directory, and where. */
const lists = {
    status: "/session/status",
    permissions: "/permission",
    questions: "/question",
    providers: "/config/providers",
    agents: "/agent",
};

/**
 * Reads one of the server's lists: what its sessions do (only those that are not idle), the permissions and questions
 * that wait for somebody, the providers with their models, or the agents. Each is per directory.
 */
export function readList<K extends keyof typeof lists>(
    server: Server,
    name: K,
    directory: string,
): Result<ListValues[K]> {
    // `next` raises for what is no table. No more is looked at: by then the server has shown an opencode's session.
    return call(server, lists[name] + query({ directory }), next as Check<object> as Check<ListValues[K]>);
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
    directory: string,
): Result<unknown> {
    return call(server, loadedLists[what] + query({ directory }));
}
