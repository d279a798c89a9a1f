/** What is longer than the screen: rows, pages and finding, at each size, and where there are no pages at all. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { boot, Monitor, type ComputerOptions, type Computer } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { temporaryFolder } from "./libai-support.ts";

const sizes = [
    { width: 51, height: 19 },
    { width: 39, height: 13 },
    { width: 26, height: 20 },
] as const;

/** `show <rows> [said...]`: says lines, then shows rows, and tells on a third screen what becomes of them. */
const program = `
    local words = { ... }
    local count = tonumber(words[1])
    for index = 2, #words do require("/apis/trapos/screen").remark(words[index]) end
    local ok, problem = pcall(require("/apis/trapos/pager").showRows, function(width, emit)
        for row = 1, count do
            local text = "row " .. row .. (row % 10 == 0 and " Ten" or "")
            emit({ { text = text, colour = colours.yellow } })
        end
    end)
    if not ok then error(problem, 0) end
    print("the end")`;

async function start(options: Omit<ComputerOptions, "disk"> & { program?: string }): Promise<Computer> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos-ai"]);
    await writeFile(join(disk, "show.lua"), options.program ?? program);
    const computer = await boot({ ...options, disk });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^> ?$/m);
    return computer;
}

const rowsOf = (computer: Computer) => computer.screen().map((row) => row.trimEnd());

/** The rows from the number of the first to that of the last. */
const numbered = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, index) => {
        const number = first + index;
        return `row ${number}${number % 10 === 0 ? " Ten" : ""}`;
    });

/** Waits for a place, and looks whether the rows are those of it. */
async function expectPlace(computer: Computer, first: number, last: number, count: number): Promise<void> {
    await computer.waitForText(new RegExp(`^${first}-${last} of ${count}( |$)`, "m"));
    expect(rowsOf(computer).slice(0, -1)).toEqual(numbered(first, last));
}

/** Waits for the end of the program: the prompt is empty. */
async function expectPrompt(computer: Computer): Promise<void> {
    await computer.waitForText(/the end\n>$/);
    expect(computer.transcript()).not.toMatch(/\d+-\d+ of \d+/);
}

describe.each(sizes)("on $width x $height", ({ width, height }) => {
    const page = height - 1;

    it.each([true, false])("all keys and the wheel move, in colour: %s", async (colour) => {
        const computer = await start({ width, height, colour });
        await computer.type("show 140\n");
        await expectPlace(computer, 1, page, 140);
        const steps: [how: string, first: number][] = [
            ["down", 2],
            ["down", 3],
            ["up", 2],
            ["pageDown", 2 + page - 1],
            ["pageDown", 2 + 2 * (page - 1)],
            ["pageUp", 2 + page - 1],
            ["space", 2 + 2 * (page - 1)],
            ["home", 1],
            ["up", 1],
            ["enter", 2],
            ["wheel 1", 5],
            ["wheel -1", 2],
            ["wheel -1", 1],
            ["end", 140 - page + 1],
            ["down", 140 - page + 1],
            ["space", 140 - page + 1],
            ["wheel 1", 140 - page + 1],
            ["up", 140 - page],
        ];
        for (const [how, first] of steps) {
            const [key, direction] = how.split(" ");
            if (key === "wheel") computer.queue("mouse_scroll", Number(direction), 3, 3);
            else if (key === "space") await computer.type(" ");
            else await computer.press(how);
            await expectPlace(computer, first, first + page - 1, 140);
        }
        await computer.type("q");
        await expectPrompt(computer);
        expect(rowsOf(computer).slice(0, -2)).toEqual(numbered(140 - page + 1, 139));
    });

    it("q leaves what is shown, and nothing at the prompt", async () => {
        const computer = await start({ width, height });
        await computer.type("show 140\n");
        await expectPlace(computer, 1, page, 140);
        await computer.press("pageDown");
        await expectPlace(computer, page, 2 * page - 1, 140);
        await computer.type("q");
        await expectPrompt(computer);
        expect(rowsOf(computer)).toEqual([...numbered(page + 1, 2 * page - 1), "the end", ">"]);
    });

    it("Enter ends it at the end alone", async () => {
        const computer = await start({ width, height });
        await computer.type(`show ${page + 1}\n`);
        await expectPlace(computer, 1, page, page + 1);
        await computer.press("enter");
        await expectPlace(computer, 2, page + 1, page + 1);
        expect(rowsOf(computer).at(-1)).toMatch(/q/);
        await computer.press("enter");
        await expectPrompt(computer);
    });

    it("what fits is printed", async () => {
        const computer = await start({ width, height });
        await computer.type("clear\n");
        await computer.type(`show ${page}\n`);
        await computer.waitForText(/the end\n>$/);
        expect(rowsOf(computer)).toEqual([...numbered(2, page), "the end", ">"]);
    });

    it("what was said above is a part of the first page, and can be gone back to", async () => {
        const computer = await start({ width, height });
        await computer.type(`show 140 "said once" "said twice"\n`);
        await computer.waitForText(new RegExp(`^1-${page} of 142`, "m"));
        const first = ["said once", "said twice", ...numbered(1, page - 2)];
        expect(rowsOf(computer).slice(0, -1)).toEqual(first);
        await computer.press("end");
        await computer.waitForText("142 of 142");
        await computer.press("home");
        await computer.waitForText(`1-${page} of 142`);
        expect(rowsOf(computer).slice(0, -1)).toEqual(first);
    });

    it("finds, the next, from the top again, and says what is not there", async () => {
        const computer = await start({ width, height });
        await computer.type("show 140\n");
        await expectPlace(computer, 1, page, 140);
        const look = async (row: number, note: string) => {
            await computer.waitForText(new RegExp(`^\\d+-\\d+ of 140 .*${note}`, "m"));
            const screen = rowsOf(computer);
            const y = screen.findIndex((text) => text === `row ${row} Ten`);
            expect(y, `row ${row} in ${screen.join("|")}`).toBeGreaterThanOrEqual(0);
            // The word is marked and nothing else.
            expect(markedOn(computer)).toEqual([[y, `row ${row} Ten`.length - 3, "Ten"]]);
        };
        await computer.type("/tEN\n");
        await look(10, "q");
        for (const row of [20, 30]) {
            await computer.type("n");
            await computer.waitForText(`row ${row} Ten`);
            await look(row, "q");
        }
        for (let row = 40; row <= 140; row += 10) await computer.type("n");
        await computer.waitForText(/140 of 140/);
        await look(140, "q");
        await computer.type("n");
        await look(10, width < 30 ? "" : "from the top");
        await computer.type("/nowhere\n");
        await computer.waitForText(/not found/);
        expect(rowsOf(computer).at(-1)!.length).toBeLessThanOrEqual(width);
        await computer.type("/\n");
        await computer.type("/row 77\n");
        await computer.waitForText("row 77");
        await computer.type("q");
        await expectPrompt(computer);
    });

    it("follows a screen whose size changes, with the same text at its top", async () => {
        const computer = await start({ width, height });
        await computer.type("show 140\n");
        await expectPlace(computer, 1, page, 140);
        await computer.press("pageDown");
        await expectPlace(computer, page, 2 * page - 1, 140);
        for (const [otherWidth, otherHeight] of [
            [30, 8],
            [60, 25],
            [18, 5],
            [width, height],
        ] as const) {
            computer.resize(otherWidth, otherHeight);
            await expectPlace(computer, page, page + otherHeight - 2, 140);
        }
        computer.resize(1, 1);
        computer.resize(width, height);
        await expectPlace(computer, page, 2 * page - 1, 140);
        await computer.type("q");
        await expectPrompt(computer);
    });

    it.each(["", "/half a word"])("Ctrl+T ends it, and leaves nothing, with %j typed", async (typed) => {
        const computer = await start({ width, height });
        await computer.type("show 140\n");
        await expectPlace(computer, 1, page, 140);
        if (typed !== "") {
            await computer.type(typed);
            await computer.waitForText(typed);
        }
        await computer.press("ctrl+t");
        await computer.waitForText(/Terminated\n>$/);
        expect(computer.transcript()).not.toMatch(/\d+-\d+ of \d+|half/);
        expect(computer.transcript()).not.toContain("the end");
    });
});

/** Where something stands out on the screen: its row and column, counted from 0, and the text. */
function markedOn(computer: Computer): [y: number, x: number, text: string][] {
    const found: [number, number, string][] = [];
    const screen = computer.screen();
    const { rows } = computer.picture();
    rows.forEach(({ backgroundColour }, y) => {
        let text = "";
        [...backgroundColour, 15].forEach((ground, x) => {
            // Yellow and white.
            if (ground === 4 || ground === 0) {
                text += screen[y]!.charAt(x);
            } else {
                if (text !== "") found.push([y, x - text.length, text]);
                text = "";
            }
        });
    });
    return found;
}

const numberedPlainly = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, index) => `row ${first + index}`);

describe("all rows are printed", () => {
    const show = `require("/apis/trapos/pager").showRows(function(width, emit)
        for row = 1, 250 do emit({ { text = "row " .. row } }) end
    end)`;
    const keep = (target: string) => `
        local kept, target = {}, ${target}
        local before = term.redirect(target)
        local ok, problem = pcall(function() ${show} end)
        term.redirect(before)
        print(ok, problem, "the end")`;
    /** A table as programs write one that keep what is printed: what it does not know of goes to the screen. */
    const table = `(function()
        local screen, kept = term.current(), {}
        for _, name in ipairs({ "getSize", "getCursorPos", "setCursorPos", "scroll", "isColour", "getTextColour",
            "getBackgroundColour", "setTextColour", "setBackgroundColour", "write", "clearLine" }) do
            kept[name] = screen[name]
        end
        return kept
    end)()`;
    it.each([
        ["in harness mode", `settings.set("trapos.harness_mode", true) ${show} print("the end")`],
        [
            "where nobody is there",
            `require("/apis/trapos/interactive").unattended() ${show} print("the end")`,
        ],
        ["into a table of a program", keep(table)],
    ])("%s", async (_name, program) => {
        const computer = await start({ program });
        await computer.type("show\n");
        await computer.waitForText(/the end\n>$/);
        expect(computer.transcript().match(/^row \d+$/gm)).toHaveLength(250);
        expect(computer.transcript()).not.toContain("nil nil");
    });

    it("on a monitor", async () => {
        const monitor = new Monitor({ width: 30, height: 10 });
        const computer = await start({
            program: keep(`peripheral.wrap("left")`),
            peripherals: { left: monitor },
        });
        await computer.type("show\n");
        await computer.waitForText("true nil the end");
        const shown = monitor.screen().map((row) => row.trimEnd());
        expect(shown.slice(-9)).toEqual([...numberedPlainly(243, 250), ""]);
    });

    it("but not in a window of the screen", async () => {
        const computer = await start({ program: keep(`window.create(term.current(), 1, 3, 30, 8)`) });
        await computer.type("clear\nshow\n");
        await computer.waitForText(/^1-7 of 250/m);
        await computer.press("end");
        await computer.waitForText(/^244-250 of 250/m);
        await computer.type("q");
        await computer.waitForText("the end");
    });
});

it("a list without end is shown at once, counted on, and left at once", { timeout: 60_000 }, async () => {
    const computer = await start({
        program: `require("/apis/trapos/pager").showRows(function(_, emit)
            local row = 0
            repeat row = row + 1 until not emit({ { text = "row " .. row } })
        end) print("the end")`,
    });
    await computer.type("show\n");
    await computer.waitForText(/^1-18 of \d{4}\+/m);
    await computer.type("/row 3000\n");
    await computer.waitForText(/^\d+-30\d\d of /m);
    await computer.type("q");
    await computer.waitForText(/the end\n>$/);
});

it("what fails while it is laid out is raised", async () => {
    const computer = await start({
        program: `print(pcall(require("/apis/trapos/pager").showRows, function(_, emit)
            for row = 1, 30 do emit({ { text = "row " .. row } }) end
            error({ code = "broken" }, 0)
        end)) print("the end")`,
    });
    await computer.type("show\n");
    await computer.waitForText(/false +table: /);
});
