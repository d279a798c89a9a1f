/** How a program talks with the bridge: through the service that holds the connection, by events. */
import { fail, failures, type Code, type Failure } from "../failure";
import { ASK, MESSAGE, NOBODY, SEND, STATE, type LinkState } from "./names";
import type * as serviceModule from "./service";
import type * as stateModule from "./state";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** What is said by the bridge, or by the service: "gap" where all that went on is of a channel that is no more. */
export interface Message {
    readonly type: string;
    readonly id?: string;
    readonly nonce?: string;
}

let calls = 0;
const start = string.format("%.0f-%d", os.epoch("utc"), math.random(1, 999999));

/** A name for a call, which no other one of this computer has. */
export function newId(): string {
    calls += 1;
    return `${start}-${calls}`;
}

/** What the link is at; nothing where no service runs. */
export function linkState(): LinkState | undefined {
    const asker = newId();
    os.queueEvent(ASK, asker);
    os.queueEvent(NOBODY, asker);
    let seen = 0;
    // Events come in their order: a service that runs has answered before the second round is over.
    while (seen < 2) {
        const [event, first, second] = os.pullEventRaw();
        if (event === STATE && second === asker) return first as LinkState;
        if (event === NOBODY && first === asker) {
            seen += 1;
            if (seen < 2) os.queueEvent(NOBODY, asker);
        }
    }
    return undefined;
}

/** How many calls of this program are under way. */
let users = 0;

/** Makes a call beside another one of this program's, whose service may be about to begin. */
function besideAnother<T>(act: (this: void) => T): T {
    users += 1;
    const [ok, result] = pcall(() => {
        while (linkState() === undefined) sleep(0);
        return act();
    });
    users -= 1;
    // Whoever holds the service may be waiting for that.
    os.queueEvent(NOBODY);
    if (!ok) error(result, 0);
    return result;
}

/** Makes a call beside a service of its own, which goes on while other calls of this program need it. */
function besideService<T>(act: (this: void) => T): T {
    let value: unknown;
    let problem: unknown;
    const service = load("/apis/ai/link/service") as typeof serviceModule;
    const link = (load("/apis/ai/link/state") as typeof stateModule).createLink();
    parallel.waitForAny(
        () => {
            service.holdLink(link, true);
        },
        () => {
            const [ok, result] = pcall(act);
            if (ok) value = result;
            else problem = result;
            while (users > 1 && problem !== "Terminated") os.pullEventRaw();
        },
    );
    service.closeLink(link);
    if (problem !== undefined) error(problem as string, 0);
    return value as T;
}

/** Does something while the service runs: the one that runs beside the shell, or else one that ends with it. */
export function withService<T>(act: (this: void) => T): T {
    if (users > 0) return besideAnother(act);
    users = 1;
    const [ok, result] = pcall(() => {
        if (linkState() === undefined) return besideService(act);
        return act();
    });
    users -= 1;
    if (!ok) error(result, 0);
    return result;
}

/** Hands a message over to the service. */
export function say(message: object): void {
    os.queueEvent(SEND, message);
}

/**
 * Waits for the next message that somebody wants.
 * @param isWanted tells it from others
 * @param seconds how long
 * @param raw true to go on through Ctrl+T
 * @returns nothing where none came
 */
export function hear(
    isWanted: (this: void, message: Message) => boolean,
    seconds: number,
    raw?: boolean,
): Message | undefined {
    const timer = os.startTimer(seconds);
    const pull = raw === true ? os.pullEventRaw : os.pullEvent;
    while (true) {
        const [event, first] = pull();
        if (event === "timer" && first === timer) return undefined;
        if (event === MESSAGE && isWanted(first as Message)) {
            os.cancelTimer(timer);
            return first as Message;
        }
    }
}

/** A failure that the bridge or the service tells of. One of a newer bridge may have a code that is not known here. */
export function failureOf(told: {
    readonly code: string;
    readonly detail?: Readonly<Record<string, string | undefined>>;
    readonly text?: string;
}): Failure {
    if ((failures as Record<string, unknown>)[told.code] !== undefined)
        return fail(told.code as Code, told.detail, told.text);
    const detail = told.detail ?? {};
    return fail("server_error", { status: told.code, what: detail.what ?? "" });
}
