import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { REPORT_FILE } from "./reporter.ts";
import { countTests, summaryLine, type TestReport } from "./summary.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "trapos-test-"));
const reportFile = path.join(folder, "report.json");

const vitest = spawn(
    process.execPath,
    [
        path.join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--reporter=default",
        `--reporter=${path.join(import.meta.dirname, "reporter.ts")}`,
        ...process.argv.slice(2),
    ],
    { cwd: root, stdio: "inherit", env: { ...process.env, [REPORT_FILE]: reportFile } },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => vitest.kill(signal));

vitest.on("close", (status) => {
    const counts = countTests(readReport(), status ?? 1);
    fs.rmSync(folder, { recursive: true, force: true });
    console.log(`\n${summaryLine(counts)}`);
    process.exitCode = counts.failed === 0 ? 0 : 1;
});

/** What the run left behind; undefined when it ended before it could. */
function readReport(): TestReport | undefined {
    try {
        return JSON.parse(fs.readFileSync(reportFile, "utf8")) as TestReport;
    } catch {
        return undefined;
    }
}
