/** Routes that send prompts, stop turns and show what came of them. Source: upstream's packages/protocol/src/groups/session.ts, message.ts. */
import { existsSync } from "node:fs";
import { bodies } from "./bodies.ts";
import type { Command } from "./configuration.ts";
import { contextOf } from "./conversation.ts";
import { eventText } from "./events.ts";
import { newId } from "./ids.ts";
import {
    cursorIn,
    type Direction,
    encodeCursor,
    flagIn,
    idIn,
    limitIn,
    type Order,
    orderIn,
    pageOf,
} from "./query.ts";
import { refusals } from "./refusal.ts";
import {
    type Backend,
    type Call,
    data,
    ofSession,
    ofSessionWithBody,
    type Reply,
    type Route,
} from "./route.ts";
import { commitRevert } from "./revert.ts";
import { admit, selectAgent, selectModel, tell } from "./sessions.ts";
import type { SessionRecord } from "./store.ts";
import type { Delivery, InboxItem, Message, UserPayload } from "./types.ts";

/** Takes an item in, or finds the one that was sent under its id before. */
function take(backend: Backend, record: SessionRecord, item: InboxItem, isWoken: boolean): Reply {
    const { store, engine, doubts } = backend;
    const { directory } = record.info.location;
    if (doubts.missingDirectory === "404" && !existsSync(directory)) throw refusals.location(directory);
    const known = store.admitted.get(item.id);
    if (known !== undefined) {
        const isSame =
            known.sessionID === item.sessionID &&
            known.type === item.type &&
            JSON.stringify(known.payload) === JSON.stringify(item.payload);
        if (!isSame) throw refusals.conflict(item.id);
        if (doubts.repeatedPrompt === "empty execution") void engine.wake(record, "empty");
        return data(known);
    }
    if ([...store.sessions.values()].some(({ messages }) => messages.has(item.id)))
        throw refusals.conflict(item.id);
    // What was said after the point that a session was taken back to is gone once it goes on from there.
    if (record.info.revert !== undefined) commitRevert(backend, record);
    admit(backend, record, item);
    if (isWoken) void engine.wake(record);
    return data(item);
}

function head(record: SessionRecord, id: string | undefined, delivery: Delivery | undefined) {
    return {
        id: id ?? newId("msg_"),
        sessionID: record.info.id,
        timeCreated: Date.now(),
        delivery: delivery ?? ("steer" as const),
    };
}

const prompt = ofSessionWithBody("POST", "/prompt", bodies.prompt, (backend, record, { body }) => {
    const { id, text, files, agents, metadata, delivery, resume } = body;
    const payload: UserPayload = {
        text,
        ...(files === undefined ? {} : { files }),
        ...(agents === undefined ? {} : { agents }),
        ...(metadata === undefined ? {} : { metadata }),
    };
    const item: InboxItem = { ...head(record, id, delivery), type: "user", payload };
    return take(backend, record, item, resume !== false);
});

const synthetic = ofSessionWithBody("POST", "/synthetic", bodies.synthetic, (backend, record, { body }) => {
    const { id, text, description, metadata, delivery, resume } = body;
    const payload = {
        text,
        ...(description === undefined ? {} : { description }),
        ...(metadata === undefined ? {} : { metadata }),
    };
    return take(
        backend,
        record,
        { ...head(record, id, delivery), type: "synthetic", payload },
        resume !== false,
    );
});

const compact = ofSessionWithBody("POST", "/compact", bodies.compact, (backend, record, { body }) =>
    take(backend, record, { ...head(record, body.id, body.delivery), type: "compaction", payload: {} }, true),
);

/** What a command comes to with what was written behind it. */
function expand({ template }: Command, written: string): string {
    const words = written.split(/\s+/).filter((word) => word !== "");
    const filled = template
        .replaceAll("$ARGUMENTS", () => written)
        .replace(/\$(\d)/g, (_, place: string) => words[Number(place) - 1] ?? "");
    return filled === template && written !== "" ? `${template}\n\n${written}` : filled;
}

const command = ofSessionWithBody("POST", "/command", bodies.command, (backend, record, { body }) => {
    const known = backend.configuration.commands.find(({ name }) => name === body.name);
    if (known === undefined) throw refusals.command(body.name);
    if (known.agent !== undefined && known.agent !== record.info.agent)
        selectAgent(backend, record, known.agent);
    if (known.model !== undefined) selectModel(backend, record, known.model);
    const payload: UserPayload = {
        text: expand(known, body.text),
        ...(body.files === undefined ? {} : { files: body.files }),
        ...(body.agents === undefined ? {} : { agents: body.agents }),
    };
    take(backend, record, { ...head(record, undefined, body.delivery), type: "user", payload }, true);
    return "nothing";
});

const shell = ofSessionWithBody(
    "POST",
    "/shell",
    bodies.shell,
    async (backend, record, { body }): Promise<Reply> => {
        const run = backend.engine.runShell(record, body.command, body.id);
        if (backend.doubts.shellAnswer === "when it has ended") await run;
        return "nothing";
    },
);

const interrupt = ofSession(
    "POST",
    "/interrupt",
    async ({ engine, doubts }, record, { query }): Promise<Reply> => {
        const interrupted = await engine.interrupt(record, flagIn(query, "resume"));
        return doubts.interruptAnswer === 204 ? "nothing" : { json: { interrupted } };
    },
);

const wait = async ({ engine, store }: Backend, call: Call<undefined>): Promise<Reply> => {
    const record = sessionIn(store, call);
    if (engine.isActive(record.info.id)) await engine.wake(record);
    return "nothing";
};

/** The session of a route that is not below `/api/session/:sessionID`. */
function sessionIn(store: Backend["store"], { params }: Call<undefined>): SessionRecord {
    const { sessionID = "" } = params;
    const record = store.sessions.get(sessionID);
    if (record === undefined) throw refusals.session(sessionID);
    return record;
}

const messagesLimit = 200;
const defaultLimit = 50;

/** Lists messages, newest first unless it is asked otherwise. */
function listMessages({ doubts }: Backend, record: SessionRecord, { query }: Call<undefined>): Reply {
    const limit = limitIn(query, messagesLimit) ?? defaultLimit;
    const cursor = cursorIn(query) as { id?: string; order?: Order; direction?: Direction } | undefined;
    const order = cursor?.order ?? orderIn(query) ?? "desc";
    const sorted = [...record.messages.values()];
    if (order === "desc") sorted.reverse();
    const index = sorted.findIndex(({ id }) => id === cursor?.id);
    if (cursor !== undefined && (cursor.id === undefined || cursor.direction === undefined))
        throw refusals.cursor("Invalid cursor");
    // Nothing is beside a message that is gone.
    const isGone = cursor !== undefined && index < 0;
    const page = isGone
        ? []
        : pageOf(sorted, limit, cursor?.direction && { index, direction: cursor.direction });
    const cursorTo = (message: Message | undefined, direction: Direction): string | null | undefined => {
        if (message === undefined) return doubts.emptyCursor === "null" ? null : undefined;
        return encodeCursor({ id: message.id, order, direction });
    };
    return {
        json: {
            data: page,
            cursor: { previous: cursorTo(page[0], "previous"), next: cursorTo(page.at(-1), "next") },
        },
    };
}

const oneMessage = ofSession("GET", "/message/:messageID", (_backend, record, { params }) => {
    const messageID = idIn("messageID", params["messageID"] ?? "", "msg_", "Params");
    const message = record.messages.get(messageID);
    if (message === undefined) throw refusals.message(record.info.id, messageID);
    return data(message);
});

const cancelItem = ofSession("DELETE", "/inbox/:inboxID", (backend, record, { params }) => {
    const { inboxID = "" } = params;
    // What was delivered is not taken back, and that is no error.
    if (record.inbox.has(inboxID)) {
        backend.store.removeFromInbox(record.info.id, inboxID);
        tell(backend, record.info, "session.inbox.cancelled", { inboxID });
    }
    return "nothing";
});

const changeItem = ofSessionWithBody("PATCH", "/inbox/:inboxID", bodies.inbox, (backend, record, call) => {
    const { inboxID = "" } = call.params;
    const item = record.inbox.get(inboxID);
    if (item === undefined) throw refusals.conflict(inboxID);
    const { delivery } = call.body;
    backend.store.admit({ ...item, delivery });
    tell(backend, record.info, "session.inbox.delivery.changed", { inboxID, delivery });
    if (delivery === "steer") void backend.engine.wake(record);
    return "nothing";
});

/** The durable events of a session, as text that ends by itself. */
function log({ store, doubts }: Backend, call: Call<undefined>): Reply {
    const record = sessionIn(store, call);
    const after = Number(call.query.get("after") ?? 0);
    if (!Number.isInteger(after))
        throw refusals.invalid('Expected an integer, got NaN\n  at ["after"]', "Query");
    const events = record.log.filter(({ durable }) => (durable?.seq ?? 0) > after);
    const seq = record.log.at(-1)?.durable?.seq;
    const end = { type: "log.synced", aggregateID: record.info.id, seq };
    call.response.writeHead(200, { "content-type": "text/event-stream" });
    call.response.end(
        events.map(eventText).join("") +
            (doubts.logEnd === "last event" ? "" : `data: ${JSON.stringify(end)}\n\n`),
    );
    return "sent";
}

export const turnRoutes: readonly Route[] = [
    prompt,
    synthetic,
    compact,
    command,
    shell,
    interrupt,
    ofSession("GET", "/message", listMessages),
    oneMessage,
    ofSession("GET", "/context", (_backend, record) => data(contextOf(record.messages.values()))),
    ofSession("GET", "/inbox", (_backend, record) => data([...record.inbox.values()])),
    cancelItem,
    changeItem,
    {
        method: "POST",
        path: "/api/experimental/session/:sessionID/wait",
        answer: (b, c) => wait(b, c as Call<undefined>),
    },
    {
        method: "GET",
        path: "/api/experimental/session/:sessionID/log",
        answer: (b, c) => log(b, c as Call<undefined>),
    },
    {
        method: "GET",
        path: "/api/event",
        answer({ events }, { response }) {
            events.stream(response);
            return "sent";
        },
    },
];
