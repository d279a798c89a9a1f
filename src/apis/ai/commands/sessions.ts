/** `ai sessions`: lists the server's sessions, the newest first. */
import * as strings from "cc.strings";
import { listOf } from "../../trapos/json";
import { open, printRow } from "../../trapos/pager";
import { remark } from "../../trapos/screen";
import { ageText, cut, oneLine } from "../../trapos/text";
import type { AiCommand, Context } from "../command";
import { listSessions, noteShown } from "../sessionlist";
import type { SessionSummary } from "../types";

/** The fewest columns of a number, so that short lists look alike. */
const LEAST_DIGITS = 2;

/** A session as a row: whether it is the current one, its number, its title and its age. */
function rowOf(session: SessionSummary, number: number, digits: number): string {
    const [width] = term.getSize();
    const age = ageText((os.epoch("utc") - session.updated) / 1000);
    const start = string.format(`%s%${digits}d `, session.current ? "*" : " ", number);
    const room = Math.max(width - start.length - age.length - 1, 0);
    const title = strings.ensure_width(cut(oneLine(session.title), room), room);
    return `${start}${title} ${age}`;
}

function run(context: Context, words: readonly string[]): readonly SessionSummary[] {
    return listOf(listSessions(context, words[0]));
}

function show(_context: Context, sessions: readonly SessionSummary[]): void {
    if (sessions.length === 0) remark("No sessions yet. Start one: ai <prompt>");
    noteShown(sessions);
    const digits = Math.max(`${sessions.length}`.length, LEAST_DIGITS);
    const pager = open();
    for (const [number, session] of ipairs(sessions)) {
        if (!printRow(pager, () => term.write(rowOf(session, number, digits)))) break;
    }
}

const sessions: AiCommand = {
    name: "sessions",
    usage: "ai sessions [search]",
    purpose: "List them; * is the current",
    section: "Sessions",
    most: 1,
    run,
    show,
};

export = sessions;
