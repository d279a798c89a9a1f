/** What this computer's session is at, and what waits for somebody there. */
import { outcome } from "../../trapos/failure";
import { listOf } from "../../trapos/json";
import type { Client } from "../client";
import type * as conversationModule from "../link/conversation";
import { activeTools } from "../messages";
import type { Message } from "../protocol";
import { currentSession, openPermissions, openQuestions } from "../openasks";
import { pendingTurns } from "../session";
import type { LinkStatus, Status } from "../types";
import { summarise } from "./sessions";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** What the link is at; nothing where this computer asks opencode itself. Whoever waits to connect again does so for it. */
function linkStatus(client: Client): LinkStatus | undefined {
    const url = client.settings.link_url;
    if (url === undefined) return undefined;
    const [isWell, problem] = outcome(() => client.face.health(client));
    const state = (load("/apis/ai/link/conversation") as typeof conversationModule).linkState();
    return {
        url,
        name: state && state.name,
        owner: state && state.owner,
        profile: state && state.profile,
        isPolling: state && state.isPolling,
        problem: isWell ? undefined : problem,
    };
}

/** Those that are of this computer's session. */
function current<T extends { readonly current: boolean }>(asks: readonly T[]): readonly T[] {
    const own: T[] = [];
    for (const ask of asks) {
        if (ask.current) own.push(ask);
    }
    return listOf(own);
}

/** The newest message of the conversation: a record that the turn has ended may come behind it. */
function newestOf(client: Client, id: string): Message | undefined {
    for (const limit of [1, 4]) {
        const messages = client.face.getMessages(client, id, limit);
        for (let at = messages.length - 1; at >= 0; at--) {
            const role = messages[at]!.info.role;
            if (role === "user" || role === "assistant") return messages[at];
        }
        if (messages.length === 0) return undefined;
    }
    return undefined;
}

/** What this computer's session is at. */
export function status(client: Client): Status {
    const settings = client.settings;
    const unseen = pendingTurns(client.disk).length;
    const gone = settings.session_id;
    let { model, agent } = settings;
    const none = listOf<never>([]);
    const link = linkStatus(client);
    if (link && link.problem)
        return { link, model, agent, state: "idle", permissions: none, questions: none, unseen };
    const opencode = client.face.health(client).version;
    const session = currentSession(client);
    if (session === undefined)
        return {
            link,
            opencode,
            gone,
            model,
            agent,
            state: "idle",
            permissions: none,
            questions: none,
            unseen,
        };
    const id = session.id;
    const statuses = client.face.readList(client, "status", session.directory);
    const last = newestOf(client, id);
    const info = last && last.info;
    if (info && info.modelID !== undefined) model = model ?? `${info.providerID}/${info.modelID}`;
    const used = session.model;
    if (used) model = model ?? `${used.providerID}/${used.id}`;
    // A summary is written by an agent that nobody asks.
    if (info && info.summary !== true) agent = agent ?? info.agent;
    agent = agent ?? session.agent;
    const now = statuses[id];
    const tools = now ? activeTools(last) : [];
    const tool = tools[tools.length - 1];
    const call = tool && tool.state;
    const input = (call && call.input) ?? {};
    return {
        link,
        opencode,
        session: summarise(client, session),
        model,
        agent,
        state: now ? now.type : "idle",
        seconds: now && info ? Math.max(client.now() - info.time.created, 0) / 1000 : undefined,
        tool: tool && tool.tool,
        title: (call && call.title) ?? input.description ?? input.command,
        message: now && now.message,
        permissions: now ? current(openPermissions(client)) : listOf([]),
        questions: now ? current(openQuestions(client)) : listOf([]),
        unseen,
    };
}
