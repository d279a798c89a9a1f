import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Backend, JobResult } from "./backend.ts";
import { installPackages, type Settings, writeSettings } from "./disk.ts";

/** A computer with packages of ours and the line that is typed at its prompt. */
export interface BackendCommand {
    /** The host folder that is the computer's "/"; made when absent. */
    disk: string;
    /** One line, in characters that CC's font has as ASCII. */
    command: string;
    packages: readonly string[];
    settings?: Settings;
    /** Hosts that the computer may reach although they are private. */
    allow?: string[];
    rom?: string;
    timeoutSeconds: number;
    signal?: AbortSignal;
}

/**
 * Runs a command on any backend: a program on the computer types it, as not every backend has a keyboard.
 * @returns how the computer ended: status 0 when the command succeeded, 1 when it failed
 */
export async function runBackendCommand(backend: Backend, options: BackendCommand): Promise<JobResult> {
    const { disk, command, packages, settings, ...job } = options;
    if (/[^ -~]/.test(command)) throw new Error("A command is one line of ASCII.");
    await mkdir(join(disk, "harness"), { recursive: true });
    await installPackages(disk, packages);
    for (const file of ["command.lua", "typed.lua"]) {
        await copyFile(join(import.meta.dirname, "lua", file), join(disk, "harness", file));
    }
    await writeFile(join(disk, "harness/typed.txt"), command);
    await writeSettings(disk, {
        ...settings,
        "trapos.harness_mode": true,
        "trapos.harness_program": "/harness/typed.lua",
    });
    return backend.run({ disk, ...job });
}
