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

/** How long a turn may take beyond the model's answer. */
const patienceSeconds = 60;

/**
 * Has a client ask on a computer of its own, which boots for it.
 * @param session an idle session
 * @param waitSeconds how long the model is silent before it answers
 */
async function measureTurn(
    bench: Bench,
    client: Client,
    session: string,
    waitSeconds: number,
): Promise<Turn> {
    const server = await bench.server();
    const { authorization, opencode } = server;
    const { username, password } = opencode;
    const proxy = await startCountingProxy(opencode.url);
    try {
        const disk = await bench.newFolder();
        await client.prepare?.(disk);
        const { computer, finished } = await startCommand({
            disk,
            command: `${client.command} [wait ${waitSeconds.toFixed(3)}] Is the door open?`,
            settings: client.settings({ url: proxy.url, username, password, authorization }, session),
            allow: ["127.0.0.1"],
            timeoutSeconds: waitSeconds + patienceSeconds,
            signal: bench.signal,
        });
        let shown: number;
        try {
            await computer.waitForText(answer, { timeoutSeconds: waitSeconds + patienceSeconds });
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

/**
 * Has a client ask several times, in a session of its own each time.
 * @param session how many turns each session has, that which is measured included
 * @param waits how long the model is silent in each
 * @param apartSeconds one starts so long after the other; without it when the other has ended
 * @returns one for each of the waits
 */
export async function measureTurns(
    bench: Bench,
    client: Client,
    session: number,
    waits: readonly number[],
    apartSeconds?: number,
): Promise<Turn[]> {
    const server = await bench.server();
    const running: Promise<Turn>[] = [];
    for (const wait of waits) {
        const id = await server.newSession(session - 1);
        const turn = measureTurn(bench, client, id, wait);
        running.push(turn);
        // It is waited for below, where the first failure is told.
        turn.catch(() => {});
        if (apartSeconds === undefined) await turn;
        else await sleep(apartSeconds * 1000, undefined, { signal: bench.signal });
    }
    const ended = await Promise.allSettled(running);
    return ended.map((turn) => {
        if (turn.status === "rejected") throw turn.reason;
        return turn.value;
    });
}
