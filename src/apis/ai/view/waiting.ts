/** What is shown while a call waits: how far it is, what is asked, and what is worth staying on the screen. */
import { during } from "../../trapos/progress";
import { clearRow, remark } from "../../trapos/screen";
import { cut, oneLine } from "../../trapos/text";
import type { Options } from "../command";
import type { Progress } from "../types";
import { askPermission, askQuestion, closeAsk, isAsking } from "./asks";
import type * as liveModule from "./live";
import { showTool } from "./toolline";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** The view of text that is still being written, which comes with the package of the link: without a bridge there is none. */
export function liveView(): typeof liveModule | undefined {
    if (!fs.exists("/apis/ai/view/live.lua")) return undefined;
    return load("/apis/ai/view/live") as typeof liveModule;
}

/** What is said of each phase, before the tool's title or the message. */
const PHASES: Record<string, string | undefined> = {
    sent: "asked",
    starting: "not started yet: the server is slow",
    retry: "the model fails, trying again: ",
    reconnecting: "server out of reach, trying again",
    failing: "server fails, trying again: ",
    "waiting for permission": "needs permission: ",
    "waiting for an answer": "asks: ",
    stopping: "stopping the turn",
};

/** What stays of what was asked, before what that was. */
const DECIDED: Record<string, string | undefined> = {
    "allowed once": "Allowed once",
    "allowed always": "Allowed always",
    refused: "Refused",
    answered: "Answered",
    "answered elsewhere": "Not asked any more, or answered elsewhere",
    "nobody answered": "Nobody answered, so it is refused",
};

/** Phases of a turn that goes on where nobody waits for it. */
const CAN_LEAVE: Record<string, true | undefined> = {
    sent: true,
    starting: true,
    working: true,
    tool: true,
    retry: true,
    reconnecting: true,
    failing: true,
    "waiting for permission": true,
    "waiting for an answer": true,
};

/** The width of a screen with room for tokens, in columns, and what stands before what is being done. */
const WIDE = 39;
const START_COLUMNS = 8;

/** What is known of the wait. */
interface Wait {
    progress?: Progress;
    /** When that was told, in epoch milliseconds. */
    at: number;
    /** Whether the turn may be left. */
    canLeave: boolean;
    hasLeft: boolean;
    /** Whether the answer is shown while it is written. */
    readonly showsText: boolean;
    /** Whether the model thinks, as far as is told. */
    isThinking: boolean;
}

/** Phases in which a model may be said to think. */
const MAY_THINK: Record<string, true | undefined> = { sent: true, working: true };

/** How long it is until the model is tried again. */
function retryText(seconds: number): string {
    return `the model fails, again in ${Math.ceil(seconds)} s: `;
}

/** What is being done, in CC's font. */
function describe(progress: Progress, since: number, isThinking: boolean): string {
    const tool = progress.tool;
    let said = PHASES[progress.phase] ?? progress.phase;
    if (isThinking && MAY_THINK[progress.phase]) said = "thinking";
    const nextIn = (progress.nextIn ?? 0) - since;
    if (nextIn > 0) said = retryText(nextIn);
    return oneLine(tool === undefined ? said + (progress.message ?? "") : `${tool} ${progress.title ?? ""}`);
}

/** Tokens, as short as they tell something: "980", "12.3k", "1.2M". */
function tokensText(tokens: number): string {
    if (tokens < 1000) return string.format("%.0f", tokens);
    if (tokens < 999950) return string.format("%.1fk", tokens / 1000);
    return string.format("%.1fM", tokens / 1000000);
}

/** What the moving line says: what is being done, and where there is room the tokens so far. */
function lineOf(wait: Wait): string {
    const progress = wait.progress;
    if (progress === undefined) return wait.isThinking ? "thinking" : "";
    const since = (os.epoch("utc") - wait.at) / 1000;
    const doing = describe(progress, since, wait.isThinking);
    const [width] = term.getSize();
    if (progress.tokens === undefined || width < WIDE) return doing;
    const tokens = ` ${tokensText(progress.tokens)} tokens`;
    return cut(doing, width - START_COLUMNS - tokens.length) + tokens;
}

/** What stays on the screen of a phase; nothing of what is only on its way. */
function lasting(progress: Progress): string | undefined {
    const phase = progress.phase;
    const problem = progress.message;
    const decided = DECIDED[phase];
    if (decided !== undefined) return `${decided}: ${problem}`;
    if (phase === "new session") return "The session is gone from the server; this is a new one.";
    if (phase === "not recorded") return "The disk is full: this turn is not written down.";
    if (phase === "ended") return "It had ended already. Show the answer: ai resume";
    if (phase !== "stopped") return undefined;
    if (problem === undefined) return "The turn was stopped on the server.";
    return `The turn may go on, stop it with: ai abort (${problem})`;
}

/** Prints a line that stays, above the moving one. */
function log(line: string): void {
    clearRow();
    remark(line);
}

/** Sets who is told of progress, and who is asked. */
function listen(options: Options, wait: Wait, live: typeof liveModule | undefined): void {
    options.onProgress = (progress) => {
        // Whoever was asked may have been overtaken.
        closeAsk();
        const line = lasting(progress);
        if (line !== undefined) log(line);
        else {
            wait.progress = progress;
            wait.at = os.epoch("utc");
            wait.canLeave = CAN_LEAVE[progress.phase] === true;
        }
    };
    if (options.isVerbose) options.log = (poll) => log(`[ai] ${poll}`);
    options.onTool = (call) => {
        if (call.status !== "running") showTool(call);
    };
    if (options.answer !== undefined) options.permission = options.answer === "yes" ? "once" : "reject";
    if (!options.isAttended) return;
    options.onPermission = (ask) => {
        if (live !== undefined) live.catchUp();
        return askPermission(ask);
    };
    options.onQuestion = (ask) => {
        if (live !== undefined) live.catchUp();
        return askQuestion(ask);
    };
    if (live === undefined) return;
    options.onReasoning = (piece) => {
        wait.isThinking = true;
        if (options.showsReasoning && !options.isQuiet) live.showThoughts(piece);
    };
    options.onText = (piece) => {
        wait.isThinking = false;
        if (wait.showsText && !options.isQuiet) live.showText(piece);
    };
}

/** Waits until somebody leaves the turn, which q does where nothing is asked. */
function untilLeft(wait: Wait): void {
    while (true) {
        // Ctrl+T is for what waits: that stops the turn, which takes a while.
        const [event, key] = os.pullEventRaw();
        const isLeaving = event === "char" && string.lower(key as string) === "q";
        if (isLeaving && wait.canLeave && !isAsking()) {
            wait.hasLeft = true;
            return;
        }
    }
}

/** Nothing is known of a wait. */
function newWait(showsText: boolean): Wait {
    return { at: 0, canLeave: false, hasLeft: false, showsText, isThinking: false };
}

/** Makes a call under the moving line, which rests while something is asked. */
function show(options: Options, wait: Wait, act: (this: void) => void): void {
    const live = liveView();
    listen(options, wait, live);
    if (live !== undefined) live.forgetShown();
    const [ok, problem] = pcall(() => {
        during(
            () => {
                if (live === undefined) act();
                else parallel.waitForAny(act, live.keepDrawing);
            },
            () => {
                if (isAsking()) return undefined;
                if (live !== undefined) live.keepUp();
                return lineOf(wait);
            },
        );
    });
    closeAsk();
    if (live !== undefined) live.stopShowing();
    if (!ok) error(problem, 0);
}

/**
 * Makes a call under the moving line.
 * @param options who is told of progress is set in them
 * @param call what to do
 * @returns the call's value; its failure is raised
 */
export function wait<T>(options: Options, call: (this: void) => T): T {
    let value: unknown;
    show(options, newWait(false), () => {
        value = call();
    });
    return value as T;
}

/**
 * The same for a call that waits for a turn, which somebody at the keyboard may leave. Its answer is shown while it is written,
 * where the server tells that; `showReply` of `answer` knows then what was shown.
 * @param isRead false where the answer is not to be read as it is
 * @param again the command that shows the answer of what was left
 * @returns nothing where the turn was left; it goes on then
 */
export function waitForTurn<T>(
    options: Options,
    call: (this: void) => T,
    isRead = true,
    again = "ai resume",
): T | undefined {
    if (!options.isAttended) return wait(options, call);
    const state = newWait(isRead);
    let value: unknown;
    show(options, state, () => {
        parallel.waitForAny(
            () => {
                value = call();
            },
            () => {
                untilLeft(state);
            },
        );
    });
    if (!state.hasLeft) return value as T;
    remark(`It goes on. Show the answer: ${again}`);
    return undefined;
}
