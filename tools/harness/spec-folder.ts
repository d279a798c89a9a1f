/** The specs of another project: those below a folder, which becomes the disk of the computers that they run on. */
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { CompilerOptions } from "typescript-to-lua";
import { projectFolder } from "./disk.ts";
import { diagnosticsText, mapWithSources, type SpecFile, specFolder } from "./spec-compile.ts";

/** What a project without a tsconfig.json of its own has declared: busted's words, and what the types of CC leave out. */
const ourDeclarations = [`${specFolder}/busted.d.ts`, "src/cc-modules.d.ts", "src/craftos.d.ts"];

/** The disk of a CC computer has 1,000,000, of which `runtest`, its report and what the specs write need some. */
const projectBytes = 900_000;

/** What CC counts for a smaller file. */
const leastFileBytes = 500;

/** Paths of the files below a folder, with slashes, without node_modules, links and what starts with a dot. */
async function filesBelow(folder: string, under = ""): Promise<string[]> {
    const found: string[] = [];
    const entries = await readdir(join(folder, under), { withFileTypes: true });
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
        const path = under === "" ? entry.name : `${under}/${entry.name}`;
        if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
        if (entry.isDirectory()) found.push(...(await filesBelow(folder, path)));
        else if (entry.isFile()) found.push(path);
    }
    return found;
}

/** The files that go onto the disk. Those that would start at boot do not: they might never end. */
async function filesForDisk(folder: string): Promise<string[]> {
    const files = await filesBelow(folder);
    return files.filter((path) => !path.endsWith(".ts") && !/^startup(\/|\.lua$|$)/.test(path));
}

async function requireRoom(folder: string, shown: string): Promise<void> {
    let bytes = 0;
    for (const file of await filesForDisk(folder)) {
        bytes += Math.max((await stat(join(folder, file))).size, leastFileBytes);
    }
    if (bytes <= projectBytes) return;
    const size = `${Math.ceil(bytes / 1000)} kB`;
    throw new Error(
        `${shown} has ${size}, more than the ${projectBytes / 1000} kB that fit onto a computer. Name a folder in it.`,
    );
}

/** Copies a project onto a computer's disk: all but TypeScript, node_modules, links, hidden files and startup files. */
export async function copyProject(folder: string, disk: string): Promise<void> {
    for (const file of await filesForDisk(folder)) {
        await mkdir(dirname(join(disk, file)), { recursive: true });
        await copyFile(join(folder, file), join(disk, file));
    }
}

/**
 * Compiles a spec in TypeScript with all that it imports into one Lua file: by the project's tsconfig.json, or where it has
 * none as what is in src/ is, with busted's words declared.
 */
async function compile(
    folder: string,
    spec: string,
    shownAs: (file: string) => string,
): Promise<{ lua: string; map: string }> {
    const { default: ts } = await import("typescript");
    const tstl = await import("typescript-to-lua");
    const own = join(folder, "tsconfig.json");
    const hasOwn = existsSync(own);
    const parsed = tstl.parseConfigFileWithSystem(hasOwn ? own : join(projectFolder, "src/tsconfig.json"));
    const files = hasOwn
        ? parsed.fileNames
        : [
              ...ourDeclarations.map((file) => join(projectFolder, file)),
              ...(await filesBelow(folder)).map((file) => join(folder, file)),
          ];
    const entry = join(folder, spec);
    const options: CompilerOptions = {
        ...parsed.options,
        ignoreDeprecations: "6.0",
        // A matter of taste, and of an editor.
        noUnusedLocals: false,
        noUnusedParameters: false,
        noEmit: false,
        rootDir: folder,
        outDir: folder,
        sourceMap: true,
        luaBundle: `${basename(spec)}.lua`,
        luaBundleEntry: entry,
        // A path from the computer's root is a file that is on it.
        noResolvePaths: [...(parsed.options.noResolvePaths ?? []), "cc.*", "/**"],
    };
    const program = ts.createProgram([...files.filter((file) => file.endsWith(".d.ts")), entry], options);
    const found = [...parsed.errors, ...ts.getPreEmitDiagnostics(program)];
    let lua: string | undefined;
    let map: string | undefined;
    if (found.length === 0) {
        const { diagnostics } = new tstl.Transpiler().emit({
            program,
            writeFile: (file, content) => {
                if (file.endsWith(".map")) map = content;
                else lua = content;
            },
        });
        found.push(...diagnostics.filter(({ category }) => category === ts.DiagnosticCategory.Error));
    }
    if (found.length > 0) throw new Error(diagnosticsText(ts, found, folder).trimEnd());
    if (lua === undefined || map === undefined) throw new Error(`${spec} became no Lua.`);
    const compiled = program.getSourceFiles().map(({ fileName }) => relative(folder, fileName));
    // In the map of a bundle the compiler leaves a file's folder out.
    const shownSource = (source: string) => {
        const [file, other] = compiled.filter((one) => basename(one) === source);
        return file === undefined || other !== undefined ? source : shownAs(file);
    };
    return { lua, map: mapWithSources(map, shownSource) };
}

/**
 * Finds the specs of another project, and compiles those in TypeScript.
 * @param folder absolute path of the project
 * @param shown how the folder is called in what is said about it
 * @throws Error with a line for a project without specs or too large for a computer, or with what the compilers say
 */
export async function specsOf(folder: string, shown: string): Promise<SpecFile[]> {
    const files = (await filesBelow(folder)).filter((file) => /(\.spec\.ts|[._]spec\.lua)$/.test(file));
    if (files.length === 0) {
        throw new Error(
            `There is no spec in ${shown}: no file is called *.spec.ts, *.spec.lua or *_spec.lua.`,
        );
    }
    await requireRoom(folder, shown);
    const shownAs = (file: string) => join(shown, file).replaceAll("\\", "/");
    const specs: SpecFile[] = [];
    for (const file of files) {
        const spec = { name: file, source: shownAs(file), disk: folder };
        if (file.endsWith(".ts")) {
            const compiled = await compile(folder, file, shownAs);
            specs.push({ ...spec, file: file.replace(/\.ts$/, ".lua"), ...compiled });
        } else {
            specs.push({ ...spec, file, lua: await readFile(join(folder, file)) });
        }
    }
    return specs;
}
