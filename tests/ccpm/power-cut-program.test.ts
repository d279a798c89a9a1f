/**
 * The power goes, or the network, while a player's command runs: the program as it is installed, and a registry on
 * loopback. What a transaction does beyond these commands is in power-cut.test.ts.
 */
import { isDeepStrictEqual } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { INDEX, type Index } from "trapos-registry";
import { faultsOfCuts } from "./power-cut-faults.ts";
import {
    openScenarios,
    rowsOf,
    run,
    type Scenario,
    stateOf,
    statesBetween,
    use,
} from "./power-cut-scenarios.ts";
import { Bench, contents } from "./transaction-support.ts";

const bench = new Bench();
const scenarios = await openScenarios(bench);
afterAll(async () => {
    await scenarios.stop();
    bench.close();
});

/** The states of a change are some dozen up to two hundred, and each is a start: the soak part "states" follows more. */
const FOLLOWED = 12;
const LONG = { timeout: 120_000 };
const PARTIAL = "trapos/ccpm.partial/";
const LOCK = "trapos/ccpm.lock.json";

const all = [...(await scenarios.all()), ...(await scenarios.ofRegistries())];
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
        "~ apis/trapos/json.lua",
        "~ programs/ccpm.lua",
        "~ startup/ccpm.lua",
        "~ startup/servers.lua",
        "~ trapos/ccpm.cache.json",
        `~ ${LOCK}`,
    ];
    const keptByUpgrade = [
        "+ apis/trapos/json.lua.ccpm-old",
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

describe("the power may go at moments of", () => {
    test.each(all)("$name", LONG, async (scenario) => {
        let found = 0;
        const isFollowed = (): boolean => found++ % FOLLOWED === 0;
        const { followed, faults } = await faultsOfCuts(bench, scenarios, scenario, isFollowed);
        expect(faults).toEqual([]);
        expect(found).toBeGreaterThan(15);
        expect(followed).toBe(Math.ceil(found / FOLLOWED));
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
