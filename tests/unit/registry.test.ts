import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fingerprint, type Index } from "../../tools/build/packages.ts";
import { type Registry, type RegistryOptions, startRegistry } from "../../tools/registry/server.ts";
import { makeVariant } from "../../tools/registry/variant.ts";
import { nodeOptions } from "../../tools/setup/node.ts";

const project = resolve(import.meta.dirname, "../..");
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

/** An index of one package with these files. */
function indexOf(files: Readonly<Record<string, string>>): string {
    const fingerprints = Object.entries(files).map(
        ([file, content]) => [file, fingerprint(content)] as const,
    );
    const tool = {
        version: "1.0.0",
        description: "",
        dependencies: {},
        files: Object.fromEntries(fingerprints),
    };
    return JSON.stringify({ version: 1, packages: { tool } } satisfies Index);
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

describe("a variant of a tree", () => {
    const read = async (root: string, file: string) => readFile(join(root, file), "utf8");
    const readIndexOf = async (root: string) => JSON.parse(await read(root, "packages/index.json")) as Index;

    test("has other files under higher versions, and those of what depends on them", async () => {
        await makeVariant(folder, { files: { "startup/ai.lua": (content) => `${content}-- newer\n` } });
        const [then, now] = [await readIndexOf(project), await readIndexOf(folder)];
        const changed = Object.keys(then.packages).filter(
            (name) => then.packages[name]?.version !== now.packages[name]?.version,
        );
        expect(changed).toEqual(["trapos", "trapos-ai"]);
        const version = now.packages["trapos-ai"]?.version ?? "";
        expect(now.packages["trapos"]?.dependencies["trapos-ai"]).toBe(`^${version}`);
        const content = await read(folder, "startup/ai.lua");
        expect(content).toBe(`${await read(project, "startup/ai.lua")}-- newer\n`);
        expect(now.packages["trapos-ai"]?.files["startup/ai.lua"]).toEqual(fingerprint(content));
        for (const [name, { files }] of Object.entries(now.packages)) {
            const differing = Object.keys(files).filter(
                (file) => files[file]?.sha256 !== then.packages[name]?.files[file]?.sha256,
            );
            expect(differing).toEqual(name === "trapos-ai" ? ["startup/ai.lua"] : []);
        }
    });

    test("can have packages that are new, or say something else", async () => {
        await makeVariant(folder, {
            files: { "programs/door.lua": "open()" },
            descriptors: {
                door: { files: ["programs/door.lua"], dependencies: { trapos: "^9.0.0" } },
                trapos: { version: "9.0.0" },
            },
        });
        const { packages } = await readIndexOf(folder);
        expect(packages["door"]).toMatchObject({ version: "1.0.0", dependencies: { trapos: "^9.0.0" } });
        expect(packages["trapos"]?.version).toBe("9.0.0");
        expect(await read(folder, "programs/door.lua")).toBe("open()");
    });
});

describe("npm run registry", () => {
    let child: ChildProcess | undefined;
    afterEach(() => child?.kill("SIGKILL"));

    /** Starts it; `ended` gives what it printed when it has ended. */
    function run(...words: string[]) {
        const program = join(project, "tools/registry/index.ts");
        const started = spawn(process.execPath, [...nodeOptions, program, ...words], {
            cwd: project,
            stdio: ["ignore", "pipe", "pipe"],
        });
        child = started;
        const output = { stdout: "", stderr: "" };
        const ready = new Promise<void>((done) => {
            started.stdout.setEncoding("utf8").on("data", (chunk: string) => {
                output.stdout += chunk;
                if (output.stdout.includes("Ctrl+C ends it.")) done();
            });
        });
        started.stderr.setEncoding("utf8").on("data", (chunk: string) => (output.stderr += chunk));
        const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>((done) => {
            started.on("close", (status) => done({ status, ...output }));
        });
        return {
            ready: Promise.race([ready, ended]),
            ended,
            output,
            interrupt: () => started.kill("SIGINT"),
        };
    }

    /** The addresses that the printed rules allow. */
    const rulesIn = (text: string): string[] => {
        const rule =
            /^ {2}\[\[http\.rules\]\]\n {6}host = "([\d.]+)"\n {6}port = (\d+)\n {6}action = "allow"$/gm;
        return [...text.matchAll(rule)].map(([, host, port]) => `http://${host}:${port}/`);
    };

    test("says what to type on a computer, and ends with Ctrl+C", async () => {
        const { ready, ended, output, interrupt } = run("--port", "0");
        await ready;
        const url =
            /^ {2}wget run (http:\/\/127\.0\.0\.1:\d+\/)install\.lua$/m.exec(output.stdout)?.[1] ?? "";
        expect((await fetch(`${url}packages/index.json`)).status).toBe(200);
        expect(rulesIn(output.stdout)).toEqual([url]);
        interrupt();
        const { status, stdout, stderr } = await ended;
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        expect(stdout).toMatch(/^200 {2}\/packages\/index\.json {2}\d+ bytes$/m);
    });

    test("on the network it prints a rule for each address that a computer may be told", async () => {
        const { ready, output } = run("--port", "0", "--host", "0.0.0.0");
        await ready;
        const typed = [...output.stdout.matchAll(/^ {2}wget run (http:\S+\/)install\.lua$/gm)];
        expect(typed.length).toBeGreaterThan(0);
        expect(rulesIn(output.stdout)).toEqual(typed.map(([, url]) => url));
    });

    test("has the same address each time, as computers remember it", async () => {
        const { stdout } = await run("--help").ended;
        expect(stdout).toMatch(/--port <number>[^-]*\(default: 8080\)/);
    });

    test("of a tree without an installer is for computers that have ccpm", async () => {
        await write({ "packages/index.json": indexOf({}) });
        const { ready, output } = run("--port", "0", "--folder", folder);
        await ready;
        expect(output.stdout).toMatch(/^ {2}ccpm registry add http:\/\/127\.0\.0\.1:\d+\/$/m);
        expect(output.stdout).not.toContain("install.lua");
    });

    test.each([
        [
            "a folder without packages",
            () => ["--folder", folder],
            1,
            /^There is no .*index\.json\. [^\n]*\n$/,
        ],
        [
            "an address of another machine",
            () => ["--host", "192.0.2.1"],
            1,
            /^192\.0\.2\.1 is no address [^\n]*\n$/,
        ],
        ["no port", () => ["--port", "70000"], 2, /^error: [^\n]*70000[^\n]*65535\.\n$/],
    ])("with %s it says so in one line", async (_, words, expected, message) => {
        const { status, stdout, stderr } = await run(...words()).ended;
        expect({ status, stdout }).toEqual({ status: expected, stdout: "" });
        expect(stderr).toMatch(message);
    });

    test("with a port that is taken it says so in one line", async () => {
        const other = await startRegistry({ root: project });
        try {
            const { port } = new URL(other.url);
            const { status, stderr } = await run("--port", port).ended;
            expect(status).toBe(1);
            expect(stderr).toMatch(new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is taken\\. [^\\n]*\\n$`));
        } finally {
            await other.stop();
        }
    });
});
