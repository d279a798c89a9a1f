/**
 * Takes CraftOS-PC's command line and boots our own computer. It shows that ours can be driven without a keyboard, by
 * the driver on the computer alone, and nothing at all about CraftOS-PC.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { boot } from "../../tools/computer/index.ts";

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

const computer = await boot({
    disk,
    id: Number(id),
    label: savedLabel(join(directory, "config", `${id}.json`)),
    rom,
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
