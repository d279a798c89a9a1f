/** What sessions used: tokens, and what they cost. */
import type { Client } from "../client";
import type { Message, Session } from "../protocol";
import type { Usage } from "../types";
import { sessionOf } from "./sessions";

/** More sessions than anybody has. */
const MOST_SESSIONS = 1000;
/** Asks for all messages (1.18.33). */
const ALL = 0;

function none(): Usage {
    return { input: 0, output: 0, reasoning: 0, cached: 0, cost: 0, sessions: 0 };
}

/** Adds what a message, or a whole session, used. */
function add(usage: Usage, used: Pick<Session, "tokens" | "cost">): void {
    usage.cost += used.cost ?? 0;
    const tokens = used.tokens;
    if (tokens === undefined) return;
    usage.input += tokens.input;
    usage.output += tokens.output;
    usage.reasoning += tokens.reasoning ?? 0;
    usage.cached += (tokens.cache && tokens.cache.read) ?? 0;
}

/** Adds the messages of a session that are not older than a time; answers alone cost anything. */
function addMessages(client: Client, usage: Usage, session: Session, since: number): readonly Message[] {
    const messages = client.face.getMessages(client, session.id, ALL);
    for (const message of messages) {
        if (message.info.role === "assistant" && message.info.time.created >= since) add(usage, message.info);
    }
    usage.sessions += 1;
    return messages;
}

/** How many tokens a model's context can hold; 0 stands for one of which that is not known. */
function contextOf(
    client: Client,
    directory: string,
    providerId: string | undefined,
    modelId: string | undefined,
): number | undefined {
    for (const provider of client.face.readList(client, "providers", directory).providers) {
        const model = provider.id === providerId ? provider.models[modelId ?? ""] : undefined;
        const limit = model && model.limit && model.limit.context;
        if (limit !== undefined && limit > 0) return limit;
    }
    return undefined;
}

/** What of the model's context the newest answer took, and how much there is of it. */
function addContext(client: Client, usage: Usage, session: Session, messages: readonly Message[]): void {
    for (let at = messages.length - 1; at >= 0; at--) {
        const info = messages[at]!.info;
        const total = info.tokens && info.tokens.total;
        if (info.role === "assistant" && total !== undefined && total > 0) {
            usage.context = total;
            usage.limit = contextOf(client, session.directory, info.providerID, info.modelID);
            return;
        }
    }
}

/** When the computer's day began, in epoch milliseconds. */
function midnight(now: number): number {
    const date = os.date("*t", now / 1000) as unknown as { hour: number; min: number; sec: number };
    return now - ((date.hour * 60 + date.min) * 60 + date.sec) * 1000 - (now % 1000);
}

/**
 * What was used by the session, by all sessions today, or by all that there are. A server that does not count what a
 * whole session used (before 1.18) is asked for its messages.
 */
export function usage(
    client: Client,
    options?: { readonly of?: "session" | "today" | "all"; readonly session?: string },
): Usage {
    const given = options ?? {};
    const total = none();
    if (given.of === undefined || given.of === "session") {
        const session = sessionOf(client, given.session);
        addContext(client, total, session, addMessages(client, total, session, 0));
        return total;
    }
    const since = given.of === "today" ? midnight(client.now()) : 0;
    for (const session of client.face.listSessions(client, MOST_SESSIONS, undefined)) {
        const isWhole = session.time.created >= since && session.tokens !== undefined;
        if (isWhole) {
            add(total, session);
            total.sessions += 1;
        } else if (session.time.updated >= since) {
            addMessages(client, total, session, since);
        }
    }
    return total;
}
