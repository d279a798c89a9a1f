/** What can be changed on the page: a table of routes, what each is given, and what it does. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { approveRequest, limitsRequest, profileSchema } from "../admin.ts";
import { BridgeFailure } from "../failure.ts";
import { JournalError } from "../journal/index.ts";
import type { LinkedComputer } from "../journal/journal.ts";
import { PairingError } from "../pairing.ts";
import { changeComputer, linkedComputers, revokeComputer } from "../server/owner.ts";
import { stopSession } from "../turns/stopping.ts";
import type { PageWorld } from "./world.ts";

/** Something that cannot be done, for whoever looks at the page: one line, and what to do where there is something. */
export class PageRefusal extends Error {
    readonly status: number;
    readonly code: string;
    constructor(status: number, code: string, message: string) {
        super(message);
        this.status = status;
        this.code = code;
    }
}

const id = z.string().min(1).max(200);
const word = z.string().min(1).max(200);
const prose = z.string().max(8000);
const number = z.int().min(1);

/** A change: what it is given, and what it does. */
interface PageChange<Given> {
    readonly given: z.ZodType<Given>;
    readonly make: (world: PageWorld, given: Given) => unknown;
}

function change<Given>(given: z.ZodType<Given>, make: PageChange<Given>["make"]): PageChange<Given> {
    return { given, make };
}

function computerOf({ journal }: PageWorld, wanted: string): LinkedComputer {
    const found = linkedComputers(journal).find((computer) => computer.id === wanted);
    if (found === undefined) throw new PageRefusal(404, "unknown", "That computer is not linked any more.");
    return found;
}

const overMessage = "It is not asked any more: somebody has answered, or its turn has ended.";

function settle(
    world: PageWorld,
    nonce: string,
    decision: Parameters<PageWorld["turns"]["settle"]>[1],
): object {
    if (!world.turns.settle(nonce, decision)) throw new PageRefusal(409, "gone", overMessage);
    return {};
}

/** Stops what a session does, for which nobody waits. */
function stop(world: PageWorld, sessionId: string): void {
    const nonce = world.turns.nonceIn(sessionId);
    const record = nonce === undefined ? undefined : world.journal.promptOf(nonce);
    stopSession(world, sessionId, record).catch((error: unknown) =>
        world.log.error({ err: error, sessionId }, "a turn could not be stopped"),
    );
}

/** All changes, by the last name of their route. */
export const changes = {
    approve: change(approveRequest, (world, { code, ...approval }) => {
        const { id: computer, name } = world.pairings.approve(code, approval);
        return { computer, name };
    }),
    refuse: change(z.strictObject({ code: word }), (world, { code }) => {
        world.pairings.refuse(code);
        return {};
    }),
    revoke: change(z.strictObject({ computer: id }), (world, given) => {
        revokeComputer(world, computerOf(world, given.computer).id, world.now());
        return {};
    }),
    change: change(
        z.strictObject({
            computer: id,
            name: word.optional(),
            owner: word.optional(),
            profile: profileSchema.optional(),
        }),
        (world, { computer, ...given }) => {
            const { name, owner, profile } = given;
            const isTaken = linkedComputers(world.journal).some(
                (other) => other.name === name && other.id !== computer,
            );
            if (isTaken) throw new PageRefusal(409, "taken", `Another computer is called ${name}.`);
            const known = computerOf(world, computer);
            changeComputer(world, known.id, {
                ...(name === undefined ? {} : { name }),
                ...(owner === undefined ? {} : { owner }),
                ...(profile === undefined ? {} : { profile }),
            });
            return {};
        },
    ),
    limits: change(limitsRequest, (world, { limits, ...scope }) => {
        if ("computer" in scope) computerOf(world, scope.computer);
        world.journal.setLimits(scope, limits);
        return {};
    }),
    permission: change(
        z.strictObject({
            nonce: id,
            id,
            reply: z.enum(["once", "always", "reject"]),
            message: prose.optional(),
        }),
        (world, { nonce, ...decision }) => settle(world, nonce, { what: "permission", ...decision }),
    ),
    question: change(
        z.strictObject({ nonce: id, id, answers: z.array(z.array(prose).max(100)).max(100).optional() }),
        (world, { nonce, ...decision }) => settle(world, nonce, { what: "question", ...decision }),
    ),
    stop: change(z.strictObject({ nonce: id }), (world, { nonce }) => {
        const turn = world.turns.views().find((view) => view.nonce === nonce);
        if (turn === undefined) throw new PageRefusal(409, "gone", "That turn has ended.");
        stop(world, turn.sessionId);
        return {};
    }),
    spawn: change(
        z.strictObject({
            computer: id,
            prompt: z.string().min(1).max(30_000),
            model: word.optional(),
            agent: word.optional(),
            isKept: z.boolean().optional(),
            /** One that comes twice is one job. */
            key: word.optional(),
        }),
        (world, { computer, key = randomUUID(), ...request }) =>
            world.jobs.spawn(computerOf(world, computer), { key, ...request }),
    ),
    kill: change(z.strictObject({ number }), (world, given) =>
        world.jobs.kill(given.number, "stopped by the bridge's owner"),
    ),
    collect: change(z.strictObject({ number }), async (world, given) => {
        const found = await world.jobs.collect(given.number, 0);
        const isOpen = found.job.state === "queued" || found.job.state === "running";
        if (isOpen) throw new PageRefusal(409, "running", `Job ${given.number} has not ended yet.`);
        world.jobs.collected(given.number);
        return found;
    }),
} as const;

export type ChangeName = keyof typeof changes;

/** Why something could not be done, where that is no fault of the bridge's own. */
export function refusalOf(error: unknown): PageRefusal | undefined {
    if (error instanceof PageRefusal) return error;
    if (error instanceof JournalError) return new PageRefusal(409, error.code, error.message);
    if (error instanceof PairingError) return new PageRefusal(404, error.code, error.message);
    if (!(error instanceof BridgeFailure)) return undefined;
    const { what } = error.detail;
    const message =
        what === undefined ? `That cannot be done: ${error.code}.` : `That cannot be done: ${what}.`;
    return new PageRefusal(error.code === "not_found" ? 404 : 409, error.code, message);
}

/**
 * Makes a change.
 * @throws PageRefusal for what was sent and is none; what `refusalOf` knows
 */
export async function makeChange(world: PageWorld, name: ChangeName, given: unknown): Promise<unknown> {
    const { given: schema, make } = changes[name] as PageChange<unknown>;
    const read = schema.safeParse(given);
    if (!read.success)
        throw new PageRefusal(400, "bad_request", z.prettifyError(read.error).replaceAll("\n", " "));
    return make(world, read.data);
}
