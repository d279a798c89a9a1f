/** What the owner's commands ask of the bridge that runs: see ../admin.ts. */
import { timingSafeEqual } from "node:crypto";
import { isAbsolute } from "node:path";
import { z } from "zod";
import {
    type AdminComputer,
    approveRequest,
    backupRequest,
    collectRequest,
    jobRequest,
    limitScope,
    limitsRequest,
    revokeRequest,
    startJobRequest,
} from "../admin.ts";
import { BridgeFailure } from "../failure.ts";
import type { Jobs } from "../jobs/job.ts";
import { sentenceOf } from "../jobs/words.ts";
import { JournalError } from "../journal/index.ts";
import type { Journal, LimitScope, LinkedComputer } from "../journal/journal.ts";
import type { Hub } from "../link/hub.ts";
import { PairingError, type Pairings } from "../pairing.ts";
import { linkedComputers, revokeComputer } from "./owner.ts";

/** What the owner's commands work on. */
export interface AdminWorld {
    readonly journal: Journal;
    readonly hub: Hub;
    readonly jobs: Jobs;
    readonly pairings: Pairings;
    readonly token: string;
    readonly status: () => object;
    /** Stops all that an agent does for a computer. */
    readonly stopTurns: (computerId: string) => void;
    /** Where the page is, with what logs in to it. */
    readonly pageAddress: () => string;
}

/** An answer to the owner. */
export interface AdminAnswer {
    readonly status: number;
    readonly value: unknown;
}

/** Something that cannot be done, for the owner. */
class Refusal extends Error {
    readonly status: number;
    readonly code: string;
    constructor(status: number, code: string, message: string) {
        super(message);
        this.status = status;
        this.code = code;
    }
}

function isToken(given: string | undefined, token: string): boolean {
    const [mine, theirs] = [Buffer.from(`Bearer ${token}`), Buffer.from(given ?? "")];
    return mine.length === theirs.length && timingSafeEqual(mine, theirs);
}

function described(world: AdminWorld, computer: LinkedComputer): AdminComputer {
    const { id, gameId, name, owner, profile, linkedAt } = computer;
    const lastSeenAt = world.hub.heardAt(id);
    return {
        id,
        gameId,
        name,
        owner,
        profile,
        online: world.hub.isOnline(id),
        linkedAt,
        ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
    };
}

/** A computer by its id, or by its name where only one has it. */
function named(world: AdminWorld, wanted: string): LinkedComputer {
    const all = linkedComputers(world.journal);
    const found = all.filter(({ id, name }) => id === wanted || name === wanted);
    const [first] = found;
    if (first === undefined) throw new Refusal(404, "unknown", `No computer is called ${wanted}.`);
    if (found.length > 1) throw new Refusal(409, "ambiguous", `Several are called ${wanted}: give the id.`);
    return first;
}

function scopeOf(world: AdminWorld, scope: LimitScope): LimitScope {
    return "computer" in scope ? { computer: named(world, scope.computer).id } : scope;
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function read<T>(schema: z.ZodType<T>, given: unknown): T {
    const found = schema.safeParse(given);
    if (found.success) return found.data;
    throw new Refusal(400, "bad_request", z.prettifyError(found.error).replaceAll("\n", " "));
}

const routes: {
    readonly [route: string]: (world: AdminWorld, body: unknown, query: URLSearchParams) => unknown;
} = {
    "GET /admin/status": (world) => world.status(),
    "GET /admin/computers": (world) =>
        linkedComputers(world.journal).map((computer) => described(world, computer)),
    "GET /admin/pairings": ({ pairings }) =>
        pairings.waiting().map(({ code, gameId, label, address, expiresAt }) => ({
            code,
            gameId,
            ...(label === undefined ? {} : { label }),
            address,
            expiresAt,
        })),
    "POST /admin/approve"(world, body) {
        const { code, ...approval } = read(approveRequest, body);
        return described(world, world.pairings.approve(code, approval));
    },
    "POST /admin/revoke"(world, body) {
        const { id, name } = named(world, read(revokeRequest, body).computer);
        revokeComputer(world, id, Date.now());
        world.stopTurns(id);
        return { id, name };
    },
    "POST /admin/backup"({ journal }, body) {
        const { file } = read(backupRequest, body);
        if (!isAbsolute(file)) throw new Refusal(400, "bad_request", `${file} is no absolute path.`);
        journal.copyTo(file);
        return { file };
    },
    "GET /admin/page": (world) => ({ url: world.pageAddress() }),
    "GET /admin/jobs": ({ jobs }) => jobs.list(),
    "POST /admin/jobs/start"(world, body) {
        const { computer, ...request } = read(startJobRequest, body);
        return world.jobs.spawn(named(world, computer), request);
    },
    "POST /admin/jobs/collect"({ jobs }, body) {
        const { number, seconds } = read(collectRequest, body);
        return jobs.collect(number, seconds * 1000);
    },
    "POST /admin/jobs/collected"({ jobs }, body) {
        const { number } = read(jobRequest, body);
        jobs.collected(number);
        return jobs.job(number);
    },
    "POST /admin/jobs/kill": ({ jobs }, body) =>
        jobs.kill(read(jobRequest, body).number, "Stopped by the bridge's owner."),
    "GET /admin/limits": (world, _body, query) =>
        world.journal.limitsOf(scopeOf(world, read(limitScope, Object.fromEntries(query)))),
    "POST /admin/limits"(world, body) {
        const { limits, ...scope } = read(limitsRequest, body);
        const found = scopeOf(world, scope);
        world.journal.setLimits(found, limits);
        return world.journal.limitsOf(found);
    },
};

/**
 * Answers the owner's commands.
 * @param authorization the request's header of that name
 * @returns nothing for what is no route of theirs
 */
export async function answerOwner(
    world: AdminWorld,
    method: string,
    url: URL,
    authorization: string | undefined,
    body: unknown,
): Promise<AdminAnswer | undefined> {
    if (!url.pathname.startsWith("/admin/")) return undefined;
    const failure = (status: number, code: string, message: string): AdminAnswer => ({
        status,
        value: { error: { code, message } },
    });
    if (!isToken(authorization, world.token))
        return failure(401, "unauthorized", "That is not the owner's token.");
    const name = `${method} ${url.pathname}`;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (route === undefined) return failure(404, "not_found", "There is no such command.");
    try {
        return { status: 200, value: await route(world, body, url.searchParams) };
    } catch (error) {
        if (error instanceof Refusal) return failure(error.status, error.code, error.message);
        if (error instanceof BridgeFailure)
            return failure(
                error.code === "not_found" ? 404 : 409,
                error.code,
                error.code === "not_found"
                    ? `${capital(error.detail["what"] ?? "")}.`
                    : sentenceOf(error.code, error.detail),
            );
        if (error instanceof JournalError) return failure(409, error.code, error.message);
        if (error instanceof PairingError) return failure(404, error.code, error.message);
        throw error;
    }
}
