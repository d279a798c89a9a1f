/** Routes that make, list, change and end sessions. Source: upstream's packages/protocol/src/groups/session.ts. */
import { existsSync } from "node:fs";
import { bodies } from "./bodies.ts";
import { newId } from "./ids.ts";
import { cursorIn, type Direction, encodeCursor, limitIn, type Order, orderIn, pageOf } from "./query.ts";
import { refusals } from "./refusal.ts";
import {
    type Backend,
    type Call,
    data,
    ofSession,
    ofSessionWithBody,
    plain,
    type Reply,
    type Route,
    withBody,
} from "./route.ts";
import {
    childrenOf,
    createSession,
    removeSession,
    renameSession,
    saveMessage,
    selectAgent,
    selectModel,
    tell,
    updateSession,
} from "./sessions.ts";
import type { Message, Session } from "./types.ts";

/** Which sessions are listed. */
interface Filter {
    directory?: string;
    project?: string;
    search?: string;
    /** "null" for those that have no parent. */
    parentID?: string;
    order: Order;
}

const defaultLimit = 50;

function filterIn(query: URLSearchParams): Filter {
    const directory = query.get("directory") ?? undefined;
    if (directory !== undefined && !directory.startsWith("/"))
        throw refusals.invalid(
            `Expected an absolute path, got ${JSON.stringify(directory)}\n  at ["directory"]`,
            "Query",
        );
    const parentID = query.get("parentID") ?? undefined;
    if (parentID !== undefined && parentID !== "null" && !parentID.startsWith("ses"))
        throw refusals.invalid(
            `Expected a string starting with "ses", got ${JSON.stringify(parentID)}\n  at ["parentID"]`,
            "Query",
        );
    return {
        directory,
        project: query.get("project") ?? undefined,
        search: query.get("search") ?? undefined,
        parentID,
        order: orderIn(query) ?? "desc",
    };
}

function isListed(session: Session, { directory, project, search, parentID }: Filter): boolean {
    if (directory !== undefined && session.location.directory !== directory) return false;
    if (project !== undefined && session.projectID !== project) return false;
    if (search !== undefined && !(session.title ?? "").toLowerCase().includes(search.toLowerCase()))
        return false;
    if (parentID === undefined) return true;
    return (session.parentID ?? "null") === parentID;
}

/** Lists sessions. A cursor carries the filter of its list. */
function list({ store, doubts }: Backend, { query }: Call<undefined>): Reply {
    const limit = limitIn(query, Infinity) ?? defaultLimit;
    const cursor = cursorIn(query);
    const { anchor, ...kept } = (cursor ?? {}) as Partial<Filter> & {
        anchor?: { id?: string; direction?: Direction };
    };
    if (cursor !== undefined && (anchor?.id === undefined || anchor.direction === undefined))
        throw refusals.cursor("Invalid cursor");
    const filter: Filter = cursor === undefined ? filterIn(query) : { order: "desc", ...kept };
    const sorted = [...store.sessions.values()]
        .map(({ info }) => info)
        .filter((session) => isListed(session, filter))
        .sort((one, other) => other.time.updated - one.time.updated || other.id.localeCompare(one.id));
    if (filter.order === "asc") sorted.reverse();
    const index = sorted.findIndex(({ id }) => id === anchor?.id);
    if (anchor !== undefined && index < 0) throw refusals.cursor("Invalid cursor");
    const page = pageOf(sorted, limit, anchor?.direction && { index, direction: anchor.direction });
    const cursorTo = (session: Session | undefined, direction: Direction): string | null | undefined => {
        if (session === undefined) return doubts.emptyCursor === "null" ? null : undefined;
        const { id, time } = session;
        return encodeCursor({ ...filter, anchor: { id, time: time.updated, direction } });
    };
    return {
        json: {
            data: page,
            cursor: { previous: cursorTo(page[0], "previous"), next: cursorTo(page.at(-1), "next") },
        },
    };
}

const create = withBody("POST", "/api/session", bodies.create, (backend, { body }) => {
    const { location, parentID, id } = body;
    const parent = parentID === undefined ? undefined : backend.store.sessions.get(parentID);
    if (parentID !== undefined && parent === undefined) throw refusals.session(parentID);
    // A known id gives its session.
    const known = id === undefined ? undefined : backend.store.sessions.get(id);
    if (known !== undefined) return data(known.info);
    const directory = parent?.info.location.directory ?? location?.directory ?? backend.directory;
    if (backend.doubts.missingDirectory === "404" && !existsSync(directory))
        throw refusals.location(directory);
    const { title, agent, model, metadata, permissions } = body;
    const record = createSession(backend, {
        id,
        parentID,
        title,
        agent,
        model,
        metadata,
        permissions,
        directory,
    });
    return data(record.info);
});

const update = ofSessionWithBody("PATCH", "", bodies.update, (backend, record, { body }) => {
    const { title, metadata, permissions } = body;
    if (title !== undefined) renameSession(backend, record, title);
    updateSession(backend, record, {
        ...(metadata === undefined ? {} : { metadata }),
        ...(permissions === undefined ? {} : { permissions }),
    });
    return "nothing";
});

const remove = ofSession("DELETE", "", async (backend, record): Promise<Reply> => {
    for (const each of [record, ...childrenOf(backend.store, record.info.id)])
        await backend.engine.interrupt(each, false);
    removeSession(backend, record);
    return "nothing";
});

const fork = ofSessionWithBody("POST", "/fork", bodies.fork, (backend, record, { body }) => {
    const messages = [...record.messages.values()];
    const end =
        body.before === undefined ? messages.length : messages.findIndex(({ id }) => id === body.before);
    if (end < 0) throw refusals.message(record.info.id, body.before ?? "");
    const { title, agent, model, metadata, permissions, location } = record.info;
    const copy = createSession(backend, {
        title: title === undefined ? undefined : `${title} (fork)`,
        agent,
        model,
        metadata,
        permissions,
        directory: location.directory,
    });
    tell(backend, copy.info, "session.forked", { parentID: record.info.id, from: body.before });
    for (const message of messages.slice(0, end)) {
        const copied: Message = { ...structuredClone(message), id: newId("msg_") };
        saveMessage(backend, copy, copied);
    }
    return data(copy.info);
});

export const sessionRoutes: readonly Route[] = [
    create,
    plain("GET", "/api/session", list),
    plain("GET", "/api/session/active", ({ engine }) =>
        data(Object.fromEntries(engine.active().map((id) => [id, { type: "running" }]))),
    ),
    ofSession("GET", "", (_backend, record) => data(record.info)),
    update,
    remove,
    fork,
    ofSessionWithBody("POST", "/agent", bodies.agent, (backend, record, { body }) => {
        selectAgent(backend, record, body.agent);
        return "nothing";
    }),
    ofSessionWithBody("POST", "/model", bodies.model, (backend, record, { body }) => {
        selectModel(backend, record, body.model);
        return "nothing";
    }),
    ofSessionWithBody("PUT", "/environment", bodies.environment, (_backend, record, { body }) => {
        record.environment = body.variables;
        return "nothing";
    }),
];
