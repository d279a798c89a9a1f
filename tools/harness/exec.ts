/** `npm run trapos-exec` and `npm run craftos-exec`: Lua on a headless computer, from the command line. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import {
    exitStatus,
    interruption,
    httpAllowOption,
    seconds,
    sizeOption,
    endQuietlyWithoutReader,
} from "craftos-headless/command-line";
import { deniedAddresses } from "craftos-headless/cli";
import { conclusion } from "./conclusion.ts";
import { defaultSnippetSeconds, runSnippet } from "./run-snippet.ts";

interface Options {
    bare?: boolean;
    timeout: number;
    size: { width: number; height: number };
    basic?: boolean;
    httpAllow: string[];
}

const bare = process.argv.includes("--bare");
const name = bare ? "craftos-exec" : "trapos-exec";
const program = new Command(`npm run ${name} --`)
    .description(
        "Runs Lua on a headless ComputerCraft computer " +
            (bare ? "without any of our packages" : "with TrapOS installed") +
            ", and prints what it printed.\nThe Lua is a program, with shell and require.",
    )
    .argument("<lua>", "the source")
    .option("--timeout <seconds>", "stop it after so long", seconds, defaultSnippetSeconds)
    .addOption(sizeOption)
    .option("--basic", "a basic computer, without colours")
    .addOption(httpAllowOption)
    .addOption(new Option("--bare").hideHelp())
    .addHelpText(
        "after",
        `
Examples:
  npm run ${name} -- 'print(os.version())'
  npm run ${name} -- --timeout 5 'while true do sleep(1) end'

Exit status: 0, 1 after an error, n after os.shutdown(n), 2 for wrong options, ${exitStatus.timedOut} when the time was up.`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitStatus.usage));

endQuietlyWithoutReader();
program.parse();
const options = program.opts<Options>();
const interrupted = interruption();
const denied = deniedAddresses();
const folder = await mkdtemp(join(tmpdir(), "trapos-exec-"));
try {
    const result = await runSnippet({
        disk: join(folder, "disk"),
        snippet: program.args[0] ?? "",
        bare: options.bare,
        ...options.size,
        colour: !options.basic,
        allow: options.httpAllow,
        onDenied: denied.onDenied,
        timeoutSeconds: options.timeout,
        signal: interrupted,
    });
    if (result.output !== "") console.log(result.output);
    const { line, status } = conclusion(result.end, options.timeout);
    for (const text of [...denied.lines(), ...(line === undefined ? [] : [line])]) console.error(text);
    process.exitCode = status;
} catch (error) {
    console.error((error as Error).message);
    process.exitCode = exitStatus.failed;
} finally {
    await rm(folder, { recursive: true, force: true });
}
