/** Fetching the package that speaks with opencode 2, which only computers need that meet one. */
import { ask } from "../../trapos/question";
import { say } from "../../trapos/screen";

const PACKAGE = "trapos-opencode2";
const INSTALLER = "/programs/ccpm.lua";

/**
 * Offers to install it, and does.
 * @param isAgreed true where nobody is to be asked any more
 * @returns whether it is there now
 */
export function offerSpeaker(isAgreed: boolean): boolean {
    if (!fs.exists(INSTALLER)) return false;
    say("This is opencode 2: a package of its own speaks it.");
    if (!isAgreed && !ask(`Install ${PACKAGE} now?`, true)) return false;
    return shell.run(INSTALLER, "install", PACKAGE, "--yes");
}
