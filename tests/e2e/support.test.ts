/** That the ground on which the end-to-end tests stand holds. */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

test("a command's output, without what the computer showed before", async () => {
    const computer = world.newComputer();
    const { output, succeeded, transcript } = await computer.run("id");
    expect(output).toBe("This is computer #0");
    expect(succeeded).toBe(true);
    expect(transcript).toContain("> id\nThis is computer #0");
});

test("a command that fails", async () => {
    const { output, succeeded, end } = await world.newComputer().run("nonsense");
    expect(output).toBe("No such program");
    expect(succeeded).toBe(false);
    expect(end).toEqual({ how: "shutdown", status: 1 });
});

test("computers have ids and disks of their own, and settings that last", async () => {
    const [one, other] = [world.newComputer(), world.newComputer({ settings: { "opencc.agent": "plan" } })];
    expect(one.disk).not.toBe(other.disk);
    await one.run("set opencc.agent build");
    expect(await one.setting("opencc.agent")).toBe("build");
    expect((await one.run("set opencc.agent")).output).toContain("build");
    expect((await other.run("set opencc.agent")).output).toContain("plan");
    expect(await one.setting("opencc.server_url")).toBe(world.opencode.url);
});

test("a running command can be watched, and its computer lose its power", async () => {
    world.model.hold();
    const { computer, finished } = await world.newComputer().start("ai hello");
    const request = await world.model.waitForRequest(({ conversation }) => conversation.userText === "hello");
    await computer.powerCut();
    expect(await finished).toMatchObject({ end: { how: "powerCut" }, succeeded: false });
    expect(request.outcome).toBe("pending");
    world.model.release();
});

test("a server that crashed comes back where it was, with its sessions", async () => {
    const before = world.opencode;
    const id = await world.behind.createSession("Door");
    await world.crash();
    await expect(world.behind.listSessions()).rejects.toThrow();
    await world.restart();
    expect(world.opencode.url).toBe(before.url);
    expect((await world.behind.listSessions()).map((session) => session.id)).toContain(id);
    await expect(world.behind.getSession("ses_gone")).rejects.toThrow(/404/);
});

test("its end takes everything along", async () => {
    const other = await startWorld();
    await other.stop();
    await other.stop();
    await expect(fetch(other.opencode.url)).rejects.toThrow();
    await expect(fetch(other.model.url)).rejects.toThrow();
    expect(existsSync(other.folder)).toBe(false);
});
