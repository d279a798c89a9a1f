/** `ai collect <number>`: waits for a job's end, and gives its result, once. */
import { fail as showFailure } from "../../trapos/screen";
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand, Context } from "../command";
import type * as callsModule from "../jobs/calls";
import type { Collected } from "../jobs/shapes";
import { isJobNumber } from "../jobs/number";
import { showWritten } from "../view/answer";
import { waitForTurn } from "../view/waiting";
import type * as viewModule from "../view/jobs";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

function run(context: Context, words: readonly string[]): Collected | undefined {
    const calls = load("/apis/ai/jobs/calls") as typeof callsModule;
    const view = load("/apis/ai/view/jobs") as typeof viewModule;
    const number = tonumber(words[0])!;
    const options = context.options;
    const store = ownSettings(fs);
    const asked = {
        timeout: options.idleTimeout,
        onProgress: (job: Collected["job"]) => {
            if (options.onProgress !== undefined) options.onProgress(view.progressOf(job));
        },
    };
    const got = waitForTurn(options, () => calls.collect(store, number, asked), true, `ai collect ${number}`);
    // What is printed as JSON is shown in a moment, and nobody is told when.
    if (got !== undefined && context.flags.json === true) {
        calls.wasCollected(store, number);
        if (got.job.state !== "done") throw calls.failureOfJob(got.job, got.text);
    }
    return got;
}

function show(_context: Context, got: Collected | undefined): void {
    if (got === undefined) return;
    const calls = load("/apis/ai/jobs/calls") as typeof callsModule;
    showWritten(got.text ?? "");
    if (got.job.state !== "done") showFailure(calls.failureOfJob(got.job));
    calls.wasCollected(ownSettings(fs), got.job.number);
}

const collect: AiCommand = {
    name: "collect",
    usage: "ai collect <number>",
    purpose: "Wait for a job's answer",
    least: 1,
    most: 1,
    fits: (words) => words.length === 1 && isJobNumber(words[0]!),
    run,
    hasFailed: (got) => got === undefined || (got as Collected).job.state !== "done",
    show,
};

export = collect;
