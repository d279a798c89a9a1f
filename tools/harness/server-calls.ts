/** What somebody at a server's own door does and sees, whatever the server speaks: tests and the bench set things up by it. */
import { setTimeout as pause } from "node:timers/promises";
import { type Dialect, dialectOf, type Opencode } from "trapos-opencode";

/** A session. */
export interface SessionSeen {
    readonly id: string;
    readonly title: string;
    readonly directory: string;
    readonly tokens: { readonly input: number };
}

/** A message of somebody who asks, or of the assistant. */
export interface MessageSeen {
    readonly id: string;
    readonly role: "user" | "assistant";
    readonly text: string;
    /** What the text is joined of. */
    readonly texts: readonly string[];
    /** Whether it ended with an error. */
    readonly hasFailed: boolean;
    readonly tools: readonly { readonly name: string; readonly status: string }[];
    /** Whether it is a summary of what was said before. */
    readonly isSummary: boolean;
    /** When it was whole, in epoch milliseconds; undefined while it is not. */
    readonly completed: number | undefined;
}

/** A permission or a question that waits. */
export interface AskSeen {
    readonly id: string;
    readonly sessionId: string;
}

/** What can be done. Each rejects where the server refuses. */
export interface ServerCalls {
    readonly dialect: Dialect;
    /** Sends any request. Returns the JSON of its answer; rejects when it is not 2xx, and for a web page. */
    call<T>(method: string, path: string, body?: object): Promise<T>;
    /** Makes a session, and gives its id. */
    createSession(title: string): Promise<string>;
    getSession(id: string): Promise<SessionSeen>;
    /** The sessions that no other session opened, newest first; those of a folder where one is named. */
    listSessions(search?: string, directory?: string): Promise<readonly SessionSeen[]>;
    deleteSession(id: string): Promise<void>;
    /** Forks a session before a message, and gives the new one's id. */
    forkSession(id: string, before: string | undefined): Promise<string>;
    /** What was said in a session, oldest first. */
    messages(id: string): Promise<readonly MessageSeen[]>;
    /** Sends a prompt, and does not wait for its answer. */
    prompt(id: string, text: string): Promise<void>;
    /** Sends a prompt, and waits until its turn is over. */
    ask(id: string, text: string): Promise<void>;
    /** Stops what a session does. */
    stop(id: string): Promise<void>;
    /** The sessions that work. */
    running(): Promise<readonly string[]>;
    /** The permissions that wait in a folder; in the server's own when absent. */
    permissions(directory?: string): Promise<readonly AskSeen[]>;
    answerPermission(ask: AskSeen, reply: "once" | "reject", directory?: string): Promise<void>;
    /** The questions that wait in a folder. */
    questions(directory?: string): Promise<readonly AskSeen[]>;
    /** Answers the first question of several. */
    answerQuestion(ask: AskSeen, answer: string, directory?: string): Promise<void>;
}

/** The texts among the parts of a message. */
function textsOf(parts: readonly { readonly type: string; readonly text?: string }[]): string[] {
    return parts.flatMap(({ type, text }) => (type === "text" && text !== undefined ? [text] : []));
}

/** How long it rests before it looks again: no route of a server waits. */
const restMilliseconds = 20;

type Send = <T>(method: string, path: string, body?: object) => Promise<T>;

/** The part of an address that names a folder. */
function query(name: string, directory: string | undefined): string {
    return directory === undefined ? "" : `?${name}=${encodeURIComponent(directory)}`;
}

interface Session1 {
    readonly id: string;
    readonly title: string;
    readonly directory: string;
    readonly tokens?: { readonly input: number };
}

interface Message1 {
    readonly info: {
        readonly id: string;
        readonly role: "user" | "assistant";
        readonly summary?: unknown;
        readonly error?: object;
        readonly time: { readonly completed?: number };
    };
    readonly parts: readonly {
        readonly type: string;
        readonly text?: string;
        readonly tool?: string;
        readonly state?: { readonly status: string };
    }[];
}

const session1 = ({ id, title, directory, tokens }: Session1): SessionSeen => ({
    id,
    title,
    directory,
    tokens: tokens ?? { input: 0 },
});

function message1({ info, parts }: Message1): MessageSeen {
    const texts = textsOf(parts);
    return {
        id: info.id,
        role: info.role,
        text: texts.join(""),
        texts,
        hasFailed: info.error !== undefined,
        tools: parts
            .filter(({ type }) => type === "tool")
            .map(({ tool, state }) => ({ name: tool ?? "", status: state?.status ?? "" })),
        isSummary: info.summary === true,
        completed: info.time.completed,
    };
}

/** By the routes of opencode 1. */
function calls1(call: Send, folder: () => string): Omit<ServerCalls, "dialect" | "call"> {
    const text = (words: string) => ({ parts: [{ type: "text", text: words }] });
    const entries = async (path: string, directory: string | undefined) => {
        const list = await call<{ id: string; sessionID: string }[]>(
            "GET",
            path + query("directory", directory),
        );
        return list.map(({ id, sessionID }) => ({ id, sessionId: sessionID }));
    };
    return {
        createSession: async (title) => (await call<Session1>("POST", "/session", { title })).id,
        getSession: async (id) => session1(await call<Session1>("GET", `/session/${id}`)),
        async listSessions(search, directory) {
            const asked = new URLSearchParams({ roots: "true" });
            if (search !== undefined) asked.set("search", search);
            if (directory !== undefined) asked.set("directory", directory);
            return (await call<Session1[]>("GET", `/session?${asked.toString()}`)).map(session1);
        },
        deleteSession: (id) => call("DELETE", `/session/${id}`),
        forkSession: async (id, before) =>
            (
                await call<Session1>(
                    "POST",
                    `/session/${id}/fork`,
                    before === undefined ? {} : { messageID: before },
                )
            ).id,
        messages: async (id) => (await call<Message1[]>("GET", `/session/${id}/message`)).map(message1),
        prompt: (id, words) => call("POST", `/session/${id}/prompt_async`, text(words)),
        ask: async (id, words) => void (await call("POST", `/session/${id}/message`, text(words))),
        stop: (id) => call("POST", `/session/${id}/abort`, {}),
        running: async () =>
            Object.keys(await call<object>("GET", `/session/status${query("directory", folder())}`)),
        permissions: (directory) => entries("/permission", directory),
        answerPermission: ({ id }, reply, directory) =>
            call("POST", `/permission/${id}/reply${query("directory", directory)}`, { reply }),
        questions: (directory) => entries("/question", directory),
        answerQuestion: ({ id }, answer, directory) =>
            call("POST", `/question/${id}/reply${query("directory", directory)}`, { answers: [[answer]] }),
    };
}

interface Session2 {
    readonly id: string;
    readonly title?: string;
    readonly location: { readonly directory: string };
    readonly tokens?: { readonly input: number };
}

interface Message2 {
    readonly id: string;
    readonly type: string;
    readonly text?: string;
    readonly content?: readonly {
        readonly type: string;
        readonly text?: string;
        readonly name?: string;
        readonly state?: { readonly status: string };
    }[];
    readonly time: { readonly created: number; readonly completed?: number };
    readonly summary?: string;
    readonly error?: object;
}

interface Data<T> {
    readonly data: T;
}

/** The most messages of one answer. */
const mostMessages = 200;

const session2 = ({ id, title, location, tokens }: Session2): SessionSeen => ({
    id,
    title: title ?? "",
    directory: location.directory,
    tokens: tokens ?? { input: 0 },
});

/** A message; nothing for what nobody has said, as that a turn is over. */
function message2({ id, type, text, content, time, summary, error }: Message2): MessageSeen[] {
    const parts = content ?? (text === undefined ? [] : [{ type: "text", text }]);
    const texts = summary === undefined ? textsOf(parts) : [summary];
    const seen = { id, text: texts.join(""), texts, isSummary: false, hasFailed: error !== undefined };
    if (type === "user") return [{ ...seen, role: "user", tools: [], completed: time.created }];
    if (type === "compaction")
        return [{ ...seen, role: "assistant", tools: [], isSummary: true, completed: time.created }];
    if (type !== "assistant") return [];
    const tools = (content ?? [])
        .filter((part) => part.type === "tool")
        .map(({ name, state }) => ({ name: name ?? "", status: state?.status ?? "" }));
    return [{ ...seen, role: "assistant", tools, completed: time.completed }];
}

/** By the routes of opencode 2. */
function calls2(call: Send): Omit<ServerCalls, "dialect" | "call"> {
    const data = async <T>(method: string, path: string, body?: object) =>
        (await call<Data<T>>(method, path, body)).data;
    const listed = async (id: string) =>
        (await data<Message2[]>("GET", `/api/session/${id}/message?limit=${mostMessages}`)).reverse();
    const running = async () => Object.keys(await data<object>("GET", "/api/session/active"));
    const entries = async (path: string, directory: string | undefined) => {
        const at = query(encodeURIComponent("location[directory]"), directory);
        const list = await data<{ id: string; sessionID: string }[]>("GET", path + at);
        return list.map(({ id, sessionID }) => ({ id, sessionId: sessionID }));
    };
    const send = (id: string, text: string) =>
        data<{ id: string }>("POST", `/api/session/${id}/prompt`, { text });
    return {
        createSession: async (title) => (await data<Session2>("POST", "/api/session", { title })).id,
        getSession: async (id) => session2(await data<Session2>("GET", `/api/session/${id}`)),
        async listSessions(search, directory) {
            const asked = new URLSearchParams({ parentID: "null" });
            if (search !== undefined) asked.set("search", search);
            if (directory !== undefined) asked.set("directory", directory);
            return (await data<Session2[]>("GET", `/api/session?${asked.toString()}`)).map(session2);
        },
        deleteSession: (id) => call("DELETE", `/api/session/${id}`),
        forkSession: async (id, before) =>
            (await data<Session2>("POST", `/api/session/${id}/fork`, before === undefined ? {} : { before }))
                .id,
        messages: async (id) => (await listed(id)).flatMap(message2),
        prompt: async (id, text) => void (await send(id, text)),
        async ask(id, text) {
            const prompt = await send(id, text);
            for (;;) {
                // It is looked first whether it works: what is read after that is the last there is.
                const isOver = !(await running()).includes(id);
                const all = await listed(id);
                const after = all.slice(all.findIndex((one) => one.id === prompt.id) + 1);
                if (isOver && after.some(({ type }) => type === "assistant" || type === "idle")) return;
                await pause(restMilliseconds);
            }
        },
        stop: async (id) => void (await call("POST", `/api/session/${id}/interrupt`)),
        running,
        permissions: (directory) => entries("/api/permission/request", directory),
        answerPermission: ({ id, sessionId }, reply) =>
            call("POST", `/api/session/${sessionId}/permission/${id}/reply`, { decision: reply }),
        questions: (directory) => entries("/api/form", directory),
        async answerQuestion({ id, sessionId }, answer) {
            const path = `/api/session/${sessionId}/form/${id}`;
            const { fields } = await data<{ fields: { key: string }[] }>("GET", path);
            await call("POST", `${path}/reply`, { answer: { [fields[0]!.key]: answer } });
        },
    };
}

/**
 * What can be done at a server.
 * @param opencode the server that there is now: another one after a restart
 */
export function serverCalls(opencode: () => Opencode): ServerCalls {
    async function call<T>(method: string, path: string, body?: object): Promise<T> {
        const { url, username, password } = opencode();
        const login = Buffer.from(`${username}:${password}`).toString("base64");
        const response = await fetch(url + path, {
            method,
            headers: {
                authorization: `Basic ${login}`,
                ...(body ? { "content-type": "application/json" } : {}),
            },
            ...(body ? { body: JSON.stringify(body) } : {}),
        });
        const text = await response.text();
        const isPage = (response.headers.get("content-type") ?? "").startsWith("text/html");
        if (!response.ok || isPage)
            throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
        return (text === "" ? undefined : JSON.parse(text)) as T;
    }
    const dialect = dialectOf(opencode().version);
    const rest = dialect === 1 ? calls1(call, () => opencode().directory) : calls2(call);
    return { dialect, call, ...rest };
}
