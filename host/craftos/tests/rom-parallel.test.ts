import { describe, expect, test } from "vitest";
import { printed } from "./rom-support.ts";

describe("parallel", () => {
    test("waitForAny ends with the first that returns and gives its number", async () => {
        const program = `
            local function forever() while true do os.pullEvent() end end
            print(parallel.waitForAny(forever, function() os.pullEvent("go") end, function() os.queueEvent("go") forever() end))
        `;
        expect(await printed(program)).toEqual(["2"]);
    });

    test("waitForAny does not start what comes after one that returns at once", async () => {
        const program = 'parallel.waitForAny(function() print("a") end, function() print("b") end)';
        expect(await printed(program)).toEqual(["a"]);
    });

    test("waitForAll ends with the last and gives its number", async () => {
        const program = `
            print(parallel.waitForAll(
                function() os.pullEvent("second") print("one") end,
                function() os.queueEvent("first") os.pullEvent("first") os.queueEvent("second") print("two") end))
        `;
        expect(await printed(program)).toEqual(["two", "one", "1"]);
    });

    test("each function gets every event and its own filter", async () => {
        const program = `
            local function collect(name)
                return function()
                    local seen = {}
                    repeat
                        local event = os.pullEvent()
                        seen[#seen + 1] = event
                    until event == "end"
                    print(name .. " " .. table.concat(seen, " "))
                end
            end
            os.queueEvent("one") os.queueEvent("two") os.queueEvent("end")
            parallel.waitForAll(collect("a"), collect("b"), function() print(os.pullEvent("two")) end)
        `;
        expect(await printed(program)).toEqual(["two", "a one two end", "b one two end"]);
    });

    test("an error ends all and comes out as it was", async () => {
        const program = `
            local value = {}
            local succeeded, problem = pcall(parallel.waitForAll,
                function() os.pullEvent("never") end, function() error(value) end)
            print(succeeded, problem == value)
            print(select(2, pcall(parallel.waitForAny, function() error("text", 0) end)))
        `;
        expect(await printed(program)).toEqual(["false true", "text"]);
    });

    test("terminate reaches every function", async () => {
        const program = `
            os.queueEvent("terminate")
            local function careful() print((os.pullEventRaw("other"))) end
            parallel.waitForAll(careful, careful)
        `;
        expect(await printed(program)).toEqual(["terminate", "terminate"]);
    });

    test("nothing to do is done at once, and what is not a function is refused", async () => {
        const program = `
            print(parallel.waitForAll(), parallel.waitForAny())
            print(select(2, pcall(parallel.waitForAll, print, 5)))
        `;
        expect(await printed(program)).toEqual(["0 0", "bad argument #2 (function expected, got number)"]);
    });
});
