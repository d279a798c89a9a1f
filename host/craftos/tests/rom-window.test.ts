import { describe, expect, test } from "vitest";
import { printed, start } from "./rom-support.ts";

/** Defines `show(window)`: prints what the rows of a window hold, between bars. */
const show = `
    local function show(window, part)
        local _, height = window.getSize()
        for row = 1, height do print("|" .. (select(part or 1, window.getLine(row))) .. "|") end
    end
`;

describe("windows", () => {
    test("hold what is written and cut off what lies beyond their edges", async () => {
        const program = `${show}
            local window = window.create(term.current(), 1, 1, 5, 3, false)
            window.write("abcdefgh")
            window.setCursorPos(-1, 2) window.write("vwxyz")
            window.setCursorPos(2, 3) window.write(12)
            window.setCursorPos(1, 4) window.write("below")
            show(window)
            print(window.getCursorPos())
        `;
        expect(await printed(program)).toEqual(["|abcde|", "|xyz  |", "| 12  |", "6 4"]);
    });

    test("keep colours, and blit sets them cell by cell", async () => {
        const program = `${show}
            local window = window.create(term.current(), 1, 1, 4, 2, false)
            window.setTextColour(colours.red) window.setBackgroundColour(colours.blue)
            window.write("ab")
            window.blit("cd", "0E", "f7")
            window.setCursorPos(1, 2) window.clearLine()
            show(window) show(window, 2) show(window, 3)
            print(select(2, pcall(window.blit, "a", "00", "0")))
        `;
        expect(await printed(program)).toEqual([
            "|abcd|", "|    |", "|ee0e|", "|eeee|", "|bbf7|", "|bbbb|", "Arguments must be the same length",
        ]); // prettier-ignore
    });

    test("scroll both ways", async () => {
        const program = `${show}
            local window = window.create(term.current(), 1, 1, 2, 3, false)
            for row = 1, 3 do window.setCursorPos(1, row) window.write("r" .. row) end
            window.scroll(1) show(window)
            window.scroll(-2) show(window)
        `;
        expect(await printed(program)).toEqual(["|r2|", "|r3|", "|  |", "|  |", "|  |", "|r2|"]);
    });

    test("draw on the screen where they are, with the cursor inside", async () => {
        const computer = await start({
            "startup.lua": `
                term.clear()
                local window = window.create(term.current(), 3, 2, 6, 3)
                term.redirect(window)
                print("one two three")
                write("x")
                term.setCursorBlink(true)
                os.pullEvent("never")
            `,
        });
        await computer.waitForText(/^ {2}x$/m);
        expect(
            computer
                .screen()
                .slice(0, 5)
                .map((row) => row.trimEnd()),
        ).toEqual(["", "  two", "  three", "  x", ""]);
        expect(computer.cursor()).toEqual({ x: 4, y: 4, blink: true });
    });

    test("hidden ones draw only when they are shown again", async () => {
        const computer = await start({
            "startup.lua": `
                term.clear()
                local window = window.create(term.current(), 1, 1, 8, 2, false)
                window.write("hidden")
                term.setCursorPos(1, 5) print("first") os.pullEvent("show")
                window.setVisible(true)
                term.setCursorPos(1, 6) print("then") os.pullEvent("never")
            `,
        });
        await computer.waitForText("first");
        expect(computer.screen()[0]?.trim()).toBe("");
        computer.queue("show");
        await computer.waitForText("then");
        expect(computer.screen()[0]?.trim()).toBe("hidden");
    });

    test("redraw themselves over what else was drawn, also elsewhere and resized", async () => {
        const computer = await start({
            "startup.lua": `
                local window = window.create(term.current(), 1, 1, 4, 2)
                window.write("abcd") window.setCursorPos(1, 2) window.write("efgh")
                term.clear()
                window.reposition(2, 2, 6, 3)
                window.setCursorPos(5, 1) window.write("!")
                term.setCursorPos(1, 6) print(window.getPosition()) print(window.getSize()) os.pullEvent("never")
            `,
        });
        await computer.waitForText(/^6 3$/m);
        expect(
            computer
                .screen()
                .slice(0, 4)
                .map((row) => row.trimEnd()),
        ).toEqual(["", " abcd!", " efgh", ""]);
        expect(computer.transcript()).toMatch(/^2 2$/m);
    });

    test("can be made smaller, and drawn on another parent", async () => {
        const program = `${show}
            local parent, other = window.create(term.current(), 1, 1, 4, 1, false), window.create(term.current(), 1, 1, 4, 1, false)
            local window = window.create(parent, 1, 1, 4, 1)
            window.write("abcd")
            window.reposition(1, 1, 2, 1, other)
            show(window) show(parent) show(other)
        `;
        expect(await printed(program)).toEqual(["|ab|", "|abcd|", "|ab  |"]);
    });

    test("refuse to scroll by a part of a line, as those of CC fail there", async () => {
        const program = `
            local window = window.create(term.current(), 1, 10, 4, 3)
            print(pcall(window.scroll, 1.5), pcall(window.scroll, 9), pcall(window.scroll, -9))
        `;
        expect((await printed(program)).join(" ")).toMatch(/false +true +true/);
    });

    test("have palettes of their own", async () => {
        const program = `
            local window = window.create(term.current(), 1, 1, 4, 1, false)
            window.setPaletteColour(colours.red, 0xff8000)
            window.setPaletteColour(colours.blue, 0, 0.5, 1)
            print(("%.2f %.2f %.2f"):format(window.getPaletteColour(colours.red)))
            print(window.getPaletteColour(colours.blue))
            print(("%.2f %.2f %.2f"):format(term.getPaletteColour(colours.red)))
        `;
        expect(await printed(program)).toEqual(["1.00 0.50 0.00", "0 0.5 1", "0.80 0.30 0.30"]);
    });

    test("refuse wrong arguments at the caller's line", async () => {
        const program = `
            local window = window.create(term.current(), 1, 1, 4, 1, false)
            local function problem(...) print((select(2, pcall(...)):gsub(" to '.-'", ""))) end
            problem(function() window.setTextColour("red") end)
            problem(function() window.setTextColour(-1) end)
            problem(function() window.setCursorPos(1) end)
            problem(function() window.getLine(2) end)
            problem(function() _G.window.create(term, 1, 1, 1, 1) end)
            window.setTextColour(colours.combine(colours.red, colours.green))
            print(window.getTextColour() == colours.red)
        `;
        expect(await printed(program, {}, { width: 100 })).toEqual([
            "/program.lua:4: bad argument #1 (number expected, got string)",
            "/program.lua:5: Colour out of range",
            "/program.lua:6: bad argument #2 (number expected, got nil)",
            "/program.lua:7: Line is out of range.",
            "/program.lua:8: term is not a recommended window parent, try term.current() instead",
            "true",
        ]);
    });
});

describe("term", () => {
    test("redirect returns what it replaced, current is what it goes to", async () => {
        const program = `${show}
            local window = window.create(term.current(), 1, 1, 5, 1, false)
            local before = term.redirect(window)
            term.write("there")
            local within = term.current() == window
            print(term.redirect(before) == window and within)
            show(window)
            print(term.current() == before, term.native() == before)
        `;
        expect(await printed(program)).toEqual(["true", "|there|", "true true"]);
    });

    test("a target's missing methods raise when they are called", async () => {
        const program = `
            local target = { write = function() end }
            local before = term.redirect(target)
            local problem = select(2, pcall(term.clear))
            term.redirect(before)
            print(problem)
            print(select(2, pcall(term.redirect, term)))
        `;
        const output = (await printed(program, {}, { width: 100 })).join("\n");
        expect(output).toContain("Redirect object is missing method clear.");
        expect(output).toContain("term is not a recommended redirect target, try term.current() instead");
    });
});

describe("colours and keys", () => {
    test("colours are sets of bits and digits of blit", async () => {
        const program = `
            print(colors.white, colors.black, colours.grey == colors.gray, colours.gray, colors.grey)
            local set = colors.combine(colors.red, colors.blue)
            print(set, colors.test(set, colors.red), colors.subtract(set, colors.red) == colors.blue)
            print(colors.toBlit(colors.red), colors.fromBlit("e") == colors.red, colors.fromBlit("x"), colors.fromBlit("10"))
            print(colors.packRGB(1, 0.5, 0), colors.unpackRGB(0xff0000))
            print(colors.rgb8(1, 1, 1) == 0xffffff)
        `;
        expect(await printed(program)).toEqual([
            "1 32768 true nil nil", "18432 true true", "e true nil nil", "16744192 1 0 0", "true",
        ]); // prettier-ignore
    });

    test("keys have names, and names codes", async () => {
        const program = `
            print(keys.enter, keys["return"], keys.a, keys.zero, keys.f12, keys.numPad9, keys.leftCtrl, keys.slash)
            print(keys.getName(keys.pageDown), keys.getName(1))
        `;
        expect(await printed(program)).toEqual(["257 257 65 48 301 329 341 47", "pageDown nil"]);
    });
});
