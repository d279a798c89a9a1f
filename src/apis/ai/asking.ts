/** Asks for what a turn waits for: by the settings, or whoever has called, as long as it waits. */
import { outcome } from "../trapos/failure";
import { oneLine, toUtf8 } from "../trapos/utf8";
import { describeAsk, type Asked, type Decision, type PermissionReply } from "./ask";
import { fail } from "./failure";
import type { Connection, Face } from "./server/face";
import type { PermissionPolicy } from "./settings";
import type { PermissionAnswer, WaitOptions } from "./types";

/** Seconds between two looks at whether it is still asked. */
const LOOK_SECONDS = 1;
/** A session has to be seen idle so often before its turn counts as over: a server that is loaded answers late. */
const IDLE_LOOKS = 2;
/** It is looked so seldom whether the session is still there: nothing else tells that it was deleted (1.18.33). */
const SESSION_LOOKS = 3;
/** The most of what was decided on that is told on a line. */
const LONGEST_SUBJECT = 160;

/** What the model reads where it is refused without a person. */
const NO_PERSON = "There is nobody at the computer to ask.";
const BY_SETTING = "The settings of the computer refuse every permission.";
const BY_FAULT = "The program on the computer failed when it was asked.";

/** What asking works with. */
interface Asker extends Connection {
    readonly face: Face;
}

/** Where it is asked. */
interface Place {
    readonly sessionId: string;
    readonly directory?: string;
}

/** Asks somebody, and returns the answer. */
type Handler = (this: void, ask: never) => unknown;

/** What came of asking. */
export interface Outcome {
    readonly decision: Decision;
    /** What was raised while it was asked, to be raised once the server was told. */
    readonly raised?: unknown;
    /** How it was decided, as progress tells it. */
    readonly phase: string;
}

const PHASES: { readonly [R in PermissionReply]: string } = {
    once: "allowed once",
    always: "allowed always",
    reject: "refused",
};

/** Refuses, with a reason for the model; a question can be given none. */
function refuse(asked: Asked, message: string | undefined): Decision {
    return asked.what === "permission"
        ? { what: "permission", reply: "reject", message }
        : { what: "question" };
}

/** What the settings say of a permission, if they decide. */
function byPolicy(asked: Asked, policy: PermissionPolicy): Outcome | undefined {
    if (policy === "ask" || asked.what !== "permission") return undefined;
    const message = policy === "reject" ? BY_SETTING : undefined;
    return { decision: { what: "permission", reply: policy, message }, phase: PHASES[policy] };
}

/** Whether something that is asked is in a list. */
function isListed(entries: readonly { readonly id: string }[], id: string): boolean {
    for (const entry of entries) {
        if (entry.id === id) return true;
    }
    return false;
}

/** Whether the server says that it does not have a session any more. */
function isGone(server: Asker, id: string): boolean {
    const [ok, failure] = outcome(() => server.face.getSession(server, id));
    return !ok && failure.code === "session_gone";
}

/**
 * Waits until something is not asked any more: it was answered elsewhere, or its turn is over or gone with its session. Lists
 * that fail tell nothing.
 */
function watch(server: Asker, place: Place, asked: Asked): void {
    const list = asked.what === "permission" ? "permissions" : "questions";
    let idleLooks = 0;
    let looks = 0;
    while (true) {
        sleep(LOOK_SECONDS);
        looks += 1;
        const [isRead, entries] = outcome(() =>
            server.face.readList(server, list, place.directory, place.sessionId),
        );
        if (isRead && !isListed(entries, asked.ask.id)) return;
        // opencode goes on listing what a turn asked that was stopped.
        const [isKnown, statuses] = outcome(() => server.face.readList(server, "status", place.directory));
        const isIdle = isKnown && statuses[place.sessionId] === undefined;
        idleLooks = isIdle ? idleLooks + 1 : 0;
        if (idleLooks >= IDLE_LOOKS) return;
        if (looks % SESSION_LOOKS === 0 && isGone(server, place.sessionId)) return;
    }
}

/** What a program answered, as a decision on a permission; nothing where that is none. */
function readReply(given: unknown): Decision | undefined {
    if (given === undefined) return refuse({ what: "permission" } as Asked, NO_PERSON);
    let answer: { readonly reply?: unknown; readonly message?: unknown } = { reply: given };
    if (type(given) === "table") answer = given as PermissionAnswer;
    const reply = answer.reply as PermissionReply | undefined;
    const message = answer.message;
    if (reply === undefined || type(reply) !== "string" || PHASES[reply] === undefined) return undefined;
    if (message !== undefined && type(message) !== "string") return undefined;
    return {
        what: "permission",
        reply,
        message: message === undefined ? undefined : toUtf8(message as string),
    };
}

/** Whether a table holds nothing beside its list, which has so many entries: a hole in it hides what stands behind. */
function isWhole(list: unknown, count: number): boolean {
    let entries = 0;
    for (const [_] of pairs(list)) entries += 1;
    return entries === count;
}

/** What a program answered to questions, as a decision; nothing where that is none. */
function readAnswers(given: unknown): Decision | undefined {
    if (given === undefined) return { what: "question" };
    if (type(given) !== "table") return undefined;
    const answers: string[][] = [];
    for (const labels of given as unknown[]) {
        if (type(labels) !== "table") return undefined;
        const chosen: string[] = [];
        for (const label of labels as unknown[]) {
            if (type(label) !== "string") return undefined;
            chosen.push(toUtf8(label as string));
        }
        if (!isWhole(labels, chosen.length)) return undefined;
        answers.push(chosen);
    }
    if (!isWhole(given, answers.length)) return undefined;
    return { what: "question", answers };
}

/** What is wrong where a program answers something else. */
const WANTED = {
    permission:
        'options.onPermission must return "once", "always", "reject", or a table with reply and message',
    question: "options.onQuestion must return a list of labels for each question, or nothing",
} as const;

/** Refuses where a program has answered something else. */
function unreadable(asked: Asked): Outcome {
    const raised = fail("bad_argument", { what: WANTED[asked.what] });
    return { decision: refuse(asked, BY_FAULT), raised, phase: "refused" };
}

/** What a program's answer decides. */
function read(asked: Asked, given: unknown): Outcome {
    let decision: Decision | undefined;
    if (asked.what === "permission") decision = readReply(given);
    else decision = readAnswers(given);
    if (decision === undefined) return unreadable(asked);
    if (decision.what === "permission") return { decision, phase: PHASES[decision.reply] };
    const isAnswered = decision.what === "question" && decision.answers !== undefined;
    return { decision, phase: isAnswered ? "answered" : "refused" };
}

/** Runs what decides beside the watch and the clock. Raises Ctrl+T alone. */
function run(
    server: Asker,
    asked: Asked,
    handler: Handler,
    untilGone: (this: void, asked: Asked) => void,
): Outcome {
    const seconds = server.settings.permission_timeout_seconds;
    let result: Outcome = { decision: { what: "gone" }, phase: "answered elsewhere" };
    parallel.waitForAny(
        () => {
            const [ok, given] = pcall(handler, asked.ask as never);
            if (ok) {
                // Tables of programs can do anything when they are looked at.
                const [isRead, readOutcome] = pcall(read, asked, given);
                result = isRead ? readOutcome : unreadable(asked);
            } else result = { decision: refuse(asked, BY_FAULT), raised: given, phase: "refused" };
        },
        () => {
            untilGone(asked);
        },
        () => {
            sleep(seconds);
            const reason = string.format("Nobody answered at the computer within %.0f s.", seconds);
            result = { decision: refuse(asked, reason), phase: "nobody answered" };
        },
    );
    if (result.raised === "Terminated") error(result.raised, 0);
    return result;
}

/**
 * Has something decided that a turn waits for. Raises nothing but Ctrl+T.
 * @param server what one call works with
 * @param place the turn's session and folder
 * @param asked what is to be decided
 * @param options who is asked, and told how it was decided
 * @param untilGone waits until it is not asked any more; by looking again and again where nothing else is given
 */
export function decide(
    server: Asker,
    place: Place,
    asked: Asked,
    options: WaitOptions,
    untilGone?: (this: void, asked: Asked) => void,
): Outcome {
    const policy = options.permission ?? server.settings.permission;
    const decided = byPolicy(asked, policy);
    if (decided) return decided;
    let handler = options.onQuestion as Handler | undefined;
    if (asked.what === "permission") handler = options.onPermission;
    const look = (subject: Asked): void => {
        watch(server, place, subject);
    };
    if (handler) return run(server, asked, handler, untilGone ?? look);
    return { decision: refuse(asked, NO_PERSON), phase: "nobody answered" };
}

/** What was asked for, as a line tells it. */
export function subjectOf(asked: Asked): string {
    return oneLine(describeAsk(asked), LONGEST_SUBJECT);
}
