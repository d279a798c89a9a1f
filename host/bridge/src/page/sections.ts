/** What the page shows, in sections: each a list of entries by their names, so that what has changed can be told. */
import { describeAsk } from "../../../../src/apis/ai/ask.ts";
import type { LinkedComputer } from "../journal/journal.ts";
import type { PageWorld } from "./world.ts";

/** The sections, in the order in which the page is told of them. */
export const sectionNames = ["health", "pairings", "asks", "turns", "jobs", "computers", "owners"] as const;

export type SectionName = (typeof sectionNames)[number];

/** The entries of a section, by their names. */
export type Section = ReadonlyMap<string, unknown>;

/** Moments are told, and no durations: what only grows older has not changed. Two seconds are no change. */
const SAME_MOMENT = 2000;

/** Remembers moments, by their names. @returns the one that was told before where a new one is as good as that */
export function steadyMoments(): (name: string, moment: number) => number {
    const told = new Map<string, number>();
    return (name, moment) => {
        const before = told.get(name);
        const steady = before !== undefined && Math.abs(before - moment) < SAME_MOMENT ? before : moment;
        // What is not asked for any more is forgotten with the rest, now and then.
        if (told.size > 10_000) told.clear();
        told.set(name, steady);
        return steady;
    };
}

function linked({ journal }: PageWorld): LinkedComputer[] {
    return journal.computers().filter(({ revokedAt }) => revokedAt === undefined);
}

function computers(world: PageWorld): Section {
    const { journal, hub } = world;
    const limited = new Map(
        journal
            .limited()
            .flatMap(({ scope, limits }) => ("computer" in scope ? [[scope.computer, limits]] : [])),
    );
    return new Map(
        linked(world).map(({ id, gameId, name, owner, profile, linkedAt }) => {
            const isOnline = hub.isOnline(id);
            // Of one that is online it is now.
            const heardAt = isOnline ? undefined : hub.heardAt(id);
            const limits = limited.get(id);
            return [id, { id, gameId, name, owner, profile, linkedAt, isOnline, heardAt, limits }];
        }),
    );
}

function owners(world: PageWorld): Section {
    const limited = new Map(
        world.journal
            .limited()
            .flatMap(({ scope, limits }) => ("owner" in scope ? [[scope.owner, limits]] : [])),
    );
    const names = [...new Set(linked(world).map(({ owner }) => owner))];
    return new Map(names.map((name) => [name, { name, limits: limited.get(name) ?? {} }]));
}

function pairings(world: PageWorld): Section {
    return new Map(
        world.pairings
            .waiting()
            .map(({ code, gameId, label, address, expiresAt }) => [
                code,
                { code, gameId, label, address, expiresAt },
            ]),
    );
}

function turns(world: PageWorld, moment: (name: string, at: number) => number): Section {
    return new Map(
        world.turns.views().map(({ nonce, sessionId, computerId, progress, asked }) => {
            const { seconds = 0, phase = "begins", tool, title, tokens } = progress ?? {};
            const begunAt = moment(`turn ${nonce}`, world.now() - seconds * 1000);
            const asks = asked === undefined ? undefined : describeAsk(asked);
            return [nonce, { nonce, sessionId, computerId, begunAt, phase, tool, title, tokens, asks }];
        }),
    );
}

function asks(world: PageWorld): Section {
    return new Map(
        world.turns.views().flatMap(({ nonce, sessionId, computerId, asked }) => {
            if (asked === undefined) return [];
            const { what, ask } = asked;
            return [[`${nonce} ${ask.id}`, { nonce, sessionId, computerId, what, ask }] as const];
        }),
    );
}

function jobs(world: PageWorld, moment: (name: string, at: number) => number): Section {
    const now = world.now();
    return new Map(
        world.jobs.list().map(({ seconds, silence, ...job }) => {
            const isOpen = job.state === "queued" || job.state === "running";
            const at = moment(`job ${job.number}`, now - seconds * 1000);
            return [
                String(job.number),
                {
                    ...job,
                    ...(isOpen ? { begunAt: at } : { seconds }),
                    ...(silence === undefined
                        ? {}
                        : { heardAt: moment(`silence ${job.number}`, now - silence * 1000) }),
                },
            ];
        }),
    );
}

/** Makes what reads the sections of a world. */
export function sectionsOf(world: PageWorld): Readonly<Record<SectionName, () => Section>> {
    const moment = steadyMoments();
    return {
        health: () => new Map([["bridge", world.state()]]),
        pairings: () => pairings(world),
        asks: () => asks(world),
        turns: () => turns(world, moment),
        jobs: () => jobs(world, moment),
        computers: () => computers(world),
        owners: () => owners(world),
    };
}
