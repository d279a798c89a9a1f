/** The owner's commands and the bridge that runs: their file, their requests, and the server's side that answers as the schemas say. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
    adminClient,
    AdminProblem,
    approveRequest,
    limitScope,
    limitsRequest,
    readAdminAddress,
    removeAdminAddress,
    writeAdminAddress,
} from "../src/admin.ts";

const token = "0123456789abcdef0123456789abcdef";
const computer = {
    id: "c1",
    gameId: 3,
    name: "lobby",
    owner: "steve",
    profile: "talk",
    online: true,
    linkedAt: 1000,
} as const;

let data: string;
let server: Server;
let asked: { line: string; authorization?: string; body?: unknown }[];
let answer: { status: number; body: unknown };

async function textOf(request: IncomingMessage): Promise<string> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    return text;
}

beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), "trapos-admin-"));
    asked = [];
    answer = { status: 200, body: {} };
    server = createServer((request, response) => {
        void textOf(request).then((text) => {
            asked.push({
                line: `${request.method} ${request.url}`,
                authorization: request.headers.authorization,
                body: text === "" ? undefined : (JSON.parse(text) as unknown),
            });
            response.writeHead(answer.status, { "content-type": "application/json" });
            response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
        });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    writeAdminAddress(data, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token });
});
afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await rm(data, { recursive: true, force: true });
});

describe("the file of a running bridge", () => {
    test.skipIf(process.platform === "win32")("is its owner's alone", async () => {
        expect((await stat(join(data, "admin.json"))).mode & 0o777).toBe(0o600);
    });

    test("is what it wrote, and gone when it has taken it back", () => {
        expect(readAdminAddress(data)).toMatchObject({ token });
        removeAdminAddress(data);
        removeAdminAddress(data);
        expect(() => readAdminAddress(data)).toThrow(
            `No bridge runs with the data folder ${data}. Start it, or name another with --data.`,
        );
    });

    test.each([
        "{",
        "[]",
        '{"url":"http://127.0.0.1:1"}',
        '{"url":"http://127.0.0.1:1","token":"short"}',
        // The token goes nowhere but to this machine.
        `{"url":"http://192.168.1.5:1","token":"${token}"}`,
        `{"url":"https://127.0.0.1:1","token":"${token}"}`,
        `{"url":"http://127.0.0.1.example.org","token":"${token}"}`,
    ])("that says %s is refused", async (text) => {
        await writeFile(join(data, "admin.json"), text);
        expect(() => adminClient(data)).toThrow(AdminProblem);
    });

    test("never stands there half written", async () => {
        for (let round = 0; round < 20; round += 1) {
            writeAdminAddress(data, { url: "http://[::1]:1", token });
            expect(JSON.parse(await readFile(join(data, "admin.json"), "utf8"))).toMatchObject({ token });
        }
    });
});

describe("a request", () => {
    const status = {
        version: "0.1.0",
        uptimeSeconds: 1.5,
        opencode: { state: "ready", version: "1.18.33" },
        computers: 2,
        online: 1,
        turns: 0,
        jobs: 0,
    };
    const limits = { turnsAtOnce: 2, costPerDay: 1.5 };
    const job = {
        number: 7,
        state: "running",
        prompt: "write a lock",
        computer: "lobby",
        seconds: 95,
        tools: 2,
        cost: 0,
        attempt: 1,
        isKept: false,
        isCollected: false,
    };
    const request = { computer: "lobby", key: "k", prompt: "write a lock" };
    test.each<[string, (data: string) => Promise<unknown>, unknown, { line: string; body?: unknown }]>([
        ["status", (at) => adminClient(at).status(), status, { line: "GET /admin/status" }],
        ["computers", (at) => adminClient(at).computers(), [computer], { line: "GET /admin/computers" }],
        [
            "pairings",
            (at) => adminClient(at).pairings(),
            [{ code: "ABCDEF", gameId: 0, address: "127.0.0.1", expiresAt: 5 }],
            { line: "GET /admin/pairings" },
        ],
        [
            "approve",
            (at) => adminClient(at).approve({ code: "ABCDEF", profile: "read" }),
            computer,
            { line: "POST /admin/approve", body: { code: "ABCDEF", profile: "read" } },
        ],
        [
            "revoke",
            (at) => adminClient(at).revoke("lobby"),
            { id: "c1", name: "lobby" },
            { line: "POST /admin/revoke", body: { computer: "lobby" } },
        ],
        [
            "backup",
            (at) => adminClient(at).backup("/safe/bridge.db"),
            { file: "/safe/bridge.db" },
            { line: "POST /admin/backup", body: { file: "/safe/bridge.db" } },
        ],
        ["jobs", (at) => adminClient(at).jobs(), [job], { line: "GET /admin/jobs" }],
        [
            "startJob",
            (at) => adminClient(at).startJob(request),
            job,
            { line: "POST /admin/jobs/start", body: request },
        ],
        [
            "collectJob",
            (at) => adminClient(at).collectJob(7, 5),
            { job, text: "x" },
            { line: "POST /admin/jobs/collect", body: { number: 7, seconds: 5 } },
        ],
        [
            "jobCollected",
            (at) => adminClient(at).jobCollected(7),
            job,
            { line: "POST /admin/jobs/collected", body: { number: 7 } },
        ],
        [
            "killJob",
            (at) => adminClient(at).killJob(7),
            job,
            { line: "POST /admin/jobs/kill", body: { number: 7 } },
        ],
        [
            "limits",
            (at) => adminClient(at).limits({ owner: "a b&c" }),
            limits,
            { line: "GET /admin/limits?owner=a+b%26c" },
        ],
        [
            "setLimits",
            (at) => adminClient(at).setLimits({ computer: "c1" }, limits),
            limits,
            { line: "POST /admin/limits", body: { computer: "c1", limits } },
        ],
    ])("%s carries the token and gives what is answered", async (_, ask, body, expected) => {
        answer = { status: 200, body };
        expect(await ask(data)).toEqual(body);
        expect(asked).toEqual([{ body: undefined, authorization: `Bearer ${token}`, ...expected }]);
    });

    test.each<[string, typeof answer, string, RegExp]>([
        [
            "the bridge refuses",
            { status: 404, body: { error: { code: "no_code", message: "No computer shows this code." } } },
            "no_code",
            /^No computer shows this code\.$/,
        ],
        ["another bridge answers", { status: 401, body: {} }, "unauthorized", /is another bridge/],
        ["it is of another version", { status: 200, body: { version: 3 } }, "version", /of another version/],
        ["it fails without a word", { status: 500, body: {} }, "version", /of another version/],
        ["it is none", { status: 200, body: "<html>" }, "strange", /is no bridge\.$/],
    ])("fails where %s, with one line", async (_, given, code, line) => {
        answer = given;
        const failed = adminClient(data).status();
        await expect(failed).rejects.toMatchObject({ code });
        await expect(failed).rejects.toThrow(line);
    });

    test("fails where its file was left behind by a bridge that was killed", async () => {
        const client = adminClient(data);
        await new Promise((done) => {
            server.close(done);
            server.closeAllConnections();
        });
        await expect(client.status()).rejects.toMatchObject({ code: "no_bridge" });
    });
});

describe("what the server may be sent", () => {
    test.each([
        [approveRequest, { code: "ABCDEF" }, true],
        [approveRequest, { code: "ABCDEF", profile: "root" }, false],
        [approveRequest, { code: "../x" }, false],
        [approveRequest, { code: "ABCDEF", more: 1 }, false],
        [limitScope, { computer: "c1" }, true],
        [limitScope, { computer: "c1", owner: "o" }, false],
        [limitScope, {}, false],
        [limitsRequest, { owner: "o", limits: {} }, true],
        [limitsRequest, { owner: "o", limits: { turnsAtOnce: -1 } }, false],
        [limitsRequest, { owner: "o", limits: { turnsAtOnce: 1.5 } }, false],
        [limitsRequest, { owner: "o", limits: { turns: 1 } }, false],
        [limitsRequest, { limits: {} }, false],
    ])("%#: %j", (schema, body, isRight) => {
        expect(schema.safeParse(body).success).toBe(isRight);
    });
});
