/** Random changes of a journal, the same ones for the same seed, and all that a journal holds. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Journal, LimitScope } from "../../src/journal/journal.ts";
import { computerOf, noon, stepOf } from "./samples.ts";

const ids = (letter: string, count: number) =>
    Array.from({ length: count }, (_, number) => `${letter}${number}`);

const names = {
    computers: ids("c", 4),
    owners: ["alice", "bob"],
    sessions: ids("s", 8),
    nonces: ids("n", 40),
    steps: ids("p", 40),
    models: ["test/small", "test/large"],
    jobs: Array.from({ length: 12 }, (_, number) => number + 1),
};

/**
 * The change of a number. Done twice in a row it leaves what it leaves when it is done once, as a computer or opencode
 * may say again what was not confirmed.
 * @returns what the journal says to it, "refused" where it throws
 */
export function change(journal: Journal, seed: number, number: number): unknown {
    const generator = xoroshiro128plus((Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) | 0);
    for (let skipped = 0; skipped < 8; skipped++) generator.next();
    const whole = (below: number): number => uniformInt(generator, 0, below - 1);
    const pick = <Type>(list: readonly Type[]): Type => list[whole(list.length)] as Type;
    const computerId = pick(names.computers);
    const sessionId = pick(names.sessions);
    const nonce = pick(names.nonces);
    const owner = pick(names.owners);
    const at = noon + number;
    const scope: LimitScope = whole(2) === 0 ? { computer: computerId } : { owner };
    const changes: (() => unknown)[] = [
        () => journal.addComputer(computerOf(computerId, owner)),
        () =>
            journal.changeComputer(
                computerId,
                pick([{ owner }, { profile: "build" }, { name: `door ${number}` }]),
            ),
        () => journal.addSession(sessionId, computerId, at),
        () => journal.addSession(sessionId, computerId, at),
        () => journal.closeSession(sessionId, `reason ${number}`),
        () => journal.allowAlways({ sessionId, permission: "bash", pattern: `ls ${whole(3)}`, at }),
        () =>
            journal.setLimits(scope, {
                promptsPerHour: number,
                ...(whole(2) === 0 ? { costPerDay: 0.5 } : {}),
            }),
        () => journal.markSent(nonce, pick([undefined, "m1"])),
        () => journal.markSent(nonce, "m2"),
        () => journal.endPrompt(nonce, pick(["done", "failed", "stopped"] as const), at),
        ...Array<() => unknown>(4).fill(() =>
            journal.takePrompt({ nonce, computerId, sessionId, takenAt: at }),
        ),
        ...Array<() => unknown>(4).fill(() =>
            journal.addStep(
                stepOf({
                    stepId: pick(names.steps),
                    computerId,
                    owner,
                    sessionId,
                    model: pick(names.models),
                    cost: 0.25,
                    at,
                }),
            ),
        ),
        ...Array<() => unknown>(2).fill(() =>
            journal.addJob({
                key: pick(names.nonces),
                computerId,
                prompt: `prompt ${number}`,
                ...(whole(2) === 0 ? { model: pick(names.models) } : {}),
                isKept: whole(2) === 0,
                addedAt: at,
            }),
        ),
        () =>
            journal.changeJob(
                pick(names.jobs),
                pick([
                    { state: "running", attempt: 1, sessionId, nonce, dueAt: null },
                    { tools: number, cost: 0.25, spent: number },
                    { reason: `reason ${number}`, asked: null, stopping: "killed" },
                    { state: "done", result: "x", endedAt: at },
                    { state: "failed", reason: "y", stopping: null, endedAt: at },
                ] as const),
            ),
        () => journal.tellJob(pick(names.jobs), at),
        () => journal.collectJob(pick(names.jobs), at),
        () => (whole(8) === 0 ? journal.forgetJobs(at - 20) : undefined),
        // These end much for good.
        () => (whole(8) === 0 ? journal.revokeComputer(computerId, at) : undefined),
        () => (whole(8) === 0 ? journal.removeSession(sessionId) : undefined),
    ];
    try {
        return pick(changes)();
    } catch {
        return "refused";
    }
}

/** All that a journal holds. */
export function contentsOf(journal: Journal): unknown {
    const scopes: LimitScope[] = [
        ...names.computers.map((computer) => ({ computer })),
        ...names.owners.map((owner) => ({ owner })),
    ];
    return {
        computers: journal.computers(),
        byToken: names.computers.map((id) => journal.computerByToken(`hash of ${id}`)),
        sessions: names.computers.map((id) => journal.sessionsOf(id)),
        owners: names.sessions.map((id) => [
            journal.ownerOfSession(id),
            journal.closedReason(id),
            journal.dialectOf(id),
        ]),
        approvals: names.sessions.map((id) => journal.approvalsOf(id)),
        prompts: names.nonces.map((nonce) => journal.promptOf(nonce)),
        open: journal.openPrompts(),
        job: names.jobs.map((number) => journal.jobOf(number)),
        jobs: [journal.jobs(undefined, 100), journal.jobs("alice", 3), journal.openJobs()],
        untold: names.computers.map((id) => journal.untoldJobs(id)),
        counts: scopes.map((scope) => [
            journal.openTurns(scope),
            journal.promptsSince(scope, noon),
            journal.limitsOf(scope),
        ]),
        usage: [
            journal.usage({}),
            ...names.computers.map((computerId) => journal.usage({ computerId, day: "2026-11-30" })),
            ...names.owners.map((owner) => journal.usage({ owner })),
            ...names.sessions.map((sessionId) => journal.usage({ sessionId, model: "test/small" })),
        ],
    };
}
