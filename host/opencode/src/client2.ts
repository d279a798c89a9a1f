/**
 * What opencode 2 can do, as a client of it: its routes (src/apis/ai/server/opencode2/), and what they answer in the shapes of
 * opencode 1, as on a computer. It was written from its published protocol and what others have seen of 2.0.22.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ListValues, Message, Session } from "../../../src/apis/ai/protocol.ts";
import type { ServerFile } from "../../../src/apis/ai/server/prompt.ts";
import { askParts } from "../../../src/apis/ai/server/opencode2/asks.ts";
import { questionOf, fillIn } from "../../../src/apis/ai/server/opencode2/forms.ts";
import * as routes from "../../../src/apis/ai/server/opencode2/routes.ts";
import { ruleText, translateRules } from "../../../src/apis/ai/server/opencode2/rules.ts";
import { answers, type Message2, type Session2 } from "../../../src/apis/ai/server/opencode2/shapes.ts";
import {
    translateActive,
    translateAgents,
    translateMessage,
    translateModels,
    translatePage,
    translatePermission,
    translateSession,
} from "../../../src/apis/ai/server/opencode2/translate.ts";
import { information, type Route } from "../../../src/apis/ai/server/route.ts";
import type { OpencodeClient } from "./client.ts";
import { OpencodeFailure } from "./failure.ts";
import { type Asked, decode, type Http, ofSession } from "./http.ts";
import { type Listed2, listedMessages2, listedPage } from "./listed2.ts";
import type { PermissionRule } from "./permission-rules.ts";
import { reader } from "./shapes.ts";
import { eventReader } from "./sse.ts";

/** What a session's model may have for a variant where nobody has chosen one. */
const defaultVariant = "default";

/** The longest file of the server that is sent along, in bytes. */
const largestFile = 200_000;

/** How often it is looked whether a session has come to rest, in milliseconds. */
const lookMilliseconds = 250;

/** How often it has to be seen at rest: what was begun shows a moment later. */
const restLooks = 2;

/** For how long a list that is empty is asked for again, and how often: the first one of a folder is, for about a second. */
const emptyMilliseconds = 4000;
const againMilliseconds = 500;

const readInformation = reader(answers.information);
const readSession = reader(answers.session);
const readSessions = reader(answers.sessions);
const readMessage = reader(answers.message);
const readMessages = reader(answers.messages);
const readListed = reader(listedMessages2);
const readChanges = reader(answers.changes);
const readFiles = reader(answers.files);
const readForms = reader(answers.forms);
const readPermissions = reader(answers.permissions);
const readActive = reader(answers.active);
const readModels = reader(answers.models);
const readDefault = reader(answers.defaultModel);
const readAgents = reader(answers.agents);
const readCommands = reader(answers.commands);
const readEvent = reader({
    type: "text",
    "data?": { "error?": { "type?": "name", "message?": "reason" } },
});

/** A page of a session's messages, the newest first. */
interface Page<T> {
    readonly data: readonly T[];
    readonly cursor?: { readonly next?: string };
}

/** Whether a version has no such route, for which an older one has another. */
const hasNoRoute = (error: unknown): boolean =>
    error instanceof OpencodeFailure && error.code === "not_in_opencode_2";

/** Reads a number as a form takes it. */
function toNumber(text: string): number | undefined {
    const value = text.trim() === "" ? NaN : Number(text);
    return Number.isFinite(value) ? value : undefined;
}

/** A function that it has not. */
function lacking(what: string): () => Promise<never> {
    return () => Promise.reject(new OpencodeFailure("not_in_opencode_2", { what }));
}

/** Makes a client of an opencode 2. */
export function client2(http: Http): OpencodeClient {
    const { ask } = http;

    /** Asks for something of a session; fails with `session_gone` where the server does not have it. */
    const askSession = <T = void>(id: string, route: Route, asked: Asked<T> = {}): Promise<T> =>
        ofSession(
            id,
            () => ask(route, asked),
            // It may be a message that is not there.
            ({ detail }) => detail.tag === undefined || detail.tag === "SessionNotFoundError",
        );

    const session2 = async (id: string): Promise<Session2> =>
        (await askSession(id, routes.getSession(id), { read: readSession })).data;

    const getSession = async (id: string): Promise<Session> => translateSession(await session2(id));

    /**
     * The newest messages, the newest first, page by page.
     * @param most 0 for all
     * @param isEnough looks at a page, and says that no older one is needed
     */
    async function pages<T>(
        id: string,
        most: number,
        read: (value: unknown) => Page<T> | undefined,
        isEnough: (page: readonly T[]) => boolean = () => false,
    ): Promise<T[]> {
        const found: T[] = [];
        const limit = most === 0 ? Infinity : most;
        let cursor: string | undefined;
        do {
            const size = Math.min(limit - found.length, routes.MOST_MESSAGES);
            const route: Route =
                cursor === undefined ? routes.getMessages(id, size) : routes.getMessagesAt(id, size, cursor);
            const page: Page<T> = await askSession(id, route, { read });
            found.push(...page.data);
            cursor = page.data.length < size || isEnough(page.data) ? undefined : page.cursor?.next;
        } while (cursor !== undefined && found.length < limit);
        return found;
    }

    const isActive = async (id: string): Promise<boolean> => {
        const { data } = await ask(routes.readList("status", undefined), { read: readActive });
        return data[id] !== undefined;
    };

    async function requireIdle(id: string): Promise<void> {
        if (await isActive(id)) throw new OpencodeFailure("works_now");
    }

    /** Waits until a session has come to rest, and no line of the shell runs in it. */
    async function untilIdle(id: string, signal: AbortSignal | undefined): Promise<void> {
        for (let rests = 0; rests < restLooks;) {
            await sleep(lookMilliseconds, undefined, { signal }).catch(() => signal?.throwIfAborted());
            const [newest] = await pages<Message2>(id, 1, readMessages);
            const isBusy = newest?.type === "shell" && newest.status === "running";
            rests = isBusy || (await isActive(id)) ? 0 : rests + 1;
        }
    }

    /** Has a model and an agent answer from now on, where others do. They are the session's, not a prompt's. */
    async function choose(
        session: Session2,
        {
            model,
            variant,
            agent,
        }: { readonly model?: string; readonly variant?: string; readonly agent?: string },
    ): Promise<void> {
        const now = session.model;
        const current = now && `${now.providerID}/${now.id}`;
        const name = model ?? current;
        const usual = now?.variant === defaultVariant ? undefined : now?.variant;
        // Who names neither goes on as before.
        const isNamed = model !== undefined || variant !== undefined;
        if (isNamed && name !== undefined && (name !== current || variant !== usual))
            await askSession(session.id, routes.setModel(session.id, name, variant));
        if (agent !== undefined && agent !== session.agent)
            await askSession(session.id, routes.setAgent(session.id, agent));
    }

    /** The lists of folders that were waited for. */
    const loaded = new Set<string>();

    /** Asks for a list until it is not empty, or has been for so long that it will stay so. */
    async function filled<T extends { readonly data: readonly unknown[] }>(
        route: Route,
        read: (value: unknown) => T | undefined,
    ): Promise<T["data"]> {
        const name = JSON.stringify([route.path, route.query]);
        const until = performance.now() + emptyMilliseconds;
        for (;;) {
            const { data } = await ask(route, { read });
            if (data.length > 0 || performance.now() >= until) loaded.add(name);
            if (loaded.has(name)) return data;
            await sleep(againMilliseconds);
        }
    }

    /**
     * What waits in a folder. Servers before 2.0.22 have that list elsewhere, so that the sessions are asked that work, where
     * it is not: none but those waits.
     */
    async function waiting<T>(
        route: Route,
        ofOne: (id: string) => Route,
        read: (value: unknown) => { readonly data: readonly T[] } | undefined,
    ): Promise<readonly T[]> {
        try {
            return (await ask(route, { read })).data;
        } catch (error) {
            if (!hasNoRoute(error)) throw error;
            const { data } = await ask(routes.readList("status", undefined), { read: readActive });
            const each = await Promise.all(Object.keys(data).map((id) => ask(ofOne(id), { read })));
            return each.flatMap((one) => one.data);
        }
    }

    const lists: {
        readonly [K in keyof ListValues]: (directory: string | undefined) => Promise<ListValues[K]>;
    } = {
        async status() {
            const route = routes.readList("status", undefined);
            return translateActive((await ask(route, { read: readActive })).data);
        },
        async permissions(directory) {
            const route = routes.readList("permissions", directory);
            const found = await waiting(route, routes.sessionPermissions, readPermissions);
            return found.map(translatePermission);
        },
        async questions(directory) {
            const route = routes.readList("questions", directory);
            const found = await waiting(route, routes.sessionForms, readForms);
            return found.map(questionOf);
        },
        providers: async (directory) =>
            translateModels(await filled(routes.readList("providers", directory), readModels)),
        agents: async (directory) =>
            translateAgents(await filled(routes.readList("agents", directory), readAgents)),
        commands: (directory) => filled(routes.readList("commands", directory), readCommands),
        async config(directory) {
            const { data } = await ask(routes.readList("config", directory), { read: readDefault });
            return data === undefined ? {} : { model: `${data.providerID}/${data.id}` };
        },
    };

    async function rulesOf(id: string): Promise<readonly PermissionRule[]> {
        const { permissions = [] } = await session2(id);
        return permissions.map(({ action, resource, effect }) => ({
            permission: action,
            pattern: resource,
            action: effect,
        }));
    }

    /** A file of the server as a text; nothing for one that is none, or too long: its agent reads that by itself. */
    async function textOfFile({ path, absolute }: ServerFile): Promise<string | undefined> {
        const directory = absolute.slice(0, -(path.length + 1));
        const bytes = await http
            .send(routes.readFile(directory, path), {}, async (response) => {
                // A server's own page, or one of something between, where no page was asked for.
                const isPage = (response.headers.get("content-type") ?? "").includes("text/html");
                if (!response.ok || (isPage && !/\.x?html?$/i.test(path))) return undefined;
                return Buffer.from(await response.arrayBuffer());
            })
            .catch(() => undefined);
        if (bytes === undefined || bytes.length > largestFile || bytes.includes(0)) return undefined;
        return routes.fileText(path, bytes.toString("utf8"));
    }

    return {
        url: http.url,
        dialect: 2,

        health: () => ask(information(), { read: readInformation }),

        async createSession(title, created = {}) {
            const { directory, permission } = created;
            const rules = permission && translateRules(permission);
            const given = { title, ...(directory !== undefined && { directory }), ...(rules && { rules }) };
            return translateSession((await ask(routes.createSession(given), { read: readSession })).data);
        },

        getSession,

        async listSessions(most, search, directory) {
            const route = routes.listSessions(most, search, directory);
            return (await ask(route, { read: readSessions })).data.map(translateSession);
        },

        async children(id) {
            const { data } = await askSession(id, routes.listChildren(id), { read: readSessions });
            return data.map(translateSession);
        },

        async getMessages(sessionId, most, after) {
            const isEnough = (page: readonly Message2[]) => page.some(({ id }) => id === after);
            return translatePage(await pages<Message2>(sessionId, most, readMessages, isEnough));
        },

        listMessages: async (sessionId, most) =>
            listedPage(await pages<Listed2>(sessionId, most, readListed)),

        async getMessage(sessionId, id): Promise<Message> {
            const route = routes.getMessage(sessionId, id);
            const { data } = await askSession(sessionId, route, { read: readMessage });
            return translateMessage(data);
        },

        async sendPrompt(sessionId, prompt) {
            const session = await session2(sessionId);
            // What was taken back stays listed until then.
            if (session.revert !== undefined) await askSession(sessionId, routes.commitUndo(sessionId));
            await choose(session, prompt);
            const texts = await Promise.all((prompt.files ?? []).map(textOfFile));
            const attachments = [
                ...(prompt.attachments ?? []),
                ...texts.filter((text) => text !== undefined),
            ];
            try {
                await askSession(sessionId, routes.sendPrompt(sessionId, { ...prompt, attachments }));
            } catch (error) {
                // The id is ours: with another text it was there before, as a file has changed since.
                if (!(error instanceof OpencodeFailure && error.status === 409)) throw error;
            }
        },

        abortSession: (sessionId) => askSession(sessionId, routes.interrupt(sessionId)),

        async getReason(sessionId) {
            const log = await http.send(routes.readLog(sessionId), {}, async (response) =>
                response.ok ? Buffer.from(await response.arrayBuffer()) : Buffer.of(),
            );
            const events = eventReader().read(log);
            const ends = events
                .map((data) => readEvent(decode(data)))
                .filter((event) => event?.type.startsWith("session.execution.") ?? false);
            const error = ends.at(-1)?.data?.error;
            const reason = error?.message ?? error?.type;
            if (reason === undefined) throw new OpencodeFailure("not_found", { what: "no reason is told" });
            return reason;
        },

        async renameSession(id, title) {
            await askSession(id, routes.renameSession(id, title));
            return getSession(id);
        },

        getPermission: rulesOf,

        async setPermission(id, rules) {
            const wanted = translateRules(rules);
            await askSession(id, routes.setRules(id, wanted));
            const { permissions = [] } = await session2(id);
            return ruleText(permissions) === ruleText(wanted) ? rules : rulesOf(id);
        },

        deleteSession: (id) => askSession(id, routes.deleteSession(id)),

        forkSession: async (id) =>
            translateSession((await askSession(id, routes.forkSession(id), { read: readSession })).data),

        async undo(id, messageId) {
            await askSession(id, routes.stageUndo(id, messageId));
            return getSession(id);
        },

        async redo(id) {
            try {
                await askSession(id, routes.clearUndo(id));
            } catch (error) {
                if (!hasNoRoute(error)) throw error;
                await askSession(id, routes.clearUndoBefore(id));
            }
            return getSession(id);
        },

        shareSession: lacking("share a session"),
        unshareSession: lacking("share a session"),
        getTodos: lacking("tell what the agent means to do"),

        getChanges: async (id, messageId) =>
            (await askSession(id, routes.getChanges(id, messageId), { read: readChanges })).data,

        async startCompacting(id, _model, signal) {
            await requireIdle(id);
            await askSession(id, routes.compact(id));
            await untilIdle(id, signal);
        },

        async startShell(id, _agent, line, signal) {
            await requireIdle(id);
            await askSession(id, routes.shell(id, line), { signal, timeoutSeconds: Infinity });
            await untilIdle(id, signal);
        },

        async startCommand(id, command, signal) {
            await requireIdle(id);
            await choose(await session2(id), command);
            await askSession(id, routes.command(id, command), { signal, timeoutSeconds: Infinity });
            await untilIdle(id, signal);
        },

        async listFiles(directory, path) {
            const { data } = await ask(routes.listFiles(directory, path), { read: readFiles });
            return data.map((entry) => ({
                ...entry,
                ...(directory !== undefined && { absolute: `${directory.replace(/\/$/, "")}/${entry.path}` }),
            }));
        },

        findFiles: async (directory, text) =>
            (await ask(routes.findFiles(directory, text), { read: readFiles })).data.map(({ path }) => path),

        async answerPermission(id, reply, message) {
            try {
                await ask(routes.answerPermission(id, reply, message));
            } catch (error) {
                // The betas call the decision otherwise.
                if (!(error instanceof OpencodeFailure && error.code === "bad_request")) throw error;
                await ask(routes.answerPermissionBefore(id, reply, message));
            }
        },

        async answerQuestion(id, chosen) {
            const wanted = askParts(id);
            const { data } = await ask(routes.sessionForms(wanted.sessionId), { read: readForms });
            const form = data.find((one) => one.id === wanted.id);
            if (form === undefined) throw new OpencodeFailure("not_found", { what: "no such form waits" });
            const { answers: filledIn, problem } = fillIn(form, chosen, toNumber);
            if (problem !== undefined) throw new OpencodeFailure("bad_request", { what: problem });
            await ask(routes.answerForm(id, filledIn));
        },

        async rejectQuestion(id) {
            try {
                await ask(routes.dismissForm(id));
            } catch (error) {
                if (!hasNoRoute(error)) throw error;
                await ask(routes.cancelForm(id));
            }
        },

        readList: (name, directory) => lists[name](directory),

        async waitUntilLoaded(what, directory) {
            // Of the others it does not tell.
            if (what === "providers") await lists.providers(directory);
            else await ask(information());
        },

        dispose: lacking("load a folder anew"),

        events: (signal) => http.stream({ path: ["api", "event"] }, signal),
    };
}
