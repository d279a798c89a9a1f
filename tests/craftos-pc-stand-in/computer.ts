/**
 * Takes CraftOS-PC's command line and boots our own computer, with those of CraftOS-PC's quirks that quirks.lua has. It
 * shows that ours can be driven without a keyboard, by the driver on the computer alone, and nothing else about
 * CraftOS-PC.
 */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { boot } from "craftos-headless";

// Stricter than CraftOS-PC, which ignores what it does not know.
const { values } = parseArgs({
    options: {
        headless: { type: "boolean" },
        rom: { type: "string" },
        directory: { type: "string" },
        "start-dir": { type: "string" },
        id: { type: "string" },
        "mount-rw": { type: "string", multiple: true },
    },
});
const { headless, rom, directory, "start-dir": disk, id = "0", "mount-rw": mounts = [] } = values;
if (headless !== true || directory === undefined || disk === undefined) {
    throw new Error("Wanted: --headless --directory FOLDER --start-dir FOLDER");
}

function savedLabel(file: string): string | undefined {
    try {
        const { label } = JSON.parse(readFileSync(file, "utf8")) as { label?: string };
        return label === undefined ? undefined : Buffer.from(label, "base64").toString();
    } catch {
        return undefined;
    }
}

/** A copy of a ROM with the quirks, in the folder that goes with the computer. */
function romWithQuirks(folder: string): string {
    const ours = join(import.meta.dirname, "../../host/craftos/rom");
    const copy = join(folder, "rom-with-quirks");
    cpSync(rom ?? ours, copy, { recursive: true });
    const bios = join(copy, "bios.lua");
    const quirks = readFileSync(join(import.meta.dirname, "quirks.lua"), "utf8");
    writeFileSync(bios, `${quirks}\n${readFileSync(bios, "utf8")}`);
    return copy;
}

const computer = await boot({
    disk,
    id: Number(id),
    label: savedLabel(join(directory, "config", `${id}.json`)),
    rom: romWithQuirks(directory),
    http: { allow: ["$private"] },
    mounts: mounts.map((mount) => {
        const [name = "", folder = ""] = mount.split("=");
        return { name, folder, writable: true };
    }),
});
// A computer that waits does not keep Node alive.
const alive = setInterval(() => {}, 60_000);
const { status = 0 } = await computer.exit;
clearInterval(alive);
console.log(computer.transcript());
process.exitCode = status;
