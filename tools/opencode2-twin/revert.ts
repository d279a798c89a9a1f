/** Takes a session back to a prompt, with the files that its tools have changed since; and says what a turn has changed. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { differenceOf } from "./differences.ts";
import type { Backend } from "./route.ts";
import { tell, updateSession } from "./sessions.ts";
import type { SessionRecord } from "./store.ts";
import type { FileChange, FileDifference, Message, Revert } from "./types.ts";

/** Where a file was and is. */
type Span = Omit<FileChange, "messageID">;

/** The messages from one on. */
function since(record: SessionRecord, messageID: string): Message[] {
    const messages = [...record.messages.values()];
    return messages.slice(messages.findIndex(({ id }) => id === messageID));
}

/** What happened to files in some turns: from before the first change of each to behind its last. */
function spansOf(record: SessionRecord, turns: ReadonlySet<string>): Span[] {
    const spans = new Map<string, Span>();
    for (const { messageID, path, before, after } of record.changes) {
        if (!turns.has(messageID)) continue;
        const known = spans.get(path);
        if (known === undefined) spans.set(path, { path, before, after });
        else known.after = after;
    }
    return [...spans.values()].filter(({ before, after }) => before !== after);
}

function put(path: string, content: string | undefined): void {
    if (content === undefined) return rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
}

function differences(record: SessionRecord, spans: readonly Span[], context?: number): FileDifference[] {
    const { directory } = record.info.location;
    return spans.map(({ path, before, after }) =>
        differenceOf(relative(directory, path), before, after, context),
    );
}

function revertedSpans(record: SessionRecord, messageID: string): Span[] {
    return spansOf(record, new Set(since(record, messageID).map(({ id }) => id)));
}

/**
 * Takes a session back, so that it can be undone.
 * @param files whether files are taken back, too
 */
export function stageRevert(
    backend: Backend,
    record: SessionRecord,
    messageID: string,
    files: boolean,
): Revert {
    if (record.info.revert !== undefined) clearRevert(backend, record);
    const spans = files ? revertedSpans(record, messageID) : [];
    for (const { path, before } of spans) put(path, before);
    // What is shown is what the revert does, not what it takes back.
    const changed = differences(
        record,
        spans.map(({ path, before, after }) => ({ path, before: after, after: before })),
    );
    const revert = { messageID, diff: changed.map(({ patch }) => patch).join(""), files: changed };
    updateSession(backend, record, { revert });
    tell(backend, record.info, "session.revert.staged", { revert });
    return revert;
}

/** Gives a staged revert up: files are again as they were before it. */
export function clearRevert(backend: Backend, record: SessionRecord): void {
    const { revert } = record.info;
    if (revert === undefined) return;
    if (revert.files.length > 0)
        for (const { path, after } of revertedSpans(record, revert.messageID)) put(path, after);
    updateSession(backend, record, { revert: undefined });
    tell(backend, record.info, "session.revert.cleared");
}

/** Makes a staged revert final: what was said since is gone. */
export function commitRevert(backend: Backend, record: SessionRecord): void {
    const { revert } = record.info;
    if (revert === undefined) return;
    const gone = since(record, revert.messageID).map(({ id }) => id);
    const removed = backend.doubts.revertCommit === "takes the prompt" ? gone : gone.slice(1);
    for (const id of removed) backend.store.removeMessage(record.info.id, id);
    const turns = new Set(gone);
    backend.store.saveChanges(
        record.info.id,
        record.changes.filter(({ messageID }) => !turns.has(messageID)),
    );
    updateSession(backend, record, { revert: undefined });
    tell(backend, record.info, "session.revert.committed", { to: revert.messageID });
}

/** The turns of a session, as lists of prompts: up to the next idle record, or the next prompt where there is none at all. */
function turnsOf(record: SessionRecord): string[][] {
    const messages = [...record.messages.values()];
    const hasIdle = messages.some(({ type }) => type === "idle");
    const turns: string[][] = [[]];
    for (const { id, type } of messages) {
        if (type === "idle") turns.push([]);
        else if (type === "user" && hasIdle) turns.at(-1)?.push(id);
        else if (type === "user") turns.push([id]);
    }
    return turns.filter((turn) => turn.length > 0);
}

/**
 * What the turns from one prompt to another have changed.
 * @param from the newest prompt when absent
 * @param to `from` when absent
 */
export function turnDifferences(
    record: SessionRecord,
    from: string | undefined,
    to: string | undefined,
    context: number | undefined,
): FileDifference[] {
    const turns = turnsOf(record);
    const first = from === undefined ? turns.length - 1 : turns.findIndex((turn) => turn.includes(from));
    const last = to === undefined ? first : turns.findIndex((turn) => turn.includes(to));
    return differences(record, spansOf(record, new Set(turns.slice(first, last + 1).flat())), context);
}
