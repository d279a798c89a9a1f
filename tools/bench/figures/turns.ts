import type { Bench } from "../bench.ts";
import { type Client, naive, onPreview, onTwin, ours } from "../clients.ts";
import type { Figure } from "../figure.ts";
import { differencePercent, evenly, median } from "../statistics.ts";
import { measureTurns, type Timing, type Turn } from "../turn.ts";

interface Length {
    /** How long the model takes for its answer. */
    readonly seconds: number;
    /** How often each client is measured. */
    readonly times: Readonly<Record<Client["name"], number>>;
    /** Whether turns run beside each other: long ones only wait, and would take minutes one after the other. */
    readonly together?: boolean;
    /** The most requests in such a turn. */
    readonly requestsBar?: number;
}

const lengths: readonly Length[] = [
    { seconds: 0.2, times: { ours: 15, naive: 3, twin: 9, preview: 5 } },
    { seconds: 2, times: { ours: 9, naive: 3, twin: 5, preview: 3 } },
    { seconds: 10, times: { ours: 9, naive: 3, twin: 5, preview: 3 }, together: true, requestsBar: 45 },
];

/** How many turns a session has had before that which is measured. */
const sessions = { short: 1, middle: 20, long: 100 };

/** The most, in percent, by which the bytes in a long session may differ from those in a short one. */
const growthBar = 5;

/** From the least to the most of some numbers, for people. */
function range(values: readonly number[]): string {
    return `${Math.min(...values)} to ${Math.max(...values)}`;
}

/**
 * When the model answers in one of several turns. The delay depends on where between two polls a turn ends, so the
 * turns are made to end evenly spread between two: how they happen to fall says nothing about the client.
 * @param seconds how long the turn is, in the mean of the phases
 * @param interval about how many seconds the client lets pass between two polls
 * @param phase where between them this turn ends, 0 to 1
 */
export function timing(seconds: number, interval: number, phase: number): Timing {
    // Of a turn with few polls the time of the first, and so of each, is known.
    if (seconds < 2 * interval) return { seconds: seconds + (phase - 0.5) * Math.min(interval, 2 * seconds) };
    return { seconds: seconds - interval, afterPoll: phase * interval };
}

const cellName = ({ seconds }: Length, session: number) => `turn-${seconds}s-session-${session}`;
const growthName = ({ seconds }: Length) => `growth-${seconds}s`;

/** With how many turns before the one that is measured a client is. */
const historiesOf = ({ histories }: Client) => histories ?? Object.values(sessions);

/** The sessions whose turns are needed for what is measured of a client in this run. */
function neededSessions(bench: Bench, client: Client, length: Length): number[] {
    const needs = (name: string) => bench.wanted.some((one) => one === name || one.startsWith(`${name}-`));
    return historiesOf(client).filter(
        (session) => needs(cellName(length, session)) || needs(growthName(length)),
    );
}

function medianTurn(turns: readonly Turn[]): Turn {
    return {
        delay: median(turns.map(({ delay }) => delay)),
        requests: median(turns.map(({ requests }) => requests)),
        bytesReceived: median(turns.map(({ bytesReceived }) => bytesReceived)),
    };
}

/** Measures a client in turns of one length. Returns the medians by the turns of the session. */
async function measureLength(bench: Bench, client: Client, length: Length): Promise<Map<number, Turn>> {
    const { seconds, together } = length;
    const times = length.times[client.name];
    const histories = neededSessions(bench, client, length);
    // The sessions take turns, so that a busy moment of the machine befalls all of them and does not look like growth.
    const plans = evenly(times, 0.5, 1).flatMap((phase) =>
        histories.map((history) => ({ history, timing: timing(seconds, client.interval(seconds), phase) })),
    );
    await bench.server(client.server);
    bench.say(`${plans.length} turns of ${seconds} s, ${client.name} ...`);
    const turns: Turn[] = [];
    const atOnce = together ? times : 1;
    while (turns.length < plans.length) {
        const group = plans.slice(turns.length, turns.length + atOnce);
        // All have started before the first ends, for a computer that boots holds up the others.
        turns.push(...(await measureTurns(bench, client, group, seconds / (atOnce + 1))));
    }
    return new Map(
        histories.map((history) => {
            const own = turns.filter((_, index) => plans[index]?.history === history);
            const delays = range(own.map(({ delay }) => delay));
            const requests = range(own.map(({ requests }) => requests));
            bench.say(`  in sessions of ${history}: delay ${delays} s, ${requests} requests`);
            return [history, medianTurn(own)];
        }),
    );
}

const measured = new Map<string, Promise<Map<number, Turn>>>();

/** The medians of a client's turns of one length in sessions of so many turns. Measures each length only once. */
async function turn(bench: Bench, client: Client, length: Length, session: number): Promise<Turn> {
    const key = `${client.name} ${length.seconds}`;
    const measuring = measured.get(key) ?? measureLength(bench, client, length);
    measured.set(key, measuring);
    const found = (await measuring).get(session);
    if (found === undefined) throw new Error(`Nothing was measured in sessions of ${session}.`);
    return found;
}

/** A client's figure. Only ours has a bar of its own; those of the others stand beside it. */
function figureOf(
    client: Client,
    name: string,
    unit: string,
    bar: number | undefined,
    measure: Figure["measure"],
): Figure {
    if (client === ours) return { name, unit, bar, measure };
    const other = { name: `${name}-${client.name}`, unit, beside: name, column: client.name, measure };
    // The same client is to need no more of opencode 2 than of opencode 1.
    return client.server !== undefined && unit !== "s" ? { ...other, atMost: name } : other;
}

/** Ours and the naive one on opencode 1. */
const clients = [ours, naive];
/** And ours on servers of opencode 2. */
const allClients = [...clients, onTwin, onPreview];

/** What is read from a turn, and the most that it may be. */
const readings: readonly {
    what: string;
    unit: string;
    bar: (length: Length) => number | undefined;
    value: (turn: Turn) => number;
}[] = [
    {
        what: "delay",
        unit: "s",
        // 150 ms, and 4 % of a turn that is longer than two seconds.
        bar: ({ seconds }) => (seconds <= 2 ? 0.15 : seconds * 0.04),
        value: ({ delay }) => delay,
    },
    {
        what: "requests",
        unit: "requests",
        bar: ({ requestsBar }) => requestsBar,
        value: ({ requests }) => requests,
    },
    { what: "bytes", unit: "B", bar: () => undefined, value: ({ bytesReceived }) => bytesReceived },
];

/** Delay, requests and bytes of a turn by its length and the session's, ours and the naive client's. */
export const turnFigures: readonly Figure[] = lengths.flatMap((length) =>
    Object.values(sessions).flatMap((session) =>
        allClients
            .filter((client) => historiesOf(client).includes(session))
            .flatMap((client) =>
                readings.map(({ what, unit, bar, value }) =>
                    figureOf(
                        client,
                        `${cellName(length, session)}-${what}`,
                        unit,
                        bar(length),
                        async (bench) => value(await turn(bench, client, length, session)),
                    ),
                ),
            ),
    ),
);

/** By how much the bytes of a turn in the longest session differ from those in the shortest. */
export const growthFigures: readonly Figure[] = lengths.flatMap((length) =>
    clients.map((client) =>
        figureOf(client, growthName(length), "%", growthBar, async (bench) => {
            const long = await turn(bench, client, length, sessions.long);
            const short = await turn(bench, client, length, sessions.short);
            return differencePercent(long.bytesReceived, short.bytesReceived);
        }),
    ),
);
