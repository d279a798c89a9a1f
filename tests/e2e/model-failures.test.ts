/** The model behind the real server fails: 500 and then recovery, an error for good, nothing, too much. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

it("shows that a failing model is tried again, and the answer when it recovers", async () => {
    const running = await world.newComputer().start("ai [status 500 2] hello");
    await running.computer.waitForText("the model fails, trying again", { timeoutSeconds: 30 });
    const { succeeded, transcript } = await running.finished;
    expect(succeeded).toBe(true);
    expect(transcript).toContain("scripted model");
});

it("shows the model's own error and status", async () => {
    const { succeeded, transcript } = await world.newComputer().run("ai [status 402] hello");
    expect(succeeded).toBe(false);
    expect(transcript).toMatch(/The model failed[^]*HTTP\s+402/);
});

it("says that the reply is empty", async () => {
    const { succeeded, transcript } = await world.newComputer().run("ai [empty] hello");
    expect(succeeded).toBe(false);
    expect(transcript).toContain("The model sent an empty reply.");
});

it("gives up on a model that hangs, and tells how to look again", async () => {
    const computer = world.newComputer();
    const { succeeded, transcript } = await computer.run("ai --timeout 3 [hang] hello");
    expect(succeeded).toBe(false);
    expect(transcript).toContain("Nothing happened for 3 s");
    expect(transcript).toContain("ai resume");
    const session = await computer.setting("opencc.session_id");
    expect((await computer.run("ai hello")).transcript).toContain("This session has been busy");
    expect((await computer.run("ai abort")).transcript).toContain("Stopped.");
    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
    expect(await computer.setting("opencc.session_id")).toBe(session);
});

it("starts a new session after a hang where the setting says so", async () => {
    const settings = { "opencc.poll_timeout_seconds": 2, "opencc.reset_session_on_timeout": true };
    const computer = world.newComputer({ settings });
    await computer.run("ai [hang] hello");
    expect(await computer.setting("opencc.session_id")).toBeUndefined();
    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
});

it("says that an answer was cut at the model's limit", async () => {
    const { succeeded, transcript } = await world.newComputer().run("ai [finish length] hello");
    expect(succeeded).toBe(true);
    expect(transcript).toContain("The answer was cut at the model's limit.");
});
