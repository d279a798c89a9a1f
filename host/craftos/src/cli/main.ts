#!/usr/bin/env node
/** `craftos`: a computer in the terminal, or one that plays a script. */
import { endQuietlyWithoutReader } from "../command-line/output.ts";
import { interruption } from "../command-line/interruption.ts";
import { run } from "./run.ts";

endQuietlyWithoutReader();
process.exitCode = await run(process.argv.slice(2), {
    input: process.stdin,
    output: process.stdout,
    print: console.log,
    complain: console.error,
    folder: process.cwd(),
    signal: interruption(),
});
