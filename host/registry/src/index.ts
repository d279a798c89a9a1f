import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, isIPv6 } from "node:net";
import { join, resolve, sep } from "node:path";
import { INDEX, type Index, INSTALLER, MANIFEST } from "./format.ts";

export * from "./format.ts";

/** A request that a registry has answered. */
export interface RegistryRequest {
    /** As it was asked, without the leading slash. */
    readonly path: string;
    /** The HTTP status. */
    readonly status: number;
    /** Bytes of the body. */
    readonly size: number;
}

export interface RegistryOptions {
    /** The folder to serve. It holds packages/index.json. */
    readonly root: string;
    /** One that is free when absent. */
    readonly port?: number;
    /** Where it listens: 127.0.0.1 when absent. */
    readonly host?: string;
    /**
     * Called with the path of each request before it is answered, which waits for the result. When it rejects, the
     * connection is closed without an answer.
     */
    readonly onRequest?: (path: string) => Promise<void> | void;
    /** Called with each request that has been answered. */
    readonly onAnswer?: (request: RegistryRequest) => void;
    /**
     * Serves something else in place of a file, for tests of what a registry may do wrong.
     * @returns the content; undefined for what is there, null for HTTP status 404
     */
    readonly contentOf?: (path: string) => string | Buffer | null | undefined;
}

/** A registry that is being served. */
export interface Registry {
    /** As a computer is told of it: `http://127.0.0.1:<port>/`. */
    readonly url: string;
    /** All that was asked for so far, in order, without leading slashes. */
    readonly requests: string[];
    /** Ends it, and every connection. May be called any number of times. */
    stop(): Promise<void>;
}

/**
 * Reads the index of a tree.
 * @throws Error with one line that says what to do, when there is none
 */
export async function readIndex(root: string): Promise<Index> {
    const file = join(root, INDEX);
    let text: string;
    try {
        text = await readFile(file, "utf8");
    } catch {
        throw new Error(`There is no ${file}. Give a folder that holds one, or make it: npm run build`);
    }
    try {
        return JSON.parse(text) as Index;
    } catch (error) {
        throw new Error(`${file}: ${(error as Error).message}`);
    }
}

/** What of a tree is served: never what else lies in its folder, or beside it. */
function isServed(root: string, index: Index, path: string): boolean {
    if ([INDEX, MANIFEST, INSTALLER].includes(path)) return true;
    const isListed = Object.values(index.packages).some(({ files }) => Object.hasOwn(files, path));
    return isListed && resolve(root, path).startsWith(root + sep);
}

/**
 * What a registry serves at a path, for a server that serves more than a registry.
 * @param root the tree, whose index is read anew
 * @param path without the leading slash and without a query
 * @returns nothing for what is not served
 */
export async function contentOf(root: string, path: string): Promise<Buffer | undefined> {
    const folder = resolve(root);
    if (!isServed(folder, await readIndex(folder), path)) return undefined;
    return readFile(join(folder, path)).catch(() => undefined);
}

/**
 * Serves a tree as a registry, on this machine alone unless `host` says otherwise. The tree is read anew for each
 * request, so what is built while it runs is served.
 *
 * node:http rather than a library for static files: those serve a folder, ranges and caching with it; here a handful of
 * paths that the index names is the point, and nothing beside them.
 *
 * @throws Error with one line where the tree has no index or the port is taken
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
    const { port = 0, host = "127.0.0.1", onRequest, onAnswer, contentOf: otherContentOf } = options;
    const root = resolve(options.root);
    await readIndex(root);
    const requests: string[] = [];

    async function contentAt(path: string): Promise<string | Buffer | undefined> {
        const other = otherContentOf?.(path);
        if (other !== undefined) return other ?? undefined;
        return contentOf(root, path);
    }

    async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const { method = "", url = "/" } = request;
        const path = (url.split("?")[0] ?? "").slice(1);
        requests.push(path);
        await onRequest?.(path);
        const isRead = method === "GET" || method === "HEAD";
        const content = isRead ? await contentAt(path) : undefined;
        const status = content !== undefined ? 200 : isRead ? 404 : 405;
        const body = Buffer.from(content ?? (isRead ? "Not found.\n" : "Only GET and HEAD.\n"));
        response.writeHead(status, {
            "Content-Type":
                path.endsWith(".json") && status === 200 ? "application/json" : "text/plain; charset=utf-8",
            "Content-Length": body.length,
            "Cache-Control": "no-store",
        });
        response.end(method === "HEAD" ? undefined : body);
        onAnswer?.({ path, status, size: body.length });
    }

    const server = createServer((request, response) => {
        answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((done, failed) => {
        server.once("error", (error: NodeJS.ErrnoException) => {
            failed(new Error(listenProblem(error, host, port), { cause: error }));
        });
        server.listen(port, host, done);
    });
    const address = server.address() as AddressInfo;
    return {
        url: urlOf(address.address, address.port),
        requests,
        async stop() {
            if (!server.listening) return;
            const closed = new Promise<void>((done) => server.close(() => done()));
            server.closeAllConnections();
            await closed;
        },
    };
}

/** The address of a registry, as a computer is told of it. */
export function urlOf(host: string, port: number): string {
    return `http://${isIPv6(host) ? `[${host}]` : host}:${port}/`;
}

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
    switch (error.code) {
        case "EADDRINUSE":
            return `Port ${port} of ${host} is taken. Give another: --port 8081`;
        case "EACCES":
            return `Port ${port} may not be used by this user. Give one above 1023: --port 8081`;
        case "EADDRNOTAVAIL":
        case "ENOTFOUND":
            return `${host} is no address of this machine. Give 0.0.0.0 for all of them: --host 0.0.0.0`;
        default:
            return `Cannot listen on ${host}: ${error.message}`;
    }
}
