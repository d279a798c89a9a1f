/** Links this computer with a bridge: it shows a code, and gets a token of its own once somebody on the host has approved that. */
import { send } from "../../trapos/http";
import { decode, encode } from "../../trapos/json";
import { reader, type Reader } from "../../trapos/shape";
import type { SettingsStore } from "../../trapos/settingsfile";
import { fail } from "../failure";
import { forgetTold } from "../jobs/told";
import { AUTOSTART, changeSettings, isSet, LINK_CHANGED, placeOf, type Change } from "../settings";
import { whyFailed } from "./problems";
import { pairingAnswers } from "./frames";

/** Seconds that a request may take, and between two looks at whether somebody has approved. */
const REQUEST_SECONDS = 15;
const LOOK_SECONDS = 2;

const readOffer = reader(pairingAnswers.offer);
const readState = reader(pairingAnswers.state);
const readRefusal = reader(pairingAnswers.refusal);

/** What a computer is called at the bridge, whose it is, and what the agent may do for it. */
export interface Linked {
    readonly url: string;
    readonly name: string;
    readonly owner: string;
    readonly profile: string;
}

/** Asks the bridge for something. Fails where it does not answer, or is none. */
function request<T>(url: string, path: string, body: object, read: Reader<T>): T {
    const answer = send({
        url: url + path,
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: encode(body),
        timeout: REQUEST_SECONDS,
    });
    const status = answer.status;
    if (status === undefined) {
        const reason = answer.reason ?? "";
        const place = placeOf(url);
        throw fail(whyFailed(reason), { url, what: reason, host: place.host, port: place.port });
    }
    const value = decode(answer.body);
    const refusal = readRefusal(value);
    if (status !== 200 && refusal !== undefined) {
        if (refusal.code === "expired") throw fail("code_expired", { url });
        throw fail("forbidden", { what: refusal.message });
    }
    let given: T | undefined;
    if (status === 200) given = read(value);
    if (given === undefined) throw fail("not_bridge", { url });
    return given;
}

/** Keeps the token, and what belongs to it. A session of before is none of the bridge's. */
function keep(store: SettingsStore, url: string, token: string): void {
    const changes: Change[] = [["link_url", url], ["link_token", token], ["session_id"]];
    store.set(AUTOSTART, true);
    changeSettings(store, changes);
    forgetTold(fs);
    os.queueEvent(LINK_CHANGED);
}

/**
 * Links the computer. Fails with `code_expired` where nobody approves in time, and where the bridge cannot be asked.
 * @param store where the token is kept
 * @param url the bridge's address
 * @param showCode is told the code that is to be approved, and for how many seconds it can be
 */
export function pair(
    store: SettingsStore,
    url: string,
    showCode: (this: void, code: string, seconds: number) => void,
): Linked {
    const label = os.getComputerLabel() as string | undefined;
    const offer = request(url, "/pair", { computer: os.getComputerID(), label }, readOffer);
    showCode(offer.code, offer.seconds);
    let state = request(url, "/pair/state", { secret: offer.secret }, readState);
    while (state.token === undefined) {
        sleep(LOOK_SECONDS);
        state = request(url, "/pair/state", { secret: offer.secret }, readState);
    }
    keep(store, url, state.token);
    return { url, name: state.name ?? "", owner: state.owner ?? "", profile: state.profile ?? "" };
}

/** Forgets the bridge; false where there was none. */
export function unlink(store: SettingsStore): boolean {
    const wasLinked = isSet(store, "link_url") || isSet(store, "link_token");
    const changes: Change[] = [["link_url"], ["link_token"], ["session_id"]];
    if (wasLinked) {
        store.unset(AUTOSTART);
        changeSettings(store, changes);
    }
    os.queueEvent(LINK_CHANGED);
    return wasLinked;
}
