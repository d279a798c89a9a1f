/** Messages of opencode 2, which come in pages of 200 at most, with cursors to those before and after. */
import { outcome } from "../../../trapos/failure";
import { reader } from "../../../trapos/shape";
import type { Message } from "../../protocol";
import type { Connection } from "../face";
import type { Route } from "../route";
import { call } from "./call";
import * as routes from "./routes";
import { answers, type Message2 } from "./shapes";
import { translateMessage, translatePage } from "./translate";

const readMessages = reader(answers.messages);
const readMessage = reader(answers.message);

/** Asks for a page, and keeps the way to what comes after its newest message. */
function askForPage(server: Connection, route: Route): NonNullable<ReturnType<typeof readMessages>> {
    const page = call(server, route, { read: readMessages, isSure: true });
    const newest = page.data[0];
    const cursor = page.cursor && page.cursor.previous;
    if (newest && cursor !== undefined) {
        const cursors = server.learned.cursors ?? {};
        cursors[newest.id] = cursor;
        server.learned.cursors = cursors;
    }
    return page;
}

/** The newest messages, oldest first. */
function newest(server: Connection, sessionId: string, limit: number): Message[] {
    const found: Message2[] = [];
    let size = Math.min(limit, routes.MOST_MESSAGES);
    let page = askForPage(server, routes.getMessages(sessionId, size));
    while (true) {
        for (const message of page.data) found.push(message);
        const next = page.cursor && page.cursor.next;
        if (next === undefined || page.data.length < size || found.length >= limit)
            return translatePage(found);
        size = Math.min(limit - found.length, routes.MOST_MESSAGES);
        page = call(server, routes.getMessagesAt(sessionId, size, next), {
            read: readMessages,
            isSure: true,
        });
    }
}

/** What came after a message, oldest first; nothing where that cannot be asked for. */
function newer(server: Connection, sessionId: string, after: string | undefined): Message[] | undefined {
    const cursors = server.learned.cursors ?? {};
    const cursor = cursors[after ?? ""];
    if (cursor === undefined) return undefined;
    const route = routes.getMessagesAt(sessionId, routes.MOST_MESSAGES, cursor);
    const [ok, page] = outcome(() => call(server, route, { read: readMessages, isSure: true }));
    if (!ok && page.code !== "bad_request") throw page;
    // Of a page that is full it is not known which end of the rest it is.
    return ok && page.data.length < routes.MOST_MESSAGES ? translatePage(page.data) : undefined;
}

/**
 * The newest messages of a session, oldest first.
 * @param limit how many; 0 for all
 * @param after the id of one that was seen: those after it are enough
 */
export function getMessages(
    server: Connection,
    sessionId: string,
    limit: number,
    after?: string,
): readonly Message[] {
    const found = newer(server, sessionId, after);
    if (found) return found;
    return newest(server, sessionId, limit === 0 ? math.huge : limit);
}

/** One message of a session. */
export function getMessage(server: Connection, sessionId: string, id: string): Message {
    return translateMessage(
        call(server, routes.getMessage(sessionId, id), { read: readMessage, isSure: true }).data,
    );
}
