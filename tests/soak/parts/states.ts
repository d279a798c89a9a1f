/** What power cuts at any operation can lead to while ccpm is at work: see ../part.ts. */
import { faultsOfCuts } from "../../ccpm/power-cut-faults.ts";
import { openScenarios } from "../../ccpm/power-cut-scenarios.ts";
import { Bench } from "../../ccpm/transaction-support.ts";
import type { OpenPart, Part } from "../part.ts";

/** All of them take longer than ten minutes; with three seeds seven of eight are seen. */
const SHARE = 0.5;

async function openStates(): Promise<OpenPart> {
    const bench = new Bench();
    const scenarios = await openScenarios(bench);
    const all = [...(await scenarios.ofRegistries()), ...(await scenarios.all())];
    let total = 0;
    return {
        async round(random, number) {
            const scenario = all[number % all.length]!;
            const isFollowed = (): boolean => random.chance(SHARE);
            const { followed, faults } = await faultsOfCuts(bench, scenarios, scenario, isFollowed);
            total += followed;
            return faults.length === 0
                ? undefined
                : `${scenario.name}: ${JSON.stringify(faults, undefined, 4)}`;
        },
        figures: () => `${total} states`,
        async close() {
            await scenarios.stop();
            bench.close();
        },
    };
}

export const states: Part = {
    name: "states",
    purpose: "what power cuts can leave of a change of ccpm's becomes the old state or the new one",
    rounds: 14,
    shortRounds: 1,
    open: openStates,
};
