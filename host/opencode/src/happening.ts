import type { Part, Permission, Question, SessionStatus } from "../../../src/apis/ai/protocol.ts";

/** A model as opencode names it. */
export interface ModelName {
    readonly providerId: string;
    readonly modelId: string;
}

/** Tokens of one step of a turn, and what it cost in US dollars. */
export interface StepUsage {
    readonly input: number;
    readonly output: number;
    readonly reasoning: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
    readonly cost: number;
}

/** What can happen in a session, whatever dialect its server speaks. */
export type SessionHappening =
    /**
     * A piece of what the model writes, or thinks. `offset` is where it stands in its part, in UTF-16 code units: pieces
     * of a part come in order and without gaps, each once.
     */
    | {
          readonly kind: "text" | "reasoning";
          readonly messageId: string;
          readonly partId: string;
          readonly offset: number;
          readonly text: string;
      }
    /** A part is another text than its pieces said: this one, whole. */
    | {
          readonly kind: "text replaced" | "reasoning replaced";
          readonly messageId: string;
          readonly partId: string;
          readonly text: string;
      }
    /**
     * A tool call that waits, runs, or has ended: `part.state.status` says which. One without a name is called "unknown".
     * Calls of other inputs have another `inputDigest`; `part` has of an input what is shown of it, no more.
     */
    | {
          readonly kind: "tool";
          readonly messageId: string;
          readonly partId: string;
          readonly part: Part;
          readonly inputDigest?: string;
      }
    | { readonly kind: "permission"; readonly permission: Permission }
    | { readonly kind: "question"; readonly question: Question }
    /** It waits no more: it was answered, by whomever. */
    | { readonly kind: "permission answered" | "question answered"; readonly id: string }
    /** The model fails and is tried again. */
    | { readonly kind: "retry"; readonly status: SessionStatus }
    /** A step has ended. Told once a step. */
    | {
          readonly kind: "step usage";
          readonly messageId: string;
          readonly partId: string;
          readonly model?: ModelName;
          readonly usage: StepUsage;
      }
    /** Another model answers than the one before it in this session. */
    | {
          readonly kind: "model switched";
          readonly messageId: string;
          readonly from: ModelName;
          readonly to: ModelName;
      }
    | { readonly kind: "compaction" }
    /** An assistant's message is complete, which is the end of a step, and perhaps of the turn: the messages say that. */
    | {
          readonly kind: "final";
          readonly messageId: string;
          readonly finish?: string;
          readonly error?: string;
      }
    /** The session is at work, or is not any more. */
    | { readonly kind: "busy" | "idle" }
    /** The turn has failed. */
    | { readonly kind: "error"; readonly name: string; readonly message?: string }
    /** A session that a subagent works in was opened by this one. */
    | { readonly kind: "child"; readonly childId: string }
    | { readonly kind: "deleted" };

/** What happened, and in which session. */
export type Happening = { readonly sessionId: string } & SessionHappening;
