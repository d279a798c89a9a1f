import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fingerprint } from "../../tools/build/packages.ts";
import { type Index, startRegistry } from "trapos-registry";
import { indexOf } from "../../host/registry/tests/index-of.ts";
import { makeVariant } from "../../tools/harness/registry-variant.ts";
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

describe("a variant of a tree", () => {
    const read = async (root: string, file: string) => readFile(join(root, file), "utf8");
    const readIndexOf = async (root: string) => JSON.parse(await read(root, "packages/index.json")) as Index;

    test("has other files under higher versions, and those of what depends on them", async () => {
        await makeVariant(folder, { files: { "startup/ai.lua": (content) => `${content}-- newer\n` } });
        const [then, now] = [await readIndexOf(project), await readIndexOf(folder)];
        const changed = Object.keys(then.packages).filter(
            (name) => then.packages[name]?.version !== now.packages[name]?.version,
        );
        expect(changed).toEqual(["trapos", "trapos-ai", "trapos-link", "trapos-opencode2"]);
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
        const program = join(project, "tools/harness/registry.ts");
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
