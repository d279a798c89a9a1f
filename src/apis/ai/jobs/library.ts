/** `ai.jobs` of libai: jobs for programs. */
import { ownSettings } from "../../trapos/settingsfile";
import { kinds, type Parameters } from "../signatures";
import type { Collected, CollectOptions, Environment, Job, JobOptions } from "../types";
import * as calls from "./calls";

/** Makes of what raises its failure what checks its arguments and returns it. */
export type Open = (
    this: void,
    table: object,
    name: string,
    call: unknown,
    parameters?: Parameters,
) => (this: void, first: unknown, second: unknown, third: unknown) => unknown;

const jobOptions = kinds.fields(
    "a table of options",
    { model: kinds.model, agent: kinds.name, keep: kinds.flag },
    [],
);
const timeout = kinds.kind("a number of seconds from 0 on", (value: number) => value >= 0, "number");
const collectOptions = kinds.fields("a table of options", { timeout, onProgress: kinds.act }, []);

const signatures: Record<string, Parameters> = {
    spawn: [
        ["prompt", kinds.text],
        ["options?", jobOptions],
    ],
    list: [],
    status: [["number", kinds.count]],
    collect: [
        ["number", kinds.count],
        ["options?", collectOptions],
    ],
    kill: [["number", kinds.count]],
};

/**
 * Makes the functions.
 * @param jobs the table that they are called on
 * @param open makes of what raises its failure what returns it
 * @param environment where the settings are, as `createAi` was given it
 */
export function openJobs(jobs: object, open: Open, environment?: Environment): Record<string, unknown> {
    const store = (environment && environment.settings) ?? ownSettings(fs);
    const functions: Record<string, unknown> = {
        spawn: (prompt: string, options?: JobOptions): Job => calls.spawn(store, prompt, options ?? {}),
        list: () => calls.list(store),
        status: (number: number): Job => calls.status(store, number),
        collect: (number: number, options?: CollectOptions): { job: Job; text: string } => {
            const got: Pick<Collected, "job"> & { text?: string } = calls.collect(
                store,
                number,
                options ?? {},
            );
            calls.wasCollected(store, number);
            if (got.job.state !== "done") throw calls.failureOfJob(got.job, got.text);
            return { job: got.job, text: got.text ?? "" };
        },
        kill: (number: number): Job => calls.kill(store, number),
    };
    const opened: Record<string, unknown> = {};
    for (const [called, call] of pairs(functions))
        opened[called] = open(jobs, `jobs.${called}`, call, signatures[called]);
    return opened;
}
