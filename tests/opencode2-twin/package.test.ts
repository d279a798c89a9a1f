/** A computer that meets an opencode 2 without the package that speaks it: it is offered, and then asked by it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { readSetting, writeSettings } from "craftos-headless";
import { serverSettings } from "../../tools/harness/server.ts";
import { type Model, startModel } from "../../tools/model/index.ts";
import { startTwin, type Twin } from "../../tools/opencode2-twin/index.ts";
import { type ChangingRegistry, openWorkshop, type Workshop } from "../e2e/ccpm-support.ts";

let workshop: Workshop;
let registry: ChangingRegistry;
let model: Model;
let twin: Twin;
beforeAll(async () => {
    workshop = await openWorkshop();
    registry = await workshop.newRegistry();
    model = await startModel();
    twin = await startTwin({
        home: await workshop.newFolder(),
        model: { baseUrl: model.url },
        password: "secret word",
    });
});
afterAll(async () => {
    await twin.stop();
    await model.stop();
    await workshop.close();
});

/** A computer on which TrapOS was installed from the registry. */
async function newComputer(): Promise<string> {
    const disk = await workshop.newFolder();
    await workshop.use(disk, async (player) => {
        await player.run(`wget run ${registry.url}install.lua --yes`);
    });
    return disk;
}

it("asks for nothing but a yes", async () => {
    const disk = await newComputer();
    await writeSettings(disk, serverSettings(twin));
    await workshop.use(disk, async (player) => {
        const refused = await player.run("ai ping", [["Install trapos-opencode2 now? [Y/n]", "n"]]);
        expect(refused).toContain("This is opencode 2");
        expect(refused).toContain("Install it: ccpm install");
        expect(await player.run("ai ping", [["Install trapos-opencode2 now? [Y/n]", "\n"]])).toMatch(
            /^pong/m,
        );
        expect(await player.run("ai ping")).toMatch(/^pong/);
    });
});

it("is fetched by the setup", async () => {
    const disk = await newComputer();
    await workshop.use(disk, async ({ computer }) => {
        const answers: [question: string, answer: string][] = [
            ["> ", "ai setup"],
            ["Address of the server [http://127.0.0.1:4096]:", twin.url],
            ["Password:", "secret word"],
            ["Install trapos-opencode2 now? [Y/n]", ""],
            ["1/3", ""],
        ];
        for (const [question, answer] of answers) {
            await computer.waitForText(question, { timeoutSeconds: 20 });
            await computer.type(`${answer}\n`);
        }
        await computer.waitForText("Saved. Now type: ai", { timeoutSeconds: 20 });
    });
    expect(await readSetting(disk, "opencc.server_url")).toBe(twin.url);
});
