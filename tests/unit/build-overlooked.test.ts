/** That a tool of `npm run check` which looks at nothing is no tool that is content. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { check, type Finding } from "../../tools/build/check.ts";
import { overlookedProblems } from "../../tools/build/overlooked.ts";
import { newProject, type Project } from "./support/build-project.ts";

const repository = resolve(import.meta.dirname, "../..");
const configurations = [
    ".gitignore",
    ".prettierignore",
    "eslint.config.mjs",
    "tools/lint/borders.mjs",
    "package.json",
    "src/tsconfig.json",
    "tsconfig.json",
    "host/craftos/tests/specs/tsconfig.json",
];

/** The project below has one of the modules that eslint.config.mjs wants to be there. */
const withOnePureModule = (text: string) =>
    text.replace(/(const pureModules = \[)[^\]]*/, '$1"src/apis/ai/turn"');

/** A project with this one's configuration, and a file in each kind of folder. */
function configured(): Project {
    return newProject({
        ...Object.fromEntries(
            configurations.map((file) => [
                file,
                withOnePureModule(readFileSync(join(repository, file), "utf8")),
            ]),
        ),
        "src/apis/ai/turn.ts": "export const turn = 1;\n",
        "src/programs/ai.ts": "print(1);\n",
        "host/craftos/src/index.ts": "export const boot = 1;\n",
        "host/craftos/tests/boot.test.ts": "export const boot = 1;\n",
        "host/craftos/dist/index.js": "export const boot = 1\n",
        "tools/build/cli.ts": "export const build = 1;\n",
        "tools/setup/run.mjs": "export const run = 1;\n",
        "tests/unit/turn.test.ts": "export const turn = 1;\n",
        "host/craftos/tests/specs/fs.spec.ts": "export const fs = 1;\n",
        "apis/ai/turn.lua": "",
        "types/libai.d.ts": "",
    });
}

describe("source files that a tool overlooks", () => {
    test("are none in this project", { timeout: 120_000 }, async () => {
        expect(await overlookedProblems(repository)).toEqual([]);
    });

    test.each<[string, string, string, string, string[]]>([
        [
            "a name without its slash in .prettierignore",
            ".prettierignore",
            "/apis/",
            "apis/",
            ["src/apis/ai: prettier does not look at turn.ts"],
        ],
        [
            "too much in .gitignore",
            ".gitignore",
            "*.log",
            "build/",
            ["tools/build: prettier does not look at cli.ts"],
        ],
        [
            "a name that matches below, too, in eslint.config.mjs",
            "eslint.config.mjs",
            '"programs/"',
            '"**/programs/"',
            ["src/programs: eslint does not look at ai.ts"],
        ],
        [
            "files that no part of eslint.config.mjs is for",
            "eslint.config.mjs",
            '"tests/**/*.ts", ',
            "",
            ["tests/unit: eslint does not look at turn.test.ts"],
        ],
        [
            "a package's sources, which .gitignore has",
            ".gitignore",
            "/host/*/dist/",
            "/host/*/src/",
            ["host/craftos/src: prettier does not look at index.ts"],
        ],
        [
            "a package's tests, which eslint.config.mjs ignores",
            "eslint.config.mjs",
            '"host/*/dist/"',
            '"host/*/dist/", "host/*/tests/"',
            [
                "host/craftos/tests: eslint does not look at boot.test.ts",
                "host/craftos/tests/specs: eslint does not look at fs.spec.ts",
            ],
        ],
        [
            "too little in tsconfig.json",
            "tsconfig.json",
            '"tools", ',
            "",
            ["tools/build: tsc does not look at cli.ts"],
        ],
        [
            "too little in src/tsconfig.json",
            "src/tsconfig.json",
            '["."]',
            '["programs"]',
            ["src/apis/ai: tsc does not look at turn.ts"],
        ],
        [
            "too little in the specs' tsconfig.json",
            "host/craftos/tests/specs/tsconfig.json",
            '["."]',
            '["other"]',
            ["host/craftos/tests/specs: tsc does not look at fs.spec.ts"],
        ],
    ])("are told of after %s", async (_what, file, from, to, problems) => {
        const project = configured();
        expect(await overlookedProblems(project.root)).toEqual([]);
        const text = project.read(file);
        expect(text).toContain(from);
        project.write({ [file]: text.replace(from, to) });
        const found = await overlookedProblems(project.root);
        expect(found.slice(0, -1)).toEqual(problems);
        expect(found.at(-1)).toContain("mend with: ");
    });

    test("are told of in a new folder that no configuration knows", async () => {
        const project = configured();
        project.write({ "server/bridge/index.ts": "export const bridge = 1;\n" });
        expect((await overlookedProblems(project.root)).slice(0, -1)).toEqual([
            "server/bridge: tsc does not look at index.ts",
            "server/bridge: eslint does not look at index.ts",
        ]);
    });

    test("fail the check, whose tools are content", { timeout: 120_000 }, async () => {
        const project = configured();
        project.write({ ".prettierignore": "apis/\n", "src/apis/ai/turn.ts": "export   const turn = 1\n" });
        const findings: Finding[] = [];
        await check(project.root, (finding) => findings.push(finding));
        const problems = Object.fromEntries(findings.map((finding) => [finding.name, finding.problems]));
        expect(problems["formatting"]?.join("\n")).not.toContain("turn.ts");
        expect(problems["overlooked files"]).toContain("src/apis/ai: prettier does not look at turn.ts");
    });
});
