/** `ai ping` on the real server: in a new session, again, and again after the server was restarted. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorld, type PlayerComputer, type World } from "./support.ts";

describe("ai ping", () => {
    let world: World;
    let computer: PlayerComputer;
    beforeAll(async () => {
        world = await startWorld();
        computer = world.newComputer({ label: "door" });
    });
    afterAll(() => world.stop());

    it("answers pong in a session that it makes, named after the computer", async () => {
        const { succeeded, transcript } = await computer.run("ai ping");
        expect(transcript).toMatch(/^pong \(\d+\.\d+ s\)$/m);
        expect(succeeded).toBe(true);
        const session = await computer.setting("opencc.session_id");
        const { title } = await world.behind.getSession(String(session));
        expect(title).toBe("ComputerCraft: door");
    });

    it("answers again in the same session", async () => {
        const session = await computer.setting("opencc.session_id");
        const { transcript } = await computer.run("ai ping");
        expect(transcript).toMatch(/^pong/m);
        expect(await computer.setting("opencc.session_id")).toBe(session);
        expect(await world.behind.messages(String(session))).toHaveLength(4);
    });

    it("answers again after the server was restarted", async () => {
        await world.restart();
        const { transcript } = await computer.run("ai ping");
        expect(transcript).toMatch(/^pong/m);
    });

    it("says that the server is down, and answers when it is back", async () => {
        await world.crash();
        const down = await computer.run("ai ping");
        expect(down.succeeded).toBe(false);
        expect(down.transcript).toContain(`Nothing answers at ${world.opencode.url}`);
        await world.restart();
        expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
    });
});
