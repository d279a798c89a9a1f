/** The twin as a program: what takes the place of an installed opencode. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startModel } from "../../tools/model/index.ts";
import { twinBinary } from "../../tools/opencode2-twin/index.ts";
import { ask, type Reached } from "./support.ts";

async function temporaryFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "twin-program-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return folder;
}

interface Program {
    child: ChildProcess;
    /** Waits for a line that matches. Rejects when it ends before. */
    line(pattern: RegExp): Promise<RegExpExecArray>;
    ended: Promise<string>;
}

function start(binary: string, args: string[], env: Record<string, string>): Program {
    const child = spawn(binary, args, {
        env: { PATH: process.env["PATH"], ...env },
        stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const ended = new Promise<string>((resolve) =>
        child.once("close", (code, signal) => resolve(signal ?? String(code))),
    );
    for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (text: string) => {
            output += text;
            child.emit("output");
        });
    onTestFinished(async () => {
        child.kill("SIGKILL");
        await ended;
    });
    return {
        child,
        ended,
        line: (pattern) =>
            new Promise((resolve, reject) => {
                const look = (): void => {
                    const found = pattern.exec(output);
                    if (found) resolve(found);
                };
                child.on("output", look);
                void ended.then((how) => reject(new Error(`It ended (${how}): ${output}`)));
                look();
            }),
    };
}

/** What the environment says of it, with the model in opencode 2's words. */
async function environment(home: string): Promise<Record<string, string>> {
    const model = await startModel();
    onTestFinished(() => model.stop());
    const config = {
        model: "mock/mock-1",
        providers: {
            mock: {
                name: "Mock",
                package: "@opencode/ai/providers/openai-compatible",
                settings: { baseURL: model.url, apiKey: "x" },
                models: { "mock-1": { name: "M" } },
            },
        },
        permissions: [{ action: "*", resource: "*", effect: "allow" }],
    };
    return { HOME: home, OPENCODE_CONFIG_CONTENT: JSON.stringify(config) };
}

it("says its version", async () => {
    const binary = await twinBinary(await temporaryFolder(), { version: "2.1.3" });
    const { stdout, status } = spawnSync(binary, ["--version"], { encoding: "utf8", cwd: "/" });
    expect({ stdout, status }).toEqual({ stdout: "opencode v2.1.3\n", status: 0 });
});

it("serves, with a password of its own making, and comes back with its sessions", async () => {
    const folder = await temporaryFolder();
    const binary = await twinBinary(join(folder, "bin"));
    const env = await environment(folder);
    const first = start(binary, ["serve", "--port", "0"], env);
    const [, url = ""] = await first.line(/^server listening on (http:\/\/127\.0\.0\.1:\d+)$/m);
    const [, password = ""] = await first.line(/^server password (\S+)$/m);
    const server: Reached = { url, username: "opencode", password };
    const { body } = await ask(server, "/api/session", { body: { title: "Doors" } });
    const { id } = (body as { data: { id: string } }).data;
    await ask(server, `/api/session/${id}/prompt`, { body: { text: "[tools 1] ping" } });
    await ask(server, `/api/experimental/session/${id}/wait`, { method: "POST" });
    const { text } = await ask(server, `/api/session/${id}/message`);
    expect(text).toContain('"outcome":"succeeded"');
    first.child.kill("SIGKILL");
    await first.ended;

    const second = start(binary, ["serve", "--port", new URL(url).port], {
        ...env,
        OPENCODE_PASSWORD: "first",
        OPENCODE_SERVER_PASSWORD: "second",
    });
    await second.line(/^server listening on/m);
    const again = await ask({ ...server, password: "first" }, `/api/session/${id}/message`);
    expect(again.text).toBe(text);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe("0");
});

it("reads the user's configuration in opencode 1's words", async () => {
    const folder = await temporaryFolder();
    const binary = await twinBinary(join(folder, "bin"), { coldCatalog: false });
    const provider = { mine: { options: { baseURL: "http://127.0.0.1:9/v1" }, models: { one: {} } } };
    const file = join(folder, "opencode", "opencode.json");
    await twinBinary(join(folder, "opencode"));
    await writeFile(
        file,
        JSON.stringify({ provider, model: "mine/one", command: { go: { template: "x" } } }),
    );
    const program = start(binary, ["serve", "--port", "0"], {
        HOME: folder,
        XDG_CONFIG_HOME: folder,
        OPENCODE_SERVER_PASSWORD: "secret",
    });
    const [, url = ""] = await program.line(/^server listening on (\S+)$/m);
    const server: Reached = { url, username: "opencode", password: "secret" };
    expect((await ask(server, "/api/model")).body).toMatchObject({
        data: [{ id: "one", providerID: "mine" }],
    });
    expect((await ask(server, "/api/command")).body).toMatchObject({ data: [{ name: "go" }] });
});

it("says that its port is taken", async () => {
    const folder = await temporaryFolder();
    const binary = await twinBinary(join(folder, "bin"));
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => new Promise<void>((resolve) => other.close(() => resolve())));
    const { port } = other.address() as AddressInfo;
    const program = start(binary, ["serve", "--port", String(port)], { HOME: folder });
    await program.line(/Failed to start server on port/);
    expect(await program.ended).toBe("1");
});
