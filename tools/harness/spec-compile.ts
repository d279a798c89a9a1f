import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { SourceMapPayload } from "node:module";
import { join, relative, resolve } from "node:path";
import type Compiler from "typescript";
import { projectFolder } from "./disk.ts";

/** A spec file, as it goes onto a computer. */
export interface SpecFile {
    /** Its name without `.spec.ts`; another project's has its path there. */
    name: string;
    /** Path of its source from the project's folder, or as another project's is shown. */
    source: string;
    /** Where it lies on the computer, from its root. */
    file: string;
    /** The Lua. */
    lua: string | Uint8Array;
    /** A folder of the host whose files the computer has, too. */
    disk?: string;
    /** Its source map, as JSON, whose sources are called as `source` is; none when it was written in Lua. */
    map?: string;
}

/** One of ours. */
export interface CompiledSpec extends SpecFile {
    lua: string;
    map: string;
}

/** Where our specs are, from the project's folder. */
export const specFolder = "host/craftos/tests/specs";

const configuration = `${specFolder}/tsconfig.json`;
const cacheFile = ".cache/specs.json";

async function hashOf(root: string): Promise<string> {
    const hash = createHash("sha256");
    const names = (await readdir(join(root, specFolder))).sort().map((name) => `${specFolder}/${name}`);
    for (const file of ["package-lock.json", relative(root, import.meta.filename), ...names]) {
        const path = resolve(root, file);
        hash.update(`${file}\0`).update(existsSync(path) ? await readFile(path) : "");
    }
    return hash.digest("hex");
}

/** What the compilers say, with files as they are called from the folder. */
export function diagnosticsText(
    ts: typeof Compiler,
    found: readonly Compiler.Diagnostic[],
    folder: string,
): string {
    return ts.formatDiagnostics(found, {
        getCanonicalFileName: (file) => file,
        getCurrentDirectory: () => folder,
        getNewLine: () => "\n",
    });
}

/** Gives the sources of a source map other names. */
export function mapWithSources(map: string, nameOf: (source: string) => string): string {
    const parsed = JSON.parse(map) as SourceMapPayload;
    return JSON.stringify({ ...parsed, sources: parsed.sources.map(nameOf) });
}

async function compile(root: string): Promise<CompiledSpec[]> {
    // The compilers take longer to load than all else takes when nothing has changed.
    const { default: ts } = await import("typescript");
    const tstl = await import("typescript-to-lua");
    const parsed = tstl.parseConfigFileWithSystem(join(root, configuration));
    const program = ts.createProgram(parsed.fileNames, parsed.options);
    const printed = new Map<string, string>();
    const found = [...parsed.errors, ...ts.getPreEmitDiagnostics(program)];
    if (found.length === 0) {
        const { diagnostics } = new tstl.Transpiler().emit({
            program,
            writeFile: (file, content) => void printed.set(resolve(file), content),
        });
        found.push(...diagnostics);
    }
    if (found.length > 0) {
        throw new Error(diagnosticsText(ts, found, root));
    }
    const outDir = parsed.options.outDir ?? root;
    const specs = parsed.fileNames.filter((file) => file.endsWith(".spec.ts")).sort();
    return specs.map((file) => {
        const source = relative(root, file).replaceAll("\\", "/");
        const name = source.slice(specFolder.length + 1, -".spec.ts".length);
        // TypeScriptToLua keeps dots for folders.
        const lua = printed.get(resolve(outDir, `${name}_spec.lua`));
        const map = printed.get(resolve(outDir, `${name}_spec.lua.map`));
        if (lua === undefined || map === undefined) throw new Error(`${source} became no Lua.`);
        const shownMap = mapWithSources(map, () => source);
        return { name, source, file: `specs/${name}.spec.lua`, lua, map: shownMap };
    });
}

/**
 * Compiles the specs to Lua, unless that has been done since they changed.
 * @param root the project's folder
 * @throws Error with what TypeScript or TypeScriptToLua has to say against them
 */
export async function compileSpecs(root = projectFolder): Promise<CompiledSpec[]> {
    const inputs = await hashOf(root);
    const cache = join(root, cacheFile);
    try {
        const last = JSON.parse(await readFile(cache, "utf8")) as { inputs: string; files: CompiledSpec[] };
        if (last.inputs === inputs) return last.files;
    } catch {
        // Never compiled, or cut short.
    }
    const files = await compile(root);
    await mkdir(join(root, ".cache"), { recursive: true });
    await rm(cache, { force: true });
    await writeFile(cache, JSON.stringify({ inputs, files }));
    return files;
}
