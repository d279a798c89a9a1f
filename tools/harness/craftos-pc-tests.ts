/** `npm run test:craftos-pc`: the specs and the end-to-end tests on CraftOS-PC, by vitest as in `npm test`. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { exitStatus } from "craftos-headless/command-line";
import { findCraftosPc } from "./craftos-pc.ts";
import { projectFolder } from "./disk.ts";
import { backendVariable, craftosPcBackend } from "./tests-backend.ts";

/** CraftOS-PC is not there. */
const statusMissing = 3;

const endToEnd = "tests/e2e";
const files = [
    "host/craftos/tests/specs.test.ts",
    ...readdirSync(join(projectFolder, endToEnd))
        .filter((name) => name.endsWith(".test.ts"))
        .map((name) => `${endToEnd}/${name}`),
];

const program = new Command("npm run test:craftos-pc --")
    .description("Runs the specs and the end-to-end tests on CraftOS-PC, headless.")
    .argument("[filters...]", "parts of names of test files, such as specs or ping; all of them when absent")
    .addHelpText(
        "after",
        `
CRAFTOS_PC is the path of CraftOS-PC's executable, CRAFTOS_PC_ROM that of a folder with bios.lua and rom/ in place of
its own.

Exit status: 0, 1 when a test failed, 2 for wrong options, ${statusMissing} without CraftOS-PC.`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitStatus.usage));
program.parse();

const filters = program.args;
const chosen = files.filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)));
if (chosen.length === 0) program.error(`error: no such test. There are: ${files.join(", ")}`);

const found = await findCraftosPc(process.env);
if ("missing" in found) {
    console.error(found.missing);
    process.exitCode = statusMissing;
} else {
    console.log(
        "The end-to-end tests have passed on CraftOS-PC 2.8.4; the specs have not been run to their end there.",
    );
    process.env[backendVariable] = craftosPcBackend;
    process.argv.splice(2, Infinity, "--project", "direct", "--project", "linked", ...chosen);
    await import("../setup/test.ts");
}
