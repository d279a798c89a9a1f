import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boot, type Computer, type ComputerOptions, type Exit } from "../src/index.ts";

/**
 * A computer whose bios is the test's own program: what the native layer alone gives, with no ROM above it. The
 * program has `say(...)`, which writes its arguments as one row of the screen, errors without the place in the program
 * that stands before them, and ends with the computer. `sayAll(...)` leaves the place there.
 */
const prelude = [
    "local row = 0",
    "function sayAll(...)",
    "    local parts = table.pack(...)",
    "    for index = 1, parts.n do parts[index] = tostring(parts[index]) end",
    "    row = row + 1",
    "    term.setCursorPos(1, row)",
    '    term.write(table.concat(parts, "|"))',
    "end",
    "function say(...)",
    "    local parts = table.pack(...)",
    '    for index = 1, parts.n do parts[index] = tostring(parts[index]):gsub("^bios%.lua:%d+: ", "") end',
    "    sayAll(unpack(parts, 1, parts.n))",
    "end ",
].join(" ");

export interface Bench {
    readonly disk: string;
    /** Boots a computer that runs the program; it is closed with the bench. */
    boot(program: string, options?: Partial<ComputerOptions>): Promise<Computer>;
    /** Runs a program to its end and returns the rows that it said, and how the computer ended. */
    run(program: string, options?: Partial<ComputerOptions>): Promise<{ said: string[]; exit: Exit }>;
    close(): Promise<void>;
}

/** Makes a disk and a ROM folder for one test. */
export function createBench(): Bench {
    const folder = mkdtempSync(join(tmpdir(), "trapos-machine-"));
    const disk = join(folder, "disk");
    const rom = join(folder, "lua");
    mkdirSync(disk);
    mkdirSync(join(rom, "rom"), { recursive: true });
    writeFileSync(join(rom, "rom", "readme.txt"), "read only");
    const computers: Computer[] = [];

    async function bootProgram(program: string, options: Partial<ComputerOptions> = {}): Promise<Computer> {
        writeFileSync(join(rom, "bios.lua"), Buffer.from(prelude + program, "latin1"));
        const computer = await boot({ disk, rom, width: 200, height: 40, ...options });
        computers.push(computer);
        return computer;
    }

    return {
        disk,
        boot: bootProgram,
        async run(program, options) {
            const ending = "\nos.shutdown() while true do coroutine.yield() end";
            const computer = await bootProgram(program + ending, options);
            const exit = await computer.exit;
            if (exit.reason === "failed") throw new Error(exit.message);
            const rows = computer.screen().map((row) => row.trimEnd());
            while (rows.at(-1) === "") rows.pop();
            return { said: rows, exit };
        },
        async close() {
            await Promise.all(computers.map((computer) => computer.close()));
            rmSync(folder, { recursive: true });
        },
    };
}
