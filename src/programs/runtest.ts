/** `runtest`: runs spec files, in busted's vocabulary, on this computer. */
import { openFile } from "../apis/test/files";
import { type CaseResult, runFile, type Skipped } from "../apis/test/run";

const SPECS = "/specs";
const SIGNS = { passed: "+", failed: "-", pending: "?" };
const COLOURS = { passed: colours.green, failed: colours.red, pending: colours.yellow };

interface FileReport {
    file: string;
    cases: CaseResult[];
}

function show(colour: Colour, text: string): void {
    const before = term.getTextColour();
    if (term.isColour()) term.setTextColour(colour);
    print(text);
    term.setTextColour(before);
}

/** Ends the program as failed, with a word about why. */
function stop(why: string): never {
    printError(why);
    throw "";
}

function usage(): void {
    print("Usage: runtest [files or folders]");
    print("Runs *.spec.lua and *_spec.lua files, those in /specs if none are named.");
    print("--report FILE  results as JSON");
    print("--skip FILE    JSON: names of cases not to run, and why");
}

/** The spec files that a path stands for, in order. */
function specsAt(path: string): string[] {
    if (!fs.exists(path)) stop(`No such file: ${path}`);
    if (!fs.isDir(path)) return [path];
    const found: string[] = [];
    for (const name of fs.list(path)) {
        const inner = `/${fs.combine(path, name)}`;
        if (fs.isDir(inner)) for (const file of specsAt(inner)) found.push(file);
        else if (string.find(name, "[._]spec%.lua$")[0] !== undefined) found.push(inner);
    }
    return found;
}

function readSkipped(path: string): Skipped {
    const [file, problem] = openFile(path, "r");
    if (file === undefined) stop(`Cannot read ${path}: ${tostring(problem)}`);
    const text = file.readAll();
    file.close();
    const [skipped] = [textutils.unserializeJSON(text) as Skipped | undefined];
    return type(skipped) === "table" ? skipped! : stop(`${path} is no JSON object of reasons by name`);
}

/**
 * Opens the file for the report. That is done before the specs run, for they may leave all handles open, or put
 * something else in the place of what is needed here.
 * @returns what writes the report
 */
function openReport(path: string): (files: FileReport[]) => void {
    const [file, problem] = openFile(path, "w");
    if (file === undefined) stop(`Cannot write ${path}: ${tostring(problem)}`);
    const toJson = textutils.serializeJSON;
    return (files) => {
        const [ok, mistake] = pcall(() => {
            file.write(toJson({ version: 1, files }));
            file.close();
        });
        if (!ok) stop(`Cannot write ${path}: ${tostring(mistake)}`);
    };
}

interface Options {
    paths: string[];
    report?: string;
    skipped: Skipped;
}

function read(words: string[]): Options {
    const paths: string[] = [];
    const options: Options = { paths, skipped: {} };
    let next = 0;
    while (next < words.length) {
        const word = words[next]!;
        next += 1;
        if (word === "--report" || word === "--skip") {
            const file = words[next];
            if (file === undefined) stop(`${word} takes a file`);
            next += 1;
            if (word === "--report") options.report = shell.resolve(file);
            else options.skipped = readSkipped(shell.resolve(file));
        } else if (string.sub(word, 1, 1) === "-") {
            stop(`Unknown option ${word}. See: runtest --help`);
        } else {
            paths.push(`/${shell.resolve(word)}`);
        }
    }
    if (paths.length === 0) {
        if (!fs.isDir(SPECS)) stop(`There is no ${SPECS}. Name spec files: runtest my.spec.lua`);
        paths.push(SPECS);
    }
    return options;
}

function run({ paths, report, skipped }: Options): void {
    const files: FileReport[] = [];
    for (const path of paths) for (const file of specsAt(path)) files.push({ file, cases: [] });
    if (files.length === 0) stop(`No *.spec.lua or *_spec.lua in ${table.concat(paths, ", ")}`);

    const tellReport = report === undefined ? undefined : openReport(report);

    const counts = { passed: 0, failed: 0, pending: 0 };
    const failures: CaseResult[] = [];
    for (const { file, cases } of files) {
        print(file);
        runFile(file, shell, skipped, (result) => {
            cases.push(result);
            const status = result.status;
            counts[status] = counts[status] + 1;
            if (status === "failed") failures.push(result);
            show(COLOURS[status], `${SIGNS[status]} ${table.concat(result.names, " ")}`);
        });
    }

    for (const { names, where, message, expected, got } of failures) {
        print();
        show(colours.red, table.concat(names, " "));
        if (where !== undefined) print(where);
        if (message !== undefined) print(message);
        if (expected !== undefined) print(`expected: ${expected}`);
        if (got !== undefined) print(`got: ${got}`);
    }
    print();
    print(`${counts.passed} passed, ${counts.failed} failed`);
    if (counts.pending > 0) print(`${counts.pending} pending`);
    if (tellReport !== undefined) tellReport(files);
    // What failed stands above; the shell only needs to know that something did.
    if (counts.failed > 0) throw "";
    if (counts.passed + counts.pending === 0) stop("There are no cases in them.");
}

const words: string[] = [...$vararg];
if (words[0] === "--help") usage();
else run(read(words));
