/** What this computer's session is at, and what waits for somebody there. */
import { listOf } from "../../trapos/json";
import type { Client } from "../client";
import { activeTools } from "../messages";
import { currentSession, openPermissions, openQuestions } from "../openasks";
import { pendingTurns } from "../session";
import type { Status } from "../types";
import { summarise } from "./sessions";

/** Those that are of this computer's session. */
function current<T extends { readonly current: boolean }>(asks: readonly T[]): readonly T[] {
    const own: T[] = [];
    for (const ask of asks) {
        if (ask.current) own.push(ask);
    }
    return listOf(own);
}

/** What this computer's session is at. */
export function status(client: Client): Status {
    const settings = client.settings;
    const unseen = pendingTurns(client.disk).length;
    const gone = settings.session_id;
    let { model, agent } = settings;
    if (gone === undefined) client.face.health(client);
    const session = currentSession(client);
    if (session === undefined) {
        const none = listOf<never>([]);
        return { gone, model, agent, state: "idle", permissions: none, questions: none, unseen };
    }
    const id = session.id;
    const statuses = client.face.readList(client, "status", session.directory);
    const messages = client.face.getMessages(client, id, 1);
    const last = messages[messages.length - 1];
    const info = last && last.info;
    if (info && info.modelID !== undefined) model = model ?? `${info.providerID}/${info.modelID}`;
    // A summary is written by an agent that nobody asks.
    if (info && info.summary !== true) agent = agent ?? info.agent;
    const now = statuses[id];
    const tools = now ? activeTools(last) : [];
    const tool = tools[tools.length - 1];
    const call = tool && tool.state;
    const input = (call && call.input) ?? {};
    return {
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
