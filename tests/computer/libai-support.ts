/** A computer that runs Lua against libai, and servers that are not what they should be. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { runSnippet, type SnippetOptions } from "../../tools/harness/run-snippet.ts";

/** A folder for a computer's disk, gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "trapos-test-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return folder;
}

/** What a test's server answers to a request, by method and path without its query. */
export type Answer = (request: {
    method: string;
    path: string;
    query: URLSearchParams;
    headers: IncomingMessage["headers"];
    body: string;
}) => { status?: number; type?: string; body?: unknown } | "silence";

/** Starts a server on loopback that answers as it is told; it ends with the test. */
export async function startServer(answer: Answer): Promise<{ url: string; requests: string[] }> {
    const requests: string[] = [];
    const respond = (request: IncomingMessage, response: ServerResponse, body: string) => {
        const url = new URL(request.url ?? "/", "http://localhost");
        const method = request.method ?? "GET";
        requests.push(`${method} ${url.pathname}`);
        const { headers } = request;
        const given = answer({ method, path: url.pathname, query: url.searchParams, headers, body });
        if (given === "silence") return;
        response.writeHead(given.status ?? 200, { "content-type": given.type ?? "application/json" });
        const content = given.body ?? "";
        response.end(typeof content === "string" ? content : JSON.stringify(content));
    };
    const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => respond(request, response, Buffer.concat(chunks).toString()));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/**
 * Runs Lua on a computer with our packages; `ai` is a client of libai and `show` prints a value as JSON in one row.
 * @returns what the snippet printed, and how the computer ended
 */
export async function runWithLibai(snippet: string, options: Partial<SnippetOptions> = {}) {
    const result = await runSnippet({
        disk: options.disk ?? (await temporaryFolder()),
        width: 2000,
        allow: ["$private"],
        timeoutSeconds: 60,
        ...options,
        snippet: `
            local ai = require("/apis/libai")()
            local function show(ok, value)
                if type(value) == "table" then
                    value = textutils.serializeJSON(value)
                end
                print(tostring(ok) .. " " .. tostring(value))
            end
            ${snippet}
        `,
    });
    return { ...result, lines: result.output.split("\n").filter((line) => line !== "") };
}
