import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { interruption } from "craftos-headless/command-line";
import { descendants, killAll } from "trapos-opencode/process-tree";
import { hasBrowserTests, provideChromium } from "./chromium.ts";
import { REPORT_FILE } from "./reporter.ts";
import { countTests, summaryLine, type TestReport } from "./summary.ts";

/** How long vitest may take to end once it is told to. */
const patienceMilliseconds = 3000;

const root = path.resolve(import.meta.dirname, "../..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "trapos-test-"));
const reportFile = path.join(folder, "report.json");
// Tests that are ended in their midst leave their folders: they lie in one that goes in any case.
const temporary = path.join(folder, "tmp");
fs.mkdirSync(temporary);

if (hasBrowserTests(process.argv.slice(2))) provideChromium();

const vitest = spawn(
    process.execPath,
    [
        path.join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--reporter=default",
        `--reporter=${path.join(import.meta.dirname, "reporter.ts")}`,
        ...process.argv.slice(2),
    ],
    {
        cwd: root,
        stdio: "inherit",
        env: {
            ...process.env,
            TMPDIR: temporary,
            TEMP: temporary,
            TMP: temporary,
            [REPORT_FILE]: reportFile,
        },
    },
);
interruption().addEventListener("abort", () => {
    const { pid } = vitest;
    if (pid === undefined) return;
    // Vitest leaves its workers behind where it is ended, and they what their tests have started.
    const started = descendants(pid);
    vitest.kill("SIGTERM");
    const timer = setTimeout(() => vitest.kill("SIGKILL"), patienceMilliseconds);
    vitest.on("exit", () => {
        clearTimeout(timer);
        killAll(started);
    });
});

vitest.on("close", (status) => {
    const counts = countTests(readReport(), status ?? 1);
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
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
