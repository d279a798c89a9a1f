/** Fetching the package that speaks with opencode 2, which only computers need that meet one. */
import { ask } from "../../trapos/question";
import { say } from "../../trapos/screen";

const PACKAGE = "trapos-opencode2";

/**
 * Offers to install it, and does.
 * @param isAgreed true where nobody is to be asked any more
 * @returns whether it is there now
 */
export function offerSpeaker(isAgreed: boolean): boolean {
    say("This is opencode 2: a package of its own speaks it.");
    if (!isAgreed && !ask(`Install ${PACKAGE} now?`, true)) return false;
    return shell.run("/programs/ccpm.lua", "install", PACKAGE, "--yes");
}
