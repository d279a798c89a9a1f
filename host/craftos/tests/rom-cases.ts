/** Tables of cases that one computer runs: Lua in, what it returned or raised out. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { boot, type ComputerOptions } from "../src/index.ts";

/**
 * What came of a case: the values it returned, or what it raised. nil is null, a list an array, any other table an
 * object, an empty table {}; what JSON has no word for is a string such as "<function>". Strings are bytes, one
 * character each.
 */
export type Outcome = unknown[] | { raised: unknown };

/** What the case is about, a Lua chunk, and what it is to come to. */
export type Case = readonly [what: string, lua: string, outcome: Outcome];

/** A case that raises. Positions in it are in a chunk named "case", whose first line is 1. */
export function raises(message: unknown): Outcome {
    return { raised: message };
}

/** The computer's side. It writes JSON by itself: textutils is what some of the cases are about. */
const RUNNER = `
local function toJson(value, depth)
    local kind = type(value)
    if kind == "nil" then return "null" end
    if kind == "boolean" then return tostring(value) end
    if kind == "number" and value % 1 == 0 then return ("%.0f"):format(value) end
    if kind == "number" and value == value then return ("%.17g"):format(value) end
    if kind == "string" then
        return '"' .. value:gsub('[%c"\\\\\\127-\\255]', function(byte) return ("\\\\u%04x"):format(byte:byte()) end) .. '"'
    end
    if kind ~= "table" or depth > 20 then return '"<' .. tostring(value):match("^%a+") .. '>"' end
    local parts = {}
    if value[1] ~= nil then
        for i = 1, #value do parts[i] = toJson(value[i], depth + 1) end
        return "[" .. table.concat(parts, ",") .. "]"
    end
    for key, field in pairs(value) do
        parts[#parts + 1] = toJson(tostring(key), depth) .. ":" .. toJson(field, depth + 1)
    end
    return "{" .. table.concat(parts, ",") .. "}"
end

local results = fs.open("/results", "wb")
for index = 1, tonumber((...)) do
    local source = fs.open("/cases/" .. index, "rb")
    local chunk = assert(load(source.readAll(), "=case", "t", _ENV))
    source.close()
    local outcome = table.pack(pcall(chunk))
    local values = {}
    for i = 2, outcome.n do values[i - 1] = toJson(outcome[i], 1) end
    results.write(outcome[1] and "[" .. table.concat(values, ",") .. "]" or '{"raised":' .. values[1] .. "}")
    results.write("\\n")
end
results.close()
`;

/**
 * Declares a test for each case. All of them run on one computer, in turn.
 *
 * @param setup Lua that runs before each case, in the same chunk and on its first line: its locals are the case's.
 */
export function cases(
    title: string,
    table: readonly Case[],
    { setup = "", computer = {} }: { setup?: string; computer?: Partial<ComputerOptions> } = {},
): void {
    describe(title, () => {
        let outcomes: unknown[] = [];
        beforeAll(async () => {
            outcomes = await run(table, setup, computer);
        });
        test.each(table.map(([what, , outcome], index) => ({ what, outcome, index })))("$what", (row) => {
            expect(outcomes[row.index]).toEqual(row.outcome);
        });
    });
}

async function run(
    table: readonly Case[],
    setup: string,
    options: Partial<ComputerOptions>,
): Promise<unknown[]> {
    const disk = mkdtempSync(join(tmpdir(), "rom-cases-"));
    try {
        mkdirSync(join(disk, "cases"));
        for (const [index, [, lua]] of table.entries()) {
            writeFileSync(join(disk, "cases", String(index + 1)), `${setup.replaceAll("\n", " ")} ${lua}`);
        }
        writeFileSync(join(disk, "runner.lua"), RUNNER);
        writeFileSync(join(disk, "startup.lua"), `shell.run("/runner.lua", "${table.length}") os.shutdown()`);
        const computer = await boot({ disk, ...options });
        try {
            await computer.exit;
        } finally {
            await computer.close();
        }
        const results = join(disk, "results");
        const lines = existsSync(results) ? readFileSync(results, "latin1").trimEnd().split("\n") : [];
        if (lines.length !== table.length) throw new Error(`The runner failed:\n${computer.transcript()}`);
        return lines.map((line) => JSON.parse(line) as unknown);
    } finally {
        rmSync(disk, { recursive: true, force: true });
    }
}
