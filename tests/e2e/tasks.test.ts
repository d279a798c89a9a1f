/** Commands of opencode's configuration and its shell, on the real server. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    const command = {
        greet: { description: "Greets somebody", template: "Greet $ARGUMENTS warmly" },
        slow: { description: "Takes its time", template: "[tools 2 2] slowly" },
    };
    world = await startWorld({ config: { command } }, "trusted");
});
afterAll(() => world.stop());

it("lists the commands, and runs one with words", async () => {
    const computer = world.newComputer();
    const { output } = await computer.run("ai commands");
    expect(output).toMatch(/^ai \/greet +Greets somebody$/m);
    const ran = await computer.run("ai /greet the guards");
    expect(ran.output.replaceAll("\n", " ")).toContain("You said: Greet the guards warmly");
    expect(ran.succeeded).toBe(true);
    expect((await computer.run("ai history")).output).toContain("> Greet the guards warmly");
});

it("waits for a command that takes longer than a request is waited for", async () => {
    const { output, succeeded } = await world.newComputer().run("ai /slow");
    expect(output).toContain("scripted model");
    expect(succeeded).toBe(true);
});

it("finds the answer of a command again after a power cut", async () => {
    const computer = world.newComputer();
    await computer.run("ai ping");
    const { computer: screen } = await computer.start("ai /slow");
    await screen.waitForText(new RegExp(`\\d+ s ${world.shell}`), { timeoutSeconds: 30 });
    await screen.close();
    const { output, succeeded } = await computer.run("ai resume");
    expect(output).toContain("> /slow");
    expect(output).toContain("scripted model");
    expect(succeeded).toBe(true);
});

it("says which commands there are where one is not", async () => {
    const { transcript, succeeded } = await world.newComputer().run("ai /gret me");
    const said = transcript.replaceAll("\n", " ");
    expect(said).toContain("opencode has no command /gret.");
    expect(said).toContain("greet");
    expect(succeeded).toBe(false);
});

it("runs a line of the server's shell where it is told to", async () => {
    const computer = world.newComputer();
    const asked = await computer.run("ai !echo one");
    expect(asked.succeeded).toBe(false);
    expect(asked.transcript).toContain("asks before it does that");
    expect((await computer.run("ai --no !echo one")).output).toContain("Nothing was run.");
    const { output, succeeded } = await computer.run("ai --yes !echo one; sleep 3; echo two >&2");
    expect(output.trim().split("\n")).toEqual(["one", "two"]);
    expect(succeeded).toBe(true);
    expect((await computer.run("ai --yes !true")).output).toContain("It printed nothing.");
});

it("asks whoever is there, and runs nothing on a no", async () => {
    const computer = world.newComputer();
    const screen = await computer.open();
    await screen.type("ai !echo secret\n");
    await screen.waitForText("[y/N]");
    expect(screen.transcript()).toContain("The server's own machine runs this");
    await screen.type("n");
    await screen.waitForText("Nothing was run.");
    await screen.close();
    expect(await computer.setting("opencc.session_id")).toBeUndefined();
});
