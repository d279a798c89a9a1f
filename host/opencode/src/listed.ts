import { answers } from "../../../src/apis/ai/protocol.ts";
import type { Of } from "../../../src/apis/trapos/shapes.ts";

const part = answers.message.parts[1];

/** What is shown of a tool's input. */
export const shownInput = part["state?"]["input?"];

/** A part of a message as opencode sends it by itself: with its id, and what the end of a step has cost. */
export const listedPart = {
    ...part,
    /** A tool's input is whole, whatever its fields are. */
    "state?": { ...part["state?"], "input?": "any" },
    id: "id",
    messageID: "id",
    /** Of text and reasoning: the end is there once it is whole. */
    "time?": { "start?": "time", "end?": "time" },
    "tokens?": answers.message.info["tokens?"],
    /** US dollars. */
    "cost?": "amount",
} as const;

/** A message as opencode sends it by itself. */
export const listedInfo = answers.message.info;

/** Messages with the ids of their parts; those that are wrong are left out. */
export const listedMessages = ["some", { info: listedInfo, parts: ["some", listedPart] }] as const;

/** A part, and what tells its input from others where that is not in it as a whole. */
export type ListedPart = Of<typeof listedPart> & { readonly inputDigest?: string };
export type ListedInfo = Of<typeof listedInfo>;
export interface ListedMessage {
    readonly info: ListedInfo;
    readonly parts: readonly ListedPart[];
}
