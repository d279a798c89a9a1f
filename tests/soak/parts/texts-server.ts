/** A server that answers as opencode 1 does, with the texts that it is told. One character of a text is one byte. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server tells of the next turn. */
export interface Script {
    /** How many times it is looked at before it has ended. */
    readonly polls: number;
    /** Parts of the message until then. */
    readonly parts?: readonly object[];
    /** Its status until then, busy where nothing is said. */
    readonly status?: object;
    readonly permissions?: (sessionID: string) => readonly object[];
    readonly questions?: (sessionID: string) => readonly object[];
    /** The answer. */
    readonly text: string;
    /** Parts of the message at its end, before its text. */
    readonly last?: readonly object[];
    /** Fields of the message at its end. */
    readonly info?: object;
    /** Answers of other routes by method and path, as "GET /session/:id/todo". */
    readonly answers?: Readonly<Record<string, unknown>>;
    /** Messages that are there before anything is sent. */
    readonly before?: readonly object[];
    /** What the server answers to the prompt in place of 204, or to another path that is named. */
    readonly refusal?: {
        readonly status: number;
        readonly type: string;
        readonly body: string;
        readonly path?: string;
    };
}

export interface TextServer {
    readonly url: string;
    /** What is told from now on. */
    tell(script: Script, titles: readonly string[]): void;
    close(): Promise<void>;
}

interface Turn {
    readonly nonce: string;
    looks: number;
}

/** @returns the server, on a port that the system has picked on loopback */
export async function startTextServer(): Promise<TextServer> {
    let script: Script = { polls: 0, text: "" };
    let titles: readonly string[] = [];
    const turns = new Map<string, Turn>();
    let count = 0;

    const session = (id: string, title: string) => ({
        id,
        title,
        directory: "/",
        time: { created: 1_700_000_000_000, updated: Date.now() },
    });

    function messages(id: string): object[] {
        const turn = turns.get(id);
        if (turn === undefined) return [...(script.before ?? [])];
        const hasEnded = turn.looks > script.polls;
        const user = {
            info: { id: `msg_u${turn.nonce}`, role: "user", time: { created: 1 } },
            parts: [{ type: "text", text: "hi", metadata: { nonce: turn.nonce } }],
        };
        const time = hasEnded ? { created: 2, completed: 3 } : { created: 2 };
        const end = hasEnded ? { finish: "stop", providerID: "p", modelID: "m", ...script.info } : {};
        const parts = hasEnded
            ? [...(script.last ?? []), { type: "text", text: script.text }]
            : (script.parts ?? []);
        const info = {
            id: `msg_a${turn.nonce}`,
            role: "assistant",
            parentID: `msg_u${turn.nonce}`,
            time,
            ...end,
        };
        return [user, { info, parts }];
    }

    const isRunning = (id: string): boolean => {
        const turn = turns.get(id);
        return turn !== undefined && turn.looks <= script.polls;
    };
    const running = (): string[] => [...turns.keys()].filter(isRunning);

    function answer(method: string, path: string, query: URLSearchParams, body: string): unknown {
        const [, , id = "", what, message] = path.split("/");
        const route = `${method} ${path.replace(/^\/session\/ses_[^/]*/, "/session/:id")}`;
        const given = script.answers?.[route];
        if (given !== undefined) return given;
        if (path === "/session" && method === "POST") return session(`ses_${++count}`, "new");
        if (path === "/session") return titles.map((title, index) => session(`ses_listed${index}`, title));
        if (path === "/session/status")
            return Object.fromEntries(running().map((name) => [name, script.status ?? { type: "busy" }]));
        if (path === "/permission") return running().flatMap((name) => script.permissions?.(name) ?? []);
        if (path === "/question") return running().flatMap((name) => script.questions?.(name) ?? []);
        if (path === "/agent") return [{ name: "build", mode: "primary" }];
        if (path === "/config/providers") return { providers: [{ id: "p", models: { m: {} } }], default: {} };
        if (path === "/global/health") return { healthy: true, version: "1.18.33" };
        if (what === undefined) return session(id, titles[0] ?? "");
        if (what === "message" && message === undefined) {
            const turn = turns.get(id);
            if (turn !== undefined) turn.looks++;
            return messages(id).slice(-Number(query.get("limit")));
        }
        if (what === "message") return messages(id)[0];
        if (what === "prompt_async") {
            const prompt = JSON.parse(body) as { parts: { metadata: { nonce: string } }[] };
            turns.set(id, { nonce: prompt.parts[0]!.metadata.nonce, looks: 0 });
            return undefined;
        }
        // These begin what shows among the messages.
        if (what === "shell" || what === "summarize" || what === "command")
            turns.set(id, { nonce: `${++count}`, looks: 0 });
        return true;
    }

    function respond(response: ServerResponse, path: string, value: unknown): void {
        const { refusal } = script;
        if (refusal !== undefined && path.endsWith(refusal.path ?? "/prompt_async")) {
            response.writeHead(refusal.status, { "content-type": refusal.type });
            response.end(Buffer.from(refusal.body, "latin1"));
        } else if (value === undefined) {
            response.writeHead(204).end();
        } else {
            response.writeHead(200, { "content-type": "application/json" });
            response.end(Buffer.from(JSON.stringify(value), "latin1"));
        }
    }

    const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
            const body = Buffer.concat(chunks).toString();
            respond(response, pathname, answer(request.method ?? "GET", pathname, searchParams, body));
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        tell(next, listed) {
            script = next;
            titles = listed;
            turns.clear();
        },
        async close() {
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
        },
    };
}
