/** When to offer the setup: before anybody has said where the server is. */
import type { SettingsStore } from "../../trapos/settingsfile";
import { isSet } from "../settings";

/** Failures of somebody who has set nothing up. */
const OF_BEGINNERS: Readonly<Record<string, true | undefined>> = {
    cannot_connect: true,
    address_denied: true,
    timed_out: true,
    network_error: true,
    not_opencode: true,
    unauthorized: true,
};

/** Whether nobody has said where the server is, or the bridge. */
export function isUnset(store: SettingsStore): boolean {
    return !isSet(store, "server_url") && !isSet(store, "link_url");
}

/** Whether a failure is one that the setup mends, as nobody has said where the server is. */
export function isForSetup(store: SettingsStore, code: string): boolean {
    return OF_BEGINNERS[code] === true && isUnset(store);
}
