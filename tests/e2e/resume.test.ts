/** The power goes in the middle of a turn on the real server: no reply is lost. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type PlayerComputer, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

const pending = (computer: PlayerComputer) => readdir(join(computer.disk, "trapos/ai/turns"));

async function cutPower(computer: PlayerComputer, prompt: string): Promise<void> {
    const running = await computer.start(`ai ${prompt}`);
    // That the model is at work opencode 2 does not show before its first word.
    const phases = world.behind.dialect === 1 ? /\d s (working|bash)/ : /\d s (asked|working|shell)/;
    await running.computer.waitForText(phases, { timeoutSeconds: 30 });
    await running.computer.powerCut();
    await running.finished;
}

it("ai resume shows the reply that came while the computer was off", async () => {
    const computer = world.newComputer();
    await cutPower(computer, "[wait 2] what is in the chest?");
    expect(await pending(computer)).toHaveLength(1);
    const { transcript, succeeded } = await computer.run("ai resume");
    expect(transcript).toContain("An answer may be waiting. Type: ai resume");
    expect(transcript).toContain("> [wait 2] what is in the chest?");
    expect(transcript).toContain("scripted model");
    expect(succeeded).toBe(true);
    expect(await pending(computer)).toEqual([]);
});

it("waits on for a turn that still runs", async () => {
    const computer = world.newComputer();
    await cutPower(computer, "[tools 1 6] count");
    const running = await computer.start("ai resume");
    await running.computer.waitForText(/bash|shell/, { timeoutSeconds: 30 });
    const { transcript, succeeded } = await running.finished;
    expect(succeeded).toBe(true);
    expect(transcript).toContain("scripted model");
});

it("says so when the server died in the turn, too", async () => {
    const computer = world.newComputer();
    await cutPower(computer, "[hang] never");
    await world.crash();
    await world.restart();
    const { transcript, succeeded } = await computer.run("ai resume");
    expect(succeeded).toBe(false);
    expect(transcript).toContain(
        // opencode 2 has nothing of an answer before its first word.
        world.behind.dialect === 1
            ? "The turn was interrupted"
            : "The server was restarted before the answer began.",
    );
    expect(await pending(computer)).toEqual([]);
    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
});

it("shows the last answer again when nothing is pending, and says so where there is none", async () => {
    const computer = world.newComputer();
    const nothing = await computer.run("ai resume");
    expect(nothing.transcript).toContain("There is no answer to fetch.");
    expect(nothing.succeeded).toBe(false);
    await computer.run("ai ping");
    expect((await computer.run("ai resume")).transcript).toMatch(/^The last answer:\npong$/m);
});
