/** Jobs that do what a test has them do. */
import type { Collected, Job } from "../../../../src/apis/ai/jobs/shapes.ts";
import { BridgeFailure } from "../../src/failure.ts";
import type { Jobs } from "../../src/jobs/job.ts";

/** Jobs, and what was done with them. */
export interface StandInJobs extends Jobs {
    /** What was asked for, as "kill 1 reason". */
    readonly done: string[];
    /** Makes a job something else, or a new one. */
    put(job: Partial<Job> & { readonly number: number }, text?: string): void;
}

/** A job that has just begun. */
export function jobOf(number: number, more: Partial<Job> = {}): Job {
    return {
        number,
        state: "running",
        prompt: `prompt ${number}`,
        computer: "door",
        seconds: 5,
        tools: 0,
        cost: 0,
        attempt: 1,
        isKept: false,
        isCollected: false,
        ...more,
    };
}

export function standInJobs(jobs: readonly Job[] = []): StandInJobs {
    const known = new Map<number, Collected>(jobs.map((job) => [job.number, { job }]));
    const begunAt = performance.now();
    const aged = (job: Job): Job =>
        job.state === "running" || job.state === "queued"
            ? { ...job, seconds: job.seconds + (performance.now() - begunAt) / 1000 }
            : job;
    const listeners = new Set<(number: number) => void>();
    const done: string[] = [];

    function find(number: number): Collected {
        const found = known.get(number);
        if (found === undefined) throw new BridgeFailure("not_found", { what: `there is no job ${number}` });
        return found;
    }

    function put(job: Partial<Job> & { readonly number: number }, text?: string): Job {
        const before = known.get(job.number);
        const after: Job = { ...(before?.job ?? jobOf(job.number)), ...job };
        const written = text ?? before?.text;
        known.set(job.number, { job: after, ...(written === undefined ? {} : { text: written }) });
        for (const listener of listeners) listener(job.number);
        return after;
    }

    return {
        done,
        put: (job, text) => void put(job, text),
        async spawn({ name }, { prompt, key, isKept = false }) {
            done.push(`spawn ${prompt} on ${name}${key === "" ? " without a key" : ""}`);
            return put(jobOf(known.size + 1, { prompt, computer: name, isKept }));
        },
        list: () => [...known.values()].map(({ job }) => aged(job)).sort((a, b) => b.number - a.number),
        job: (number) => find(number).job,
        collect: async (number, milliseconds) => {
            done.push(`look at ${number} for ${milliseconds}`);
            return find(number);
        },
        collected(number) {
            done.push(`collected ${number}`);
            put({ number, isCollected: true });
        },
        kill(number, reason) {
            find(number);
            done.push(`kill ${number}: ${reason}`);
            return put({ number, state: "killed", reason });
        },
        told: () => undefined,
        onChange(listener) {
            listeners.add(listener);
            return () => void listeners.delete(listener);
        },
        get open() {
            return [...known.values()].filter(({ job }) => job.state === "running").length;
        },
    };
}
