/**
 * What a computer and the bridge say to each other, as one table of shapes, from which the types come. Both ends read by
 * them, and docs/protocol.md is made from them.
 *
 * A frame is one message of a websocket: JSON, UTF-8, sent as binary, since older computers take the bytes of a text for
 * Latin-1. Frames that are numbered carry a message, or a piece of one that is too large; see channel.ts. The others are
 * of the connection alone.
 */
import type { Of, Shape } from "../../trapos/shapes";
import { jobShape } from "../jobs/shapes";
import { answers } from "../protocol";

/** The version of all this. Either end names those that it speaks, and the newest that both do holds. */
export const VERSION = 1;

/** The most bytes of a frame. A computer takes 128 KiB at most, before CC 1.87 64 KiB. */
export const LARGEST_FRAME = 32 * 1024;

/** The most bytes of a message: a prompt with its files is the largest. */
export const LARGEST_MESSAGE = 1024 * 1024;

/** Seconds between two pings of an end that has nothing else to send. */
export const PING_SECONDS = 15;

/** Seconds without a frame after which a connection is dead: two pings and a half. */
export const SILENCE_SECONDS = 37.5;

/** What a computer begins a connection with. */
const hello = {
    versions: ["list", "count"],
    /** What `os.getComputerID()` says. */
    computer: "count",
    /** Another one each time the computer is switched on. */
    boot: "id",
    "label?": "name",
    /** Columns and rows of its screen. */
    "width?": "count",
    "height?": "count",
    /** Which of the things that not every client does it can do. */
    "capabilities?": ["some", "name"],
    /** The channel that it goes on with, as the bridge named it, and the number up to which it has everything. */
    "cursor?": { channel: "id", received: "count" },
} as const;

/** What the bridge answers. */
const welcome = {
    version: "count",
    /** "ok" where the channel goes on, "gap" where both begin another one. */
    resume: ["choice", "gap", "ok"],
    channel: "id",
    /** The number up to which the bridge has everything of the computer's. */
    received: "count",
    /** What the computer is called, whose it is, and what the agent may do for it. */
    name: "name",
    owner: "name",
    profile: "name",
    /** The version of the bridge, and of opencode where that is known. */
    bridge: "name",
    "opencode?": "name",
} as const;

/** Why a connection ends. */
const bye = { code: "name", "message?": "message" } as const;

/** What a frame can be: each is present in a frame of its kind. */
export const frame = {
    "hello?": hello,
    "welcome?": welcome,
    "bye?": bye,
    "ping?": "boolean",
    "pong?": "boolean",
    /** The number up to which the sender has everything. */
    "acknowledge?": "count",
    /** The number of a frame that carries a message. */
    "sequence?": "count",
    "message?": "any",
    /** A piece of a message's JSON; `more` where others follow. */
    "piece?": "text",
    "more?": "boolean",
} as const;

/** Whether live text is wanted, of what is said and of what is thought. */
const wanted = { "text?": "boolean", "reasoning?": "boolean" } as const;

const serverFile = { path: "text", absolute: "text" } as const;

/** What a computer says, by its `type`. */
export const fromComputer = {
    /** Calls one of the functions of the server's face; answered by `result` or `failure`. */
    call: { type: "name", id: "id", name: "name", "arguments?": "any" },
    /** Hands a prompt over. One with a nonce that is known already is followed, and never run twice. */
    prompt: {
        type: "name",
        nonce: "id",
        sessionId: "id",
        text: "text",
        "model?": "text",
        "agent?": "text",
        "variant?": "text",
        "system?": "text",
        "attachments?": ["list", "text"],
        "files?": ["list", serverFile],
        /** Seconds without any visible progress after which it ends. */
        idleTimeout: "count",
        wanted,
    },
    /** Is told of a turn from its beginning on: of one whose prompt was handed over. */
    follow: { type: "name", nonce: "id", sessionId: "id", idleTimeout: "count", wanted },
    /** Is not told of a turn any more, which goes on. */
    leave: { type: "name", nonce: "id" },
    /** What somebody has decided on what a turn asks. */
    decision: {
        type: "name",
        nonce: "id",
        id: "id",
        what: ["choice", "gone", "permission", "question"],
        "reply?": ["choice", "reject", "once", "always"],
        "message?": "text",
        /** Absent where the question is refused. */
        "answers?": ["list", ["list", "text"]],
    },
    /** What its screen shows, to a bridge that watches it; without rows where its player has not allowed that. */
    screen: {
        type: "name",
        /** Rows from the top: text, the colours of its letters and of what is behind them, as `term.blit` has them. */
        "rows?": ["list", ["list", "text"]],
    },
} as const;

const toolCall = {
    tool: "name",
    "title?": "message",
    status: ["choice", "running", "completed", "error"],
    "seconds?": "amount",
    "files?": ["list", "text"],
    "message?": "reason",
    "exit?": "count",
} as const;

const progress = {
    phase: "name",
    seconds: "amount",
    "tool?": "name",
    "title?": "message",
    "message?": "message",
    "tokens?": "count",
    "nextIn?": "amount",
} as const;

const permissionAsk = {
    id: "id",
    sessionId: "id",
    kind: "name",
    patterns: ["list", "long"],
    always: ["list", "long"],
    "command?": "long",
    "filepath?": "long",
    "diff?": "long",
    "url?": "long",
    "description?": "long",
} as const;

const questionAsk = {
    id: "id",
    sessionId: "id",
    questions: [
        "list",
        {
            question: "long",
            "header?": "name",
            options: ["list", { label: "text", "description?": "long" }],
            multiple: "boolean",
            custom: "boolean",
        },
    ],
} as const;

/** A failure that is none of the turn's own, as a request's. */
const cause = { code: "name", "message?": "message" } as const;

/** What the bridge says, by its `type`. */
export const fromBridge = {
    /** What a call gave. */
    result: { type: "name", id: "id", "value?": "any" },
    /** Why a call failed: a code of codes.ts and what its message names. */
    failure: { type: "name", id: "id", code: "name", "detail?": ["record", "message"] },
    /** The prompt is at opencode. */
    sent: { type: "name", nonce: "id", sentAt: "time", "baselineId?": "id" },
    /** Text as it is written: `at` bytes of its part were sent before. */
    text: {
        type: "name",
        nonce: "id",
        kind: ["choice", "text", "reasoning"],
        part: "id",
        at: "count",
        text: "text",
    },
    /** A tool call that has begun or ended. */
    tool: { type: "name", nonce: "id", call: toolCall },
    progress: { type: "name", nonce: "id", progress },
    /** Something is to be decided. */
    permission: { type: "name", nonce: "id", ask: permissionAsk },
    question: { type: "name", nonce: "id", ask: questionAsk },
    /** It is not asked any more. */
    settled: { type: "name", nonce: "id", id: "id" },
    /** The turn has ended: its messages. */
    done: { type: "name", nonce: "id", sentAt: "time", steps: answers.messages },
    /** The turn has ended without an answer, or is not waited for any more. */
    failed: {
        type: "name",
        nonce: "id",
        code: "name",
        "detail?": ["record", "message"],
        "text?": "text",
        /** Whether there may be an answer later. */
        "pending?": "boolean",
        "cause?": cause,
    },
    /** A job that this computer has begun: it has ended, or asks for something. Told until `jobTold` was called. */
    job: { type: "name", what: ["choice", "ended", "asks"], job: jobShape },
    /** Somebody looks at the computer for so many seconds: what its screen shows is to be sent when it changes. */
    watch: { type: "name", seconds: "amount" },
} as const;

type Sayings<Table extends Record<string, Shape>> = {
    readonly [K in keyof Table]: { readonly type: K } & Omit<Of<Table[K]>, "type">;
};

export type Frame = Of<typeof frame>;
export type Hello = Of<typeof hello>;
export type Welcome = Of<typeof welcome>;
export type ComputerSays = Sayings<typeof fromComputer>;
export type BridgeSays = Sayings<typeof fromBridge>;
export type ComputerMessage = ComputerSays[keyof ComputerSays];
export type BridgeMessage = BridgeSays[keyof BridgeSays];

/** What a request that polls is answered with, where websockets are off. */
export const pollAnswer = { frames: ["list", "any"], "closed?": "boolean" } as const;

/** What a computer that is to be linked sends and gets, over HTTP. */
export const pairingRequests = {
    offer: { computer: "count", "label?": "name" },
    state: { secret: "id" },
} as const;

export const pairingAnswers = {
    /** A code for people, a secret to ask with, and for how many seconds both hold. */
    offer: { code: "id", secret: "id", seconds: "count" },
    /** With all of it once it was approved. */
    state: { "token?": "id", "name?": "name", "owner?": "name", "profile?": "name" },
    refusal: { code: "name", message: "message" },
} as const;
