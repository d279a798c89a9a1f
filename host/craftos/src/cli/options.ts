import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { httpAllowOption, type Size, sizeOption, sizeOrFit } from "../command-line/options.ts";
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

/** What a command line depends on. */
export interface Surroundings {
    /** How the program is called, with what stands before options. */
    readonly program: string;
    /** What paths are relative to. */
    readonly folder: string;
    /** The packages that a temporary disk gets; undefined where none can be installed. */
    readonly packages: readonly string[] | undefined;
}

/** Options for what can be installed. */
function packageOptions(standard: readonly string[]): Option[] {
    return [
        new Option(
            "--packages <name...>",
            `install these packages on the disk (default: ${standard.join(" ")} on a temporary disk)`,
        ),
        new Option("--bare", "install nothing").conflicts("packages"),
    ];
}

/**
 * The command line of the program.
 * @returns throws a CommanderError where commander would end the process
 */
export function commandLine({ program, folder, packages }: Surroundings): Command {
    const path = (text: string): string => resolve(folder, text);
    const mount =
        (writable: boolean) =>
        (text: string, before: MountOptions[]): MountOptions[] => {
            const found = /^([^=]+)=(.+)$/.exec(text);
            if (!found) throw new InvalidArgumentError("Give name=folder, such as shared=./files.");
            return [...before, { name: found[1] ?? "", folder: path(found[2] ?? ""), writable }];
        };
    const command = new Command(program)
        .description(
            "A ComputerCraft computer in your terminal: its screen, your keys and your mouse. Ctrl+C leaves.",
        )
        .option("--disk <folder>", "its disk; without it a temporary one, gone afterwards", path);
    for (const option of packages === undefined ? [] : packageOptions(packages)) command.addOption(option);
    return command
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
  ${program.replace(/ --$/, "")}
  ${program} --disk ./disk --size fit
  ${program} --script steps.txt

Exit status: 0, n after os.shutdown(n), 1 when a step or the computer failed, 2 for wrong options or a wrong script,
130 when it was stopped by a signal, as by Ctrl+C in a script.`,
        )
        .exitOverride();
}
