/** No secret stands where somebody reads it: a whole evening of a bridge, and all that was written in it. */
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startScriptedServer } from "../../../../tools/harness/server.ts";
import { readAdminAddress } from "../../src/admin.ts";
import { startBridge } from "../../src/bridge.ts";
import type { BridgeOptions } from "../../src/options.ts";
import { connect, newName } from "./computer.ts";

/** All files below a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
    const found: string[] = [];
    for (const name of await readdir(folder, { recursive: true })) {
        const path = join(folder, name);
        const isFile = await stat(path).then(
            (one) => one.isFile(),
            () => false,
        );
        if (isFile && (await readFile(path, "latin1")).includes(text)) found.push(name);
    }
    return found;
}

/** The forms in which a secret may stand somewhere. */
function formsOf(secret: string): string[] {
    return [
        secret,
        Buffer.from(secret).toString("base64").replace(/=+$/, ""),
        Buffer.from(`opencode:${secret}`).toString("base64").replace(/=+$/, ""),
    ];
}

it("keeps opencode's password, the owner's token, computers' tokens and pairings' secrets to itself", async () => {
    const folder = await mkdtemp(join(tmpdir(), "trapos-secrets-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const server = await startScriptedServer({ home: join(folder, "opencode") });
    onTestFinished(() => server.stop());
    const password = server.opencode.password;
    const logFile = join(folder, "bridge.log");
    const data = join(folder, "data");
    const bridge = await startBridge({
        port: 0,
        host: "127.0.0.1",
        directory: server.opencode.directory,
        server: server.opencode.url,
        username: server.opencode.username,
        password,
        data,
        logLevel: "trace",
        logFile,
        approveLocal: false,
    } as BridgeOptions);
    let isStopped = false;
    const stop = async () => {
        if (!isStopped) await bridge.stop();
        isStopped = true;
    };
    onTestFinished(stop);

    const said: string[] = [];
    const ask = async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
        const response = await fetch(bridge.url + path, {
            method: body === undefined ? "GET" : "POST",
            headers,
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        return {
            text,
            value: text.startsWith("{") || text.startsWith("[") ? (JSON.parse(text) as never) : undefined,
        };
    };
    const admin = readAdminAddress(data);
    const owner = { authorization: `Bearer ${admin.token}` };

    const offer = (await ask("/pair", { computer: 1, label: "one" })).value! as {
        code: string;
        secret: string;
    };
    said.push((await ask("/admin/pairings", undefined, owner)).text);
    said.push((await ask("/admin/approve", { code: offer.code, profile: "trusted" }, owner)).text);
    const { token } = (await ask("/pair/state", { secret: offer.secret })).value! as { token: string };
    for (const path of ["/health", "/admin/status", "/admin/computers", "/admin/limits?computer=one"])
        said.push((await ask(path, undefined, owner)).text);
    // Wrong in every way that an error could quote.
    said.push((await ask("/admin/approve", { code: token }, owner)).text);
    said.push((await ask(`/admin/status?token=${admin.token}`)).text);
    said.push((await ask("/pair/state", { secret: `${offer.secret}x` })).text);
    said.push((await ask(`/nothing?password=${password}`)).text);

    const computer = await connect({ url: bridge.url, token });
    onTestFinished(() => computer.close());
    for (const name of ["providers", "config", "agents", "commands", "permissions"])
        await computer.call("readList", { name });
    const session = await computer.call("createSession", { title: "x" });
    const sessionId = (session.value as { id: string }).id;
    const prompt = async () => {
        const nonce = newName("nonce");
        computer.say({
            type: "prompt",
            nonce,
            sessionId,
            text: "ping",
            idleTimeout: 20,
            wanted: { text: true },
        });
        return computer.message((one) => one.nonce === nonce && ["done", "failed"].includes(one.type));
    };
    expect((await prompt()).type).toBe("done");
    await computer.call("getMessage", { sessionId, id: "msg_nothing" });
    await server.opencode.kill();
    // What fails is told with a reason, which may name an address and nothing that opens it.
    expect((await computer.call("getSession", { id: sessionId })).type).toBe("failure");
    const other = await connect({ url: bridge.url, token: `${token}x` });
    expect((await other.ended)?.code).toBe("unknown_token");
    said.push((await ask("/admin/revoke", { computer: "one" }, owner)).text);
    expect((await computer.ended)?.code).toBe("revoked");
    const processes = execFileSync("ps", ["-A", "-o", "args"], { encoding: "utf8", maxBuffer: 1e8 });
    const screens = [...said, JSON.stringify(computer.frames), JSON.stringify(other.frames)].join("\n");
    // The owner's commands find the bridge by that file, which goes with it.
    expect(await filesWith(data, admin.token)).toHaveLength(1);
    await stop();

    const log = await readFile(logFile, "utf8");
    expect(log.length).toBeGreaterThan(100);
    for (const [name, secret] of Object.entries({
        password,
        token,
        pairing: offer.secret,
        admin: admin.token,
    }))
        for (const form of formsOf(secret)) {
            expect(log.includes(form), `${name} in the log`).toBe(false);
            expect(screens.includes(form), `${name} in what is said`).toBe(false);
            expect(processes.includes(form), `${name} in the arguments of a process`).toBe(false);
            expect(await filesWith(data, form), `${name} on the disk`).toEqual([]);
        }
    expect((await stat(logFile)).mode & 0o077).toBe(0);
});
