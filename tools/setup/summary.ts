/** The part of vitest's JSON report that is read here. */
export interface TestReport {
    /** One entry a file. */
    readonly testResults: readonly {
        readonly status: string;
        readonly assertionResults: readonly { readonly status: string }[];
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
 * @param report what vitest wrote, undefined when it wrote nothing
 * @param status vitest's exit status
 */
export function countTests(report: TestReport | undefined, status: number): TestCounts {
    const files = report?.testResults ?? [];
    const tests = files.flatMap(({ assertionResults }) => assertionResults);
    const passed = tests.filter((test) => test.status === "passed").length;
    const failedTests = tests.filter(isFailed).length;
    const failedFiles = files.filter(
        ({ status, assertionResults }) => status === "failed" && !assertionResults.some(isFailed),
    ).length;
    const failed = failedTests + failedFiles;
    return {
        passed,
        failed: failed === 0 && status !== 0 ? 1 : failed,
        skipped: tests.length - passed - failedTests,
    };
}

/** A test that is still pending at the end is one whose process died. */
function isFailed({ status }: { readonly status: string }): boolean {
    return status === "failed" || status === "pending";
}

/** The line that ends a test run. */
export function summaryLine({ passed, failed, skipped }: TestCounts): string {
    const rest = skipped === 0 ? "" : `, ${skipped} skipped`;
    return `${passed} passed, ${failed} failed${rest}`;
}
