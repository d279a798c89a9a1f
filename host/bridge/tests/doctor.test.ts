/** What the doctor finds, and what it says to do. */
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeAdminAddress } from "../src/admin.ts";
import { databaseFile } from "../src/data-folder.ts";
import { type Check, examine, examineDatabase } from "../src/doctor.ts";
import { type BridgeOptions, readOptions } from "../src/options.ts";

let folder: string;
let options: BridgeOptions;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-doctor-"));
    options = readOptions({ flags: { data: "data", port: 0 }, env: {}, folder });
});
afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await rm(folder, { recursive: true, force: true });
});

/** Starts a server on 127.0.0.1. @returns its port */
async function serve(answer: RequestListener): Promise<number> {
    const server = createServer(answer);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    ends.push(
        () =>
            new Promise((done) => {
                server.close(done);
                server.closeAllConnections();
            }),
    );
    return (server.address() as AddressInfo).port;
}

async function find(name: Check["name"], change: Partial<BridgeOptions> = {}): Promise<Check | undefined> {
    const checks = await examine({ ...options, ...change }, { env: process.env, examineDatabase });
    return checks.find((check) => check.name === name);
}

test("where all is well it says so, and leaves nothing behind", async () => {
    const checks = await examine(options, { env: process.env, examineDatabase });
    expect(checks).toEqual([
        { name: "data", state: "ok", message: `${join(folder, "data")} will be made.` },
        { name: "database", state: "ok", message: "There is none yet." },
        { name: "port", state: "ok", message: "One that is free will be taken." },
        { name: "lan", state: "ok", message: "Only this machine reaches the bridge." },
        { name: "directory", state: "ok", message: folder },
        { name: "opencode", state: "ok", message: expect.stringMatching(/^1\.\d+\.\d+, \//) as unknown },
    ]);
    expect(await readdir(folder)).toEqual([]);
});

describe("the port", () => {
    test("that is somebody else's", async () => {
        const port = await serve(() => {});
        expect(await find("port", { port })).toEqual({
            name: "port",
            state: "failed",
            message: `Something else listens on port ${port}.`,
            hint: "End it, or give another: --port 4098",
        });
    });

    test("that is the bridge's which runs", async () => {
        const status = {
            version: "0.1.0",
            uptimeSeconds: 1,
            opencode: { state: "ready" },
            computers: 0,
            online: 0,
            turns: 0,
            jobs: 0,
        };
        const port = await serve((_, response) => void response.end(JSON.stringify(status)));
        await mkdir(options.data, { mode: 0o700 });
        writeAdminAddress(options.data, { url: `http://127.0.0.1:${port}`, token: "0123456789abcdef" });
        expect(await find("port", { port })).toMatchObject({
            state: "ok",
            message: `${port} is the bridge's that runs.`,
        });
        expect(await find("database", { port })).toMatchObject({
            state: "ok",
            message: "The bridge that runs has it open.",
        });
    });

    test("of an address that is not this machine's", async () => {
        expect(await find("port", { host: "192.0.2.1" })).toMatchObject({
            state: "failed",
            message: "192.0.2.1 is no address of this machine.",
        });
    });

    test("that others reach is worth a warning", async () => {
        expect(await find("lan", { lan: true, host: "0.0.0.0" })).toMatchObject({
            state: "warning",
            message: "Others on the network reach the bridge, on 0.0.0.0, without encryption.",
            hint: expect.stringContaining("TLS") as unknown,
        });
    });
});

describe("folders", () => {
    test("to work in that is none", async () => {
        expect(await find("directory", { directory: join(folder, "nowhere") })).toMatchObject({
            state: "failed",
            hint: "Make it, or name another: --directory FOLDER",
        });
    });

    test.skipIf(process.platform === "win32")("of data into which others may look", async () => {
        await mkdir(options.data);
        await chmod(options.data, 0o755);
        expect(await find("data")).toMatchObject({ state: "failed", hint: `Run: chmod 700 ${options.data}` });
    });

    test("of data that is a file", async () => {
        await writeFile(options.data, "");
        expect(await find("data")).toMatchObject({
            state: "failed",
            message: `${options.data} is no folder.`,
        });
    });

    // root may write anywhere.
    test.skipIf(process.platform === "win32" || userInfo().uid === 0)(
        "that cannot be written to",
        async () => {
            await mkdir(options.data, { mode: 0o500 });
            expect(await find("data")).toMatchObject({ state: "failed" });
            expect(await find("directory", { directory: options.data })).toMatchObject({ state: "warning" });
        },
    );

    test("of data on what takes no files", async () => {
        expect(await find("data", { data: "/proc/trapos" })).toMatchObject({
            state: "failed",
            message: "Nothing can be written to /proc/trapos.",
        });
    });
});

describe("the database", () => {
    beforeEach(() => mkdir(options.data, { mode: 0o700 }));

    test("that is well", async () => {
        const database = new Database(databaseFile(options.data));
        database.exec("PRAGMA journal_mode = WAL; CREATE TABLE one (id INTEGER)");
        database.close();
        expect(await find("database")).toEqual({
            name: "database",
            state: "ok",
            message: databaseFile(options.data),
        });
    });

    test("that is damaged", async () => {
        await writeFile(
            databaseFile(options.data),
            "no database, but long enough to be read as one".repeat(100),
        );
        expect(await find("database")).toMatchObject({
            state: "failed",
            message: expect.stringContaining("bridge.db cannot be used: ") as unknown,
            hint: "Move it aside, or put a backup in its place.",
        });
    });
});

describe("opencode", () => {
    const fake = async (text: string): Promise<string> => {
        const file = join(folder, "opencode");
        await writeFile(file, `#!/bin/sh\necho '${text}'\n`, { mode: 0o755 });
        return file;
    };
    test.each([
        [
            "3.0.0",
            "failed",
            "is opencode 3.0.0, and nothing newer than opencode 2 is known",
            "Run: npm install",
        ],
        [
            "opencode v2.0.22",
            "warning",
            "opencode 2.0.22 was never tried",
            "Should it fail, run: npm install",
        ],
        ["1.2.27", "failed", "is opencode 1.2.27, which is too old", "Run: npm install"],
        ["1.99.0", "warning", "opencode 1.99.0 was never tried", "Should it fail, run: npm install"],
        [
            "hello",
            "failed",
            'is no opencode: as its version it says "hello".',
            "Give another with --opencode",
        ],
    ])("that says %s", async (text, state, message, hint) => {
        expect(await find("opencode", { opencode: await fake(text) })).toMatchObject({
            state,
            message: expect.stringContaining(message) as unknown,
            hint: expect.stringContaining(hint) as unknown,
        });
    });

    test("that is not there", async () => {
        expect(await find("opencode", { opencode: join(folder, "nowhere") })).toEqual({
            name: "opencode",
            state: "failed",
            message: `${join(folder, "nowhere")} is no program that this user may run.`,
            hint: "Check --opencode.",
        });
    });
});

describe("a server of somebody else", () => {
    const opencode: RequestListener = (request, response) => {
        const right = `Basic ${Buffer.from("opencode:right").toString("base64")}`;
        if (request.headers.authorization !== right) return void response.writeHead(401).end();
        response.setHeader("content-type", "application/json");
        response.end('{"healthy":true,"version":"1.18.33"}');
    };
    test.each([
        ["with its password", "right", "ok", "opencode 1.18.33 on "],
        ["with another", "wrong", "failed", "does not take this password for the user opencode."],
        ["with none", undefined, "failed", "wants a password."],
    ])("%s", async (_, password, state, message) => {
        const server = `http://127.0.0.1:${await serve(opencode)}`;
        const check = await find("server", { server, password });
        expect(check).toMatchObject({ state, message: expect.stringContaining(message) as unknown });
        expect(await find("opencode", { server, password })).toBe(undefined);
    });

    test("that obeys whoever reaches it is worth a warning", async () => {
        const port = await serve((_, response) => {
            response.setHeader("content-type", "application/json");
            response.end('{"healthy":true,"version":"1.18.33"}');
        });
        expect(await find("server", { server: `http://127.0.0.1:${port}` })).toMatchObject({
            state: "warning",
            hint: "Start it with OPENCODE_SERVER_PASSWORD set.",
        });
    });

    test("that is none", async () => {
        const server = `http://127.0.0.1:${await serve((_, response) => void response.end("<html>"))}`;
        expect(await find("server", { server })).toMatchObject({ state: "failed", hint: "Check --server." });
        expect(await find("server", { server: "http://127.0.0.1:1" })).toMatchObject({
            state: "failed",
            message: "http://127.0.0.1:1 cannot be reached: bad port.",
            hint: "Start it, or check --server.",
        });
    });
});
