/** A twin with the scripted model, and a client of it that waits for what happens. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Permission } from "trapos-opencode";
import { startTwin, type Twin, type TwinOptions } from "../../tools/opencode2-twin/index.ts";
import type { Message, Session } from "../../tools/opencode2-twin/types.ts";
import { type Model, type Rule, startModel } from "../../tools/model/index.ts";

export interface Answer {
    status: number;
    type: string;
    text: string;
    /** The parsed body; undefined where it is no JSON. */
    body: unknown;
}

export interface Asked {
    method?: string;
    body?: unknown;
    headers?: Record<string, string>;
}

/** How to reach a server of opencode 2. */
export interface Reached {
    url: string;
    username: string;
    password: string;
}

/** Sends a request with the server's login. */
export async function ask(server: Reached, path: string, asked: Asked = {}): Promise<Answer> {
    const { body, headers = {}, method = body === undefined ? "GET" : "POST" } = asked;
    const login = Buffer.from(`${server.username}:${server.password}`).toString("base64");
    const response = await fetch(server.url + path, {
        method,
        headers: {
            authorization: `Basic ${login}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    return {
        status: response.status,
        type,
        text,
        body: type.startsWith("application/json") ? (JSON.parse(text) as unknown) : undefined,
    };
}

/** An event of the stream. */
export interface SeenEvent {
    id: string;
    type: string;
    created?: number;
    location?: { directory: string };
    data: Record<string, unknown>;
    durable?: { aggregateID: string; seq: number; version: number };
}

/** What the stream has sent so far, and those who wait for more. */
export interface Watched {
    events: SeenEvent[];
    /** Waits for an event that matches, one that came already included. Rejects when the stream ends before. */
    wait(matches: (event: SeenEvent) => boolean): Promise<SeenEvent>;
    close(): void;
}

/** Watches the stream of events. Resolves once it is connected. */
export async function watch(server: Reached): Promise<Watched> {
    const controller = new AbortController();
    const login = Buffer.from(`${server.username}:${server.password}`).toString("base64");
    const response = await fetch(`${server.url}/api/event`, {
        headers: { authorization: `Basic ${login}` },
        signal: controller.signal,
    });
    const events: SeenEvent[] = [];
    const waiting = new Set<() => void>();
    let isOver = false;
    const read = async (): Promise<void> => {
        let rest = "";
        for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
            const blocks = (rest + chunk).split("\n\n");
            rest = blocks.pop()!;
            for (const block of blocks)
                if (block.startsWith("data: ")) events.push(JSON.parse(block.slice(6)) as SeenEvent);
            for (const look of [...waiting]) look();
        }
    };
    void read()
        .catch(() => undefined)
        .finally(() => {
            isOver = true;
            for (const look of [...waiting]) look();
        });
    const watched: Watched = {
        events,
        wait: (matches) =>
            new Promise((resolve, reject) => {
                const look = (): void => {
                    const found = events.find(matches);
                    if (found === undefined && !isOver) return void waiting.add(look);
                    waiting.delete(look);
                    if (found) resolve(found);
                    else
                        reject(
                            new Error(`No such event; seen: ${events.map(({ type }) => type).join(", ")}`),
                        );
                };
                look();
            }),
        close: () => controller.abort(),
    };
    await watched.wait(({ type }) => type === "server.connected");
    return watched;
}

export interface World {
    model: Model;
    /** Another one after `restart`. */
    readonly twin: Twin;
    ask(path: string, asked?: Asked): Promise<Answer>;
    /** Asks, and gives `data` of an answer that is 200. */
    data<Type = unknown>(path: string, asked?: Asked): Promise<Type>;
    /** Makes a session, with a title where the body has none, so that the model is asked for nothing but turns. */
    create(body?: object): Promise<Session>;
    /** Sends a prompt. @returns its id */
    prompt(sessionID: string, text: string, more?: object): Promise<string>;
    /** Sends a prompt and waits until its execution is over. @returns the messages, oldest first */
    turn(sessionID: string, text: string, more?: object): Promise<Message[]>;
    messages(sessionID: string): Promise<Message[]>;
    /** Waits for an event of the running server. */
    wait(type: string, matches?: (event: SeenEvent) => boolean): Promise<SeenEvent>;
    /** What the stream of the running server has sent. */
    seen(): SeenEvent[];
    /** Starts the twin again, after its end, in the same home. */
    restart(): Promise<void>;
}

export const allowEverything: Permission = { "*": "allow", external_directory: "allow" };

export interface WorldOptions extends Partial<Omit<TwinOptions, "model">> {
    rules?: readonly Rule[];
    /** What is said more of the models. */
    details?: Readonly<Record<string, object>>;
}

/** Starts a twin that ends with the test. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), "twin-"));
    const { rules, details, ...given } = options;
    const model = await startModel({ rules });
    const start = async (more: Partial<TwinOptions>): Promise<[Twin, Watched]> => {
        const twin = await startTwin({
            home: folder,
            permission: allowEverything,
            ...given,
            ...more,
            model: { baseUrl: model.url, details },
        });
        return [twin, await watch(twin)];
    };
    let [twin, watched] = await start({});
    onTestFinished(async () => {
        watched.close();
        await twin.kill();
        await model.stop();
        await rm(folder, { recursive: true, force: true });
    });
    const world: World = {
        model,
        get twin() {
            return twin;
        },
        ask: (path, asked) => ask(twin, path, asked),
        async data<Type>(path: string, asked?: Asked): Promise<Type> {
            const answer = await ask(twin, path, asked);
            if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
            return (answer.body as { data: Type }).data;
        },
        create: (body = {}) => world.data("/api/session", { body: { title: "Test", ...body } }),
        async prompt(sessionID, text, more = {}) {
            const { id } = await world.data<{ id: string }>(`/api/session/${sessionID}/prompt`, {
                body: { text, ...more },
            });
            return id;
        },
        async turn(sessionID, text, more = {}) {
            const id = await world.prompt(sessionID, text, more);
            const { durable } = await world.wait(
                "session.inbox.delivered",
                ({ data }) => data["inboxID"] === id,
            );
            await watched.wait(
                (event) =>
                    event.data["sessionID"] === sessionID &&
                    /^session\.execution\.(succeeded|failed|interrupted)$/.test(event.type) &&
                    event.durable!.seq > durable!.seq,
            );
            return world.messages(sessionID);
        },
        messages: (sessionID) => world.data(`/api/session/${sessionID}/message?order=asc&limit=200`),
        wait: (type, matches = () => true) => watched.wait((event) => event.type === type && matches(event)),
        seen: () => watched.events,
        async restart() {
            watched.close();
            [twin, watched] = await start({ port: twin.port, password: twin.password });
        },
    };
    return world;
}

/** The types of messages, with the outcomes of idle records. */
export function outline(messages: readonly Message[]): string[] {
    return messages.map((message) => (message.type === "idle" ? `idle ${message.outcome}` : message.type));
}

/** What the last assistant said. */
export function lastText(messages: readonly Message[]): string {
    const last = messages.findLast((message) => message.type === "assistant");
    return last!.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
}
