/** `npm run specs -- FOLDER`: the specs of another project, as a person runs them. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeOptions } from "../../tools/setup/node.ts";

const project = resolve(import.meta.dirname, "../..");

/** Where the person stands, with other projects in it. */
let here: string;
beforeAll(async () => {
    here = await mkdtemp(join(tmpdir(), "trapos-other-"));
});
afterAll(() => rm(here, { recursive: true, force: true }));

async function write(files: Record<string, string | Uint8Array>): Promise<void> {
    for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(here, file)), { recursive: true });
        await writeFile(join(here, file), content);
    }
}

interface Ended {
    status: number | null;
    stdout: string;
    stderr: string;
}

/** Runs the program as npm does: in our folder, and told where the person stands. */
function specs(...words: string[]): Promise<Ended> {
    const program = join(project, "tools/harness/specs.ts");
    const child = spawn(process.execPath, [...nodeOptions, program, ...words], {
        cwd: project,
        env: { ...process.env, INIT_CWD: here },
        stdio: ["ignore", "pipe", "pipe"],
    });
    const ended: Ended = { status: null, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (ended.stderr += text));
    return new Promise((done) => child.on("close", (status) => done({ ...ended, status })));
}

const greeting = 'return { text = "hello" }';

describe("specs of another project", () => {
    test("in TypeScript and in Lua run with the project's files, and failures name its lines", async () => {
        await write({
            "door/lib/greeting.lua": greeting,
            "door/lib/greeting.d.ts": "declare const greeting: { text: string };\nexport = greeting;",
            "door/lib/sum.ts": `
                export function sum(...values: number[]): number {
                    let total = 0;
                    for (const value of values) total += value;
                    return total;
                }
                export function broken(): never {
                    throw "no sum";
                }`,
            "door/lib/sum.spec.ts": `
                import { expect } from "cc.expect";
                import greeting = require("./greeting");
                import { broken, sum } from "./sum";
                describe("sum", () => {
                    it("adds", () => {
                        expect(1, redstone.getSides(), "table");
                        assert.are.equal(6, sum(1, 2, 3));
                    });
                    it("adds wrongly", () => {
                        assert.are.equal(7, sum(1, 2, 3));
                    });
                    it("raises", () => broken());
                    it("knows Lua modules", () => {
                        assert.are.equal("hello", greeting.text);
                        assert.are.same(greeting, require("/lib/greeting"));
                    });
                });`,
            "door/tests/door_spec.lua": `
                local greeting = require("/lib/greeting")
                describe("door", function()
                    it("greets", function() assert.are.equal("hello", greeting.text) end)
                    it("has only what runs", function()
                        assert.is_false(fs.exists("/lib/sum.ts"))
                        assert.is_false(fs.exists("/node_modules"))
                        assert.is_false(fs.exists("/.git"))
                    end)
                    it("leaves", function()
                        error("gone")
                    end)
                end)`,
            // None of these may start, or be taken for the project's.
            "door/startup/door.lua": "while true do sleep(1) end",
            "door/startup.lua": "while true do sleep(1) end",
            "door/node_modules/x/x.spec.lua": 'it("is not ours", function() end)',
            "door/.git/y.spec.lua": 'it("is not ours", function() end)',
        });
        const { status, stdout, stderr } = await specs("door");
        expect(stderr).toBe("");
        expect(stdout).toBe(
            [
                "door/lib/sum.spec.ts",
                "  + sum adds",
                "  - sum adds wrongly",
                "      expected: 7",
                "      got: 6",
                "      at door/lib/sum.spec.ts:11",
                "  - sum raises",
                "      no sum",
                "      at door/lib/sum.ts:8",
                "  + sum knows Lua modules",
                "door/tests/door_spec.lua",
                "  + door greets",
                "  + door has only what runs",
                "  - door leaves",
                "      /tests/door_spec.lua:11: gone",
                "      at door/tests/door_spec.lua:11",
                "",
                "4 passed, 3 failed",
                "",
            ].join("\n"),
        );
        expect(status).toBe(1);
    });

    test("a tsconfig.json of the project says how it is compiled, and what is declared", async () => {
        await write({
            // As of an older TypeScript, and with its own words for specs.
            "typed/tsconfig.json": JSON.stringify({
                compilerOptions: {
                    target: "ESNext",
                    lib: ["ESNext"],
                    moduleResolution: "node",
                    strict: true,
                    types: [],
                },
                tstl: { luaTarget: "5.1" },
            }),
            "typed/words.d.ts": `
                declare function it(this: void, name: string, body: (this: void) => void): void;
                declare const assert: { is_true(this: void, value: unknown): void };`,
            "typed/door.ts": "export class Door { isOpen = new Map([['door', true]]).get('door'); }",
            "typed/test/door.spec.ts": `
                import { Door } from "../door";
                it("opens", () => assert.is_true(new Door().isOpen));`,
        });
        const { status, stdout, stderr } = await specs("./typed");
        expect(stderr).toBe("");
        expect(stdout).toBe("typed/test/door.spec.ts\n  + opens\n\n1 passed, 0 failed\n");
        expect(status).toBe(0);
    });

    test.each<[string, Record<string, string | Uint8Array>, number, string]>([
        [
            "has no spec",
            { "project/lib/greeting.lua": greeting, "project/node_modules/x/x.spec.lua": "" },
            1,
            "There is no spec in project: no file is called *.spec.ts, *.spec.lua or *_spec.lua.\n",
        ],
        [
            "is too large for a computer",
            { "project/a.spec.lua": "", "project/map.nbt": new Uint8Array(900_000) },
            1,
            "project has 901 kB, more than the 900 kB that fit onto a computer. Name a folder in it.\n",
        ],
        [
            "does not compile",
            { "project/lib/a.spec.ts": "\nit('adds', () => { const sum: number = '1'; });" },
            1,
            "lib/a.spec.ts(2,26): error TS2322: Type 'string' is not assignable to type 'number'.\n",
        ],
        [
            "is a file",
            { project: greeting },
            2,
            "error: project is neither a folder nor one of our specs: events, fs,",
        ],
        ["is not there", {}, 2, "error: project is neither a folder nor one of our specs: events, fs,"],
    ])("a project that %s is told of in a line", async (_what, files, wanted, message) => {
        await rm(join(here, "project"), { recursive: true, force: true });
        await write(files);
        const { status, stdout, stderr } = await specs("project");
        expect(stderr.startsWith(message), stderr).toBe(true);
        expect(stderr.split("\n")).toHaveLength(2);
        expect(stdout).toBe("");
        expect(status).toBe(wanted);
    });
});
