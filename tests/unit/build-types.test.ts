import ts from "typescript";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { build } from "../../tools/build/build.ts";
import { newProject } from "./support/build-project.ts";
import { runLua } from "../../tools/lua/index.ts";

const LIBRARY = {
    "src/apis/libai.ts": `
/** The library, as a file. */
import type * as shapes from "./ai/shapes";
import type { Ai as Client, Options } from "./ai/shapes";

/** Makes a client.
 * @param options what to change
 * @returns the client
 */
function createAi(options: Options = {}): Client {
    const asked: shapes.Phase[] = [];
    return { ask: () => $multi(true as const, { text: options.name ?? "", asked }) as never };
}
export = createAi;
`,
    "src/apis/ai/shapes.d.ts": `
import type { Failure } from "./failure";

/** What a call returns. */
export type Result<T> = LuaMultiReturn<[true, T] | [false, Failure]>;

/** How far it is. */
export type Phase = "sent" | "done";

export interface Options {
    /** Whom to ask. */
    readonly name?: string;
    onProgress?: (this: void, phase: Phase) => void;
    handle?: Pick<typeof fs, "exists">;
}

/** The client. */
export interface Ai {
    /**
     * Asks.
     * @param prompt what to ask
     * @returns true and the text, or false and the failure
     */
    ask(this: void, prompt: string, phases?: readonly Phase[]): Result<{ text: string }>;
}

export interface Unused { nothing: string }
`,
    "src/apis/ai/failure.ts": `
/** Failures, all of them. */

/** What went wrong. */
export interface Failure { code: string }
`,
};

function errorsIn(root: string, files: readonly string[]): string[] {
    const program = ts.createProgram(
        files.map((file) => path.join(root, file)),
        {
            strict: true,
            noEmit: true,
            module: ts.ModuleKind.CommonJS,
            moduleResolution: ts.ModuleResolutionKind.Bundler,
            lib: ["lib.es2023.d.ts"],
            types: ["lua-types/5.1"],
            typeRoots: [path.join(root, "node_modules")],
        },
    );
    return ts
        .getPreEmitDiagnostics(program)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("the declaration for TypeScript users", () => {
    test("stands without the rest of the project and says what the source says", async () => {
        const project = newProject(LIBRARY);
        await build(project.root);
        const declaration = project.read("types/libai.d.ts");
        expect(declaration).toContain("/** What went wrong. */\n    interface Failure");
        expect(declaration).not.toContain("Failures, all of them");
        expect(declaration).not.toMatch(/\bimport\b|Unused|Client|shapes/);

        const user = newProject({
            "types/libai.d.ts": declaration,
            "use.ts": `import createAi = require("./types/libai");
const ai = createAi({ name: "you", onProgress: (phase: "sent" | "done") => {} });
const [ok, value] = ai.ask("hello", ["sent"]);
if (ok) { const text: string = value.text; } else { const code: string = value.code; }
const reply: createAi.Phase = "done";
`,
            "misuse.ts": 'import createAi = require("./types/libai");\ncreateAi().ask(1);\n',
        });
        expect(errorsIn(user.root, ["use.ts"])).toEqual([]);
        expect(errorsIn(user.root, ["misuse.ts"])).toEqual([expect.stringContaining("'number'")]);
    });

    test("is refused where it would need what users do not have", async () => {
        const project = newProject({
            ...LIBRARY,
            "src/apis/ai/failure.ts": "const codes = { a: 1 };\nexport type Failure = typeof codes;\n",
        });
        await expect(build(project.root)).rejects.toThrow(
            /^src\/apis\/ai\/failure\.ts\(2\): a type for users is taken from codes/,
        );
    });

    test("is refused where two types share a name", async () => {
        const project = newProject({
            ...LIBRARY,
            "src/apis/ai/failure.ts":
                'import type { Phase as Other } from "./other";\nexport interface Failure { phase: Other }\n',
            "src/apis/ai/other.ts": "export type Phase = number;\n",
        });
        await expect(build(project.root)).rejects.toThrow(/another type for users is called Phase too/);
    });
});

describe("the definitions for LuaLS users", () => {
    test("name every type, field, parameter and value", async () => {
        const project = newProject(LIBRARY);
        await build(project.root);
        expect(project.read("types/libai.lua")).toBe(`---@meta

--- The client.
---@class libai.Ai
local Ai = {}

--- Asks.
---@param prompt string what to ask
---@param phases? libai.Phase[]
---@return boolean # true and the text, or false and the failure
---@return { text: string }|libai.Failure
function Ai.ask(prompt, phases) end

--- What went wrong.
---@class libai.Failure
---@field code string

---@class libai.Options
--- Whom to ask.
---@field name? string
---@field onProgress? fun(phase: libai.Phase)
---@field handle? table

--- How far it is.
---@alias libai.Phase "sent"|"done"

--- Makes a client.
---@param options? libai.Options what to change
---@return libai.Ai # the client
local function createAi(options) end

return createAi
`);
        expect(runLua(`return type((function() ${project.read("types/libai.lua")} end)())`)).toEqual([
            "function",
        ]);
    });
});
