/** Scripts of steps: how they are read, and what they do on a computer. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { playScript } from "../src/cli/play-script.ts";
import { readScript, stepUsages } from "../src/cli/script.ts";
import { boot, type Computer } from "../src/index.ts";

describe("a script", () => {
    it.each([
        ['type "ls\\n"', { name: "type", text: "ls\n" }],
        ["type ls", { name: "type", text: "ls" }],
        ['type "say \\"hi\\""', { name: "type", text: 'say "hi"' }],
        ["press ctrl+t", { name: "press", keys: "ctrl+t" }],
        ["click 3 4", { name: "click", x: 3, y: 4, button: 1 }],
        ["click 3 4 2", { name: "click", x: 3, y: 4, button: 2 }],
        ['wait-for "two words"', { name: "wait-for", text: "two words", seconds: 10 }],
        ["wait-for pong 2.5", { name: "wait-for", text: "pong", seconds: 2.5 }],
        ["sleep 0.5", { name: "sleep", seconds: 0.5 }],
        ['  expect   "pong" ', { name: "expect", text: "pong" }],
        ["queue go", { name: "queue", event: "go", args: [] }],
        [
            'queue go 1 -2.5 true nil word "1" ""',
            { name: "queue", event: "go", args: [1, -2.5, true, undefined, "word", "1", ""] },
        ],
        ["resize 26 20", { name: "resize", width: 26, height: 20 }],
        ["screen", { name: "screen" }],
        ["save-text out.txt", { name: "save-text", file: "out.txt" }],
        ['save-png "my screen.png"', { name: "save-png", file: "my screen.png" }],
    ])("%s", (line, step) => {
        expect(readScript(line)).toEqual([{ number: 1, step }]);
    });

    it("counts lines, and skips blank ones and comments", () => {
        expect(readScript("# first\r\n\r\nscreen\r\n  # more\nscreen\n").map(({ number }) => number)).toEqual(
            [3, 5],
        );
    });

    it.each([
        ["tpye ls", `there is no step "tpye"; there are type, press, click`],
        ["constructor", `there is no step "constructor"`],
        ['type "ls', 'text in quotes ends with " and a blank'],
        ['type "ls"x', 'text in quotes ends with " and a blank'],
        ['type "\\q"', "in quotes write \\n for Enter"],
        ["type", 'write it as: type "TEXT"'],
        ["type ls rom", 'write it as: type "TEXT"'],
        ["click 3", "write it as: click X Y [BUTTON]"],
        ["click a b", "write it as: click X Y [BUTTON]"],
        ['click "3" 4', "write it as: click X Y [BUTTON]"],
        ["wait-for pong soon", 'write it as: wait-for "TEXT" [SECONDS]'],
        ["sleep", "write it as: sleep SECONDS"],
        ["sleep long", "write it as: sleep SECONDS"],
        ["screen now", "write it as: screen"],
        ["queue", "write it as: queue EVENT [ARGUMENT ...]"],
    ])("says what is wrong with %s", (line, problem) => {
        expect(() => readScript(`screen\n${line}\nscreen`)).toThrow(`Line 2: ${problem}`);
    });

    it("lists its steps", () => {
        for (const usage of stepUsages) {
            expect(() =>
                readScript(
                    usage
                        .replace(/ \[.*/, "")
                        .replace("X Y", "1 2")
                        .replace("WIDTH HEIGHT", "3 4")
                        .replace("SECONDS", "1"),
                ),
            ).not.toThrow();
        }
    });
});

describe("playing a script", () => {
    let folder: string;
    let computer: Computer;
    let printed: string[];
    beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), "trapos-script-"));
        mkdirSync(join(folder, "disk"));
        computer = await boot({ disk: join(folder, "disk") });
        printed = [];
    });
    afterEach(async () => {
        await computer.close();
        rmSync(folder, { recursive: true, force: true });
    });
    const play = (script: string, signal?: AbortSignal) =>
        playScript(readScript(script), computer, {
            folder,
            print: (text) => printed.push(text),
            ...(signal && { signal }),
        });

    it("types, waits, and shows and saves the screen", async () => {
        await play(
            'wait-for "> "\ntype "id\\n"\nwait-for "computer #0"\nexpect "> "\nscreen\nsave-text a.txt\nsave-png a.png',
        );
        expect(printed[0]).toMatch(/^CraftOS.*\n> id\nThis is computer #0/);
        expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe(`${printed[0] ?? ""}\n`);
        expect(readFileSync(join(folder, "a.png")).subarray(1, 4).toString()).toBe("PNG");
    });

    it("clicks, queues events, resizes and ends programs", async () => {
        await play(`type "lua\\n"
            type "while true do print(os.pullEvent()) end\\n"
            click 3 4 2
            queue go 1 true "x y"
            resize 26 20
            wait-for "term_resize"
            press ctrl+t
            wait-for "Terminated"`);
        expect(computer.transcript()).toContain("mouse_click 2 3 4");
        expect(computer.transcript()).toContain("go 1 true x y");
        expect(computer.screen()).toHaveLength(20);
    });

    it.each([
        ['wait-for ">"\nexpect "not there"', /^Line 2: "not there" is not on the screen:\nCraftOS/],
        ["press ctrl+nothing", /^Line 1: There is no key "nothing"/],
        ["click 99 1", /^Line 1: x must be a whole number from 1 to 51/],
        ['wait-for "never" 0.05', /^Line 1: "never": not seen in 0.05 s. The screen:\nCraftOS/],
        ["screen\nsave-text no/such/folder.txt", /^Line 2: ENOENT/],
        ["press ctrl+s\ntype ls", /^Line 2: the computer is off/],
    ])("names the line that fails: %s", async (script, message) => {
        await expect(play(script)).rejects.toThrow(message);
    });

    it("waits for the next page and the next prompt, and for a while", async () => {
        const pages = `for page = 1, 3 do
            term.setCursorPos(1, 19) term.clearLine()
            for row = 1, 18 do print("page " .. page) end
            term.write("-- more --") os.pullEvent("key") sleep(0.05)
        end term.clear() term.setCursorPos(1, 1) print("end") sleep(0.2)`;
        writeFileSync(join(folder, "disk", "pages.lua"), pages);
        await play(`wait-for "> "
            type "pages\\n"
            wait-for "-- more --"
            expect "page 1"
            press space
            wait-for "-- more --"
            expect "page 2"
            press space
            wait-for "-- more --"
            press space
            wait-for "> "
            expect "end\\n> "
            sleep 0.01`);
    });

    it("stops a sleep when told to", async () => {
        const stop = new AbortController();
        const played = play("sleep 600\nscreen", stop.signal);
        stop.abort();
        await played;
        expect(printed).toEqual([]);
    });

    it("still shows the screen of a computer that is off", async () => {
        await play('wait-for ">"\npress ctrl+s\nexpect "CraftOS"\nscreen');
        expect(printed[0]).toContain("CraftOS");
    });

    it("stops before its next step when told to", async () => {
        await play("screen", AbortSignal.abort());
        expect(printed).toEqual([]);
    });
});
