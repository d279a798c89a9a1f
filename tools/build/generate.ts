import fs from "node:fs";
import path from "node:path";
import * as prettier from "prettier";
import { bundle, isOfInstaller } from "./bundle.ts";
import { INSTALLER, INDEX, MANIFEST } from "trapos-registry";
import { compile, readSource } from "./compile.ts";
import {
    asJson,
    indexProblems,
    makeIndex,
    makeManifest,
    packageProblems,
    readDescriptors,
} from "./packages.ts";
import { luaDefinitions, publicTypes, typescriptDeclaration } from "./types.ts";

/** The libraries in src/apis that are for other people's programs. */
const PUBLIC_MODULES = ["libai", "libccpm"];

/** Everything that is made from the sources, and never written by hand. */
export interface Generated {
    /** Content by path from the project's folder. */
    readonly files: ReadonlyMap<string, string>;
    /** What does not fit between packages and files, one line each. Index and manifest are missing then. */
    readonly problems: readonly string[];
}

/**
 * Makes every generated file of the project, without writing any.
 *
 * @param root absolute path of the project's folder
 * @throws BuildError when the source does not compile
 */
export async function generate(root: string): Promise<Generated> {
    const descriptors = readDescriptors(root);
    const source = readSource(root);
    const shown = PUBLIC_MODULES.map((module) => publicTypes(source, `src/apis/${module}.ts`, module));
    const compiled = compile(
        source,
        (file) => descriptors.find(({ files }) => files.includes(file))?.version,
    );
    // The installer is what brings the packages, and in none of them.
    const lua = new Map([...compiled].filter(([file]) => !isOfInstaller(file)));
    const files = new Map(lua);
    if (compiled.has(INSTALLER)) files.set(INSTALLER, bundle(INSTALLER, compiled));
    for (const types of shown) {
        if (types === undefined) continue;
        const declaration = `types/${types.module}.d.ts`;
        const options = await prettier.resolveConfig(path.join(root, declaration), { editorconfig: true });
        const content = typescriptDeclaration(types);
        files.set(declaration, await prettier.format(content, { ...options, parser: "typescript" }));
        files.set(`types/${types.module}.lua`, luaDefinitions(types));
    }
    const exists = (file: string) => fs.existsSync(path.join(root, file));
    const problems = packageProblems(descriptors, [...lua.keys()], exists);
    if (problems.length === 0) {
        const contentOf = (file: string) => lua.get(file) ?? fs.readFileSync(path.join(root, file));
        const index = makeIndex(descriptors, contentOf);
        const tooLarge = indexProblems(index);
        if (tooLarge.length > 0) return { files, problems: tooLarge };
        files.set(INDEX, asJson(index));
        files.set(MANIFEST, asJson(makeManifest(descriptors)));
    }
    return { files, problems };
}
