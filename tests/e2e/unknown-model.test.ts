/** A model or an agent that the real server does not have: it would accept the prompt, and nothing would happen. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

const sessions = () => world.behind.listSessions();
const prompts = async (session: string) => (await world.behind.messages(session)).length;

it("names the model and those that there are, and leaves nothing behind", async () => {
    const computer = world.newComputer();
    const { succeeded, transcript } = await computer.run("ai --model acme/wise hello");
    expect(succeeded).toBe(false);
    expect(transcript).toContain("opencode has no model acme/wise.");
    expect(transcript).toContain("scripted/model");
    expect(await sessions()).toEqual([]);
    expect(await computer.setting("opencc.session_id")).toBeUndefined();

    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
    const session = (await computer.setting("opencc.session_id")) as string;
    const before = await prompts(session);
    expect((await computer.run("ai --model scripted/modle hello")).transcript).toMatch(
        /^It has: scripted\/model scripted\/other\. /m,
    );
    expect(await prompts(session)).toBe(before);
    // A model that opencode was sent would stay with the session.
    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
});

it("takes the model from the settings", async () => {
    const settings = { "opencc.provider_id": "scripted", "opencc.model_id": "other" };
    const { transcript } = await world.newComputer({ settings }).run("ai -v ping", { width: 120 });
    expect(transcript).toContain("model=scripted/other");
});

it("names the agent and those that there are, and leaves nothing behind", async () => {
    const computer = world.newComputer();
    const before = await sessions();
    const { succeeded, transcript } = await computer.run("ai --agent wizard hello");
    expect(succeeded).toBe(false);
    expect(transcript).toContain("opencode has no agent wizard.");
    expect(transcript).toContain("build");
    expect(transcript).toContain("plan");
    expect(await sessions()).toEqual(before);
    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
});

it.each(["plan", "general", "title"])(
    "the agent %s answers, as the server lets every agent",
    async (name) => {
        const { transcript } = await world.newComputer().run(`ai -v --agent ${name} ping`, { width: 120 });
        expect(transcript).toMatch(/^pong/m);
    },
);
