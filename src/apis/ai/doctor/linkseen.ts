/** Looks at the bridge that this computer is linked with, and at opencode behind it; loaded where it is linked with one. */
import { outcome } from "../../trapos/failure";
import { decode } from "../../trapos/json";
import { reader } from "../../trapos/shape";
import type { Server } from "../drive";
import { fail, type Failure } from "../failure";
import type * as conversationModule from "../link/conversation";
import { whyFailed } from "../link/problems";
import { placeOf } from "../settings";
import type { LinkSeen, Version } from "./judge";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

const readHealth = reader({ bridge: "name" });

/** Failures of the link itself; any other one is of what stands behind the bridge. */
const OF_THE_LINK: Readonly<Record<string, true | undefined>> = {
    not_linked: true,
    link_down: true,
    link_disabled: true,
    link_unknown: true,
    link_revoked: true,
    link_used_twice: true,
    link_computer_old: true,
    link_bridge_old: true,
    link_protocol: true,
    address_denied: true,
    network_error: true,
    timed_out: true,
};

/** What is at the bridge's address. */
function greet(server: Server, url: string): { readonly bridge?: string; readonly problem?: Failure } {
    const answer = server.send({
        url: `${url}/health`,
        timeout: server.settings.request_timeout_seconds,
        raw: server.raw,
    });
    const reason = answer.reason ?? "";
    const place = placeOf(url);
    if (answer.status === undefined) {
        const detail = { url, what: reason, host: place.host, port: place.port };
        return { problem: fail(whyFailed(reason), detail) };
    }
    const health = readHealth(decode(answer.body));
    if (answer.status !== 200 || health === undefined) return { problem: fail("not_bridge", { url }) };
    return { bridge: health.bridge };
}

/**
 * Looks at all of the way to opencode behind a bridge.
 * @param server its settings say which bridge
 * @param readVersion takes a version apart
 */
export function lookAtLink(server: Server, readVersion: (this: void, text: string) => Version): LinkSeen {
    const found = greet(server, server.settings.link_url!);
    const bridge = found.bridge;
    if (bridge === undefined) return { problem: found.problem };
    // Whoever waits to connect again does so for a call.
    const [isWell, health] = outcome(() => server.face.health(server));
    const state = (load("/apis/ai/link/conversation") as typeof conversationModule).linkState();
    if (!isWell && OF_THE_LINK[health.code]) return { bridge, linkProblem: health };
    return {
        bridge,
        name: state && state.name,
        owner: state && state.owner,
        profile: state && state.profile,
        isPolling: state && state.isPolling,
        version: isWell ? readVersion(health.version) : undefined,
        opencodeProblem: isWell ? undefined : health,
    };
}
