import { Command, InvalidArgumentError } from "commander";
import { namesMeant } from "./figure.ts";

/** What the command line asks for. */
export interface Options {
    /** One JSON object a figure instead of the table. */
    json?: boolean;
    /** Names of the figures to measure, in no order; all of them when absent. */
    only?: string[];
}

/**
 * The command line of the bench.
 * @param names all figures'
 * @returns throws a CommanderError where commander would end the process
 */
export function commandLine(names: readonly string[]): Command {
    const meant = (wanted: string, before: string[] = []): string[] => {
        const found = namesMeant(wanted, names);
        if (found.length === 0) {
            throw new InvalidArgumentError("No figure's name begins so. --help lists them.");
        }
        return [...before, ...found];
    };
    return new Command("npm run bench --")
        .description(
            "Measures what TrapOS AI costs on a headless computer, against a real opencode server with a scripted model.",
        )
        .option("--json", "print one JSON object a figure, one a line")
        .option("--only <name>", "measure one figure, or those whose names begin so; can be repeated", meant)
        .addHelpText(
            "after",
            `
Examples:
  npm run bench -- --only installed-size
  npm run bench -- --only turn-2s-session-20
  npm run --silent bench -- --json

Figures:
${names.map((name) => `  ${name}`).join("\n")}

Exit status: 0, 1 when a figure is not as it has to be or could not be measured, 2 for wrong options.`,
        )
        .exitOverride();
}
