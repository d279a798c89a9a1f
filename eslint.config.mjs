import fs from "node:fs";
import path from "node:path";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { borders } from "./tools/lint/borders.mjs";

/**
 * The modules of src/ that run in both worlds: compiled to Lua on a computer, and as they stand in Node. They call nothing
 * that one of the worlds alone has, and import nothing but each other. Without ".ts" and ".d.ts"; "folder/*" stands for all
 * that are in a folder.
 */
const pureModules = [
    "src/apis/ai/ask",
    "src/apis/ai/codes",
    "src/apis/ai/copy",
    "src/apis/ai/doctor/check",
    "src/apis/ai/doctor/judge",
    "src/apis/ai/jobs/shapes",
    "src/apis/ai/link/channel",
    "src/apis/ai/link/frames",
    "src/apis/ai/link/pause",
    "src/apis/ai/link/problems",
    "src/apis/ai/messages",
    "src/apis/ai/profile",
    "src/apis/ai/protocol",
    "src/apis/ai/server/opencode1/routes",
    "src/apis/ai/server/opencode2/asks",
    "src/apis/ai/server/opencode2/forms",
    "src/apis/ai/server/opencode2/promptid",
    "src/apis/ai/server/opencode2/routes",
    "src/apis/ai/server/opencode2/rules",
    "src/apis/ai/server/opencode2/shapes",
    "src/apis/ai/server/opencode2/translate",
    "src/apis/ai/server/prompt",
    "src/apis/ai/server/route",
    "src/apis/ai/stop",
    "src/apis/ai/toolcalls",
    "src/apis/ai/turn",
    "src/apis/ai/turn/*",
    "src/apis/trapos/scroll",
    "src/apis/trapos/shapes",
];

/** What every TypeScript file keeps to. */
const common = {
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { trapos: { rules: { borders } } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
        "trapos/borders": ["error", { root: import.meta.dirname, pure: pureModules }],
        eqeqeq: "error",
        "no-console": "off",
        "prefer-const": "error",
        "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
        "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
        "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
        // Interfaces promise more than some of their implementations need.
        "@typescript-eslint/require-await": "off",
        "@typescript-eslint/switch-exhaustiveness-check": [
            "error",
            { considerDefaultExhaustiveForUnions: true },
        ],
    },
};

/** JavaScript habits that mean something else once they are Lua. */
const luaTraps = [
    {
        selector: "CallExpression[callee.property.name=/^trim(Start|End)?$/][arguments.length=0]",
        message: "Compiled to Lua it cuts single bytes off UTF-8 letters: use string.match with a pattern.",
    },
    {
        selector: ":function[async=true], AwaitExpression",
        message: "A promise never pulls an event, so it never waits on a computer: use the parallel API.",
    },
];

/** A module of src/ that was moved or deleted would be free of the rules for it, without a word. */
function filesOf(module) {
    const files = [`${module}.ts`, `${module}.d.ts`];
    const wanted = module.endsWith("/*") ? [path.dirname(module)] : files;
    if (wanted.some((file) => fs.existsSync(path.join(import.meta.dirname, file)))) return files;
    throw new Error(`eslint.config.mjs: pureModules has ${module}, which is not there`);
}

export default defineConfig(
    globalIgnores(["apis/", "programs/", "startup/", "types/", "host/*/dist/", ".cache/", ".computer/"]),
    {
        files: ["host/**/*.ts", "tools/**/*.ts", "tests/**/*.ts", "*.config.ts"],
        ignores: ["host/craftos/tests/specs/**"],
        ...common,
        languageOptions: {
            parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
        },
    },
    {
        files: ["host/craftos/tests/specs/**/*.ts"],
        ...common,
        languageOptions: {
            parserOptions: {
                project: "./host/craftos/tests/specs/tsconfig.json",
                tsconfigRootDir: import.meta.dirname,
            },
        },
        rules: {
            ...common.rules,
            // Specs look at what computers give, which declarations only hope for.
            "@typescript-eslint/no-unnecessary-condition": "off",
            "@typescript-eslint/only-throw-error": "off",
            // require is one of the things that specs look at.
            "@typescript-eslint/no-require-imports": "off",
            "no-restricted-syntax": ["error", ...luaTraps],
        },
    },
    {
        files: ["src/**/*.ts"],
        ...common,
        languageOptions: {
            parserOptions: { project: "./src/tsconfig.json", tsconfigRootDir: import.meta.dirname },
        },
        rules: {
            ...common.rules,
            // "" and 0 are true in Lua.
            "@typescript-eslint/strict-boolean-expressions": [
                "error",
                { allowString: false, allowNumber: false, allowNullableBoolean: true },
            ],
            // Lua's functions return nil where the declarations of CC's APIs do not say so.
            "@typescript-eslint/no-unnecessary-condition": "off",
            // An error's value is a plain text or a table in Lua.
            "@typescript-eslint/only-throw-error": "off",
            // CommonJS is how a function becomes what require returns.
            "@typescript-eslint/no-require-imports": "off",
            "no-restricted-syntax": ["error", ...luaTraps],
        },
    },
    {
        // What the browser gets: templates give any node, so that rules by type would see no more than tsc does.
        files: ["host/bridge/page/**/*.js"],
        extends: [tseslint.configs.recommended],
        linterOptions: { reportUnusedDisableDirectives: "error" },
        languageOptions: {
            globals: Object.fromEntries(
                [
                    "addEventListener",
                    "removeEventListener",
                    "clearTimeout",
                    "crypto",
                    "document",
                    "fetch",
                    "history",
                    "localStorage",
                    "location",
                    "setInterval",
                    "setTimeout",
                    "EventSource",
                    "FormData",
                    "URLSearchParams",
                ].map((name) => [name, "readonly"]),
            ),
        },
        rules: {
            eqeqeq: "error",
            "prefer-const": "error",
            "no-undef": "error",
            "no-eval": "error",
            "no-restricted-syntax": [
                "error",
                {
                    selector:
                        "Identifier[name=/^(innerHTML|outerHTML|dangerouslySetInnerHTML|insertAdjacentHTML)$/]",
                    message: "What comes from elsewhere is a text.",
                },
            ],
        },
    },
    {
        files: pureModules.flatMap(filesOf),
        // Without globals of either world: what is left is JavaScript's own, of which Lua gets what src/ may use.
        languageOptions: { globals: {} },
        rules: { "no-undef": "error" },
    },
);
