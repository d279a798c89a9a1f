/** Two computers at once on one real server, each in a session of its own, and both in one. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultRule } from "../../tools/model/index.ts";
import { startWorld, type World } from "./support.ts";

describe("two computers at once", () => {
    let world: World;
    beforeAll(async () => {
        world = await startWorld();
    });
    afterAll(() => world.stop());

    it("each gets its own answer", async () => {
        world.model.setRules([
            ({ userText }) => (userText.includes("apples") ? { text: "red", delaySeconds: 1 } : undefined),
            ({ userText }) =>
                userText.includes("bananas") ? { text: "yellow", delaySeconds: 1 } : undefined,
        ]);
        const [one, two] = [world.newComputer(), world.newComputer()];
        const answers = await Promise.all([one.run("ai apples"), two.run("ai bananas")]);
        expect(answers[0].transcript).toMatch(/^red$/m);
        expect(answers[0].transcript).not.toContain("yellow");
        expect(answers[1].transcript).toMatch(/^yellow$/m);
        world.model.setRules([defaultRule]);
        expect(await one.setting("opencc.session_id")).not.toBe(await two.setting("opencc.session_id"));
    });

    it("the second prompt in a busy session is refused, with what runs, and nothing is queued", async () => {
        const [one, two] = [world.newComputer(), world.newComputer()];
        await one.run("ai ping");
        const session = String(await one.setting("opencc.session_id"));
        const first = await one.start("ai [tools 1 4] first");
        await first.computer.waitForText(/bash|shell/, { timeoutSeconds: 30 });
        const second = await two.run("ai second", { settings: { "opencc.session_id": session } });
        expect(second.succeeded).toBe(false);
        expect(second.transcript).toMatch(/This session has been busy for \d+ s/);
        const list = await two.run("ai sessions", { settings: { "opencc.session_id": session } });
        expect(list.succeeded).toBe(true);
        expect((await first.finished).succeeded).toBe(true);
        const messages = JSON.stringify(await world.behind.messages(session));
        expect(messages).toContain("first");
        expect(messages).not.toContain("second");
    });
});
