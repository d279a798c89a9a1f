/** What a player's command leaves where the power goes at any moment of it, and again at any moment of the start after. */
import { isDeepStrictEqual } from "node:util";
import {
    hasStartupFile,
    lostOf,
    OWN,
    PLAYERS,
    rowsOf,
    run,
    type Scenario,
    type Scenarios,
    stateOf,
    statesBetween,
    use,
} from "./power-cut-scenarios.ts";
import { contentsOf, everyOutcome, type Outcome, type Start } from "./power-cut-states.ts";
import { type Bench, contents } from "./transaction-support.ts";

const JOURNAL = "trapos/ccpm.staging/journal.json";

/** Whether a change was decided: only then is anything touched that is not ccpm's own. */
function isCommitted({ state }: Outcome<unknown>, before: object): boolean {
    const files = Object.entries(contentsOf(state)).filter(([path]) => !OWN.test(path));
    return JOURNAL in state.files || !isDeepStrictEqual(stateOf(Object.fromEntries(files)), before);
}

/** The paths that tell a disk from the states that it may have, those of the most similar one. */
function differences(states: readonly object[], is: Readonly<Record<string, unknown>>): string[] {
    const each = states.map((one) => {
        const wanted = one as Record<string, unknown>;
        return Object.keys({ ...wanted, ...is }).filter((path) => !isDeepStrictEqual(wanted[path], is[path]));
    });
    return each.sort((one, other) => one.length - other.length)[0]!;
}

/**
 * Follows what power cuts can lead to in one scenario.
 * @param isFollowed asked for each state that cuts leave
 * @returns how many were followed, and what was wrong: the cuts that led there, and what should not be
 */
export async function faultsOfCuts(
    bench: Bench,
    scenarios: Pick<Scenarios, "serve">,
    scenario: Scenario,
    isFollowed: () => boolean,
): Promise<{ followed: number; faults: object[] }> {
    const { command, title, template, isNewer, players } = scenario;
    const states = await statesBetween(bench, scenarios, scenario);
    const [before, after] = [states[0], states.at(-1)];
    if (isDeepStrictEqual(before, after)) return { followed: 0, faults: [{ unchanged: command }] };
    scenarios.serve(isNewer);
    const change: Start<unknown> = (disk, operation) =>
        use(disk, (computer) => run(computer, command), { operation });
    const start: Start<string[]> = (disk, operation) => use(disk, rowsOf, { operation });
    const outcomes = await everyOutcome(bench, bench.copy(template), change, start, isFollowed);

    const faults = outcomes.flatMap<object>((outcome) => {
        const { trail, state, after: disk, said } = outcome;
        const is = stateOf(contentsOf(disk));
        const here: unknown[] = lostOf(players, state.files).map((path) => `lost: ${path}`);
        if (!states.some((one) => isDeepStrictEqual(one, is))) here.push(differences(states, is));
        if (title !== undefined) {
            const wanted = isCommitted(outcome, before!) ? after : before;
            if (!isDeepStrictEqual(is, wanted)) here.push("another state than at that moment");
            const line = `ccpm finished: ${title} (the power had gone)`;
            if (said.some((one) => one.startsWith("ccpm finished") && one !== line)) here.push(said);
        }
        if (hasStartupFile(players) && said.filter((line) => line === PLAYERS).length !== 1) here.push(said);
        return here.length === 0 ? [] : [{ trail, faults: here }];
    });

    // The disk is wholly one of few, so that some of them stand for all.
    for (const { trail, after: disk } of outcomes.filter((_, index) => index % 40 === 0)) {
        if (disk.files["programs/ccpm.lua"] === undefined) continue;
        const folder = bench.disk(contentsOf(disk));
        await use(folder, (computer) => run(computer, command));
        const is = stateOf(contents(folder));
        if (!isDeepStrictEqual(is, after)) faults.push({ trail, again: differences([after!], is) });
        bench.drop(folder);
    }
    return { followed: outcomes.length, faults };
}
