/** All that the program `runtest` does: runs spec files, in busted's vocabulary, on this computer. */
import { openFile } from "./files";
import { optionsOf, program, refuse, type Options } from "./options";
import { type CaseResult, runFile } from "./run";
import { parse } from "../trapos/commandline";
import { outcome } from "../trapos/failure";
import { explain } from "../trapos/help";
import { inColour } from "../trapos/screen";

declare const PACKAGE_VERSION: string;

const SIGNS = { passed: "+", failed: "-", pending: "?" };
const COLOURS = { passed: colours.green, failed: colours.red, pending: colours.yellow };

interface FileReport {
    file: string;
    cases: CaseResult[];
}

/** What has come of the specs. */
interface Results {
    readonly files: FileReport[];
    readonly failures: CaseResult[];
    readonly counts: { passed: number; failed: number; pending: number };
}

/**
 * Opens the file for the report. That is done before the specs run, for they may leave all handles open, or put
 * something else in the place of what is needed here.
 * @returns what writes the report
 */
function openReport(path: string): (files: FileReport[]) => void {
    const [file, problem] = openFile(path, "w");
    if (file === undefined) refuse(`Cannot write ${path}: ${tostring(problem)}`);
    const toJson = textutils.serializeJSON;
    return (files) => {
        const [ok, mistake] = pcall(() => {
            file.write(toJson({ version: 1, files }));
            file.close();
        });
        if (!ok) refuse(`Cannot write ${path}: ${tostring(mistake)}`);
    };
}

/** Shows a result, and counts it. */
function take(results: Results, cases: CaseResult[], result: CaseResult): void {
    const status = result.status;
    const counts = results.counts;
    table.insert(cases, result);
    counts[status] = counts[status] + 1;
    if (status === "failed") table.insert(results.failures, result);
    inColour(COLOURS[status], print, `${SIGNS[status]} ${table.concat(result.names, " ")}`);
}

/** Shows why cases have failed. */
function showFailures(failures: readonly CaseResult[]): void {
    for (const { names, where, message, expected, got } of failures) {
        print();
        inColour(colours.red, print, table.concat(names, " "));
        if (where !== undefined) print(where);
        if (message !== undefined) print(message);
        if (expected !== undefined) print(`expected: ${expected}`);
        if (got !== undefined) print(`got: ${got}`);
    }
}

function showCounts(counts: Results["counts"]): void {
    print();
    print(`${counts.passed} passed, ${counts.failed} failed`);
    if (counts.pending > 0) print(`${counts.pending} pending`);
}

/** Runs specs and shows what comes of them; false where any failed. */
function runSpecs(options: Options): boolean {
    const writeReport = options.report === undefined ? undefined : openReport(options.report);
    const results: Results = { files: [], failures: [], counts: { passed: 0, failed: 0, pending: 0 } };
    for (const file of options.files) {
        const cases: CaseResult[] = [];
        table.insert(results.files, { file, cases });
        print(file);
        runFile(file, shell, options.skipped, (result) => take(results, cases, result));
    }
    const counts = results.counts;
    showFailures(results.failures);
    showCounts(counts);
    if (writeReport !== undefined) writeReport(results.files);
    if (counts.passed + counts.failed + counts.pending === 0) refuse("There are no cases in them.");
    return counts.failed === 0;
}

/** Does what the words say; false where it was not done, or cases have failed. */
function perform(words: readonly string[]): boolean {
    const line = parse(program, words);
    if (line.command === "help") return explain(program, line);
    if (line.command === "version") {
        print(`runtest ${PACKAGE_VERSION}`);
        return true;
    }
    return runSpecs(optionsOf(line));
}

/**
 * Does what a command line says.
 * @param words the words after the program's name
 * @returns whether it was done and no case has failed; why not has been shown
 */
export function run(words: readonly string[]): boolean {
    const [ok, done] = outcome(() => perform(words));
    if (!ok) printError(done.message);
    return ok && done;
}
