/** What a route is. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Configuration } from "./configuration.ts";
import type { Engine } from "./engine.ts";
import type { Forms } from "./forms.ts";
import type { Permissions } from "./permissions.ts";
import type { Shared } from "./sessions.ts";
import type { Shape } from "./shapes.ts";
import type { SessionRecord } from "./store.ts";

/** What routes work with. */
export interface Backend extends Shared {
    readonly configuration: Configuration;
    readonly permissions: Permissions;
    readonly forms: Forms;
    readonly engine: Engine;
    /** Where tools work when nothing else is said. */
    readonly directory: string;
    readonly home: string;
    /** The server's own; known once it listens. */
    readonly address: { url: string };
}

/** A request, as a route gets it. */
export interface Call<Body> {
    /** The parts of the path that the route names. */
    readonly params: Readonly<Record<string, string>>;
    readonly query: URLSearchParams;
    readonly headers: IncomingMessage["headers"];
    readonly body: Body;
    /** Only for answers that are no JSON. */
    readonly response: ServerResponse;
}

/** An answer: JSON, nothing (204), or what the route has sent itself. */
export type Reply = { readonly json: unknown } | "nothing" | "sent";

type Answer = Reply | Promise<Reply>;

export interface Route {
    readonly method: string;
    /** Parts that start with ":" are named; "*" at the end stands for all that follows. */
    readonly path: string;
    readonly body?: Shape<unknown>;
    answer(backend: Backend, call: Call<unknown>, record: SessionRecord | undefined): Answer;
}

/** A route without a body. */
export function plain(
    method: string,
    path: string,
    answer: (backend: Backend, call: Call<undefined>) => Answer,
): Route {
    return { method, path, answer: (backend, call) => answer(backend, call as Call<undefined>) };
}

/** A route with a body. */
export function withBody<Body>(
    method: string,
    path: string,
    body: Shape<Body>,
    answer: (backend: Backend, call: Call<Body>) => Answer,
): Route {
    return { method, path, body, answer: (backend, call) => answer(backend, call as Call<Body>) };
}

function found(record: SessionRecord | undefined): SessionRecord {
    if (record === undefined) throw new Error("A route of a session has no :sessionID in its path.");
    return record;
}

/** A route of a session, below `/api/session/:sessionID`, without a body. */
export function ofSession(
    method: string,
    path: string,
    answer: (backend: Backend, record: SessionRecord, call: Call<undefined>) => Answer,
): Route {
    return {
        method,
        path: `/api/session/:sessionID${path}`,
        answer: (backend, call, record) => answer(backend, found(record), call as Call<undefined>),
    };
}

/** A route of a session with a body. */
export function ofSessionWithBody<Body>(
    method: string,
    path: string,
    body: Shape<Body>,
    answer: (backend: Backend, record: SessionRecord, call: Call<Body>) => Answer,
): Route {
    return {
        method,
        path: `/api/session/:sessionID${path}`,
        body,
        answer: (backend, call, record) => answer(backend, found(record), call as Call<Body>),
    };
}

/** The envelope of one thing, or of all of something. */
export function data(value: unknown): Reply {
    return { json: { data: value } };
}
