/** What each route takes, answers and refuses. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Session } from "../../tools/opencode2-twin/types.ts";
import { type Asked, outline, startWorld } from "./support.ts";

it("says what it is, to whom has the password", async () => {
    const world = await startWorld();
    const { twin } = world;
    const { type, text } = await world.ask("/api/info");
    expect(type).toBe("application/json");
    expect(JSON.parse(text)).toMatchObject({ version: "2.0.22", pid: process.pid, urls: [twin.url] });
    for (const authorization of ["", "Basic eDp5", `Basic ${btoa(`other:${twin.password}`)}`]) {
        const { status, body } = await world.ask("/api/info", { headers: { authorization } });
        expect({ status, body }).toEqual({
            status: 401,
            body: { _tag: "UnauthorizedError", message: "Authentication required" },
        });
    }
});

it.each([
    ["GET", "/global/health"],
    ["GET", "/session"],
    ["GET", "/api/health"],
    ["PUT", "/api/session"],
    ["DELETE", "/api/session"],
    ["GET", "/api/session/ses_1/prompt"],
    ["GET", "/api/session/ses_1/todo"],
    ["POST", "/api/nothing"],
])("%s %s is no route: it gets the web page", async (method, path) => {
    const world = await startWorld();
    const { status, type } = await world.ask(path, { method });
    expect({ status, type }).toEqual({ status: 200, type: "text/html" });
});

const directory = "/somewhere/else";

/** What is refused, with what: "{id}" stands for a session's. */
const refused: [what: string, path: string, asked: Asked, status: number, body: object][] = [
    [
        "another type",
        "/api/session",
        { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } },
        415,
        {},
    ],
    ["no body", "/api/session", { method: "POST" }, 400, { message: "Expected object, got undefined" }],
    ["a list", "/api/session", { body: [] }, 400, { kind: "Payload", message: "Expected object, got []" }],
    ["broken JSON", "/api/session", { body: "{" }, 500, { _tag: "UnknownError" }],
    [
        "an unknown key",
        "/api/session",
        { body: { name: "x" } },
        400,
        { message: 'Unexpected key\n  at ["name"]' },
    ],
    [
        "a title that is no text",
        "/api/session",
        { body: { title: 1 } },
        400,
        { message: 'Expected string, got 1\n  at ["title"]' },
    ],
    [
        "a relative directory",
        "/api/session",
        { body: { location: { directory: "here" } } },
        400,
        { kind: "Payload" },
    ],
    [
        "an unknown parent",
        "/api/session",
        { body: { parentID: "ses_none" } },
        404,
        { _tag: "SessionNotFoundError" },
    ],
    [
        "an effect that is none",
        "/api/session",
        { body: { permissions: [{ action: "*", resource: "*", effect: "maybe" }] } },
        400,
        { kind: "Payload" },
    ],
    [
        "a model without a provider",
        "/api/session/{id}/model",
        { body: { model: { id: "model" } } },
        400,
        { message: 'Missing key\n  at ["model"]["providerID"]' },
    ],
    ["an id that is none", "/api/session/abc", {}, 400, { _tag: "InvalidRequestError", field: "sessionID" }],
    [
        "an unknown session",
        "/api/session/ses_none",
        {},
        404,
        { _tag: "SessionNotFoundError", sessionID: "ses_none" },
    ],
    ["an unknown session before its body", "/api/session/ses_none/prompt", { body: { x: 1 } }, 404, {}],
    [
        "a prompt as the preview wants it",
        "/api/session/{id}/prompt",
        { body: { prompt: { text: "x" } } },
        400,
        { message: 'Missing key\n  at ["text"]' },
    ],
    [
        "a prompt for both",
        "/api/session/{id}/prompt",
        { body: { text: "x", prompt: { text: "x" } } },
        400,
        {},
    ],
    [
        "parts of opencode 1",
        "/api/session/{id}/prompt",
        { body: { parts: [{ type: "text", text: "x" }] } },
        400,
        {},
    ],
    [
        "a model of a prompt",
        "/api/session/{id}/prompt",
        { body: { text: "x", model: { id: "a", providerID: "b" } } },
        400,
        {},
    ],
    [
        "a prompt's bad id",
        "/api/session/{id}/prompt",
        { body: { text: "x", id: "mine" } },
        400,
        { message: 'Expected a string starting with "msg_", got "mine"\n  at ["id"]' },
    ],
    [
        "another delivery",
        "/api/session/{id}/prompt",
        { body: { text: "x", delivery: "soon" } },
        400,
        { message: 'Expected "steer" | "queue", got "soon"\n  at ["delivery"]' },
    ],
    [
        "an unknown command",
        "/api/session/{id}/command",
        { body: { name: "none", text: "" } },
        404,
        { _tag: "CommandNotFoundError", command: "none" },
    ],
    ["no message", "/api/session/{id}/message?limit=0", {}, 400, { kind: "Query" }],
    ["too many messages", "/api/session/{id}/message?limit=201", {}, 400, { kind: "Query" }],
    ["a limit that is none", "/api/session/{id}/message?limit=x", {}, 400, { kind: "Query" }],
    ["another order", "/api/session/{id}/message?order=up", {}, 400, { kind: "Query" }],
    ["a bad cursor", "/api/session/{id}/message?cursor=zz", {}, 400, { _tag: "InvalidCursorError" }],
    [
        "a cursor with an order",
        "/api/session/{id}/message?cursor=e30&order=asc",
        {},
        400,
        { message: "Cursor cannot be combined with order" },
    ],
    [
        "an unknown message",
        "/api/session/{id}/message/msg_none",
        {},
        404,
        { _tag: "MessageNotFoundError", messageID: "msg_none" },
    ],
    ["a message's bad id", "/api/session/{id}/message/none", {}, 400, { kind: "Params" }],
    [
        "an unknown permission",
        "/api/session/{id}/permission/per_x/reply",
        { body: { decision: "once" } },
        404,
        { _tag: "PermissionNotFoundError" },
    ],
    ["another decision", "/api/session/{id}/permission/per_x/reply", { body: { decision: "yes" } }, 400, {}],
    [
        "opencode 1's key of it",
        "/api/session/{id}/permission/per_x/reply",
        { body: { reply: "once" } },
        400,
        {},
    ],
    [
        "an unknown form",
        "/api/session/{id}/form/frm_x/reply",
        { body: { answer: {} } },
        404,
        { _tag: "FormNotFoundError", id: "frm_x" },
    ],
    ["answers by position", "/api/session/{id}/form/frm_x/reply", { body: { answers: [["a"]] } }, 400, {}],
    [
        "a revert to nothing",
        "/api/session/{id}/revert/stage",
        { body: { messageID: "msg_none" } },
        404,
        { _tag: "MessageNotFoundError" },
    ],
    ["a relative place", "/api/model?location[directory]=here", {}, 400, { kind: "Query" }],
    ["a relative directory of sessions", "/api/session?directory=here", {}, 400, { kind: "Query" }],
    ["a parent that is none", "/api/session?parentID=x", {}, 400, { kind: "Query" }],
    ["a path out of the place", "/api/fs/list?path=../..", {}, 400, {}],
    ["an unknown file", "/api/fs/read/none.lua", {}, 404, { _tag: "FileNotFoundError" }],
    ["nothing to find", "/api/fs/find", {}, 400, { kind: "Query" }],
];

it("refuses what a real one would refuse", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    for (const [what, path, asked, status, body] of refused) {
        const answer = await world.ask(path.replace("{id}", id), asked);
        expect({ what, ...answer, body: answer.body ?? {} }).toMatchObject({ what, status, body });
    }
    expect(await world.messages(id)).toEqual([]);
});

it("makes a session as it is told", async () => {
    const world = await startWorld();
    const wanted = {
        title: "Doors",
        agent: "plan",
        model: { id: "other", providerID: "scripted", variant: "fast" },
        metadata: { computer: 7 },
        permissions: [{ action: "*", resource: "*", effect: "allow" }],
    };
    const session = await world.create({ ...wanted, location: { directory } });
    expect(session).toMatchObject({ ...wanted, location: { directory }, projectID: "global", cost: 0 });
    expect(session.id).toMatch(/^ses_/);
    expect(await world.data(`/api/session/${session.id}`)).toEqual(session);
    expect((await world.wait("session.created")).data).toMatchObject({
        sessionID: session.id,
        title: "Doors",
    });
    const child = await world.data("/api/session", { body: { parentID: session.id } });
    expect(child).toMatchObject({ parentID: session.id, location: { directory } });
    expect(child).not.toHaveProperty("title");
});

it("lists sessions: by directory, words, parent and page", async () => {
    const world = await startWorld();
    const made: Session[] = [];
    for (const title of ["a door", "a wall", "a Door"]) made.push(await world.create({ title }));
    await world.create({ title: "a door", location: { directory } });
    const path = `/api/session?directory=${encodeURIComponent(world.twin.directory)}`;
    const ids = async (query: string) => (await world.data<Session[]>(path + query)).map(({ id }) => id);
    const [one, two, three] = made.map(({ id }) => id);
    expect(await ids("&order=asc")).toEqual([one, two, three]);
    expect(await ids("&search=door")).toEqual([three, one]);
    const page = (await world.ask(`${path}&limit=1`)).body as { data: Session[]; cursor: { next: string } };
    expect(page.data.map(({ id }) => id)).toEqual([three]);
    const next = await world.data<Session[]>(`/api/session?cursor=${page.cursor.next}`);
    expect(next.map(({ id }) => id)).toEqual([two, one]);
});

it("changes, copies and deletes a session", async () => {
    const world = await startWorld();
    const { id } = await world.create({ title: "old" });
    const path = `/api/session/${id}`;
    const change = { title: "new", metadata: { a: 1 } };
    expect((await world.ask(path, { method: "PATCH", body: change })).status).toBe(204);
    expect(await world.data(path)).toMatchObject(change);
    const first = await world.prompt(id, "ping");
    await world.wait("session.execution.succeeded");
    const second = await world.turn(id, "ping");
    const copy = await world.data<Session>(`${path}/fork`, { body: { before: second[3]!.id } });
    expect(outline(await world.messages(copy.id))).toEqual(["user", "assistant", "idle succeeded"]);
    expect((await world.messages(copy.id))[0]!.id).not.toBe(first);
    const child = await world.create({ parentID: id });
    expect((await world.ask(path, { method: "DELETE" })).status).toBe(204);
    expect((await world.ask(path)).status).toBe(404);
    expect((await world.ask(`/api/session/${child.id}`)).status).toBe(404);
    expect((await world.ask(`/api/session/${copy.id}`)).status).toBe(200);
});

it("keeps the agent and the model of a session, and says in the list when they changed", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    await world.ask(`/api/session/${id}/agent`, { body: { agent: "nobody" } });
    await world.ask(`/api/session/${id}/model`, { body: { model: { id: "other", providerID: "scripted" } } });
    const messages = await world.turn(id, "ping");
    expect(outline(messages)).toEqual([
        "agent-switched",
        "model-switched",
        "user",
        "assistant",
        "idle succeeded",
    ]);
    expect(messages[3]).toMatchObject({ agent: "nobody", model: { id: "other" } });
    expect(world.model.requests[0]!.conversation.model).toBe("other");
});

it("takes a prompt that is sent again for the one that it has", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    const path = `/api/session/${id}/prompt`;
    const body = { id: "msg_1", text: "ping", metadata: { nonce: 5 } };
    const first = await world.ask(path, { body });
    expect(first.body).toMatchObject({
        data: {
            id: "msg_1",
            sessionID: id,
            type: "user",
            payload: { text: "ping", metadata: { nonce: 5 } },
            delivery: "steer",
        },
    });
    await world.wait("session.execution.succeeded");
    expect((await world.ask(path, { body })).text).toBe(first.text);
    const isSecond = world.seen().length;
    await world.wait("session.execution.succeeded", (event) => world.seen().indexOf(event) >= isSecond);
    // An execution of nothing.
    expect(outline(await world.messages(id))).toEqual([
        "user",
        "assistant",
        "idle succeeded",
        "idle succeeded",
    ]);
    expect((await world.messages(id))[0]).toMatchObject({ metadata: { nonce: 5 } });
    const conflict = { _tag: "ConflictError", resource: "msg_1" };
    expect(await world.ask(path, { body: { ...body, text: "pong" } })).toMatchObject({
        status: 409,
        body: conflict,
    });
    const other = await world.create();
    expect(await world.ask(`/api/session/${other.id}/prompt`, { body })).toMatchObject({
        status: 409,
        body: conflict,
    });
});

it("stores a prompt without running it", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    await world.prompt(id, "one", { resume: false, id: "msg_1" });
    await world.prompt(id, "two", { resume: false, id: "msg_2" });
    expect(await world.messages(id)).toEqual([]);
    expect((await world.ask(`/api/session/${id}/inbox/msg_2`, { method: "DELETE" })).status).toBe(204);
    expect(await world.data(`/api/session/${id}/inbox`)).toMatchObject([{ id: "msg_1" }]);
    const messages = await world.turn(id, "ping");
    expect(messages.flatMap((message) => (message.type === "user" ? [message.text] : []))).toEqual([
        "one",
        "ping",
    ]);
});

it("pages through messages, either way", async () => {
    const world = await startWorld();
    const { id } = await world.create();
    await world.turn(id, "ping");
    const all = (await world.messages(id)).map((message) => message.id);
    const page = async (query: string) => {
        const { body } = await world.ask(`/api/session/${id}/message?${query}`);
        const { data, cursor } = body as {
            data: { id: string }[];
            cursor: { previous: string | null; next: string | null };
        };
        return { ids: data.map((message) => message.id), ...cursor };
    };
    const newest = await page("limit=1");
    expect(newest.ids).toEqual([all[2]]);
    const older = await page(`limit=2&cursor=${newest.next}`);
    expect(older.ids).toEqual([all[1], all[0]]);
    expect((await page(`cursor=${older.previous}`)).ids).toEqual([all[2]]);
    const last = await page("order=asc&limit=200");
    expect(last.ids).toEqual(all);
    // Nothing is new, and the cursor that is kept finds what comes later.
    expect(await page(`cursor=${last.next}`)).toEqual({ ids: [], previous: null, next: null });
    const later = (await world.turn(id, "ping")).slice(3);
    expect((await page(`cursor=${last.next}`)).ids).toEqual(later.map((message) => message.id));
});

it("has an event log that ends by itself", async () => {
    const world = await startWorld();
    const { id } = await world.create({ model: { id: "none", providerID: "nobody" } });
    expect(outline(await world.turn(id, "ping"))).toEqual(["user", "idle failed"]);
    const { type, text } = await world.ask(`/api/experimental/session/${id}/log?after=1`);
    expect(type).toBe("text/event-stream");
    const events = [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!) as object);
    expect(events.at(-1)).toMatchObject({ type: "log.synced", aggregateID: id });
    expect(events.at(-2)).toMatchObject({
        type: "session.execution.failed",
        data: { error: { type: "provider.no-route", message: "Model unavailable: nobody/none" } },
    });
    expect(events[0]).toMatchObject({ durable: { seq: 2 } });
});

it("lists models, agents and commands of a place, once they are loaded", async () => {
    const world = await startWorld({
        details: { model: { limit: { context: 1000, output: 100 }, variants: { fast: {} } } },
        config: {
            command: { greet: { template: "Say hello to $ARGUMENTS", description: "Greets" } },
            agent: { poet: { mode: "primary", description: "Rhymes" } },
        },
    });
    const list = (name: string) => world.data<{ id?: string; name?: string }[]>(`/api/${name}`);
    expect(await list("model")).toEqual([]);
    expect(await list("model")).toMatchObject([
        { id: "model", providerID: "scripted", variants: [{ id: "fast" }], limit: { context: 1000 } },
        { id: "other", variants: [] },
    ]);
    expect(await world.data("/api/model/default")).toMatchObject({ id: "model", providerID: "scripted" });
    await list("agent");
    expect((await list("agent")).map(({ id }) => id)).toContain("poet");
    await list("command");
    expect(await list("command")).toMatchObject([{ name: "greet", description: "Greets" }]);
    expect((await list("provider")).length + (await list("provider")).length).toBe(1);
    expect(await list("mcp")).toEqual([]);
    expect((await world.ask("/api/config")).status).toBe(200);
});

it("shows files of a place", async () => {
    const world = await startWorld();
    await mkdir(join(world.twin.directory, "lib"));
    await writeFile(join(world.twin.directory, "lib", "door.lua"), "return 1\n");
    expect(await world.data("/api/fs/list")).toEqual([{ path: "lib", type: "directory" }]);
    expect(await world.data("/api/fs/list?path=lib")).toEqual([{ path: "lib/door.lua", type: "file" }]);
    expect(await world.data("/api/fs/find?query=DOOR")).toEqual([{ path: "lib/door.lua", type: "file" }]);
    expect((await world.ask("/api/fs/read/lib/door.lua")).text).toBe("return 1\n");
});
