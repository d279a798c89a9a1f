/** `ai bg <prompt>`: has the bridge work on a prompt in the background. */
import { remark, say } from "../../trapos/screen";
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand, Context } from "../command";
import type * as callsModule from "../jobs/calls";
import type { Job } from "../jobs/shapes";
import type * as conversationModule from "../link/conversation";
import { wait } from "../view/waiting";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

function run(context: Context, words: readonly string[]): Job {
    const calls = load("/apis/ai/jobs/calls") as typeof callsModule;
    const options = context.options;
    const asked = { model: options.model, agent: options.agent, keep: context.flags.keep !== undefined };
    const prompt = table.concat(words as string[], " ");
    return wait(options, () => calls.spawn(ownSettings(fs), prompt, asked));
}

function show(_context: Context, job: Job): void {
    const number = job.number;
    if (job.state === "queued") say(`Job ${number} is queued. ai job ${number} follows it.`);
    else say(`Job ${number} begun. ai job ${number} follows it.`);
    if (job.state === "queued" && job.reason !== undefined) remark(job.reason);
    // Nobody could tell of its end: since `ai link` the computer was not started.
    const conversation = load("/apis/ai/link/conversation") as typeof conversationModule;
    if (conversation.linkState() === undefined) remark("Reboot once, to be told here when it ends.");
}

const bg: AiCommand = {
    name: "bg",
    usage: "ai bg <prompt>",
    purpose: "Have a job done meanwhile",
    section: "Jobs in the background",
    least: 1,
    most: Infinity,
    isText: true,
    run,
    show,
};

export = bg;
