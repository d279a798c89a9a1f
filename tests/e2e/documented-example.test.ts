/** The example program of docs/libai.md, run on a computer as it stands there, against the real server. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type PlayerComputer, type World } from "./support.ts";

const documentation = readFileSync(path.resolve(import.meta.dirname, "../../docs/libai.md"), "utf8");
const example = /```lua\n(-- greet\.lua[\s\S]*?)```/.exec(documentation)![1]!;

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

function computerWithExample(settings: Record<string, string> = {}): PlayerComputer {
    const computer = world.newComputer({ settings });
    mkdirSync(computer.disk, { recursive: true });
    writeFileSync(path.join(computer.disk, "greet.lua"), example);
    return computer;
}

it("prints the answer, the model and the seconds", async () => {
    const { output, succeeded } = await computerWithExample().run("greet");
    expect(output.replaceAll("\n", " ")).toContain("Greet the players of this world in one short line.");
    expect(output).toMatch(/scripted\/model took \d+\.\d s/);
    expect(succeeded).toBe(true);
});

it("prints what went wrong and what to do next", async () => {
    const { output } = await computerWithExample({ "opencc.password": "wrong" }).run("greet");
    expect(output).toContain("The opencode server refuses user and password.");
    expect(output).toContain("ai config password");
    expect(output).not.toContain("took");
});
