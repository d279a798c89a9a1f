/** What the real server makes of a turn with several steps: all of their words are the answer. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { defaultRule } from "../../tools/model/index.ts";
import { startFaultyProxy } from "../../tools/harness/faulty-proxy.ts";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

const echo = (word: string) => ({
    name: "bash",
    arguments: { command: `echo ${word}`, description: word },
});

it("shows the words of a turn whose last step has none", async () => {
    world.model.setRules([
        ({ toolResults }) =>
            toolResults.length === 0 ? { text: "It is mended.", toolCalls: [echo("one")] } : {},
    ]);
    const computer = world.newComputer();
    const { output, succeeded } = await computer.run("ai mend it");
    expect(output).toMatch(/^It is mended\.$/m);
    expect(succeeded).toBe(true);
    expect((await computer.run("ai last")).output).toMatch(/^It is mended\.$/m);
});

it("shows the words of each step, in order, and none of another turn", async () => {
    world.model.setRules([
        ({ toolResults }) =>
            toolResults.length < 2
                ? { text: `Step ${toolResults.length + 1}.`, toolCalls: [echo(`${toolResults.length}`)] }
                : { text: "The end." },
    ]);
    const computer = world.newComputer();
    await computer.run("ai first");
    onTestFinished(() => world.model.setRules([defaultRule]));
    const { output } = await computer.run("ai second");
    const withoutSeconds = output.replace(/ [\d.]+ s$/gm, "");
    const words = ["Step 1.", "Step 2.", "The end."];
    const shown = withoutSeconds.trim().split(/\n+/);
    // A call that no poll saw while it was the newest is told of once its turn is read whole.
    expect(shown.slice(0, 2).sort()).toEqual(["$ echo 0", "$ echo 1"]);
    expect(shown.slice(2)).toEqual(words);
});

it("shows the answer of a turn that ended as it was stopped, whatever was asked meanwhile", async () => {
    const proxy = await startFaultyProxy(world.opencode.url);
    onTestFinished(() => proxy.stop());
    const computer = world.newComputer({ settings: { "opencc.server_url": proxy.url } });
    world.model.hold();
    const running = await computer.start("ai was it there?");
    await running.computer.waitForText(/\d s (asked|working)/, { timeoutSeconds: 30 });
    // The computer looks once more, and does not hear of it when the answer comes.
    const isLook = (_: string, path: string) => /\/(message|active)$/.test(path);
    const end = proxy.fail(isLook, "silence");
    const before = proxy.requests.length;
    while (!proxy.requests.slice(before).some((request) => isLook("GET", request))) await sleep(50);
    world.model.release();
    const session = String(await computer.setting("opencc.session_id"));
    for (let isOver = false; !isOver;) {
        isOver = (await world.behind.messages(session)).at(-1)?.completed !== undefined;
    }
    end();
    await running.computer.press("ctrl+t");
    const { output } = await running.finished;
    expect(output).toContain("It had ended already. Show the answer: ai resume");
    await computer.run("ai ping");
    const resumed = await computer.run("ai resume");
    expect(resumed.output).toContain("> was it there?");
    expect(resumed.output).toContain("You said: was it there?");
    expect((await computer.run("ai resume")).output).toMatch(/^The last answer:\npong/m);
});
