/** A turn with three tool calls on the real server, and what is shown while it runs. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

it("shows the tool that runs, and the answer after the last one", async () => {
    const computer = world.newComputer();
    const { computer: screen, finished } = await computer.start("ai [tools 3 1] count");
    await screen.waitForText(/\d+ s (bash|shell)/, { timeoutSeconds: 30 });
    const { succeeded, transcript } = await finished;
    expect(succeeded).toBe(true);
    expect(transcript).toContain("scripted model");
    // The moving line is gone.
    expect(transcript).not.toMatch(/\d+ s (bash|shell)/);
    const session = String(await computer.setting("opencc.session_id"));
    const tools = (await world.behind.messages(session)).flatMap((message) => message.tools);
    expect(tools.map(({ status }) => status)).toEqual(["completed", "completed", "completed"]);
});

it("prints a line for each poll with --verbose", async () => {
    const { transcript } = await world.newComputer().run("ai --verbose [tools 1 2] count", { width: 120 });
    expect(transcript).toMatch(
        /^\[ai\] poll attempt #1: msgs=\d, found=(nil|msg_\w+), complete=(true|false), status=\w+$/m,
    );
    // That a turn is over opencode 2 says in a record of its own, or by not being at work.
    const complete = world.behind.dialect === 1 ? "true" : "false";
    expect(transcript).toMatch(
        new RegExp(
            `^\\[ai\\] poll attempt #\\d+: msgs=1, found=msg_\\w+, complete=${complete}, status=\\w+$`,
            "m",
        ),
    );
});
