/** Jobs that are interrupted: by the end of the bridge, by a disk that is full, and by whoever stops them in a bad moment. */
import { describe, expect, test, vi } from "vitest";
import { startWorld, type World } from "./world.ts";

async function running(world: World, prompt = "write a lock") {
    const { number } = await world.spawn(prompt);
    return { number, session: await world.sessionOf(number) };
}

describe("the next bridge", () => {
    test("leaves a tool alone for as long as it likes", async () => {
        const world = startWorld();
        const { number, session } = await running(world);
        const call = { id: "prt_1", type: "tool", callID: "c", tool: "bash" };
        session.messages.at(-1)?.parts.push({ ...call, state: { status: "running", input: {} } });
        world.end();
        const next = startWorld({ journal: world.journal, sessions: world.sessions });
        await vi.waitFor(() => expect(next.turns.count()).toBe(1));
        for (let minute = 0; minute < 20; minute += 5) {
            next.wait(5 * 60_000);
            next.turns.lookAnew();
            await new Promise((resolve) => setTimeout(resolve, 1100));
        }
        expect(next.jobs.job(number)).toMatchObject({ state: "running" });
        session.messages.at(-1)?.parts.splice(0);
        await next.answer(number, "Here it is.");
        await next.until(number, { state: "done" });
    });
});
