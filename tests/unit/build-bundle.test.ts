import { describe, expect, test } from "vitest";
import { build } from "../../tools/build/build.ts";
import { checkGenerated } from "../../tools/build/check.ts";
import { newProject, type Project } from "./support/build-project.ts";
import { runLua } from "../../tools/lua/index.ts";

/** A program that needs a module, which needs another, which it needs itself, too. */
function withInstaller(): Project {
    const project = newProject({
        "src/apis/core.ts": "export const seen: string[] = [];",
        "src/apis/tool.ts":
            'import { seen } from "./core";\nexport function see(what: string): void {\n    seen.push(what);\n}',
        "src/apis/unused.ts": "export const unused = 1;",
        "src/cc.d.ts": 'declare module "cc.strings" { export function wrap(text: string): string[]; }',
        "src/install.ts":
            'import { wrap } from "cc.strings";\nimport { seen } from "./apis/core";\n' +
            'import { see } from "./apis/tool";\nsee("one");\nsee(wrap("two")[0] as string);\n' +
            'print(`saw ${seen.join()} ${select("#", ...$vararg)}`);',
    });
    project.describe("core", { files: ["apis/core.lua", "apis/tool.lua", "apis/unused.lua"] });
    return project;
}

/** Runs the installer where `require` knows nothing but CC's module, and returns what it printed. */
function run(project: Project): string {
    const setup = `
        function require(name)
            if name == "cc.strings" then return { wrap = function(text) return { text .. "!" } end } end
            error("asked the computer for " .. name, 0)
        end
        function print(text) printed = text end`;
    const lua = project.read("install.lua");
    return runLua(`(function(...)\n${lua}\nend)("--yes")\nreturn printed`, { setup })[0] as string;
}

describe("install.lua", () => {
    test("may have modules of its own, which are nowhere else", async () => {
        const project = withInstaller();
        project.write({
            "src/install/check.ts": 'print("checked");',
            "src/install.ts": 'import "./install/check";',
        });
        expect((await build(project.root)).problems).toEqual([]);
        expect(run(project)).toBe("checked");
        expect(project.exists("install/check.lua")).toBe(false);
        expect(project.read("packages/index.json")).not.toContain("install/");
    });

    test("brings every module that it needs, each once, and leaves CC's to the computer", async () => {
        const project = withInstaller();
        expect((await build(project.root)).problems).toEqual([]);
        expect(run(project)).toBe("saw one,two! 1");
        expect(project.read("install.lua")).not.toContain("unused");
    });

    test("is in no package, and compared with its sources", async () => {
        const project = withInstaller();
        await build(project.root);
        expect(project.read("packages/index.json")).not.toContain("install.lua");
        project.write({ "install.lua": "-- by hand\n" });
        const findings = await checkGenerated(project.root);
        expect(findings.flatMap(({ problems }) => problems)).toEqual([
            "install.lua: not what the build makes",
            "mend with: npm run build",
        ]);
        await build(project.root);
        expect(run(project)).toBe("saw one,two! 1");
    });

    test("is made anew when a module of it changes, and goes with its source", async () => {
        const project = withInstaller();
        await build(project.root);
        project.write({
            "src/apis/tool.ts":
                'import { seen } from "./core";\nexport function see(): void {\n    seen.push("other");\n}',
        });
        project.write({
            "src/install.ts":
                'import { seen } from "./apis/core";\nimport { see } from "./apis/tool";\nsee();\nprint(seen.join());',
        });
        expect((await build(project.root)).written).toContain("install.lua");
        expect(run(project)).toBe("other");
        project.write({ "src/install.ts": "" });
        expect((await build(project.root)).removed).toContain("install.lua");
        expect(project.exists("install.lua")).toBe(false);
    });
});
