/**
 * Where the `/api` of opencode 1.18.33, its preview of opencode 2, and a native opencode 2 are known to differ: each
 * difference on its own, with what is said of the native one. All else is handed on untouched.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
    type Answer,
    done,
    entriesOf,
    failure,
    fieldsOf,
    type Fields,
    isWell,
    webPage,
    withData,
    without,
} from "./exchange.ts";
import { answersOf, form, formId, questionId } from "./forms.ts";
import type { Kept } from "./kept.ts";
import { message, toolName } from "./messages.ts";

/** A request to a native server. */
export interface Call {
    /** What stands in the places of the path's names. */
    readonly names: Readonly<Record<string, string>>;
    /** What stands behind the path's question mark, with the mark, as it came. */
    readonly search: string;
    /** What its JSON says; undefined without a body. */
    readonly body: unknown;
    /** What the preview swallows of all sessions and messages. */
    readonly kept: Kept;
    /** What a native server says of itself. */
    readonly information: Fields;
    /** The only provider that the configuration lets it have, and its model; any when absent. */
    readonly provider: { readonly id: string; readonly model: string } | undefined;
    /** Forms that were answered or dismissed, by their ids. */
    readonly settled: Set<string>;
    /** Asks the engine behind the preview, as whoever asks here. */
    readonly ask: (method: string, path: string, body?: unknown) => Promise<Answer>;
}

/** One difference. */
export interface Translation {
    /** What is another. */
    readonly what: string;
    /** Who says what the native one does: the published protocol, or those who have seen it, with the version. */
    readonly source: string;
    readonly method: string;
    /** The native path; a part with a colon before it is a name for what stands there. */
    readonly path: string;
    readonly answer: (call: Call) => Promise<Answer>;
}

const sessionGroup = "published protocol, packages/protocol/src/groups/session.ts, October 2026";
const messageSchema = "published protocol, packages/schema/src/session-message.ts";
const formSchema = "published protocol, packages/schema/src/form.ts";

/** The path of a call's session, or of something of it. */
const sessionPath = ({ names }: Call, rest = ""): string => `/api/session/${names["session"]}${rest}`;

/** What opencode 1's routes say of a session that is not there, as opencode 2 says it. */
const noSession = ({ names }: Call): Answer =>
    failure(404, "SessionNotFoundError", `Session not found: ${names["session"]}`, {
        sessionID: names["session"],
    });

/** A session with what the preview swallows of it. */
const sessionWith =
    ({ kept }: Call) =>
    (data: unknown): Fields => ({ ...fieldsOf(data), ...kept.of(String(fieldsOf(data)["id"])) });

/** The rules and the metadata that came with a request, which are kept and said again. */
const keptOf = (body: Fields): Fields => ({ permissions: body["permissions"], metadata: body["metadata"] });

/** A message with what its prompt brought along. */
const messageWith =
    ({ kept }: Call) =>
    (data: unknown): Fields =>
        message(fieldsOf(data), kept.of(String(fieldsOf(data)["id"]))["metadata"]);

/** The same of each entry of a list. */
const each =
    (translate: (data: Fields) => unknown) =>
    (data: unknown): unknown =>
        entriesOf(data).map(translate);

/** Gives a session a title by opencode 1's route: both share the sessions. */
const rename = (call: Call, id: string, title: unknown): Promise<Answer> =>
    call.ask("PATCH", `/session/${id}`, { title });

/** Whether the engine works for a session. */
async function isActive(call: Call): Promise<boolean> {
    const { body } = await call.ask("GET", "/api/session/active");
    return (call.names["session"] ?? "") in fieldsOf(fieldsOf(body)["data"]);
}

/** How often it is looked whether a folder's models are there, and with what rest between. */
const looks = 100;
const restMilliseconds = 100;

/**
 * Waits until the engine has loaded the models of a folder: asked before that it takes a free one of the network's, which
 * nobody has chosen (measured on 1.18.33, where it takes about a second). Whoever waits in vain goes on.
 * @param directory the engine's own when absent
 */
export async function untilLoaded(
    { ask, provider }: Pick<Call, "ask" | "provider">,
    directory: string | undefined,
): Promise<void> {
    if (provider === undefined) return;
    const query = directory === undefined ? "" : `?location[directory]=${encodeURIComponent(directory)}`;
    for (let look = 0; look < looks; look += 1) {
        const { body } = await ask("GET", `/api/model${query}`);
        const models = entriesOf(fieldsOf(body)["data"]);
        if (models.some(({ providerID }) => providerID === provider.id)) return;
        await pause(restMilliseconds);
    }
}

async function createSession(call: Call): Promise<Answer> {
    const body = fieldsOf(call.body);
    const { directory } = fieldsOf(body["location"]);
    if (typeof directory === "string") await untilLoaded(call, directory);
    const created = await call.ask(
        "POST",
        "/api/session",
        call.body && without(body, "title", "metadata", "permissions", "parentID"),
    );
    if (!isWell(created)) return created;
    const id = String(fieldsOf(fieldsOf(created.body)["data"])["id"]);
    call.kept.keep(id, keptOf(body));
    if (body["title"] !== undefined) await rename(call, id, body["title"]);
    return withData(await call.ask("GET", `/api/session/${id}`), sessionWith(call));
}

async function listSessions(call: Call): Promise<Answer> {
    const query = new URLSearchParams(call.search);
    const parent = query.get("parentID");
    query.delete("parentID");
    if (parent !== null && parent !== "null") {
        const children = await call.ask("GET", `/session/${encodeURIComponent(parent)}/children`);
        const data = await Promise.all(
            entriesOf(children.body).map(async ({ id }) => {
                const { body } = await call.ask("GET", `/api/session/${String(id)}`);
                return sessionWith(call)(fieldsOf(body)["data"]);
            }),
        );
        return { status: 200, body: { data, cursor: {} } };
    }
    const search = query.size === 0 ? "" : `?${query.toString()}`;
    return withData(await call.ask("GET", `/api/session${search}`), each(sessionWith(call)));
}

async function updateSession(call: Call): Promise<Answer> {
    const found = await call.ask("GET", sessionPath(call));
    if (!isWell(found)) return found;
    const body = fieldsOf(call.body);
    call.kept.keep(String(call.names["session"]), keptOf(body));
    if (body["title"] === undefined) return done;
    const renamed = await rename(call, String(call.names["session"]), body["title"]);
    return isWell(renamed) ? done : noSession(call);
}

async function deleteSession(call: Call): Promise<Answer> {
    // opencode 1's route knows nothing of what the preview runs.
    if (await isActive(call)) await call.ask("POST", sessionPath(call, "/interrupt"));
    const deleted = await call.ask("DELETE", `/session/${call.names["session"]}`);
    if (!isWell(deleted)) return noSession(call);
    call.kept.forget(String(call.names["session"]));
    return done;
}

async function sendPrompt(call: Call): Promise<Answer> {
    const { id, text, files, agents, metadata, delivery, resume } = fieldsOf(call.body);
    const prompt = text === undefined ? undefined : { text, files, agents };
    const sent = await call.ask(
        "POST",
        sessionPath(call, "/prompt"),
        call.body && { id, prompt, delivery, resume },
    );
    return withData(sent, (data) => {
        const admitted = fieldsOf(data);
        call.kept.keep(String(admitted["id"]), { metadata });
        const payload = fieldsOf(admitted["prompt"]);
        return {
            ...without(admitted, "admittedSeq", "prompt"),
            type: "user",
            payload: metadata === undefined ? payload : { ...payload, metadata },
        };
    });
}

async function interrupt(call: Call): Promise<Answer> {
    const interrupted = await isActive(call);
    const answer = await call.ask("POST", sessionPath(call, "/interrupt"));
    return isWell(answer) ? { status: 200, body: { interrupted } } : answer;
}

/** The name of the tool that waits, which permissions call an action. */
const permission = (data: Fields): Fields => ({ ...data, action: toolName(data["action"]) });

function answerPermission(call: Call): Promise<Answer> {
    const { decision, message: words } = fieldsOf(call.body);
    const body = call.body && { reply: decision, message: words };
    return call.ask("POST", sessionPath(call, `/permission/${call.names["permission"]}/reply`), body);
}

/** The form of a call among those that wait, or the answer where it does not. */
async function waitingForm(call: Call): Promise<Fields | Answer> {
    const listed = await call.ask("GET", sessionPath(call, "/question"));
    if (!isWell(listed)) return listed;
    const id = call.names["form"] ?? "";
    const found = entriesOf(fieldsOf(listed.body)["data"]).find((one) => formId(one["id"]) === id);
    if (found !== undefined) return { form: form(found) };
    if (call.settled.has(id)) {
        return failure(409, "FormAlreadySettledError", `Form already settled: ${id}`, { id });
    }
    return failure(404, "FormNotFoundError", `Form not found: ${id}`, { id });
}

async function settleForm(call: Call, answer: (form: Fields) => Promise<Answer>): Promise<Answer> {
    const found = await waitingForm(call);
    if ("status" in found) return found as Answer;
    const settled = await answer(fieldsOf(found["form"]));
    if (isWell(settled)) call.settled.add(call.names["form"] ?? "");
    return settled;
}

function answerForm(call: Call): Promise<Answer> {
    return settleForm(call, async (waiting) => {
        const answers = answersOf(entriesOf(waiting["fields"]), fieldsOf(call.body)["answer"]);
        if ("refused" in answers) {
            return failure(400, "FormInvalidAnswerError", answers.refused, { id: waiting["id"] });
        }
        const question = questionId(String(call.names["form"]));
        return call.ask("POST", sessionPath(call, `/question/${question}/reply`), { answers });
    });
}

function dismissForm(call: Call): Promise<Answer> {
    const question = questionId(String(call.names["form"]));
    return settleForm(call, () => call.ask("POST", sessionPath(call, `/question/${question}/reject`)));
}

async function readForm(call: Call): Promise<Answer> {
    const found = await waitingForm(call);
    if ("status" in found) return found as Answer;
    return { status: 200, body: { data: { ...fieldsOf(found["form"]), state: { status: "pending" } } } };
}

/** What is of the only provider, in a list whose entries name theirs in a field. */
const ofProvider =
    ({ provider }: Call, field: string) =>
    (data: unknown): unknown =>
        entriesOf(data).filter((one) => provider === undefined || one[field] === provider.id);

async function defaultModel(call: Call): Promise<Answer> {
    const listed = await call.ask("GET", `/api/model${call.search}`);
    return withData(listed, (data) => {
        const models = ofProvider(call, "providerID")(data) as readonly Fields[];
        return models.find((one) => call.provider === undefined || one["id"] === call.provider.model) ?? null;
    });
}

async function information(call: Call): Promise<Answer> {
    const asked = await call.ask("GET", "/api/session/active");
    return isWell(asked) ? { status: 200, body: call.information } : asked;
}

/** A route that a native server does not have: whoever asks it is shown the page. */
const unknown = (method: string, path: string, source: string): Translation => ({
    what: "there is no such route",
    source,
    method,
    path,
    answer: () => Promise.resolve(webPage),
});

export const translations: readonly Translation[] = [
    {
        what: "what the server is",
        source: "published protocol, packages/protocol/src/groups/server.ts; seen on 2.0.18 to 2.0.26",
        method: "GET",
        path: "/api/info",
        answer: information,
    },
    {
        what: "a session's title, metadata and rules come with it, and it asks the configured model; rules are said again, and do not bind here",
        source: sessionGroup,
        method: "POST",
        path: "/api/session",
        answer: createSession,
    },
    {
        what: "sessions are listed by the session that opened them, too",
        source: sessionGroup,
        method: "GET",
        path: "/api/session",
        answer: listSessions,
    },
    {
        what: "a session says its metadata and its rules",
        source: "published protocol, packages/schema/src/session.ts",
        method: "GET",
        path: "/api/session/:session",
        answer: async (call) => withData(await call.ask("GET", sessionPath(call)), sessionWith(call)),
    },
    {
        what: "a session gets another title, metadata or rules: its title by opencode 1's route",
        source: sessionGroup,
        method: "PATCH",
        path: "/api/session/:session",
        answer: updateSession,
    },
    {
        what: "a session is deleted: by opencode 1's route",
        source: sessionGroup,
        method: "DELETE",
        path: "/api/session/:session",
        answer: deleteSession,
    },
    {
        what: "a session is forked: opencode 1's route would leave the preview's messages behind",
        source: sessionGroup,
        method: "POST",
        path: "/api/session/:session/fork",
        answer: async () => failure(503, "ServiceUnavailableError", "The preview cannot fork a session."),
    },
    {
        what: "a prompt's text stands in its body, and its metadata is kept",
        source: `${sessionGroup}; seen on 2.0.22`,
        method: "POST",
        path: "/api/session/:session/prompt",
        answer: sendPrompt,
    },
    {
        what: "messages have their metadata, native tool states, and texts without ids",
        source: messageSchema,
        method: "GET",
        path: "/api/session/:session/message",
        answer: async (call) =>
            withData(
                await call.ask("GET", sessionPath(call, `/message${call.search}`)),
                each(messageWith(call)),
            ),
    },
    {
        what: "so does one of them",
        source: messageSchema,
        method: "GET",
        path: "/api/session/:session/message/:message",
        answer: async (call) =>
            withData(
                await call.ask("GET", sessionPath(call, `/message/${call.names["message"]}`)),
                messageWith(call),
            ),
    },
    {
        what: "and what the model still reads",
        source: messageSchema,
        method: "GET",
        path: "/api/session/:session/context",
        answer: async (call) =>
            withData(await call.ask("GET", sessionPath(call, "/context")), each(messageWith(call))),
    },
    {
        what: "an interrupt says whether there was anything to interrupt",
        source: `${sessionGroup}; seen on 2.0.22`,
        method: "POST",
        path: "/api/session/:session/interrupt",
        answer: interrupt,
    },
    {
        what: "tools have their native names where a permission waits",
        source: "seen on 2.0.18 and 2.0.22",
        method: "GET",
        path: "/api/session/:session/permission",
        answer: async (call) =>
            withData(await call.ask("GET", sessionPath(call, "/permission")), each(permission)),
    },
    {
        what: "in the list of a folder, too",
        source: "seen on 2.0.18 and 2.0.22",
        method: "GET",
        path: "/api/permission/request",
        answer: async (call) =>
            withData(await call.ask("GET", `/api/permission/request${call.search}`), each(permission)),
    },
    {
        what: "a permission is answered by a decision",
        source: "seen on 2.0.18 and 2.0.22",
        method: "POST",
        path: "/api/session/:session/permission/:permission/reply",
        answer: answerPermission,
    },
    {
        what: "questions are forms",
        source: `${formSchema}; seen on 2.0.22`,
        method: "GET",
        path: "/api/session/:session/form",
        answer: async (call) => withData(await call.ask("GET", sessionPath(call, "/question")), each(form)),
    },
    {
        what: "and are listed for a folder",
        source: "seen on 2.0.22",
        method: "GET",
        path: "/api/form",
        answer: async (call) =>
            withData(await call.ask("GET", `/api/question/request${call.search}`), each(form)),
    },
    {
        what: "one form, and that it waits",
        source: `${sessionGroup} and ${formSchema}`,
        method: "GET",
        path: "/api/session/:session/form/:form",
        answer: readForm,
    },
    {
        what: "a form is filled in by the keys of its fields",
        source: `${sessionGroup} and ${formSchema}`,
        method: "POST",
        path: "/api/session/:session/form/:form/reply",
        answer: answerForm,
    },
    {
        what: "a form is dismissed",
        source: sessionGroup,
        method: "DELETE",
        path: "/api/session/:session/form/:form",
        answer: dismissForm,
    },
    {
        what: "what was taken back comes back",
        source: sessionGroup,
        method: "DELETE",
        path: "/api/session/:session/revert",
        answer: (call) => call.ask("POST", sessionPath(call, "/revert/clear")),
    },
    {
        what: "the configuration says which providers there are: in the preview `enabled_providers` binds nothing",
        source: "opencode's documentation of its configuration; measured on 1.18.33",
        method: "GET",
        path: "/api/model",
        answer: async (call) =>
            withData(await call.ask("GET", `/api/model${call.search}`), ofProvider(call, "providerID")),
    },
    {
        what: "so in their own list",
        source: "opencode's documentation of its configuration; measured on 1.18.33",
        method: "GET",
        path: "/api/provider",
        answer: async (call) =>
            withData(await call.ask("GET", `/api/provider${call.search}`), ofProvider(call, "id")),
    },
    {
        what: "the model that answers where nobody has chosen one",
        source: "published protocol, packages/protocol/src/groups/model.ts",
        method: "GET",
        path: "/api/model/default",
        answer: defaultModel,
    },
    unknown("GET", "/api/health", "seen on 2.0.22: only early betas had it"),
    unknown("GET", "/api/session/:session/question", "questions are forms"),
    unknown("GET", "/api/question/request", "questions are forms"),
    unknown("POST", "/api/session/:session/question/:question/reply", "questions are forms"),
    unknown("POST", "/api/session/:session/question/:question/reject", "questions are forms"),
    unknown("POST", "/api/session/:session/revert/clear", sessionGroup),
    unknown("POST", "/api/session/:session/wait", sessionGroup),
    unknown("GET", "/api/session/:session/history", sessionGroup),
    unknown("GET", "/api/session/:session/event", sessionGroup),
];

/**
 * Finds the difference for a request.
 * @returns it, and what stands in the places of its path's names; undefined for what is handed on
 */
export function translationOf(
    method: string,
    path: string,
): { readonly translation: Translation; readonly names: Readonly<Record<string, string>> } | undefined {
    const parts = path.split("/");
    for (const translation of translations) {
        if (translation.method !== method) continue;
        const wanted = translation.path.split("/");
        const fits =
            wanted.length === parts.length &&
            wanted.every((part, at) => part === parts[at] || (part.startsWith(":") && parts[at] !== ""));
        // What is a name of its own is no id: "active" is not a session.
        if (!fits || path === "/api/session/active") continue;
        const names = wanted.flatMap((part, at) =>
            part.startsWith(":") ? [[part.slice(1), parts[at]!]] : [],
        );
        return { translation, names: Object.fromEntries(names) as Record<string, string> };
    }
    return undefined;
}
