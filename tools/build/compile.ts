import path from "node:path";
import ts from "typescript";
import * as tstl from "typescript-to-lua";
import { commentsPlugin, isInternal } from "./comments.ts";
import { layOut } from "./layout.ts";
import { BuildError } from "./problem.ts";
import { withAbsoluteRequires } from "./requires.ts";
import { shortenNames } from "./shorten.ts";
import { typesPlugin, simplify } from "./simplify.ts";

/** Where the part of TypeScriptToLua's library that the compiled files need is kept: one file for all packages. */
export const LUALIB = "apis/lualib_bundle.lua";

/** The checked TypeScript program of `src/`, before it becomes Lua. */
export interface Source {
    readonly root: string;
    readonly program: ts.Program;
}

/**
 * Reads `tsconfig.lua.json` and all it includes.
 *
 * @param root absolute path of the project's folder
 * @throws BuildError for anything TypeScript has to say against it
 */
export function readSource(root: string): Source {
    const parsed = tstl.parseConfigFileWithSystem(path.join(root, "tsconfig.lua.json"));
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
        plugins: [commentsPlugin(), typesPlugin(), versionPlugin(root, versionOf), { printer: print }],
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

/** TypeScriptToLua's own printer still knows what of its library has to be required. */
class Printer extends tstl.LuaPrinter {
    /** Whether the file is read by nobody but those who work on it, so that the room it takes counts more. */
    private readonly isCompact: boolean;

    constructor(emitHost: tstl.EmitHost, program: ts.Program, fileName: string) {
        super(emitHost, program, fileName);
        const source = program.getSourceFile(fileName);
        this.isCompact = source !== undefined && isInternal(source);
    }

    protected override printFile(file: tstl.File): ReturnType<tstl.LuaPrinter["printFile"]> {
        simplify(file);
        if (this.isCompact) shortenNames(file);
        const library = super.printFile({ ...file, trivia: "", statements: [] });
        return this.concatNodes(file.trivia, library, layOut(file.statements, { isTight: this.isCompact }));
    }
}

const print: tstl.Printer = (program, emitHost, fileName, file) =>
    new Printer(emitHost, program, fileName).print(file);

/** Everything that happens to the Lua after TypeScriptToLua printed it. */
function finish(printed: ReadonlyMap<string, string>): Map<string, string> {
    const files = new Map<string, string>();
    for (const [file, code] of printed) {
        // A module of nothing but types is never required: there is nothing to hold at run time.
        if (code.trim() !== "") files.set(file === "lualib_bundle.lua" ? LUALIB : file, code);
    }
    const isOurs = (module: string) => files.has(`${module}.lua`);
    const problems: string[] = [];
    for (const [file, code] of files) {
        const absolute = withAbsoluteRequires(code, isOurs);
        for (const name of absolute.required) {
            if (!name.startsWith("/") && !name.startsWith("cc.")) {
                problems.push(
                    `${file}: requires "${name}", which is neither in src/ nor one of CC's modules`,
                );
            }
        }
        files.set(file, `${absolute.code.trimEnd()}\n`);
    }
    if (problems.length > 0) throw new BuildError(problems.join("\n"));
    return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
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
