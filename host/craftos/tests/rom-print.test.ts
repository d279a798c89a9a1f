import { describe, expect, test } from "vitest";
import { printed } from "./rom-support.ts";

describe("write and print", () => {
    test("a word that does not fit moves to the next line", async () => {
        expect(await printed('print("one two three four")', {}, { width: 12 })).toEqual([
            "one two",
            "three four",
        ]);
    });

    test("a word longer than the screen fills the rest of the line and goes on", async () => {
        expect(await printed('print("ab cdefghijklmnopqrstuvwxyz")', {}, { width: 12 })).toEqual([
            "ab cdefghijk",
            "lmnopqrstuvw",
            "xyz",
        ]);
    });

    test("print returns how many lines it began", async () => {
        const program =
            'local n = print("one two three four") print(n) n = write("x\\n\\ny") print() print(n)';
        expect(await printed(program, {}, { width: 12 })).toEqual([
            "one two",
            "three four",
            "2",
            "x",
            "",
            "y",
            "2",
        ]);
    });

    test("print puts tabs between its arguments and shows any value", async () => {
        expect(await printed('print("a", 1, nil, true)')).toEqual(["a 1 nil true"]);
    });

    test("output scrolls once the screen is full", async () => {
        const all = await printed("for i = 1, 40 do print(i) end");
        expect(all).toEqual(Array.from({ length: 40 }, (_, index) => String(index + 1)));
    });

    test("write refuses what is neither text nor a number", async () => {
        const program = "print(select(2, pcall(write, nil)))";
        expect((await printed(program)).join(" ")).toMatch(
            /bad argument #1.* \(string or number expected, got nil\)/,
        );
    });

    test("printError is red and leaves the colour as it was", async () => {
        const program = `
            local before = term.getTextColour()
            local window = window.create(term.current(), 1, 1, 10, 3, false)
            local screen = term.redirect(window)
            printError("oh")
            term.redirect(screen)
            print((select(2, window.getLine(1))))
            print(window.getTextColour() == before)
        `;
        expect(await printed(program)).toEqual(["ee00000000", "true"]);
    });

    test("printError is white on a computer without colour", async () => {
        const program = `
            local window = window.create(term.current(), 1, 1, 10, 3, false)
            local screen = term.redirect(window)
            printError("oh")
            term.redirect(screen)
            print((select(2, window.getLine(1))))
        `;
        expect(await printed(program, {}, { colour: false })).toEqual(["0000000000"]);
    });
});

describe("sleep and events", () => {
    test("events that come while a program sleeps are gone afterwards", async () => {
        const program = `
            os.queueEvent("early")
            sleep(0)
            os.queueEvent("late")
            print((os.pullEvent()))
        `;
        expect(await printed(program)).toEqual(["late"]);
    });

    test("a filter lets only its event through, with all its values", async () => {
        const program = `
            os.queueEvent("other")
            os.queueEvent("mine", 1, nil, 3)
            local event = table.pack(os.pullEvent("mine"))
            print(event.n, event[1], event[2], event[3], event[4])
        `;
        expect(await printed(program)).toEqual(["4 mine 1 nil 3"]);
    });

    test("terminate passes a filter and raises Terminated, which pullEventRaw does not", async () => {
        const program = `
            os.queueEvent("terminate")
            print(pcall(os.pullEvent, "other"))
            os.queueEvent("terminate")
            print((os.pullEventRaw("other")))
        `;
        expect(await printed(program)).toEqual(["false Terminated", "terminate"]);
    });
});

describe("loading code", () => {
    test("os.run gives a program its environment and reports its error", async () => {
        const program = `
            print(os.run({ name = "x" }, "/good.lua", 1, 2), _G.leaked)
            print(os.run({}, "/bad.lua"))
            print(os.run({}, "/missing.lua"))
        `;
        const files = { "good.lua": "leaked = true print(name, ...)", "bad.lua": 'error("boom")' };
        expect(await printed(program, files)).toEqual([
            "x 1 2",
            "true nil",
            "/bad.lua:1: boom",
            "false",
            "File not found",
            "false",
        ]);
    });

    test("bios.strict_globals refuses globals set by accident", async () => {
        const program = 'settings.set("bios.strict_globals", true) print(os.run({}, "/sloppy.lua"))';
        expect(await printed(program, { "sloppy.lua": "oops = 1" })).toEqual([
            "/sloppy.lua:1: Attempt to create global oops",
            "false",
        ]);
    });

    test("os.loadAPI makes a global of a file's globals, os.unloadAPI takes it away", async () => {
        const program = `
            print(os.loadAPI("/tool.lua"), tool.answer, tool.hidden)
            os.unloadAPI("tool")
            print(tool)
            print(select(2, pcall(os.loadAPI, "/missing")))
        `;
        expect(await printed(program, { "tool.lua": "answer = 42 local hidden = 1" })).toEqual([
            "true 42 nil",
            "nil",
            expect.stringMatching(/Failed to load API missing due to$/),
            "File not found",
        ]);
    });

    test("loadfile takes an environment, and dofile returns what the file returns", async () => {
        const program = `
            print(loadfile("/value.lua", nil, { x = 1 })())
            print(loadfile("/value.lua", { x = 2 })())
            x = nil _G.x = 3
            print(dofile("/value.lua"))
            print(loadfile("/environment.lua")() == _G)
            print(loadfile("/nothing.lua"))
            print(select(2, pcall(dofile, "/nothing.lua")))
        `;
        expect(await printed(program, { "value.lua": "return x", "environment.lua": "return _ENV" })).toEqual(
            ["1", "2", "3", "true", "nil File not found", "File not found"],
        );
    });
});
