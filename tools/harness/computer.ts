/** `npm run computer`: a computer in the terminal, or one that plays a script. */
import { interruption, endQuietlyWithoutReader } from "craftos-headless/command-line";
import { run } from "craftos-headless/cli";
import { installPackages, usualPackages } from "./disk.ts";

endQuietlyWithoutReader();
process.exitCode = await run(process.argv.slice(2), {
    input: process.stdin,
    output: process.stdout,
    print: console.log,
    complain: console.error,
    // npm starts its scripts in the project's folder, and says here where the person is.
    folder: process.env["INIT_CWD"] ?? process.cwd(),
    signal: interruption(),
    program: "npm run computer --",
    packages: { standard: usualPackages, install: installPackages },
});
