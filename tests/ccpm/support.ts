/** Registries that are made of plain objects and can misbehave, and computers that use them through libccpm. */
import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { readDescriptors } from "../../tools/build/packages.ts";
import { projectFolder } from "../../tools/harness/disk.ts";
import { runSnippet } from "../../tools/harness/run-snippet.ts";

/** A folder for a computer's disk, gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "ccpm-test-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return folder;
}

/** A package as a test writes it. */
export interface Source {
    /** 1.0.0 when absent. */
    version?: string;
    dependencies?: Record<string, string>;
    /** Contents by path. */
    files?: Record<string, string>;
    autostart?: string[];
    data?: string[];
}

export function fingerprint(content: string): { size: number; sha256: string } {
    return {
        size: Buffer.byteLength(content),
        sha256: createHash("sha256").update(content).digest("hex"),
    };
}

/** What packages/index.json says of packages. */
export function indexOf(packages: Record<string, Source>): { version: 1; packages: Record<string, object> } {
    const entries = Object.entries(packages).map(([name, source]) => {
        const { version = "1.0.0", dependencies = {}, files = {}, autostart, data } = source;
        const prints = Object.entries(files).map(([path, content]) => [path, fingerprint(content)]);
        const listed = Object.fromEntries(prints) as object;
        const description = `The package ${name}`;
        return [name, { version, description, dependencies, files: listed, autostart, data }] as const;
    });
    return { version: 1, packages: Object.fromEntries(entries) };
}

/** What a registry does in place of answering properly; undefined for nothing of the kind. */
export type Misbehaviour =
    | { readonly status?: number; readonly body?: string | object }
    /** The connection ends without an answer, or after so many bytes of it. */
    | "closed"
    | { readonly cut: number }
    | undefined;

export interface TestRegistry {
    readonly url: string;
    /** Paths that were asked for, in order, without a leading slash. */
    readonly requests: string[];
    /** What it offers from now on. */
    packages: Record<string, Source>;
    /** Asked before each answer, with the path and the request's number, counted from 1. */
    misbehave: (path: string, number: number) => Misbehaviour | Promise<Misbehaviour>;
}

/** Serves packages on loopback until the test ends. */
export async function startRegistry(packages: Record<string, Source>): Promise<TestRegistry> {
    const requests: string[] = [];
    const registry = { url: "", requests, packages, misbehave: () => undefined } as {
        -readonly [K in keyof TestRegistry]: TestRegistry[K];
    };
    const contentOf = (path: string): string | undefined => {
        if (path === "packages/index.json") return JSON.stringify(indexOf(registry.packages));
        return Object.values(registry.packages)
            .map(({ files }) => files?.[path])
            .find((content) => content !== undefined);
    };
    const respond = async (path: string, response: ServerResponse): Promise<void> => {
        const fault = await registry.misbehave(path, requests.push(path));
        const content = contentOf(path);
        if (fault === "closed") {
            response.destroy();
        } else if (fault !== undefined && "cut" in fault) {
            response.writeHead(200, { "content-length": Buffer.byteLength(content ?? "") });
            response.write((content ?? "").slice(0, fault.cut), () => response.destroy());
        } else {
            const body = fault?.body ?? content ?? "";
            response.writeHead(fault?.status ?? (content === undefined ? 404 : 200));
            response.end(typeof body === "string" ? body : JSON.stringify(body));
        }
    };
    const server = createServer((request, response) => {
        const path = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
        void respond(path, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    });
    registry.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return registry;
}

/** What is on the disk beside what the test itself needs there. */
const scaffold = new Set(["startup.lua", ".settings"]);

async function compiledFiles(): Promise<string[]> {
    return readDescriptors(projectFolder)
        .filter(({ name }) => name === "ccpm" || name === "trapos-core")
        .flatMap(({ files }) => files)
        .filter((file) => file.startsWith("apis/"));
}

/** A computer with libccpm that nobody has installed, so that its own files are in no lock. */
export async function newComputer(registries: readonly string[] = []): Promise<string> {
    const disk = await temporaryFolder();
    for (const file of await compiledFiles()) {
        await mkdir(dirname(join(disk, file)), { recursive: true });
        await copyFile(join(projectFolder, file), join(disk, file));
    }
    if (registries.length > 0) {
        await put(disk, { "trapos/ccpm.json": JSON.stringify({ version: 1, registries }) });
    }
    return disk;
}

/** Writes files to a disk. */
export async function put(disk: string, files: Record<string, string>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(disk, path)), { recursive: true });
        await writeFile(join(disk, path), content);
    }
}

/** The files of a disk by path, without libccpm's own and the test's; empty folders end with a slash. */
export async function filesOn(disk: string): Promise<Record<string, string>> {
    const own = new Set(await compiledFiles());
    const files: Record<string, string> = {};
    const visit = async (folder: string): Promise<void> => {
        const entries = await readdir(join(disk, folder), { withFileTypes: true });
        if (entries.length === 0 && folder !== "") files[`${folder}/`] = "";
        for (const entry of entries) {
            const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
            if (entry.isDirectory()) {
                if (path !== "harness") await visit(path);
            } else if (!own.has(path) && !scaffold.has(path)) {
                files[path] = await readFile(join(disk, path), "utf8");
            }
        }
    };
    await visit("");
    return files;
}

/** What is on a disk apart from ccpm's state. */
export async function programsOn(disk: string): Promise<Record<string, string>> {
    const files = Object.entries(await filesOn(disk));
    return Object.fromEntries(files.filter(([path]) => !path.startsWith("trapos/ccpm")));
}

/** One of ccpm's own files. */
export async function stateOn<T>(disk: string, name: "ccpm" | "ccpm.lock" | "ccpm.cache"): Promise<T> {
    return JSON.parse(await readFile(join(disk, `trapos/${name}.json`), "utf8")) as T;
}

export interface RunOptions {
    readonly memoryMebibytes?: number;
    readonly timeoutSeconds?: number;
    /** Lua that runs before libccpm is loaded. */
    readonly before?: string;
    /** Fields of the environment, in Lua. */
    readonly environment?: string;
}

/**
 * Runs Lua on a computer: `ccpm` is a package manager, `run(ok, plan)` applies a plan, and `show(ok, value)` prints a
 * row of JSON: true with the value, or false with the failure.
 * @returns the rows, parsed where they are JSON, and what onNote was told
 */
export async function run(
    disk: string,
    snippet: string,
    options: RunOptions = {},
): Promise<{ rows: unknown[]; notes: string[]; output: string }> {
    const settings = {
        disk,
        bare: true,
        width: 4000,
        height: 60,
        allow: ["$private"],
        timeoutSeconds: options.timeoutSeconds ?? 60,
        ...(options.memoryMebibytes === undefined ? {} : { memoryMebibytes: options.memoryMebibytes }),
        snippet: `
            ${options.before ?? ""}
            local function json(value)
                if type(value) == "string" then return textutils.serializeJSON(value) end
                if type(value) ~= "table" then return value == math.huge and '"unlimited"' or tostring(value) end
                local parts = {}
                if value[1] ~= nil then
                    for index, field in ipairs(value) do parts[index] = json(field) end
                    return "[" .. table.concat(parts, ",") .. "]"
                end
                for key, field in pairs(value) do
                    parts[#parts + 1] = textutils.serializeJSON(tostring(key)) .. ":" .. json(field)
                end
                return "{" .. table.concat(parts, ",") .. "}"
            end
            local ccpm = require("/apis/libccpm")({
                onNote = function(note) print("note " .. note) end,
                ${options.environment ?? ""}
            })
            local function show(ok, value)
                print("[" .. tostring(ok) .. "," .. (value == nil and "null" or json(value)) .. "]")
                return ok, value
            end
            local function apply(ok, plan)
                if not ok then return show(ok, plan) end
                print(json({notes = plan.notes, download = plan.download, files = #plan.files}))
                return show(ccpm.apply(plan))
            end
            ${snippet}
        `,
    };
    const { end, output } = await runSnippet(settings);
    const lines = output.split("\n").filter((line) => line !== "");
    if (end.how !== "shutdown" || end.status !== 0) {
        throw new Error(`${JSON.stringify(end)}\n${output.slice(0, 4000)}`);
    }
    const rows = lines.filter((line) => /^[[{]/.test(line)).map((line) => JSON.parse(line) as unknown);
    const notes = lines.filter((line) => line.startsWith("note ")).map((line) => line.slice(5));
    return { rows, notes, output };
}
