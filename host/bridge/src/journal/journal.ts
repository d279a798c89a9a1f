/** What the bridge has promised, and what outlives it: the face of its store. */

import type { Dialect } from "trapos-opencode";

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

/**
 * - `queued`: it waits for its turn, or for the pause before it is begun again
 * - `running`: it was begun
 * - `done`: it has its answer
 * - `killed`: somebody has stopped it
 * - `failed`: anything else that kept it from its answer
 */
export type JobState = "queued" | "running" | "done" | "failed" | "killed";

/** What a job is begun with. */
export interface NewJob {
    /** The asker's own name for it: the same of one computer is the same job. */
    readonly key: string;
    readonly computerId: string;
    readonly prompt: string;
    readonly model?: string | undefined;
    readonly agent?: string | undefined;
    /** Whether it is begun again when it fails. */
    readonly isKept: boolean;
    /** Epoch milliseconds. */
    readonly addedAt: number;
}

/** A prompt that runs in the background. */
export interface JobRecord extends NewJob {
    /** From 1 on; never used twice. */
    readonly number: number;
    /** Of the time when it was begun. */
    readonly owner: string;
    readonly state: JobState;
    /** How often it was begun. */
    readonly attempt: number;
    /** How often the model was told, in this attempt, that it gets nowhere. */
    readonly interventions: number;
    /** The session of this attempt. */
    readonly sessionId?: string;
    /** The turn that runs, or ran last. */
    readonly nonce?: string;
    /** What that turn asks, where it is not the job's prompt. */
    readonly asked?: string;
    /** How it will end: it is being stopped. */
    readonly stopping?: "failed" | "killed";
    /** Why it has failed or was stopped; of one that is queued, what it waits for. One line. */
    readonly reason?: string;
    /** What was written: the answer, or as much as there was. */
    readonly result?: string;
    /** Tool calls, and US dollars, of all attempts. */
    readonly tools: number;
    readonly cost: number;
    /** For how many milliseconds it has run, in all attempts. */
    readonly spent: number;
    /** Not begun before that, in epoch milliseconds. */
    readonly dueAt?: number;
    readonly endedAt?: number;
    /** When its player was told of the end. */
    readonly toldAt?: number;
    /** When its result was given to somebody. */
    readonly collectedAt?: number;
}

/** A job for lists: with the beginning of its prompt alone, which may be long. */
export type JobSummary = Omit<JobRecord, "result" | "asked">;

/** What changes of a job; what is null is taken away. */
export type JobChange = {
    readonly [
        K in
            | "state"
            | "attempt"
            | "interventions"
            | "sessionId"
            | "nonce"
            | "asked"
            | "stopping"
            | "reason"
            | "result"
            | "tools"
            | "cost"
            | "spent"
            | "dueAt"
            | "endedAt"
    ]?: JobRecord[K] | null;
};

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
    /** US dollars. */
    readonly cost: number;
    /** When it ended, epoch milliseconds: its UTC day is the day that it counts for. */
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

/** What a computer used on a day. */
export interface DayUsage {
    readonly computerId: string;
    readonly total: UsageTotal;
}

/**
 * The store. Every function that changes something has it on the disk when it returns, or throws and has changed
 * nothing: a JournalError where the disk is to blame, another error for a computer or session that it does not know.
 * What each turn and each job does is in the file when they return, which outlives this program; it is on the disk,
 * which outlives a power cut, once `durable` says so: a disk may take a tenth of a second, in which nobody is to wait.
 */
export interface Journal {
    /** @throws Error where its id or its token's hash is taken */
    addComputer(computer: LinkedComputer): void;
    /** All that were ever linked, those that were revoked too; oldest first. */
    computers(): LinkedComputer[];
    /** Also one that was revoked, so that it can be told why it is turned away: look at `revokedAt`. */
    computerByToken(tokenHash: string): LinkedComputer | undefined;
    /** @returns false where there is none of that id, or it was revoked before */
    revokeComputer(id: string, at: number): boolean;
    /** @returns false where there is none of that id, or it was revoked */
    changeComputer(id: string, change: Partial<Pick<LinkedComputer, "name" | "owner" | "profile">>): boolean;

    /**
     * Notes that a session is a computer's. A session has one computer for ever, and one that was removed never returns.
     * @param dialect which opencode it is of; opencode 1 when absent
     * @throws Error where it is another computer's, or was removed
     */
    addSession(sessionId: string, computerId: string, at: number, dialect?: Dialect): void;
    /** @returns the computer's id */
    ownerOfSession(sessionId: string): string | undefined;
    /** Which opencode a session is of; undefined for one that is not known. */
    dialectOf(sessionId: string): Dialect | undefined;
    /** Newest first. */
    sessionsOf(computerId: string): string[];
    /** A session that must not be talked in any more, as its model drifted or it hangs: the next prompt opens another. */
    closeSession(sessionId: string, reason: string): void;
    closedReason(sessionId: string): string | undefined;
    /** Forgets what was allowed in it too. Its prompts and its usage stay, as limits count them. */
    removeSession(sessionId: string): void;

    /**
     * Takes a prompt: once.
     * @returns undefined when it is new, else what is known of it
     * @throws Error where its session is not the computer's, or another computer has used the nonce
     */
    takePrompt(
        prompt: Pick<PromptRecord, "nonce" | "computerId" | "sessionId" | "takenAt"> & {
            /** Whether opencode has it already, or is asked for it in the same moment. */
            readonly isSent?: boolean;
        },
    ): PromptRecord | undefined;
    promptOf(nonce: string): PromptRecord | undefined;
    /** @returns false where it was sent before, has ended, or is none */
    markSent(nonce: string, baselineId: string | undefined): boolean;
    /** A prompt has another name from now on, which none has, also one whose turn has ended. @returns false where it is none */
    renamePrompt(nonce: string, name: string): boolean;
    /** The first end counts. @returns false where it had ended, or is none */
    endPrompt(nonce: string, state: "done" | "failed" | "stopped", at: number): boolean;
    /** Those whose turns have not ended, oldest first. */
    openPrompts(): PromptRecord[];
    /** How many turns of a computer, or of all of an owner's, have not ended. */
    openTurns(scope: LimitScope): number;
    /** When a computer, or all of an owner's, handed over prompts since then; oldest first. */
    promptsSince(scope: LimitScope, since: number): number[];

    /** Allowed twice is allowed once. */
    allowAlways(approval: Approval): void;
    /** In the order in which they were allowed. */
    approvalsOf(sessionId: string): Approval[];

    /** In the place of those that were there. */
    setLimits(scope: LimitScope, limits: Limits): void;
    limitsOf(scope: LimitScope): Limits;
    /** All that were ever limited, and their limits now. */
    limited(): { readonly scope: LimitScope; readonly limits: Limits }[];

    /**
     * Counts a step. Ids are remembered for 30 days at least; what is older than those that were forgotten is not counted.
     * @returns false where it was counted before
     */
    addStep(step: StepRecord): boolean;
    usage(filter: UsageFilter): UsageTotal;
    /** Sums by computer of a day, as "2026-11-30". They are remembered until something is added to them. */
    usageOn(day: string): readonly DayUsage[];

    /**
     * Writes a job down, once.
     * @returns it, or the one that has this key already
     * @throws Error for a computer that it does not know
     */
    addJob(job: NewJob): JobRecord;
    jobOf(number: number): JobRecord | undefined;
    /** Those that have not ended, in the order in which they came. */
    openJobs(): JobSummary[];
    /** How many those are. */
    countOpenJobs(): number;
    /** The newest first. @param owner whose; everybody's when absent */
    jobs(owner: string | undefined, most: number): JobSummary[];
    /** Those of a computer whose end its player was not told of; the oldest first. */
    untoldJobs(computerId: string): JobSummary[];
    /** The first end counts. @returns false where it has ended, or is none */
    changeJob(number: number, change: JobChange): boolean;
    /** Notes that its player was told of the end. @returns false where that was noted before, or it has not ended */
    tellJob(number: number, at: number): boolean;
    /** Notes that its result was given to somebody, who was told of the end by that. @returns as `tellJob` */
    collectJob(number: number, at: number): boolean;
    /** Forgets those that had ended by then. @returns how many */
    forgetJobs(until: number): number;

    /** Waits until all that was changed before is on the disk. @throws JournalError where it cannot be */
    durable(): Promise<void>;

    /**
     * Writes all of it, as it is at this moment, into a new file, which can take the journal's place: a backup. To copy
     * the journal's own file is none while it is open.
     * @throws JournalError "unusable" where there is a file already, "full"
     */
    copyTo(file: string): void;
    /** Frees the file for others. Safe to call twice. */
    close(): void;
}
