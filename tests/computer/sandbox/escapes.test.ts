import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBench, type Bench } from "../machine-support.ts";

let bench: Bench;
beforeEach(() => {
    bench = createBench();
});
afterEach(() => bench.close());

test("the way through a native's upvalues to a command of the host", async () => {
    const proof = join(bench.disk, "..", "proof");
    const { said } = await bench.run(`
        local seen, found = {}, 0
        local function hunt(value)
            if type(value) ~= "table" and type(value) ~= "function" or seen[value] then return end
            seen[value] = true
            if type(value) == "table" then
                for key, item in next, value do hunt(key) hunt(item) end
                local os = rawget(value, "os")
                if type(os) == "table" and rawget(os, "execute") then
                    found = found + 1
                    os.execute("touch '${proof}'")
                end
                return
            end
            if value == hunt then return end
            hunt(getfenv(value))
            for index = 1, 255 do
                local name, item = debug.getupvalue(value, index)
                if not name then break end
                hunt(item)
            end
        end
        hunt(_G) hunt(debug.getregistry())
        say(found, debug.getupvalue(fs.open, 1), os.execute, io, package, require, collectgarbage)
    `);
    expect(said).toEqual(["0|nil|nil|nil|nil|nil|nil"]);
    expect(existsSync(proof)).toBe(false);
});
