/** From a bare disk to TrapOS and back, as a player goes: every command typed, every question answered. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Index, readIndex } from "trapos-registry";
import { writeSettings } from "craftos-headless";
import { serverSettings } from "../../tools/harness/server.ts";
import { projectFolder } from "../../tools/harness/disk.ts";
import { type ChangingRegistry, filesOn, openWorkshop, type Workshop, writeFiles } from "./ccpm-support.ts";
import { startWorld, type World } from "./support.ts";

/** What a player has on a computer before TrapOS. */
const playersFiles = {
    "notes.txt": "buy coal",
    "programs/dig.lua": "print('digging')",
    "startup/door.lua": "print('door')",
    "trapos/notes.txt": "not of ccpm",
};

const filesOf = (index: Index, ...names: string[]): string[] =>
    names.flatMap((name) => Object.keys(index.packages[name]?.files ?? {}));

let world: World;
let workshop: Workshop;
beforeAll(async () => {
    world = await startWorld();
    workshop = await openWorkshop();
});
afterAll(async () => {
    await workshop.close();
    await world.stop();
});

async function newDisk(): Promise<string> {
    const disk = await workshop.newFolder();
    await writeFiles(disk, playersFiles);
    await writeSettings(disk, serverSettings(world.opencode));
    return disk;
}

describe("the whole way", () => {
    let registry: ChangingRegistry;
    let disk: string;
    let bare: Record<string, string>;
    let index: Index;
    beforeAll(async () => {
        registry = await workshop.newRegistry();
        disk = await newDisk();
        bare = await filesOn(disk);
        index = await readIndex(projectFolder);
    });

    it("one line installs ccpm, and its reboot brings the command", async () => {
        await workshop.use(disk, async (player) => {
            await player.restarted(async () => {
                await player.computer.type(`wget run ${registry.url}install.lua\n`);
                await player.computer.waitForText("All of TrapOS? (n: only ccpm) [Y/n]");
                await player.computer.type("n");
                await player.computer.waitForText("Reboot now? [Y/n]", { timeoutSeconds: 20 });
                expect(player.computer.transcript()).toContain("ccpm install trapos");
                await player.computer.type("\n");
            });
            expect(await player.run("ccpm --version")).toBe(`ccpm ${index.packages["ccpm"]?.version}`);
            expect(await player.run("ccpm registry list")).toContain(registry.url);
        });
        const files = await filesOn(disk);
        expect(Object.keys(files)).toEqual(expect.arrayContaining(filesOf(index, "ccpm", "trapos-core")));
        expect(files).not.toHaveProperty(["programs/ai.lua"]);
        const requests = registry.takeRequests();
        expect(requests.length).toBe(new Set(requests).size);
    });

    it("ccpm install trapos brings ai, which answers", async () => {
        await workshop.use(disk, async (player) => {
            const output = await player.run("ccpm install trapos", [["Go on? [Y/n]", "\n"]]);
            expect(output).toContain("Done.");
            await player.restarted(() => player.computer.type("reboot\n"));
            expect(await player.run("ai ping")).toMatch(/^pong \(/m);
        });
        expect(registry.takeRequests().sort()).toEqual(
            ["packages/index.json", ...filesOf(index, "trapos", "trapos-ai", "trapos-boot")].sort(),
        );
    });

    it("ccpm upgrade has nothing to do, in one request", async () => {
        await workshop.use(disk, async (player) => {
            expect(await player.run("ccpm upgrade")).toContain("There is nothing to do.");
        });
        expect(registry.takeRequests()).toEqual(["packages/index.json"]);
    });

    it("a newer registry: ccpm upgrade fetches what has changed, and ai answers", async () => {
        await registry.change({ files: { "programs/ai.lua": (content) => `${content}-- newer\n` } });
        await workshop.use(disk, async (player) => {
            const output = await player.run("ccpm upgrade", [["Go on? [Y/n]", "\n"]]);
            expect(output).toMatch(/trapos-ai +\d+\.\d+\.\d+ > \d+\.\d+\.\d+/);
            expect(await player.run("ai ping")).toMatch(/^pong \(/m);
        });
        expect(registry.takeRequests().sort()).toEqual(["packages/index.json", "programs/ai.lua"]);
        expect((await filesOn(disk))["programs/ai.lua"]).toMatch(/-- newer\n$/);
    });

    it("uninstalling everything leaves what the player had", async () => {
        await workshop.use(disk, async (player) => {
            const output = await player.run("ccpm uninstall trapos ccpm --unused --yes");
            expect(output).toContain("Done.");
            await player.restarted(() => player.computer.type("reboot\n"));
            expect(await player.run("ccpm list")).toBe("No such program");
            expect(await player.run("programs/dig")).toBe("digging");
        });
        const { ".settings": settings, ...files } = await filesOn(disk);
        const { ".settings": settingsBefore, ...filesBefore } = bare;
        expect(Object.keys(files).sort()).toEqual(Object.keys(filesBefore).sort());
        expect(files).toEqual(filesBefore);
        expect([settings, settingsBefore]).toEqual([expect.any(String), expect.any(String)]);
    });
});

it("ccpm install trapos-ai on a computer with only ccpm gives an ai that answers", async () => {
    const registry = await workshop.newRegistry();
    const disk = await newDisk();
    await workshop.use(disk, async (player) => {
        await player.run(`wget run ${registry.url}install.lua`, [
            ["All of TrapOS? (n: only ccpm) [Y/n]", "n"],
            ["Reboot now? [Y/n]", "n"],
        ]);
        // Without a reboot: what there is works at once by its path.
        expect(await player.run("/programs/ccpm install trapos-ai --yes")).toContain("Done.");
        await player.restarted(() => player.computer.type("reboot\n"));
        expect(await player.run("ai ping")).toMatch(/^pong \(/m);
    });
    expect(await filesOn(disk)).not.toHaveProperty(["startup/servers.lua"]);
});

it("ccpm upgrades itself, and trapos-boot while it runs", async () => {
    const registry = await workshop.newRegistry();
    const disk = await newDisk();
    const clock = { files: ["programs/clock.lua"], autostart: ["programs/clock.lua"] };
    const newer = (content: string) => `${content}-- newer\n`;
    const files = { "programs/clock.lua": "while true do sleep(0.05) end" };
    await registry.change({ files, descriptors: { clock } });
    await workshop.use(disk, async (player) => {
        await player.run(`wget run ${registry.url}install.lua --yes`);
        await player.run("/programs/ccpm install clock --yes");
        // trapos-boot runs the shell beside the clock from now on.
        await player.restarted(() => player.computer.type("reboot\n"));
        await registry.change({
            files: {
                ...files,
                "apis/ccpm/program.lua": newer,
                "apis/ccpm/finish.lua": newer,
                "apis/libccpm.lua": newer,
                "apis/trapos/supervisor.lua": newer,
                "programs/ccpm.lua": newer,
                "startup/ccpm.lua": newer,
                "startup/servers.lua": newer,
            },
            descriptors: { clock },
        });
        expect(await player.run("ccpm upgrade --yes")).toContain("Done.");
        expect(await player.run("ccpm verify")).toContain("All files are as they were installed.");
        expect(await player.run("ai ping")).toMatch(/^pong \(/m);
        await player.restarted(() => player.computer.type("reboot\n"));
        expect(await player.run("ccpm upgrade")).toContain("There is nothing to do.");
        expect(await player.run("ai ping")).toMatch(/^pong \(/m);
    });
    expect((await filesOn(disk))["startup/servers.lua"]).toMatch(/-- newer\n$/);
});
