/** `ai job <number>`: what a job does, while it does, or what has come of it. */
import type { AiCommand, Context } from "../command";
import type { Collected } from "../jobs/shapes";
import type * as followModule from "../view/followjob";
import { isJobNumber } from "../jobs/number";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

function run(context: Context, words: readonly string[]): Collected | undefined {
    const view = load("/apis/ai/view/followjob") as typeof followModule;
    return view.followJob(context, tonumber(words[0])!);
}

const job: AiCommand = {
    name: "job",
    usage: "ai job <number>",
    purpose: "Show what a job does",
    least: 1,
    most: 1,
    fits: (words) => words.length === 1 && isJobNumber(words[0]!),
    run,
};

export = job;
