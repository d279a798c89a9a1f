/**
 * The ids of our prompts' messages. opencode 2 lets a client choose them, and sends a prompt once whose id it knows: so a
 * turn's nonce stands in it, behind its session, as ids are of the whole server. Pure.
 */

/** The id of a prompt: "msg_<session>_<nonce>". */
export function promptId(sessionId: string, nonce: string): string {
    return `msg_${sessionId.slice(4)}_${nonce}`;
}

/** The nonce in a prompt's id; nothing in ids that are not ours, which have no second "_". */
export function nonceIn(id: string): string | undefined {
    for (let rest = id.slice(4); rest !== ""; rest = rest.slice(1))
        if (rest.charAt(0) === "_") return rest.slice(1);
    return undefined;
}
