/** A computer whose server has switched websockets off: it polls the bridge, and everything is as it is over a socket. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, it, onTestFinished } from "vitest";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { startTestBridge, type TestBridge } from "../../tools/harness/bridge.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { startWorld, type World } from "./support.ts";

let world: World;
let bridge: TestBridge;
beforeAll(async () => {
    world = await startWorld();
    bridge = await startTestBridge(() => world.opencode, join(world.folder, "polled-bridge"));
});
afterAll(async () => {
    await bridge.stop();
    await world.stop();
});

let computers = 40;

/** Switches on a linked computer without websockets, which holds its link beside the shell where that is wanted. */
async function switchOn(isHeld: boolean): Promise<{ computer: Computer; disk: string }> {
    const id = computers++;
    const disk = join(world.folder, `polling-${id}`);
    await installPackages(disk, ["trapos", "trapos-link"]);
    await writeSettings(disk, { ...bridge.link(id), "trapos.autostart.trapos-link": isHeld });
    const computer = await boot({ disk, id, http: { allow: ["127.0.0.1"], websocket: false } });
    onTestFinished(() => computer.close());
    await computer.waitForText(/(^|\n)> ?$/, { timeoutSeconds: 30 });
    return { computer, disk };
}

it.each([
    ["beside the shell", true],
    ["beside the call", false],
])("answers, its link held %s", async (_, isHeld) => {
    const { computer, disk } = await switchOn(isHeld);
    await computer.type("ai ping\n");
    await computer.waitForText("pong", { timeoutSeconds: 30, sinceInput: true });
    await computer.waitForText(/\n> ?$/, { sinceInput: true });
    // Again, on a session that there is, and with more of a prompt than a frame holds.
    const long = "and so on ".repeat(4000);
    await writeFile(join(disk, "long.txt"), long);
    await computer.type("ai -f long.txt Say exactly: it was long\n");
    await computer.waitForText(/\n ?it was long/, { timeoutSeconds: 30, sinceInput: true });
});
