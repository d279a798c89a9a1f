/** `--session` means that session, for every command that is about one, and leaves the computer's own alone. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PlayerComputer, startWorld, type World } from "./support.ts";

let world: World;
let computer: PlayerComputer;
let first: string;
let second: string;

const messages = (id: string) => world.behind.messages(id);

beforeAll(async () => {
    world = await startWorld({}, "trusted");
    world.model.setRules([
        ({ purpose, userText }) =>
            purpose === "turn" ? { text: `\`\`\`lua\nprint("${userText}")\n\`\`\`` } : undefined,
    ]);
    computer = world.newComputer();
    await computer.run("ai one");
    first = String(await computer.setting("opencc.session_id"));
    await computer.run("ai new two");
    second = String(await computer.setting("opencc.session_id"));
    expect(second).not.toBe(first);
}, 120_000);
afterAll(() => world.stop());

it.each(["last", "code 1", "history", "--yes run", "resume"])(
    "ai --session <id> %s shows that one",
    async (command) => {
        const { output, succeeded } = await computer.run(`ai --session ${first} ${command}`);
        expect(output).toContain("one");
        expect(output).not.toContain("two");
        expect(succeeded).toBe(true);
    },
);

it("ai !<line> runs in that one, and ai compact sums up that one", async () => {
    const before = (await messages(second)).length;
    const ran = await computer.run(`ai --yes --session ${first} !echo there`);
    expect(ran.output).toContain("there");
    const { succeeded } = await computer.run(`ai --session ${first} compact`);
    expect(succeeded).toBe(true);
    expect((await messages(first)).some(({ isSummary }) => isSummary)).toBe(true);
    expect(await messages(second)).toHaveLength(before);
});

it("the computer goes on in its own", async () => {
    expect(await computer.setting("opencc.session_id")).toBe(second);
});

it.each(["share", "unshare", "!echo there"])("ai --session <id> %s is about that one", async (command) => {
    const gone = "ses_thatIsNotThere";
    const { transcript, succeeded } = await computer.run(`ai --yes --session ${gone} ${command}`);
    expect(transcript.replace(/\s+/g, " ")).toContain("has no session ses_thatIsNotThere");
    expect(succeeded).toBe(false);
});

it("looks for the session before it asks about it", async () => {
    const screen = await world.newComputer().open();
    const gone = /has no session\s+ses_thatIsNotThere[^]*\n>$/;
    for (const [command, shown] of [
        ["ai --session ses_thatIsNotThere share", gone],
        ["ai --session ses_thatIsNotThere !echo there", gone],
        ["ai share", /This computer has no session yet\.[^]*\n>$/],
        [`ai --session ${first} share`, /Show all of this[^]*\[y\/N\]$/],
    ] as const) {
        await screen.type(`${command}\n`);
        await screen.waitForText(shown, { sinceInput: true, timeoutSeconds: 20 });
    }
    await screen.type("n");
    await screen.waitForText("Nothing was shared.");
    await screen.close();
});

it("what a prompt says is no flag of ours", async () => {
    const { output } = await computer.run("ai write a script with -y and --json");
    expect(output).toContain("write a script with -y and --json");
});
