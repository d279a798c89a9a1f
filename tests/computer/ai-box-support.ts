/** A computer with somebody at its keyboard, whose `ai` shows a box; what it answers is seen. */
import { onTestFinished } from "vitest";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { temporaryFolder } from "./libai-support.ts";

export interface Screen {
    width: number;
    height: number;
    colour?: boolean;
}

/** Switches a computer on whose settings are given, and waits for its prompt. */
export async function player(settings: Record<string, string | number>, screen: Screen): Promise<Computer> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos"]);
    await writeSettings(disk, settings);
    return playerOn(disk, screen);
}

/** The same on a disk that is there. */
export async function playerOn(disk: string, screen: Screen): Promise<Computer> {
    const computer = await boot({ disk, http: { allow: ["127.0.0.1"] }, ...screen });
    onTestFinished(() => computer.close());
    await computer.waitForText(/(^|\n)> ?$/, { timeoutSeconds: 30 });
    return computer;
}

/** The rows of the screen without what is empty at their ends. */
export function rowsOf(computer: Computer): string[] {
    return computer.screen().map((row) => row.trimEnd());
}

/** Presses keys with a moment for the computer to show what comes of each. */
export async function press(computer: Computer, ...keys: string[]): Promise<void> {
    for (const key of keys) await computer.press(key);
}
