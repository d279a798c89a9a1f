/** Choosing one of many rows, and typing a line, at each size of the screen. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { boot, type Computer, type ComputerOptions } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { hostileTexts } from "./ai-screen-support.ts";
import { temporaryFolder } from "./libai-support.ts";

const sizes = [
    { width: 51, height: 19 },
    { width: 39, height: 13 },
    { width: 26, height: 20 },
] as const;

async function start(program: string, options: Omit<ComputerOptions, "disk">): Promise<Computer> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos-ai"]);
    await writeFile(join(disk, "p.lua"), program);
    const computer = await boot({ ...options, disk });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^> ?$/m);
    await computer.type("p\n");
    return computer;
}

/** Chooses of rows that tell how wide the screen is; deletes until something else is chosen. */
const program = (count: number) => `
    local deleted, index, word = {}, 5
    while true do
        local choice = require("/apis/trapos/chooser").choose({
            rows = function(width)
                local rows = {}
                for row = 1, ${count} do
                    rows[row] = "row " .. row .. (row % 10 == 0 and " Ten" or "") .. (deleted[row] and " gone" or "") .. " of " .. width
                end
                return rows
            end,
            enter = "use",
            actions = { { letter = "r", purpose = "rename" }, { letter = "d", purpose = "delete" }, { letter = "f", purpose = "fork" } },
            index = index, word = word,
        })
        if not choice then print("nothing chosen") break end
        index, word = choice.index, choice.word
        if choice.action ~= "d" then print("chosen", choice.action, choice.index, choice.word) break end
        deleted[choice.index] = true
    end`;

const rowsOf = (computer: Computer) => computer.screen().map((row) => row.trimEnd());

/** The row of the screen that stands out, counted from 0, and its text; it goes from end to end. */
function caretOf(computer: Computer): [y: number, text: string] {
    const { rows } = computer.picture();
    const lit = rows.flatMap(({ backgroundColour }, y) =>
        backgroundColour.some((place) => place !== 15) ? [y] : [],
    );
    expect(lit).toHaveLength(1);
    expect(new Set(rows[lit[0]!]!.backgroundColour).size).toBe(1);
    return [lit[0]!, rowsOf(computer)[lit[0]!]!];
}

describe.each(sizes)("on $width x $height", ({ width, height }) => {
    it.each([true, false])("a row is chosen by keys and the wheel, in colour: %s", async (colour) => {
        const computer = await start(program(100), { width, height, colour });
        const isOn = async (row: number) => {
            await computer.waitForText(new RegExp(`^row ${row}( Ten)?( gone)? of ${width}$`, "m"));
            expect(caretOf(computer)[1]).toMatch(new RegExp(`^row ${row} `));
            expect(rowsOf(computer).at(-1)).toContain("Rename Delete Fork /");
        };
        await isOn(5);
        const page = height - 2;
        for (const [key, row] of [
            ["down", 6],
            ["pageDown", 6 + page],
            ["pageUp", 6],
            ["up", 5],
            ["end", 100],
            ["home", 1],
        ] as const) {
            await computer.press(key);
            await isOn(row);
        }
        computer.queue("mouse_scroll", 1, 2, 2);
        await computer.press("down");
        await isOn(5);
        await computer.type("d");
        await computer.waitForText("row 5 gone");
        await isOn(5);
        await computer.press("enter");
        await computer.waitForText(/^chosen +enter +5/m);
        await computer.waitForText(/\n>$/);
        expect(rowsOf(computer)[0]).toMatch(/^chosen/);
    });

    it("a second click chooses, a first one does not", async () => {
        const computer = await start(program(100), { width, height });
        await computer.waitForText("row 5");
        await computer.click(3, 8);
        expect(caretOf(computer)).toEqual([7, `row 8 of ${width}`]);
        await computer.click(width, 9);
        await computer.click(1, height);
        await computer.click(2, 9);
        await computer.waitForText(/^chosen +enter +9/m);
    });

    it("a word narrows the rows, and a letter acts", async () => {
        const computer = await start(program(100), { width, height });
        await computer.waitForText("row 5");
        await computer.type("/ten\n");
        await computer.waitForText(/^row 100 Ten/m);
        expect(rowsOf(computer).slice(0, 11)).toEqual([
            ...Array.from({ length: 10 }, (_, index) => `row ${(index + 1) * 10} Ten of ${width}`),
            "",
        ]);
        await computer.press("down");
        await computer.type("R");
        await computer.waitForText(/^chosen +r +20 +ten/m);
    });

    it("nothing is chosen of nothing, and q leaves nothing at the prompt", async () => {
        const computer = await start(program(0), { width, height });
        await computer.waitForText("Rename");
        for (const key of ["enter", "down", "end", "pageUp"]) await computer.press(key);
        await computer.click(1, 1);
        await computer.type("d/x\n");
        await computer.type("q");
        await computer.waitForText(/nothing chosen\n>$/);
        // What was typed to find has moved the screen, nothing else is left of it.
        expect(rowsOf(computer).slice(0, 3)).toEqual(["nothing chosen", ">", ""]);
    });

    it("follows a screen whose size changes", async () => {
        const computer = await start(program(100), { width, height });
        await computer.waitForText("row 5");
        await computer.press("end");
        for (const [otherWidth, otherHeight] of [
            [30, 6],
            [1, 1],
            [60, 22],
        ] as const) {
            computer.resize(otherWidth, otherHeight);
            if (otherWidth > 10) await computer.waitForText(`row 100 Ten of ${otherWidth}`);
            if (otherWidth > 10) expect(caretOf(computer)[0]).toBe(otherHeight - 2);
        }
    });

    it("Ctrl+T leaves a clear screen", async () => {
        const computer = await start(program(100), { width, height });
        await computer.waitForText("row 5");
        await computer.type("/te");
        await computer.press("ctrl+t");
        await computer.waitForText(/Terminated\n>$/);
        expect(rowsOf(computer).slice(0, 3)).toEqual(["Terminated", ">", ""]);
    });

    it("a line is typed, changed, and hidden", async () => {
        const computer = await start(
            `local readLine = require("/apis/trapos/lineinput").readLine
             print("[" .. readLine({ prompt = "Name: ", initial = "Tür" }) .. "]")
             print("[" .. readLine({ prompt = "A question that is longer than a row has room for: " }) .. "]")
             print(#readLine({ prompt = "Password: ", isSecret = true }))
             readLine({ prompt = "Last: " })`,
            { width, height },
        );
        await computer.waitForText("Name: Tür");
        await computer.press("backspace");
        await computer.type("x\n");
        await computer.waitForText("[Tüx]");
        await computer.type("abc def\n");
        await computer.waitForText("[abc def]");
        await computer.type("secret");
        await computer.waitForText("Password: ******");
        await computer.type("\n");
        await computer.waitForText(/^6$/m);
        await computer.type("half");
        await computer.press("ctrl+t");
        await computer.waitForText(/^Last: half\nTerminated$/m);
        expect(computer.transcript()).not.toContain("secret");
    });
});

it("hostile rows keep to the screen", async () => {
    const rows = Object.values(hostileTexts).map((text) => JSON.stringify(text.slice(0, 2000)));
    const computer = await start(
        `local rows = {}
         for index, text in ipairs(textutils.unserializeJSON([==[[${rows.join(",")}]]==])) do
             rows[index] = require("/apis/trapos/text").oneLine(text)
         end
         require("/apis/trapos/chooser").choose({ rows = function() return rows end, enter = "use" })`,
        { width: 26, height: 20 },
    );
    await computer.waitForText("Enter:use");
    const screen = rowsOf(computer);
    expect(screen.slice(0, rows.length).filter((row) => row.endsWith("...")).length).toBeGreaterThan(5);
    expect(screen.slice(rows.length, -1).every((row) => row === "")).toBe(true);
});

it("a title stands above the rows, which are clicked where they are", async () => {
    const computer = await start(
        `local choice = require("/apis/trapos/chooser").choose({
             title = "Modèle, whose name is longer than the row",
             rows = function() local rows = {} for row = 1, 40 do rows[row] = "row " .. row end return rows end,
             enter = "use", index = 40,
         })
         print("chosen", choice.index)`,
        { width: 26, height: 20 },
    );
    await computer.waitForText("Enter:use");
    const screen = rowsOf(computer);
    expect(screen[0]).toBe("Modèle, whose name is l...");
    expect([screen[1], screen[18]]).toEqual(["row 23", "row 40"]);
    await computer.press("home");
    await computer.press("pageDown");
    await computer.waitForText(/^row 18$/m);
    expect(caretOf(computer)).toEqual([18, "row 18"]);
    // The title is none of the rows, however often it is clicked.
    for (const y of [1, 1, 2]) await computer.click(3, y);
    expect(caretOf(computer)).toEqual([1, "row 1"]);
    await computer.click(3, 2);
    await computer.waitForText(/^chosen +1/m);
});
