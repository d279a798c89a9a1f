/**
 * What survives a power cut: which session this computer talks in, and the turns whose answers nobody has seen yet.
 * A computer can stop at any instruction, so a turn is on the disk before its prompt is sent.
 */
import { copy } from "./copy";
import { decode, encode } from "../trapos/json";
import { reader } from "../trapos/shape";
import type { SettingsStore } from "../trapos/settingsfile";
import { put } from "../trapos/wholefile";
import type { Prompt } from "./server/face";
import type { TurnStart } from "./turn";

/** A turn whose answer has not been handed over. */
export interface TurnRecord extends Prompt, TurnStart {
    readonly directory: string;
    sentAt: number;
    baselineId?: string;
    /** Whether the prompt may be on the server. */
    sent?: boolean;
}

/** Reads a turn as the disk has it. What is not of this shape is none of ours, or was cut short. */
const readTurn = reader({
    "dialect?": "count",
    nonce: "id",
    sessionId: "id",
    sentAt: "time",
    text: "text",
    directory: "folder",
    "baselineId?": "id",
    "sent?": "boolean",
    "model?": "text",
    "agent?": "text",
    "variant?": "text",
    "system?": "text",
});

/** What is used of CC's fs API. */
export type Disk = Pick<typeof fs, "exists" | "list" | "open" | "delete" | "move">;

const TURNS = "/trapos/ai/turns";
/** Is there once an answer was shown. */
const ANSWERED = "/trapos/ai/answered";
const SETTING = "opencc.session_id";

/** What is told of the session that it is the one to talk in. */
export interface Memory {
    readonly settings: { session_id?: string };
    readonly store: SettingsStore;
}

/**
 * Talks in a session from now on, and keeps its id in the setting `opencc.session_id`.
 * @param id the session's id, nil for none
 */
export function rememberSession(memory: Memory, id: string | undefined): void {
    const store = memory.store;
    memory.settings.session_id = id;
    if (id === undefined) store.unset(SETTING);
    else store.set(SETTING, id);
    if (store.save !== undefined) store.save();
}

/**
 * A name for a turn, which its prompt carries.
 * @param now epoch milliseconds
 */
export function newNonce(now: number): string {
    return string.format("%d-%.0f-%d", os.getComputerID(), now, math.random(1, 999999));
}

/** Whether a session can have an id; opencode fails at others, or refuses them. */
export function isSessionId(id: string): boolean {
    return string.find(id, "^ses")[0] !== undefined;
}

/** Whether a name for a turn was made by this computer. */
export function isOwnNonce(nonce: string): boolean {
    return string.find(nonce, `^${os.getComputerID()}%-%d+%-%d+$`)[0] !== undefined;
}

/** Whether an answer was ever shown on this computer. */
export function wasAnswered(disk: Pick<Disk, "exists">): boolean {
    return disk.exists(ANSWERED);
}

/** Remembers that an answer was shown, where the disk has room for that. */
export function rememberAnswer(disk: Pick<Disk, "exists" | "open">): void {
    if (wasAnswered(disk)) return;
    const [file] = disk.open(ANSWERED, "w");
    if (file !== null) file.close();
}

function pathOf(nonce: string): string {
    return `${TURNS}/${nonce}.json`;
}

/**
 * Writes a turn down. It can go on all the same when the disk is full.
 * @returns whether it is written; where it is not, nothing of it is
 */
export function recordTurn(disk: Disk, turn: TurnRecord): boolean {
    const path = pathOf(turn.nonce);
    const [isWritten] = pcall(() => {
        // What goes along with a prompt is not sent again.
        const kept = copy<{ attachments?: unknown; files?: unknown }>(turn, {});
        kept.attachments = undefined;
        kept.files = undefined;
        put(disk, path, encode(kept));
    });
    if (!isWritten) pcall(() => disk.delete(path));
    return isWritten;
}

/** Forgets a turn, once its answer was handed over or can never come. */
export function forgetTurn(disk: Disk, nonce: string): void {
    disk.delete(pathOf(nonce));
}

/**
 * The turns whose answers nobody has seen, oldest first. A record that the power cut short is removed: its prompt was
 * not sent yet.
 * @param session only those of this one; of all where none is named
 */
export function pendingTurns(disk: Disk, session?: string): TurnRecord[] {
    const turns: TurnRecord[] = [];
    for (const name of disk.exists(TURNS) ? disk.list(TURNS) : []) {
        const path = `${TURNS}/${name}`;
        const [file] = disk.open(path, "r");
        if (file !== null) {
            const turn = readTurn(decode(file.readAll() ?? ""));
            file.close();
            if (turn === undefined) disk.delete(path);
            else if (session === undefined || turn.sessionId === session) turns.push(turn);
        }
    }
    table.sort(turns, (a, b) => a.sentAt < b.sentAt);
    return turns;
}
