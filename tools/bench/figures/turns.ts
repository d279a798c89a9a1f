import type { Bench } from "../bench.ts";
import { type Client, naive, ours } from "../clients.ts";
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
    { seconds: 0.2, times: { ours: 9, naive: 3 } },
    { seconds: 2, times: { ours: 7, naive: 3 } },
    { seconds: 10, times: { ours: 9, naive: 3 }, together: true, requestsBar: 45 },
];

/** How many turns a session has had before that which is measured. */
const sessions = { short: 1, middle: 20, long: 100 };

/** The longest delay: 150 ms, and 4 % of a turn that is longer than two seconds. */
const delayBar = (seconds: number) => (seconds <= 2 ? 0.15 : seconds * 0.04);

/** The most, in percent, by which the bytes in a long session may differ from those in a short one. */
const growthBar = 5;

/** From the least to the most of some numbers, for people. */
function range(values: readonly number[], digits: number): string {
    return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
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

async function medianTurn(bench: Bench, client: Client, length: Length, session: number): Promise<Turn> {
    const { seconds, together } = length;
    const times = length.times[client.name];
    const timings = evenly(times, 0.5, 1).map((phase) => timing(seconds, client.interval(seconds), phase));
    // All have started before the first ends, for a computer that boots holds up the others.
    const apart = together ? seconds / (times + 1) : undefined;
    await bench.server();
    bench.say(`${times} turns of ${seconds} s in sessions of ${session}, ${client.name} ...`);
    const turns = await measureTurns(bench, client, session, timings, apart);
    const delays = turns.map(({ delay }) => delay);
    const requests = turns.map(({ requests }) => requests);
    bench.say(`    delay ${range(delays, 3)} s, ${range(requests, 0)} requests`);
    return {
        delay: median(delays),
        requests: median(requests),
        bytesReceived: median(turns.map(({ bytesReceived }) => bytesReceived)),
    };
}

const measured = new Map<string, Promise<Turn>>();

/** As `medianTurn`, but measures only once: several figures are read from it. */
function turn(bench: Bench, client: Client, length: Length, session: number): Promise<Turn> {
    const key = `${client.name} ${length.seconds} ${session}`;
    const result = measured.get(key) ?? medianTurn(bench, client, length, session);
    measured.set(key, result);
    return result;
}

/** A client's figure. Only ours has a bar; the naive client's stands beside it. */
function figureOf(
    client: Client,
    name: string,
    unit: string,
    bar: number | undefined,
    measure: Figure["measure"],
): Figure {
    if (client === ours) return { name, unit, bar, measure };
    return { name: `${name}-${client.name}`, unit, beside: name, measure };
}

const clients = [ours, naive];

/** Delay, requests and bytes of a turn by its length and the session's, ours and the naive client's. */
export const turnFigures: readonly Figure[] = lengths.flatMap((length) =>
    Object.values(sessions).flatMap((session) =>
        clients.flatMap((client) => {
            const { seconds, requestsBar } = length;
            const name = `turn-${seconds}s-session-${session}`;
            const of = (value: (turn: Turn) => number) => async (bench: Bench) =>
                value(await turn(bench, client, length, session));
            return [
                figureOf(
                    client,
                    `${name}-delay`,
                    "s",
                    delayBar(seconds),
                    of(({ delay }) => delay),
                ),
                figureOf(
                    client,
                    `${name}-requests`,
                    "requests",
                    requestsBar,
                    of(({ requests }) => requests),
                ),
                figureOf(
                    client,
                    `${name}-bytes`,
                    "B",
                    undefined,
                    of(({ bytesReceived }) => bytesReceived),
                ),
            ];
        }),
    ),
);

/** By how much the bytes of a turn in the longest session differ from those in the shortest. */
export const growthFigures: readonly Figure[] = lengths.flatMap((length) =>
    clients.map((client) =>
        figureOf(client, `growth-${length.seconds}s`, "%", growthBar, async (bench) => {
            const long = await turn(bench, client, length, sessions.long);
            const short = await turn(bench, client, length, sessions.short);
            return differencePercent(long.bytesReceived, short.bytesReceived);
        }),
    ),
);
