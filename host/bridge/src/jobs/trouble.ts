/**
 * What can be wrong with a turn that nobody looks at: it is silent while nothing runs, or it says or does the same again and
 * again. Pure: what happens is handed in, and so is the clock.
 *
 * - **A stall** is silence of the model's own. A tool that is in flight may take hours, and a subagent's work is its parent's
 *   `task` in flight, so a model that falls silent there is not found here: the job's limit of time ends it. Nor is it silence
 *   when somebody is asked, or when the model is tried again at a time to come. That a tool has ended may have been missed: look at
 *   the messages before anything is done about a stall.
 * - **A loop of text or thoughts** is so much of it without anything new (novelty.ts). A tool call that has ended is news, and to
 *   thoughts so is a text that is. Loops that change a number in each sentence look like lists, and are not found.
 * - **A loop of calls** is a row of calls that were all made before in this turn, with the same input and the same output. One
 *   who asks again and again whether something is ready, and always gets the same answer, looks like that, too. The first trouble
 *   tells the model so and no more, and it can wait within one call.
 */
import type { Happening } from "trapos-opencode";
import { addText, forgetText, type Novelty, remember, startNovelty } from "./novelty.ts";

/**
 * How long a model may be silent. opencode 1.18.33 itself waits 300 s for an answer's beginning, and for each next piece of it
 * (`headerTimeout` and `chunkTimeout` of a provider), and then tries again, which is the better cure; models that think unseen are
 * silent for minutes as well. So it is that, and two minutes of the next attempt: the silence of attempts that failed counts until
 * something is done that stays.
 */
export const silenceSeconds = 420;

/**
 * So many characters without anything new are a loop. Of the recorded good turns one has 12,600 of them, a picture of noughts, and
 * no other 8,000. A fast model writes as many in two minutes.
 */
export const staleCharacters = 25_000;

/** So many calls in a row that were made before are a loop. The recorded good turns have up to 7. */
export const staleCalls = 10;

/** How many sessions of a turn, its own and its subagents', are known in what they said. */
const mostSessions = 32;

/** What was said and done in one session. */
interface SessionSeen {
    readonly text: Novelty;
    readonly reasoning: Novelty;
    /** Hashes of the calls that were made. */
    readonly calls: Set<number>;
    /** How many calls in a row were made before, and the tool of the last one. */
    staleCalls: number;
    staleTool: string;
    /** The newest message: what was in flight in those before it has ended. */
    messageId: string;
}

/** What was seen of a turn; plain data, which only `watch` changes. It ends with the turn, or with what the model is told. */
export interface Watch {
    /** When the model last gave a sign of life, or was last tried again. */
    aliveAt: number;
    /** How long it was silent in attempts that failed since anything was done that stays, in milliseconds. */
    silentBefore: number;
    /** Whether this attempt has given a sign of life. */
    isWriting: boolean;
    /** Tool calls in flight by their parts' ids; one that is pending is still being written. */
    readonly running: Map<string, { readonly sessionId: string; readonly isPending: boolean }>;
    /** Permissions and questions that wait by their ids: in which session. */
    readonly asked: Map<string, string>;
    /** Sessions whose model is tried again at a time to come. */
    readonly retried: Set<string>;
    /** The one last heard of is the last. */
    readonly sessions: Map<string, SessionSeen>;
}

/** What is wrong with a turn. */
export type Trouble =
    | { readonly kind: "stall"; readonly seconds: number }
    /** `words`: what is repeated, shortened, in one line. */
    | { readonly kind: "thinking loop" | "text loop"; readonly words: string }
    | { readonly kind: "tool loop"; readonly tool: string; readonly times: number };

/**
 * Begins to watch a turn.
 * @param at milliseconds of a clock that nobody sets
 */
export function startWatch(at: number): Watch {
    return {
        aliveAt: at,
        silentBefore: 0,
        isWriting: false,
        running: new Map(),
        asked: new Map(),
        retried: new Set(),
        sessions: new Map(),
    };
}

type Of<K extends Happening["kind"]> = Extract<Happening, { kind: K }>;

/** What is known of a session, which is now the one last heard of. */
function sessionAt(state: Watch, id: string): SessionSeen {
    const known = state.sessions.get(id) ?? {
        text: startNovelty(),
        reasoning: startNovelty(),
        calls: new Set<number>(),
        staleCalls: 0,
        staleTool: "",
        messageId: "",
    };
    state.sessions.delete(id);
    state.sessions.set(id, known);
    for (const oldest of state.sessions.keys()) {
        if (state.sessions.size <= mostSessions) break;
        state.sessions.delete(oldest);
    }
    return known;
}

/** Nothing runs or waits in a session any more. */
function settle(state: Watch, sessionId: string): void {
    for (const [id, call] of state.running) if (call.sessionId === sessionId) state.running.delete(id);
    for (const [id, session] of state.asked) if (session === sessionId) state.asked.delete(id);
}

/** A message that is newer than those before it shows that what was in flight there has ended, where that was missed. */
function seeMessage(state: Watch, sessionId: string, messageId: string): void {
    const session = sessionAt(state, sessionId);
    if (messageId <= session.messageId) return;
    // Of a session that was forgotten it is not known which one was the newest.
    if (session.messageId !== "") settle(state, sessionId);
    session.messageId = messageId;
}

/** The time for which nobody could expect anything of the model is over, if there was one. */
function endRetry(state: Watch, sessionId: string, at: number): void {
    if (state.retried.delete(sessionId)) state.aliveAt = at;
}

/** The model failed and is tried again: a call that it had begun to write is void, one that runs goes on. */
function retry(state: Watch, { sessionId, status }: Of<"retry">, at: number): void {
    endRetry(state, sessionId, at);
    state.silentBefore += at - state.aliveAt;
    state.aliveAt = at;
    state.isWriting = false;
    if (status.next !== undefined) state.retried.add(sessionId);
    for (const [id, call] of state.running)
        if (call.sessionId === sessionId && call.isPending) state.running.delete(id);
}

function hear(session: SessionSeen, { kind, text }: Of<"text" | "reasoning">): void {
    const isNew = addText(session[kind], text);
    if (isNew && kind === "text") session.reasoning.stale = 0;
}

/** The model writes, which may be taken back when it is tried again. */
function seeWriting(state: Watch, at: number): void {
    state.isWriting = true;
    state.aliveAt = at;
}

/** A text is another one. What is taken back was nothing, and is written once more. */
function seeReplaced(state: Watch, happening: Of<"text replaced" | "reasoning replaced">, at: number): void {
    const { text, reasoning } = sessionAt(state, happening.sessionId);
    if (happening.text !== "") seeWriting(state, at);
    else forgetText(happening.kind === "text replaced" ? text : reasoning);
}

function seeTool(state: Watch, { sessionId, partId, part, inputDigest }: Of<"tool">): void {
    const { status, input, output, error } = part.state ?? {};
    if (status !== "completed" && status !== "error") {
        state.running.set(partId, { sessionId, isPending: status === "pending" });
        return;
    }
    state.running.delete(partId);
    const session = sessionAt(state, sessionId);
    session.text.stale = 0;
    session.reasoning.stale = 0;
    const call = JSON.stringify([part.tool, inputDigest ?? input, status, output, error]);
    session.staleCalls = remember(session.calls, call) ? session.staleCalls + 1 : 0;
    session.staleTool = part.tool ?? "unknown";
}

/**
 * Takes what has happened in the turn's session, or in one of its subagents'. What happens there after the turn has ended is
 * none of it.
 * @param state what was seen so far
 * @param at when, by the clock of `startWatch`
 * @returns the same state, changed: a turn has hundreds of thousands of pieces
 */
export function watch(state: Watch, happening: Happening, at: number): Watch {
    const { sessionId } = happening;
    if ("messageId" in happening) seeMessage(state, sessionId, happening.messageId);
    if (happening.kind !== "retry") endRetry(state, sessionId, at);
    switch (happening.kind) {
        case "text":
        case "reasoning":
            hear(sessionAt(state, sessionId), happening);
            seeWriting(state, at);
            return state;
        case "text replaced":
        case "reasoning replaced":
            seeReplaced(state, happening, at);
            return state;
        case "tool":
            seeTool(state, happening);
            if (happening.part.state?.status !== "pending") break;
            seeWriting(state, at);
            return state;
        case "permission":
            state.asked.set(happening.permission.id, sessionId);
            break;
        case "question":
            state.asked.set(happening.question.id, sessionId);
            break;
        case "permission answered":
        case "question answered":
            state.asked.delete(happening.id);
            break;
        case "final":
            settle(state, sessionId);
            break;
        case "retry":
            retry(state, happening, at);
            return state;
        case "idle":
        case "deleted":
            settle(state, sessionId);
            return state;
        case "busy":
        case "error":
            return state;
        case "step usage":
        case "model switched":
        case "compaction":
        case "child":
            break;
    }
    // It is done, and stays.
    state.aliveAt = at;
    state.silentBefore = 0;
    return state;
}

/** How many characters of what is repeated are said. */
const longestWords = 60;

/** What is repeated, in one line. */
function wordsOf({ context, repeated }: Novelty): string {
    const said = repeated.length < 10 ? context.join(" ") : repeated;
    const letters = Array.from(said.replace(/\p{Cc}/gu, ""));
    if (letters.length === 0) return "nothing but blanks";
    return letters.length > longestWords
        ? `${letters.slice(0, longestWords - 3).join("")}...`
        : letters.join("");
}

/** What is wrong in a session, if anything. */
function loopOf({ text, reasoning, ...session }: SessionSeen): Trouble | undefined {
    if (session.staleCalls >= staleCalls)
        return { kind: "tool loop", tool: session.staleTool, times: session.staleCalls };
    if (text.stale >= staleCharacters) return { kind: "text loop", words: wordsOf(text) };
    if (reasoning.stale >= staleCharacters) return { kind: "thinking loop", words: wordsOf(reasoning) };
    return undefined;
}

/**
 * What is wrong with a turn, if anything. Of a turn that has ended it says nothing of worth.
 * @param at now, by the clock of `startWatch`
 */
export function troubleOf(state: Watch, at: number): Trouble | undefined {
    for (const session of state.sessions.values()) {
        const loop = loopOf(session);
        if (loop !== undefined) return loop;
    }
    if (state.running.size > 0 || state.asked.size > 0 || state.retried.size > 0) return undefined;
    const silent = at - state.aliveAt;
    const before = state.silentBefore;
    const seconds = Math.floor((state.isWriting ? Math.max(before, silent) : before + silent) / 1000);
    return seconds >= silenceSeconds ? { kind: "stall", seconds } : undefined;
}

/** What the model is told at the first trouble, as a prompt. */
export function interventionFor(trouble: Trouble): string {
    const stopped =
        "You were stopped by the program that watches over this task, as nobody sits at the screen.";
    const goOn =
        "What you have done so far is done: do not begin anew. If the task cannot be finished, say why, and end.";
    switch (trouble.kind) {
        case "stall":
            return `${stopped} Nothing had come from you for ${trouble.seconds} seconds. Go on in smaller steps. ${goOn}`;
        case "thinking loop":
            return `${stopped} Your thoughts went in a circle: "${trouble.words}". Decide with what you know, and take the next step. ${goOn}`;
        case "text loop":
            return `${stopped} You wrote the same again and again: "${trouble.words}". Do not repeat it. ${goOn}`;
        case "tool loop":
            return `${stopped} ${trouble.times} calls in a row, the last one of "${trouble.tool}", brought nothing that the calls before them had not brought. Try something else. If you wait for something, wait for it within one command. ${goOn}`;
    }
}

/** Why a job was stopped at the second trouble, in one line for people. */
export function reasonOf(trouble: Trouble): string {
    switch (trouble.kind) {
        case "stall":
            return `The model was silent for ${trouble.seconds} s while nothing ran.`;
        case "thinking loop":
            return `The model's thoughts went in a circle: "${trouble.words}"`;
        case "text loop":
            return `The model wrote the same again and again: "${trouble.words}"`;
        case "tool loop":
            return `The model made ${trouble.times} calls that brought nothing new, the last of "${trouble.tool}".`;
    }
}
