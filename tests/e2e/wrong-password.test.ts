/** A password that the real server refuses. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

it.each(["ai ping", "ai hello", "ai sessions", "ai new", "ai use ses_1"])("%s says so", async (command) => {
    const computer = world.newComputer({ settings: { "opencc.password": "guess-1234" } });
    const { succeeded, transcript } = await computer.run(command);
    expect(succeeded).toBe(false);
    expect(transcript).toContain("The opencode server refuses user and password.");
    expect(transcript).toContain("ai config password");
    expect(transcript).not.toContain("guess-1234");
});

it("no password at all is refused, too", async () => {
    const computer = world.newComputer({ settings: { "opencc.password": undefined } });
    expect((await computer.run("ai ping")).transcript).toContain("refuses user and password");
});
