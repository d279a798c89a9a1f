import path from "node:path";
import { build } from "./build.ts";
import { BuildError } from "./problem.ts";

const root = path.resolve(import.meta.dirname, "../..");

async function runBuild(): Promise<void> {
    const started = performance.now();
    const { skipped, written, removed, problems } = await build(root);
    for (const file of written) console.log(`wrote ${file}`);
    for (const file of removed) console.log(`removed ${file}: nothing in src/ makes it any more`);
    if (problems.length > 0) throw new BuildError(problems.join("\n"));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(skipped ? "Nothing to build." : `Built in ${seconds} s.`);
}

try {
    await runBuild();
} catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
}
