import path from "node:path";
import ts from "typescript";
import * as tstl from "typescript-to-lua";
import { commentsPlugin } from "./comments.ts";
import { conditionalPlugin } from "./conditional.ts";
import { format } from "./format.ts";
import { BuildError } from "./problem.ts";
import { printReadable } from "./readable.ts";
import { requiredBy, withAbsoluteRequires } from "./requires.ts";

/** Where the part of TypeScriptToLua's library that the compiled files need is kept: one file for all packages. */
export const LUALIB = "apis/lualib_bundle.lua";

/** The checked TypeScript program of `src/`, before it becomes Lua. */
export interface Source {
    readonly root: string;
    readonly program: ts.Program;
}

/**
 * Reads `src/tsconfig.json` and all it includes.
 *
 * @param root absolute path of the project's folder
 * @throws BuildError for anything TypeScript has to say against it
 */
export function readSource(root: string): Source {
    const parsed = tstl.parseConfigFileWithSystem(path.join(root, "src/tsconfig.json"));
    // A project without any source yet is no error here: its outputs are simply none.
    const errors = parsed.errors.filter(({ code }) => code !== NO_INPUTS);
    if (errors.length > 0) throw new BuildError(describe(errors, root));
    const program = ts.createProgram(parsed.fileNames, parsed.options);
    const found = ts.getPreEmitDiagnostics(program);
    if (found.length > 0) throw new BuildError(describe(found, root));
    return { root, program };
}

const NO_INPUTS = 18003;

/**
 * Compiles the program to Lua.
 *
 * @param source the program
 * @param versionOf gives the version of the package that lists a file, by the file's path from the project's folder
 * (`apis/ai/command.lua`)
 * @returns the Lua by its path from the project's folder
 * @throws BuildError for anything TypeScriptToLua has to say, its warnings included: each is about code that
 * means another thing in Lua than it seems to; and for a version that no package has
 */
export function compile(
    source: Source,
    versionOf: (file: string) => string | undefined = () => undefined,
): Map<string, string> {
    const { root, program } = source;
    const outDir = program.getCompilerOptions().outDir ?? root;
    const printed = new Map<string, string>();
    const { diagnostics } = new tstl.Transpiler().emit({
        program,
        plugins: [
            commentsPlugin(),
            conditionalPlugin(),
            versionPlugin(root, versionOf),
            { printer: printReadable },
        ],
        writeFile: (file, code) => void printed.set(relative(outDir, file), code),
    });
    if (diagnostics.length > 0) throw new BuildError(describe(diagnostics, root));
    return finish(printed);
}

/** What a source declares (`declare const PACKAGE_VERSION: string`) to get the version of the package that lists its Lua. */
const VERSION = "PACKAGE_VERSION";

/** A TypeScriptToLua plugin that writes a package's version as a text: a file of its own would fill a block of the disk. */
function versionPlugin(root: string, versionOf: (file: string) => string | undefined): tstl.Plugin {
    return {
        visitors: {
            [ts.SyntaxKind.Identifier]: (node, context) => {
                if (node.text !== VERSION) return context.superTransformExpression(node);
                const file = relative(path.join(root, "src"), context.sourceFile.fileName).replace(
                    /\.ts$/,
                    ".lua",
                );
                const version = versionOf(file);
                if (version !== undefined) return tstl.createStringLiteral(version, node);
                throw new BuildError(
                    `src/${file.replace(/lua$/, "ts")}: asks for ${VERSION}, but no package lists ${file}; ` +
                        'add it to "files" of the one that owns it, packages/*/ccpm.json',
                );
            },
        },
    };
}

/** Everything that happens to the Lua after TypeScriptToLua printed it. */
function finish(printed: ReadonlyMap<string, string>): Map<string, string> {
    const files = new Map<string, string>();
    for (const [file, code] of printed) {
        // A module of nothing but types is never required: there is nothing to hold at run time.
        if (code.trim() !== "") files.set(file === "lualib_bundle.lua" ? LUALIB : file, code);
    }
    const isOurs = (module: string) => files.has(`${module.slice(1)}.lua`);
    const problems: string[] = [];
    for (const [file, code] of files) {
        const absolute = withAbsoluteRequires(code);
        const unknown = requiredBy(absolute).filter((name) => !name.startsWith("cc.") && !isOurs(name));
        problems.push(
            ...unknown.map(
                (name) => `${file}: requires "${name}", which is neither in src/ nor one of CC's modules`,
            ),
            ...(file === LUALIB ? [] : unreadable(code)).map((problem) => `${file}: ${problem}`),
        );
        files.set(file, format(absolute));
    }
    if (problems.length > 0) throw new BuildError(problems.join("\n"));
    return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What a reader of the Lua would stumble over, and how the source says it better: see docs/build.md. */
function unreadable(code: string): string[] {
    const namesIn = (pattern: RegExp) => [...code.matchAll(pattern)].map(([, name = ""]) => name);
    return [
        ...namesIn(/^\s*local (\w+_\d+)\b/gm).map(
            (name) =>
                `${name} is a name that the compiler had to make up: write an "if" in place of "?:", or name first what ` +
                "a list stands in",
        ),
        // TypeScriptToLua moves it to the top of the file, and its comment gets lost.
        ...namesIn(/^function (\w+)\(/gm).map(
            (name) => `${name} is used above the place where it is declared: declare it first`,
        ),
    ];
}

function relative(from: string, file: string): string {
    return path.relative(from, path.resolve(from, file)).replaceAll(path.sep, "/");
}

function describe(diagnostics: readonly ts.Diagnostic[], root: string): string {
    const host: ts.FormatDiagnosticsHost = {
        getCanonicalFileName: (file) => file,
        getCurrentDirectory: () => root,
        getNewLine: () => "\n",
    };
    const lines = ts
        .sortAndDeduplicateDiagnostics(diagnostics)
        .map((diagnostic) =>
            ts.formatDiagnostic({ ...diagnostic, category: ts.DiagnosticCategory.Error }, host),
        );
    return [...new Set(lines)].join("").trimEnd();
}
