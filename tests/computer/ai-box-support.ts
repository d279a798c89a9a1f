/** A computer with somebody at its keyboard, whose `ai` shows a box; what it answers is seen. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { temporaryFolder } from "./libai-support.ts";

export interface Screen {
    width: number;
    height: number;
    colour?: boolean;
    /** True for a shell in a window, as multishell has it on advanced computers: it knows what it shows. */
    isWindow?: boolean;
}

/** A shell in a window that is as large as the screen. */
const WINDOW = `
    local native = term.current()
    local shown = window.create(native, 1, 1, native.getSize())
    term.redirect(shown)
    parallel.waitForAny(function()
        while true do
            os.pullEvent("term_resize")
            shown.reposition(1, 1, native.getSize())
        end
    end, function() shell.run("shell") end)
`;

/** Switches a computer on whose settings are given, and waits for its prompt. */
export async function player(settings: Record<string, string | number>, screen: Screen): Promise<Computer> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos"]);
    // The line for beginners at the start is not what is looked at.
    await mkdir(join(disk, "trapos/ai"), { recursive: true });
    await writeFile(join(disk, "trapos/ai/answered"), "");
    await writeSettings(disk, settings);
    const computer = await playerOn(disk, screen);
    if (screen.isWindow !== true) return computer;
    await writeFile(join(disk, "windowed.lua"), WINDOW);
    await computer.type("windowed\n");
    await computer.waitForText(/windowed\n[^]*> ?$|^CraftOS[^>]*\n> ?$/, { sinceInput: true });
    return computer;
}

/** The same on a disk that is there. */
export async function playerOn(disk: string, screen: Screen): Promise<Computer> {
    const { width, height, colour } = screen;
    const computer = await boot({ disk, http: { allow: ["127.0.0.1"] }, width, height, colour });
    onTestFinished(() => computer.close());
    await computer.waitForText(/(^|\n)> ?$/, { timeoutSeconds: 30 });
    return computer;
}

/** The rows of the screen without what is empty at their ends. */
export function rowsOf(computer: Computer): string[] {
    return computer.screen().map((row) => row.trimEnd());
}
