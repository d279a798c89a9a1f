/** The bridge's page beside a real player: the real opencode, a computer of the game, and a browser. */
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { inBrowser } from "../../host/bridge/tests/page/browsing.ts";
import { startTestBridge, type TestBridge } from "../../tools/harness/bridge.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { startWorld, type World } from "./support.ts";

const patient = { timeoutSeconds: 60 };

inBrowser("the owner at the page, and a player", (open) => {
    let world: World;
    let bridge: TestBridge;
    beforeAll(async () => {
        world = await startWorld();
        const data = join(world.folder, "page-bridge");
        bridge = await startTestBridge(() => world.opencode, data, { isFenced: true });
    });
    afterAll(async () => {
        await bridge.stop();
        await world.stop();
    });

    let computers = 0;
    async function newComputer(): Promise<Computer> {
        const disk = await mkdtemp(join(world.folder, "player-"));
        await installPackages(disk, ["trapos", "trapos-link"]);
        computers += 1;
        await writeSettings(disk, { ...bridge.link(computers), "trapos.autostart.trapos-link": true });
        const computer = await boot({
            disk,
            width: 51,
            height: 19,
            id: computers,
            http: { allow: ["127.0.0.1"] },
        });
        onTestFinished(() => computer.close());
        await computer.waitForText(/(^|\n)> ?$/, patient);
        return computer;
    }

    test("the owner sees the screen once its player allows it, reads along, and allows a command for them", async () => {
        world.model.setRules([
            ({ toolResults }) =>
                toolResults.length > 0
                    ? { text: `It said ${toolResults.at(-1)!.output}` }
                    : {
                          text: "I shall look.",
                          toolCalls: [{ name: "bash", arguments: { command: "echo forty-two" } }],
                      },
        ]);
        const computer = await newComputer();
        const { page, wrong } = await open();
        await page.goto(bridge.bridge.pageUrl);
        await page.getByRole("link", { name: /^computer \d/ }).click();
        await page.getByText("has not allowed to look at it").waitFor();
        await computer.type("ai screen on\n");
        await page
            .getByRole("region", { name: /^Screen of/ })
            .getByText("ai screen on")
            .waitFor();
        await computer.type("ai count to it\n");
        await page.getByText("may it use bash?").waitFor();
        await page.getByRole("link", { name: "this session" }).click();
        await page.getByRole("article", { name: "Live" }).getByText("I shall look.").waitFor();
        await page.getByRole("button", { name: "Allow once" }).click();
        await computer.waitForText("It said forty-two", patient);
        await page.getByText("It said forty-two").waitFor();
        await page.getByRole("heading", { name: "To answer" }).waitFor({ state: "detached" });
        await page.getByRole("link", { name: "Usage" }).click();
        await page.getByText("in all").waitFor();
        expect(wrong).toEqual([]);
    }, 180_000);

    test("a computer whose profile is made less is told so by its next prompt, and goes on by itself", async () => {
        world.model.setRules([() => ({ text: "Hello there." })]);
        const computer = await newComputer();
        const { page } = await open();
        await page.goto(bridge.bridge.pageUrl);
        await computer.type("ai hello\n");
        await computer.waitForText(/Hello there\.[^]*> ?$/, patient);
        await page.getByRole("link", { name: `computer ${computers}` }).click();
        await page.getByRole("button", { name: "Change…" }).click();
        await page
            .getByRole("dialog")
            .getByLabel(/^talk /)
            .check();
        await page.getByRole("dialog").getByRole("button", { name: "Change" }).click();
        await page.getByText("The agent answers. It reads no file").first().waitFor();
        await page.getByText("closed: its computer's profile is another one").waitFor();
        // It comes back by itself, and asks in a session by the new rules, in which no tool is offered.
        let tools: readonly { readonly name: string }[] | undefined;
        world.model.setRules([
            (asked) => {
                tools = asked.tools;
                return { text: "Hello again." };
            },
        ]);
        await computer.type("ai hello\n");
        await computer.waitForText("Hello again.", patient);
        expect(tools).toEqual([]);
        await expect
            .poll(() => page.getByRole("list").last().getByRole("listitem").count(), { timeout: 20_000 })
            .toBe(2);
    }, 180_000);
});
