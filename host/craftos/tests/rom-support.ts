import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { boot, type Computer, type ComputerOptions } from "../src/index.ts";

/** Files of a computer's disk: their content by path. */
export type Files = Record<string, string>;

/** A folder for a computer's disk that holds these files and is gone when the test ends. */
export function newDisk(files: Files = {}): string {
    const disk = mkdtempSync(join(tmpdir(), "rom-test-"));
    onTestFinished(() => rmSync(disk, { recursive: true, force: true }));
    for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(disk, path)), { recursive: true });
        writeFileSync(join(disk, path), content);
    }
    return disk;
}

/** Switches on a computer whose disk holds these files. It is switched off when the test ends. */
export async function start(files: Files = {}, options: Partial<ComputerOptions> = {}): Promise<Computer> {
    const disk = options.disk ?? newDisk(files);
    const computer = await boot({ ...options, disk });
    onTestFinished(() => computer.close());
    return computer;
}

/** As `start`, and waits for the shell's first prompt. */
export async function startShell(
    files: Files = {},
    options: Partial<ComputerOptions> = {},
): Promise<Computer> {
    const computer = await start(files, options);
    await computer.waitForText(/^>$/m);
    return computer;
}

/** The lines on a computer's screen and above it, without the shell's greeting. A tab is as wide and as blank as a space. */
export function lines(computer: Computer): string[] {
    return computer.transcript().replace(/\n+$/, "").split("\n").slice(1);
}

/**
 * Runs a Lua program from the shell of a new computer that then switches itself off.
 * @returns the lines that it printed; long ones are wrapped as the screen does
 */
export async function printed(program: string, files: Files = {}, options: Partial<ComputerOptions> = {}) {
    const startup = 'shell.run("/program.lua") os.shutdown()';
    const computer = await start({ "program.lua": program, "startup.lua": startup, ...files }, options);
    await computer.exit;
    return lines(computer);
}
