/** Models, agents and variants on the real server: what there is, and what the next prompt asks. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld({
        models: {
            model: {
                limit: { context: 128000, output: 8000 },
                cost: { input: 2.5, output: 10 },
                variants: { fast: {}, slow: {} },
            },
        },
    });
});
afterAll(() => world.stop());

it("asks the model that was chosen, and lists it first from then on", async () => {
    const computer = world.newComputer();
    const chosen = await computer.run("ai model other");
    expect(chosen.output.trim()).toBe("Asking from now on: scripted/other");
    await computer.run("ai hello");
    expect(world.model.requests.at(-1)!.conversation.model).toBe("other");
    const { output } = await computer.run("ai models");
    expect(output.trim().split("\n")[0]).toBe("* scripted/other");
    expect((await computer.run("ai model")).output.trim()).toBe("Asking: scripted/other");
    expect(await computer.setting("opencc.model_id")).toBe("other");

    expect((await computer.run("ai model default")).output).toContain(
        "In new sessions the server chooses (ai new).",
    );
    expect(await computer.setting("opencc.model_id")).toBeUndefined();
    await computer.run("ai new hello");
    expect(world.model.requests.at(-1)!.conversation.model).toBe("model");
});

it("chooses an agent and a variant, and goes back", async () => {
    const computer = world.newComputer();
    expect((await computer.run("ai agent plan")).output.trim()).toBe("Asking from now on: plan");
    expect((await computer.run("ai agents")).output).toMatch(/^\* plan$/m);
    expect((await computer.run("ai variants")).output.trim().split(/\s+/)).toEqual(["fast", "slow"]);
    expect((await computer.run("ai variant fast")).output.trim()).toBe("Asking from now on: fast");
    expect((await computer.run("ai variants")).output).toContain("* fast");
    await computer.run("ai hello");
    const session = String(await computer.setting("opencc.session_id"));
    const messages = await world.behind.call<
        { info: { role: string; agent: string; model?: { variant?: string } } }[]
    >("GET", `/session/${session}/message`);
    expect(messages[0]!.info).toMatchObject({ role: "user", agent: "plan", model: { variant: "fast" } });
    // Another model has other variants.
    await computer.run("ai model other");
    expect(await computer.setting("opencc.variant")).toBeUndefined();
    expect((await computer.run("ai variants")).output).toContain("This model has no variants.");
    expect((await computer.run("ai agent default")).output).toContain("The server chooses the agent.");
    expect(await computer.setting("opencc.agent")).toBeUndefined();
});

it("looks the names up that a command of opencode's is to ask", async () => {
    const screen = await world.newComputer().open();
    for (const [flags, message] of [
        ["--model no/such", "opencode has no model no/such."],
        ["--agent nosuch", "opencode has no agent nosuch."],
        ["--variant nosuch", "The model has no variant nosuch."],
    ] as const) {
        await screen.type(`ai ${flags} /init\n`);
        await screen.waitForText(message, { sinceInput: true, timeoutSeconds: 20 });
        await screen.waitForText(/\n>$/, { sinceInput: true });
    }
    await screen.close();
});

it("says with --json what there is, in ASCII, and nothing else", async () => {
    const computer = world.newComputer();
    const { screen } = await computer.run("ai --json models", { width: 400 });
    const json = screen.find((row) => row.startsWith("{"))!;
    const { ok, value } = JSON.parse(json) as { ok: boolean; value: { id: string }[] };
    expect(ok).toBe(true);
    expect(value.map(({ id }) => id)).toEqual(["scripted/model", "scripted/other"]);
    const failed = await computer.run("ai --json model nosuch", { width: 400 });
    const failure = JSON.parse(failed.screen.find((row) => row.startsWith("{"))!) as object;
    expect(failure).toMatchObject({ ok: false, code: "unknown_model" });
    expect(failed.succeeded).toBe(false);
});

it("Tab offers the names that were listed last, without a request", async () => {
    const computer = world.newComputer();
    await computer.run("ai models");
    const screen = await computer.open();
    await world.crash();
    await screen.type("ai model scripted/o");
    await screen.press("tab");
    await screen.waitForText("ai model scripted/other");
    await world.restart();
});

it("lets a player choose a model from the list", async () => {
    const computer = world.newComputer();
    const screen = await computer.open();
    await screen.type("ai models\n");
    await screen.waitForText("scripted/other");
    await screen.press("down");
    await screen.press("enter");
    await screen.waitForText("Asking from now on: scripted/other");
    await screen.close();
    expect(await computer.setting("opencc.model_id")).toBe("other");
});
