/**
 * How the owner's commands talk to the bridge that runs: its address and a token in a file that is the owner's alone, requests and
 * answers as schemas for both sides, and the commands' side.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { Collected, Job } from "../../../src/apis/ai/jobs/shapes.ts";
import { adminFile } from "./data-folder.ts";
import type { LimitScope, Limits } from "./journal/journal.ts";
import { isLoopback } from "./options.ts";
import { profiles } from "./profiles.ts";

/** Names and the like are short; what comes from the game is shown on a terminal by `plain` alone. */
const text = z.string().max(500);

/** Epoch milliseconds. */
const time = z.number();

const count = z.int().min(0);

/** One of the profiles. */
export const profileSchema = z.enum(profiles);

/** GET /admin/status */
export const statusAnswer = z.object({
    version: text,
    uptimeSeconds: z.number().min(0),
    opencode: z.object({
        state: z.enum(["starting", "ready", "away", "stopped"]),
        version: text.optional(),
        /** Where that version was never tried. */
        warning: text.optional(),
        reason: text.optional(),
        url: text.optional(),
    }),
    computers: count,
    online: count,
    turns: count,
    /** Those that have not ended. */
    jobs: count,
});

/** A computer that is linked. */
export const computerSchema = z.object({
    id: text,
    gameId: z.int(),
    name: text,
    owner: text,
    profile: profileSchema,
    online: z.boolean(),
    linkedAt: time,
    lastSeenAt: time.optional(),
});

/** GET /admin/computers */
export const computersAnswer = z.array(computerSchema);

/** GET /admin/pairings: computers that wait for approval. */
export const pairingsAnswer = z.array(
    z.object({
        code: text,
        gameId: z.int(),
        label: text.optional(),
        /** From where it asks. */
        address: text,
        expiresAt: time,
    }),
);

/** POST /admin/approve. The name is the computer's label, the owner its name, and the profile "talk" when absent. */
export const approveRequest = z.strictObject({
    code: z.string().regex(/^[A-Za-z0-9]{4,12}$/),
    name: text.min(1).optional(),
    owner: text.min(1).optional(),
    profile: profileSchema.optional(),
});

/** The computer that is linked now. */
export const approveAnswer = computerSchema;

/** POST /admin/revoke: a computer's id, or its name where only one has it. */
export const revokeRequest = z.strictObject({ computer: text.min(1) });

/** The computer that is linked no more. */
export const revokeAnswer = computerSchema.pick({ id: true, name: true });

/** POST /admin/backup: a file on the bridge's machine, which is not there yet. */
export const backupRequest = z.strictObject({ file: z.string().min(1).max(4096) });

/** Where it is written. */
export const backupAnswer = z.object({ file: z.string() });

/** GET /admin/page: its address, with what logs in to it. */
export const pageAnswer = z.object({ url: text });

/** Whose limits: one of the two. */
export const limitScope = z.union([
    z.strictObject({ computer: text.min(1) }),
    z.strictObject({ owner: text.min(1) }),
]) satisfies z.ZodType<LimitScope>;

/** What may be used; what is absent is not limited. */
export const limitsSchema = z.strictObject({
    turnsAtOnce: count.optional(),
    promptsPerHour: count.optional(),
    tokensPerDay: count.optional(),
    costPerDay: z.number().min(0).optional(),
}) satisfies z.ZodType<Limits>;

/** POST /admin/limits: they take the place of those that were. GET /admin/limits has the scope as its query. */
export const limitsRequest = z.union([
    z.strictObject({ computer: text.min(1), limits: limitsSchema }),
    z.strictObject({ owner: text.min(1), limits: limitsSchema }),
]);

/** The limits as they are now. */
export const limitsAnswer = limitsSchema;

const jobNumber = z.int().min(1);

/** A job. */
export const jobSchema = z.object({
    number: jobNumber,
    state: z.enum(["queued", "running", "done", "failed", "killed"]),
    prompt: text,
    computer: text,
    seconds: z.number().min(0),
    silence: z.number().min(0).optional(),
    tools: count,
    cost: z.number().min(0),
    tool: text.optional(),
    words: text.optional(),
    asks: text.optional(),
    reason: text.optional(),
    place: count.optional(),
    attempt: count,
    isKept: z.boolean(),
    isCollected: z.boolean(),
    sessionId: text.optional(),
    nonce: text.optional(),
}) satisfies z.ZodType<Job>;

/** GET /admin/jobs: the newest first. */
export const jobsAnswer = z.array(jobSchema);

/** POST /admin/jobs/start: on a computer, by its id or name, with its profile and in its name. */
export const startJobRequest = z.strictObject({
    computer: text.min(1),
    /** One that comes twice is one job. */
    key: z.string().min(1).max(100),
    prompt: z.string().min(1).max(100_000),
    model: text.min(1).optional(),
    agent: text.min(1).optional(),
    isKept: z.boolean().optional(),
});

/** POST /admin/jobs/kill, /admin/jobs/collected */
export const jobRequest = z.strictObject({ number: jobNumber });

/** POST /admin/jobs/collect: answered at the job's end, once there is news, or after so many seconds. */
export const collectRequest = z.strictObject({ number: jobNumber, seconds: z.number().min(0).max(8) });

/** What it is at, and once it has ended what was written. */
export const collectAnswer = z.object({
    job: jobSchema,
    text: z.string().optional(),
}) satisfies z.ZodType<Collected>;

/** What every answer with a status from 400 on holds. */
export const adminFailure = z.object({ error: z.object({ code: text, message: text }) });

export type StatusAnswer = z.infer<typeof statusAnswer>;
export type AdminComputer = z.infer<typeof computerSchema>;
export type Pairing = z.infer<typeof pairingsAnswer>[number];
export type StartJobRequest = z.infer<typeof startJobRequest>;
export type ApproveRequest = z.infer<typeof approveRequest>;

/** Where a running bridge listens to its owner. */
export const adminAddress = z.object({
    url: z.string().refine((url) => {
        if (!URL.canParse(url)) return false;
        const { protocol, hostname } = new URL(url);
        // The token goes nowhere else.
        return protocol === "http:" && isLoopback(hostname.replace(/^\[|\]$/g, ""));
    }),
    token: z.string().min(16).max(200),
});

export type AdminAddress = z.infer<typeof adminAddress>;

/** Tells the owner's commands where the bridge is: for the bridge that runs. */
export function writeAdminAddress(data: string, address: AdminAddress): void {
    const file = adminFile(data);
    writeFileSync(`${file}.new`, JSON.stringify(address), { mode: 0o600 });
    renameSync(`${file}.new`, file);
}

/** Takes that back: it ends. */
export function removeAdminAddress(data: string): void {
    rmSync(adminFile(data), { force: true });
}

/** Why a command could not be carried out. `message` is one line or two. */
export class AdminProblem extends Error {
    readonly code: string;

    constructor(code: string, message: string) {
        super(message);
        this.name = "AdminProblem";
        this.code = code;
    }
}

/** @returns where the bridge is that runs with a data folder; throws an AdminProblem where none is */
export function readAdminAddress(data: string): AdminAddress {
    let found: unknown;
    try {
        found = JSON.parse(readFileSync(adminFile(data), "utf8"));
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === "ENOENT") throw noBridge(data);
        throw new AdminProblem("unreadable", `${adminFile(data)} cannot be read: ${message}`);
    }
    const address = adminAddress.safeParse(found);
    if (address.success) return address.data;
    throw new AdminProblem(
        "unreadable",
        `${adminFile(data)} is not what a bridge writes: start the bridge again.`,
    );
}

const noBridge = (data: string): AdminProblem =>
    new AdminProblem(
        "no_bridge",
        `No bridge runs with the data folder ${data}. Start it, or name another with --data.`,
    );

/** How long a bridge may take to answer its owner. */
const answerSeconds = 10;

/** The requests of the owner's commands. All reject with an AdminProblem. */
export interface AdminClient {
    status(): Promise<StatusAnswer>;
    computers(): Promise<AdminComputer[]>;
    pairings(): Promise<Pairing[]>;
    page(): Promise<{ url: string }>;
    approve(request: ApproveRequest): Promise<AdminComputer>;
    revoke(computer: string): Promise<{ id: string; name: string }>;
    /** @param file its absolute path, on the bridge's machine */
    backup(file: string): Promise<{ file: string }>;
    jobs(): Promise<Job[]>;
    startJob(request: StartJobRequest): Promise<Job>;
    /** @param seconds at most 8: less than an answer may take */
    collectJob(number: number, seconds: number): Promise<Collected>;
    jobCollected(number: number): Promise<Job>;
    killJob(number: number): Promise<Job>;
    limits(scope: LimitScope): Promise<Limits>;
    setLimits(scope: LimitScope, limits: Limits): Promise<Limits>;
}

/**
 * Talks to the bridge that runs with a data folder.
 * @returns throws an AdminProblem where none runs
 */
export function adminClient(data: string): AdminClient {
    const { url, token } = readAdminAddress(data);

    async function request<T>(schema: z.ZodType<T>, method: string, path: string, body?: object): Promise<T> {
        let response: Response;
        let answer: unknown;
        try {
            response = await fetch(new URL(path, url), {
                method,
                headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
                body: body && JSON.stringify(body),
                redirect: "error",
                signal: AbortSignal.timeout(answerSeconds * 1000),
            });
            answer = await response.json();
        } catch (error) {
            const { name, cause } = error as Error;
            if (name === "TimeoutError") {
                throw new AdminProblem(
                    "timed_out",
                    `The bridge on ${url} did not answer in ${answerSeconds} s.`,
                );
            }
            // Its file is left where it was killed.
            const { code, message } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
            if (code === "ECONNREFUSED") throw noBridge(data);
            if (message === "bad port") {
                throw new AdminProblem(
                    "bad_port",
                    `No browser asks anything of the port in ${url}: give another --port.`,
                );
            }
            throw new AdminProblem("strange", `What answers on ${url} is no bridge.`);
        }
        if (response.status === 401) {
            throw new AdminProblem(
                "unauthorized",
                `What runs on ${url} is another bridge: start this one again.`,
            );
        }
        if (!response.ok) {
            const failure = adminFailure.safeParse(answer);
            if (failure.success) throw new AdminProblem(failure.data.error.code, failure.data.error.message);
        }
        const read = schema.safeParse(answer);
        if (response.ok && read.success) return read.data;
        throw new AdminProblem(
            "version",
            "The bridge that runs is of another version: start it again with this one.",
        );
    }

    return {
        status: () => request(statusAnswer, "GET", "/admin/status"),
        computers: () => request(computersAnswer, "GET", "/admin/computers"),
        pairings: () => request(pairingsAnswer, "GET", "/admin/pairings"),
        page: () => request(pageAnswer, "GET", "/admin/page"),
        approve: (body) => request(approveAnswer, "POST", "/admin/approve", body),
        backup: (file) => request(backupAnswer, "POST", "/admin/backup", { file }),
        revoke: (computer) => request(revokeAnswer, "POST", "/admin/revoke", { computer }),
        jobs: () => request(jobsAnswer, "GET", "/admin/jobs"),
        startJob: (body) => request(jobSchema, "POST", "/admin/jobs/start", body),
        collectJob: (number, seconds) =>
            request(collectAnswer, "POST", "/admin/jobs/collect", { number, seconds }),
        jobCollected: (number) => request(jobSchema, "POST", "/admin/jobs/collected", { number }),
        killJob: (number) => request(jobSchema, "POST", "/admin/jobs/kill", { number }),
        limits: (scope) =>
            request(limitsAnswer, "GET", `/admin/limits?${new URLSearchParams({ ...scope }).toString()}`),
        setLimits: (scope, limits) => request(limitsAnswer, "POST", "/admin/limits", { ...scope, limits }),
    };
}
