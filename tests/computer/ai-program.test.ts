/** What `ai` and its startup file do where a file of theirs is missing or damaged. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { boot, type Computer } from "../../tools/computer/index.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { temporaryFolder } from "./libai-support.ts";

/** A computer on which a file has another content, or is gone. */
async function bootWith(path: string, content: string | undefined): Promise<Computer> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos"]);
    if (content === undefined) await rm(join(disk, path));
    else await writeFile(join(disk, path), content);
    const computer = await boot({ disk });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^>/m);
    return computer;
}

const rows = (computer: Computer) =>
    computer
        .screen()
        .map((row) => row.trimEnd())
        .filter((row) => row !== "");

const mend = "Mend it: ccpm verify --fix";

it.each([
    ["apis/ai/command.lua", undefined],
    ["apis/ai/turn.lua", undefined],
    ["apis/ai/command.lua", ""],
    ["apis/ai/text.lua", "local M = {"],
    ["apis/libai.lua", ""],
])("ai says how to mend it where %s is %j", async (path, content) => {
    const computer = await bootWith(path, content);
    await computer.type("ai ping\n");
    await computer.waitForText(/Mend it.*\n>/);
    const shown = rows(computer);
    const typed = shown.indexOf("> ai ping");
    expect(shown.slice(typed + 1).length).toBeLessThanOrEqual(4);
    expect(shown.slice(-2)).toEqual([mend, ">"]);
    expect(shown.slice(0, typed).join()).not.toContain("damaged");
});

it.each([
    ["apis/ai/arguments.lua", undefined],
    ["apis/ai/session.lua", "return {"],
    ["apis/ai/settings.lua", ""],
])("the boot goes on after one line where %s is %j", async (path, content) => {
    const computer = await bootWith(path, content);
    expect(rows(computer).slice(1)).toEqual([`ai is damaged. ${mend}`, ">"]);
    await computer.type("ai ping\n");
    await computer.waitForText(/\nMend it.*\n>/);
    await computer.type("trapos\n");
    await computer.waitForText("trapos-ai");
});
