/** A real server whose plugin holds each prompt up before it is among the messages. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

const SECONDS = 9;

let world: World;
let folder: string;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-plugin-"));
    const file = join(folder, "slow.js");
    const wait = `await new Promise((resolve) => setTimeout(resolve, ${SECONDS * 1000}));`;
    await writeFile(file, `export const Slow = async () => ({ "chat.message": async () => { ${wait} } });\n`);
    world = await startWorld({ config: { plugin: [pathToFileURL(file).href] } });
});
afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
});

it("waits, and says what for", async () => {
    const running = await world.newComputer().start("ai hello", { width: 51, height: 19 });
    await running.computer.waitForText("not started yet: the server is slow", { timeoutSeconds: 40 });
    const { succeeded, output } = await running.finished;
    expect(output).toContain("You said: hello");
    expect(succeeded).toBe(true);
});

it("says so when it stops waiting, and ai resume has the answer", async () => {
    const computer = world.newComputer();
    const { succeeded, output } = await computer.run("ai --timeout 7 a slow one");
    expect(succeeded).toBe(false);
    expect(output).toContain("opencode has not started the prompt for 7 s.");
    const resumed = await computer.run("ai resume");
    expect(resumed.output).toContain("> a slow one");
    expect(resumed.output).toContain("You said: a slow one");
    const asked = world.model.requests.filter(({ conversation }) => conversation.userText === "a slow one");
    expect(asked.filter(({ conversation }) => conversation.purpose === "turn")).toHaveLength(1);
});

it("is not told to stop before it has started, and can be stopped then", async () => {
    const computer = world.newComputer();
    const running = await computer.start("ai [hang] for ever");
    await running.computer.waitForText(/\d s asked/, { timeoutSeconds: 30 });
    await running.computer.press("ctrl+t");
    const { transcript } = await running.finished;
    expect(transcript.replaceAll("\n", " ")).toContain(
        "The turn may go on, stop it with: ai abort (opencode is still starting it)",
    );
    let last = "";
    for (let attempt = 0; attempt < 6 && !last.includes("Stopped."); attempt++) {
        last = (await computer.run("ai abort")).output;
    }
    expect(last).toContain("Stopped.");
    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
});
