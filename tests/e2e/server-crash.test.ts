/** The real server is killed in the middle of a turn and comes back. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

it("waits for the server, and says that the turn was interrupted", async () => {
    const computer = world.newComputer();
    const running = await computer.start("ai [tools 1 30] count");
    await running.computer.waitForText(/bash/, { timeoutSeconds: 30 });
    await world.crash();
    await running.computer.waitForText("the server is out of reach", { timeoutSeconds: 30 });
    await world.restart();
    const { succeeded, transcript } = await running.finished;
    expect(succeeded).toBe(false);
    expect(transcript).toContain("The turn was interrupted");
    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
});
