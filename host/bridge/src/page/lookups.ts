/** What the page asks for when somebody wants to see it: it is much, or opencode has it. */
import { setImmediate as giveWay } from "node:timers/promises";
import { OpencodeFailure } from "trapos-opencode";
import type { Message } from "../../../../src/apis/ai/protocol.ts";
import { dayOf, millisecondsPerDay } from "../journal/day.ts";
import { tokensOf, type UsageTotal } from "../journal/index.ts";
import { PageRefusal } from "./changes.ts";
import type { PageWorld } from "./world.ts";

/** How many sessions of a computer, and how many messages of one, are shown. */
const MOST_SESSIONS = 100;
const MOST_MESSAGES = 60;

/** How many of its sessions opencode is asked for. */
const MOST_ASKED = 1000;

/** The most characters of a part that are shown. */
const LONGEST_PART = 20_000;

/** The computers that a chart shows by name. */
const MOST_NAMED = 8;

/** Asks opencode; fails with a line that says why it cannot be asked. */
async function asked<T>(work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        if (!(error instanceof OpencodeFailure)) throw error;
        throw new PageRefusal(502, error.code, `opencode does not tell: ${error.message}`);
    }
}

/** The sessions of a computer, newest first. */
async function sessions(world: PageWorld, query: URLSearchParams): Promise<object> {
    const ids = world.journal.sessionsOf(query.get("computer") ?? "");
    const shown = ids.slice(0, MOST_SESSIONS);
    let reason: string | undefined;
    const known = await asked(() =>
        world.client().listSessions(MOST_ASKED, undefined, world.directory),
    ).catch((error: unknown) => {
        if (!(error instanceof PageRefusal)) throw error;
        reason = error.message;
        return [];
    });
    const titles = new Map(known.map((session) => [session.id, session]));
    return {
        total: ids.length,
        // Their names are opencode's, and the rest is known here.
        reason,
        sessions: shown.map((id) => ({
            id,
            title: titles.get(id)?.title,
            updatedAt: titles.get(id)?.time.updated,
            closed: world.journal.closedReason(id),
            nonce: world.turns.nonceIn(id),
        })),
    };
}

function partOf(part: Message["parts"][number]): object | undefined {
    const { type, text, tool, state, synthetic } = part;
    if (type === "tool")
        return {
            kind: "tool",
            tool,
            status: state?.status,
            title: state?.title ?? state?.input?.command ?? state?.input?.filePath,
            failure: state?.error,
        };
    if ((type !== "text" && type !== "reasoning") || text === undefined || text === "") return undefined;
    const isCut = text.length > LONGEST_PART;
    return { kind: type, text: isCut ? `${text.slice(0, LONGEST_PART)} ...` : text, synthetic };
}

/** Whether a message was said by somebody, or shows what a line of the shell has printed. */
const isSaid = ({ info }: Message): boolean => info.role !== "idle" && info.role !== "other";

/** What was said in a session of a computer's, oldest first. */
async function messages(world: PageWorld, query: URLSearchParams): Promise<object> {
    const id = query.get("session") ?? "";
    const computerId = world.journal.ownerOfSession(id);
    if (computerId === undefined) throw new PageRefusal(404, "unknown", "No computer has such a session.");
    const found = await asked(() => world.client().getMessages(id, MOST_MESSAGES));
    return {
        session: id,
        computer: computerId,
        nonce: world.turns.nonceIn(id),
        isWhole: found.length < MOST_MESSAGES,
        // opencode 2 tells among them of more than was said.
        messages: found.filter(isSaid).map(({ info, parts }) => ({
            id: info.id,
            role: info.role,
            at: info.time.created,
            failure: info.error?.data?.message ?? info.error?.name,
            parts: parts.map(partOf).filter((part) => part !== undefined),
        })),
    };
}

interface Row {
    readonly tokens: number[];
    readonly cost: number[];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** What was used, by day and computer: the largest by name, and all others in one. */
async function usage(world: PageWorld, query: URLSearchParams): Promise<object> {
    const count = query.get("days") === "30" ? 30 : 14;
    const now = world.now();
    const days = Array.from({ length: count }, (_, back) =>
        dayOf(now - (count - 1 - back) * millisecondsPerDay),
    );
    const newRow = (): Row => ({ tokens: days.map(() => 0), cost: days.map(() => 0) });
    const add = (row: Row, place: number, tokens: number, cost: number): void => {
        row.tokens[place] = (row.tokens[place] ?? 0) + tokens;
        row.cost[place] = (row.cost[place] ?? 0) + cost;
    };
    const rows = new Map<string, Row>();
    for (const [place, day] of days.entries()) {
        for (const { computerId, total } of world.journal.usageOn(day)) {
            const row = rows.get(computerId) ?? newRow();
            rows.set(computerId, row);
            add(row, place, tokensOf(total satisfies UsageTotal), total.cost);
        }
        // A day that nobody has asked for yet takes the bridge's one thread a while: the others have their turn in between.
        await giveWay();
    }
    const names = new Map(world.journal.computers().map(({ id, name }) => [id, name]));
    const sorted = [...rows].sort(([, one], [, other]) => sum(other.tokens) - sum(one.tokens));
    const others = newRow();
    for (const [, row] of sorted.slice(MOST_NAMED))
        days.forEach((_, place) => add(others, place, row.tokens[place] ?? 0, row.cost[place] ?? 0));
    return {
        days,
        series: [
            ...sorted.slice(0, MOST_NAMED).map(([id, row]) => ({ id, name: names.get(id) ?? id, ...row })),
            ...(sorted.length > MOST_NAMED
                ? [{ id: "", name: `${sorted.length - MOST_NAMED} others`, ...others }]
                : []),
        ],
    };
}

/** A job and what it has written, which is no collecting: its computer is told of it all the same. */
async function job(world: PageWorld, query: URLSearchParams): Promise<object> {
    const number = Number(query.get("number"));
    if (!Number.isSafeInteger(number) || number < 1)
        throw new PageRefusal(400, "bad_request", "That is no number of a job.");
    return world.jobs.collect(number, 0);
}

/** What can be asked for, by the last name of its route. */
export const lookups = { sessions, messages, usage, job } as const;

export type LookupName = keyof typeof lookups;
