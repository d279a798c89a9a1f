import fs from "node:fs";
import path from "node:path";
import { ESLint } from "eslint";
import prettier from "prettier";
import ts from "typescript";
import { LUA_FOLDERS } from "./packages.ts";

/** What is type checked, from the project's folder: the second by the build, which compiles it. */
const CONFIGURATIONS = ["tsconfig.json", "src/tsconfig.json", "host/craftos/tests/specs/tsconfig.json"];

/** Folders of generated files, which no tool needs to look at. */
const GENERATED = [...LUA_FOLDERS, "types"];

/** What `npm pack` makes of a package of host/. */
const PACKED = /^host\/[^/]+\/dist$/;

/** One of the tools that look at source files. */
interface Tool {
    readonly name: string;
    /** Whether it looks at a file, which is given by its path from the project's folder. */
    readonly looksAt: (file: string) => Promise<boolean> | boolean;
}

/**
 * Finds source files that a tool of the check does not look at, as when a list of what is to be ignored matches too much:
 * such a tool is content with all that it sees. It is told from the tools' own configuration.
 *
 * @param root absolute path of the project's folder
 * @returns a line for each folder and tool
 */
export async function overlookedProblems(root: string): Promise<string[]> {
    const files = sourceFiles(root);
    const problems: string[] = [];
    for (const { name, looksAt } of toolsOf(root)) {
        const overlooked = new Map<string, string[]>();
        for (const file of files) {
            if (await looksAt(file)) continue;
            const folder = path.posix.dirname(file);
            overlooked.set(folder, [...(overlooked.get(folder) ?? []), path.posix.basename(file)]);
        }
        for (const [folder, names] of overlooked) {
            problems.push(`${folder}: ${name} does not look at ${names.join(", ")}`);
        }
    }
    const lists = "what .prettierignore, .gitignore, eslint.config.mjs and the tsconfig.json leave out";
    return problems.length === 0 ? [] : [...problems, `mend with: ${lists}`];
}

function toolsOf(root: string): Tool[] {
    const eslint = new ESLint({ cwd: root });
    const ignorePath = [".prettierignore", ".gitignore"].map((file) => path.join(root, file));
    const typeChecked = new Set(CONFIGURATIONS.flatMap((file) => typeCheckedFiles(root, file)));
    return [
        {
            name: "tsc",
            looksAt: (file) => !/\.[cm]?ts$/.test(file) || typeChecked.has(file),
        },
        {
            name: "eslint",
            looksAt: async (file) =>
                (await eslint.calculateConfigForFile(path.join(root, file))) !== undefined,
        },
        {
            name: "prettier",
            looksAt: async (file) =>
                !(await prettier.getFileInfo(path.join(root, file), { ignorePath })).ignored,
        },
    ];
}

function typeCheckedFiles(root: string, configuration: string): string[] {
    const file = path.join(root, configuration);
    const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as { config: unknown };
    const { fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, path.dirname(file));
    return fileNames.map((name) => path.relative(root, name).replaceAll(path.sep, "/"));
}

/** Every file in TypeScript and JavaScript below the project's folders, by its path from the root, sorted. */
function sourceFiles(root: string, folder = ""): string[] {
    const files: string[] = [];
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
        const file = path.posix.join(folder, entry.name);
        if (entry.name.startsWith(".") || entry.name === "node_modules" || GENERATED.includes(file)) continue;
        if (PACKED.test(file)) continue;
        if (entry.isDirectory()) files.push(...sourceFiles(root, file));
        else if (folder !== "" && /\.[cm]?[jt]s$/.test(entry.name)) files.push(file);
    }
    return files.sort();
}
