/** The command line, as the owner of a host types it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { nodeOptions } from "../../../tools/setup/node.ts";
import { writeAdminAddress } from "../src/admin.ts";
import { run, type World } from "../src/cli/run.ts";
import { duration, plain } from "../src/cli/output.ts";
import type { BridgeOptions } from "../src/options.ts";

const token = "0123456789abcdef0123456789abcdef";
let data: string;
let server: Server | undefined;

beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), "trapos-cli-"));
});
afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((done) => (server === undefined ? done(undefined) : server.close(done)));
    server = undefined;
    await rm(data, { recursive: true, force: true });
});

interface Typed {
    status: number;
    printed: string;
    complained: string;
}

/** Types a command. */
async function type(words: string[], change: Partial<World> = {}): Promise<Typed> {
    const printed: string[] = [];
    const complained: string[] = [];
    const status = await run(words, {
        print: (line) => printed.push(line),
        complain: (line) => complained.push(line),
        env: { TRAPOS_BRIDGE_DATA: data },
        isTerminal: false,
        folder: data,
        signal: new AbortController().signal,
        startBridge: () => Promise.reject(new Error("not here")),
        examineDatabase() {},
        now: () => 100_000_000,
        ...change,
    });
    return { status, printed: printed.join("\n"), complained: complained.join("\n") };
}

/** Runs a bridge's side of the commands. @returns what it was asked */
async function answering(answers: Record<string, unknown>): Promise<{ line: string; body: unknown }[]> {
    const asked: { line: string; body: unknown }[] = [];
    const textOf = async (request: IncomingMessage): Promise<string> => {
        let text = "";
        for await (const chunk of request) text += String(chunk);
        return text;
    };
    server = createServer((request, response) => {
        void textOf(request).then((text) => {
            const line = `${request.method} ${request.url}`;
            asked.push({ line, body: text === "" ? undefined : (JSON.parse(text) as unknown) });
            const known = Object.hasOwn(answers, line);
            response.writeHead(known ? 200 : 404, { "content-type": "application/json" });
            const none = { error: { code: "none", message: "There is none of that name." } };
            response.end(JSON.stringify(known ? answers[line] : none));
        });
    });
    await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
    writeAdminAddress(data, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token });
    return asked;
}

const lobby = {
    id: "c1",
    gameId: 3,
    name: "lobby",
    owner: "steve",
    profile: "talk",
    online: true,
    linkedAt: 1000,
};

describe("start", () => {
    /** Starts, and ends it once it runs. */
    async function started(
        words: string[],
        env: NodeJS.ProcessEnv = {},
        isTerminal = false,
    ): Promise<Typed & { options?: BridgeOptions }> {
        const controller = new AbortController();
        const stop = vi.fn(() => Promise.resolve());
        let options: BridgeOptions | undefined;
        const ended = await type(words, {
            env: { TRAPOS_BRIDGE_DATA: data, ...env },
            isTerminal,
            signal: controller.signal,
            async startBridge(given) {
                options = given;
                setImmediate(() => controller.abort("SIGINT"));
                const url = `http://127.0.0.1:${given.port}`;
                return { url, pageUrl: `${url}/login#0123abcd`, opencode: "opencode 1.18.33", stop };
            },
        });
        if (options !== undefined) expect(stop).toHaveBeenCalledOnce();
        return { ...ended, options };
    }

    test.each([
        ["without a word", [], 4097],
        ["by its name", ["start", "--port", "5001"], 5001],
        ["by options alone", ["--port", "5002", "--approve-local"], 5002],
    ])("%s it says what to type, and Ctrl+C is no mishap", async (_, words, port) => {
        const { status, printed, complained, options } = await started(words);
        expect({ status, complained }).toEqual({ status: 0, complained: "" });
        expect(printed).toContain(`\n  wget run http://127.0.0.1:${port}/install.lua\n`);
        expect(printed).toContain(`opencode 1.18.33 works in ${data}.`);
        expect(options).toMatchObject({ port, directory: data, data });
    });

    test("shows what logs in to the page on a terminal alone", async () => {
        expect((await started([], {}, true)).printed).toContain("http://127.0.0.1:4097/login#0123abcd");
        const { printed } = await started([]);
        expect(printed).toContain("this machine alone: http://127.0.0.1:4097/\n");
        expect(printed).not.toContain("0123abcd");
    });

    test("takes a switch back that the environment has on", async () => {
        const env = { TRAPOS_BRIDGE_LAN: "1" };
        expect((await started([], env)).options).toMatchObject({ lan: true, host: "0.0.0.0" });
        expect((await started(["--no-lan"], env)).options).toMatchObject({ lan: false, host: "127.0.0.1" });
    });

    test("names itself as it was called", async () => {
        expect((await started([])).printed).toContain("\n  trapos-bridge approve CODE\n");
        expect((await started([], { npm_lifecycle_event: "bridge" })).printed).toContain(
            "\n  npm run bridge -- approve CODE\n",
        );
    });

    test.each([
        ["--password", "hunter2"],
        ["--password=hunter2"],
        ["--password"],
        ["start", "--password=hunter2"],
    ])("refuses a password on the command line: %s", async (...words) => {
        const { status, printed, complained } = await started(["--server", "http://127.0.0.1:1", ...words]);
        expect({ status, printed }).toEqual({ status: 2, printed: "" });
        expect(complained).toMatch(/^error: Everybody on this machine can read a command line: set [^\n]+$/);
        expect(complained).not.toContain("hunter2");
    });

    test.each([
        [["--port", "many"], /^--port is "many": give a whole number from 0 to 65535\.$/],
        [["--frobnicate"], /^error: unknown option '--frobnicate'$/],
        [["strat"], /^error: [^\n]+$/],
        [["--port"], /^error: option '--port <number>' argument missing$/],
        [["approve"], /^error: missing required argument 'code'$/],
        [
            ["approve", "ABCDEF", "--profile", "root"],
            /^error: [^\n]+ Allowed choices are talk, read, build, trusted\.$/,
        ],
        [["limits"], /^error: say whose limits: --computer ID or --owner NAME$/],
        [["limits", "--owner", "o", "--computer", "c"], /^error: say whose limits/],
        [
            ["limits", "--owner", "o", "--turns-at-once", "1.5"],
            /^error: [^\n]+ Give a whole number from 0 on, or "none"\.$/,
        ],
    ])("%j is wrong: one line, status 2", async (words, line) => {
        const { status, printed, complained } = await type(words);
        expect({ status, printed }).toEqual({ status: 2, printed: "" });
        expect(complained).toMatch(line);
    });

    test("that fails says why", async () => {
        expect(await type([])).toEqual({ status: 1, printed: "", complained: "not here" });
    });

    test("that was stopped meanwhile says so", async () => {
        const signal = AbortSignal.abort();
        expect(await type([], { signal })).toEqual({ status: 130, printed: "", complained: "Stopped." });
    });

    test("has a help in which everything stands, but the option that is none", async () => {
        const { status, printed } = await type(["--help"]);
        expect(status).toBe(0);
        for (const name of [
            "start",
            "doctor",
            "status",
            "computers",
            "approve",
            "revoke",
            "backup",
            "limits",
        ]) {
            expect(printed).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
        }
        const help = (await type(["start", "--help"])).printed;
        for (const name of [
            "--port <number>",
            "--lan",
            "--data <folder>",
            "--password-file <file>",
            "--config <file>",
        ]) {
            expect(help).toContain(`\n  ${name} `);
        }
        expect(help).not.toMatch(/--password |--no-lan/);
    });
});

describe("a command to the bridge that runs", () => {
    test("page prints its address", async () => {
        const url = "http://127.0.0.1:4097/login#0123abcd";
        const asked = await answering({ "GET /admin/page": { url } });
        expect(await type(["page"])).toEqual({ status: 0, printed: url, complained: "" });
        expect(asked).toEqual([{ line: "GET /admin/page", body: undefined }]);
    });

    test("status", async () => {
        await answering({
            "GET /admin/status": {
                version: "0.1.0",
                uptimeSeconds: 7500,
                opencode: {
                    state: "away",
                    version: "1.18.33",
                    reason: "opencode has ended: killed by SIGKILL.",
                },
                computers: 2,
                online: 1,
                turns: 1,
                jobs: 2,
            },
        });
        expect(await type(["status"])).toEqual({
            status: 0,
            complained: "",
            printed: [
                "Bridge 0.1.0, for 2 h.",
                "opencode 1.18.33 is away: opencode has ended: killed by SIGKILL.",
                "2 computers, 1 online; 1 turn, 2 jobs.",
            ].join("\n"),
        });
    });

    test("computers", async () => {
        await answering({
            "GET /admin/computers": [
                lobby,
                // A player chooses the name.
                {
                    ...lobby,
                    id: "c22",
                    name: "\u001b[2Jevil\nname",
                    online: false,
                    lastSeenAt: 99_700_000,
                    profile: "trusted",
                },
                { ...lobby, id: "c3", online: false },
            ],
            "GET /admin/pairings": [
                { code: "ABCDEF", gameId: 7, address: "192.168.1.9", expiresAt: 100_090_000 },
            ],
        });
        const { status, printed } = await type(["computers"]);
        expect(status).toBe(0);
        expect(`\n${printed}\n`).toBe(`
ID   NAME           COMPUTER  OWNER  PROFILE  SEEN
c1   lobby          3         steve  talk     online
c22  ?[2Jevil?name  3         steve  trusted  5 min ago
c3   lobby          3         steve  talk     never

Waiting for approval:
CODE    LABEL  COMPUTER  FROM         EXPIRES IN
ABCDEF         7         192.168.1.9  1 min
`);
    });

    test("computers, where there are none", async () => {
        await answering({ "GET /admin/computers": [], "GET /admin/pairings": [] });
        expect((await type(["computers"])).printed).toBe("No computer is linked.");
    });

    test("approve says what the agent may do now", async () => {
        const asked = await answering({ "POST /admin/approve": { ...lobby, profile: "read" } });
        const { status, printed } = await type([
            "approve",
            "ABCDEF",
            "--profile",
            "read",
            "--owner",
            "steve",
        ]);
        expect({ status, printed }).toEqual({
            status: 0,
            printed:
                'Linked: lobby, computer 3 of steve, as "read".\n' +
                "The agent reads the files of its folder. It changes none and runs no command.",
        });
        expect(asked).toEqual([
            { line: "POST /admin/approve", body: { code: "ABCDEF", profile: "read", owner: "steve" } },
        ]);
    });

    test("revoke", async () => {
        await answering({ "POST /admin/revoke": { id: "c1", name: "lobby" } });
        expect((await type(["revoke", "lobby"])).printed).toBe("lobby (c1) is not linked any more.");
    });

    describe("jobs", () => {
        const job = {
            number: 7,
            state: "running",
            prompt: "write a lock",
            computer: "lobby",
            seconds: 95,
            silence: 3,
            tools: 2,
            cost: 0,
            tool: "bash \u001b[2Jls",
            attempt: 1,
            isKept: false,
            isCollected: false,
        };
        const done = { ...job, state: "done", seconds: 120 };

        test("are listed with what they are at", async () => {
            await answering({
                "GET /admin/jobs": [
                    { ...job, number: 9, state: "queued", place: 1, tool: undefined },
                    { ...job, number: 8, state: "failed", reason: "The model failed: no" },
                    job,
                    { ...job, number: 6, asks: "bash: rm x" },
                ],
            });
            expect(`\n${(await type(["jobs"])).printed}\n`).toBe(`
JOB  STATE       COMPUTER  TIME   PROMPT        LAST
9    queued (1)  lobby     1 min  write a lock
8    failed      lobby     1 min  write a lock  The model failed: no
7    running     lobby     1 min  write a lock  bash ?[2Jls
6    running     lobby     1 min  write a lock  asks: bash: rm x
`);
            await answering({ "GET /admin/jobs": [] });
            expect((await type(["jobs", "list"])).printed).toBe("There are no jobs.");
        });

        test("are begun in a computer's name", async () => {
            const asked = await answering({
                "POST /admin/jobs/start": { ...job, state: "queued", place: 3 },
            });
            const words = ["start", "write a lock", "--computer", "lobby", "--model", "a/b", "--keep"];
            expect((await type(["jobs", ...words])).printed).toBe("Job 7 is queued, place 3");
            expect(asked).toMatchObject([
                { body: { computer: "lobby", prompt: "write a lock", model: "a/b", isKept: true } },
            ]);
        });

        test("are collected: what was written, and how it ended as the exit status", async () => {
            const text = "Here it is.\n\n\tcode \u001b[2J";
            const asked = await answering({
                "POST /admin/jobs/collect": { job: done, text },
                "POST /admin/jobs/collected": done,
            });
            const { status, printed } = await type(["jobs", "collect", "7"]);
            expect({ status, printed }).toEqual({ status: 0, printed: "Here it is.\n\n\tcode ?[2J" });
            expect(asked.map(({ line }) => line)).toEqual([
                "POST /admin/jobs/collect",
                "POST /admin/jobs/collected",
            ]);
            await answering({
                "POST /admin/jobs/collect": {
                    job: { ...done, state: "failed", reason: "It hangs." },
                    text: "half",
                },
                "POST /admin/jobs/collected": done,
            });
            expect(await type(["jobs", "collect", "7"])).toMatchObject({
                status: 1,
                printed: "half\nJob 7 is over: it failed after 2 min: It hangs.",
            });
            const still = await answering({ "POST /admin/jobs/collect": { job } });
            expect(await type(["jobs", "collect", "7", "--timeout", "0"])).toMatchObject({
                status: 3,
                printed: "Job 7 is running for 1 min, 2 tool calls, silent for 3 s: bash ?[2Jls",
            });
            expect(still).toMatchObject([{ body: { number: 7, seconds: 0 } }]);
        });

        test("are stopped", async () => {
            const asked = await answering({
                "POST /admin/jobs/kill": {
                    ...job,
                    state: "killed",
                    reason: "Stopped by the bridge's owner.",
                },
            });
            expect((await type(["jobs", "kill", "7"])).printed).toBe(
                "Job 7 is over: it was stopped after 1 min: Stopped by the bridge's owner.",
            );
            expect(asked).toMatchObject([{ body: { number: 7 } }]);
        });

        test.each([
            [["collect", "x"], "Give the number of a job"],
            [["collect", "7", "--timeout", "soon"], "Give a whole number of seconds"],
            [["kill"], "missing required argument"],
            [["start", "x"], "--computer"],
            [["start", "x", "y", "--computer", "lobby"], "too many arguments"],
        ])("want what they need: %j", async (words, line) => {
            const { status, complained } = await type(["jobs", ...words]);
            expect(status).toBe(2);
            expect(complained).toContain(line);
        });
    });

    test("backup names a file from where it is typed", async () => {
        const asked = await answering({ "POST /admin/backup": { file: "/safe/bridge.db" } });
        expect((await type(["backup", "copy.db"])).printed).toBe("Written: /safe/bridge.db");
        expect(asked).toEqual([{ line: "POST /admin/backup", body: { file: resolve("copy.db") } }]);
    });

    test("limits shows them", async () => {
        await answering({ "GET /admin/limits?owner=steve": { turnsAtOnce: 2 } });
        expect(`\n${(await type(["limits", "--owner", "steve"])).printed}\n`).toBe(`
turns at once     2
prompts an hour   not limited
tokens a day      not limited
US dollars a day  not limited
`);
    });

    test("limits changes what is named, and leaves the rest", async () => {
        const limits = { turnsAtOnce: 2, promptsPerHour: 5, costPerDay: 1 };
        const asked = await answering({
            "GET /admin/limits?computer=c1": limits,
            "POST /admin/limits": { turnsAtOnce: 3, costPerDay: 1 },
        });
        await type(["limits", "--computer", "c1", "--turns-at-once", "3", "--prompts-per-hour", "none"]);
        expect(asked[1]).toEqual({
            line: "POST /admin/limits",
            body: { computer: "c1", limits: { turnsAtOnce: 3, costPerDay: 1 } },
        });
    });

    test("that it refuses gives its reason", async () => {
        await answering({});
        expect(await type(["revoke", "nobody"])).toEqual({
            status: 1,
            printed: "",
            complained: "There is none of that name.",
        });
    });

    test.each([
        ["status"],
        ["page"],
        ["computers"],
        ["approve", "ABCDEF"],
        ["revoke", "c1"],
        ["backup", "copy.db"],
        ["limits", "--owner", "o"],
    ])("says that none runs: %s", async (...words) => {
        expect(await type(words)).toEqual({
            status: 1,
            printed: "",
            complained: `No bridge runs with the data folder ${data}. Start it, or name another with --data.`,
        });
    });

    test("finds the data folder by an option, too", async () => {
        await answering({ "POST /admin/revoke": { id: "c1", name: "lobby" } });
        expect((await type(["revoke", "c1", "--data", data], { env: {} })).status).toBe(0);
    });
});

describe("what is shown", () => {
    test.each([
        ["a\u001b[31mb", "a?[31mb"],
        ["line\nbreak\u2028", "line?break?"],
        ["\u202Eright to left", "?right to left"],
        ["Größe 日本", "Größe 日本"],
    ])("%j commands no terminal", (text, shown) => {
        expect(plain(text)).toBe(shown);
    });

    test.each([
        [-5, "0 s"],
        [59.9, "59 s"],
        [60, "1 min"],
        [3599, "59 min"],
        [7200, "2 h"],
        [172_799, "47 h"],
        [172_800, "2 days"],
    ])("%d seconds", (seconds, text) => {
        expect(duration(seconds)).toBe(text);
    });
});

describe("the program itself", () => {
    const main = resolve(import.meta.dirname, "../src/cli/main.ts");
    const program = async (
        ...words: string[]
    ): Promise<{ status: number | null; stdout: string; stderr: string }> => {
        const child = spawn(process.execPath, [...nodeOptions, main, ...words], {
            cwd: resolve(import.meta.dirname, "../../.."),
            env: { ...process.env, INIT_CWD: data, TRAPOS_BRIDGE_DATA: "data" },
            stdio: ["ignore", "pipe", "pipe"],
        });
        let stdout = "";
        let stderr = "";
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
        const [status] = (await once(child, "close")) as [number | null];
        return { status, stdout, stderr };
    };

    test("doctor looks at the folder in which it was called", async () => {
        const { status, stdout, stderr } = await program("doctor", "--port", "0");
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        expect(stdout).toContain(`ok       data       ${join(data, "data")} will be made.\n`);
        expect(stdout).toContain(`ok       directory  ${data}\n`);
        expect(stdout).toMatch(/^ok {7}opencode {3}1\.\d+\.\d+, /m);
    });

    test("doctor has status 1 where something failed, and says what to do", async () => {
        const { status, stdout } = await program("doctor", "--port", "0", "--directory", "nowhere");
        expect(status).toBe(1);
        expect(stdout).toContain(
            `failed   directory  ${join(data, "nowhere")} is no folder.\n                    Make it, or name another: --directory FOLDER\n`,
        );
    });

    test("a wrong option has status 2", async () => {
        expect(await program("--port", "many")).toEqual({
            status: 2,
            stdout: "",
            stderr: '--port is "many": give a whole number from 0 to 65535.\n',
        });
    });
});
