/**
 * opencode 2's messages with ids for all of their parts. Its pieces have none but a tool's call: texts and reasoning are
 * counted, each on its own, as its events count them in `ordinal` (2.0.22).
 */
import type { Of } from "../../../src/apis/trapos/shapes.ts";
import { answers, type Content2, type Message2 } from "../../../src/apis/ai/server/opencode2/shapes.ts";
import { translateMessage } from "../../../src/apis/ai/server/opencode2/translate.ts";
import type { Part } from "../../../src/apis/ai/protocol.ts";
import { digestOf } from "./known.ts";
import type { ListedMessage, ListedPart } from "./listed.ts";
import { reader } from "./shapes.ts";

const message = answers.message.data;
const content = message["content?"][1];
const state = content["state?"];

/** A piece of a message, of which a tool's input is whole. */
export const wholeContent = { ...content, "state?": { ...state, "input?": "any" } } as const;

/** Messages as `GET /api/session/:id/message` gives them; those that are wrong are left out. */
export const listedMessages2 = {
    data: ["some", { ...message, "content?": ["some", wholeContent] }],
    "cursor?": { "previous?": "text", "next?": "text" },
} as const;

export type WholeContent = Of<typeof wholeContent>;
export type Listed2 = Of<typeof listedMessages2>["data"][number];

/** A step is over here, and has cost so much. */
const stepEnd = "step-finish";

const readInput = reader(state["input?"]);

/** The id of a message's text or of what the model thought, by its place among those of its kind. */
export function textId(messageId: string, kind: "text" | "reasoning", ordinal: number): string {
    return `${messageId}.${kind}.${ordinal}`;
}

/** The id of the part that tells what a step has cost. */
export function stepId(messageId: string): string {
    return `${messageId}.step`;
}

/** A piece of a message in the shape of opencode 1. */
function translated(piece: Content2): Part {
    const alone: Message2 = { id: "", type: "assistant", time: { created: 0 }, content: [piece] };
    return translateMessage(alone).parts[0]!;
}

/** A tool call as a part. */
export function toolPart(messageId: string, call: WholeContent): ListedPart {
    const input = call.state?.input;
    const inputDigest = digestOf(input);
    const shown = call.state && { ...call.state, input: readInput(input) };
    return {
        ...translated({ ...call, state: shown }),
        id: `${messageId}.${call.id ?? "call"}`,
        messageID: messageId,
        ...(inputDigest !== undefined && { inputDigest }),
    };
}

function partsOf({ id, content: pieces = [], tokens, cost, time }: Listed2): ListedPart[] {
    const counts = { text: 0, reasoning: 0 };
    const parts = pieces.flatMap((piece): ListedPart[] => {
        const { type: kind, text } = piece;
        if (kind === "tool") return [toolPart(id, piece)];
        if (kind !== "text" && kind !== "reasoning") return [];
        const partId = textId(id, kind, counts[kind]);
        counts[kind] += 1;
        return [{ type: kind, id: partId, messageID: id, text }];
    });
    // A step that still goes on has cost nothing yet.
    if (time.completed === undefined || tokens === undefined) return parts;
    return [...parts, { type: stepEnd, id: stepId(id), messageID: id, tokens, cost }];
}

/** The messages of a page, which comes newest first, oldest first. */
export function listedPage(page: readonly Listed2[]): ListedMessage[] {
    return page.toReversed().map((given) => ({
        info: translateMessage({ ...given, content: [] }).info,
        parts: given.type === "assistant" ? partsOf(given) : [],
    }));
}
