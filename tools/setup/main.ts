import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "../build/build.ts";
import { BuildError } from "../build/problem.ts";
import { summaryLine } from "./summary.ts";

interface Command {
    /** The program, by its path from the project's folder. */
    readonly program: string;
    /** Arguments that stand before the user's. */
    readonly options?: readonly string[];
    /** Whether it runs what the build makes. */
    readonly needsBuild?: boolean;
}

const COMMANDS: Readonly<Record<string, Command>> = {
    build: { program: "tools/build/cli.ts", options: ["build"] },
    check: { program: "tools/build/cli.ts", options: ["check"] },
    bump: { program: "tools/build/cli.ts", options: ["bump"] },
    test: { program: "tools/setup/test.ts", needsBuild: true },
    specs: { program: "tools/harness/specs.ts", needsBuild: true },
    "test:craftos-pc": { program: "tools/harness/craftos-pc-tests.ts", needsBuild: true },
    "test:opencode": { program: "tools/harness/opencode-tests.ts", needsBuild: true },
    start: { program: "tools/harness/start.ts", needsBuild: true },
    registry: { program: "tools/harness/registry.ts", needsBuild: true },
    bridge: { program: "host/bridge/src/cli/main.ts", needsBuild: true },
    soak: { program: "tests/soak/index.ts", needsBuild: true },
    bench: { program: "tools/bench/index.ts", needsBuild: true },
    computer: { program: "tools/harness/computer.ts", needsBuild: true },
    "trapos-exec": { program: "tools/harness/exec.ts", needsBuild: true },
    "craftos-exec": { program: "tools/harness/exec.ts", options: ["--bare"], needsBuild: true },
};

const root = path.resolve(import.meta.dirname, "../..");

// What npm started may be killed, and nothing is to run on without it.
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();

/** @returns whether the outputs are as the sources want them */
async function buildQuietly(): Promise<boolean> {
    try {
        const { problems } = await build(root, { onStart: () => console.log("Building ...") });
        for (const problem of problems) console.error(problem);
        return problems.length === 0;
    } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        console.error(error.message);
        return false;
    }
}

const [name = "", ...userOptions] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
    console.error(`Unknown command "${name}". Known are: ${Object.keys(COMMANDS).join(", ")}.`);
    process.exitCode = 1;
} else if (command.needsBuild === true && !(await buildQuietly())) {
    console.error("The build failed, see above.");
    if (name === "test") console.log(`\n${summaryLine({ passed: 0, failed: 1, skipped: 0 })}`);
    process.exitCode = 1;
} else {
    const program = path.join(root, command.program);
    process.argv = [process.argv0, program, ...(command.options ?? []), ...userOptions];
    await import(pathToFileURL(program).href);
}
