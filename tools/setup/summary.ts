/** What became of a test run. The states are vitest's. */
export interface TestReport {
    readonly files: readonly {
        readonly state: string;
        /** The state of each test in it. */
        readonly tests: readonly string[];
    }[];
}

export interface TestCounts {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
}

/**
 * Counts a test run's outcomes.
 *
 * A file that failed without a failed test of its own (it did not load, or a hook crashed) counts as one failure.
 * So does a run that failed as a whole without any other failure: an error outside of the tests, no test at all,
 * or no report.
 *
 * @param report what the run left behind, undefined when it left nothing
 * @param status vitest's exit status
 */
export function countTests(report: TestReport | undefined, status: number): TestCounts {
    const files = report?.files ?? [];
    const tests = files.flatMap((file) => file.tests);
    const passed = tests.filter((state) => state === "passed").length;
    const failedTests = tests.filter(isFailed).length;
    const failedFiles = files.filter((file) => file.state === "failed" && !file.tests.some(isFailed)).length;
    const failed = failedTests + failedFiles;
    return {
        passed,
        failed: failed === 0 && status !== 0 ? 1 : failed,
        skipped: tests.length - passed - failedTests,
    };
}

/** A test that is still pending at the end is one whose process died. */
function isFailed(state: string): boolean {
    return state === "failed" || state === "pending";
}

/** The line that ends a test run. */
export function summaryLine({ passed, failed, skipped }: TestCounts): string {
    const rest = skipped === 0 ? "" : `, ${skipped} skipped`;
    return `${passed} passed, ${failed} failed${rest}`;
}
