/** Requests to opencode 1, and what it says where it refuses (1.18.33). */
import type { Response } from "../../../trapos/http";
import { decode } from "../../../trapos/json";
import { reader } from "../../../trapos/shape";
import { fail, type Code, type Failure } from "../../failure";
import { answers } from "../../protocol";
import { redact } from "../../settings";
import type { Connection } from "../face";
import { ask, jsonOf, sendRoute, type Asked, type Refusals } from "../request";
import { information, type Route } from "../route";

const readHealth = reader(answers.health);
const readRefusal = reader(answers.refusal);

/** The failure for what is no answer of opencode 1: opencode 2 answers its routes with a web page, as others do. */
function stranger(server: Connection): Failure {
    const info = readHealth(jsonOf(sendRoute(server, information())));
    const version = info ? info.version : "";
    const [major] = string.match(version, "^(%d+)%.");
    if ((tonumber(major) ?? 0) >= 2) return fail("other_opencode", { version });
    return fail("not_opencode", { url: redact(server.settings.server_url) });
}

/** The failure for an answer that is none: another status than 2xx. */
function refused(server: Connection, answer: Response): Failure {
    const status = answer.status!;
    const body = readRefusal(decode(answer.body)) ?? {};
    const data = body.data ?? {};
    let code: Code = "server_error";
    if (status === 401 || status === 403) code = "unauthorized";
    else if (body.name === "ConfigJsonError") code = "server_config";
    else if (body.name === undefined && body._tag === undefined && status < 500) return stranger(server);
    else if (status === 404) code = "not_found";
    else if (status === 400) code = "bad_request";
    const what = data.path ?? data.message ?? body.message ?? "no reason given";
    return fail(code, { status, what });
}

const refusals: Refusals = { refused, stranger };

/** Asks opencode 1 for something, as `ask` does. */
export function call<T>(server: Connection, route: Route, asked: Asked<T>): T {
    return ask(server, route, asked, refusals);
}
