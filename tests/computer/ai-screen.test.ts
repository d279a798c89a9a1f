/** What `ai` shows of a long answer: page by page, no row lost, and left at a key. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { boot, type Computer } from "../../tools/computer/index.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { temporaryFolder } from "./libai-support.ts";

async function showing(
    answer: string,
    size: { width: number; height: number },
    heading: readonly string[] = [],
): Promise<Computer> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos-ai"]);
    await mkdir(join(disk, "data"));
    await writeFile(join(disk, "data/answer.txt"), answer);
    await writeFile(
        join(disk, "show.lua"),
        `local file = fs.open("/data/answer.txt", "r") local answer = file.readAll() file.close()
         local screen = require("/apis/ai/screen")
         for _, line in ipairs({ ... }) do screen.remark(line) end
         screen.showAnswer(answer) print("the end")`,
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
    for (let page = 0; page < 3; page++) {
        await computer.waitForText(page < 2 ? "-- any key" : "the end");
        seen.push(...rows(computer).filter((row) => row.startsWith("row")));
        if (page < 2) await computer.press("space");
        if (page < 2) await computer.waitForText(page === 0 ? `row ${height}.` : "the end");
    }
    expect([...new Set(seen)]).toEqual(lines);
});

it.each([
    [51, ["The last answer:"], 1],
    [26, ["> why does my door not open?", "And a remark."], 3],
])("the first page of %i columns has room for %j above the answer", async (width, heading, taken) => {
    const height = 20;
    const computer = await showing(lines.slice(0, 30).join("  \n"), { width, height }, heading);
    await computer.waitForText("-- any key");
    const shown = rows(computer);
    expect(shown.slice(0, taken).join(" ")).toBe(heading.join(" "));
    expect(shown.slice(taken, -1)).toEqual(lines.slice(0, height - 1 - taken));
    await computer.press("space");
    await computer.waitForText("the end");
    expect(rows(computer)).toContain("row 30.");
});

it("q leaves the rest out", async () => {
    const computer = await showing(lines.join("  \n"), { width: 51, height: 19 });
    await computer.waitForText("-- any key");
    await computer.press("q");
    await computer.waitForText("the end");
    expect(computer.transcript()).not.toContain("row 40.");
    expect(computer.transcript()).not.toContain("-- any key");
});

it("an answer that fits is not stopped at", async () => {
    const computer = await showing("short", { width: 51, height: 19 });
    await computer.waitForText("the end");
    expect(rows(computer)).toContain("short");
});
