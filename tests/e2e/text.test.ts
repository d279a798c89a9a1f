/** Text through the real server and back: UTF-8, 2 MB of reply, a session with a huge user message. */
import { mkdir, writeFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defaultRule } from "../../tools/model/index.ts";
import { startWorld, type PlayerComputer, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

/** Runs a Lua program on the computer, in place of `ai`. */
async function runProgram(computer: PlayerComputer, source: string) {
    await mkdir(computer.disk, { recursive: true });
    await writeFile(join(computer.disk, "test.lua"), source, "latin1");
    return computer.run("test");
}

it("brings prompt and reply through unharmed, byte for byte", async () => {
    const text = "Grüße, 世界 – “naïve” 😀 \\u00e9 \\\\ 100% done";
    world.model.setRules([({ userText }) => ({ text: `<${userText}>` })]);
    const computer = world.newComputer();
    await mkdir(computer.disk, { recursive: true });
    await writeFile(join(computer.disk, "prompt.txt"), text);
    const { succeeded } = await runProgram(
        computer,
        `local file = fs.open("/prompt.txt", "rb") local prompt = file.readAll() file.close()
         local ok, reply = require("/apis/libai")().ask(prompt)
         file = fs.open("/reply.txt", "wb") file.write(ok and reply.text or tostring(reply)) file.close()`,
    );
    expect(succeeded).toBe(true);
    expect(await readFile(join(computer.disk, "reply.txt"), "utf8")).toBe(`<${text}>`);
    world.model.setRules([defaultRule]);
});

it("sends what is typed on the computer as UTF-8, and shows the reply in the computer's font", async () => {
    world.model.setRules([({ userText }) => ({ text: `<${userText}> – “ça” → 世` })]);
    const { transcript } = await world.newComputer().run("ai Grüße");
    expect(transcript).toContain('<Grüße> - "ça"');
    expect(JSON.stringify(world.model.requests)).toContain("Grüße");
    world.model.setRules([defaultRule]);
});

it("takes a reply of 2 MB", async () => {
    const { succeeded, transcript } = await runProgram(
        world.newComputer(),
        `local ok, reply = require("/apis/libai")().ask("[reply 2000000]")
         print(ok and #reply.text or tostring(reply))`,
    );
    expect(transcript).toMatch(/^2000000$/m);
    expect(succeeded).toBe(true);
});

it("prints a reply of 2 MB", async () => {
    const { succeeded } = await world.newComputer().run("ai [reply 2000000]");
    expect(succeeded).toBe(true);
});

it("does not fetch a huge user message again and again", async () => {
    const computer = world.newComputer();
    await computer.run("ai ping");
    const session = String(await computer.setting("opencc.session_id"));
    await world.behind.ask(session, "x".repeat(470_000));
    expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
});
