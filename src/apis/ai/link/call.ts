/** Calls one of the bridge's functions, and waits for what it gives. */
import type { Reader } from "../../trapos/shape";
import { fail } from "../failure";
import type { Connection } from "../server/face";
import { failureOf, hear, newId, say, type Message } from "./conversation";

/** What the bridge gives back of a call. */
interface Answer extends Message {
    readonly value?: unknown;
    readonly code?: string;
    readonly detail?: Readonly<Record<string, string | undefined>>;
}

/**
 * Calls one of the bridge's functions. Raises the failure that it gives, or that it gives none in time.
 * @param check reads what it gives; where nothing is said it gives nothing
 */
export function call<T>(
    server: Pick<Connection, "settings" | "raw">,
    name: string,
    given: object,
    check?: Reader<T>,
): T {
    const id = newId();
    say({ type: "call", id, name, arguments: given });
    const seconds = server.settings.request_timeout_seconds;
    const answer: Answer | undefined = hear((message) => message.id === id, seconds, server.raw);
    if (answer === undefined) throw fail("timed_out", { url: server.settings.link_url });
    if (answer.type === "failure") throw failureOf({ code: answer.code ?? "", detail: answer.detail });
    if (check === undefined) return undefined as T;
    const value = check(answer.value);
    if (value === undefined) throw fail("link_protocol", { what: name });
    return value;
}
