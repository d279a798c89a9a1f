/** The owner's commands about jobs. */
import { type Command, InvalidArgumentError } from "commander";
import { randomUUID } from "node:crypto";
import type { AdminClient } from "../admin.ts";
import { jobLine, jobLines, plain } from "./output.ts";

/** Exit status of `collect` where the job still runs. */
export const STILL_RUNNING = 3;

/** How long the bridge is asked to wait at once, in seconds. */
const WAIT_SECONDS = 5;

/** What surrounds these commands. */
export interface JobsSurroundings {
    readonly client: (command: Command) => AdminClient;
    /** Prints a line. */
    readonly print: (line: string) => void;
    /** Is told the exit status. */
    readonly settle: (status: number) => void;
    readonly now: () => number;
}

function jobNumber(text: string): number {
    if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("Give the number of a job: see jobs.");
    return Number(text);
}

function secondsOf(text: string): number {
    if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number of seconds.");
    return Number(text);
}

/**
 * Adds `jobs` and what is under it.
 * @returns all of them
 */
export function addJobs(root: Command, { client, print, settle, now }: JobsSurroundings): Command[] {
    const jobs = root.command("jobs").description("what runs in the background, and what waits for that");
    const list = jobs
        .command("list", { isDefault: true })
        .description("all of them, the newest first")
        .action(async () => jobLines(await client(list).jobs()).forEach((line) => print(line)));

    const start = jobs
        .command("start")
        .argument("<prompt>", "what is to be done")
        .description("begin one, in a computer's name and with its profile")
        .requiredOption("--computer <computer>", "its id, or its name")
        .option("--model <model>", "provider/model")
        .option("--agent <agent>", "the agent that works on it")
        .option("--keep", "begin it again when it fails, three times at most")
        .action(async (prompt: string) => {
            const { computer, model, agent, keep } = start.opts<{
                computer: string;
                model?: string;
                agent?: string;
                keep?: true;
            }>();
            const key = `owner-${randomUUID()}`;
            const job = await client(start).startJob({ key, computer, prompt, model, agent, isKept: keep });
            print(jobLine(job));
        });

    const collect = jobs
        .command("collect")
        .argument("<number>", "the job", jobNumber)
        .option("--timeout <seconds>", "wait no longer (default: until it has ended)", secondsOf)
        .description("wait for its end, and print what was written")
        .action(async (number: number) => {
            const { timeout = Infinity } = collect.opts<{ timeout?: number }>();
            const asked = client(collect);
            const until = now() + timeout * 1000;
            for (;;) {
                const seconds = Math.max(0, Math.min(WAIT_SECONDS, (until - now()) / 1000));
                const { job, text } = await asked.collectJob(number, seconds);
                if (text !== undefined) {
                    // Tabs and line breaks are the model's; what commands a terminal is not.
                    for (const line of text.split("\n")) print(line.split("\t").map(plain).join("\t"));
                    if (job.state !== "done") print(jobLine(job));
                    await asked.jobCollected(number);
                    return settle(job.state === "done" ? 0 : 1);
                }
                if (now() < until) continue;
                print(jobLine(job));
                return settle(STILL_RUNNING);
            }
        });

    const kill = jobs
        .command("kill")
        .argument("<number>", "the job", jobNumber)
        .description("stop one")
        .action(async (number: number) => print(jobLine(await client(kill).killJob(number))));

    return [list, start, collect, kill];
}
