/** What `randomSeed` makes repeatable: all of a run that chance has a part in, so that tests can compare. */
import { describe, expect, test } from "vitest";
import { printed } from "./rom-support.ts";

/** Prints what follows from the order of a table and from random numbers, in a program of a player's. */
const program = `
    local door = { owner = "steve", code = 1234, open = false, log = { at = 1, by = "alex", why = "rain" } }
    for index = 1, 12 do door["key" .. index] = index end
    print(textutils.serialise(door, { compact = true }))
    print(textutils.serialiseJSON(door))
    for name in pairs(_G) do write(name .. " ") end
    print(math.random(1000000), math.random(1000000))
    math.randomseed()
    print(math.random(1000000))`;

const run = async (randomSeed?: number): Promise<string> =>
    (await printed(program, {}, randomSeed === undefined ? {} : { randomSeed })).join("\n");

describe("two runs with", () => {
    test("the same seed are the same: serialise, JSON, pairs and random numbers", async () => {
        const first = await run(7);
        expect(first).toContain('owner="steve"');
        expect(await run(7)).toBe(first);
    });

    test("another seed, and without any, are not", async () => {
        const runs = await Promise.all([run(7), run(8), run(), run()]);
        expect(new Set(runs).size).toBe(4);
    });

    test("a reboot between them and the same seed are the same", async () => {
        const again = `
            local file = fs.open("/runs", "a")
            for name in pairs(_G) do file.write(name .. " ") end
            file.writeLine(math.random(1000000))
            file.close()
            local runs = fs.open("/runs", "r")
            local first, second = runs.readLine(), runs.readLine()
            if not second then os.reboot() end
            print(#first > 100, first == second)`;
        expect(await printed(again, {}, { randomSeed: 7 })).toEqual(["true true"]);
    });
});
