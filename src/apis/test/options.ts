/** What `runtest` understands, and what its words stand for. */
import type { CommandLine, Command, Program } from "../trapos/commandline";
import { openFile } from "./files";
import type { Skipped } from "./run";

/** Where specs are looked for when none are named. */
const SPECS = "/specs";

/** The one thing that it does. It has no name, so that every word is a path. */
const RUN: Command = {
    name: "",
    usage: "runtest [files or folders]",
    purpose: `Run *.spec.lua and *_spec.lua files, those in ${SPECS} if none are named`,
    most: Infinity,
};

export const program: Program = {
    name: "runtest",
    commands: [RUN],
    help: { name: "--help", usage: "runtest --help", purpose: "Show this" },
    flags: [
        { name: "report", value: "FILE", purpose: "Results as JSON" },
        { name: "skip", value: "FILE", purpose: "JSON: names of cases not to run, and why" },
    ],
    usual: RUN.name,
    otherwise: RUN.name,
};

/** What is to be run, and where its results go. */
export interface Options {
    /** Spec files, in the order in which they run. */
    readonly files: readonly string[];
    /** Where the report goes; absent where none is wanted. */
    readonly report?: string;
    readonly skipped: Skipped;
}

/** Fails with a word about why. */
export function refuse(message: string): never {
    throw { code: "bad_command_line", message, hint: "" };
}

/** The spec files that a path stands for, in order. */
function specsAt(path: string): string[] {
    if (!fs.exists(path)) refuse(`No such file: ${path}`);
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
    if (file === undefined) refuse(`Cannot read ${path}: ${tostring(problem)}`);
    const text = file.readAll();
    file.close();
    const [skipped] = [textutils.unserializeJSON(text) as Skipped | undefined];
    return type(skipped) === "table" ? skipped! : refuse(`${path} is no JSON object of reasons by name`);
}

/** The files and folders that were named, or the usual one. */
function pathsIn(words: readonly string[]): string[] {
    const paths: string[] = [];
    for (const word of words) table.insert(paths, `/${shell.resolve(word)}`);
    if (paths.length > 0) return paths;
    if (!fs.isDir(SPECS)) refuse(`There is no ${SPECS}. Name spec files: runtest my.spec.lua`);
    return [SPECS];
}

/** What a command line stands for. Raises what keeps it from being done, as a failure. */
export function optionsOf(line: CommandLine): Options {
    const paths = pathsIn(line.words);
    const files: string[] = [];
    for (const path of paths) for (const file of specsAt(path)) table.insert(files, file);
    if (files.length === 0) refuse(`No *.spec.lua or *_spec.lua in ${table.concat(paths, ", ")}`);
    const report = line.flags.report as string | undefined;
    const skip = line.flags.skip as string | undefined;
    return {
        files,
        report: report === undefined ? undefined : shell.resolve(report),
        skipped: skip === undefined ? {} : readSkipped(shell.resolve(skip)),
    };
}
