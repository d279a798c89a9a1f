/** `npm start`, `npm run trapos-exec` and `npm run craftos-exec` as a person runs them, without the installation. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { nodeOptions } from "../../tools/setup/node.ts";

const project = resolve(import.meta.dirname, "../..");

/** Everything that the programs make for themselves lands here. */
let temporary: string;
beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), "trapos-programs-"));
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

interface Ended {
    status: number | null;
    stdout: string;
    stderr: string;
}

/** Starts a program; `onOutput` is told all of its standard output so far whenever there is more. */
function run(
    program: "start" | "exec",
    args: string[],
    onOutput: (stdout: string, child: ReturnType<typeof spawn>) => void = () => {},
): Promise<Ended> {
    const child = spawn(
        process.execPath,
        [...nodeOptions, join(project, "tools/harness", `${program}.ts`), ...args],
        { cwd: project, env: { ...process.env, TMPDIR: temporary }, stdio: ["ignore", "pipe", "pipe"] },
    );
    const ended: Ended = { status: null, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        ended.stdout += chunk;
        onOutput(ended.stdout, child);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (ended.stderr += chunk));
    return new Promise((done) => child.on("close", (status) => done({ ...ended, status })));
}

/**
 * Runs `npm start` in a terminal, which `script` of util-linux is.
 * @param onOutput is told all that was shown so far whenever there is more, and what to call with keys
 */
function runInTerminal(
    args: string[],
    onOutput: (shown: string, type: (keys: string) => void) => void,
): Promise<Ended> {
    const words = [process.execPath, ...nodeOptions, join(project, "tools/harness/start.ts"), ...args];
    const command = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const child = spawn(
        "script",
        ["--quiet", "--return", "--command", `stty cols 100 rows 30; exec ${command}`, "/dev/null"],
        {
            cwd: project,
            env: { ...process.env, TMPDIR: temporary, TERM: "xterm-256color" },
            stdio: ["pipe", "pipe", "inherit"],
        },
    );
    const ended: Ended = { status: null, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        ended.stdout += chunk;
        onOutput(ended.stdout, (keys) => child.stdin.write(keys));
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return new Promise((done) => child.on("close", (status) => done({ ...ended, status })));
}

/** What is left of a program's own folders. tsx keeps its cache there too. */
const leftovers = async () => (await readdir(temporary)).filter((name) => name.startsWith("trapos-"));

describe("exec", () => {
    test("prints what the snippet printed, and nothing else", async () => {
        const { status, stdout, stderr } = await run("exec", ["--bare", 'print("hello")']);
        expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "hello\n", stderr: "" });
        expect(await leftovers()).toEqual([]);
    });

    test("an error is printed, and the status is 1", async () => {
        const { status, stdout } = await run("exec", ["--bare", 'error("broken", 0)']);
        expect({ status, stdout }).toEqual({ status: 1, stdout: "broken\n" });
    });

    test("the snippet chooses the status", async () => {
        expect((await run("exec", ["--bare", "os.shutdown(42)"])).status).toBe(42);
    });

    test("what takes too long is stopped, with a line that says so", async () => {
        const ended = await run("exec", ["--bare", "--timeout", "1", 'print("on") sleep(60)']);
        expect(ended.status).toBe(124);
        expect(ended.stdout).toBe("on\n");
        expect(ended.stderr).toMatch(/^No end after 1 s, [^\n]*\n$/);
        expect(await leftovers()).toEqual([]);
    });

    test("a private address is denied, with a line that says how to allow it", async () => {
        const ask = 'print((select(2, http.get("http://127.0.0.1:1/"))))';
        const { stdout, stderr } = await run("exec", ["--bare", ask]);
        expect(stdout).toBe("Domain not permitted\n");
        expect(stderr).toMatch(/^127\.0\.0\.1:1 was denied, [^\n]*: --http-allow 127\.0\.0\.1:1\n$/);
        const allowed = await run("exec", ["--bare", "--http-allow", "127.0.0.1:1", ask]);
        expect(allowed).toEqual({ status: 0, stdout: "Could not connect\n", stderr: "" });
    });

    test("our packages are installed without --bare", async () => {
        const { status, stdout } = await run("exec", ['print(type(require("/apis/libai")))']);
        expect({ status, stdout }).toEqual({ status: 0, stdout: "function\n" });
    });

    test.each([
        ["no snippet", []],
        ["two snippets", ["print(1)", "print(2)"]],
        ["an unknown option", ["--frobnicate", "print(1)"]],
        ["no number of seconds", ["--timeout", "soon", "print(1)"]],
        ["no size", ["--size", "51", "print(1)"]],
    ])("%s: one line, status 2", async (_, args) => {
        const { status, stdout, stderr } = await run("exec", args);
        expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
        expect(stderr).toMatch(/^error: [^\n]*\n$/);
    });

    test("--help says how", async () => {
        const { status, stdout } = await run("exec", ["--help"]);
        expect(status).toBe(0);
        expect(stdout).toContain("npm run trapos-exec");
    });
});

describe("start", { timeout: 180_000 }, () => {
    test("ai ping is answered with pong, on a screen of 51x19", async () => {
        const { status, stdout, stderr } = await run("start", []);
        expect(stderr).toBe("");
        expect(status).toBe(0);
        const lines = stdout.split("\n");
        expect(lines.slice(0, 3)).toEqual([
            "Starting opencode with a scripted model ...",
            expect.stringMatching(/^opencode \d+\.\d+\.\d+ answers on http:\/\/127\.0\.0\.1:\d+\.$/),
            "A computer boots, and types: ai ping",
        ]);
        const rows = lines.filter((line) => line.startsWith(" │"));
        expect(rows).toHaveLength(19);
        for (const row of rows) expect(row).toMatch(/^ │.{51}│$/);
        expect(rows[1]).toContain("> ai ping");
        expect(rows[2]).toContain("pong");
        expect(stdout).toMatch(/\nTook \d+\.\d s\.\n$/);
        expect(await leftovers()).toEqual([]);
    });

    test("--keep finds the same session again, and settings of the computer's own", async () => {
        const folder = join(temporary, "kept");
        const keep = ["--keep", "--folder", folder];
        expect((await run("start", [...keep, "set", "opencc.agent", "build"])).status).toBe(0);
        expect((await run("start", [...keep, "ai", "hello there"])).status).toBe(0);
        const { stdout } = await run("start", [...keep, "ai", "sessions"]);
        expect(stdout.match(/│\* 1 /g)).toHaveLength(1);
        expect(stdout).not.toMatch(/│. 2 /);
        expect((await run("start", [...keep, "set", "opencc.agent"])).stdout).toContain('"build"');
        expect(existsSync(join(folder, "disk/.settings"))).toBe(true);
    });

    test("a command that fails: its words on the screen, status 1", async () => {
        const { status, stdout } = await run("start", ["nonsense"]);
        expect(status).toBe(1);
        expect(stdout).toContain("│No such program");
        expect(stdout).toMatch(/\nFailed after \d+\.\d s\.\n$/);
    });

    test("somebody's own server: nothing of ours is started", async () => {
        const { status, stdout } = await run("start", ["--server", "http://127.0.0.1:1", "ai", "ping"]);
        expect(status).toBe(1);
        expect(stdout).not.toContain("Starting opencode");
        expect(stdout).toContain("http://127.0.0.1:1");
        expect(stdout).not.toContain("denied");
    });

    test("somebody's own server is asked with the password of the environment", async () => {
        const asked: (string | undefined)[] = [];
        const server = createServer((request, response) => {
            asked.push(request.headers.authorization);
            response.writeHead(401).end();
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        vi.stubEnv("OPENCODE_SERVER_PASSWORD", "sésame");
        try {
            const { stdout } = await run("start", ["--server", url, "--username", "steve", "ai", "ping"]);
            expect(stdout).not.toContain("sésame");
            expect(asked).toContain(`Basic ${Buffer.from("steve:sésame").toString("base64")}`);
        } finally {
            vi.unstubAllEnvs();
            server.close();
        }
    });

    test("the computer reaches its server, and nothing else of this machine", async () => {
        const server = ["--server", "http://127.0.0.1:2"];
        const { stdout, stderr } = await run("start", [...server, "wget", "http://127.0.0.1:1/x"]);
        expect(stdout).toContain("│Domain not permitted");
        expect(stderr).toMatch(/^127\.0\.0\.1:1 was denied, [^\n]*\n$/);
        const allowed = await run("start", [
            ...server,
            "--http-allow",
            "127.0.0.1:1",
            "wget",
            "http://127.0.0.1:1/x",
        ]);
        expect(allowed.stdout).toContain("│Connecting to http://127.0.0.1:1/x... Failed.");
        expect(allowed.stderr).toBe("");
    });

    test.skipIf(process.platform !== "linux")(
        "--live shows the computer until Ctrl+C, which ends all of it",
        async () => {
            // A word each, as blanks that were there before are not drawn again.
            let next = 0;
            const steps: [word: string, keys: string][] = [
                ["stand-in", "wget http://127.0.0.1:1/x\r"],
                ["denied:", "\u0003"],
            ];
            const { status, stdout } = await runInTerminal(["--live", "ai", "hello"], (shown, type) => {
                const step = steps[next];
                if (step === undefined || !shown.includes(step[0])) return;
                next++;
                type(step[1]);
            });
            expect(status).toBe(0);
            expect(next).toBe(2);
            expect(stdout).toContain("scripted model");
            expect(stdout.trimEnd()).toMatch(/\n127\.0\.0\.1:1 was denied, .*$/);
            const url = /http:\S+\d/.exec(stdout)?.[0] ?? "";
            await expect(fetch(url)).rejects.toThrow();
            expect(await leftovers()).toEqual([]);
        },
    );

    test("what takes too long is stopped, with its screen and a line that says so", async () => {
        const { status, stdout, stderr } = await run("start", ["--timeout", "3", "ai", "[hang]"]);
        expect(status).toBe(124);
        expect(stdout).toContain("> ai [hang]");
        expect(stderr).toMatch(/^No end after 3 s, [^\n]*\n$/);
        expect(await leftovers()).toEqual([]);
    });

    test.each([
        ["while the server starts", "Starting opencode"],
        ["while the command runs", "A computer boots"],
    ])("Ctrl+C %s stops everything", async (_, when) => {
        let url: string | undefined;
        const { status, stderr } = await run("start", ["ai", "[hang]"], (stdout, child) => {
            url ??= /http:\S+\d/.exec(stdout)?.[0];
            if (stdout.includes(when)) child.kill("SIGINT");
        });
        expect(status).toBe(130);
        expect(stderr).toBe("Stopped.\n");
        if (url !== undefined) await expect(fetch(url)).rejects.toThrow();
        expect(await leftovers()).toEqual([]);
    });

    test.each([
        ["an unknown option", ["--frobnicate", "ai"]],
        ["no URL", ["--server", "localhost:4096", "ai"]],
        ["a model without a provider", ["--model", "claude", "ai"]],
        ["a user without a server", ["--username", "x", "ai"]],
        ["a password", ["--server", "http://127.0.0.1:1", "--password", "sesame", "ai"]],
        ["a password in the address", ["--server", "http://opencode:sesame@127.0.0.1:1", "ai"]],
        ["a live screen without a terminal", ["--live"]],
        ["a live screen with a timeout", ["--live", "--timeout", "3"]],
        ["the terminal's size without a live screen", ["--size", "fit", "ai"]],
    ])("%s: one line, status 2", async (_, args) => {
        const { status, stdout, stderr } = await run("start", args);
        expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
        expect(stderr).toMatch(/^error: [^\n]*\n$/);
        expect(stderr).not.toContain("sesame");
    });
});
