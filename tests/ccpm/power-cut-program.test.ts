/**
 * The power goes, or the network, while a player's command runs: the program as it is installed, and a registry on
 * loopback. What a transaction does beyond these commands is in power-cut.test.ts.
 */
import { isDeepStrictEqual } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { INDEX, type Index } from "../../tools/build/packages.ts";
import {
    lostOf,
    openScenarios,
    OWN,
    PLAYERS,
    rowsOf,
    run,
    type Scenario,
    stateOf,
    statesBetween,
    use,
} from "./power-cut-scenarios.ts";
import { contentsOf, everyOutcome, type Outcome, type Start } from "./power-cut-states.ts";
import { Bench, contents } from "./transaction-support.ts";

const bench = new Bench();
const scenarios = await openScenarios(bench);
afterAll(async () => {
    await scenarios.stop();
    bench.close();
});

/** The states of a change are some dozen up to two hundred, and each is a start. */
const LONG = { timeout: 600_000 };
const PARTIAL = "trapos/ccpm.partial/";
const JOURNAL = "trapos/ccpm.staging/journal.json";
const LOCK = "trapos/ccpm.lock.json";

const second = `${scenarios.url}second/`;
const all: Scenario[] = [
    ...(await scenarios.all()),
    {
        name: "registry add",
        command: `ccpm registry add ${second}`,
        title: `add registry ${second}`,
        template: scenarios.whole,
        isNewer: false,
        players: {},
    },
    {
        name: "registry remove",
        command: `ccpm registry remove ${second}`,
        title: `remove registry ${second}`,
        template: await scenarios.prepare(scenarios.whole, [`ccpm registry add ${second}`]),
        isNewer: false,
        players: {},
    },
    {
        name: "update with news",
        command: "ccpm update",
        title: "update",
        template: scenarios.whole,
        isNewer: true,
        players: {},
    },
];
const named = (name: string): Scenario => all.find((one) => one.name === name)!;

/** What a command does to the disk: "+ path", "- path", "~ path". */
async function differenceOf(scenario: Scenario): Promise<string[]> {
    const states = (await statesBetween(bench, scenarios, scenario)) as Record<string, unknown>[];
    const [was, is] = [states[0]!, states.at(-1)!];
    const paths = Object.keys({ ...was, ...is }).filter((path) => !isDeepStrictEqual(was[path], is[path]));
    return paths.map((path) => `${path in was ? (path in is ? "~" : "-") : "+"} ${path}`).sort();
}

describe("what the commands do that nothing disturbs", () => {
    const ours = (sign: string, ...packages: string[]): string[] =>
        packages.flatMap((name) => scenarios.filesOf(name)).map((path) => `${sign} ${path}`);
    const upgraded = [
        "+ startup/later.lua",
        "- help/ccpm.txt",
        "~ apis/ccpm/finish.lua",
        "~ apis/ccpm/transaction.lua",
        "~ apis/json.lua",
        "~ programs/ccpm.lua",
        "~ startup/ccpm.lua",
        "~ startup/servers.lua",
        "~ trapos/ccpm.cache.json",
        `~ ${LOCK}`,
    ];
    const keptByUpgrade = [
        "+ apis/json.lua.ccpm-old",
        "+ help/ccpm.txt.ccpm-old",
        "+ startup.ccpm-old/servers.lua",
    ];
    const state = [`- ${LOCK}`, "- trapos/ccpm.json", "- trapos/ccpm.cache.json"];
    const goes = [
        ...ours("-", "ccpm", "clock", "trapos-boot", "trapos-core"),
        ...["alarms/one", "alarms/two", "time"].map((path) => `- trapos/clock/${path}`),
        ...state,
        "+ programs/clock.lua.ccpm-old",
    ];
    test.each<[name: string, difference: string[]]>([
        ["install", [...ours("+", "trapos", "trapos-boot"), `~ ${LOCK}`]],
        ["upgrade", upgraded],
        ["upgrade over changed files", [...upgraded, ...keptByUpgrade]],
        ["uninstall everything", goes],
        ["uninstall everything, with nothing else at boot", goes],
        ["uninstall everything, with a startup.lua", goes],
        ["registry add", ["~ trapos/ccpm.cache.json", "~ trapos/ccpm.json"]],
        ["registry remove", ["~ trapos/ccpm.cache.json", "~ trapos/ccpm.json"]],
        ["update with news", ["~ trapos/ccpm.cache.json"]],
    ])("%s", async (name, difference) => {
        expect(await differenceOf(named(name))).toEqual(difference.sort());
    });

    test("an upgrade raises the packages whose files are newer", async () => {
        const states = (await statesBetween(bench, scenarios, named("upgrade"))) as Record<string, unknown>[];
        const [was, is] = [states[0], states.at(-1)].map(
            (files) => (files![LOCK] as { packages: Index["packages"] }).packages,
        );
        const raised = Object.keys({ ...is }).filter((name) => is?.[name]?.version !== was?.[name]?.version);
        expect(raised.sort()).toEqual(["ccpm", "trapos-boot", "trapos-core"]);
    });
});

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

describe("the power may go at any moments of", () => {
    test.each(all)("$name", LONG, async (scenario) => {
        const { command, title, template, isNewer, players } = scenario;
        const states = await statesBetween(bench, scenarios, scenario);
        const [before, after] = [states[0], states.at(-1)];
        expect(after).not.toEqual(before);
        scenarios.serve(isNewer);
        const change: Start<unknown> = (disk, operation) =>
            use(disk, (computer) => run(computer, command), { operation });
        const start: Start<string[]> = (disk, operation) => use(disk, rowsOf, { operation });
        const outcomes = await everyOutcome(bench, bench.copy(template), change, start);
        expect(outcomes.length).toBeGreaterThan(15);

        const hasDoor = "startup/door.lua" in players || "startup.lua" in players;
        const faults = outcomes.flatMap((outcome) => {
            const { trail, state, after: disk, said } = outcome;
            const is = stateOf(contentsOf(disk));
            const faultsHere: unknown[] = lostOf(players, state.files).map((path) => `lost: ${path}`);
            if (!states.some((one) => isDeepStrictEqual(one, is))) faultsHere.push(differences(states, is));
            if (title !== undefined) {
                const wanted = isCommitted(outcome, before!) ? after : before;
                if (!isDeepStrictEqual(is, wanted)) faultsHere.push("another state than at that moment");
                const lines = said.filter((line) => /^ccpm (finished|was stopped)/.test(line));
                const line = `ccpm finished: ${title} (the power had gone)`;
                if (lines.some((one) => one.startsWith("ccpm finished") && one !== line))
                    faultsHere.push(lines);
            }
            if (hasDoor && said.filter((line) => line === PLAYERS).length !== 1) faultsHere.push(said);
            return faultsHere.length === 0 ? [] : [{ trail, faults: faultsHere }];
        });
        expect(faults).toEqual([]);

        // The disk is wholly one of few, so that some of them stand for all.
        for (const { trail, after: disk } of outcomes.filter((_, index) => index % 40 === 0)) {
            if (disk.files["programs/ccpm.lua"] === undefined) continue;
            const folder = bench.disk(contentsOf(disk));
            await use(folder, (computer) => run(computer, command));
            const is = stateOf(contents(folder));
            expect(is, trail.join(", then ")).toEqual(after);
            bench.drop(folder);
        }
    });
});

describe("the network may go while a package and another that it needs are installed", () => {
    const { template, command } = named("install");
    const installed = [...scenarios.filesOf("trapos"), ...scenarios.filesOf("trapos-boot")];
    test.each([...installed, INDEX].map((_, index) => index + 1))(
        "at request %i: nothing changes, and the next run fetches what is missing",
        async (lost) => {
            scenarios.serve(false);
            const disk = bench.copy(template);
            const before = stateOf(contents(disk));
            const whole = stateOf(contents(scenarios.whole));
            await use(disk, async (computer) => {
                computer.setNetworkFaults(({ number }) =>
                    number >= lost ? { cutAfterBytes: 20 } : undefined,
                );
                expect(await run(computer, command)).toContain(scenarios.url);
                const files = Object.entries(stateOf(contents(disk)));
                const kept = files.filter(([path]) => path.startsWith(PARTIAL)).map(([, text]) => text);
                expect(kept).toHaveLength(Math.max(0, lost - 2));
                const others = files.filter(([path]) => !path.startsWith(PARTIAL));
                expect(Object.fromEntries(others)).toEqual(before);

                computer.setNetworkFaults(undefined);
                const asked = scenarios.requests.length;
                expect(await run(computer, command)).toContain("Done.");
                const missing = installed.filter((path) => !kept.includes(whole[path]));
                expect(scenarios.requests.slice(asked).sort()).toEqual([...missing, INDEX].sort());
            });
            expect(stateOf(contents(disk))).toEqual(whole);
        },
    );
});

test("a start clears away what was begun to mend a damaged finisher, and nothing else of the player's", async () => {
    const disk = await scenarios.prepare(scenarios.withClock, [], {
        "apis/ccpm/finish.lua": "return 7",
        "trapos/ccpm.staging/of-1/startup/00-ccpm-finish.lua": "half",
        "trapos/ccpm.partial/0123": "half",
    });
    await use(disk, rowsOf);
    expect(stateOf(contents(disk))).toEqual({
        ...stateOf(contents(scenarios.withClock)),
        "apis/ccpm/finish.lua": "return 7",
    });
});
