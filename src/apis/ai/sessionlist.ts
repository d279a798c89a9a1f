/** The server's sessions as a numbered list, which players choose from. */
import type { Context } from "./command";
import { fail } from "./failure";
import type { SessionSummary } from "./types";
import { wait } from "./view/waiting";

/** More sessions than anybody looks through; a server gives 100 where nothing is said. */
const MOST_SESSIONS = 1000;

/** The sessions, the newest first. */
export function listSessions(context: Context): SessionSummary[] {
    return wait(context.options, () => context.ai.listSessions({ limit: MOST_SESSIONS }));
}

/** Whether a word is written like a number of the list, or an id. */
export function isSession(word: string): boolean {
    return string.find(word, "^%d+$")[0] !== undefined || string.find(word, "^ses_%w+$")[0] !== undefined;
}

/** The id of the session that a number of the list, or an id, stands for. */
export function findSession(context: Context, word: string): string {
    const number = tonumber(word);
    if (number === undefined) return word;
    const session = listSessions(context)[number - 1];
    if (!session) throw fail("session_gone", { session: word });
    return session.id;
}
