/** A computer that is linked with a bridge: the real opencode, the bridge and the computer as a player has them. */
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { boot, type Computer } from "craftos-headless";
import { startTestBridge, type TestBridge } from "../../tools/harness/bridge.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { startWorld, type World } from "./support.ts";

let world: World;
let bridge: TestBridge;
beforeAll(async () => {
    world = await startWorld();
    bridge = await startTestBridge(() => world.opencode, join(world.folder, "fenced-bridge"), {
        isFenced: true,
    });
});
afterAll(async () => {
    await bridge.stop();
    await world.stop();
});

async function switchOn(disk: string): Promise<Computer> {
    const computer = await boot({ disk, width: 51, height: 19, http: { allow: ["127.0.0.1"] } });
    onTestFinished(() => computer.close());
    await computer.waitForText(/(^|\n)> ?$/, { timeoutSeconds: 30 });
    return computer;
}

async function newDisk(): Promise<string> {
    const disk = await mkdtemp(join(world.folder, "player-"));
    await installPackages(disk, ["trapos", "trapos-link"]);
    return disk;
}

/** A computer that its player has linked, as somebody on the bridge's own machine may. */
async function linked(): Promise<Computer> {
    const computer = await switchOn(await newDisk());
    await computer.type(`ai link ${bridge.bridge.url}\n`);
    await computer.waitForText(/Linked with[^>]*>/, { timeoutSeconds: 30 });
    return computer;
}
const rowsOf = (computer: Computer) =>
    computer
        .screen()
        .map((row) => row.trimEnd())
        .filter((row) => row !== "");

it("is linked, and answers", async () => {
    const computer = await linked();
    expect(rowsOf(computer).at(-2)).toBe("The agent talks, and does nothing on the host.");
    await computer.type("ai ping\n");
    await computer.waitForText("pong", { timeoutSeconds: 30, sinceInput: true });
});

it("shows the text while the model still writes, each word once", async () => {
    const computer = await linked();
    const text = "The door opens when the lever is up. Then it closes again, and nobody is hurt.";
    world.model.setRules([() => ({ text, hang: "midway" })]);
    await computer.type("ai why?\n");
    await computer.waitForText("The door opens when the lever is up.", { timeoutSeconds: 30 });
    expect(computer.screen().join("\n")).not.toContain("nobody is hurt");
    world.model.release();
    await computer.waitForText(/nobody is hurt\.\s+>/, { timeoutSeconds: 30 });
    expect(rowsOf(computer).slice(rowsOf(computer).indexOf("> ai why?"))).toEqual([
        "> ai why?",
        "The door opens when the lever is up. Then it closes",
        "again, and nobody is hurt.",
        ">",
    ]);
});

it("goes on in another session where a turn hung, which would hang the next one, too", async () => {
    const computer = await linked();
    world.model.setRules([
        ({ userText }) =>
            userText === "think" ? { text: "never", hang: true } : { text: `Well: ${userText}` },
    ]);
    await computer.type("ai --timeout 2 think\n");
    await computer.waitForText(/Nothing happened for 2 s[^>]*\n> ?$/, { timeoutSeconds: 30 });
    await computer.type("ai and now?\n");
    await computer.waitForText(/this is a\s+new\s+one[^]*Well: and now\?/, { timeoutSeconds: 30 });
    world.model.release();
});
