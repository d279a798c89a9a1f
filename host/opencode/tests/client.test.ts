/** The client on the real server, and on one that fails in every way. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ScriptedServer, startScriptedServer } from "../../../tools/harness/server.ts";
import { defaultRule } from "../../../tools/model/index.ts";
import { type OpencodeClient, opencodeClient } from "../src/client.ts";
import { OpencodeFailure } from "../src/failure.ts";
import { fakeServer, type FakeServer } from "./fake-server.ts";

const html = "<!doctype html><title>opencode</title>";

/** The failure of a request. */
async function failureOf(request: Promise<unknown>): Promise<OpencodeFailure> {
    const failure = await request.then(
        () => undefined,
        (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(OpencodeFailure);
    return failure as OpencodeFailure;
}

describe("on the real server", () => {
    let folder: string;
    let scripted: ScriptedServer;
    let client: OpencodeClient;

    beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), "opencode-client-"));
        scripted = await startScriptedServer({
            home: join(folder, "home"),
            permission: { "*": "allow", bash: { "*": "allow", "rm *": "ask" } },
            config: { command: { greet: { template: "Greet $ARGUMENTS" } } },
        });
        client = opencodeClient(scripted.opencode);
        await writeFile(join(scripted.opencode.directory, "note.txt"), "note");
    });
    afterAll(async () => {
        await scripted.stop();
        await rm(folder, { recursive: true, force: true });
    });

    /** Waits until a session's newest message is an answer that is complete. */
    async function answered(sessionId: string): Promise<void> {
        await vi.waitFor(
            async () => {
                const newest = (await client.getMessages(sessionId, 1))[0];
                expect(newest?.info.role).toBe("assistant");
                expect(newest?.info.time.completed).toBeDefined();
                expect(await client.readList("status", undefined)).toEqual({});
            },
            { timeout: 60_000, interval: 100 },
        );
    }

    test("it says its version", async () => {
        expect(await client.health()).toEqual({ version: scripted.opencode.version });
    });

    test("a prompt is answered, with its nonce, and listed with the ids of its parts", async () => {
        const session = await client.createSession("Größe & Co.");
        expect(session.title).toBe("Größe & Co.");
        const file = { path: "note.txt", absolute: join(scripted.opencode.directory, "note.txt") };
        const prompt = { text: "Reply with the single word: pong", nonce: "n 1", model: "scripted/other" };
        await client.sendPrompt(session.id, { ...prompt, attachments: ["more"], files: [file] });
        await answered(session.id);
        const [user, answer] = await client.getMessages(session.id, 10);
        expect(user?.parts[0]).toMatchObject({ text: prompt.text, metadata: { nonce: "n 1" } });
        expect(answer?.info.modelID).toBe("other");
        expect(await client.getMessage(session.id, answer!.info.id)).toEqual(answer);
        const listed = (await client.listMessages(session.id, 10))[1]!;
        expect(listed.parts.map(({ type }) => type)).toEqual(["step-start", "text", "step-finish"]);
        for (const part of listed.parts) {
            expect(part.id).toMatch(/^prt_/);
            expect(part.messageID).toBe(answer!.info.id);
        }
        expect(listed.parts[2]?.tokens?.output).toBeGreaterThan(0);
        expect((await client.getSession(session.id)).id).toBe(session.id);
        expect(await client.getChanges(session.id, user!.info.id)).toEqual([]);
        expect(await client.getTodos(session.id)).toEqual([]);
        const undone = await client.undo(session.id, user!.info.id);
        expect(undone.revert?.messageID).toBe(user!.info.id);
        expect((await client.redo(session.id)).revert).toBeUndefined();
    });

    test("a session is made, listed, renamed, forked and deleted", async () => {
        const { id } = await client.createSession("first of these");
        expect((await client.renameSession(id, "another name")).title).toBe("another name");
        const listed = await client.listSessions(10, "another name", scripted.opencode.directory);
        expect(listed.map((session) => session.id)).toEqual([id]);
        expect(await client.listSessions(10, "no such title")).toEqual([]);
        expect((await client.forkSession(id)).id).not.toBe(id);
        expect(await client.children(id)).toEqual([]);
        await client.abortSession(id);
        await client.deleteSession(id);
        expect(await failureOf(client.getSession(id))).toMatchObject({ code: "session_gone", status: 404 });
        expect((await failureOf(client.getMessages(id, 1))).code).toBe("not_found");
    });

    test("rules of a session stand as they were given, and more of them come behind", async () => {
        const deny = { permission: "*", pattern: "*", action: "deny" } as const;
        const allow = { permission: "read", pattern: "*", action: "allow" } as const;
        const { id, directory } = await client.createSession("fenced", {
            directory: folder,
            permission: [deny],
        });
        expect(directory).toBe(folder);
        expect(await client.getPermission(id)).toEqual([deny]);
        expect(await client.setPermission(id, [allow])).toEqual([deny, allow]);
        expect(await client.getPermission(id)).toEqual([deny, allow]);
        // So whoever forks a session has to fence the new one in.
        expect(await client.getPermission((await client.forkSession(id)).id)).toEqual([]);
        await client.dispose(folder);
    });

    test("lists are read", async () => {
        const directory = scripted.opencode.directory;
        expect((await client.readList("providers", directory)).providers.map(({ id }) => id)).toEqual([
            "scripted",
        ]);
        expect((await client.readList("agents", directory)).map(({ name }) => name)).toContain("build");
        expect((await client.readList("commands", directory)).map(({ name }) => name)).toContain("greet");
        expect(await client.readList("config", directory)).toEqual({ model: "scripted/model" });
        expect(await client.readList("questions", directory)).toEqual([]);
        expect(await client.listFiles(directory, "")).toContainEqual(
            expect.objectContaining({ path: "note.txt", type: "file" }),
        );
        await client.waitUntilLoaded("mcp", directory);
    });

    test("a permission that waits is answered once", async () => {
        scripted.model.setRules([
            ({ toolResults }) =>
                toolResults.length === 0
                    ? {
                          toolCalls: [
                              { name: "bash", arguments: { command: "rm nothing", description: "Remove" } },
                          ],
                      }
                    : { text: "done" },
        ]);
        try {
            const { id, directory } = await client.createSession("asks");
            await client.sendPrompt(id, { text: "remove it", nonce: "n2" });
            const asked = await vi.waitFor(
                async () => {
                    const found = await client.readList("permissions", directory);
                    expect(found).toHaveLength(1);
                    return found[0]!;
                },
                { timeout: 60_000, interval: 100 },
            );
            expect(asked).toMatchObject({
                sessionID: id,
                permission: "bash",
                metadata: { command: "rm nothing" },
            });
            await client.answerPermission(asked.id, "once", undefined, directory);
            const again = client.answerPermission(asked.id, "once", undefined, directory);
            expect((await failureOf(again)).code).toBe("not_found");
            await answered(id);
        } finally {
            scripted.model.setRules([defaultRule]);
        }
        expect((await failureOf(client.answerQuestion("que_1", [["a"]], undefined))).code).toBe("not_found");
        expect((await failureOf(client.rejectQuestion("que_1", undefined))).code).toBe("not_found");
    });

    test("what takes long is waited for, or let go; meanwhile the session refuses more of it", async () => {
        const impatient = opencodeClient({ ...scripted.opencode, timeoutSeconds: 1 });
        const { id } = await client.createSession("works");
        const shell = impatient.startShell(id, "build", "sleep 2; echo over");
        await vi.waitFor(async () => expect(await client.readList("status", undefined)).toHaveProperty(id));
        expect((await failureOf(client.startShell(id, "build", "true"))).code).toBe("works_now");
        await shell;
        const printed = (await client.getMessages(id, 1))[0]?.parts.map(({ state }) => state?.output);
        expect(printed).toContain("over\n");

        const letGo = new AbortController();
        const slow = client.startShell(id, "build", "sleep 1", letGo.signal);
        await vi.waitFor(async () => expect(await client.readList("status", undefined)).toHaveProperty(id));
        letGo.abort(new Error("enough"));
        await expect(slow).rejects.toThrow("enough");
        await answered(id);

        await client.startCommand(id, { name: "greet", arguments: "all" });
        await client.startCompacting(id, "scripted/model");
        const summary = (await client.getMessages(id, 1))[0];
        expect(summary?.info.summary).toBe(true);
    });

    test("a wrong password is told of, also on the stream", async () => {
        const stranger = opencodeClient({ url: scripted.opencode.url, password: "wrong" });
        expect(await failureOf(stranger.health())).toMatchObject({ code: "unauthorized", status: 401 });
        expect((await failureOf(stranger.events())).code).toBe("unauthorized");
    });
});

describe("what fails", () => {
    let answer: { status: number; type?: string; body?: string } = { status: 200 };
    let info: { type: string; body: string };
    let server: FakeServer;
    let client: OpencodeClient;

    beforeAll(async () => {
        server = await fakeServer((request, response) => {
            if (request.url === "/api/info") {
                response.writeHead(200, { "content-type": info.type }).end(info.body);
                return;
            }
            response.writeHead(answer.status, { "content-type": answer.type ?? "application/json" });
            response.end(answer.body ?? "");
        });
        client = opencodeClient({ url: `${server.url}/`, timeoutSeconds: 5 });
    });
    afterAll(() => server.stop());

    const error = (name: string, message: string) => JSON.stringify({ name, data: { message } });
    test.each([
        ["not_found", { status: 404, body: error("NotFoundError", "x") }],
        ["bad_request", { status: 400, body: error("BadRequest", "x") }],
        ["server_config", { status: 400, body: error("ConfigJsonError", "x") }],
        ["server_error", { status: 500, body: error("UnknownError", "x") }],
        ["server_error", { status: 502, type: "text/html", body: html }],
        ["server_error", { status: 500, body: "" }],
        ["unauthorized", { status: 401 }],
        ["unauthorized", { status: 403, body: error("Forbidden", "x") }],
        ["not_opencode", { status: 404, type: "text/html", body: html }],
        ["not_opencode", { status: 301 }],
        ["not_opencode", { status: 200, type: "text/html", body: html }],
        ["not_opencode", { status: 200, body: "{" }],
        ["not_opencode", { status: 200, body: "[]" }],
        ["not_opencode", { status: 204 }],
        ["not_opencode", { status: 200, body: "" }],
    ] as const)("%s: %j", async (code, given) => {
        info = { type: "text/html", body: html };
        answer = given;
        const failure = await failureOf(client.health());
        expect(failure).toMatchObject({ code, status: given.status });
        expect(failure.message).not.toMatch(/\{\w+\}/);
    });

    test("an opencode 2 in its place is known by what it says of itself", async () => {
        info = { type: "application/json", body: JSON.stringify({ version: "2.1.0" }) };
        answer = { status: 200, type: "text/html", body: html };
        expect(await failureOf(client.health())).toMatchObject({
            code: "other_opencode",
            detail: { version: "2.1.0" },
        });
        expect((await failureOf(client.events())).code).toBe("other_opencode");
        info = { type: "application/json", body: JSON.stringify({ version: "1.0.0" }) };
        expect((await failureOf(client.events())).code).toBe("not_opencode");
    });

    test("an id that is a way to another route is not followed", async () => {
        answer = { status: 200, body: "true" };
        const before = server.asked.length;
        for (const id of ["..", ".", ""]) {
            expect((await failureOf(client.answerPermission(id, "once", undefined, undefined))).code).toBe(
                "not_found",
            );
            expect((await failureOf(client.getMessage("ses_1", id))).code).toBe("not_found");
            expect((await failureOf(client.getSession(id))).code).toBe("session_gone");
            expect((await failureOf(client.abortSession(id))).code).toBe("not_found");
        }
        expect((await failureOf(client.deleteSession("msg_1"))).code).toBe("session_gone");
        expect(server.asked).toHaveLength(before);
        await client.abortSession("ses/../../x?y#z%2e");
        expect(server.asked.at(-1)).toBe("POST /session/ses%2F..%2F..%2Fx%3Fy%23z%252e/abort");
    });

    test("a query is encoded, and holds what has a value", async () => {
        answer = { status: 200, body: "[]" };
        await client.findFiles(undefined, "ä&b='(1)' \ud800");
        expect(server.asked.at(-1)).toBe(
            "GET /find/file?query=%C3%A4%26b%3D%27%281%29%27%20%EF%BF%BD&limit=100",
        );
    });

    test("the login is Basic, and nobody's where there is no password", async () => {
        const seen: (string | undefined)[] = [];
        const other = await fakeServer((request, response) => {
            seen.push(request.headers.authorization);
            response.writeHead(200, { "content-type": "application/json" }).end('{"version":"1.0.0"}');
        });
        await opencodeClient({ url: other.url }).health();
        await opencodeClient({ url: other.url, password: "pä" }).health();
        await opencodeClient({ url: other.url, username: "u", password: "p" }).health();
        await other.stop();
        const basic = (login: string) => `Basic ${Buffer.from(login).toString("base64")}`;
        expect(seen).toEqual([undefined, basic("opencode:pä"), basic("u:p")]);
        await expect(failureOf(opencodeClient({ url: other.url }).health())).resolves.toMatchObject({
            code: "cannot_connect",
            message: expect.stringContaining("ECONNREFUSED") as string,
        });
    });

    test("silence is waited for as long as is said, before and in the middle of an answer", async () => {
        const silent = await fakeServer((request, response) => {
            if (request.url === "/global/health")
                response.writeHead(200, { "content-type": "application/json" });
            if (request.url === "/global/health") response.write("{");
        });
        const waits = opencodeClient({ url: silent.url, timeoutSeconds: 0.2 });
        expect((await failureOf(waits.health())).code).toBe("timed_out");
        expect((await failureOf(waits.getSession("ses_1"))).code).toBe("timed_out");
        const stop = new AbortController();
        const command = waits.startCommand("ses_1", { name: "n", arguments: "" }, stop.signal);
        await vi.waitFor(() => expect(silent.asked.at(-1)).toBe("POST /session/ses_1/command"));
        stop.abort(new Error("shut down"));
        await expect(command).rejects.toThrow("shut down");
        await silent.stop();
    });

    test("a connection that is cut is a failure of the network", async () => {
        const cuts = await fakeServer((request, response) => {
            if (request.url === "/global/health") {
                response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
                response.write("{", () => request.socket.destroy());
            } else request.socket.destroy();
        });
        const cut = opencodeClient({ url: cuts.url });
        expect((await failureOf(cut.getSession("ses_1"))).code).toBe("network_error");
        expect((await failureOf(cut.health())).code).toBe("network_error");
        await cuts.stop();
    });
});
