/** `ai sessions [search]`: the server's sessions, the newest first, to choose from where somebody is there. */
import { listOf } from "../../trapos/json";
import { isInteractive } from "../../trapos/interactive";
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { listSessions, noteShown } from "../sessionlist";
import type { SessionSummary } from "../types";
import { browseSessions, showSessions } from "../view/sessions";

function run(context: Context, words: readonly string[]): readonly SessionSummary[] {
    return listOf(listSessions(context, words[0]));
}

/** Says why there is nothing to show. */
function showNone(search: string | undefined): void {
    if (search === undefined) remark("No sessions yet. Start one: ai <prompt>");
    else remark(`No session fits "${search}". See all: ai sessions`);
}

function show(context: Context, sessions: SessionSummary[], words: readonly string[]): void {
    // The numbers of the list that was on the screen go on to hold.
    if (sessions.length === 0) {
        showNone(words[0]);
        return;
    }
    noteShown(sessions);
    if (isInteractive()) browseSessions(context, sessions);
    else showSessions(sessions);
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
