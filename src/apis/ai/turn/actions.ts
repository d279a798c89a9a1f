/**
 * What a turn asks of whoever drives it, and what it is told of that. An action that asks the server for something has
 * for its kind the name of a request (see turn/requests); the others are
 *
 * - `wait`: for so many `seconds`;
 * - `ask`: a person, who decides on a permission or a question of the turn;
 * - `done`: the reply was found: the messages of the turn are its `steps`, and what they say is its `text`;
 * - `fail`: there is no reply. `pending` is true when there may still be one, so that it is worth asking again later.
 */
import type { Asked, Decision, PermissionReply } from "../ask";
import type { Code } from "../codes";
import type { ListValues, Message, Session } from "../protocol";

/** A request that failed, with the failure's code (see failure.ts). */
export interface RequestFailure {
    readonly code: string;
    readonly message?: string;
}

/** The server's lists that a turn asks for. */
type Lists = Omit<ListValues, "commands" | "config">;

/** What the server answers, by the name of the request; nothing for a prompt that was sent. */
export interface Values extends Lists {
    readonly last: readonly Message[];
    readonly beginning: readonly Message[];
    readonly recent: readonly Message[];
    /** One step, for how its tools have ended. */
    readonly message: Message;
    readonly session: Session;
    readonly parent: Session;
    /** Anything: what counts is that it is answered. */
    readonly mcp: unknown;
    /** Why the last turn has failed. */
    readonly reason: string;
}

/** What the server is told of a decision. */
export type AnswerAction =
    | {
          readonly kind: "answerPermission";
          readonly id: string;
          readonly reply: PermissionReply;
          /** For the model. */
          readonly message?: string;
      }
    | {
          readonly kind: "answerQuestion";
          readonly id: string;
          readonly answers: readonly (readonly string[])[];
      }
    | { readonly kind: "rejectQuestion"; readonly id: string };

/** What can be asked of the server. */
export type RequestKind = "send" | AnswerAction["kind"] | keyof Values;

/** What came of an action, under the action's own kind; `failed` where its request failed. */
export type Observation = { readonly now: number } & (
    | { readonly kind: "begin" | "send" | AnswerAction["kind"] }
    /** `value` is true where something was told of that the messages may not show, as an ask. */
    | { readonly kind: "wait"; readonly value?: boolean }
    | { readonly kind: "ask"; readonly value: Decision }
    | { [K in keyof Values]: { readonly kind: K; readonly value: Values[K] } }[keyof Values]
    | { readonly kind: "failed"; readonly request: RequestKind; readonly value: RequestFailure }
);

export type Action =
    | { readonly kind: "send" }
    | { readonly kind: "session" | "mcp" | "reason" }
    | { readonly kind: keyof Lists }
    /** The newest messages; of `recent` those after one that was seen are enough, where the server can be asked for them. */
    | { readonly kind: "last" | "beginning"; readonly limit: number }
    | { readonly kind: "recent"; readonly limit: number; readonly after?: string }
    | { readonly kind: "message"; readonly id: string }
    | ({ readonly kind: "ask" } & Asked)
    | AnswerAction
    /** A session that may be a subagent's. */
    | { readonly kind: "parent"; readonly id: string }
    | { readonly kind: "wait"; readonly seconds: number }
    /** The turn's steps, and the text of all of them. */
    | { readonly kind: "done"; readonly steps: readonly Message[]; readonly text: string }
    | FailAction;

export interface FailAction {
    readonly kind: "fail";
    readonly code: Code;
    readonly detail: Record<string, string>;
    /** True when the turn may still be answered, so that it is worth asking for it again. */
    readonly pending: boolean;
    /** What the model had written until then. */
    readonly text?: string;
    /** The failed request's own failure, where that is what ended the turn. */
    readonly failure?: RequestFailure;
}

/**
 * Ends the turn: there will be no reply.
 * @param code one of those in `codes`
 * @param detail what that code's message names
 * @param text what the model had written until then
 */
export function fail(code: Code, detail?: Record<string, string>, text?: string): Action {
    return { kind: "fail", code, pending: false, detail: detail ?? {}, text };
}

/**
 * Ends waiting for a turn that may still be answered.
 * @param code one of those in `codes`
 * @param detail what that code's message names
 */
export function failForNow(code: Code, detail?: Record<string, string>): Action {
    return { kind: "fail", code, pending: true, detail: detail ?? {} };
}

/**
 * Ends waiting with the failure of a request.
 * @param failure as it came
 * @param pending whether the turn may still be answered
 */
export function failWith(failure: RequestFailure, pending: boolean): Action {
    return { kind: "fail", code: failure.code as Code, pending, detail: {}, failure };
}
