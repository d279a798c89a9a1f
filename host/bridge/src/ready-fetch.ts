import { type Fetch, OpencodeFailure, type ServerState } from "trapos-opencode";

/**
 * Sends requests to an opencode of the bridge's own while it is ready, and refuses them at once while it is not: one that starts
 * accepts connections a little before it listens, and never answers what comes over those (1.18.33), so that a turn would wait
 * for that until its request's time is over.
 * @param state what is known of that opencode now
 * @param send sends a request
 */
export function readyFetch(state: () => ServerState, send: Fetch): Fetch {
    return (address, request) => {
        const now = state();
        if (now.kind === "ready") return send(address, request);
        const what = "reason" in now && now.reason !== undefined ? now.reason : `opencode is ${now.kind}`;
        return Promise.reject(new OpencodeFailure("cannot_connect", { url: new URL(address).origin, what }));
    };
}
