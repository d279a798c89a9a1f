/** What libccpm's functions say to programs that hand in something wrong: they never raise, and name what is wrong. */
import { describe, expect, test } from "vitest";
import { filesOn, newComputer, run, startRegistry, stateOn } from "./support.ts";

type Row = [ok: boolean, value: { code: string; message: string; hint: string }];

/** One value of each type that Lua has, and tables of several kinds. */
const VALUES = `
    local values = {
        ["nil"] = nil, ["false"] = false, ["true"] = true, zero = 0, half = 1.5, nan = 0/0, inf = math.huge,
        empty = "", text = "app", list = { "app" }, numbers = { 1, 2 }, nested = { { {} } }, none = {},
        fields = { a = 1, force = "yes", position = {}, cascade = 1, unused = {} }, holes = { [2] = "app" },
        call = print, thread = coroutine.create(print), library = ccpm,
        plan = { title = "x", packages = {}, files = { { path = "x" } }, data = {}, state = {}, notes = {} },
    }
    local kinds = { "nil" }
    for name in pairs(values) do kinds[#kinds + 1] = name end
    table.sort(kinds)
`;

describe("each function, for each value in each place", () => {
    test(
        "gives a result or a failure, which is no unexpected one and no raw error",
        { timeout: 180_000 },
        async () => {
            const registry = await startRegistry({ app: { files: { "programs/app.lua": "app" } } });
            const disk = await newComputer([registry.url]);
            const before = await filesOn(disk);
            const { rows } = await run(
                disk,
                `${VALUES}
            local names = {}
            for name in pairs(ccpm) do names[#names + 1] = name end
            table.sort(names)
            for _, name in ipairs(names) do
                for _, first in ipairs(kinds) do
                    for _, second in ipairs(kinds) do
                        -- What would change something is tried below.
                        local isReal = first == "list" or first == "text" or first == "none"
                        if not (isReal and name:find("Registry")) then
                            local raised, ok, value = pcall(ccpm[name], values[first], values[second])
                            print(textutils.serializeJSON({ name, first, second, raised, ok, type(value) == "table" and value.code or "",
                                type(value) == "table" and value.message or tostring(value), type(value) == "table" and value.hint or "" }))
                        end
                    end
                end
            end`,
                { timeoutSeconds: 150 },
            );
            expect(rows.length).toBeGreaterThan(2000);
            const seen = new Set<string>();
            for (const row of rows) {
                const [name, , , raised, ok, code, message, hint] = row as string[];
                const what = JSON.stringify(row);
                expect(raised, what).toBe(true);
                if (ok as unknown) continue;
                expect(code, what).not.toBe("internal_error");
                expect(`${message}${hint}`, what).not.toMatch(/install\.lua|attempt to|\.lua:\d/);
                if (code !== "bad_argument") continue;
                seen.add(name!);
                expect(message, what).toMatch(
                    new RegExp(`^${name}: (names|options|findings|plan|registry|position)\\b`),
                );
                expect(hint, what).toMatch(new RegExp(`^Call it as: ccpm\\.${name}\\(`));
            }
            expect([...seen].sort()).toEqual(
                ["addRegistry", "apply", "moveRegistry", "planInstall", "planRepair", "planUninstall"].concat(
                    ["planUpgrade", "removeRegistry", "verify"],
                ),
            );
            // Nothing but what the registry offers has been written down.
            const after = await filesOn(disk);
            expect(Object.keys(after)).toEqual(["trapos/ccpm.cache.json", ...Object.keys(before)]);
            expect(await stateOn(disk, "ccpm")).toEqual(JSON.parse(before["trapos/ccpm.json"]!));
        },
    );
});

test.each([
    [`ccpm.planInstall("app")`, "planInstall: names is not a list.", "ccpm.planInstall(names, options)"],
    [`ccpm.planInstall()`, "planInstall: names is missing.", "ccpm.planInstall(names, options)"],
    [
        `ccpm.planInstall({"app", 7})`,
        "planInstall: names.2 7 is not a text.",
        "ccpm.planInstall(names, options)",
    ],
    [`ccpm:planInstall({"app"})`, "planInstall: names is not a list.", "ccpm.planInstall(names, options)"],
    [
        `ccpm.planInstall({"app"}, {force = 1})`,
        "planInstall: options.force 1 is not true or false.",
        "ccpm.planInstall(names, options)",
    ],
    [
        `ccpm.planUninstall({"app"}, true)`,
        "planUninstall: options is not an object.",
        "ccpm.planUninstall(names, options)",
    ],
    [`ccpm.verify("app")`, "verify: names is not a list.", "ccpm.verify(names)"],
    [`ccpm.planRepair({"a"})`, "planRepair: findings.1 is not an object.", "ccpm.planRepair(findings)"],
    [`ccpm.apply()`, "apply: plan is missing.", "ccpm.apply(plan)"],
    [`ccpm.apply(ccpm.planInstall({"app"}))`, "apply: plan is not an object.", "ccpm.apply(plan)"],
    [`ccpm.addRegistry(5)`, "addRegistry: registry 5 is not a text.", "ccpm.addRegistry(registry, options)"],
    [
        `ccpm.moveRegistry("a/b")`,
        "moveRegistry: position is missing.",
        "ccpm.moveRegistry(registry, position)",
    ],
])("%s: %s", async (call, message, usage) => {
    const registry = await startRegistry({ app: {} });
    const disk = await newComputer([registry.url]);
    const { rows } = await run(disk, `show(${call})`);
    expect(rows).toEqual([[false, { code: "bad_argument", message, hint: `Call it as: ${usage}` }]]);
});

describe("a plan that a program has made or changed", () => {
    test("is refused for what is wrong in any field, and nothing changes", async () => {
        const registry = await startRegistry({ app: { files: { "programs/app.lua": "app" } } });
        const disk = await newComputer([registry.url]);
        const before = await filesOn(disk);
        const { rows } = await run(
            disk,
            `local _, plan = ccpm.planInstall({"app"})
            local function tryAll(at, where)
                local keys = {}
                for key in pairs(at) do keys[#keys + 1] = key end
                for _, key in ipairs(keys) do
                    local value = at[key]
                    local place = where .. "." .. tostring(key)
                    for _, wrong in ipairs({ function() end, coroutine.create(print), true }) do
                        at[key] = wrong
                        local raised, ok, failure = pcall(ccpm.apply, plan)
                        print(textutils.serializeJSON({ place, raised, ok, failure and failure.code, failure and failure.message }))
                    end
                    at[key] = value
                    if type(value) == "table" then tryAll(value, place) end
                end
            end
            tryAll(plan, "plan")
            plan.files[1].registry = "nonsense"
            show(ccpm.apply(plan))
            plan.files[1].registry = nil
            show(ccpm.apply(plan))`,
        );
        expect(rows.length).toBeGreaterThan(50);
        for (const row of rows.slice(0, -2)) {
            const [place, raised, ok, code, message] = row as [string, boolean, boolean, string, string];
            expect([raised, ok, code], JSON.stringify(row)).toEqual([true, false, "bad_argument"]);
            expect(message, JSON.stringify(row)).toContain(`apply: ${place}`);
        }
        expect(rows.slice(-2)).toMatchObject([
            [false, { code: "bad_registry" }],
            [false, { code: "bad_argument", message: "apply: plan.files.1.registry is missing." }],
        ]);
        const after = Object.entries(await filesOn(disk)).filter(([path]) => !path.endsWith("/"));
        expect(Object.fromEntries(after)).toEqual(before);
    });
});

describe("an environment", () => {
    const usage = `Call it as: require("/apis/libccpm")(environment)`;
    test.each([
        ["5", "libccpm: environment is not an object."],
        ["{fs = {}}", /^libccpm: environment\.fs\.\w+ is missing\.$/],
        ["{fetch = 'http'}", "libccpm: environment.fetch http is not a function."],
        ["{registry = {}}", "libccpm: environment.registry is not a text."],
        ["{onNote = true}", "libccpm: environment.onNote is not a function."],
        ["{fetch = function() end}", "libccpm: what environment.fetch gives is missing."],
        [
            "{fetch = function() return {status = '200', body = ''} end}",
            "libccpm: what environment.fetch gives.status 200 is not a whole number.",
        ],
        [
            "{fetch = function() return {status = 200} end}",
            "libccpm: what environment.fetch gives.body is missing.",
        ],
        ["{fetch = function() error('no way', 0) end}", "libccpm: environment.fetch failed: no way."],
        [
            "{onProgress = function() error('no way', 0) end}",
            "libccpm: environment.onProgress failed: no way.",
        ],
        [
            "{now = function() return 'soon' end}",
            "libccpm: what environment.now gives soon is not a whole number.",
        ],
    ])("%s: %s", async (environment, message) => {
        const registry = await startRegistry({ app: {} });
        const disk = await newComputer([registry.url]);
        const { rows } = await run(disk, `show(require("/apis/libccpm")(${environment}).update())`);
        const [ok, failure] = rows[0] as Row;
        expect(ok).toBe(false);
        expect(failure).toMatchObject({ code: "bad_argument", hint: usage });
        if (typeof message === "string") expect(failure.message).toBe(message);
        else expect(failure.message).toMatch(message);
    });

    test("whose functions Ctrl+T ends passes that on", async () => {
        const disk = await newComputer(["http://a"]);
        const { rows } = await run(
            disk,
            `show(pcall(require("/apis/libccpm")({fetch = function() error("Terminated", 0) end}).update))`,
        );
        expect(rows).toEqual([[false, "Terminated"]]);
    });
});
