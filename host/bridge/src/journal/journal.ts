/** What the bridge has promised, and what outlives it: the face of its store. */

/** What an agent may do for a computer; see docs/bridge.md. */
export type Profile = "talk" | "read" | "build" | "trusted";

/** A computer that is linked. */
export interface LinkedComputer {
    /** Ours, made at approval: unlike the game's ids it is never used twice. */
    readonly id: string;
    /** SHA-256 of its token, hexadecimal. The token itself is on the computer alone. */
    readonly tokenHash: string;
    /** What `os.getComputerID()` says. Two worlds may have the same. */
    readonly gameId: number;
    readonly name: string;
    readonly owner: string;
    readonly profile: Profile;
    /** Epoch milliseconds. */
    readonly linkedAt: number;
    readonly revokedAt?: number;
}

/**
 * - `taken`: it was promised, and may be at opencode or not
 * - `sent`: opencode has it
 * - `done`, `failed`, `stopped`: its turn has ended
 */
export type PromptState = "taken" | "sent" | "done" | "failed" | "stopped";

/** A prompt that a computer has handed over. */
export interface PromptRecord {
    /** The computer's own name for it, which the prompt carries at opencode: the same nonce never runs twice. */
    readonly nonce: string;
    readonly computerId: string;
    readonly sessionId: string;
    readonly state: PromptState;
    /** The newest message of the session before it was sent. */
    readonly baselineId?: string;
    /** Epoch milliseconds. */
    readonly takenAt: number;
    readonly endedAt?: number;
}

/** What a player has allowed for the rest of a session. The bridge keeps it: opencode's own `always` holds for a whole folder. */
export interface Approval {
    readonly sessionId: string;
    /** The kind of tool, as "bash". */
    readonly permission: string;
    /** A pattern as opencode gives them, where `*` stands for anything. */
    readonly pattern: string;
    readonly at: number;
}

/** Who a limit is for. */
export type LimitScope = { readonly computer: string } | { readonly owner: string };

/** What may be used; what is absent is not limited. */
export interface Limits {
    readonly turnsAtOnce?: number;
    readonly promptsPerHour?: number;
    readonly tokensPerDay?: number;
    /** US dollars. */
    readonly costPerDay?: number;
}

/** What one step of a turn took. */
export interface StepRecord {
    /** opencode's id of the step's end. The same one counts once. */
    readonly stepId: string;
    readonly computerId: string;
    readonly owner: string;
    readonly sessionId: string;
    /** "provider/model" */
    readonly model: string;
    readonly input: number;
    readonly output: number;
    readonly reasoning: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
    readonly cost: number;
    readonly at: number;
}

/** What was used: sums of steps. */
export interface UsageTotal {
    readonly steps: number;
    readonly input: number;
    readonly output: number;
    readonly reasoning: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
    readonly cost: number;
}

/** By what usage is summed; each narrows it. `day` is "2026-11-30", UTC. */
export interface UsageFilter {
    readonly computerId?: string;
    readonly owner?: string;
    readonly sessionId?: string;
    readonly model?: string;
    readonly day?: string;
}

/** The store. Every function that changes something has it on the disk when it returns. */
export interface Journal {
    addComputer(computer: LinkedComputer): void;
    computers(): LinkedComputer[];
    computerByToken(tokenHash: string): LinkedComputer | undefined;
    /** @returns false where there is none of that id, or it was revoked before */
    revokeComputer(id: string, at: number): boolean;
    changeComputer(id: string, change: Partial<Pick<LinkedComputer, "name" | "owner" | "profile">>): boolean;

    /** Notes that a session is a computer's. A session has one owner for ever. */
    addSession(sessionId: string, computerId: string, at: number): void;
    ownerOfSession(sessionId: string): string | undefined;
    /** Newest first. */
    sessionsOf(computerId: string): string[];
    /** A session that must not be talked in any more, as its model drifted or it hangs: the next prompt opens another. */
    closeSession(sessionId: string, reason: string): void;
    closedReason(sessionId: string): string | undefined;
    removeSession(sessionId: string): void;

    /** Takes a prompt: once. @returns undefined when it is new, else what is known of it */
    takePrompt(
        prompt: Pick<PromptRecord, "nonce" | "computerId" | "sessionId" | "takenAt">,
    ): PromptRecord | undefined;
    promptOf(nonce: string): PromptRecord | undefined;
    markSent(nonce: string, baselineId: string | undefined): void;
    endPrompt(nonce: string, state: "done" | "failed" | "stopped", at: number): void;
    /** Those whose turns have not ended, oldest first. */
    openPrompts(): PromptRecord[];
    /** How many prompts a computer, or all of an owner's, handed over since then. */
    promptsSince(scope: LimitScope, since: number): number;

    allowAlways(approval: Approval): void;
    approvalsOf(sessionId: string): Approval[];

    setLimits(scope: LimitScope, limits: Limits): void;
    limitsOf(scope: LimitScope): Limits;

    /** Counts a step. @returns false where it was counted before */
    addStep(step: StepRecord): boolean;
    usage(filter: UsageFilter): UsageTotal;
    /** Sums by day and computer, newest day first. */
    usageByDay(
        days: number,
        now: number,
    ): { readonly day: string; readonly computerId: string; readonly total: UsageTotal }[];

    close(): void;
}
