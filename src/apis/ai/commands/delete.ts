/** `ai delete [number|id]`: deletes a session, after asking. */
import { say } from "../../trapos/screen";
import { cut, oneLine } from "../../trapos/text";
import type { AiCommand, Context } from "../command";
import { isSession, knownSession } from "../sessionlist";
import type { SessionSummary } from "../types";
import { confirm } from "../view/confirm";
import { wait } from "../view/waiting";

/** Columns that a title may take in the question. */
const MOST_TITLE = 80;

interface Deletion {
    readonly session: SessionSummary;
    readonly isDeleted: boolean;
}

function run(context: Context, words: readonly string[]): Deletion {
    const session = knownSession(context, words[0]);
    const typed = words.length === 0 ? "delete" : `delete ${words[0]!}`;
    const title = cut(oneLine(session.title), MOST_TITLE);
    const isDeleted = confirm(context, typed, `Delete "${title}" and all that was said in it?`);
    if (isDeleted) wait(context.options, () => context.ai.delete(session.id));
    return { session, isDeleted };
}

function show(_context: Context, deletion: Deletion): void {
    say(deletion.isDeleted ? `Deleted: ${deletion.session.title}` : "Nothing was deleted.");
}

const deleteSession: AiCommand = {
    name: "delete",
    usage: "ai delete [number|id]",
    purpose: "Delete a session",
    most: 1,
    fits: (words) => isSession(words[0]!),
    run,
    show,
};

export = deleteSession;
