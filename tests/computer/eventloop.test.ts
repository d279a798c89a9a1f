/** The event loop as a server uses it, on a computer. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { printed as printedBy } from "../../host/craftos/tests/rom-support.ts";

const eventloop = readFileSync(new URL("../../apis/eventloop.lua", import.meta.url), "utf8");

/** A print that sets its values apart with spaces: a tab has no glyph. */
const prelude = `
    local eventloop = require("/apis/eventloop")
    local loop = eventloop()
    local function print(...)
        local texts = table.pack(...)
        for index = 1, texts.n do texts[index] = tostring(texts[index]) end
        _G.print(table.concat(texts, " "))
    end
`;

/** What a program prints that has made a loop; the computer is switched off when the program ends. */
async function printed(program: string): Promise<string[]> {
    return printedBy(prelude + program, { "apis/eventloop.lua": eventloop });
}

describe("register", () => {
    test("hands each event of the name to its handlers, in the order in which they came", async () => {
        const lines = await printed(`
            loop.register("greeting", function(...) print("first", select("#", ...), ...) end)
            loop.register("other", function() print("never") end)
            loop.register("greeting", function(name) print("second", name) end)
            loop.register("done", loop.stop)
            os.queueEvent("greeting", "a", nil, "c")
            os.queueEvent("greeting", "b")
            os.queueEvent("done")
            loop.run()
            print("end")`);
        expect(lines).toEqual(["first 3 a nil c", "second a", "first 1 b", "second b", "end"]);
    });

    test("returns what ends it, also from within a handler of the same event", async () => {
        const lines = await printed(`
            local stopSecond
            local stopFirst = loop.register("e", function() print("first") stopSecond() end)
            stopSecond = loop.register("e", function() print("second") end)
            loop.register("e", function(last)
                print("third")
                if last then loop.stop() end
            end)
            os.queueEvent("e")
            os.queueEvent("unregister")
            loop.register("unregister", stopFirst)
            os.queueEvent("e", true)
            loop.run()`);
        expect(lines).toEqual(["first", "third", "third"]);
    });

    test("a handler registered by a handler gets the next event, not the same one", async () => {
        const lines = await printed(`
            loop.register("e", function(number)
                print("outer", number)
                loop.register("e", function(number) print("inner", number) loop.stop() end)
            end)
            os.queueEvent("e", 1)
            os.queueEvent("e", 2)
            loop.run()`);
        expect(lines).toEqual(["outer 1", "outer 2", "inner 2"]);
    });
});

describe("handlers that wait", () => {
    test("neither hold the loop up nor take events from each other", async () => {
        const lines = await printed(`
            loop.register("slow", function()
                print("waits")
                local _, value = os.pullEvent("answer")
                print("got", value)
                loop.stop()
            end)
            loop.register("quick", function() print("quick") end)
            loop.register("answer", function(value) print("heard", value) end)
            os.queueEvent("slow")
            os.queueEvent("quick")
            os.queueEvent("answer", 42)
            loop.run()`);
        expect(lines).toEqual(["waits", "quick", "got 42", "heard 42"]);
    });

    test("may sleep", async () => {
        const lines = await printed(`
            loop.register("e", function(name, seconds) sleep(seconds) print(name) if name == "late" then loop.stop() end end)
            os.queueEvent("e", "late", 0.2)
            os.queueEvent("e", "early", 0.05)
            loop.run()`);
        expect(lines).toEqual(["early", "late"]);
    });
});

describe("setTimeout", () => {
    test("calls once, in the order of time, unless called off", async () => {
        const lines = await printed(`
            loop.setTimeout(0.15, function() print("late") loop.stop() end)
            loop.setTimeout(0.05, function(...) print("early", select("#", ...)) end)
            loop.setTimeout(0.1, function() print("never") end)()
            loop.run()`);
        expect(lines).toEqual(["early 0", "late"]);
    });

    test("may be called from a timeout", async () => {
        const lines = await printed(`
            local left = 3
            local function tick()
                print(left)
                left = left - 1
                if left == 0 then loop.stop() else loop.setTimeout(0, tick) end
            end
            loop.setTimeout(0, tick)
            loop.run()`);
        expect(lines).toEqual(["3", "2", "1"]);
    });
});

describe("errors", () => {
    test("are printed and do not end the loop", async () => {
        const lines = await printed(`
            loop.register("e", function() error("boom", 0) end)
            loop.register("e", function() sleep(0) error("late boom", 0) end)
            loop.register("e", function() print("still here") loop.setTimeout(0.05, loop.stop) end)
            os.queueEvent("e")
            loop.run()`);
        expect(lines).toEqual(["boom", "still here", "late boom"]);
    });

    test("go to the function that the loop was made with, as they were raised", async () => {
        const lines = await printed(`
            local own = eventloop(function(problem) print("problem", problem.code) end)
            own.register("e", function() error({ code = 7 }) end)
            own.register("e", own.stop)
            os.queueEvent("e")
            own.run()`);
        expect(lines).toEqual(["problem 7"]);
    });

    test("wrong arguments are refused by name", async () => {
        const lines = await printed(`
            for _, call in ipairs({
                function() loop.register(1, print) end,
                function() loop.register("e", "print") end,
                function() loop.setTimeout("1", print) end,
                function() loop.setTimeout(1) end,
                function() eventloop({}) end,
            }) do print((select(2, pcall(call)):gsub("^.-: ", ""))) end`);
        expect(lines.join(" ").split(/ (?=bad)/)).toEqual([
            expect.stringMatching(/^bad argument #1 .*string expected, got number/),
            expect.stringMatching(/^bad argument #2 .*function expected, got string/),
            expect.stringMatching(/^bad argument #1 .*number expected, got string/),
            expect.stringMatching(/^bad argument #2 .*function expected, got/),
            expect.stringMatching(/^bad argument #1 .*got table/),
        ]);
    });

    test("a loop cannot be run inside of itself", async () => {
        const lines = await printed(`
            loop.register("e", function() loop.run() end)
            loop.register("e", loop.stop)
            os.queueEvent("e")
            loop.run()`);
        expect(lines.join("")).toContain("The event loop is running already");
    });
});

test("Ctrl+T lets waiting handlers clean up, and ends the loop as it ends a program", async () => {
    const lines = await printed(`
        loop.register("e", function()
            print("waits")
            local ok, problem = pcall(os.pullEvent, "never")
            print("told", problem)
            error(problem, 0)
        end)
        loop.register("terminate", function() print("handler") end)
        os.queueEvent("e")
        os.queueEvent("terminate")
        print(pcall(loop.run))`);
    expect(lines).toEqual(["waits", "told Terminated", "handler", "false Terminated"]);
});

test("a loop that was stopped runs on when it is run again", async () => {
    const lines = await printed(`
        loop.register("e", function(name) print(name) loop.stop() end)
        os.queueEvent("e", "one")
        os.queueEvent("e", "two")
        loop.run()
        print("between")
        loop.run()`);
    expect(lines).toEqual(["one", "between", "two"]);
});
