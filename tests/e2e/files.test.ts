/** Files that go along with a prompt, on the real server: the computer's own, and the server's. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PlayerComputer, startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
    world.model.setRules([({ userText }) => ({ text: `Read: ${userText}` })]);
});
afterAll(() => world.stop());

async function computerWith(files: Record<string, string | Uint8Array>): Promise<PlayerComputer> {
    const computer = world.newComputer();
    for (const [name, content] of Object.entries(files)) {
        await mkdir(join(computer.disk, name, ".."), { recursive: true });
        await writeFile(join(computer.disk, name), content);
    }
    return computer;
}

const lastText = () => world.model.requests.at(-1)!.conversation.userText;

it("sends files of the computer along, several and by their form", async () => {
    const computer = await computerWith({
        "doors/front.lua": "print('front')",
        "doors/back.lua": "-- ```\nprint('back')",
        "doors/.hidden.lua": "print('hidden')",
        "doors/old.lua/door.lua": "print('old')",
        "note.txt": "Gr\u00fc\u00dfe",
    });
    const { succeeded } = await computer.run('ai -f "doors/*.lua" --file note.txt what are these?');
    expect(succeeded).toBe(true);
    const text = lastText();
    expect(text).toContain("what are these?");
    expect(text).toContain(
        "File /doors/front.lua of the ComputerCraft computer:\n```lua\nprint('front')\n```",
    );
    expect(text).toContain("````lua\n-- ```\nprint('back')\n````");
    expect(text).toContain("Gr\u00fc\u00dfe");
    expect(text).not.toMatch(/hidden|old/);
    // What was sent along is no part of what was said.
    expect((await computer.run("ai history")).output).toMatch(/^> what are these\?$/m);
});

it.each([
    ["-f nosuch.lua", "nosuch.lua cannot be sent along: there is no such file"],
    ["-f doors", "doors cannot be sent along:"],
    ["-f ../door.lua", "../door.lua cannot be sent along: there is no such file"],
    ["-f .settings", "/.settings cannot be sent along: it has the server's password"],
    ["explain .settings", "/.settings could not be read: it has the server's password"],
    ["-f data.bin", "data.bin cannot be sent along: it is no text"],
    ["-f big.txt", "big.txt the files are more than 200 kB."],
    ["-f half.txt -f other.txt", "other.txt the files are more than 200 kB."],
])("ai %s: %s, and nothing is sent", async (flags, message) => {
    const computer = await computerWith({
        "doors/front.lua": "",
        "data.bin": new Uint8Array([1, 0, 2]),
        "big.txt": "x".repeat(200_001),
        "half.txt": "x".repeat(150_000),
        "other.txt": "x".repeat(100_000),
    });
    const before = world.model.requests.length;
    const command = flags.startsWith("-") ? `ai ${flags} what is it?` : `ai ${flags}`;
    const { transcript, succeeded } = await computer.run(command);
    expect(transcript.replaceAll("\n", " ")).toContain(message);
    expect(succeeded).toBe(false);
    expect(world.model.requests).toHaveLength(before);
    expect(await computer.setting("opencc.session_id")).toBeUndefined();
});

it("hands on files of the server that the prompt names, and leaves other words alone", async () => {
    const { directory } = world.opencode;
    await mkdir(join(directory, "src"), { recursive: true });
    await writeFile(join(directory, "src", "lock.lua"), "print('locked')\n");
    const computer = world.newComputer();
    await computer.run("ai what does @src/lock.lua do, @everyone?");
    expect(lastText()).toContain("print('locked')");
    expect(lastText()).toContain("@everyone?");
    const screen = await computer.open();
    await screen.type("ai why @src/l");
    await screen.press("tab");
    await screen.waitForText("ai why @src/lock.lua");
});

it("reads a prompt line by line", async () => {
    const computer = world.newComputer();
    const screen = await computer.open();
    await screen.type("ai --lines mend this:\n");
    await screen.waitForText("an empty one ends them");
    for (const line of ["while true do", "  sleep(1)", "end", ""]) {
        await screen.waitForText(/^\|$/m);
        await screen.type(`${line}\n`);
    }
    await screen.waitForText("Read: mend this:", { timeoutSeconds: 30 });
    expect(lastText()).toBe("mend this:\nwhile true do\n  sleep(1)\nend");
});
