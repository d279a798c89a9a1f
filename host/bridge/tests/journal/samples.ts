import type { LinkedComputer, StepRecord } from "../../src/journal/journal.ts";

/** 2026-11-30, noon. */
export const noon = Date.UTC(2026, 10, 30, 12);

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export function computerOf(id: string, owner = "alice"): LinkedComputer {
    return {
        id,
        tokenHash: `hash of ${id}`,
        gameId: 7,
        name: `${id}'s`,
        owner,
        profile: "talk",
        linkedAt: noon,
    };
}

export function stepOf(step: Partial<StepRecord> & Pick<StepRecord, "stepId">): StepRecord {
    return {
        computerId: "c1",
        owner: "alice",
        sessionId: "s1",
        model: "test/small",
        input: 10,
        output: 20,
        reasoning: 3,
        cacheRead: 4,
        cacheWrite: 5,
        cost: 0.1,
        at: noon,
        ...step,
    };
}
