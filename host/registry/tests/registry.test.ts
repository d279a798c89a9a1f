/** What a registry serves, and what it does not. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fingerprint } from "../../../tools/build/packages.ts";
import { type Index, type Registry, type RegistryOptions, startRegistry } from "../src/index.ts";
import { indexOf } from "./index-of.ts";

let folder: string;
beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "registry-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>, root = folder): Promise<void> {
    for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(root, file)), { recursive: true });
        await writeFile(join(root, file), content);
    }
}

/** What a server sends for a path that fetch would tidy up first. */
function rawAnswer(url: string, path: string): Promise<string> {
    const { hostname, port } = new URL(url);
    return new Promise((done, failed) => {
        let received = "";
        const socket = connect(Number(port), hostname);
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
        socket.setEncoding("latin1").on("data", (chunk: string) => (received += chunk));
        socket.on("error", failed).on("close", () => done(received));
    });
}

describe("a registry", () => {
    const files = { "programs/tool.lua": "print(1)", "help/tool.txt": "How to.\n" };
    let registry: Registry | undefined;
    beforeEach(() => write({ ...files, "packages/index.json": indexOf(files), "install.lua": "install()" }));
    afterEach(() => registry?.stop());

    async function start(options: Partial<RegistryOptions> = {}): Promise<Registry> {
        registry = await startRegistry({ root: folder, ...options });
        return registry;
    }
    const statusOf = async (path: string) => (await fetch((registry?.url ?? "") + path)).status;

    test("serves the index, the installer and the files that the index lists", async () => {
        const { url, requests } = await start();
        expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
        const index = (await (await fetch(`${url}packages/index.json`)).json()) as Index;
        for (const [file, expected] of Object.entries(index.packages["tool"]?.files ?? {})) {
            const content = Buffer.from(await (await fetch(url + file)).arrayBuffer());
            expect(fingerprint(content)).toEqual(expected);
        }
        expect(await (await fetch(`${url}install.lua?now`)).text()).toBe("install()");
        expect(requests).toEqual([
            "packages/index.json",
            "programs/tool.lua",
            "help/tool.txt",
            "install.lua",
        ]);
    });

    test("serves nothing else that is in the folder or outside of it", async () => {
        await write({ ".git/config": "", "secret.txt": "", "programs/other.lua": "" });
        const { url } = await start();
        for (const path of [
            "",
            ".git/config",
            "secret.txt",
            "programs/other.lua",
            "programs",
            "constructor",
        ]) {
            expect([path, await statusOf(path)]).toEqual([path, 404]);
        }
        const name = folder.split("/").at(-1);
        expect(await rawAnswer(url, `/../${name}/secret.txt`)).toMatch(/^HTTP\/1\.1 404 /);
    });

    test("an index that lists what lies outside of the tree serves none of it", async () => {
        await write({ "tree/packages/index.json": indexOf({ "../secret.txt": "x" }), "secret.txt": "x" });
        const { url } = await start({ root: join(folder, "tree") });
        expect(await rawAnswer(url, "/../secret.txt")).toMatch(/^HTTP\/1\.1 404 /);
    });

    test("reads the tree anew for each request", async () => {
        const { url } = await start();
        expect(await statusOf("help/more.txt")).toBe(404);
        await write({
            "packages/index.json": indexOf({ ...files, "help/more.txt": "" }),
            "help/more.txt": "",
            "help/tool.txt": "Other.\n",
        });
        expect(await statusOf("help/more.txt")).toBe(200);
        expect(await (await fetch(`${url}help/tool.txt`)).text()).toBe("Other.\n");
    });

    test("only reads", async () => {
        const { url } = await start();
        const put = await fetch(`${url}help/tool.txt`, { method: "PUT", body: "x" });
        expect(put.status).toBe(405);
        expect(await readFile(join(folder, "help/tool.txt"), "utf8")).toBe("How to.\n");
        const head = await fetch(`${url}help/tool.txt`, { method: "HEAD" });
        expect(head.headers.get("content-length")).toBe("8");
    });

    test("can be made to serve something else, nothing, or to hang up", async () => {
        const { url } = await start({
            contentOf: (path) => ({ "help/tool.txt": "Wrong", "programs/tool.lua": null })[path],
            onRequest: (path) => (path === "install.lua" ? Promise.reject(new Error("cut")) : undefined),
        });
        expect(await (await fetch(`${url}help/tool.txt`)).text()).toBe("Wrong");
        expect(await statusOf("programs/tool.lua")).toBe(404);
        expect(await statusOf("packages/index.json")).toBe(200);
        await expect(fetch(`${url}install.lua`)).rejects.toThrow();
    });

    test("is gone when it has been stopped", async () => {
        const started = await start();
        const { url } = started;
        await fetch(`${url}install.lua`);
        await started.stop();
        await started.stop();
        await expect(fetch(`${url}install.lua`)).rejects.toThrow();
    });
});
