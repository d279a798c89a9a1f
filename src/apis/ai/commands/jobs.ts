/** `ai jobs`: the jobs of this computer's owner. */
import { listOf } from "../../trapos/json";
import { remark } from "../../trapos/screen";
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand, Context } from "../command";
import type * as callsModule from "../jobs/calls";
import type { Job } from "../jobs/shapes";
import type * as viewModule from "../view/jobs";
import { wait } from "../view/waiting";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

function run(context: Context): readonly Job[] {
    const calls = load("/apis/ai/jobs/calls") as typeof callsModule;
    return listOf(wait(context.options, () => calls.list(ownSettings(fs))));
}

function show(_context: Context, found: readonly Job[]): void {
    if (found.length === 0) remark("No jobs yet. Begin one: ai bg <prompt>");
    else (load("/apis/ai/view/jobs") as typeof viewModule).showJobs(found);
}

const jobs: AiCommand = {
    name: "jobs",
    usage: "ai jobs",
    purpose: "List the jobs",
    notes: [
        "A job is a prompt that the bridge works on while you do something else, or are not there.",
        "ai bg build a sorting system",
        "  begins one: in a session of its own, which knows nothing of what was said before. With --keep it is begun again if it fails.",
        "ai job 7",
        "  shows what job 7 does, live; what it asks is answered there. q leaves, and it goes on.",
        "ai collect 7",
        "  waits for its end and gives its answer, once.",
        "ai kill 7",
        "  stops it.",
        "A line at the prompt tells when one has ended, or asks. Any computer of yours lists and collects them.",
    ],
    run,
    show,
};

export = jobs;
