/** What a computer is waited for to show: blanks at the ends of rows, and what is new since somebody typed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { boot, type Computer } from "../src/index.ts";

let disk: string;
let computer: Computer;
beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), "trapos-wait-for-text-"));
});
afterEach(async () => {
    await computer.close();
    rmSync(disk, { recursive: true, force: true });
});

/** Boots a computer that runs the program in place of the shell's prompt, which is not reached before it ends. */
async function run(program: string): Promise<void> {
    writeFileSync(join(disk, "startup.lua"), program);
    computer = await boot({ disk });
}

const soon = { timeoutSeconds: 0.2 };

describe("a text with blanks or line ends", () => {
    test.each([
        ['write("> ")', "> "],
        ['write("ready  ")', "ready  "],
        ['print("> ") write("next")', "> "],
        ['print("> ") print("next")', "> \nnext"],
        ['write("one  two")', "one  two"],
        ['write("> id")', "> "],
        ['write("done")', "done\n"],
        ['print("done") print() print("next")', "done\n\nnext"],
        ['print("a") print(("x"):rep(51) .. "y")', `${"x".repeat(51)}\ny`],
        ['write("a.b*c(d)[e]$^|?+\\\\")', "a.b*c(d)[e]$^|?+\\"],
        ["for row = 1, 40 do print(row .. '> ') end", "\n2> \n"],
    ])("%s shows %j", async (program, text) => {
        await run(`term.clear() term.setCursorPos(1, 1) ${program} sleep(60)`);
        await computer.waitForText(text, soon);
    });

    test.each([
        ['write("->id")', "> "],
        ['write("one two")', "one  two"],
        ['write("done!")', "done\n"],
        ['print("one") print() print("two")', "one\ntwo"],
    ])("%s does not show %j", async (program, text) => {
        await run(`term.clear() term.setCursorPos(1, 1) ${program} sleep(60)`);
        await expect(computer.waitForText(text, soon)).rejects.toThrow("not seen in 0.2 s");
    });
});

/** Programs that show a page with "more" below, and another one a while after a key was pressed. */
const pagers = {
    "clears its last row": `
        for row = 1, 18 do print("page 1") end
        term.write("-- more --") os.pullEvent("key") sleep(0.3)
        term.setCursorPos(1, 19) term.clearLine()
        for row = 1, 18 do print("page 2") end
        term.write("-- more --") sleep(60)`,
    "clears the screen, and writes the same below at once": `
        for page = 1, 2 do
            term.clear() term.setCursorPos(1, 1) print("page " .. page)
            term.setCursorPos(1, 19) term.write("-- more --")
            os.pullEvent("key") sleep(0.3)
        end`,
    "scrolls the screen": `
        print("page 1") print("-- more --") os.pullEvent("key") sleep(0.3)
        for row = 1, 18 do term.scroll(1) end
        term.setCursorPos(1, 1) print("page 2") print("-- more --") sleep(60)`,
    "scrolls a window": `
        local window = window.create(term.current(), 1, 1, term.getSize())
        term.redirect(window)
        for row = 1, 18 do print("page 1") end
        term.write("-- more --") os.pullEvent("key") sleep(0.1) print() sleep(0.2)
        for row = 1, 18 do print("page 2") end
        term.write("-- more --") sleep(60)`,
    "clears a window": `
        term.redirect(window.create(term.current(), 1, 1, term.getSize()))
        for page = 1, 2 do
            term.clear() term.setCursorPos(1, 1) print("page " .. page)
            term.setCursorPos(1, 19) term.write("-- more --")
            os.pullEvent("key") sleep(0.3)
        end`,
    "starts the computer anew": `
        local page = fs.exists("again") and 2 or 1
        fs.open("again", "w").close()
        term.clear() term.setCursorPos(1, 1) print("page " .. page) print("-- more --")
        os.pullEvent("key") sleep(0.3) os.reboot()`,
};

describe("what is new since somebody typed", () => {
    const anew = { timeoutSeconds: 10, sinceInput: true };

    test.each(Object.entries(pagers))("the same text on the next page of one that %s", async (_, pager) => {
        await run(pager);
        await computer.waitForText("-- more --", anew);
        expect(computer.screen().join("\n")).toContain("page 1");
        await computer.press("space");
        await computer.waitForText("-- more --", anew);
        expect(computer.screen().join("\n")).toContain("page 2");
    });

    test.each([
        ["at once", "print(1)"],
        ["after more rows than the screen has", "for row = 1, 40 do print(row) end"],
        ["later", "sleep(0.3) print(1)"],
    ])("the next prompt, of a program that ends %s", async (_, program) => {
        writeFileSync(join(disk, "program.lua"), `${program} fs.open("ended", "w").close()`);
        computer = await boot({ disk });
        await computer.waitForText("> ", anew);
        await computer.type("program\n");
        await computer.waitForText("> ", anew);
        expect(computer.transcript()).toMatch(/\n1\n([^]*\n)?>$/);
    });

    test("what is typed is new together with the prompt before it", async () => {
        computer = await boot({ disk });
        await computer.waitForText("> ", anew);
        await computer.type("id");
        await computer.waitForText("> id", anew);
    });

    test("what scrolled off since is new, too", async () => {
        writeFileSync(join(disk, "program.lua"), 'print("first") for row = 1, 90 do print(row) end');
        computer = await boot({ disk });
        await computer.waitForText("> ", anew);
        await computer.type("program\n");
        await computer.waitForText("90", anew);
        await computer.waitForText("first", anew);
    });

    test("what was there before is not, and the failure says so", async () => {
        computer = await boot({ disk });
        await computer.waitForText("> ", anew);
        await computer.type("id\n");
        await computer.waitForText("#0", anew);
        await expect(
            computer.waitForText("CraftOS", { timeoutSeconds: 0.2, sinceInput: true }),
        ).rejects.toThrow('"CraftOS": not shown anew in 0.2 s, only before the last input');
        await computer.waitForText("CraftOS", soon);
    });

    test("a new size is an input that keeps what is shown", async () => {
        computer = await boot({ disk });
        await computer.waitForText("> ", anew);
        computer.resize(30, 10);
        await expect(
            computer.waitForText("CraftOS", { timeoutSeconds: 0.1, sinceInput: true }),
        ).rejects.toThrow();
        await computer.type("id\n");
        await computer.waitForText("#0", anew);
    });
});
