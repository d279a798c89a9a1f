/** Asks before something is done that cannot be undone, or costs something. */
import { ask } from "../../trapos/question";
import type { Context } from "../command";
import { fail } from "../failure";

/** Whether what is asked about is shown before: always where somebody is asked, however quiet it is to be. */
export function isShownFirst(context: Context): boolean {
    const options = context.options;
    return !options.isQuiet || (options.answer === undefined && options.isAttended);
}

/**
 * Whether something is to be done: as the command line says, or else as whoever is there does. Fails with `asks_first`
 * where nobody is.
 * @param command as it is typed, for that failure
 * @param question without "[y/N]" behind it
 */
export function confirm(context: Context, command: string, question: string): boolean {
    const answer = context.options.answer;
    if (answer !== undefined) return answer === "yes";
    if (!context.options.isAttended) throw fail("asks_first", { command });
    return ask(question, false);
}
