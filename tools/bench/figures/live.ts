import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { type LiveComputer, type LiveTurn, startLive, type Way } from "../live.ts";
import { slowly } from "../server.ts";
import { differencePercent, median } from "../statistics.ts";

const ways: readonly Way[] = ["linked", "direct", "naive"];

/** How often a turn is measured in each way. */
const TIMES = 7;

/** How many turns the sessions have had before. */
const sessions = { short: 1, long: 100 };

/** Medians, by the way and the turns of the session. */
type Measured = (way: Way, history: number) => LiveTurn;

function medianTurn(turns: readonly LiveTurn[]): LiveTurn {
    const of = (field: keyof LiveTurn) => median(turns.map((turn) => turn[field]));
    return {
        firstWord: of("firstWord"),
        complete: of("complete"),
        sent: of("sent"),
        bytesReceived: of("bytesReceived"),
    };
}

async function measure(bench: Bench): Promise<Measured> {
    const live = await startLive(bench);
    const turns = new Map<string, LiveTurn[]>();
    try {
        const computers: { computer: LiveComputer; key: string }[] = [];
        for (const way of ways)
            for (const history of Object.values(sessions))
                computers.push({
                    computer: await live.newComputer(way, history),
                    key: `${way} ${history}`,
                });
        for (let time = 1; time <= TIMES; time += 1) {
            bench.say(
                `${computers.length} turns of ${slowly.seconds} s, word by word, time ${time} of ${TIMES} ...`,
            );
            // At the same time, for while they wait they take next to nothing. None is left running when one fails.
            const made = computers.map(async ({ computer, key }) => {
                const turn = await live.turn(computer);
                turns.set(key, [...(turns.get(key) ?? []), turn]);
            });
            await Promise.allSettled(made);
            await Promise.all(made);
        }
    } finally {
        await live.stop();
    }
    return (way, history) => medianTurn(turns.get(`${way} ${history}`) ?? []);
}

let measuring: Promise<Measured> | undefined;

/** What is read from a turn, and the most that it may be over the link. */
const readings: readonly { name: string; unit: string; bar?: number; value: (turn: LiveTurn) => number }[] = [
    { name: "first-word", unit: "s", bar: 0.15, value: ({ firstWord }) => firstWord },
    { name: "complete", unit: "s", bar: 0.06, value: ({ complete }) => complete },
    { name: "sent", unit: "frames", bar: 4, value: ({ sent }) => sent },
    { name: "bytes", unit: "B", value: ({ bytesReceived }) => bytesReceived },
];

const prefix = `live-${slowly.seconds}s`;

/** A turn in which the model writes word by word: over the link, beside the naive client, and with what polls for itself. */
export const liveFigures: readonly Figure[] = [
    ...readings.flatMap(({ name, unit, bar, value }) =>
        ways.map((way): Figure => {
            const own = `${prefix}-${name}`;
            const measureOwn = async (bench: Bench) =>
                value((await (measuring ??= measure(bench)))(way, sessions.long));
            if (way === "linked")
                return { name: own, unit, measure: measureOwn, ...(bar === undefined ? {} : { bar }) };
            if (way === "naive") return { name: `${own}-naive`, unit, beside: own, measure: measureOwn };
            return { name: `${own}-direct`, unit, measure: measureOwn };
        }),
    ),
    {
        name: `growth-${prefix}`,
        unit: "%",
        bar: 5,
        async measure(bench) {
            const of = await (measuring ??= measure(bench));
            return differencePercent(
                of("linked", sessions.long).bytesReceived,
                of("linked", sessions.short).bytesReceived,
            );
        },
    },
];
