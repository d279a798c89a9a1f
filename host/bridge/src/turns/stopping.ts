import { setTimeout as sleep } from "node:timers/promises";
import type { OpencodeClient } from "trapos-opencode";
import type { StopEnd } from "../../../../src/apis/ai/stop.ts";
import * as stopping from "../../../../src/apis/ai/stop.ts";
import type { PromptRecord } from "../journal/journal.ts";
import { failureOf } from "./request-failure.ts";

/** What stopping needs. */
export interface StopWorld {
    readonly client: () => OpencodeClient;
    readonly directory: string;
    readonly now: () => number;
}

function perform(
    { client, directory }: StopWorld,
    sessionId: string,
    action: Exclude<stopping.StopAction, { kind: "end" }>,
): Promise<unknown> {
    switch (action.kind) {
        case "wait":
            return sleep(action.seconds * 1000);
        case "last":
            return client().getMessages(sessionId, action.limit);
        case "load":
            return client().waitUntilLoaded(action.what, directory);
        case "abort":
            return client().abortSession(sessionId);
        case "status":
            return client().readList("status", directory);
    }
}

/**
 * Stops what a session does, by the machine that does it on a computer, too.
 * @param record the turn of ours that runs there, if one does
 */
export async function stopSession(
    world: StopWorld,
    sessionId: string,
    record: PromptRecord | undefined,
): Promise<StopEnd> {
    let state = stopping.start({
        dialect: world.client().dialect,
        sessionId,
        isOurs: record !== undefined,
        ...(record?.baselineId === undefined ? {} : { baselineId: record.baselineId }),
    });
    let observation: stopping.StopObservation = { kind: "begin", now: world.now() };
    for (;;) {
        const next = stopping.step(state, observation);
        const { action } = next;
        state = next.state;
        if (action.kind === "end") return action;
        try {
            const value = await perform(world, sessionId, action);
            observation = { kind: action.kind, value, now: world.now() } as stopping.StopObservation;
        } catch (error) {
            observation = {
                kind: "failed",
                request: action.kind,
                value: failureOf(error),
                now: world.now(),
            };
        }
    }
}
