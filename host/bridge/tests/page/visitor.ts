/** A browser as the bridge sees it, for tests of what one may do: it says whatever it is told to. */
import { request } from "node:http";

/** An answer. */
export interface Answer {
    readonly status: number;
    readonly text: string;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What is asked of a bridge. */
export interface Asked {
    readonly method?: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** Sent as JSON; a text is sent as it is. */
    readonly body?: unknown;
}

/** Sends a request with whatever headers, as fetch does not. @returns as much of the answer as comes until it ends, or is an event */
export function visit(url: string, { method, path, headers, body }: Asked): Promise<Answer> {
    const sentMethod = method ?? (body === undefined ? "GET" : "POST");
    return new Promise((resolve, reject) => {
        const sent = request(
            `${url}${path}`,
            { method: sentMethod, headers: { ...headers }, agent: false },
            (response) => {
                let text = "";
                const done = () => {
                    resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
                    sent.destroy();
                };
                const isStream = response.headers["content-type"]?.startsWith("text/event-stream") === true;
                response.setEncoding("utf8").on("data", (piece: string) => {
                    text += piece;
                    if (isStream) done();
                });
                response.on("end", done);
            },
        );
        sent.on("error", reject);
        sent.end(typeof body === "string" ? body : body === undefined ? undefined : JSON.stringify(body));
    });
}

/** An event of the stream. */
export interface Told {
    readonly event: string;
    readonly data: unknown;
}

/** A stream of events that is read. */
export interface Stream {
    readonly status: number;
    readonly events: readonly Told[];
    /** All that came, as it came. */
    readonly text: () => string;
    /** Waits for an event that was not waited for before. */
    next(event: string, test?: (data: never) => boolean): Promise<unknown>;
    readonly ended: Promise<void>;
    /** Takes nothing more, or goes on. */
    pause(): void;
    close(): void;
}

/** Opens the stream of events, as a browser does. */
export function openStream(
    url: string,
    headers: Readonly<Record<string, string>>,
    query = "",
): Promise<Stream> {
    return new Promise((resolve, reject) => {
        const options = { headers: { ...headers }, agent: false };
        const sent = request(`${url}/page/events${query}`, options, (response) => {
            const events: Told[] = [];
            const waiting = new Set<() => void>();
            let [text, rest, taken] = ["", "", 0];
            const ended = new Promise<void>((done) => response.once("close", done));
            response.on("error", () => undefined);
            response.setEncoding("utf8").on("data", (piece: string) => {
                text += piece;
                const blocks = (rest + piece).split("\n\n");
                rest = blocks.pop() ?? "";
                for (const block of blocks) {
                    const found = /^event: (.*)\ndata: (.*)$/.exec(block);
                    if (found === null) continue;
                    events.push({ event: found[1]!, data: JSON.parse(found[2]!) as unknown });
                }
                for (const look of [...waiting]) look();
            });
            resolve({
                status: response.statusCode ?? 0,
                events,
                text: () => text,
                ended,
                pause: () => response.pause(),
                close: () => sent.destroy(),
                next: (event, test = () => true) =>
                    new Promise((found, failed) => {
                        const look = () => {
                            const place = events.findIndex(
                                (one, at) => at >= taken && one.event === event && test(one.data as never),
                            );
                            if (place < 0) return;
                            waiting.delete(look);
                            taken = place + 1;
                            found(events[place]!.data);
                        };
                        waiting.add(look);
                        look();
                        void ended.then(() =>
                            failed(new Error(`the stream ended without ${event}: ${text.slice(-500)}`)),
                        );
                    }),
            });
        });
        sent.on("error", reject);
        sent.end();
    });
}

/** Somebody who has logged in. */
export interface Visitor {
    readonly url: string;
    /** All that a change has to show. */
    readonly headers: Readonly<Record<string, string>>;
    get<T>(path: string): Promise<T>;
    /** @returns the answer's status and what it holds */
    change(name: string, given: object): Promise<{ readonly status: number; readonly value: unknown }>;
}

/** What is of a page of the bridge's own. */
export function ownHeaders(url: string): Record<string, string> {
    return { origin: url, "sec-fetch-site": "same-origin", "content-type": "application/json" };
}

/** Logs in to the page of a bridge. */
export async function logIn({ bridge }: { readonly bridge: { readonly pageUrl: string } }): Promise<Visitor> {
    const { origin: url, hash } = new URL(bridge.pageUrl);
    const begun = await visit(url, {
        path: "/page/login",
        headers: ownHeaders(url),
        body: { token: hash.slice(1) },
    });
    if (begun.status !== 200) throw new Error(begun.text);
    const cookie = String(begun.headers["set-cookie"]).split(";")[0] ?? "";
    const { guard } = JSON.parse(begun.text) as { guard: string };
    const headers = { ...ownHeaders(url), cookie, "x-trapos-guard": guard };
    return {
        url,
        headers,
        get: async <T>(path: string) => JSON.parse((await visit(url, { path, headers })).text) as T,
        async change(name, body) {
            const { status, text } = await visit(url, { path: `/page/${name}`, headers, body });
            return { status, value: JSON.parse(text) as unknown };
        },
    };
}
