/** Power cuts while ccpm is at work, up to three in a row: see ../part.ts. */
import { isDeepStrictEqual } from "node:util";
import { boot, type PowerCutPlan } from "craftos-headless";
import {
    hasStartupFile,
    lostOf,
    openScenarios,
    OWN,
    PLAYERS,
    run,
    type Scenario,
    type Scenarios,
    stateOf,
    statesBetween,
    use,
} from "../../ccpm/power-cut-scenarios.ts";
import { Bench, contents } from "../../ccpm/transaction-support.ts";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";

/** What is known of a scenario before the power is cut. */
interface Known {
    readonly scenario: Scenario;
    /** What there may be afterwards, in this order. */
    readonly states: readonly object[];
    /** What `ccpm verify` says of each. */
    readonly verified: readonly string[];
    /** How many operations the command has. */
    readonly operations: number;
}

/** What a start may have at most to put right, with some more. */
const MOST_OF_RECOVERY = 90;

const PROMPT = /(^|\n)>$/;

/** Runs a command, or nothing, until the power goes. @returns whether it went */
async function cutDuring(
    disk: string,
    command: string | undefined,
    powerCut: PowerCutPlan,
): Promise<boolean> {
    const http = { allow: ["127.0.0.1"] };
    const computer = await boot({ disk, width: 120, randomSeed: 1, http, faults: { powerCut } });
    try {
        const ended = computer.exit.then(({ reason }) => reason === "powerCut");
        const whole = async (): Promise<boolean> => {
            await computer.waitForText(PROMPT, { timeoutSeconds: 60 });
            if (command !== undefined) await run(computer, command);
            return false;
        };
        // Waiting fails where the computer ends, and then that it has ended counts.
        return await Promise.race([ended, whole().catch(() => ended)]);
    } finally {
        await computer.close();
    }
}

async function learn(bench: Bench, scenarios: Scenarios, scenario: Scenario): Promise<Known> {
    let operations = 0;
    const verified: string[] = [];
    const between: string[] = [];
    const states = await statesBetween(
        bench,
        scenarios,
        scenario,
        () => void (operations += 1),
        (disk) => {
            between.push(bench.copy(disk));
        },
    );
    for (const disk of between) {
        verified.push(await use(disk, (computer) => run(computer, "ccpm verify")));
        bench.drop(disk);
    }
    return { scenario, states, verified, operations };
}

function powerCutAt(random: Random, operations: number): PowerCutPlan {
    return {
        operation: 1 + random.whole(operations),
        moment: random.pick(["before", "during", "after"]),
        unflushed: random.pick(["lost", "half", "kept"]),
    };
}

/** Paths that tell a disk from the most similar of the states that it may have. */
function differences(states: readonly object[], is: object): string {
    const [one, other] = [is as Record<string, unknown>, states as readonly Record<string, unknown>[]];
    const each = other.map((wanted) =>
        Object.keys({ ...wanted, ...one }).filter((path) => !isDeepStrictEqual(wanted[path], one[path])),
    );
    return each.sort((few, more) => few.length - more.length)[0]!.join(", ");
}

async function openCuts(): Promise<OpenPart> {
    const bench = new Bench();
    const scenarios = await openScenarios(bench);
    const all = await scenarios.all();
    // It takes seconds to learn of one, so that a short run learns of those alone that it plays.
    const known = new Map<Scenario, Known>();
    const learned = async (scenario: Scenario): Promise<Known> => {
        const one = known.get(scenario) ?? (await learn(bench, scenarios, scenario));
        known.set(scenario, one);
        return one;
    };
    const counts = { old: 0, new: 0, between: 0, cuts: 0 };

    async function play(random: Random, disk: string): Promise<string | undefined> {
        const { scenario, states, verified, operations } = await learned(random.pick(all));
        const { name, template, command, isNewer, players } = scenario;
        bench.fill(disk, template);
        scenarios.serve(isNewer);
        const trail = [name];
        const wrong = (what: string): string => `${trail.join("; ")}: ${what}`;

        const cuts = 1 + random.whole(3);
        for (let cut = 0; cut < cuts; cut++) {
            // Most of what a start puts right is short.
            const most = cut === 0 ? operations : random.pick([8, 25, MOST_OF_RECOVERY]);
            const powerCut = powerCutAt(random, most);
            const hasGone = await cutDuring(disk, cut === 0 ? command : undefined, powerCut);
            if (hasGone) {
                counts.cuts += 1;
                trail.push(
                    `${powerCut.moment} ${powerCut.operation as number}, unflushed ${powerCut.unflushed}`,
                );
            }
            const lost = lostOf(players, contents(disk));
            if (lost.length > 0) return wrong(`lost ${lost.join(", ")}`);
            if (!hasGone) break;
        }

        return await use(disk, async (computer) => {
            const rows = computer.transcript().split("\n");
            const files = contents(disk);
            const rests = Object.keys(files).filter((path) => OWN.test(path));
            if (rests.length > 0) return wrong(`there still is ${rests.join(", ")}`);
            const state = states.findIndex((one) => isDeepStrictEqual(one, stateOf(files)));
            if (state < 0) return wrong(`neither old nor new: ${differences(states, stateOf(files))}`);
            const runs = rows.filter((row) => row === PLAYERS).length;
            if (runs !== (hasStartupFile(players) ? 1 : 0))
                return wrong(`the player's startup file ran ${runs} times:\n${rows.join("\n")}`);
            counts[state === 0 ? "old" : state === states.length - 1 ? "new" : "between"] += 1;

            // What comes of further commands follows from the state alone, of which there are few.
            if (random.chance(0.7)) return undefined;
            const said = await run(computer, "ccpm verify");
            if (said !== verified[state])
                return wrong(`ccpm verify said\n${said}\nin place of\n${verified[state]}`);
            if (files["programs/ccpm.lua"] === undefined) return undefined;
            await run(computer, command);
            const after = stateOf(contents(disk));
            if (isDeepStrictEqual(after, states.at(-1))) return undefined;
            return wrong(
                `the command given again left another state: ${differences(states.slice(-1), after)}`,
            );
        });
    }

    return {
        async round(random) {
            const disk = bench.disk({});
            try {
                return await play(random, disk);
            } finally {
                bench.drop(disk);
            }
        },
        figures: () =>
            `${counts.cuts} cuts; ${counts.old} old, ${counts.new} new, ${counts.between} between two changes`,
        async close() {
            await scenarios.stop();
            bench.close();
        },
    };
}

export const cuts: Part = {
    name: "cuts",
    purpose: "after power cuts while ccpm is at work there is the old state or the new one, whole",
    rounds: 600,
    shortRounds: 3,
    open: openCuts,
};
