import { Command, InvalidArgumentError, Option } from "commander";
import type { Part } from "./part.ts";

/** What the command line asks for. */
export interface Options {
    /** The parts to play, by name; all of them when absent. */
    part?: string[];
    seed: number;
    /** The one round to play. */
    round?: number;
    /** How many rounds to play of each part. */
    rounds?: number;
}

const LARGEST_SEED = 2 ** 31;

function wholeNumber(text: string): number {
    if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("It has to be a whole number.");
    return Number(text);
}

/**
 * The command line of the soak run.
 * @returns throws a CommanderError where commander would end the process
 */
export function commandLine(parts: readonly Part[]): Command {
    const names = parts.map(({ name }) => name);
    const chosen = (wanted: string, before: string[] = []): string[] => {
        if (!names.includes(wanted)) throw new InvalidArgumentError(`The parts are ${names.join(", ")}.`);
        return [...before, wanted];
    };
    return new Command("npm run soak --")
        .description("Tries what users rely on with random faults, for minutes. Each part takes at most ten.")
        .option("--part <name>", "play this part alone; can be repeated", chosen)
        .addOption(
            new Option("--seed <number>", "what chance follows from; the same gives the same run")
                .argParser(wholeNumber)
                .default(Math.floor(Math.random() * LARGEST_SEED), "another each time"),
        )
        .option("--rounds <number>", "play so many rounds of each part", wholeNumber)
        .option("--round <number>", "play this round alone, as after a fault", wholeNumber)
        .addHelpText(
            "after",
            `
Parts:
${parts.map(({ name, purpose, rounds }) => `  ${name.padEnd(10)} ${purpose} (${rounds} rounds)`).join("\n")}

Exit status: 0, 1 when there was a fault, 2 for wrong options.`,
        )
        .exitOverride();
}

/** The numbers of the rounds that the options ask for. */
export function roundsOf(part: Part, { round, rounds }: Pick<Options, "round" | "rounds">): number[] {
    if (round !== undefined) return [round];
    return Array.from({ length: rounds ?? part.rounds }, (_, index) => index);
}
