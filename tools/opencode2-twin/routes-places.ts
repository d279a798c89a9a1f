/** Routes of a place: what models, agents and commands there are, and its files. Source: upstream's packages/protocol/src/groups/*.ts. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Agent, Model } from "./configuration.ts";
import { directoryIn, limitIn, located } from "./query.ts";
import { refusals } from "./refusal.ts";
import { type Backend, type Call, plain, type Reply, type Route } from "./route.ts";
import { filesBelow } from "./tools.ts";

function modelInfo(model: Model): object {
    const { id, providerID, name, limit, cost, variants } = model;
    return {
        id,
        modelID: id,
        providerID,
        name,
        capabilities: { tools: true, input: ["text", "image"], output: ["text"] },
        variants: Object.entries(variants).map(([variant, body]) => ({ id: variant, body })),
        time: { released: 0 },
        cost: [{ ...cost, cache: { read: 0, write: 0 } }],
        status: "active",
        enabled: true,
        limit,
    };
}

function agentInfo({ id, description, mode, hidden, system, model, permissions, ownRules }: Agent): object {
    return {
        id,
        name: id,
        description,
        mode,
        hidden,
        system,
        model,
        request: { settings: {}, headers: {}, body: {} },
        permissions: [...permissions, ...ownRules],
    };
}

/** A list that is loaded once it is asked for: the first time it is empty. */
function catalog(path: string, list: (backend: Backend) => readonly object[]): Route {
    const warm = new WeakMap<Backend, Set<string>>();
    return plain("GET", path, (backend, call) => {
        const directory = directoryIn(backend, call);
        const known = warm.get(backend) ?? new Set();
        warm.set(backend, known);
        const isCold = backend.doubts.coldCatalog && !known.has(directory);
        known.add(directory);
        return located(directory, isCold ? [] : list(backend));
    });
}

/** A path in a place. @throws Refusal for one that leads out of it */
function pathIn(directory: string, path: string): string {
    const absolute = resolve(directory, path);
    const inner = relative(directory, absolute);
    if (inner === ".." || inner.startsWith("../"))
        throw refusals.invalid(`Expected a relative path, got ${JSON.stringify(path)}`, "Query");
    return absolute;
}

function listFolder(backend: Backend, call: Call<undefined>): Reply {
    const directory = directoryIn(backend, call);
    const path = call.query.get("path") ?? ".";
    const folder = pathIn(directory, path);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) throw refusals.file(path);
    const entries = readdirSync(folder, { withFileTypes: true })
        .sort((one, other) => one.name.localeCompare(other.name))
        .map((entry) => ({
            path: relative(directory, join(folder, entry.name)),
            type: entry.isDirectory() ? "directory" : entry.isSymbolicLink() ? "symlink" : "file",
        }));
    return located(directory, entries);
}

function findFiles(backend: Backend, call: Call<undefined>): Reply {
    const directory = directoryIn(backend, call);
    const query = call.query.get("query");
    if (query === null) throw refusals.invalid('Missing key\n  at ["query"]', "Query");
    const type = call.query.get("type") ?? "file";
    if (type !== "file" && type !== "directory")
        throw refusals.invalid(
            `Expected "file" | "directory", got ${JSON.stringify(type)}\n  at ["type"]`,
            "Query",
        );
    const limit = limitIn(call.query, Infinity) ?? 100;
    const files = filesBelow(directory);
    const folders = files.flatMap((file) =>
        file
            .split("/")
            .slice(0, -1)
            .map((_, depth, names) => names.slice(0, depth + 1).join("/")),
    );
    const found = (type === "file" ? files : [...new Set(folders)])
        .filter((path) => path.toLowerCase().includes(query.toLowerCase()))
        .slice(0, limit)
        .map((path) => ({ path, type }));
    return located(directory, found);
}

function readFile(backend: Backend, call: Call<undefined>): Reply {
    const { "*": path = "" } = call.params;
    const file = pathIn(directoryIn(backend, call), path);
    if (!existsSync(file) || !statSync(file).isFile()) throw refusals.file(path);
    call.response.writeHead(200, { "content-type": "application/octet-stream" });
    call.response.end(readFileSync(file));
    return "sent";
}

function info({ doubts, home, address }: Backend): Reply {
    const paths = { home, data: join(home, ".local", "share", "opencode"), tmp: join(home, "tmp") };
    return { json: { version: doubts.version, pid: process.pid, urls: [address.url], paths } };
}

/** Made anew for each server, as what it has loaded is its own. */
export function placeRoutes(): readonly Route[] {
    return [
        plain("GET", "/api/info", info),
        catalog("/api/model", ({ configuration }) => configuration.models.map(modelInfo)),
        plain("GET", "/api/model/default", (backend, call) => {
            const { models, defaultModel } = backend.configuration;
            const model = models.find(
                ({ id, providerID }) => id === defaultModel?.id && providerID === defaultModel.providerID,
            );
            return located(directoryIn(backend, call), model === undefined ? null : modelInfo(model));
        }),
        catalog("/api/provider", ({ configuration }) =>
            configuration.providers.map(({ id, name, baseUrl }) => ({
                id,
                name,
                settings: { baseURL: baseUrl },
            })),
        ),
        catalog("/api/agent", ({ configuration }) => configuration.agents.map(agentInfo)),
        catalog("/api/command", ({ configuration }) => configuration.commands),
        catalog("/api/mcp", () => []),
        plain("GET", "/api/config", (backend, call) =>
            located(directoryIn(backend, call), backend.configuration.sources),
        ),
        plain("GET", "/api/fs/list", listFolder),
        plain("GET", "/api/fs/find", findFiles),
        plain("GET", "/api/fs/read/*", readFile),
    ];
}
