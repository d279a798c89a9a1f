/** `npm run computer`: a computer in the terminal, or one that plays a script. */
import { endQuietlyWithoutReader } from "../../harness/options.ts";
import { run } from "./run.ts";

endQuietlyWithoutReader();
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort(name));
process.exitCode = await run(process.argv.slice(2), {
    input: process.stdin,
    output: process.stdout,
    print: console.log,
    complain: console.error,
    // npm starts its scripts in the project's folder, and says here where the person is.
    folder: process.env["INIT_CWD"] ?? process.cwd(),
    signal: stop.signal,
});
