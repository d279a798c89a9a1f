import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { staleFiles } from "./build.ts";
import { dependencyProblems } from "./dependencies.ts";
import { generate, type Generated } from "./generate.ts";
import { overlookedProblems } from "./overlooked.ts";
import { INDEX, type Index } from "trapos-registry";
import { readDescriptors } from "./packages.ts";
import { BuildError } from "./problem.ts";
import { publishedPackages, UNPUBLISHED, versionProblems } from "./published.ts";

/** One thing that was looked at. */
export interface Finding {
    /** What was looked at, as a heading. */
    readonly name: string;
    /** What is wrong, and how to mend it; empty when all is well. */
    readonly problems: readonly string[];
    /** What could not be looked at, and why. */
    readonly note?: string;
}

/**
 * Looks at everything that a change has to keep right, apart from the tests.
 *
 * @param root absolute path of the project's folder
 * @param report called with each finding, in a fixed order
 */
export async function check(root: string, report: (finding: Finding) => void): Promise<void> {
    const tool = (program: string, ...options: string[]) => runTool(root, program, options);
    const typeProblems = (configuration: string) =>
        tool("typescript/bin/tsc", "--pretty", "false", "--noEmit", "--project", configuration);
    // All at once, since each waits for the disk and for compilers of its own.
    const findings = [
        Promise.all([
            typeProblems("tsconfig.json"),
            typeProblems("host/craftos/tests/specs/tsconfig.json"),
            typeProblems("host/bridge/tsconfig.page.json"),
        ]).then((problems) => [{ name: "types", problems: problems.flat() }]),
        checkGenerated(root),
        tool("eslint/bin/eslint.js", "--max-warnings=0").then((problems) => [{ name: "lint", problems }]),
        tool("prettier/bin/prettier.cjs", "--check", "--log-level=warn", ".").then((problems) => [
            { name: "formatting", problems: formattingProblems(problems) },
        ]),
        overlookedProblems(root).then((problems) => [{ name: "overlooked files", problems }]),
    ];
    for (const group of findings) {
        for (const finding of await group) report(finding);
    }
}

/** @returns the tool's output by lines when it failed, nothing otherwise */
function runTool(root: string, program: string, options: readonly string[]): Promise<string[]> {
    const file = path.join(root, "node_modules", program);
    const child = spawn(process.execPath, [file, ...options], {
        cwd: root,
        stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (status) => {
            const output = Buffer.concat(chunks).toString("utf8").trim();
            const failed = status !== 0;
            resolve(failed ? (output || `${program} ended with status ${status}`).split("\n") : []);
        });
    });
}

function formattingProblems(lines: readonly string[]): string[] {
    const files = lines
        .filter((line) => !line.includes("Code style issues"))
        .map((line) => line.replace(/^\[warn\] /, ""));
    return files.length === 0 ? [] : [...files, "mend with: npx prettier --write ."];
}

/**
 * Looks at what the build makes: whether it compiles, whether the committed files are what it would make now, and
 * whether the packages' versions fit.
 */
export async function checkGenerated(root: string): Promise<Finding[]> {
    let generated: Generated;
    try {
        generated = await generate(root);
    } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        return [{ name: "sources for the computer", problems: error.message.split("\n") }];
    }
    const index = generated.files.get(INDEX);
    return [
        { name: "sources for the computer", problems: [] },
        { name: "generated files", problems: driftProblems(root, generated) },
        { name: "packages", problems: [...generated.problems, ...dependencyProblems(readDescriptors(root))] },
        ...(index === undefined ? [] : [checkVersions(root, JSON.parse(index) as Index)]),
    ];
}

/** Finds the committed files that are not what the build would make now. */
function driftProblems(root: string, generated: Generated): string[] {
    const problems: string[] = [];
    for (const [file, content] of generated.files) {
        const target = path.join(root, file);
        if (!fs.existsSync(target)) problems.push(`${file}: missing`);
        else if (fs.readFileSync(target, "utf8") !== content)
            problems.push(`${file}: not what the build makes`);
    }
    for (const file of staleFiles(root, new Set(generated.files.keys())))
        problems.push(`${file}: nothing in src/ makes it`);
    return problems.length === 0 ? [] : [...problems, "mend with: npm run build"];
}

function checkVersions(root: string, now: Index): Finding {
    const name = "versions";
    const versions = new Map(Object.entries(now.packages).map(([one, { version }]) => [one, version]));
    const published = publishedPackages(root, versions);
    if (published === undefined) {
        return { name, problems: [], note: "no git history here, so not compared with what was published" };
    }
    const unpublished = [...versions].filter(([, version]) => version === UNPUBLISHED).map(([one]) => one);
    return {
        name,
        problems: versionProblems(now, published),
        ...(unpublished.length > 0 && {
            note: `ok; never published and free to change: ${unpublished.join(", ")}`,
        }),
    };
}
