/** What is there of a server does not hang on the session that a computer had and that was deleted elsewhere. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

const calls: [command: string, said: string][] = [
    ["models", "scripted/other"],
    ["model", "scripted/model"],
    ["model scripted/other", "Asking from now on: scripted/other"],
    ["agents", "build"],
    ["agent plan", "Asking from now on: plan"],
    ["variants", "no variants"],
    ["commands", "ai /init"],
    ["sessions", "No sessions yet"],
];

it.each(calls)("ai %s", async (command, said) => {
    const settings = { "opencc.session_id": "ses_gone00000000000000000000" };
    const { output, succeeded } = await world.newComputer({ settings }).run(`ai ${command}`);
    expect(output).toContain(said);
    expect(succeeded).toBe(true);
});
