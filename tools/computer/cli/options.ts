import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { httpAllowOption, type Size, sizeOption, sizeOrFit } from "../../command-line/options.ts";
import type { MountOptions } from "../index.ts";
import { stepUsages } from "./script.ts";

/** What the command line asks for. */
export interface Options {
    readonly disk?: string;
    readonly packages?: string[];
    readonly bare?: boolean;
    readonly size: Size | "fit";
    readonly basic?: boolean;
    readonly id: number;
    readonly label?: string;
    readonly httpAllow: string[];
    readonly rom?: string;
    readonly mountRo: MountOptions[];
    readonly mountRw: MountOptions[];
    readonly script?: string;
}

function wholeNumber(text: string): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
        throw new InvalidArgumentError("Give a whole number from 0 on.");
    }
    return value;
}

/**
 * The command line of `npm run computer`.
 * @param folder what paths are relative to
 * @param packages what a temporary disk gets
 * @returns throws a CommanderError where commander would end the process
 */
export function commandLine(folder: string, packages: readonly string[]): Command {
    const path = (text: string): string => resolve(folder, text);
    const mount =
        (writable: boolean) =>
        (text: string, before: MountOptions[]): MountOptions[] => {
            const found = /^([^=]+)=(.+)$/.exec(text);
            if (!found) throw new InvalidArgumentError("Give name=folder, such as shared=./files.");
            return [...before, { name: found[1] ?? "", folder: path(found[2] ?? ""), writable }];
        };
    return new Command("npm run computer --")
        .description(
            "A ComputerCraft computer in your terminal: its screen, your keys and your mouse. Ctrl+C leaves.",
        )
        .option("--disk <folder>", "its disk; without it a temporary one, gone afterwards", path)
        .option(
            "--packages <name...>",
            `install these packages on the disk (default: ${packages.join(" ")} on a temporary disk)`,
        )
        .addOption(new Option("--bare", "install nothing").conflicts("packages"))
        .addOption(
            new Option("--size <columns x rows>", 'the size of its screen, or "fit" for that of the terminal')
                .argParser(sizeOrFit)
                .default(sizeOption.defaultValue, sizeOption.defaultValueDescription),
        )
        .option("--basic", "a basic computer, without colours and mouse")
        .option("--id <number>", "what os.getComputerID gives", wholeNumber, 0)
        .option("--label <text>", "its label")
        .addOption(httpAllowOption)
        .option("--rom <folder>", "boot this ROM: a folder with bios.lua and rom/", path)
        .option(
            "--mount-ro <name=folder>",
            "a folder that it sees and cannot change; can be repeated",
            mount(false),
            [],
        )
        .option(
            "--mount-rw <name=folder>",
            "a folder that it sees and can change; can be repeated",
            mount(true),
            [],
        )
        .option("--script <file>", 'play the steps in a file, "-" for standard input, without a terminal')
        .addHelpText(
            "after",
            `
Steps of a script, one a line; "#" begins a comment:
${stepUsages.map((usage) => `  ${usage}`).join("\n")}

Examples:
  npm run computer
  npm run computer -- --disk ./disk --size fit
  npm run computer -- --script steps.txt

Exit status: 0, n after os.shutdown(n), 1 when a step or the computer failed, 2 for wrong options or a wrong script,
130 when it was stopped by a signal, as by Ctrl+C in a script.`,
        )
        .exitOverride();
}
