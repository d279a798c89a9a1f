/** That the preview speaks as a native opencode 2 where the two are known to differ, on a real opencode 1.18.33. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import type { Opencode } from "trapos-opencode";
import { defaultRule, type Model, startModel } from "../../tools/model/index.ts";
import { previewVersion, startPreview } from "../../tools/opencode2-preview/index.ts";

const permission = { "*": "allow", bash: "ask", question: "allow" } as const;
const tools = [
    { label: "Saw", description: "for wood" },
    { label: "Axe", description: "for trees" },
];
const questions = [
    {
        question: "Birch or oak?",
        header: "Wood",
        options: [
            { label: "Birch", description: "light" },
            { label: "Oak", description: "dark" },
        ],
    },
    {
        question: "Which?",
        header: "Tools",
        options: tools,
        multiple: true,
        custom: false,
    },
];

let home: string;
let model: Model;
let opencode: Opencode;
beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "trapos-preview-"));
    model = await startModel({
        rules: [
            ({ userText, toolResults }) => {
                if (toolResults.length > 0) return { text: `It said ${toolResults[0]!.output}` };
                if (userText === "run")
                    return { text: "So.", toolCalls: [{ name: "bash", arguments: { command: "echo 42" } }] };
                if (userText === "ask")
                    return { toolCalls: [{ name: "question", arguments: { questions } }] };
                return undefined;
            },
            defaultRule,
        ],
    });
    opencode = await startPreview({ home, model: { baseUrl: model.url }, permission });
});
afterAll(async () => {
    await opencode.stop();
    await model.stop();
    await rm(home, { recursive: true, force: true });
});

/** What a request was answered with. */
interface Answered<Data> {
    status: number;
    type: string;
    body: { data: Data; _tag?: string };
}

interface Ask {
    id: string;
}

interface Form extends Ask {
    fields: { key: string }[];
}

interface Told {
    id: string;
    type: string;
    data: Record<string, unknown>;
}

type Content = Record<string, unknown>;

const aText = expect.any(String) as unknown;
const aNumber = expect.any(Number) as unknown;
const aFormId = expect.stringMatching(/^frm_/) as unknown;

/** The header by which a server knows who asks. */
const authorization = (password: string) => `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`;

async function call<Data = unknown>(
    method: string,
    path: string,
    body?: unknown,
    password = opencode.password,
): Promise<Answered<Data>> {
    const response = await fetch(opencode.url + path, {
        method,
        headers: {
            authorization: authorization(password),
            ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const type = response.headers.get("content-type") ?? "";
    const text = await response.text();
    const said: unknown = type === "application/json" ? JSON.parse(text) : text;
    return { status: response.status, type, body: said as Answered<Data>["body"] };
}

async function newSession(more: object = {}): Promise<string> {
    const { status, body } = await call<Ask>("POST", "/api/session", more);
    expect(status).toBe(200);
    return body.data.id;
}

const prompt = (session: string, text: string, number = 1) =>
    call("POST", `/api/session/${session}/prompt`, { id: `msg_${session}${number}`, text });

/** Asks again until the answer is as it is to be: no route of the server waits. */
async function until<Data>(path: string, isSo: (data: Data) => boolean): Promise<Data> {
    for (;;) {
        const { data } = (await call<Data>("GET", path)).body;
        if (isSo(data)) return data;
        await pause(20);
    }
}

const some = (list: readonly unknown[]) => list.length > 0;
const isOver = (session: string) => until<object>("/api/session/active", (data) => !(session in data));
const forms = (session: string) => until<Form[]>(`/api/session/${session}/form`, some);
const messages = async (session: string) =>
    (await call<{ content?: Content[] }[]>("GET", `/api/session/${session}/message?order=asc`)).body.data;

/** Reads the events until one is of a type, and gives all that came. */
async function eventsUntil(last: string, act: () => Promise<unknown>): Promise<Told[]> {
    const over = new AbortController();
    const { body } = await fetch(`${opencode.url}/api/event`, {
        headers: { authorization: authorization(opencode.password) },
        signal: over.signal,
    });
    const events: Told[] = [];
    let rest = "";
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
        rest += chunk;
        for (let end = rest.indexOf("\n\n"); end !== -1; end = rest.indexOf("\n\n")) {
            const block = rest.slice(0, end);
            rest = rest.slice(end + 2);
            if (!block.startsWith("data: ")) continue;
            const event = JSON.parse(block.slice("data: ".length)) as Told;
            events.push(event);
            if (event.type === "server.connected") await act();
            if (event.type === last) {
                over.abort();
                return events;
            }
        }
    }
    throw new Error("The stream has ended.");
}

const one = (events: readonly Told[], type: string) => events.find((event) => event.type === type)!;

it("says that it is an opencode 2, to who has its password", async () => {
    expect(opencode).toMatchObject({
        version: previewVersion,
        username: "opencode",
        url: `http://127.0.0.1:${opencode.port}`,
    });
    const { body } = await call("GET", "/api/info");
    expect(body).toMatchObject({ version: previewVersion, urls: [opencode.url], pid: aNumber });
    const refused = await call("GET", "/api/info", undefined, "wrong");
    expect(refused).toMatchObject({ status: 401, body: { _tag: "UnauthorizedError" } });
});

it.each(["/global/health", "/session", "/permission", "/api/health", "/api/question/request", "/nonsense"])(
    "has no %s but its page",
    async (path) => {
        expect(await call("GET", path)).toMatchObject({ status: 200, type: "text/html" });
    },
);

it("makes a session with title, metadata and rules, which can be changed, listed and deleted", async () => {
    const permissions = [{ action: "*", resource: "*", effect: "deny" }];
    const id = await newSession({ title: "Door", metadata: { of: "computer 1" }, permissions });
    const path = `/api/session/${id}`;
    expect((await call("GET", path)).body.data).toMatchObject({
        id,
        title: "Door",
        metadata: { of: "computer 1" },
        permissions,
    });
    expect((await call("GET", "/api/session?parentID=null&search=Door")).body.data).toMatchObject([
        { id, permissions },
    ]);
    expect((await call("GET", `/api/session?parentID=${id}`)).body.data).toEqual([]);
    const others = [{ action: "*", resource: "*", effect: "allow" }];
    expect((await call("PATCH", path, { title: "Gate", permissions: others })).status).toBe(204);
    expect((await call("GET", path)).body.data).toMatchObject({ title: "Gate", permissions: others });
    expect((await call("POST", `${path}/fork`, {})).body._tag).toBe("ServiceUnavailableError");
    expect((await call("DELETE", path)).status).toBe(204);
    const gone = { status: 404, body: { _tag: "SessionNotFoundError", sessionID: id } };
    expect(await call("GET", path)).toMatchObject(gone);
    expect(await call("PATCH", path, { title: "x" })).toMatchObject(gone);
    expect(await call("DELETE", path)).toMatchObject(gone);
});

it("takes a prompt whose text stands in its body, once, with its metadata", async () => {
    const session = await newSession();
    const path = `/api/session/${session}/prompt`;
    const id = `msg_${session}1`;
    const metadata = { said: "hello" };
    const { body } = await call("POST", path, { id, text: "hello", metadata });
    expect(Object.keys(body.data as object).sort()).toEqual([
        "delivery",
        "id",
        "payload",
        "sessionID",
        "timeCreated",
        "type",
    ]);
    expect(body.data).toMatchObject({
        id,
        sessionID: session,
        type: "user",
        payload: { text: "hello", metadata },
    });
    expect((await call("POST", path, { id, text: "hello", metadata })).status).toBe(200);
    expect((await call("POST", path, { id, text: "other" })).body._tag).toBe("ConflictError");
    // What the preview itself takes is none for a native server.
    expect((await call("POST", path, { prompt: { text: "hello" } })).body._tag).toBe("InvalidRequestError");
    await isOver(session);
    const [user, assistant, more] = await messages(session);
    expect(user).toMatchObject({ id, type: "user", text: "hello", metadata });
    expect(assistant).toMatchObject({ type: "assistant", finish: "stop" });
    expect(assistant!.content).toEqual([{ type: "text", text: aText }]);
    expect(more).toBeUndefined();
});

it("asks a permission, is answered by a decision, and tells of the tool as a native server does", async () => {
    const session = await newSession();
    await prompt(session, "run");
    const path = `/api/session/${session}/permission`;
    const data = await until<Ask[]>(path, some);
    expect(data).toMatchObject([
        { action: "shell", resources: ["echo 42"], source: { type: "tool", callID: aText } },
    ]);
    expect((await call("GET", "/api/permission/request")).body.data).toEqual(data);
    const reply = `${path}/${data[0]!.id}/reply`;
    expect((await call("POST", reply, { reply: "once" })).status).toBe(400);
    expect((await call("POST", reply, { decision: "once" })).status).toBe(204);
    expect((await call("POST", reply, { decision: "once" })).body._tag).toBe("PermissionNotFoundError");
    await isOver(session);
    const tool = (await messages(session))[1]!.content![1];
    expect(tool).toMatchObject({
        type: "tool",
        name: "shell",
        executed: false,
        state: {
            status: "completed",
            input: { command: "echo 42" },
            metadata: { exit: 0 },
            content: [{ text: "42\n" }, {}],
        },
    });
    expect(JSON.stringify(tool)).not.toMatch(/structured|outputPaths|provider/);
});

it("asks questions as a form, whose answers are read by its fields", async () => {
    const session = await newSession();
    await prompt(session, "ask");
    const path = `/api/session/${session}/form`;
    const data = await forms(session);
    expect(data).toMatchObject([
        {
            id: aFormId,
            sessionID: session,
            metadata: { kind: "question" },
            fields: [
                { title: "Wood", description: "Birch or oak?", type: "string", custom: true },
                {
                    title: "Tools",
                    type: "multiselect",
                    options: [{ value: "Saw", label: "Saw" }, { value: "Axe" }],
                    custom: true,
                },
            ],
        },
    ]);
    expect((await call("GET", "/api/form")).body.data).toEqual(data);
    const { id, fields } = data[0]!;
    expect((await call("GET", `${path}/${id}`)).body.data).toMatchObject({
        id,
        state: { status: "pending" },
    });
    const [wood, tools] = fields.map(({ key }) => key) as [string, string];
    const answer = { [wood]: "Spruce", [tools]: ["Saw", "Axe"] };
    const reply = `${path}/${id}/reply`;
    for (const wrong of [
        {},
        { ...answer, more: "x" },
        { ...answer, [tools]: "Saw" },
        { ...answer, [wood]: ["Oak"] },
    ]) {
        expect(await call("POST", reply, { answer: wrong })).toMatchObject({
            status: 400,
            body: { _tag: "FormInvalidAnswerError" },
        });
    }
    expect((await call("POST", reply, { answer })).status).toBe(204);
    expect((await call("POST", reply, { answer })).body._tag).toBe("FormAlreadySettledError");
    expect((await call("POST", `${path}/frm_none/reply`, { answer })).body._tag).toBe("FormNotFoundError");
    await isOver(session);
    expect(JSON.stringify((await messages(session)).at(-1))).toContain("Spruce");
});

it("dismisses a form, which ends the turn", async () => {
    const session = await newSession();
    await prompt(session, "ask");
    const path = `/api/session/${session}/form/${(await forms(session))[0]!.id}`;
    expect((await call("DELETE", path)).status).toBe(204);
    await isOver(session);
    expect((await call("DELETE", path)).body._tag).toBe("FormAlreadySettledError");
});

it("says whether it has interrupted anything", async () => {
    const session = await newSession();
    const path = `/api/session/${session}/interrupt`;
    expect(await call("POST", path)).toMatchObject({ status: 200, body: { interrupted: false } });
    await prompt(session, "[hang]");
    await until<object>("/api/session/active", (data) => session in data);
    expect((await call("POST", path)).body).toEqual({ interrupted: true });
    await isOver(session);
    expect((await call("POST", "/api/session/ses_none/interrupt")).status).toBe(404);
});

it("takes back, and brings back", async () => {
    const session = await newSession();
    const id = `msg_${session}1`;
    await prompt(session, "hello");
    await isOver(session);
    const path = `/api/session/${session}`;
    expect((await call("POST", `${path}/revert/stage`, { messageID: id })).status).toBe(200);
    expect((await call("GET", path)).body.data).toMatchObject({ revert: { messageID: id } });
    expect((await call("DELETE", `${path}/revert`)).status).toBe(204);
    expect((await call("GET", path)).body.data).not.toHaveProperty("revert");
    expect(await call("POST", `${path}/revert/clear`)).toMatchObject({ type: "text/html" });
});

it("knows the models of the configuration alone, and which is the default", async () => {
    const models = await until<{ id: string; providerID: string }[]>("/api/model", some);
    const ids = models.map(({ id, providerID }) => `${providerID}/${id}`);
    expect(ids).toEqual(["scripted/model", "scripted/other"]);
    expect((await call("GET", "/api/model/default")).body.data).toMatchObject({ id: "model" });
    expect((await call("GET", "/api/provider")).body.data).toMatchObject([{ id: "scripted" }]);
});

it("tells native events", async () => {
    const session = await newSession();
    const id = `msg_${session}1`;
    const events = await eventsUntil("permission.asked", () => prompt(session, "run"));
    expect(events.every((event) => event.id.startsWith("evt_"))).toBe(true);
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => /\.next\.|\.v2\./.test(type))).toEqual([]);
    const find = (type: string) => one(events, type);
    expect(find("session.inbox.enqueued")).toMatchObject({
        created: aNumber,
        location: { directory: opencode.directory },
        durable: { aggregateID: session },
        data: {
            sessionID: session,
            inboxID: id,
            item: { type: "user", payload: { text: "run" }, delivery: "steer" },
        },
    });
    expect(find("session.inbox.delivered")).toMatchObject({ data: { sessionID: session, inboxID: id } });
    expect(find("session.text.delta")).toMatchObject({ data: { ordinal: 0, delta: aText } });
    expect(find("session.tool.input.started")).toMatchObject({ data: { name: "shell" } });
    expect(find("session.tool.called")).toMatchObject({
        data: { input: { command: "echo 42" }, executed: false },
    });
    const asked = find("permission.asked").data;
    expect(asked).toMatchObject({ sessionID: session, action: "shell", resources: ["echo 42"] });
    const answer = () =>
        call("POST", `/api/session/${session}/permission/${String(asked["id"])}/reply`, { decision: "once" });
    const after = await eventsUntil("session.tool.success", answer);
    expect(one(after, "permission.replied").data).toMatchObject({
        requestID: asked["id"],
        reply: "once",
    });
    expect(after.at(-1)!.data).toMatchObject({ metadata: { exit: 0 }, executed: false });
    await isOver(session);
});

it("tells of a form that is made, filled in and dismissed", async () => {
    const session = await newSession();
    const waiting = async () => (await forms(session))[0]!;
    const path = `/api/session/${session}/form`;
    const answered = await eventsUntil("form.replied", async () => {
        await prompt(session, "ask", 1);
        const { id, fields } = await waiting();
        const answer = { [fields[0]!.key]: "Oak", [fields[1]!.key]: ["Axe"] };
        await call("POST", `${path}/${id}/reply`, { answer });
    });
    const form = one(answered, "form.created").data["form"] as Form;
    expect(form).toMatchObject({ sessionID: session, fields: [{ title: "Wood" }, { title: "Tools" }] });
    expect(answered.at(-1)!.data).toMatchObject({
        id: form.id,
        answer: { [form.fields[0]!.key]: "Oak", [form.fields[1]!.key]: ["Axe"] },
    });
    await isOver(session);
    const dismissed = await eventsUntil("form.cancelled", async () => {
        await prompt(session, "ask", 2);
        await call("DELETE", `${path}/${(await waiting()).id}`);
    });
    expect(dismissed.at(-1)!.data).toMatchObject({ sessionID: session, id: aFormId });
    await isOver(session);
});

it("comes back at its address with its sessions after a kill, and nobody answers between", async () => {
    const own = await mkdtemp(join(tmpdir(), "trapos-preview-"));
    onTestFinished(() => rm(own, { recursive: true, force: true }));
    const first = await startPreview({
        home: own,
        model: { baseUrl: model.url },
        permission,
    });
    const { url, port, password } = first;
    const login = { authorization: authorization(password) };
    const made = await fetch(`${url}/api/session`, {
        method: "POST",
        headers: { ...login, "content-type": "application/json" },
        body: JSON.stringify({ title: "Door", metadata: { kept: true } }),
    });
    const { data } = (await made.json()) as Answered<Ask>["body"];
    await first.kill();
    expect(await first.ended).toContain("SIGKILL");
    await expect(fetch(url)).rejects.toThrow();
    const again = await startPreview({
        home: own,
        model: { baseUrl: model.url },
        permission,
        port,
        password,
    });
    onTestFinished(() => again.stop());
    expect(again.url).toBe(url);
    const read = await fetch(`${url}/api/session/${data.id}`, { headers: login });
    expect(await read.json()).toMatchObject({ data: { title: "Door", metadata: { kept: true } } });
});
