/**
 * What opencode 1 does at a request, which it answers when it is done: that may take longer than any request may. So
 * the answer is not waited for: a client that goes away stops none of them (1.18.33, measured for all three), and
 * whoever has begun one looks at the session's messages for what comes of it.
 */
import { outcome } from "../../../trapos/failure";
import { fail } from "../../failure";
import type { CommandCall, Connection } from "../face";
import type { Route } from "../route";
import * as routes from "./routes";
import { callSession } from "./sessions";

/** Seconds after which it has arrived, whether or not it is answered yet. */
const ARRIVED_SECONDS = 2;

/** Sends a request whose answer comes when all is done. */
function start(server: Connection, id: string, route: Route): void {
    const [ok, failure] = outcome(() => callSession(server, id, route, { timeout: ARRIVED_SECONDS }));
    if (ok || failure.code === "timed_out") return;
    const [isBusy] = string.find(failure.message, "usy");
    throw isBusy === undefined ? failure : fail("works_now");
}

/** Begins to write a summary that takes the place of what was said. */
export function startCompacting(server: Connection, id: string, model: string): void {
    start(server, id, routes.compact(id, model));
}

/** Begins to run a line of the server's shell in the session's folder, whatever permissions say. */
export function startShell(server: Connection, id: string, agent: string, line: string): void {
    start(server, id, routes.shell(id, agent, line));
}

/** Begins to run a command of opencode's configuration. */
export function startCommand(server: Connection, id: string, command: CommandCall): void {
    start(server, id, routes.command(id, command));
}
