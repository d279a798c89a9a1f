/** Which parts of the project may know which, as eslint.config.mjs holds it. */
import { join, resolve } from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, test } from "vitest";

const repository = resolve(import.meta.dirname, "../..");

/** This project's configuration, of which the named rules alone are looked at, on files that need not be there. */
function linter(...rules: string[]): ESLint {
    return new ESLint({
        cwd: repository,
        overrideConfig: [tseslint.configs.disableTypeChecked],
        ruleFilter: ({ ruleId }) => rules.includes(ruleId),
    });
}

async function problemsOf(eslint: ESLint, file: string, code: string): Promise<string[]> {
    const [result] = await eslint.lintText(code, { filePath: join(repository, file) });
    return (result?.messages ?? []).map(({ message }) => message);
}

describe("an import", () => {
    const borders = linter("trapos/borders");

    test.each([
        ["host/craftos/src/index.ts", "./machine/machine.ts"],
        ["host/craftos/src/index.ts", "ws"],
        ["host/craftos/src/index.ts", "node:fs"],
        ["host/craftos/tests/boot.test.ts", "../src/index.ts"],
        ["host/craftos/tests/boot.test.ts", "../../../tools/harness/disk.ts"],
        ["host/opencode/tests/start.test.ts", "craftos-headless"],
        ["host/bridge/src/index.ts", "trapos-opencode"],
        ["host/bridge/src/index.ts", "trapos-registry"],
        ["host/bridge/src/index.ts", "../../../src/apis/ai/turn.ts"],
        ["host/opencode/src/index.ts", "../../../src/apis/ai/turn.ts"],
        ["tools/bench/index.ts", "craftos-headless/command-line"],
        ["tools/bench/index.ts", "trapos-registry"],
        ["tools/bench/index.ts", "../harness/disk.ts"],
        ["tests/unit/turn.test.ts", "../../src/apis/ai/turn.ts"],
        ["tests/unit/turn.test.ts", "../../tools/lua/index.ts"],
        ["tests/unit/turn.test.ts", "./support/turn-world.ts"],
        ["tests/computer/boot.test.ts", "craftos-headless"],
        ["tests/computer/boot.test.ts", "../../host/craftos/tests/rom-support.ts"],
        ["src/apis/ai/turn.ts", "./messages"],
        ["src/apis/ai/drive.ts", "./session"],
        ["src/apis/ai/screen.ts", "cc.strings"],
    ])("of %s may be %s", async (file, specifier) => {
        expect(await problemsOf(borders, file, `import * as it from "${specifier}"; it;`)).toEqual([]);
    });

    test.each([
        ["host/craftos/src/index.ts", "../../opencode/src/index.ts", /is of host\/opencode/],
        ["host/craftos/src/index.ts", "trapos-opencode", /is of host\/opencode, which host\/craftos may not/],
        ["host/craftos/src/index.ts", "../../../tools/harness/disk.ts", /is of tools/],
        [
            "host/craftos/src/index.ts",
            "../../../src/apis/ai/turn.ts",
            /is of src, which host\/craftos may not/,
        ],
        ["host/craftos/src/index.ts", "../tests/rom-support.ts", /is a test/],
        ["host/craftos/src/index.ts", "craftos-headless", /is the package itself/],
        ["host/opencode/src/index.ts", "../../../src/apis/ai/drive.ts", /is compiled to Lua/],
        ["host/bridge/src/index.ts", "../../opencode/src/index.ts", /is inside of host\/opencode/],
        [
            "host/bridge/src/index.ts",
            "craftos-headless",
            /is of host\/craftos, which host\/bridge may not know/,
        ],
        ["host/new/src/index.ts", "trapos-registry", /is of host\/registry, which host\/new may not know/],
        ["host/opencode/tests/start.test.ts", "../../craftos/src/index.ts", /is inside of host\/craftos/],
        ["tools/bench/index.ts", "../../host/craftos/src/index.ts", /is inside of host\/craftos/],
        ["tools/bench/index.ts", "../../tests/e2e/support.ts", /is of tests, which tools may not know/],
        ["tools/bench/index.ts", "../../src/apis/ai/session.ts", /is compiled to Lua/],
        ["tests/unit/turn.test.ts", "../../src/apis/ai/session.ts", /is compiled to Lua/],
        ["tests/unit/turn.test.ts", "../../host/craftos/src/machine/wire.ts", /is inside of host\/craftos/],
        ["src/apis/ai/drive.ts", "../../../tools/lua/index", /is of tools, which src may not know/],
        ["src/apis/ai/drive.ts", "craftos-headless", /is of host\/craftos, which src may not know/],
        ["src/apis/ai/turn.ts", "./session", /is not in pureModules/],
    ])("of %s may not be %s", async (file, specifier, problem) => {
        for (const code of [
            `import * as it from "${specifier}"; it;`,
            `import type { It } from "${specifier}"; export type That = It;`,
            `export * from "${specifier}";`,
            `export { it } from "${specifier}";`,
            `export const it = import("${specifier}");`,
            `export type It = import("${specifier}").It;`,
        ]) {
            expect(await problemsOf(borders, file, code), code).toEqual([expect.stringMatching(problem)]);
        }
    });
});

describe("a module that runs in both worlds", () => {
    const globals = linter("no-undef");
    const file = "src/apis/ai/turn.ts";

    test.each([
        'string.find("a", "b")',
        "table.insert([], 1)",
        "os.epoch()",
        "pcall(() => 1)",
        'error("no")',
        'http.get("x")',
        "tostring(1)",
        "$multi(1, 2)",
        "process.exit()",
        'console.log("x")',
        "setTimeout(() => 1)",
    ])("may not call %s", async (call) => {
        expect(await problemsOf(globals, file, `export const it = ${call};`)).toHaveLength(1);
    });

    test("may call what JavaScript itself has", async () => {
        const code = "export const it: Readonly<Record<string, number>> = { a: Math.max(1, [2].length) };";
        expect(await problemsOf(globals, file, code)).toEqual([]);
    });
});
