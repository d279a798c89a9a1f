/** Requests to opencode 2, and what it says where it refuses (published protocol of 2.0.17 and later). */
import { outcome } from "../../../trapos/failure";
import type { Response } from "../../../trapos/http";
import { decode } from "../../../trapos/json";
import { reader } from "../../../trapos/shape";
import { fail, type Code, type Failure } from "../../failure";
import { answers as answers1 } from "../../protocol";
import { redact } from "../../settings";
import type { Connection } from "../face";
import { health } from "../opencode1/routes";
import { ask, introduction, jsonOf, type Asked, type Refusals } from "../request";
import { information, type Route } from "../route";
import { answers } from "./shapes";

const readInformation = reader(answers.information);
const readHealth = reader(answers1.health);
const readRefusal = reader(answers.refusal);

/** What is wanted of the answer to a request. */
export interface Asked2<T> extends Asked<T> {
    /** True for a route that every opencode 2 has: what is no answer of it comes from something between, and may be one the next time. */
    readonly isSure?: boolean;
}

/** What its errors are; others are told by their status. */
const CODES: Readonly<Record<string, Code | undefined>> = {
    SessionNotFoundError: "session_gone",
    SessionBusyError: "works_now",
    ConflictError: "works_now",
    FormAlreadySettledError: "not_found",
    LocationNotFoundError: "bad_request",
    LocationPermissionDeniedError: "bad_request",
};

/** Whether the server is an opencode 2 still. */
function isOpencode2(server: Connection): boolean {
    const info = readInformation(introduction(server, information()));
    return info !== undefined && string.find(info.version, "^[01]%.")[0] === undefined;
}

/**
 * Whether a failure says that there is no such route, or nothing of that name, so that another route may do. Servers as
 * 2.0.12 refuse what they do not have as they refuse a wrong password.
 */
export function isMissing(failure: Failure): boolean {
    return failure.code === "not_found" || failure.code === "unauthorized";
}

/** The failure for what is no answer of opencode 2: a route that it does not have, an unknown shape, or another server. */
function stranger(server: Connection, answer: Response, isSure: boolean): Failure {
    if (isOpencode2(server)) {
        const isOfOtherForm = answer.status === 200 && jsonOf(answer) !== undefined;
        if (isSure || isOfOtherForm)
            return fail("server_error", { status: answer.status!, what: "that is no answer of its own" });
        return fail("not_found", { what: "this opencode has no such route" });
    }
    const older = readHealth(introduction(server, health()));
    if (older) return fail("other_opencode", { version: older.version });
    return fail("not_opencode", { url: redact(server.settings.server_url) });
}

/** The failure for an answer that is none: another status than 2xx. */
function refused(server: Connection, answer: Response, isSure: boolean): Failure {
    const status = answer.status!;
    const body = readRefusal(decode(answer.body)) ?? {};
    const tag = body._tag ?? body.name;
    const data = body.data ?? {};
    const what = body.message ?? data.message ?? "no reason given";
    let code: Code = "server_error";
    if (status === 401) code = "unauthorized";
    else if (tag === undefined && status === 403) code = "unauthorized";
    else if (tag === undefined && status < 500) return stranger(server, answer, isSure);
    else if (tag !== undefined && CODES[tag] !== undefined) code = CODES[tag];
    else if (status === 404) code = "not_found";
    else if (status < 500) code = "bad_request";
    // opencode 1.18.33 has routes of the same names, which take something else.
    if (code === "bad_request" && !isOpencode2(server)) return stranger(server, answer, isSure);
    return fail(code, { status, what, session: "any more" });
}

/** Asks opencode 2 for something, as `ask` does. */
export function call<T>(server: Connection, route: Route, asked: Asked2<T>): T {
    const isSure = asked.isSure === true;
    const refusals: Refusals = {
        refused: (from, answer) => refused(from, answer, isSure),
        stranger: (from, answer) => stranger(from, answer, isSure),
    };
    return ask(server, route, asked, refusals);
}

/** Asks for something of a session; fails with `session_gone` where the server does not have it. */
export function callSession<T>(server: Connection, id: string, route: Route, asked: Asked2<T>): T {
    if (string.find(id, "^ses")[0] === undefined) throw fail("session_gone", { session: id });
    const [ok, value] = outcome(() => call(server, route, asked));
    if (ok) return value;
    throw value.code === "session_gone" ? fail("session_gone", { session: id }) : value;
}
