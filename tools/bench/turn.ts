import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { startCommand } from "../harness/run-command.ts";
import type { Bench } from "./bench.ts";
import type { Client } from "./clients.ts";
import { startCountingProxy } from "./counting-proxy.ts";
import { answer } from "./server.ts";

/** What one turn took. */
export interface Turn {
    /** Seconds from the server's `time.completed` of the answer until it stands on the screen. */
    readonly delay: number;
    readonly requests: number;
    readonly bytesReceived: number;
}

/** When the model answers. */
export interface Timing {
    /** Seconds after it was asked. */
    readonly seconds: number;
    /** And then so many seconds after the client has polled once more. */
    readonly afterPoll?: number;
}

/** How long a turn may take beyond the model's answer. */
const patienceSeconds = 60;

/**
 * Has a client ask on a computer of its own, which boots for it.
 * @param session an idle session
 */
async function measureTurn(bench: Bench, client: Client, session: string, timing: Timing): Promise<Turn> {
    const server = await bench.server(client.server);
    const { authorization, opencode } = server;
    const { username, password } = opencode;
    const polls = new EventEmitter();
    const proxy = await startCountingProxy(opencode.url, ({ url = "" }) => {
        // opencode 2 is asked first whether the session is at work.
        if (/\/(message|active)(\?|$)/.test(url)) polls.emit("poll");
    });
    const { signal } = bench;
    server.answerAfter(session, async () => {
        await sleep(timing.seconds * 1000, undefined, { signal });
        if (timing.afterPoll === undefined) return;
        await once(polls, "poll", { signal });
        await sleep(timing.afterPoll * 1000, undefined, { signal });
    });
    try {
        const disk = await bench.newFolder();
        await client.prepare?.(disk);
        const timeoutSeconds = timing.seconds + patienceSeconds;
        const { computer, finished } = await startCommand({
            disk,
            command: `${client.command} Is the door open?`,
            settings: client.settings({ url: proxy.url, username, password, authorization }, session),
            allow: ["127.0.0.1"],
            timeoutSeconds,
            signal,
        });
        let shown: number;
        try {
            await computer.waitForText(answer, { timeoutSeconds });
            shown = Date.now();
            const { succeeded, transcript } = await finished;
            if (!succeeded) throw new Error(`${client.command} failed. Its screen:\n${transcript}`);
        } finally {
            await computer.close();
        }
        const delay = (shown - (await server.lastCompleted(session))) / 1000;
        return { delay, ...(await proxy.stop()) };
    } finally {
        await proxy.stop();
    }
}

/** A turn that is to be measured. */
export interface Plan {
    /** How many turns its session has had before. */
    readonly history: number;
    readonly timing: Timing;
}

/**
 * Has a client ask several times, in a session of its own each time.
 * @param plans one a turn
 * @param apartSeconds how long after the one before each starts
 * @returns one for each of the plans, when all have ended
 */
export async function measureTurns(
    bench: Bench,
    client: Client,
    plans: readonly Plan[],
    apartSeconds: number,
): Promise<Turn[]> {
    const server = await bench.server(client.server);
    const sessions: string[] = [];
    for (const { history } of plans) sessions.push(await server.newSession(history));
    const turns = plans.map(async ({ timing }, index) => {
        await sleep(index * apartSeconds * 1000, undefined, { signal: bench.signal });
        return measureTurn(bench, client, sessions[index] ?? "", timing);
    });
    // None is left running when one fails.
    await Promise.allSettled(turns);
    return Promise.all(turns);
}
