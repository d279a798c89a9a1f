/** The real server is killed in the middle of a turn and comes back. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startFaultyProxy } from "../../tools/harness/faulty-proxy.ts";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

/** A server that starts on a busy machine takes a while. */
const patient = { timeoutSeconds: 150 };
const timeout = 200_000;

const turnsOf = (prompt: string) =>
    world.model.requests.filter(
        ({ conversation }) => conversation.purpose === "turn" && conversation.userText === prompt,
    );

it("waits for the server, and says that the turn was interrupted", { timeout }, async () => {
    const computer = world.newComputer();
    const running = await computer.start("ai [tools 1 30] count", patient);
    await running.computer.waitForText(/bash|shell/, { timeoutSeconds: 30 });
    await world.crash();
    await running.computer.waitForText("server out of reach", { timeoutSeconds: 30 });
    await world.restart();
    const { succeeded, transcript } = await running.finished;
    expect(succeeded).toBe(false);
    expect(transcript).toContain("The turn was interrupted");
    expect((await computer.run("ai ping", patient)).transcript).toMatch(/^pong/m);
});

it("says that the server was restarted when the answer had not begun", { timeout }, async () => {
    const proxy = await startFaultyProxy(world.opencode.url);
    const computer = world.newComputer({ settings: { "opencc.server_url": proxy.url } });
    const prompted = proxy.afterRequest((_, path) => /\/prompt(_async)?$/.test(path));
    const running = await computer.start("ai [hang] early", patient);
    await prompted;
    await world.crash();
    await running.computer.waitForText("server out of reach", { timeoutSeconds: 30 });
    await world.restart();
    const { succeeded, output } = await running.finished;
    expect(succeeded).toBe(false);
    expect(output.replaceAll("\n", " ")).toMatch(
        /The server was restarted before the answer began\. +Ask again|The turn was interrupted/,
    );
    expect(turnsOf("[hang] early").length).toBeLessThanOrEqual(1);
    expect((await computer.run("ai ping", patient)).output).toMatch(/^pong/m);
    await proxy.stop();
});

it("a prompt that a closed connection refused was not sent, and is not sent later", { timeout }, async () => {
    const proxy = await startFaultyProxy(world.opencode.url);
    const end = proxy.fail((_, path) => /\/prompt(_async)?$/.test(path), "cut");
    const computer = world.newComputer({ settings: { "opencc.server_url": proxy.url } });
    const { succeeded, output } = await computer.run("ai refused");
    expect(succeeded).toBe(false);
    expect(output).toContain("The prompt never reached the server.");
    end();
    expect(turnsOf("refused")).toHaveLength(0);
    expect((await computer.run("ai refused")).output).toContain("You said: refused");
    expect(turnsOf("refused")).toHaveLength(1);
    await proxy.stop();
});

it("a prompt of whose arrival nobody heard is answered, and sent once", { timeout }, async () => {
    const proxy = await startFaultyProxy(world.opencode.url);
    const end = proxy.fail((_, path) => /\/prompt(_async)?$/.test(path), "lost");
    const computer = world.newComputer({ settings: { "opencc.server_url": proxy.url } });
    const { succeeded, output } = await computer.run("ai unheard");
    end();
    expect(output).toContain("You said: unheard");
    expect(succeeded).toBe(true);
    expect(turnsOf("unheard")).toHaveLength(1);
    await proxy.stop();
});
