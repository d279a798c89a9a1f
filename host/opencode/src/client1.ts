/** What opencode 1 can do, as a client of it. */
import { answers, lists, type ListValues } from "../../../src/apis/ai/protocol.ts";
import * as routes from "../../../src/apis/ai/server/opencode1/routes.ts";
import type { Route } from "../../../src/apis/ai/server/route.ts";
import type { OpencodeClient } from "./client.ts";
import { OpencodeFailure } from "./failure.ts";
import { type Asked, type Http, ofSession, patiently, percentEncode } from "./http.ts";
import { listedMessages } from "./listed.ts";
import { reader, type Reader } from "./shapes.ts";

const readHealth = reader(answers.health);
const readSession = reader(answers.session);
const readSessions = reader(answers.sessions);
const readMessages = reader(answers.messages);
const readMessage = reader(answers.message);
const readListed = reader(listedMessages);
const readTodos = reader(answers.todos);
const readChanges = reader(answers.changes);
const readFiles = reader(answers.files);
const readPaths = reader(answers.paths);
const readRules = reader({
    "permission?": [
        "list",
        { permission: "text", pattern: "text", action: ["choice", "deny", "allow", "ask"] },
    ],
});

const listReaders: { readonly [K in keyof ListValues]: Reader<ListValues[K]> } = {
    status: reader(lists.status),
    permissions: reader(lists.permissions),
    questions: reader(lists.questions),
    providers: reader(lists.providers),
    agents: reader(lists.agents),
    commands: reader(lists.commands),
    config: reader(lists.config),
};

/** Makes a client of an opencode 1. */
export function client1(http: Http): OpencodeClient {
    const { ask } = http;

    /** Asks for something of a session; fails with `session_gone` where the server does not have it. */
    const askSession = <T = void>(id: string, route: Route, asked: Asked<T> = {}): Promise<T> =>
        ofSession(id, () => ask(route, asked));

    /** The same of what a session refuses while it works: 409, or 400 on 1.14.41 and 500 on 1.2.27. */
    async function askIdle<T = void>(id: string, route: Route, asked: Asked<T> = {}): Promise<T> {
        try {
            return await askSession(id, route, asked);
        } catch (error) {
            const isBusy = error instanceof OpencodeFailure && error.message.includes("usy");
            if (!isBusy) throw error;
            throw new OpencodeFailure("works_now", { status: error.status }, { cause: error });
        }
    }

    return {
        url: http.url,
        dialect: 1,

        health: () => ask(routes.health(), { read: readHealth }),

        createSession(title, created = {}) {
            const route = routes.createSession(title, created.directory);
            const body = { ...route.body, permission: created.permission };
            return ask({ ...route, body }, { read: readSession });
        },

        getSession: (id) => askSession(id, routes.getSession(id), { read: readSession }),

        async listSessions(most, search, directory) {
            const found = await ask(routes.listSessions(most, search, directory), { read: readSessions });
            // Other servers may have an empty list, too.
            if (found.length === 0) await ask(routes.health(), { read: readHealth });
            return found;
        },

        children: (id) => askSession(id, { path: ["session", id, "children"] }, { read: readSessions }),

        getMessages: (sessionId, most) => ask(routes.getMessages(sessionId, most), { read: readMessages }),

        listMessages: (sessionId, most) => ask(routes.getMessages(sessionId, most), { read: readListed }),

        getMessage: (sessionId, id) => ask(routes.getMessage(sessionId, id), { read: readMessage }),

        sendPrompt: (sessionId, prompt) => ask(routes.sendPrompt(sessionId, prompt, percentEncode)),

        abortSession: (sessionId) => ask(routes.abortSession(sessionId)),

        getReason: () =>
            Promise.reject(new OpencodeFailure("not_found", { what: "the messages of opencode 1 tell it" })),

        renameSession: (id, title) => askSession(id, routes.renameSession(id, title), { read: readSession }),

        async getPermission(id) {
            return (await askSession(id, routes.getSession(id), { read: readRules })).permission ?? [];
        },

        async setPermission(id, rules) {
            await askSession(id, { path: ["session", id], method: "PATCH", body: { permission: rules } });
            return (await askSession(id, routes.getSession(id), { read: readRules })).permission ?? [];
        },

        deleteSession: (id) => askSession(id, routes.deleteSession(id)),

        forkSession: (id) => askSession(id, routes.forkSession(id), { read: readSession }),

        undo: (id, messageId) => askIdle(id, routes.undo(id, messageId), { read: readSession }),

        redo: (id) => askIdle(id, routes.redo(id), { read: readSession }),

        shareSession: (id) => askSession(id, routes.shareSession(id), { read: readSession }),

        unshareSession: (id) => askSession(id, routes.unshareSession(id), { read: readSession }),

        getTodos: (id) => askSession(id, routes.getTodos(id), { read: readTodos }),

        getChanges: (id, messageId) =>
            askSession(id, routes.getChanges(id, messageId), { read: readChanges }),

        startCompacting: (id, model, signal) => askIdle(id, routes.compact(id, model), patiently(signal)),

        startShell: (id, agent, line, signal) =>
            askIdle(id, routes.shell(id, agent, line), patiently(signal)),

        startCommand: (id, command, signal) => askIdle(id, routes.command(id, command), patiently(signal)),

        listFiles: (directory, path) => ask(routes.listFiles(directory, path), { read: readFiles }),

        findFiles: (directory, text) => ask(routes.findFiles(directory, text), { read: readPaths }),

        answerPermission: (id, reply, message, directory) =>
            ask(routes.answerPermission(id, reply, message, directory)),

        answerQuestion: (id, chosen, directory) => ask(routes.answerQuestion(id, chosen, directory)),

        rejectQuestion: (id, directory) => ask(routes.rejectQuestion(id, directory)),

        readList: (name, directory) => ask(routes.readList(name, directory), { read: listReaders[name] }),

        waitUntilLoaded: (what, directory) => ask(routes.waitUntilLoaded(what, directory)),

        dispose: (directory) => ask({ path: ["instance", "dispose"], query: { directory }, body: {} }),

        events: (signal) => http.stream({ path: ["global", "event"] }, signal),
    };
}
