/** `wget run <registry>/install.lua`: what a player meets beside the straight way. */
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Index, readIndex } from "trapos-registry";
import { projectFolder } from "../../tools/harness/disk.ts";
import { type ChangingRegistry, filesOn, openWorkshop, type Workshop, writeFiles } from "./ccpm-support.ts";
import "./support.ts";

let workshop: Workshop;
let registry: ChangingRegistry;
let index: Index;
beforeAll(async () => {
    workshop = await openWorkshop();
    registry = await workshop.newRegistry();
    index = await readIndex(projectFolder);
});
afterAll(() => workshop.close());

const folders = (files: Record<string, string>) => Object.keys(files).filter((path) => path.endsWith("/"));

/** A disk with install.lua on it, as `wget <registry>/install.lua` saves it. */
async function newDiskWithInstaller(): Promise<string> {
    const disk = await workshop.newFolder();
    await copyFile(join(projectFolder, "install.lua"), join(disk, "install.lua"));
    return disk;
}

it("--yes asks nothing, takes TrapOS and says what to type", async () => {
    const disk = await workshop.newFolder();
    await workshop.use(disk, async (player) => {
        const output = await player.run(`wget run ${registry.url}install.lua --yes`);
        expect(output).toMatch(/To use it all: reboot\n.*ai help.*$/);
        await player.restarted(() => player.computer.type("reboot\n"));
        expect(await player.run("ccpm verify")).toContain("All files are as they were installed.");
    });
    const lock = JSON.parse((await filesOn(disk))["trapos/ccpm.lock.json"] ?? "") as {
        packages: Record<string, { automatic?: boolean }>;
    };
    const asked = Object.keys(lock.packages).filter((name) => lock.packages[name]?.automatic !== true);
    expect(asked.sort()).toEqual(["ccpm", "trapos"]);
});

it("after a power cut in the middle nothing of it stays, and running it again works", async () => {
    const disk = await workshop.newFolder();
    await writeFiles(disk, { "notes.txt": "buy coal" });
    const bare = await filesOn(disk);
    await workshop.use(disk, async ({ computer }) => {
        registry.takeRequests();
        registry.onRequest = async () => {
            if (registry.takeRequests().includes("apis/ccpm/transaction.lua")) await computer.powerCut();
        };
        await computer.type(`wget run ${registry.url}install.lua --yes\n`).catch(() => {});
        expect(await computer.exit).toMatchObject({ reason: "powerCut" });
        registry.onRequest = undefined;
    });
    expect(await filesOn(disk)).toHaveProperty(["startup/00-ccpm-finish.lua"]);
    await workshop.use(disk, async (player) => {
        expect(player.computer.transcript()).toContain("ccpm was stopped before it changed anything.");
        expect(await filesOn(disk)).toEqual(bare);
        expect(await player.run(`wget run ${registry.url}install.lua --yes`)).toContain("Done.");
    });
});

it("Ctrl+T in the middle leaves what it has for the next run", async () => {
    const disk = await workshop.newFolder();
    await workshop.use(disk, async (player) => {
        const { computer } = player;
        let interrupted = false;
        registry.onRequest = async (path) => {
            if (path !== "apis/libccpm.lua" || interrupted) return;
            interrupted = true;
            await computer.press("ctrl+t");
        };
        registry.takeRequests();
        expect(await player.run(`wget run ${registry.url}install.lua --yes`)).toContain("Terminated");
        registry.onRequest = undefined;
        const before = registry.takeRequests().filter((path) => path !== "apis/libccpm.lua");
        expect(folders(await filesOn(disk))).toEqual(["trapos/", "trapos/ccpm.partial/"]);
        expect(await player.run(`wget run ${registry.url}install.lua --yes`)).toContain("Done.");
        const again = registry.takeRequests().filter((path) => before.includes(path));
        // Those that were on their way when it was stopped may have been lost.
        expect(again.length).toBeLessThanOrEqual(6);
        expect(before.length).toBeGreaterThan(6);
    });
    expect(await filesOn(disk)).not.toHaveProperty(["trapos/ccpm.partial/"]);
});

it("on a computer that has ccpm it adds its registry, and upgrades", async () => {
    const disk = await workshop.newFolder();
    const other = await workshop.newRegistry();
    await workshop.use(disk, async (player) => {
        await player.run(`wget run ${registry.url}install.lua --yes`);
        const same = await player.run(`wget run ${registry.url}install.lua --yes`);
        expect(same).toContain("There is nothing to do.");
        await other.change({ files: { "startup/servers.lua": (content) => `${content}-- newer\n` } });
        const newer = await player.run(`wget run ${other.url}install.lua`, [["Go on? [Y/n]", "\n"]]);
        expect(newer).toContain("Done.");
        const registries = await player.run("/programs/ccpm registry list");
        expect(registries).toMatch(new RegExp(`1 ${registry.url}\n.*\n2 ${other.url}\n`));
    });
    const boot = index.packages["trapos-boot"]?.version ?? "";
    expect((await filesOn(disk))["startup/servers.lua"]).toMatch(/-- newer\n$/);
    expect((await filesOn(disk))["trapos/ccpm.lock.json"]).not.toContain(`"trapos-boot":"${boot}"`);
});

it.each(["apis/trapos/json.lua", "apis/ccpm/program.lua"])(
    "it repairs a ccpm that lacks %s",
    async (path) => {
        const disk = await workshop.newFolder();
        await workshop.use(disk, async (player) => {
            await player.run(`wget run ${registry.url}install.lua --yes`);
            const whole = await filesOn(disk);
            await rm(join(disk, path));
            for (const command of ["/programs/ccpm verify --fix", "/programs/trapos"]) {
                const output = (await player.run(command)).replace(/\s+/g, " ");
                expect(output).toMatch(/^\S*:? ?module '[^']*' not found: Mend it: /);
                expect(output).toContain(`wget run ${registry.url}install.lua`);
            }
            expect(await player.run(`wget run ${registry.url}install.lua --yes`)).toContain(`+ ${path}`);
            expect(await filesOn(disk)).toEqual(whole);
            expect(await player.run("/programs/ccpm verify")).toContain(
                "All files are as they were installed.",
            );
        });
    },
);

it("it mends a ccpm that lacks a file which no registry has any more as it was", async () => {
    const own = await workshop.newRegistry();
    const disk = await workshop.newFolder();
    const path = "apis/ccpm/program.lua";
    await workshop.use(disk, async (player) => {
        await player.run(`wget run ${own.url}install.lua --yes`);
        await rm(join(disk, path));
        await own.change({ files: { [path]: (content) => `${content}-- newer\n` } });
        expect(await player.run(`wget run ${own.url}install.lua --yes`)).toContain("Done.");
        expect(await player.run("/programs/ccpm verify")).toContain("All files are as they were installed.");
    });
});

describe("saved, and run by hand,", () => {
    it("it takes the registry that it is given", async () => {
        const disk = await workshop.newFolder();
        await workshop.use(disk, async (player) => {
            await player.run(`wget ${registry.url}install.lua`);
            expect(await player.run("install")).toMatch(/^From where\? Name a registry\.\ninstall https:/);
            // A saved installer takes 174 kB of the disk, beside which all of TrapOS has no room.
            const refused = await player.run(`install ${registry.url} --yes`);
            expect(refused).toMatch(/The disk is too full[^]*Delete something first\./);
            expect(await player.run(`wget run ${registry.url}install.lua --yes`)).toContain("too full");
            await player.run("delete install.lua");
            expect(await player.run(`wget run ${registry.url}install.lua --yes`)).toContain("Done.");
            expect(await player.run("/programs/ccpm registry list")).toContain(`1 ${registry.url}`);
        });
    });

    it("it says which rule forbids a private address", async () => {
        const disk = await newDiskWithInstaller();
        await workshop.use(
            disk,
            async (player) => {
                const output = await player.run(`install ${registry.url} --yes`);
                expect(output).toContain("(Domain not permitted)");
                expect(output).toContain("$private");
            },
            { allow: [] },
        );
        expect(Object.keys(await filesOn(disk))).toEqual(["install.lua"]);
    });

    it("it refuses what it does not know", async () => {
        const disk = await newDiskWithInstaller();
        await workshop.use(disk, async (player) => {
            expect(await player.run("install --help")).toBe(
                "There is no --help.\nThere are --yes and --force.",
            );
            expect(await player.run("install nonsense")).toMatch(/nonsense is no registry's address\.\nGive/);
        });
    });

    it.each([
        [
            "an old computer",
            `_G._HOST = "ComputerCraft 1.89.2 (Minecraft 1.12.2)"`,
            /1\.100 or newer\.\n.*1\.89\.2/,
        ],
        [
            "a computer without http",
            "_G.http = nil",
            /^The HTTP API is switched off here\.\n.*enabled = true$/,
        ],
    ])("it stops on %s with what to do", async (_, change, message) => {
        const disk = await newDiskWithInstaller();
        await writeFiles(disk, { "change.lua": `${change} shell.run("install", ...)` });
        await workshop.use(disk, async (player) => {
            expect(await player.run(`change ${registry.url} --yes`)).toMatch(message);
        });
        expect(Object.keys(await filesOn(disk)).sort()).toEqual(["change.lua", "install.lua"]);
    });
});

it("a server that is no registry is named, with a hint that helps without ccpm", async () => {
    const disk = await workshop.newFolder();
    registry.contentOf = (path) => (path === "packages/index.json" ? null : undefined);
    await workshop.use(disk, async (player) => {
        const output = await player.run(`wget run ${registry.url}install.lua --yes`);
        expect(output).toContain("is no registry: it has no");
        expect(output).toContain("Check the address and the network.");
        expect(output).not.toContain("ccpm registry");
    });
    registry.contentOf = undefined;
    expect(await filesOn(disk)).toEqual({});
});

it.each([
    ["owner/repo/main", "owner/repo@main"],
    ["owner/repo/refs/heads/main", "owner/repo@main"],
    ["owner/repo/HEAD", "owner/repo"],
])("from GitHub's %s it has the registry %s", async (path, name) => {
    const disk = await newDiskWithInstaller();
    // What wget fetches is there, and then the network is gone.
    const lua = `
        local file = fs.open("install.lua", "r")
        http.checkURL = function() return true end
        http.get = function() return file end
        http.request = function(options)
            os.queueEvent("http_failure", options.url, "Could not connect")
            return true
        end
        shell.run("wget", "run", "https://raw.githubusercontent.com/${path}/install.lua", "--yes")`;
    await writeFiles(disk, { "offline.lua": lua });
    await workshop.use(disk, async (player) => {
        expect(await player.run("offline")).toContain(`The request to ${name} failed: Could`);
    });
});
