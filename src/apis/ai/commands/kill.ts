/** `ai kill <number>`: stops a job. */
import { say } from "../../trapos/screen";
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand, Context } from "../command";
import type * as callsModule from "../jobs/calls";
import type { Job } from "../jobs/shapes";
import { isJobNumber } from "../jobs/number";
import { wait } from "../view/waiting";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

function run(context: Context, words: readonly string[]): Job {
    const calls = load("/apis/ai/jobs/calls") as typeof callsModule;
    const store = ownSettings(fs);
    const job = wait(context.options, () => calls.kill(store, tonumber(words[0])!));
    // Nobody needs to be told of what they have done.
    if (calls.hasEnded(job)) calls.wasSeen(store, job.number);
    return job;
}

function show(_context: Context, job: Job): void {
    if (job.state === "killed") say(`Job ${job.number} is killed.`);
    else if (job.state === "done" || job.state === "failed")
        say(`Job ${job.number} had ended: ${job.state}.`);
    else say(`Job ${job.number} is being stopped.`);
}

const kill: AiCommand = {
    name: "kill",
    usage: "ai kill <number>",
    purpose: "Stop a job",
    least: 1,
    most: 1,
    fits: (words) => words.length === 1 && isJobNumber(words[0]!),
    run,
    show,
};

export = kill;
