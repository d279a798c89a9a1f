/** Every function of libai in one Lua program, from a folder of its own and through a module, on the real server. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

async function runLua(program: string, settings = {}) {
    const computer = world.newComputer({ settings, width: 200, label: "tower" });
    const folder = join(computer.disk, "lib/deep");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "client.lua"), 'return require("/apis/libai")()');
    await writeFile(join(folder, "main.lua"), `local ai = require("client")\n${program}`);
    const { transcript } = await computer.run("lib/deep/main");
    return transcript.split("\n").slice(2);
}

it("does what docs say of each function", async () => {
    const lines = await runLua(`
        print(ai.currentSession())
        local ok, health = ai.health()
        print(ok, health.version, type(health.seconds))
        local ok, session = ai.newSession({title = "a plan"})
        print(ok, session.title, session.current, select(2, ai.currentSession()) == session.id)
        local ok, reply = ai.ask("hello", {system = "be kind", model = "scripted/other"})
        print(ok, reply.sessionId == session.id, reply.model, reply.agent, reply.finish, reply.prompt)
        print(reply.tokens.input > 0, reply.tokens.output > 0, type(reply.cost), reply.seconds > 0)
        print(ai.clearSession(), ai.currentSession())
        local ok, pong = ai.ping()
        print(ok, pong.text, pong.sessionId ~= session.id)
        local ok, list = ai.listSessions({limit = 1})
        print(ok, #list, list[1].current, list[1].created <= list[1].updated)
        print(#select(2, ai.listSessions({search = "a plan"})))
        local ok, again = ai.useSession(session.id)
        print(ok, again.id == session.id, select(2, ai.resume()).text == reply.text)
        print(ai.abort())
    `);
    expect(lines).toEqual([
        "true nil",
        `true ${world.opencode.version} number`,
        "true a plan true true",
        "true true scripted/other build stop hello",
        "true true number true",
        "true true nil",
        "true pong true",
        "true 1 true true",
        "1",
        "true true true",
        "true false",
    ]);
    expect(JSON.stringify(world.model.requests)).toContain("be kind");
});

it("tells its progress: sent, the tool with its title, working", async () => {
    const lines = await runLua(`
        local last
        local ok = ai.ask("[tools 1 2] [wait 2] go", {onProgress = function(progress)
            local now = progress.phase .. " " .. tostring(progress.tool)
            if now ~= last then print(now) end
            last = now
        end})
        print(ok)
    `);
    expect(lines).toContain(`tool ${world.shell}`);
    expect(lines).toContain("working nil");
    expect(lines.at(-1)).toBe("true");
});

it("works in the folder on the server that the setting names", async () => {
    const directory = join(world.folder, "garden");
    await mkdir(directory);
    const lines = await runLua(
        `print(select(2, ai.ping()).text)
         print(select(2, ai.ask("[tools 1 2] go", {onProgress = function(p) if p.tool then print(p.tool) end end})).finish)`,
        { "opencc.directory": directory },
    );
    expect(lines[0]).toBe("pong");
    expect(lines).toContain(world.shell);
    expect(lines.at(-1)).toBe("stop");
    const sessions = await world.behind.listSessions(undefined, directory);
    expect(sessions.map((session) => session.directory)).toEqual([directory]);
});
