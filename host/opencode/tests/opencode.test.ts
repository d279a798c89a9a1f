/** Our two servers together: a real opencode with the scripted model as its provider. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultRule, type Model, startModel } from "../../../tools/model/index.ts";
import { allowEverything } from "../../../tools/harness/server.ts";
import { findBinary, packageNames } from "../src/binary.ts";
import { configuration, environment } from "../src/environment.ts";
import { type Opencode, type OpencodeOptions, startOpencode } from "../src/index.ts";

interface Message {
    info: {
        role: string;
        finish?: string;
        error?: { name: string; data: { message: string } };
        time: { completed?: number };
    };
    parts: { type: string; text?: string; tool?: string; state?: { status: string; output?: string } }[];
}

/** One request to a server, its JSON or (where there is none) its status. */
async function call<T>(server: Opencode, method: string, path: string, body?: object): Promise<T> {
    const authorization = `Basic ${Buffer.from(`${server.username}:${server.password}`).toString("base64")}`;
    const response = await fetch(server.url + path, {
        method,
        headers: { authorization, "content-type": "application/json" },
        ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return (text === "" ? response.status : JSON.parse(text)) as T;
}

async function newSession(server: Opencode): Promise<string> {
    return (await call<{ id: string }>(server, "POST", "/session", {})).id;
}

/** Sends a prompt and waits for its last message. */
function ask(server: Opencode, sessionId: string, text: string): Promise<Message> {
    return call(server, "POST", `/session/${sessionId}/message`, { parts: [{ type: "text", text }] });
}

const textOf = (message: Message) =>
    message.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");

let folder: string;
let model: Model;
let server: Opencode;

function start(options: Partial<OpencodeOptions> = {}): Promise<Opencode> {
    return startOpencode({
        home: join(folder, "home"),
        permission: allowEverything,
        model: { baseUrl: model.url },
        ...options,
    });
}

const author = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"];
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-opencode-"));
    ends.unshift(() => rm(folder, { recursive: true, force: true }));
    // What it would find if it looked upwards from its home.
    execFileSync("git", ["init", "--quiet", folder]);
    execFileSync("git", ["-C", folder, ...author, "commit", "--quiet", "--allow-empty", "--message=first"]);
    await writeFile(join(folder, "opencode.json"), JSON.stringify({ username: "intruder" }));
    model = await startModel();
    ends.unshift(() => model.stop());
    server = await start();
    ends.unshift(() => server.stop());
});

afterAll(async () => {
    for (const end of ends) await end();
});

describe("which build runs", () => {
    const machine = { platform: "linux", arch: "x64", avx2: true, musl: false } as const;
    test.each([
        [machine, ["opencode-linux-x64", "opencode-linux-x64-baseline"]],
        [{ ...machine, avx2: false }, ["opencode-linux-x64-baseline"]],
        [{ ...machine, musl: true }, ["opencode-linux-x64-musl", "opencode-linux-x64-baseline-musl"]],
        [{ ...machine, arch: "arm64", avx2: false }, ["opencode-linux-arm64"]],
        [{ ...machine, platform: "darwin" as const, arch: "arm64" }, ["opencode-darwin-arm64"]],
        [
            { ...machine, platform: "win32" as const },
            ["opencode-windows-x64", "opencode-windows-x64-baseline"],
        ],
    ])("%j", (given, names) => {
        expect(packageNames(given)).toEqual(names);
    });

    test("without any installed the error says what to run", () => {
        expect(() => findBinary(pathToFileURL(join(tmpdir(), "nowhere.js")).href)).toThrow(
            /Run: npm install/,
        );
    });
});

describe("what it is given", () => {
    test("keys, proxies and opencode's own variables of the parent are not passed on", () => {
        const parent = {
            PATH: "/bin",
            OPENAI_API_KEY: "k",
            HTTP_PROXY: "p",
            OPENCODE_CONFIG: "c",
            HOME: "/h",
        };
        const env = environment("/home", { username: "u", password: "p" }, parent, { MORE: "1" });
        expect(env).toMatchObject({ PATH: "/bin", HOME: "/home", MORE: "1", OPENCODE_SERVER_PASSWORD: "p" });
        for (const name of ["OPENAI_API_KEY", "HTTP_PROXY", "OPENCODE_CONFIG"])
            expect(env).not.toHaveProperty(name);
    });

    test("an opencode 2 is told its password by both names, and its rules in its own words", () => {
        const access = {
            username: "opencode",
            password: "p",
            permission: { "*": "ask", bash: { "ls *": "allow" }, task: "deny", list: "allow" },
        } as const;
        const env = environment("/h", access, {}, {}, 2);
        expect(env).toMatchObject({ OPENCODE_PASSWORD: "p", OPENCODE_SERVER_PASSWORD: "p" });
        expect(env).not.toHaveProperty("OPENCODE_PERMISSION");
        expect(JSON.parse(env["OPENCODE_CONFIG_CONTENT"] ?? "")).toEqual({
            permissions: [
                { action: "*", resource: "*", effect: "ask" },
                { action: "shell", resource: "ls *", effect: "allow" },
                { action: "subagent", resource: "*", effect: "deny" },
            ],
        });
        expect(environment("/h", access, {})).not.toHaveProperty("OPENCODE_CONFIG_CONTENT");
    });

    test("each opencode's configuration has its own shape, and nothing of the other's", () => {
        const model = { baseUrl: "http://127.0.0.1:1/v1", details: { other: { limit: { context: 1 } } } };
        const one = configuration(model);
        const two = configuration(model, { share: "manual" }, 2);
        expect(one).toMatchObject({ model: "scripted/model", provider: { scripted: {} } });
        expect(two).toMatchObject({
            model: "scripted/model",
            share: "manual",
            providers: {
                scripted: {
                    package: "@opencode/ai/providers/openai-compatible",
                    settings: { baseURL: "http://127.0.0.1:1/v1" },
                    models: { model: { name: "Scripted model" }, other: { limit: { context: 1 } } },
                },
            },
        });
        for (const name of ["provider", "permission", "small_model", "snapshot"])
            expect(two).not.toHaveProperty(name);
        expect(one).not.toHaveProperty("providers");
    });

    test("a variable can be taken away, a key of the configuration replaced", () => {
        const env = environment(
            "/h",
            { username: "u", password: "p" },
            {},
            { OPENCODE_PERMISSION: undefined },
        );
        expect(env).not.toHaveProperty("OPENCODE_PERMISSION");
        expect(configuration(undefined, { share: "auto" })).toMatchObject({
            share: "auto",
            autoupdate: false,
        });
    });
});

describe("a running server", () => {
    test("answers with our model as the only and the default one", async () => {
        expect(server.version).toMatch(/^\d+\.\d+\.\d+$/);
        const { providers } = await call<{ providers: { id: string; models: object }[] }>(
            server,
            "GET",
            "/config/providers",
        );
        expect(providers.map((provider) => provider.id)).toEqual(["scripted"]);
        expect(await call(server, "GET", "/config")).toMatchObject({ model: "scripted/model" });
    });

    test("a ping is answered with pong, and the session is titled", async () => {
        const reply = await ask(server, await newSession(server), "Reply with the single word: pong");
        expect(textOf(reply)).toBe("pong");
        expect(reply.info.finish).toBe("stop");
        const titled = await model.waitForRequest((request) => request.conversation.purpose === "title");
        expect(titled.conversation.userText).toBe("Reply with the single word: pong");
    });

    test("commands run, in the empty folder that is its own", async () => {
        const sessionId = await newSession(server);
        await ask(server, sessionId, "[tools 3] count");
        const messages = await call<Message[]>(server, "GET", `/session/${sessionId}/message`);
        const tools = messages.flatMap((message) => message.parts).filter((part) => part.type === "tool");
        expect(tools.map((tool) => [tool.state?.status, tool.state?.output?.trim()])).toEqual([
            ["completed", "step 1"],
            ["completed", "step 2"],
            ["completed", "step 3"],
        ]);
        expect(await call(server, "GET", "/path")).toMatchObject({ directory: join(folder, "home", "work") });
    });

    test("UTF-8 and a long reply come through unharmed", async () => {
        const sessionId = await newSession(server);
        expect(textOf(await ask(server, sessionId, "“Größe” 日本語 😀"))).toContain(
            "You said: “Größe” 日本語 😀",
        );
        expect(textOf(await ask(server, sessionId, "[reply 2000000]"))).toHaveLength(2_000_000);
    });

    test("a model error is the message's error; one that passes is retried", async () => {
        const failed = await ask(server, await newSession(server), "[status 403]");
        expect(failed.info.error?.name).toBe("APIError");
        expect(failed.info.error?.data.message).toContain("403");
        expect(textOf(await ask(server, await newSession(server), "[status 500 1] ping"))).toBe("pong");
    });

    test("abort ends a turn whose model hangs, and the model sees it go", async () => {
        const sessionId = await newSession(server);
        const reply = ask(server, sessionId, "[hang] abort me");
        const mine = (request: { conversation: { userText: string; purpose: string } }) =>
            request.conversation.userText.includes("abort me") && request.conversation.purpose === "turn";
        await model.waitForRequest(mine);
        expect(await call(server, "POST", `/session/${sessionId}/abort`)).toBe(true);
        expect((await reply).info.error?.name).toBe("MessageAbortedError");
        await model.waitForRequest((request) => mine(request) && request.outcome === "gone");
    });

    test("a summary is asked for without the turn's rules", async () => {
        const sessionId = await newSession(server);
        await ask(server, sessionId, "ping");
        model.setRules([() => ({ error: { status: 400, message: "no turn" } })]);
        try {
            const asked = { providerID: "scripted", modelID: "model" };
            expect(await call(server, "POST", `/session/${sessionId}/summarize`, asked)).toBe(true);
            const request = await model.waitForRequest((seen) => seen.conversation.purpose === "summary");
            expect(request.reply.text).toContain("no summary");
        } finally {
            model.setRules([defaultRule]);
        }
    });

    test("nothing comes from a package registry", async () => {
        await ask(server, await newSession(server), "ping");
        expect(await readdir(join(folder, "home/.config/opencode/node_modules"))).toEqual([]);
        expect(existsSync(join(folder, "home/.npm"))).toBe(false);
    });

    test("a project that its home lies in is none of its business", async () => {
        expect(await call(server, "GET", "/config")).not.toHaveProperty("username", "intruder");
        expect(await call(server, "GET", "/project/current")).toMatchObject({ id: "global" });
        expect(existsSync(join(folder, ".git/opencode"))).toBe(false);
    });
});

describe("what its agent may do", () => {
    /** Starts a server of its own, on which the model calls a tool. @returns what came of the calls, and the reply */
    async function toolsOf(options: Partial<OpencodeOptions>, prompt: string) {
        const other = await start(options);
        try {
            const sessionId = await newSession(other);
            const reply = await ask(other, sessionId, prompt);
            const messages = await call<Message[]>(other, "GET", `/session/${sessionId}/message`);
            const tools = messages.flatMap((message) => message.parts).filter(({ type }) => type === "tool");
            return { reply: textOf(reply), tools };
        } finally {
            await other.stop();
        }
    }

    test("is nothing but talk where nothing is said: no command runs, no file is written or read", async () => {
        const home = join(folder, "denied");
        const work = join(home, "work");
        await mkdir(work, { recursive: true });
        await writeFile(join(work, "note.txt"), "what only the user knows");
        const made = join(work, "made.txt");
        const toolCalls = [
            { name: "bash", arguments: { command: `touch ${made}`, description: "Make a file" } },
            { name: "write", arguments: { filePath: made, content: "made" } },
            { name: "read", arguments: { filePath: join(work, "note.txt") } },
        ];
        model.setRules([({ toolResults }) => (toolResults.length === 0 ? { toolCalls } : { text: "done" })]);
        try {
            const { reply, tools } = await toolsOf({ home, permission: undefined }, "make a file");
            expect(reply).toBe("done");
            expect(tools).toHaveLength(toolCalls.length);
            expect(JSON.stringify(tools)).not.toContain("what only the user knows");
            expect(existsSync(made)).toBe(false);
        } finally {
            model.setRules([defaultRule]);
        }
    });

    test("is still to talk", async () => {
        const { reply } = await toolsOf({ home: join(folder, "denied"), permission: undefined }, "ping");
        expect(reply).toBe("pong");
    });

    test("is what is said", async () => {
        const home = join(folder, "some");
        const permission = { "*": "deny", bash: { "*": "deny", "echo *": "allow" } } as const;
        const { tools } = await toolsOf({ home, permission }, "[tools 1] count");
        expect(tools.map(({ state }) => [state?.status, state?.output?.trim()])).toEqual([
            ["completed", "step 1"],
        ]);
    });
});

describe("start and end", () => {
    test("a restart with the same home, port and password keeps the sessions", async () => {
        const home = join(folder, "restarted");
        const first = await start({ home });
        const sessionId = await newSession(first);
        await ask(first, sessionId, "ping");
        await first.kill();
        expect(await first.ended).toBe("killed by SIGKILL");
        await expect(fetch(first.url)).rejects.toThrow();
        const second = await start({ home, port: first.port, password: first.password });
        try {
            expect(second.url).toBe(first.url);
            expect(await call<Message[]>(second, "GET", `/session/${sessionId}/message`)).toHaveLength(2);
            expect(textOf(await ask(second, sessionId, "ping"))).toBe("pong");
        } finally {
            await second.stop();
            await second.stop();
        }
    });

    test.each(["stop", "kill"] as const)("%s ends what its tools are running too", async (how) => {
        const other = await start({ home: join(folder, how) });
        const pipe = join(folder, `${how}.pipe`);
        execFileSync("mkfifo", [pipe]);
        // The pipe is at its end when no process has it open for writing.
        const command = `exec 3> ${pipe}; echo up >&3; sleep 1000`;
        model.setRules([
            () => ({ toolCalls: [{ name: "bash", arguments: { command, description: "Wait" } }] }),
        ]);
        try {
            const parts = [{ type: "text", text: "wait" }];
            await call(other, "POST", `/session/${await newSession(other)}/prompt_async`, { parts });
            const output = createReadStream(pipe, "utf8");
            expect((await once(output, "data"))[0]).toBe("up\n");
            const closed = once(output, "end");
            await other[how]();
            await closed;
        } finally {
            model.setRules([defaultRule]);
            await other.kill();
        }
    });

    test("a process that is killed takes its server along", async () => {
        const script = join(folder, "parent.mts");
        const opencode = new URL("../src/index.ts", import.meta.url).href;
        await writeFile(
            script,
            `import { startOpencode } from ${JSON.stringify(opencode)};
            const { url } = await startOpencode({ home: ${JSON.stringify(join(folder, "orphan"))} });
            console.log(url);`,
        );
        const parent = spawn(process.execPath, ["--import", "tsx", script], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        const [line] = (await once(parent.stdout.setEncoding("utf8"), "data")) as [string];
        const url = line.trim();
        expect((await fetch(url)).status).toBe(401);
        parent.kill("SIGKILL");
        const answers = () =>
            fetch(url).then(
                () => true,
                () => false,
            );
        await expect.poll(answers, { timeout: 10_000 }).toBe(false);
    });

    test("one that cannot run says why", async () => {
        const home = join(folder, "broken");
        await mkdir(join(home, ".local/share"), { recursive: true });
        await writeFile(join(home, ".local/share/opencode"), "a file where its folder should be");
        const started = start({ home });
        await expect(started).rejects.toThrow(/^opencode ended before it answered \(exit status \d+\)/);
        await expect(started).rejects.toThrow(/Its last lines:\n.*EEXIST/s);
    });

    test("starting can be given up", async () => {
        const signal = new AbortController();
        const started = start({ home: join(folder, "given-up"), signal: signal.signal });
        signal.abort(new Error("not needed any more"));
        await expect(started).rejects.toThrow("not needed any more");
    });

    test("a port that is taken is named", async () => {
        const taken = createServer();
        await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
        const { port } = taken.address() as AddressInfo;
        try {
            await expect(start({ home: join(folder, "taken"), port })).rejects.toThrow(
                `port ${port}: something else`,
            );
        } finally {
            taken.close();
        }
    });
});
