/** `npm run test:opencode`: the end-to-end tests on another opencode than the installed one, by vitest as in `npm test`. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { exitStatus } from "craftos-headless/command-line";
import { dialectOf, findBinary, judgeVersion, readVersion } from "trapos-opencode";
import { projectFolder } from "./disk.ts";
import { dialectVariable, olderFolder, olderOpencode, opencodeVariable } from "./tests-opencode.ts";

/** There is no such opencode. */
const statusMissing = 3;

const endToEnd = "tests/e2e";

interface Options {
    /** The path of an opencode. */
    readonly binary?: string;
}

const program = new Command("npm run test:opencode --")
    .description(
        `Runs the end-to-end tests on another opencode: ${olderOpencode}, the oldest that is to work, or one that is named.`,
    )
    .option("--binary <path>", "the program of an opencode 1 or 2")
    .argument("[filters...]", "parts of names of test files, such as ping; all of them when absent")
    .addHelpText(
        "after",
        `
Without --binary opencode ${olderOpencode} is installed by npm once, into ${olderFolder}: some 180 MB.

Exit status: 0, 1 when a test failed, 2 for wrong options, ${statusMissing} without that opencode.`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitStatus.usage));
program.parse();
const { binary } = program.opts<Options>();

/** Installs the older one, where it is not there yet. @throws Error with one line where that fails */
function provideOlder(): string {
    const from = pathToFileURL(join(olderFolder, "package.json")).href;
    if (!existsSync(join(olderFolder, "node_modules", "opencode-ai"))) {
        console.log(
            `Installing opencode ${olderOpencode} into ${olderFolder}, some 180 MB: this is done once ...`,
        );
        mkdirSync(olderFolder, { recursive: true });
        const words = [
            "install",
            "--prefix",
            olderFolder,
            "--no-save",
            "--loglevel=error",
            `opencode-ai@${olderOpencode}`,
        ];
        const { status } = spawnSync("npm", words, { stdio: "inherit", shell: process.platform === "win32" });
        if (status !== 0) throw new Error(`npm could not install opencode-ai@${olderOpencode}, see above.`);
    }
    return findBinary(from);
}

try {
    const path = binary === undefined ? provideOlder() : resolve(binary);
    const said = await readVersion(path, { ...process.env } as Record<string, string>);
    const { version } = judgeVersion(said, path);
    const dialect = dialectOf(version);
    console.log(`The end-to-end tests ask opencode ${version}, ${path}.`);
    const name = binary === undefined ? olderOpencode : path;
    const chosen = readdirSync(join(projectFolder, endToEnd))
        .filter((file) => file.endsWith(".test.ts"))
        .filter((file) => program.args.length === 0 || program.args.some((part) => file.includes(part)))
        .map((file) => `${endToEnd}/${file}`);
    if (chosen.length === 0) program.error("error: no such test.");
    process.env[opencodeVariable] = name;
    process.env[dialectVariable] = String(dialect);
    process.argv.splice(2, Infinity, "--project", "direct", ...chosen);
    await import("../setup/test.ts");
} catch (error) {
    console.error((error as Error).message);
    process.exitCode = statusMissing;
}
