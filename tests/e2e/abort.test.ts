/** Stopping a turn on the real server: `ai abort` from another computer, and Ctrl+T. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

it("ai abort stops the turn, and whoever waits for it is told", async () => {
    const [one, two] = [world.newComputer(), world.newComputer()];
    await one.run("ai ping");
    const session = String(await one.setting("opencc.session_id"));
    const running = await one.start("ai [hang] wait for ever");
    await running.computer.waitForText(/\d s (asked|working)/, { timeoutSeconds: 30 });
    const abort = await two.run("ai abort", { settings: { "opencc.session_id": session } });
    expect(abort.transcript).toContain("Stopped.");
    const { succeeded, transcript } = await running.finished;
    expect(succeeded).toBe(false);
    expect(transcript).toContain("The turn was stopped.");
    expect(await world.behind.running()).toEqual([]);
    expect((await one.run("ai ping")).transcript).toMatch(/^pong/m);
});

it("ai abort says that nothing was running", async () => {
    const computer = world.newComputer();
    await computer.run("ai ping");
    expect((await computer.run("ai abort")).transcript).toContain("Nothing was running.");
});

it("Ctrl+T stops the turn on the server, too, and says so", async () => {
    const computer = world.newComputer();
    const running = await computer.start("ai [hang] wait for ever");
    await running.computer.waitForText(/\d s (asked|working)/, { timeoutSeconds: 30 });
    await running.computer.press("ctrl+t");
    const { succeeded, transcript, end } = await running.finished;
    expect(succeeded).toBe(false);
    expect(end.how).toBe("shutdown");
    expect(transcript).toContain("The turn was stopped on the server.");
    expect(transcript).toContain("Terminated");
    expect(await world.behind.running()).toEqual([]);
    // Nothing is left that would have to be resumed.
    expect((await computer.run("ai ping")).transcript).not.toContain("ai resume");
});
