/** Shows sessions: as a list with numbers, and as one to choose from. */
import * as strings from "cc.strings";
import { choose } from "../../trapos/chooser";
import { fold } from "../../trapos/font";
import { readLine } from "../../trapos/lineinput";
import { showRows } from "../../trapos/pager";
import { ask } from "../../trapos/question";
import { say } from "../../trapos/screen";
import { ageText, cut, oneLine, shorten } from "../../trapos/text";
import type { Context } from "../command";
import type { SessionSummary } from "../types";
import { wait } from "./waiting";

/** The fewest columns of a number, so that short lists look alike. */
const LEAST_DIGITS = 2;

/** Columns that a title may take in a question, which is to stay on the screen. */
const LONGEST_TITLE = 80;

/** What letters do to the session that the caret is on. */
const ACTIONS = [
    { letter: "r", purpose: "rename" },
    { letter: "d", purpose: "delete" },
    { letter: "f", purpose: "fork" },
];

/** A session as a row: whether it is the current one, its number, its title and its age. */
function rowOf(session: SessionSummary, number: number, digits: number, width: number): string {
    const age = ageText((os.epoch("utc") - session.updated) / 1000);
    const start = string.format(`%s%${digits}d `, session.current ? "*" : " ", number);
    const room = Math.max(width - start.length - age.length - 1, 0);
    const title = strings.ensure_width(cut(oneLine(session.title), room), room);
    return `${start}${title} ${age}`;
}

function rowsOf(sessions: readonly SessionSummary[], width: number): string[] {
    const digits = Math.max(`${sessions.length}`.length, LEAST_DIGITS);
    const rows: string[] = [];
    for (const [number, session] of ipairs(sessions)) {
        table.insert(rows, rowOf(session, number, digits, width));
    }
    return rows;
}

/** Prints sessions with their numbers. */
export function showSessions(sessions: readonly SessionSummary[]): void {
    showRows((width, emit) => {
        for (const row of rowsOf(sessions, width)) emit([{ text: row }]);
    });
}

function goOnIn(context: Context, id: string): void {
    const session = wait(context.options, () => context.ai.useSession(id));
    say(`Talking in: ${session.title}`);
}

function forkOf(context: Context, id: string): void {
    const session = wait(context.options, () => context.ai.fork(id));
    say(`Talking in: ${session.title}`);
}

/** Asks for another title; an empty one leaves it as it is. */
function rename(context: Context, session: SessionSummary): SessionSummary {
    const title = readLine({ prompt: "Title: ", initial: session.title });
    // What the font does not have would be lost to whoever changes nothing.
    if (string.find(title, "%S")[0] === undefined || title === fold(session.title)) return session;
    return wait(context.options, () => context.ai.rename(title, session.id));
}

/** Deletes a session, after asking; false where it is still there. */
function isDeleted(context: Context, session: SessionSummary): boolean {
    const title = shorten(oneLine(session.title), LONGEST_TITLE);
    if (!ask(`Delete "${title}" and all that was said in it?`, false)) return false;
    wait(context.options, () => context.ai.delete(session.id));
    return true;
}

/**
 * Lets somebody choose among sessions, and rename, delete and fork them.
 * @param sessions the list, which changes with what is done
 */
export function browseSessions(context: Context, sessions: SessionSummary[]): void {
    let index: number | undefined;
    let word: string | undefined;
    while (sessions.length > 0) {
        const choice = choose({
            rows: (width) => rowsOf(sessions, width),
            enter: "use",
            actions: ACTIONS,
            index,
            word,
        });
        if (choice === undefined) return;
        index = choice.index;
        word = choice.word;
        const session = sessions[index - 1]!;
        if (choice.action === "r") sessions[index - 1] = rename(context, session);
        else if (choice.action === "d") {
            if (isDeleted(context, session)) table.remove(sessions, index);
        } else if (choice.action === "f") {
            forkOf(context, session.id);
            return;
        } else {
            goOnIn(context, session.id);
            return;
        }
    }
}
