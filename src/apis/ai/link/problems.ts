/** Why the bridge ends a connection, and what that is for the computer. Pure. */

import type { Code } from "../codes";

/** What a reason of the bridge's comes to. */
export interface Problem {
    /** A code of codes.ts. */
    readonly code: Code;
    /** True where trying again does not help: somebody has to do something. */
    readonly isFinal: boolean;
}

/** What the bridge says when it closes, and what is made of it. */
const problems: Readonly<Record<string, Problem | undefined>> = {
    /** The token is none of the bridge's: its database is another one, or the setting was changed. */
    unknown_token: { code: "link_unknown", isFinal: true },
    revoked: { code: "link_revoked", isFinal: true },
    /** Another computer uses the same token. */
    token_used_twice: { code: "link_used_twice", isFinal: true },
    /** No version of the protocol that both speak. A bridge is started again with a newer one, a computer is switched on again. */
    computer_too_old: { code: "link_computer_old", isFinal: true },
    bridge_too_old: { code: "link_bridge_old", isFinal: false },
    /** Something that is no frame of the protocol. */
    protocol: { code: "link_protocol", isFinal: false },
};

/** What the bridge's reason comes to; any other one passes, as a restart does. */
export function whyClosed(reason: string): Problem {
    return problems[reason] ?? { code: "link_down", isFinal: false };
}

/** What CC says where it opens no connection; where websockets are off it says that with a place in its code before it. */
const failures: readonly (readonly [words: string, code: Code])[] = [
    ["Domain not permitted", "address_denied"],
    ["Websocket connections are disabled", "link_disabled"],
    ["http is disabled", "http_disabled"],
];

/** The code for a connection that was not opened, by CC's reason. */
export function whyFailed(reason: string): Code {
    for (const [words, code] of failures) if (reason.indexOf(words) >= 0) return code;
    return "link_down";
}

/** What CC says first where something answers that opens no websocket, as a proxy that knows none. */
const REFUSED_HANDSHAKE = "Invalid handshake";

/** Whether a connection that was not opened as a websocket may do as requests that poll, by CC's reason. */
export function mayPoll(reason: string): boolean {
    return whyFailed(reason) === "link_disabled" || reason.indexOf(REFUSED_HANDSHAKE) >= 0;
}
