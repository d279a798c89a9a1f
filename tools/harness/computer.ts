/** `npm run computer`: a computer in the terminal, or one that plays a script. */
import { interruption } from "../command-line/interruption.ts";
import { endQuietlyWithoutReader } from "../command-line/output.ts";
import { run } from "../computer/cli/run.ts";
import { installPackages } from "./disk.ts";

endQuietlyWithoutReader();
process.exitCode = await run(process.argv.slice(2), {
    input: process.stdin,
    output: process.stdout,
    print: console.log,
    complain: console.error,
    // npm starts its scripts in the project's folder, and says here where the person is.
    folder: process.env["INIT_CWD"] ?? process.cwd(),
    signal: interruption(),
    packages: { standard: ["trapos"], install: installPackages },
});
