import { describe, expect, test } from "vitest";
import type { Computer, ComputerOptions } from "../src/index.ts";
import { start } from "./rom-support.ts";

/** A computer that waits in `read(...)` behind a prompt, and shows what it returned between brackets. */
async function reading(call: string, options: Partial<ComputerOptions> = {}): Promise<Computer> {
    const program = `write("? ") local line = ${call} print("[" .. line .. "]")`;
    const computer = await start({ "startup.lua": program }, options);
    await computer.waitForText(/^\?/m);
    return computer;
}

async function press(computer: Computer, ...keys: string[]): Promise<void> {
    for (const key of keys) await computer.press(key);
}

/** Presses Enter and returns what `read` gave. */
async function result(computer: Computer): Promise<string> {
    await computer.press("enter");
    await computer.waitForText(/^\[[^\]]*\]$/m);
    return /^\[([^\]]*)\]$/m.exec(computer.transcript())?.[1]?.replaceAll("\n", "") ?? "";
}

describe("editing a line", () => {
    test("typed text is shown and returned", async () => {
        const computer = await reading("read()");
        await computer.type("hello");
        await computer.waitForText("? hello");
        expect(computer.cursor()).toMatchObject({ x: 8, blink: true });
        expect(await result(computer)).toBe("hello");
    });

    test("the cursor moves, and text goes where it is", async () => {
        const computer = await reading("read()");
        await computer.type("bd");
        await press(computer, "left");
        await computer.type("c");
        await press(computer, "home");
        await computer.type("a");
        await press(computer, "end");
        await computer.type("e");
        await press(computer, "left", "left", "right");
        await computer.type("-");
        expect(await result(computer)).toBe("abcd-e");
    });

    test("backspace takes the character before the cursor, delete the one under it", async () => {
        const computer = await reading("read()");
        await computer.type("abcdef");
        await press(computer, "backspace", "left", "left", "delete", "backspace", "home", "backspace");
        await computer.waitForText(/^\? abe$/m);
        expect(await result(computer)).toBe("abe");
    });

    test("a paste comes in as a whole", async () => {
        const computer = await reading("read()");
        await computer.type("<>");
        await press(computer, "left");
        computer.queue("paste", "some text");
        expect(await result(computer)).toBe("<some text>");
    });

    test("the mouse moves the cursor", async () => {
        const computer = await reading("read()");
        await computer.type("abcd");
        computer.queue("mouse_click", 1, 5, computer.cursor().y);
        await computer.type("-");
        expect(await result(computer)).toBe("ab-cd");
    });

    test("a line longer than the screen scrolls sideways", async () => {
        const computer = await reading("read()", { width: 12 });
        await computer.type("abcdefghijklmnop");
        await computer.waitForText(/^\? hijklmnop$/m);
        await press(computer, "home");
        await computer.waitForText(/^\? abcdefghij$/m);
        expect(await result(computer)).toBe("abcdefghijklmnop");
    });

    test("a default stands there to be edited", async () => {
        const computer = await reading('read(nil, nil, nil, "draft")');
        await computer.waitForText("? draft");
        await computer.type("s");
        expect(await result(computer)).toBe("drafts");
    });

    test("a mask hides what is typed and not what is returned", async () => {
        const computer = await reading('read("*#")');
        await computer.type("secret");
        await computer.waitForText("? ******");
        expect(computer.transcript()).not.toContain("secret");
        expect(await result(computer)).toBe("secret");
    });

    test("Ctrl+T raises Terminated", async () => {
        const computer = await reading("select(2, pcall(read))");
        await computer.press("ctrl+t");
        await computer.waitForText("[Terminated]");
    });

    test("arguments of a wrong type are refused", async () => {
        const computer = await start({
            "startup.lua": "print(select(2, pcall(read, 1))) print(select(2, pcall(read, nil, nil, 2)))",
        });
        await computer.waitForText(/^bad argument #1.* \(string expected, got number\)$/m);
        await computer.waitForText(/^bad argument #3.* \(function expected, got number\)$/m);
    });
});

describe("history", () => {
    test("up goes back, down forward again and past the newest to an empty line", async () => {
        const computer = await reading('read(nil, {"one", "two"})');
        await press(computer, "up", "up", "up");
        await computer.waitForText(/^\? one$/m);
        await press(computer, "down");
        await computer.waitForText(/^\? two$/m);
        await press(computer, "down");
        await computer.waitForText(/^\?$/m);
        expect(await result(computer)).toBe("");
    });

    test("an earlier line can be edited without changing the history", async () => {
        const computer = await reading("read(nil, history)".replace("history", '{"one"}'));
        await press(computer, "up");
        await computer.type("!");
        expect(await result(computer)).toBe("one!");
    });
});

describe("completion", () => {
    const complete = `read(nil, {"before"}, function(line)
        if line == "a" then return {"pple", "pricot"} end
        if line == "ap" then return {"ple"} end
    end)`;

    test("a suggestion is shown behind the cursor, and Tab takes it", async () => {
        const computer = await reading(complete);
        await computer.type("a");
        await computer.waitForText("? apple");
        expect(computer.cursor().x).toBe(4);
        await computer.press("tab");
        expect(await result(computer)).toBe("apple");
    });

    test("down and up go through the suggestions, right takes one", async () => {
        const computer = await reading(complete);
        await computer.type("a");
        await press(computer, "down");
        await computer.waitForText("? apricot");
        await press(computer, "down");
        await computer.waitForText(/^\? apple$/m);
        await press(computer, "up", "right");
        expect(await result(computer)).toBe("apricot");
    });

    test("Enter takes only what was typed and wipes the suggestion away", async () => {
        const computer = await reading(complete);
        await computer.type("a");
        await computer.waitForText("? apple");
        expect(await result(computer)).toBe("a");
        expect(computer.transcript()).toMatch(/^\? a$/m);
    });

    test("a suggestion that no longer fits goes away", async () => {
        const computer = await reading(complete);
        await computer.type("ab");
        await computer.waitForText(/^\? ab$/m);
        await press(computer, "up");
        expect(await result(computer)).toBe("before");
    });
});
