import type { End } from "./watch.ts";

/** A computer that is ready to be switched on and switches itself off when it is done. */
export interface Job {
    /** The host folder that is its "/". Its startup file is what it does. */
    disk: string;
    /** Hosts that it may reach although they are private. */
    allow?: string[];
    /** A folder with bios.lua and rom/ in place of the backend's own. */
    rom?: string;
    timeoutSeconds: number;
    /** Ends it at once. */
    signal?: AbortSignal;
}

/** What came of a job. */
export interface JobResult {
    end: End;
    /** What the computer showed. */
    output: string;
}

/** Something that runs computers: ours, or CraftOS-PC. Whatever goes in and comes out lies on the disk. */
export interface Backend {
    /** For people. */
    readonly name: string;
    /** Cases of specs that it cannot run, by their full name, and why. */
    readonly skipped: Readonly<Record<string, string>>;
    /** @throws Error with one line when it cannot be started at all */
    run(job: Job): Promise<JobResult>;
}
