/** What is done with the recorded conversations: every command of `ai`, and every function of libai. */
import type { Scene } from "./recording.ts";

/** One thing that somebody does, in one of the conversations. */
export interface Play {
    readonly scene: string;
    /** The words behind `ai`; a `SESSION` among them is the conversation's id. */
    readonly words?: string;
    /** A call of libai in Lua, in place of words. */
    readonly call?: string;
    /** True where the computer does not talk in the session yet. */
    readonly isNew?: boolean;
    /** The prompt was sent before, and its record is on the disk. */
    readonly isPending?: boolean;
    /** Somebody else's turn has been going on for so many milliseconds. */
    readonly startAt?: number;
    /** What is on the screen, or in the call's value, where all answers are right. */
    readonly shows: RegExp;
}

const all = 'system = "s", variant = "v", model = "scripted/model", agent = "build", idleTimeout = 9';

export const plays: readonly Play[] = [
    { scene: "greet", words: "hello", isNew: true, shows: /^Hello there\.$/m },
    { scene: "again", words: "ask -v hello", shows: /finish=stop/ },
    { scene: "greet", words: "--model scripted/model --agent build hello", shows: /^Hello there\.$/m },
    { scene: "greet", words: "--session 2 hello", shows: /^Hello there\.$/m },
    { scene: "greet", words: "--model acme/wise hello", shows: /no model acme\/wise|Hello/ },
    { scene: "greet", words: "--agent wizard hello", shows: /no agent wizard|Hello/ },
    { scene: "greet", words: "new", shows: /^Talking in a new session\.$/m },
    { scene: "greet", words: "new hello", shows: /^Hello there\.$/m },
    { scene: "greet", words: "ping", shows: /^Hello \*\*there\*\*\. \(\d/m },
    { scene: "greet", words: "sessions", shows: /^.\d? ?1 ?.*computer 0/m },
    { scene: "greet", words: "use 2", shows: /^Talking in: / },
    { scene: "greet", words: "use SESSION", shows: /^Talking in: greet/ },
    { scene: "permission", words: "abort", startAt: 1500, shows: /^Stopped\.$/m },
    { scene: "write", words: "hello", startAt: 1500, shows: /has been busy for/ },
    { scene: "write", words: "resume", startAt: 90_000, shows: /^It said forty-two/m },
    { scene: "write", words: "last", startAt: 90_000, shows: /^It said forty-two/m },
    { scene: "write", words: "resume", isPending: true, startAt: 1500, shows: /^It said forty-two/m },
    { scene: "write", words: "-v write a file", shows: /^It said forty-two/m },
    { scene: "permission", words: "--timeout 12 a permission", shows: /waits for a permission: bash/ },
    { scene: "question", words: "--timeout 12 pose", shows: /^opencode asks: Birch or oak\?/m },
    { scene: "delegate", words: "--timeout 12 delegate", shows: /waits for a permission: bash/ },
    { scene: "falter", words: "falter", shows: /^Hello there\.$/m },
    { scene: "fail", words: "-v fail", shows: /The model failed \(HTTP 402\): / },
    { scene: "overflow", words: "overflow", shows: /^(Hello there\.|The turn was interrupted)/m },
    { scene: "greet", call: "ai.health()", shows: /version = "1\./ },
    { scene: "greet", call: 'ai.listSessions({limit = 5, search = "x"})', shows: /title = "/ },
    { scene: "greet", call: 'ai.newSession({title = "mine"})', shows: /current = true/ },
    { scene: "greet", call: 'ai.useSession("SESSION")', shows: /current = true/ },
    { scene: "greet", call: "ai.currentSession()", shows: /^ses_/ },
    { scene: "greet", call: "ai.clearSession()", shows: /^nil$/ },
    { scene: "question", call: 'ai.abort("SESSION")', startAt: 1500, shows: /^true$/ },
    {
        scene: "write",
        call: "ai.resume({idleTimeout = 9})",
        isPending: true,
        startAt: 1500,
        shows: /text = "It said/,
    },
    { scene: "falter", call: `ai.ask("hello", {${all}})`, shows: /text = "Hello/ },
    { scene: "greet", call: "ai.ping({idleTimeout = 9})", shows: /cost = 0/ },
];

/** The nonce of a turn that is on the disk. */
const NONCE = "0-1795922400000-7";

/** The files of a computer that waits for an answer. */
export function pendingTurn(scene: Scene): Record<string, string> {
    const { id, directory } = scene.session;
    const turn = {
        nonce: NONCE,
        sessionId: id,
        directory,
        text: "write a file",
        sentAt: 1795922499000,
        sent: true,
    };
    return { [`/trapos/ai/turns/${NONCE}.json`]: JSON.stringify(turn) };
}

export const pendingNonce = NONCE;
