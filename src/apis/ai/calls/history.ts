/** Calls about what was said in a session, and about taking it back. */
import { listOf } from "../../trapos/json";
import type { Client } from "../client";
import { answerOf } from "../drive";
import { fail } from "../failure";
import { pastTurns, textOf, type PastTurn } from "../messages";
import type { Message, Session } from "../protocol";
import type { Change, Todo, Turn, Undone } from "../types";
import { sessionOf } from "./sessions";

/** How many messages a turn is thought to have, when the last ones are asked for. */
const MESSAGES_A_TURN = 6;
/** How many turns are given where nothing is said. */
const USUAL_TURNS = 10;
/** Asks for all messages (1.18.33). */
const ALL = 0;

/** The id of the first message of a session that was taken back. */
export function hiddenFrom(session: Session): string | undefined {
    return session.revert && session.revert.messageID;
}

/** Why a turn has no answer, or no whole one. */
function problemOf(last: Message | undefined): string | undefined {
    if (last === undefined) return "no answer";
    const error = last.info.error;
    if (error === undefined) return undefined;
    return (error.data && error.data.message) ?? error.name;
}

function turnOf(past: PastTurn): Turn {
    const prompt = past.prompt!;
    const last = past.steps[past.steps.length - 1];
    const info = last && last.info;
    return {
        id: prompt.info.id,
        prompt: textOf([prompt]),
        text: answerOf(past.steps),
        time: prompt.info.time.created,
        model: info && info.modelID !== undefined ? `${info.providerID}/${info.modelID}` : undefined,
        agent: info && info.agent,
        problem: problemOf(last),
    };
}

/**
 * The last turns of a session as the server has them, oldest first: so many, or more.
 * @param hidden the first message that does not count
 */
function lastTurns(client: Client, session: Session, wanted: number, hidden?: string): PastTurn[] {
    for (const limit of [wanted * MESSAGES_A_TURN, ALL]) {
        const messages = client.face.getMessages(client, session.id, limit);
        const turns = pastTurns(messages, hidden);
        // The first turn of a part of the list may lack its beginning.
        if (limit === ALL || messages.length < limit || turns.length > wanted) return turns;
    }
    return [];
}

export function messages(
    client: Client,
    options?: { readonly session?: string; readonly limit?: number },
): readonly Turn[] {
    const given = options ?? {};
    const limit = given.limit ?? USUAL_TURNS;
    const session = sessionOf(client, given.session);
    const found: Turn[] = [];
    const past = lastTurns(client, session, limit, hiddenFrom(session));
    for (const at of $range(Math.max(past.length - limit, 0), past.length - 1)) {
        table.insert(found, turnOf(past[at]!));
    }
    return found;
}

/** What a turn has changed, as calls tell of it. */
function changesOf(client: Client, sessionId: string, prompt: Message): readonly Change[] {
    const found: Change[] = [];
    for (const change of client.face.getChanges(client, sessionId, prompt.info.id)) {
        table.insert(found, {
            file: change.file,
            additions: change.additions ?? 0,
            deletions: change.deletions ?? 0,
            status: change.status,
            patch: change.patch,
        });
    }
    return found;
}

/** Takes back the last prompt that is not taken back yet. */
export function undo(client: Client, id?: string): Undone {
    const session = sessionOf(client, id);
    const past = lastTurns(client, session, 1, hiddenFrom(session));
    const last = past[past.length - 1];
    const prompt = last && last.prompt;
    if (prompt === undefined) throw fail("nothing_to_undo");
    const files = changesOf(client, session.id, prompt);
    client.face.undo(client, session.id, prompt.info.id);
    return { prompt: textOf([prompt]), files: listOf(files) };
}

/** Brings back the first prompt that was taken back, and no more than that. */
export function redo(client: Client, id?: string): Undone {
    const session = sessionOf(client, id);
    const hidden = hiddenFrom(session);
    if (hidden === undefined) throw fail("nothing_to_redo");
    const messages = client.face.getMessages(client, session.id, ALL);
    const turns = pastTurns(messages);
    const shown = pastTurns(messages, hidden).length;
    const first = turns[shown];
    const second = turns[shown + 1];
    const back = first && first.prompt;
    const next = second && second.prompt;
    if (next === undefined) client.face.redo(client, session.id);
    else client.face.undo(client, session.id, next.info.id);
    if (back === undefined) return { prompt: "", files: listOf([]) };
    return { prompt: textOf([back]), files: listOf(changesOf(client, session.id, back)) };
}

export function todo(client: Client, id?: string): readonly Todo[] {
    return client.face.getTodos(client, sessionOf(client, id).id);
}

/** What the last turn has changed. */
export function diff(client: Client, id?: string): readonly Change[] {
    const session = sessionOf(client, id);
    const past = lastTurns(client, session, 1, hiddenFrom(session));
    const last = past[past.length - 1];
    const prompt = last && last.prompt;
    return prompt === undefined ? [] : changesOf(client, session.id, prompt);
}
