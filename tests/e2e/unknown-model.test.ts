/** A model or an agent that the real server does not have: it accepts the prompt and nothing happens. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

it("names the model and those that there are", async () => {
    const computer = world.newComputer();
    const { succeeded, transcript } = await computer.run("ai --model acme/wise hello");
    expect(succeeded).toBe(false);
    expect(transcript).toContain("opencode has no model acme/wise.");
    expect(transcript).toContain("scripted/model");
    // The session keeps to the model until it is told another.
    expect((await computer.run("ai hello again")).transcript).toContain("opencode has no model acme/wise.");
    expect((await computer.run("ai --model scripted/model ping")).transcript).toContain("pong");
    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
});

it("takes the model from the settings", async () => {
    const settings = { "opencc.provider_id": "scripted", "opencc.model_id": "other" };
    const { transcript } = await world.newComputer({ settings }).run("ai -v ping", { width: 120 });
    expect(transcript).toContain("model=scripted/other");
});

it("names the agent and those that there are", async () => {
    const computer = world.newComputer();
    const { succeeded, transcript } = await computer.run("ai --agent wizard hello");
    expect(succeeded).toBe(false);
    expect(transcript).toContain("opencode has no agent wizard.");
    expect(transcript).toMatch(/It has: build plan/);
    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
});
