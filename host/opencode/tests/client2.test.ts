/** The client of opencode 2 on its twin, and on one that fails. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { defaultRule, type Model, startModel } from "../../../tools/model/index.ts";
import { type Doubts, startTwin, type Twin } from "../../../tools/opencode2-twin/index.ts";
import { type OpencodeClient, opencodeClient } from "../src/client.ts";
import { OpencodeFailure } from "../src/failure.ts";
import type { Happening } from "../src/happening.ts";
import { startOpencode } from "../src/index.ts";
import { watch } from "../src/upstream.ts";
import { show } from "./events1-support.ts";
import { fakeServer } from "./fake-server.ts";

const html = "<!doctype html><title>opencode</title>";
const waiting = { timeout: 30_000, interval: 50 };

/** The failure of a request. */
async function failureOf(request: Promise<unknown>): Promise<OpencodeFailure> {
    const failure = await request.then(
        () => undefined,
        (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(OpencodeFailure);
    return failure as OpencodeFailure;
}

describe("on the twin", () => {
    let folder: string;
    let model: Model;
    let twin: Twin;
    let client: OpencodeClient;
    let nonces = 0;

    beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), "opencode-client2-"));
        model = await startModel();
        twin = await startTwin({
            home: join(folder, "home"),
            model: { baseUrl: model.url },
            permission: { "*": "allow", bash: { "*": "allow", "rm *": "ask" }, question: "allow" },
            config: { command: { greet: { template: "Greet $ARGUMENTS" } } },
        });
        client = opencodeClient(twin);
        await writeFile(join(twin.directory, "note.txt"), "note");
    });
    afterAll(async () => {
        await twin.stop();
        await model.stop();
        await rm(folder, { recursive: true, force: true });
    });

    /** Waits until a session's turn has ended. @returns its messages */
    async function ended(sessionId: string) {
        return vi.waitFor(async () => {
            const messages = await client.getMessages(sessionId, 100);
            expect(messages.at(-1)?.info.role).toBe("idle");
            expect(await client.readList("status", undefined)).not.toHaveProperty(sessionId);
            return messages;
        }, waiting);
    }

    /** Sends a prompt. @returns the messages once it is answered */
    async function ask(sessionId: string, text: string, more: object = {}) {
        await client.sendPrompt(sessionId, { text, nonce: `0-1-${++nonces}`, ...more });
        return ended(sessionId);
    }

    test("it says its version, and what it speaks", async () => {
        expect(client.dialect).toBe(2);
        expect(await client.health()).toEqual({ version: twin.version });
    });

    test("a prompt is answered, with its nonce, and listed with the ids of its parts", async () => {
        const session = await client.createSession("Größe & Co.");
        expect(session).toMatchObject({ title: "Größe & Co.", directory: twin.directory });
        const text = "Reply with the single word: pong";
        const messages = await ask(session.id, text, { model: "scripted/other" });
        const user = messages.find(({ info }) => info.role === "user");
        const answer = messages.find(({ info }) => info.role === "assistant");
        expect(user?.parts[0]).toMatchObject({ text, metadata: { nonce: `0-1-${nonces}` } });
        expect(answer?.info).toMatchObject({ modelID: "other", finish: "stop" });
        expect(answer?.parts).toMatchObject([{ type: "text", text: "pong" }]);
        expect(messages.at(-1)?.info.finish).toBe("succeeded");
        expect(await client.getMessage(session.id, answer!.info.id)).toEqual(answer);
        const listed = (await client.listMessages(session.id, 10)).find(
            ({ info }) => info.id === answer!.info.id,
        );
        expect(listed?.parts.map(({ id }) => id)).toEqual([
            `${answer!.info.id}.text.0`,
            `${answer!.info.id}.step`,
        ]);
        expect(listed?.parts[1]?.tokens?.output).toBeGreaterThan(0);
    });

    test("a prompt that is sent again is answered once", async () => {
        const { id } = await client.createSession("again");
        const prompt = { text: "ping", nonce: "0-2-1" };
        await client.sendPrompt(id, prompt);
        await client.sendPrompt(id, prompt);
        const messages = await ended(id);
        expect(messages.filter(({ info }) => info.role === "user")).toHaveLength(1);
        expect(messages.filter(({ info }) => info.role === "assistant")).toHaveLength(1);
    });

    test("a model and an agent are the session's, and set where they are others", async () => {
        const { id } = await client.createSession("models");
        await ask(id, "ping", { model: "scripted/other", agent: "plan" });
        await ask(id, "ping", { model: "scripted/other", agent: "plan" });
        const messages = await ask(id, "ping");
        const switches = messages.filter(({ info }) => info.role === "other");
        expect(switches.length).toBeLessThanOrEqual(2);
        const answers = messages.filter(({ info }) => info.role === "assistant");
        expect(answers.map(({ info }) => info.modelID)).toEqual(["other", "other", "other"]);
        expect(await client.getSession(id)).toMatchObject({ agent: "plan", model: { id: "other" } });
    });

    test("a session is made, listed, renamed, forked and deleted", async () => {
        const { id } = await client.createSession("first of these", { directory: folder });
        expect((await client.renameSession(id, "another name")).title).toBe("another name");
        const listed = await client.listSessions(10, "another name", folder);
        expect(listed.map((session) => session.id)).toEqual([id]);
        expect(await client.listSessions(10, "no such title")).toEqual([]);
        expect((await client.forkSession(id)).id).not.toBe(id);
        expect(await client.children(id)).toEqual([]);
        await client.abortSession(id);
        await client.deleteSession(id);
        expect(await failureOf(client.getSession(id))).toMatchObject({ code: "session_gone", status: 404 });
        expect((await failureOf(client.getMessages(id, 1))).code).toBe("session_gone");
    });

    test("rules of a session stand as they mean it there, and others take their place", async () => {
        const deny = { permission: "*", pattern: "*", action: "deny" } as const;
        const bash = { permission: "bash", pattern: "ls *", action: "allow" } as const;
        const list = { permission: "list", pattern: "*", action: "allow" } as const;
        const { id } = await client.createSession("fenced", { permission: [deny] });
        expect(await client.getPermission(id)).toEqual([deny]);
        expect(await client.setPermission(id, [deny, bash, list])).toEqual([deny, bash, list]);
        expect(await client.getPermission(id)).toEqual([deny, { ...bash, permission: "shell" }]);
        const messages = await ask(id, "[tools 1] count");
        const tools = messages.flatMap(({ parts }) => parts).filter(({ type }) => type === "tool");
        expect(tools.map(({ state }) => state?.output?.trim())).not.toContain("step 1");
    });

    test("lists are read", async () => {
        const { directory } = twin;
        const { providers } = await client.readList("providers", directory);
        const scripted = providers.find(({ id }) => id === "scripted");
        expect(Object.keys(scripted?.models ?? {})).toEqual(["model", "other"]);
        expect((await client.readList("agents", directory)).map(({ name }) => name)).toContain("build");
        expect((await client.readList("commands", directory)).map(({ name }) => name)).toContain("greet");
        expect(await client.readList("config", directory)).toEqual({ model: "scripted/model" });
        expect(await client.readList("questions", directory)).toEqual([]);
        expect(await client.readList("permissions", directory)).toEqual([]);
        expect(await client.listFiles(directory, "")).toContainEqual({
            path: "note.txt",
            type: "file",
            absolute: join(directory, "note.txt"),
        });
        expect(await client.findFiles(directory, "note")).toContain("note.txt");
        await client.waitUntilLoaded("providers", directory);
        await client.waitUntilLoaded("mcp", directory);
    });

    test("the lists of a folder that was never asked for are waited for", async () => {
        const fresh = await mkdtemp(join(folder, "fresh-"));
        const { providers } = await client.readList("providers", fresh);
        expect(providers.length).toBeGreaterThan(0);
        const other = await mkdtemp(join(folder, "fresh-"));
        expect((await client.readList("agents", other)).length).toBeGreaterThan(0);
    });

    test("all messages of a long session are read, page by page, and no more than is asked for", async () => {
        const { id } = await client.createSession("long");
        const messages = await ask(id, "[tools 230] count");
        expect(messages).toHaveLength(100);
        const all = await client.getMessages(id, 0);
        expect(all.length).toBeGreaterThan(230);
        expect(all[0]?.info.role).toBe("user");
        expect(new Set(all.map(({ info }) => info.id)).size).toBe(all.length);
        expect(await client.getMessages(id, 210)).toEqual(all.slice(-210));
        expect((await client.getMessages(id, 400, all.at(-10)!.info.id)).length).toBeLessThan(250);
        expect((await client.listMessages(id, 210)).map(({ info }) => info.id)).toEqual(
            all.slice(-210).map(({ info }) => info.id),
        );
    }, 60_000);

    test("a permission that waits is answered once", async () => {
        model.setRules([
            ({ toolResults }) =>
                toolResults.length === 0
                    ? { toolCalls: [{ name: "shell", arguments: { command: "rm nothing" } }] }
                    : { text: "done" },
        ]);
        onTestFinished(() => model.setRules([defaultRule]));
        const { id, directory } = await client.createSession("asks");
        await client.sendPrompt(id, { text: "remove it", nonce: "0-3-1" });
        const asked = await vi.waitFor(async () => {
            const found = await client.readList("permissions", directory);
            expect(found).toHaveLength(1);
            return found[0]!;
        }, waiting);
        expect(asked).toMatchObject({ sessionID: id, permission: "shell", patterns: ["rm nothing"] });
        await client.answerPermission(asked.id, "once", undefined, directory);
        const again = client.answerPermission(asked.id, "once", undefined, directory);
        expect((await failureOf(again)).code).toBe("not_found");
        const messages = await ended(id);
        expect(messages.at(-2)?.parts).toMatchObject([{ text: "done" }]);
        expect((await failureOf(client.answerQuestion(`frm_1~${id}`, [["a"]], undefined))).code).toBe(
            "not_found",
        );
        expect((await failureOf(client.rejectQuestion(`frm_1~${id}`, undefined))).code).toBe("not_found");
    });

    test("a question is answered by the label, or by own words, or not at all", async () => {
        const question = {
            question: "Which tree?",
            header: "Tree",
            options: [{ label: "Birch", description: "white" }, { label: "Oak" }],
        };
        model.setRules([
            ({ toolResults }) =>
                toolResults.length === 0
                    ? { toolCalls: [{ name: "question", arguments: { questions: [question] } }] }
                    : { text: `chosen: ${JSON.stringify(toolResults)}` },
        ]);
        onTestFinished(() => model.setRules([defaultRule]));
        const { id, directory } = await client.createSession("asks");
        const asked = (nonce: string) =>
            client.sendPrompt(id, { text: "ask me", nonce }).then(() =>
                vi.waitFor(async () => {
                    const found = await client.readList("questions", directory);
                    expect(found).toHaveLength(1);
                    return found[0]!;
                }, waiting),
            );
        const first = await asked("0-4-1");
        expect(first).toMatchObject({
            sessionID: id,
            questions: [{ question: "Which tree?", header: "Tree", options: [{ label: "Birch" }, {}] }],
        });
        await client.answerQuestion(first.id, [["Birch"]], directory);
        const messages = await ended(id);
        expect(JSON.stringify(messages.at(-2)?.parts)).toContain("Birch");
        expect((await failureOf(client.answerQuestion(first.id, [["Oak"]], directory))).code).toBe(
            "not_found",
        );
        const second = await asked("0-4-2");
        await client.rejectQuestion(second.id, directory);
        await vi.waitFor(
            async () => expect(await client.readList("status", undefined)).not.toHaveProperty(id),
            waiting,
        );
        expect(await client.readList("questions", directory)).toEqual([]);
    });

    test("what was taken back comes back, or is gone with the next prompt", async () => {
        const { id } = await client.createSession("undone");
        const messages = await ask(id, "ping");
        const prompt = messages.find(({ info }) => info.role === "user")!;
        expect((await client.undo(id, prompt.info.id)).revert?.messageID).toBe(prompt.info.id);
        expect((await client.redo(id)).revert).toBeUndefined();
        await client.undo(id, prompt.info.id);
        const after = await ask(id, "Reply with the single word: pong");
        const said = after.filter(({ info }) => info.role === "user").flatMap(({ parts }) => parts);
        expect(said.map(({ text }) => text)).toEqual(["Reply with the single word: pong"]);
        expect((await client.getSession(id)).revert).toBeUndefined();
    });

    test("what takes long is waited for; meanwhile the session refuses more of it", async () => {
        const { id } = await client.createSession("works");
        const shell = client.startShell(id, "build", "sleep 1; echo over");
        await vi.waitFor(async () => {
            expect((await client.getMessages(id, 1))[0]?.info.role).toBe("shell");
        }, waiting);
        await shell;
        const printed = (await client.getMessages(id, 1))[0]?.parts.map(({ state }) => state?.output);
        expect(printed).toContain("over\n");

        await client.startCommand(id, { name: "greet", arguments: "all" });
        const messages = await ended(id);
        expect(JSON.stringify(messages)).toContain("Greet all");
        await client.sendPrompt(id, { text: "[hang] wait", nonce: "0-5-1" });
        await vi.waitFor(async () => expect(await client.readList("status", undefined)).toHaveProperty(id));
        expect((await failureOf(client.startCompacting(id, "scripted/model"))).code).toBe("works_now");
        await client.abortSession(id);
        await ended(id);
        await client.startCompacting(id, "scripted/model");
        const newest = await client.getMessages(id, 3);
        expect(newest.some(({ info }) => info.summary === true)).toBe(true);
    });

    test("a turn that fails before its first step tells why", async () => {
        const { id } = await client.createSession("no route");
        const messages = await ask(id, "ping", { model: "nowhere/nothing" });
        expect(messages.at(-1)?.info.finish).toBe("failed");
        expect(await client.getReason(id)).toMatch(/nowhere\/nothing|unavailable/i);
        const other = await client.createSession("well");
        await ask(other.id, "ping");
        expect((await failureOf(client.getReason(other.id))).code).toBe("not_found");
    });

    test("what it has not says so", async () => {
        const { id } = await client.createSession("lacks");
        for (const request of [client.shareSession(id), client.unshareSession(id), client.getTodos(id)])
            expect((await failureOf(request)).code).toBe("not_in_opencode_2");
    });

    test("a wrong password is told of, also on the stream, and another user is not asked for", async () => {
        const stranger = opencodeClient({ ...twin, password: "wrong" });
        expect(await failureOf(stranger.health())).toMatchObject({ code: "unauthorized", status: 401 });
        expect((await failureOf(stranger.events())).code).toBe("unauthorized");
        expect(await opencodeClient({ ...twin, username: "steve" }).health()).toEqual({
            version: twin.version,
        });
    });

    test("who takes it for an opencode 1 hears that it is another", async () => {
        const mistaken = opencodeClient({ ...twin, version: "1.18.33" });
        expect(await failureOf(mistaken.health())).toMatchObject({
            code: "other_opencode",
            detail: { version: twin.version },
        });
        expect((await failureOf(mistaken.createSession("x"))).code).toBe("other_opencode");
    });
});

describe("whichever of the doubtful answers a real one gives", () => {
    const doubts: Partial<Doubts>[] = [
        { unknownRoutes: "html", formList: "/api/form/request", permissionList: "per session only" },
        { unknownRoutes: "401", formList: "per session only", permissionList: "per session only" },
        { permissionSource: "callID", toolEvents: "callID", formMode: true },
        { unknownRoutes: "401", formDismissal: "post cancel", revertClear: "post clear" },
        { interruptAnswer: 204, interruptedIdle: false, idleRecords: false, sessionOutcome: false },
        { repeatedPrompt: "nothing", emptyCursor: "absent", logEnd: "log.synced", eventsCreated: false },
        { shellAnswer: "at once", missingDirectory: "404", revertCommit: "keeps the prompt" },
    ];
    test.each(doubts)("%j", async (given) => {
        const folder = await mkdtemp(join(tmpdir(), "opencode-doubts-"));
        onTestFinished(() => rm(folder, { recursive: true, force: true }));
        const question = { question: "Which?", header: "Tree", options: [{ label: "Birch" }] };
        const model = await startModel({
            rules: [
                ({ toolResults, userText }) => {
                    if (userText === "hang") return { text: "never", hang: true };
                    if (toolResults.length > 0) return { text: `done: ${toolResults.at(-1)!.output}` };
                    return userText === "form"
                        ? { toolCalls: [{ name: "question", arguments: { questions: [question] } }] }
                        : { toolCalls: [{ name: "shell", arguments: { command: "echo forty-two" } }] };
                },
            ],
        });
        onTestFinished(() => model.stop());
        const twin = await startTwin({
            home: join(folder, "home"),
            model: { baseUrl: model.url },
            permission: { "*": "ask", question: "allow" },
            doubts: given,
        });
        onTestFinished(() => twin.stop());
        const client = opencodeClient(twin);
        const { directory } = twin;
        const happenings: Happening[] = [];
        const stop = new AbortController();
        onTestFinished(() => stop.abort());
        await new Promise<void>((connected) => {
            watch(() => client, {
                signal: stop.signal,
                onHappening: (happening) => void happenings.push(happening),
                onConnected: () => connected(),
            });
        });
        const { id } = await client.createSession("doubtful");
        const waits = async (name: "permissions" | "questions") =>
            vi.waitFor(async () => {
                const [found] = await client.readList(name, directory);
                expect(found).toBeDefined();
                return found!;
            }, waiting);
        const rests = () =>
            vi.waitFor(
                async () => expect(await client.readList("status", undefined)).not.toHaveProperty(id),
                waiting,
            );
        const said = async () =>
            (await client.getMessages(id, 10))
                .filter(({ info }) => info.role === "assistant")
                .flatMap(({ parts }) => parts.map(({ text }) => text));

        await client.sendPrompt(id, { text: "run", nonce: "0-1-1" });
        const permission = await waits("permissions");
        expect(permission.tool?.callID).toBeDefined();
        await client.answerPermission(permission.id, "once", undefined, directory);
        await vi.waitFor(async () => expect((await said()).at(-1)).toContain("forty-two"), waiting);
        await rests();
        const kinds = happenings.map(({ kind }) => kind);
        for (const kind of ["busy", "tool", "permission", "permission answered", "text", "final", "idle"])
            expect(kinds).toContain(kind);

        await client.sendPrompt(id, { text: "form", nonce: "0-1-2" });
        const form = await waits("questions");
        await client.answerQuestion(form.id, [["Birch"]], directory);
        await vi.waitFor(async () => expect((await said()).at(-1)).toContain("Birch"), waiting);
        await rests();
        await client.sendPrompt(id, { text: "form", nonce: "0-1-3" });
        await client.rejectQuestion((await waits("questions")).id, directory);
        await rests();

        await client.sendPrompt(id, { text: "hang", nonce: "0-1-4" });
        await client.sendPrompt(id, { text: "hang", nonce: "0-1-4" });
        await model.waitForRequest(({ conversation }) => conversation.userText === "hang");
        await client.abortSession(id);
        await rests();
        const messages = await client.getMessages(id, 0);
        const prompts = messages.filter(({ info }) => info.role === "user");
        expect(prompts).toHaveLength(4);
        expect((await client.undo(id, prompts[2]!.info.id)).revert?.messageID).toBe(prompts[2]!.info.id);
        expect((await client.redo(id)).revert).toBeUndefined();
        await client.startShell(id, "build", "echo of the shell");
        const printed = (await client.getMessages(id, 3)).flatMap(({ parts }) => parts);
        expect(printed.map(({ state }) => state?.output)).toContain("of the shell\n");
    });
});

test("text comes while it is written, and what a crash has hidden is told of", async () => {
    const folder = await mkdtemp(join(tmpdir(), "opencode-upstream2-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const model = await startModel({ rules: [() => ({ text: ["One ", "two ", "three."], hang: "midway" })] });
    onTestFinished(() => model.stop());
    const options = { home: join(folder, "home"), model: { baseUrl: model.url } };
    let twin = await startTwin(options);
    onTestFinished(() => twin.stop());
    const client = opencodeClient(twin);
    const happenings: Happening[] = [];
    const connected: boolean[] = [];
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const watched = watch(() => client, {
        signal: stop.signal,
        onHappening: (happening) => void happenings.push(happening),
        onConnected: (isFirst) => void connected.push(isFirst),
        pauseSeconds: { first: 0.05, longest: 0.5 },
    });
    await vi.waitFor(() => expect(connected).toEqual([true]), waiting);

    const { id } = await client.createSession("test");
    await client.sendPrompt(id, { text: "count", nonce: "0-1-1" });
    await vi.waitFor(() => expect(happenings.some(({ kind }) => kind === "text")).toBe(true), waiting);
    expect(happenings.some(({ kind }) => kind === "final")).toBe(false);
    expect(new Set(happenings.map(({ sessionId }) => sessionId))).toEqual(new Set([id]));

    await twin.kill();
    model.setRules([() => ({ text: "again" })]);
    twin = await startTwin({ ...options, port: twin.port, password: twin.password });
    await vi.waitFor(() => expect(connected).toEqual([true, false]), waiting);
    const before = happenings.length;
    await client.sendPrompt(id, { text: "again", nonce: "0-1-2" });
    await vi.waitFor(
        () => expect(happenings.slice(before).some(({ kind }) => kind === "idle")).toBe(true),
        waiting,
    );
    await watched.catchUp(id, 10);
    const count = happenings.length;
    await watched.catchUp(id, 10);
    expect(happenings).toHaveLength(count);
    const answers = (await client.listMessages(id, 10)).filter(({ info }) => info.role === "assistant");
    const answer = answers.at(-1)!;
    const shown = show(happenings);
    for (const part of answer.parts.filter(({ type }) => type === "text"))
        expect(shown.get(`${id} ${answer.info.id} ${part.id}`)).toBe(part.text);
});

test("a route that a version has not is none, and what waits is found by the sessions that work", async () => {
    const server = await fakeServer((request, response) => {
        const json = (body: object, status = 200) =>
            response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
        switch (request.url?.split("?")[0]) {
            case "/api/info":
                return json({ version: "2.0.7" });
            case "/api/session/active":
                return json({ data: { ses_1: { type: "running" }, ses_2: { type: "running" } } });
            case "/api/session/ses_1/permission":
                return json({
                    data: [{ id: "per_1", sessionID: "ses_1", action: "shell", resources: ["x"] }],
                });
            case "/api/session/ses_2/permission":
                return json({ data: [] });
            default:
                return response.writeHead(200, { "content-type": "text/html" }).end(html);
        }
    });
    onTestFinished(() => server.stop());
    const client = opencodeClient({ url: server.url, version: "2.0.7", timeoutSeconds: 5 });
    expect(await failureOf(client.listFiles("/w", ""))).toMatchObject({
        code: "not_in_opencode_2",
        message: expect.stringContaining("2.0.7 has no /api/fs/list") as string,
    });
    expect(await client.readList("permissions", "/w")).toMatchObject([
        { id: "per_1~ses_1", permission: "shell", patterns: ["x"] },
    ]);
});

test.each([
    ["session_gone", 404, { _tag: "SessionNotFoundError", message: "x" }],
    ["bad_request", 404, { _tag: "LocationNotFoundError", message: "x" }],
    ["works_now", 409, { _tag: "SessionBusyError", message: "x" }],
    ["server_error", 403, { _tag: "FreeTierError", message: "x" }],
    ["bad_request", 400, { _tag: "InvalidRequestError", message: "x" }],
    ["server_error", 503, { _tag: "ServiceUnavailableError", message: "x" }],
    ["unauthorized", 401, { _tag: "UnauthorizedError", message: "x" }],
])("%s: a refusal with status %i", async (code, status, body) => {
    const server = await fakeServer((_, response) => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    onTestFinished(() => server.stop());
    const client = opencodeClient({ url: server.url, version: "2.0.22" });
    expect(await failureOf(client.getSession("ses_1"))).toMatchObject({ code, status });
});

test("an opencode 1 in its place is known, too", async () => {
    const folder = await mkdtemp(join(tmpdir(), "opencode-client2-"));
    const server = await startOpencode({ home: folder });
    onTestFinished(async () => {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
    });
    const mistaken = opencodeClient({ ...server, version: "2.0.22" });
    expect(await failureOf(mistaken.health())).toMatchObject({
        code: "other_opencode",
        detail: { version: server.version },
    });
    // Some routes it has all the same: those of a preview.
    expect((await failureOf(mistaken.renameSession("ses_1", "x"))).code).toBe("other_opencode");
});

test("a page in a file's place is not sent along, and a decision is told in the words of the betas, too", async () => {
    const sent: unknown[] = [];
    const session = { id: "ses_1", time: { created: 1, updated: 1 }, location: { directory: "/w" } };
    const server = await fakeServer((request, response, body) => {
        const json = (status: number, answer: object) =>
            response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
        const path = request.url?.split("?")[0];
        if (path === "/api/info") return json(200, { version: "2.0.22" });
        if (request.method === "GET" && path === "/api/session/ses_1") return json(200, { data: session });
        if (request.method !== "POST")
            return response.writeHead(200, { "content-type": "text/html" }).end(html);
        sent.push(JSON.parse(body));
        if (body.includes("decision")) return json(400, { _tag: "InvalidRequestError", message: "no reply" });
        return json(200, { data: {} });
    });
    onTestFinished(() => server.stop());
    const client = opencodeClient({ url: server.url, version: "2.0.22", timeoutSeconds: 5 });
    const files = [{ path: "door.lua", absolute: "/w/door.lua" }];
    await client.sendPrompt("ses_1", { text: "what is @door.lua", nonce: "0-1-2", files });
    expect(sent).toEqual([{ id: "msg_1_0-1-2", text: "what is @door.lua" }]);
    await client.answerPermission("per_1~ses_1", "once", undefined, "/w");
    expect(sent.slice(1)).toEqual([{ decision: "once" }, { reply: "once" }]);
});
