/** What `ai` shows: answers and lists page by page, no row lost and left at a key, and the line that moves. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { boot, type Computer } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { hostileTexts, onScreen, readShown, type Shown } from "./ai-screen-support.ts";
import { runWithLibai, startServer, temporaryFolder } from "./libai-support.ts";

async function showing(
    answer: string,
    size: { width: number; height: number; colour?: boolean },
    heading: readonly string[] = [],
): Promise<Computer> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos-ai"]);
    await mkdir(join(disk, "data"));
    await writeFile(join(disk, "data/answer.txt"), answer);
    await writeFile(
        join(disk, "show.lua"),
        `local file = fs.open("/data/answer.txt", "r") local answer = file.readAll() file.close()
         local remark = require("/apis/trapos/screen").remark
         for _, line in ipairs({ ... }) do remark(line) end
         require("/apis/ai/view/answer").showAnswer(answer) print("the end")`,
    );
    const computer = await boot({ disk, ...size });
    onTestFinished(() => computer.close());
    await computer.waitForText(">");
    await computer.type(`show ${heading.map((line) => `"${line}"`).join(" ")}\n`);
    return computer;
}

const lines = Array.from({ length: 40 }, (_, index) => `row ${index + 1}.`);
const rows = (computer: Computer) => computer.screen().map((row) => row.trimEnd());

it.each([
    [51, 19],
    [26, 20],
])("no row is lost between the pages of %i x %i", async (width, height) => {
    const computer = await showing(lines.join("  \n"), { width, height });
    const seen: string[] = [];
    for (const last of [height - 1, 2 * height - 3, 40]) {
        await computer.waitForText(new RegExp(`-${last} of 40`));
        seen.push(...rows(computer).filter((row) => row.startsWith("row")));
        await computer.type(" ");
    }
    expect([...new Set(seen)]).toEqual(lines);
});

it.each([
    [51, ["The last answer:"], 1],
    [26, ["> why does my door not open?", "And a remark."], 3],
])("the first page of %i columns has room for %j above the answer", async (width, heading, taken) => {
    const height = 20;
    const computer = await showing(lines.slice(0, 30).join("  \n"), { width, height }, heading);
    await computer.waitForText(`1-19 of ${30 + taken}`);
    const shown = rows(computer);
    expect(shown.slice(0, taken).join(" ")).toBe(heading.join(" "));
    expect(shown.slice(taken, -1)).toEqual(lines.slice(0, height - 1 - taken));
    await computer.type(" ");
    await computer.waitForText("row 30.");
    await computer.type("q");
    await computer.waitForText("the end");
});

it.each([
    [51, true],
    [26, true],
    [39, false],
])("code on %d columns stands on a ground of its own, in colour: %s", async (width, colour) => {
    const code = "local door = peripheral.find('door')";
    const answer = `Do:\n\`\`\`lua\n${code}\n\`\`\`\nThen:\n\`\`\`\nreboot\n\`\`\`\nDone.`;
    const computer = await showing(answer, { width, height: 19, colour });
    await computer.waitForText("the end");
    const screen = rows(computer);
    const start = screen.indexOf("Do:");
    const goesOn = ["local door =".padEnd(width - 1) + "→", "  peripheral.find('door')"];
    const inside = ["lua 1", ...(width === 26 ? goesOn : [code]), "Then:", "code 2", "reboot"];
    const bar = (row: string) => (colour || row === "Then:" ? row : `▌${row}`);
    expect(screen.slice(start, start + inside.length + 2)).toEqual(["Do:", ...inside.map(bar), "Done."]);
    const grounds = computer.picture().rows.map(({ backgroundColour }) => new Set(backgroundColour));
    const expected = ["Do:", ...inside, "Done."].map((row) =>
        colour && !["Do:", "Then:", "Done."].includes(row) ? new Set([7]) : new Set([15]),
    );
    expect(grounds.slice(start, start + expected.length)).toEqual(expected);
});

it("an answer that fits is not stopped at", async () => {
    const computer = await showing("short", { width: 51, height: 19 });
    await computer.waitForText("the end");
    expect(rows(computer)).toContain("short");
});

it(
    "an answer without end shows its first page at once, and is left at once",
    { timeout: 60_000 },
    async () => {
        for (const unit of ["*a _b [c](", "|a|b|\n", "日本 ", "x", "\u001b[31m\b\r"]) {
            const answer = `${lines.join("  \n")}\n\n${unit.repeat(1_000_000 / unit.length)}`;
            const computer = await showing(answer, { width: 51, height: 19 });
            await computer.waitForText("1-18 of ", { timeoutSeconds: 30 });
            await computer.type("q");
            await computer.waitForText("the end", { timeoutSeconds: 5 });
            await computer.close();
        }
    },
);

describe("sessions", () => {
    const count = 400;
    const session = (index: number) => ({
        id: `ses_${index}`,
        title:
            index % 2 === 0
                ? `Session ${index}\n\twith “lines”`
                : `${index} ${Object.values(hostileTexts)[index % 9]!}`,
        directory: "/work",
        time: { created: 1, updated: Date.now() - index * 60_000 },
    });

    async function listing(size: { width: number; height: number; colour: boolean }): Promise<Computer> {
        const { url } = await startServer(({ path, query }) => {
            if (path === "/session/ses_399") return { body: session(399) };
            const limit = Number(query.get("limit") ?? 100);
            return { body: Array.from({ length: Math.min(count, limit) }, (_, index) => session(index)) };
        });
        const disk = await temporaryFolder();
        await installPackages(disk, ["trapos-ai"]);
        await writeFile(join(disk, ".settings"), `{ ["opencc.server_url"] = "${url}" }`);
        const computer = await boot({ disk, ...size, http: { allow: ["127.0.0.1"] } });
        onTestFinished(() => computer.close());
        await computer.waitForText(">");
        return computer;
    }

    it.each([
        [51, 19, true],
        [26, 20, false],
    ])("are gone through on %i x %i, one line each", { timeout: 60_000 }, async (width, height, colour) => {
        const computer = await listing({ width, height, colour });
        await computer.type("clear\nai sessions\n");
        for (let last = height - 1; last < count; last += height - 2) {
            await computer.waitForText(new RegExp(`^ *${last} .*\\n.*Quit`, "m"), { timeoutSeconds: 30 });
            const shown = rows(computer).slice(0, -1);
            if (last === height - 1) {
                expect(shown.slice(0, 2).map((row) => row.replace(/ +/g, " "))).toEqual([
                    ` 1 Session 0 ${width < 50 ? "with..." : 'with "lines"'} now`,
                    expect.stringMatching(/^ 2 1 y+\.\.\. 1m$/),
                ]);
            }
            expect(shown.map((row) => parseInt(row))).toEqual(
                Array.from({ length: height - 1 }, (_, index) => last - height + 2 + index),
            );
            // The first one takes the caret to the last row in sight, each further one a page on from there.
            if (last === height - 1) await computer.press("pageDown");
            await computer.press("pageDown");
        }
        await computer.press("end");
        await computer.waitForText(/^ *400 .*\n/m, { timeoutSeconds: 30 });
        await computer.press("enter");
        await computer.waitForText(/Talking in: 399/);
    });

    it("are left at q", async () => {
        const computer = await listing({ width: 51, height: 19, colour: true });
        await computer.type("ai sessions\n");
        await computer.waitForText("1/400", { timeoutSeconds: 30 });
        await computer.type("q");
        await computer.waitForText(/^> *$/m);
        expect(rows(computer).filter((row) => row !== "" && row !== ">")).toEqual([]);
    });
});

describe("the moving line", () => {
    it("keeps to its row at any width and leaves nothing", { timeout: 120_000 }, async () => {
        const disk = await temporaryFolder();
        await writeFile(join(disk, "texts.json"), JSON.stringify(hostileTexts));
        const { end, output } = await runWithLibai(
            `${onScreen}
             local file = fs.open("/texts.json", "r")
             local texts, results = textutils.unserializeJSON(file.readAll()), {}
             file.close()
             -- The results need its room.
             fs.delete("/texts.json")
             local phases = {
                 { phase = "sent" }, { phase = "working" }, { phase = "reconnecting" }, { phase = "something new" },
             }
             for _, text in pairs(texts) do
                 phases[#phases + 1] = { phase = "tool", tool = "bash", title = text }
                 phases[#phases + 1] = { phase = "tool", tool = text }
                 phases[#phases + 1] = { phase = "retry", message = text }
                 phases[#phases + 1] = { phase = "waiting for permission", message = text }
                 phases[#phases + 1] = { phase = "waiting for an answer", message = text }
             end
             for width = 1, 60 do
                 local seen = {}
                 local shown = onScreen(width, 4, true, function(screen)
                     print() print("x")
                     -- The timer that turns the sign is a real one, but nobody waits for it here.
                     local startTimer, epoch, now = os.startTimer, os.epoch, 0
                     os.startTimer = function() os.queueEvent("timer", -1) return -1 end
                     os.epoch = function() now = now + 40000 return now end
                     local options = { isVerbose = false }
                     local ok, problem = pcall(require("/apis/ai/view/waiting").wait, options, function()
                         -- Each is shown at nine or ten of the widths.
                         for number = 1, 8 do
                             options.onProgress(phases[(number + width * 8) % #phases + 1])
                             os.queueEvent("phase") os.pullEvent("phase") os.queueEvent("phase") os.pullEvent("phase")
                             local row = screen.getLine(3)
                             local _, y = screen.getCursorPos()
                             seen[#seen + 1] = { row = row, y = y, others = screen.getLine(1) .. screen.getLine(2) .. screen.getLine(4) }
                         end
                     end)
                     os.startTimer, os.epoch = startTimer, epoch
                     if not ok then error(problem, 0) end
                 end)
                 results[width] = { shown = shown, seen = seen }
             end
             file = fs.open("/results.json", "w") file.write(textutils.serializeJSON(results)) file.close()`,
            { disk, timeoutSeconds: 100 },
        );
        expect({ end, output }).toEqual({ end: { how: "shutdown", status: 0 }, output: "" });
        const results = JSON.parse(await readFile(join(disk, "results.json"), "utf8")) as {
            shown: Shown;
            seen: { row: string; y: number; others: string }[];
        }[];
        expect(results).toHaveLength(60);
        for (const [index, { shown, seen }] of results.entries()) {
            const width = index + 1;
            const { rows, outside, cleared, problem } = readShown(shown);
            expect({ width, problem, outside, rows, cleared }).toEqual({
                width,
                problem: undefined,
                outside: [],
                rows: ["", "x"],
                // Once at its end: more would flicker.
                cleared: 1,
            });
            expect(seen).toHaveLength(8);
            for (const { row, y, others } of seen) {
                expect(row, `${width}`).toMatch(/^[|/\\-]( \d* ?s?( .*)?)?$/);
                expect(row).toHaveLength(width);
                expect(y).toBe(3);
                expect(others.replaceAll(" ", "")).toBe("x");
                if (width > 30) expect(row).toMatch(/^[|/\\-] \d+ s \S/);
            }
        }
    });

    it("follows a screen whose size changes", async () => {
        const disk = await temporaryFolder();
        await installPackages(disk, ["trapos-ai"]);
        await writeFile(
            join(disk, "turn.lua"),
            `for row = 1, 12 do print("row " .. row) end
             local options = { isVerbose = false }
             require("/apis/ai/view/waiting").wait(options, function()
                 options.onProgress({ phase = "tool", tool = "bash", title = ("a title of some length "):rep(9) })
                 os.pullEvent("go")
             end)
             print("the end")`,
        );
        const computer = await boot({ disk });
        onTestFinished(() => computer.close());
        await computer.waitForText(">");
        await computer.type("turn\n");
        const isMoving = (row: string) => /^[|/\\-] \d+ s/.test(row);
        for (const [width, height] of [
            [51, 19],
            [26, 20],
            [60, 20],
            [60, 6],
            [7, 4],
            [40, 19],
            [1, 1],
            [51, 19],
        ] as const) {
            computer.resize(width, height);
            const drawn = new RegExp(`^[|/\\\\-]${width > 30 ? " \\d+ s bash a" : ""}`);
            for (let turn = 0; turn < 3; turn++) {
                await new Promise<void>((resolve) => {
                    const before = rows(computer).find((row) => drawn.test(row));
                    const stop = computer.onChange(() => {
                        const now = rows(computer).find((row) => drawn.test(row));
                        if (now === undefined || now === before) return;
                        stop();
                        resolve();
                    });
                });
            }
            if (width > 5) expect(rows(computer).filter(isMoving), `${width}x${height}`).toHaveLength(1);
        }
        computer.queue("go");
        await computer.waitForText("the end");
        expect(rows(computer).filter(isMoving)).toEqual([]);
    });
});

it("a list's second column is in the computer's font, too", async () => {
    const { lines } = await runWithLibai(
        `local listing = require("/apis/trapos/listing")
         local list = listing.start()
         listing.add(list, "ai /tür", nil, "für das Tor… – “offen”")
         listing.show(list)`,
    );
    expect(lines).toEqual(['ai /tür für das Tor... - "offen"']);
});
