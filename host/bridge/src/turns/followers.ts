import type { BridgeMessage } from "../../../../src/apis/ai/link/frames.ts";

/** The most characters of a text that are sent at once: a third of a frame where each takes three bytes. */
const MOST_AT_ONCE = 8000;

/** So many characters of a text are put together at once: each piece on its own takes many times its length. */
const JOINED_AT_ONCE = 256;

/** Whoever is told of a turn. */
export interface Follower {
    readonly wanted: { readonly text?: boolean; readonly reasoning?: boolean };
    /** Sends a message, in order. */
    send(message: BridgeMessage): void;
    /** Whether text may be sent now, and not only later. */
    isReady(): boolean;
    /** Whether it is nobody who could answer what is asked. */
    readonly isOnlooker?: boolean;
}

/** A part of what the model writes. */
interface TextPart {
    readonly id: string;
    readonly kind: "text" | "reasoning";
    text: string;
    /** The end of that text, in which all stands that somebody was not told of yet. */
    recent: string;
    /** How much of the text is one piece in memory. */
    joined: number;
    /** Its step, where something has to be told before it. */
    heldStep: string | undefined;
}

/** How far a follower was told of a part. */
interface Told {
    characters: number;
    bytes: number;
}

/** Cuts so that no character of two code units is cut in half. */
function sliceOf(text: string, start: number): string {
    const end = Math.min(start + MOST_AT_ONCE, text.length);
    const last = text.charCodeAt(end - 1);
    return text.slice(start, end < text.length && last >= 0xd800 && last < 0xdc00 ? end - 1 : end);
}

/**
 * The text of a turn as it is written, and how far each follower was told of it. All of it is kept while the turn runs, so
 * that whoever is slow, or comes late, is told the same: what it was not told of yet goes in one piece.
 */
export class LiveText {
    private readonly nonce: string;
    private readonly parts = new Map<string, TextPart>();
    private readonly followers = new Map<Follower, Map<string, Told>>();

    constructor(nonce: string) {
        this.nonce = nonce;
    }

    /**
     * Adds a piece. One that does not go on where its part ends is passed over: the part's beginning was missed.
     * @param heldStep its step, where nothing of the part is to be told before that was released
     */
    add(id: string, kind: TextPart["kind"], offset: number, piece: string, heldStep?: string): void {
        const part = this.parts.get(id) ?? { id, kind, text: "", recent: "", joined: 0, heldStep };
        if (part.text.length !== offset) return;
        this.parts.set(id, part);
        // To cut a long text that grows is to copy it each time: what is new is cut from its end.
        if (this.isTold(part)) part.recent = "";
        part.recent += piece;
        part.text += piece;
        if (part.text.length - part.joined < JOINED_AT_ONCE) return;
        part.joined = part.text.length;
        // Looking at a character has the engine put the pieces together.
        part.text.charCodeAt(0);
    }

    /** Whether all were told all of a part. */
    private isTold({ id, kind, text }: TextPart): boolean {
        for (const [follower, tolds] of this.followers)
            if (follower.wanted[kind] === true && (tolds.get(id)?.characters ?? 0) < text.length)
                return false;
        return true;
    }

    /** A part is another text: whoever was told of the one before is told no more of it, and sees the answer at the end. */
    replace(id: string, kind: TextPart["kind"], text: string, heldStep?: string): void {
        const before = this.parts.get(id);
        const held = before === undefined ? heldStep : before.heldStep;
        this.parts.set(id, { id, kind, text, recent: text, joined: text.length, heldStep: held });
        if (before === undefined || text.startsWith(before.text)) return;
        for (const told of this.followers.values())
            if (told.has(id)) told.set(id, { characters: Infinity, bytes: 0 });
    }

    /**
     * What was to be told before parts that were held was told.
     * @param step the newest step for which that holds, as ids ascend; all of them when absent
     */
    release(step?: string): void {
        for (const part of this.parts.values())
            if (step === undefined || (part.heldStep ?? "") <= step) part.heldStep = undefined;
    }

    follow(follower: Follower): void {
        this.followers.set(follower, new Map());
    }

    leave(follower: Follower): void {
        this.followers.delete(follower);
    }

    /** Whether somebody follows who could answer what is asked. */
    get isFollowed(): boolean {
        return [...this.followers.keys()].some(({ isOnlooker }) => isOnlooker !== true);
    }

    /** Sends something to all. What was written before it is sent first. */
    tell(message: BridgeMessage): void {
        for (const follower of this.followers.keys()) {
            this.flushTo(follower, true);
            follower.send(message);
        }
    }

    /** Sends what is new, to those that are ready. */
    flush(): void {
        for (const follower of this.followers.keys()) this.flushTo(follower, false);
    }

    private flushTo(follower: Follower, isForced: boolean): void {
        const tolds = this.followers.get(follower);
        if (tolds === undefined) return;
        for (const { id, kind, text, recent, heldStep } of this.parts.values()) {
            if (follower.wanted[kind] !== true || heldStep !== undefined) continue;
            const told = tolds.get(id) ?? { characters: 0, bytes: 0 };
            tolds.set(id, told);
            while (told.characters < text.length && (isForced || follower.isReady())) {
                const start = told.characters - (text.length - recent.length);
                const piece = start < 0 ? sliceOf(text, told.characters) : sliceOf(recent, start);
                follower.send({
                    type: "text",
                    nonce: this.nonce,
                    kind,
                    part: id,
                    at: told.bytes,
                    text: piece,
                });
                told.characters += piece.length;
                told.bytes += Buffer.byteLength(piece);
            }
        }
    }
}
