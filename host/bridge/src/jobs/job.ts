/** A job: a prompt that runs in the background, whoever is there, until it has ended. */
import type { Collected, Job } from "../../../../src/apis/ai/jobs/shapes.ts";
import type { LinkedComputer } from "../journal/journal.ts";

/** What a job is asked for with. */
export interface JobRequest {
    /** The asker's own name for it: one that comes twice is one job. */
    readonly key: string;
    readonly prompt: string;
    readonly model?: string | undefined;
    readonly agent?: string | undefined;
    /** Whether it is begun again when it fails. */
    readonly isKept?: boolean | undefined;
}

/** All jobs of a bridge. Functions that take a number throw a BridgeFailure where there is no such job. */
export interface Jobs {
    /** @throws BridgeFailure where no more may wait */
    spawn(computer: LinkedComputer, request: JobRequest): Promise<Job>;
    /** The newest first. @param owner whose; everybody's when absent */
    list(owner?: string): Job[];
    /** @param owner whose it has to be; anybody's when absent */
    job(number: number, owner?: string): Job;
    /**
     * Waits for its end, or until there is something new to be told of it, or for so long.
     * @param milliseconds at most; 0 to look only
     */
    collect(number: number, milliseconds: number, owner?: string): Promise<Collected>;
    /** Its result was shown to somebody: its end needs to be told to nobody any more. */
    collected(number: number, owner?: string): void;
    /**
     * Stops it.
     * @param reason by whom, as its record says
     * @param computerId the computer that does so: its own need not be told of the end
     */
    kill(number: number, reason: string, owner?: string, computerId?: string): Job;
    /** A computer has shown its player that a job has ended. */
    told(number: number, computerId: string): void;
    /** Is called after each change, with the job's number. @returns ends it */
    onChange(listener: (number: number) => void): () => void;
    /** How many there are that have not ended. */
    readonly open: number;
}
