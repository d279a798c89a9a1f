/**
 * What the messages of a session tell of a turn. Pure, so that whoever drives, stops or reads a turn sees the same.
 *
 * A turn is a prompt and its steps: with N tool calls there are N + 1 assistant messages, all under the prompt. Three
 * things make it less simple (measured, opencode 1.18.33): an automatic compaction goes on under prompts that opencode
 * writes itself; prompts that were queued are answered together under the last of them; and a prompt that comes in the
 * middle of a tool call takes over what is left of the turn.
 */
import type { Message, Part } from "./protocol";

/** By what the messages of a turn are known. */
export interface PromptMark {
    /** Stands in the prompt's metadata, or is the id of a message. */
    readonly nonce: string;
    readonly userMessageId?: string;
}

/** The messages of a turn, as far as a list of messages shows them. */
export interface TurnMessages {
    /** Whether anything of the turn is in the list. */
    readonly isFound: boolean;
    /** Whether its beginning is, so that no step is missing. */
    readonly isWhole: boolean;
    /** True when another turn has been answered behind it: it will not go on. */
    readonly isFollowed: boolean;
    /** How it has ended, where the server says that (opencode 2): "succeeded", "failed" or "interrupted". */
    readonly outcome?: string;
    readonly userMessageId?: string;
    /** Its answers, oldest first. */
    readonly steps: readonly Message[];
}

/** A message that a model wrote as an answer; what an automatic compaction writes as a summary is none. */
export function isAnswer(message: Message): boolean {
    return message.info.role === "assistant" && message.info.summary !== true;
}

export function isComplete(message: Message | undefined): message is Message {
    return message !== undefined && message.info.time.completed !== undefined;
}

/** True for an answer after which the server has nothing more to do. A tool step is completed, too. */
export function looksFinal(message: Message): boolean {
    const info = message.info;
    return isAnswer(message) && (info.error !== undefined || (info.finish ?? "tool-calls") !== "tool-calls");
}

/** Whether a prompt is the one that carries this nonce, or has it for its id. */
export function carriesNonce(message: Message, nonce: string): boolean {
    for (const part of message.parts) {
        if (part.metadata && part.metadata.nonce === nonce) return true;
    }
    return message.info.id === nonce;
}

/** Whether a message is none of a conversation, beside which it stands (opencode 2): its turn goes on whatever it says. */
export function isBeside(message: Message): boolean {
    return message.info.role === "other" || message.info.role === "shell";
}

/** The tool calls of a message that run, or wait to. */
export function activeTools(message: Message | undefined): Part[] {
    const active: Part[] = [];
    for (const part of message ? message.parts : []) {
        const status = part.state && part.state.status;
        if (status === "running" || status === "pending") active.push(part);
    }
    return active;
}

/**
 * The text of messages: their text parts, in order, without those that the server added.
 * @returns the text, empty when there is none
 */
export function textOf(messages: readonly Message[]): string {
    const texts: string[] = [];
    for (const message of messages) {
        for (const part of message.parts) {
            if (part.type === "text" && part.synthetic !== true && (part.text ?? "") !== "")
                texts.push(part.text!);
        }
    }
    return texts.join("\n\n");
}

/** A prompt that opencode wrote, as an automatic compaction does: it belongs to the turn before it. */
function isMadeByServer(message: Message): boolean {
    for (const part of message.parts) {
        if (part.synthetic !== true && part.type !== "compaction") return false;
    }
    return message.parts.length > 0;
}

/** A step that ended in tool calls, none of them refused: the turn goes on behind it. */
export function isHandedOver(step: Message): boolean {
    for (const part of step.parts) {
        if (part.state && part.state.status === "error") return false;
    }
    return isComplete(step) && step.info.finish === "tool-calls";
}

/**
 * Finds the messages of a turn.
 * @param prompt what the turn is known by
 * @param messages the newest messages of its session, oldest first
 */
export function turnIn(prompt: PromptMark, messages: readonly Message[]): TurnMessages {
    const nonce = prompt.nonce;
    const prompts: Record<string, true | undefined> = {};
    prompts[nonce] = true;
    let userMessageId = prompt.userMessageId;
    if (userMessageId !== undefined) prompts[userMessageId] = true;
    let isFound = false;
    let isWhole = false;
    let isFollowed = false;
    let outcome: string | undefined;
    let current: string | undefined;
    let heir: string | undefined;
    const steps: Message[] = [];
    const others: Message[] = [];
    for (const message of messages) {
        const info = message.info;
        if (isAnswer(message)) {
            const parent = info.parentID ?? current ?? "";
            if (info.id === nonce || prompts[parent]) {
                isFound = true;
                // What comes behind its end the session does by itself, as where work in the background has ended.
                if (outcome === undefined) steps.push(message);
            } else if (isFound) {
                isFollowed = true;
                heir = heir ?? parent;
                if (parent === heir && outcome === undefined) others.push(message);
            }
        } else if (info.role === "idle") {
            // What was sent in the middle of a turn shares its end.
            if (isFound && outcome === undefined) outcome = info.finish ?? "succeeded";
        } else if (info.role === "user") {
            if (carriesNonce(message, nonce) || info.id === userMessageId) {
                isFound = true;
                isWhole = true;
                userMessageId = info.id;
                prompts[info.id] = true;
            } else if (current !== undefined && prompts[current] && isMadeByServer(message)) {
                prompts[info.id] = true;
            }
            current = info.id;
        }
    }
    const last = steps[steps.length - 1];
    const isOwn = others.length === 0 || (last !== undefined && !isHandedOver(last));
    if (isOwn) return { isFound, isWhole, isFollowed, outcome, userMessageId, steps };
    for (const message of others) steps.push(message);
    return { isFound, isWhole, isFollowed: false, outcome, userMessageId, steps };
}

/**
 * Messages before the one from which on all was taken back. Where that is not among them it is older than all.
 * @param hidden its id, where something was taken back
 */
export function visible(messages: readonly Message[], hidden: string | undefined): readonly Message[] {
    if (hidden === undefined) return messages;
    const shown: Message[] = [];
    for (const message of messages) {
        if (message.info.id === hidden) return shown;
        shown.push(message);
    }
    return [];
}

/** A turn that is read again: its prompt, where that is among the messages, and its steps. */
export interface PastTurn {
    readonly prompt?: Message;
    readonly steps: readonly Message[];
}

/**
 * The newest turn of a session.
 * @param messages its newest messages, oldest first
 * @param isWanted whether a turn is one to look for; an older one is taken where it is not
 * @param hidden the id of the first message that was taken back, where one was: from there on nothing counts
 * @returns nothing where there is none, or where its beginning is not among the messages
 */
export function newestTurn(
    messages: readonly Message[],
    isWanted: (this: void, turn: PastTurn) => boolean,
    hidden?: string,
): PastTurn | undefined {
    const shown = visible(messages, hidden);
    for (let index = shown.length - 1; index >= 0; index--) {
        const prompt = shown[index]!;
        if (prompt.info.role === "user" && !isMadeByServer(prompt)) {
            const steps = turnIn({ nonce: prompt.info.id }, shown).steps;
            if (isWanted({ prompt, steps })) return { prompt, steps };
        }
    }
    return undefined;
}

/**
 * All turns of some messages, oldest first.
 * @param messages oldest first
 * @param hidden the id of the first message that was taken back, where one was: from there on nothing counts
 */
export function pastTurns(messages: readonly Message[], hidden?: string): PastTurn[] {
    const turns: { readonly prompt: Message; readonly steps: Message[] }[] = [];
    const byPrompt: Record<string, Message[] | undefined> = {};
    let steps: Message[] | undefined;
    for (const message of visible(messages, hidden)) {
        const info = message.info;
        if (isAnswer(message)) {
            const own = byPrompt[info.parentID ?? ""] ?? steps;
            if (own !== undefined) own.push(message);
        } else if (info.role === "user") {
            if (steps === undefined || !isMadeByServer(message)) {
                steps = [];
                turns.push({ prompt: message, steps });
            }
            byPrompt[info.id] = steps;
        }
    }
    return turns;
}

/** The nonce that a prompt carries, where it has one. */
export function nonceOf(prompt: Message): string | undefined {
    for (const part of prompt.parts) {
        if (part.metadata && part.metadata.nonce !== undefined) return part.metadata.nonce;
    }
    return undefined;
}
