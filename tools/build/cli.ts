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

async function runCheck(): Promise<void> {
    const { check } = await import("./check.ts");
    let failed = 0;
    await check(root, ({ name, problems, note }) => {
        console.log(problems.length > 0 ? `${name}: failed` : `${name}: ${note ?? "ok"}`);
        for (const problem of problems) console.log(`    ${problem}`);
        if (problems.length > 0) failed += 1;
    });
    if (failed > 0) throw new BuildError(`${failed} of the checks failed, see above.`);
}

async function runBump(options: readonly string[]): Promise<void> {
    const { bump } = await import("./bump.ts");
    for (const { name, from, to, because } of bump(root, options)) {
        const reason = because.length === 0 ? "" : ` (depends on ${because.join(" and ")})`;
        console.log(`${name} ${from} -> ${to}${reason}`);
    }
    await runBuild();
}

const [command, ...options] = process.argv.slice(2);
try {
    if (command === "build" && options.length === 0) await runBuild();
    else if (command === "check" && options.length === 0) await runCheck();
    else if (command === "bump") await runBump(options);
    else throw new BuildError(`npm run ${command} takes no arguments, but got: ${options.join(" ")}`);
} catch (error) {
    if (!(error instanceof BuildError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
}
