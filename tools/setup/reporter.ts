import fs from "node:fs";
import type { Reporter, TestModule } from "vitest/node";
import type { TestReport } from "./summary.ts";

/** The environment variable that names the file to write. */
export const REPORT_FILE = "TRAPOS_TEST_REPORT";

/** A vitest reporter that writes down what became of each test, for the count at the end. */
export default class CountingReporter implements Reporter {
    onTestRunEnd(modules: readonly TestModule[]): void {
        const report: TestReport = {
            files: modules.map((module) => ({
                state: module.state(),
                tests: [...module.children.allTests()].map((test) => test.result().state),
            })),
        };
        const file = process.env[REPORT_FILE];
        if (file !== undefined) fs.writeFileSync(file, JSON.stringify(report));
    }
}
