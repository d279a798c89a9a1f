/** `npm run registry`: serves a tree to computers on this machine, or on the local network. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { INSTALLER, readIndex, type Registry, startRegistry, urlOf } from "trapos-registry";
import { exitStatus, interruption, endQuietlyWithoutReader } from "craftos-headless/command-line";
import { projectFolder } from "./disk.ts";

interface Options {
    port: number;
    host: string;
    folder: string;
}

function port(text: string): number {
    const value = Number(text);
    if (!/^\d{1,5}$/.test(text) || value > 65_535)
        throw new InvalidArgumentError("Give a number up to 65535.");
    return value;
}

const program = new Command("npm run registry --")
    .description(
        "Serves this tree's packages, so that computers install them from here. Nothing else of the folder is served.",
    )
    // Computers remember where they installed from, so it is the same each time.
    .option("--port <number>", "where it listens; 0 for one that is free", port, 8080)
    .option("--host <address>", "0.0.0.0 to let others on the network reach it", "127.0.0.1")
    .option("--folder <path>", "another tree, with packages/index.json in it", projectFolder)
    .addHelpText(
        "after",
        `
Examples:
  npm run registry
  npm run registry -- --host 0.0.0.0

Ctrl+C ends it. Exit status: 0, 1 when it could not be started, 2 for wrong options.`,
    )
    .allowExcessArguments(false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitStatus.usage));

/** The registry's addresses, as computers may be told of them: all of the machine's where it listens on all. */
function addressesOf(registry: Registry): string[] {
    const { hostname, port: number } = new URL(registry.url);
    if (hostname !== "0.0.0.0" && hostname !== "[::]") return [registry.url];
    const all = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
    return all.filter(({ family }) => family === "IPv4").map(({ address }) => urlOf(address, Number(number)));
}

/** The rule of ComputerCraft's that lets computers reach an address and its port alone, in lines. */
function ruleFor(address: string): string[] {
    const { hostname, port: number } = new URL(address);
    return [
        "  [[http.rules]]",
        `      host = "${hostname}"`,
        `      port = ${number}`,
        '      action = "allow"',
    ];
}

async function main({ folder, ...options }: Options, signal: AbortSignal): Promise<void> {
    const root = resolve(folder);
    const registry = await startRegistry({
        ...options,
        root,
        onAnswer: ({ path, status, size }) => console.log(`${status}  /${path}  ${size} bytes`),
    });
    const count = Object.keys((await readIndex(root)).packages).length;
    const addresses = addressesOf(registry);
    const hasInstaller = existsSync(join(root, INSTALLER));
    console.log(
        [
            `Serving ${count} packages of ${root}.`,
            "",
            "On a computer:",
            // Only a tree that ccpm itself comes from has an installer.
            ...addresses.map((address) =>
                hasInstaller ? `  wget run ${address}install.lua` : `  ccpm registry add ${address}`,
            ),
            "",
            `ComputerCraft denies private addresses. To allow ${addresses.length > 1 ? "one of these" : "this one"}, put its rule`,
            'above the one for "$private" in serverconfig/computercraft-server.toml, and restart',
            "Minecraft's server:",
            ...addresses.flatMap(ruleFor),
            "",
            "Ctrl+C ends it.",
        ].join("\n"),
    );
    if (!signal.aborted) await once(signal, "abort");
    await registry.stop();
}

endQuietlyWithoutReader();
program.parse();
try {
    await main(program.opts<Options>(), interruption());
} catch (error) {
    console.error((error as Error).message);
    process.exitCode = exitStatus.failed;
}
