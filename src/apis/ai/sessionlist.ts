/** The server's sessions as a numbered list, which players choose from. */
import type { Context } from "./command";
import { fail } from "./failure";
import { keep, recall } from "./known";
import type { SessionSummary } from "./types";
import { wait } from "./view/waiting";

/** More sessions than anybody looks through; a server gives 100 where nothing is said. */
const MOST_SESSIONS = 1000;

/**
 * The sessions, the newest first.
 * @param search what their titles have to have
 */
export function listSessions(context: Context, search?: string): SessionSummary[] {
    return wait(context.options, () => context.ai.listSessions({ limit: MOST_SESSIONS, search }));
}

/** Keeps the numbers that sessions have on the screen, so that they mean the same sessions later on. */
export function noteShown(sessions: readonly SessionSummary[]): void {
    const shown: string[] = [];
    for (const session of sessions) table.insert(shown, session.id);
    keep(fs, { shown });
}

/** Whether a word is written like a number of the list, or an id. */
export function isSession(word: string): boolean {
    return string.find(word, "^%d+$")[0] !== undefined || string.find(word, "^ses_%w+$")[0] !== undefined;
}

/** The id of the session that a number of the list, or an id, stands for. */
export function findSession(context: Context, word: string): string {
    const number = tonumber(word);
    if (number === undefined) return word;
    const shown = recall(fs).shown;
    const id = shown === undefined ? undefined : shown[number - 1];
    if (id !== undefined) return id;
    const session = listSessions(context)[number - 1];
    if (session === undefined || shown !== undefined) throw fail("session_gone", { session: word });
    return session.id;
}

/** The id of the session that a word stands for, or that the flags name. */
export function chosenSession(context: Context, word: string | undefined): string | undefined {
    if (word === undefined) return context.options.session;
    return findSession(context, word);
}

/** The session that a word stands for, or the one that is talked in; fails where the server does not have it. */
export function knownSession(context: Context, word: string | undefined): SessionSummary {
    const id = chosenSession(context, word);
    return wait(context.options, () => context.ai.session(id));
}
