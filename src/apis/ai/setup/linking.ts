/** What a player sees of the linking with a bridge: the code that is to be approved, and what came of it. */
import { decode } from "../../trapos/json";
import { send } from "../../trapos/http";
import { ask } from "../../trapos/question";
import { ownSettings, type SettingsStore } from "../../trapos/settingsfile";
import { reader } from "../../trapos/shape";
import { clearRow, remark, say } from "../../trapos/screen";
import type { Context } from "../command";
import { fail } from "../failure";
import type * as pairingModule from "../link/pairing";
import { changeSettings, isSet } from "../settings";
import { wait } from "../view/waiting";
import { readTypedAddress } from "./address";

export type Linked = pairingModule.Linked;

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** The bridge's own port, where none is named. */
const USUAL_PORT = 4097;

/** Seconds that a look at a bridge may take. */
const LOOK_SECONDS = 10;

const readHealth = reader({ bridge: "name" });

/** What pairing needs; loaded for that alone. */
export function pairing(): typeof pairingModule {
    return load("/apis/ai/link/pairing") as typeof pairingModule;
}

/** Whether what answers at an address is a bridge. */
export function isBridge(url: string): boolean {
    const answer = send({ url: `${url}/health`, timeout: LOOK_SECONDS });
    return answer.status === 200 && readHealth(decode(answer.body)) !== undefined;
}

/** Shows the code that is to be approved, as it is read out: "ABC DEF". */
export function showCode(code: string, seconds: number): void {
    // The moving line is there, and goes on below.
    clearRow();
    say(`The code of this computer: ${string.sub(code, 1, 3)} ${string.sub(code, 4)}`);
    remark("On the bridge's host, its owner types:");
    remark(`  npm run bridge -- approve ${code}`);
    remark(string.format("The code holds for %.0f minutes.", seconds / 60));
}

/** What the agent may do, in words. */
const PROFILES: Record<string, string | undefined> = {
    talk: "talks, and does nothing on the host",
    read: "reads the host's folder, no more",
    build: "works on the host, and asks here first",
    trusted: "works on the host without asking",
};

/** Shows what came of it. */
export function showLinked(linked: pairingModule.Linked): void {
    say(`Linked with ${linked.url}`);
    say(`as ${linked.name}, of ${linked.owner}.`);
    say(`The agent ${PROFILES[linked.profile] ?? `is ${linked.profile}`}.`);
}

/**
 * Removes opencode's password, of which a computer that is linked has no need, where that is wanted.
 * @param isWanted what is to be done without asking; asked for where nothing is said
 */
export function offerToForgetPassword(store: SettingsStore, isWanted?: boolean): void {
    if (!isSet(store, "password")) return;
    let isAgreed = isWanted === true;
    if (isWanted === undefined) isAgreed = ask("Remove the opencode password from this computer?", true);
    if (isAgreed) changeSettings(store, [["password"], ["username"]]);
    else remark("opencode's password is still here: ai config password default");
}

/** Links this computer with a bridge at an address that somebody has typed. */
export function linkWith(context: Context, typed: string): Linked {
    const [url, problem] = readTypedAddress(typed, USUAL_PORT);
    if (url === undefined) throw fail("bad_argument", { what: problem });
    const link = pairing();
    return wait(context.options, () => link.pair(ownSettings(fs), url, showCode));
}

/** Shows what came of that, and offers to remove what it has no need of any more. */
export function showEnd(context: Context, linked: Linked): void {
    showLinked(linked);
    const options = context.options;
    let isWanted: boolean | undefined;
    if (options.answer !== undefined) isWanted = options.answer === "yes";
    else if (!options.isAttended) isWanted = false;
    offerToForgetPassword(ownSettings(fs), isWanted);
}
