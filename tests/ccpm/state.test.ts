/** ccpm's own files: read whole or set aside, and written so that they are read again. */
import { afterAll, describe, expect, test } from "vitest";
import { Bench, contents, modules, ours, type Disk } from "./transaction-support.ts";

const bench = new Bench();
afterAll(() => bench.close());

const LOCK = "trapos/ccpm.lock.json";
const CONFIGURATION = "trapos/ccpm.json";
const CACHE = "trapos/ccpm.cache.json";

const own: Disk = {
    ...modules,
    ...Object.fromEntries(
        ["state", "checking", "formats", "semver"]
            .map((name) => `apis/ccpm/${name}.lua`)
            .map((path) => [path, ours(path)]),
    ),
};

const file = { size: 3, sha256: "ab".repeat(32) };
const alpha = { version: "1.2.3", dependencies: { beta: "^1.0.0" }, files: { "apis/alpha.lua": file } };
const known = { version: "1.2.3", dependencies: alpha.dependencies, description: "Alpha", size: 3 };
const lock = { version: 1, packages: { alpha: { ...alpha, registry: "trapos/ai", automatic: true } } };
const configuration = { version: 1, registries: ["http://one.example/", "owner/repository"] };
const cache = {
    version: 1,
    registries: {
        "owner/repository": { updated: 12345, packages: { alpha: known } },
    },
};
const whole: Disk = {
    [LOCK]: JSON.stringify(lock),
    [CONFIGURATION]: JSON.stringify(configuration),
    [CACHE]: JSON.stringify(cache),
};

/** Runs Lua beside these state files: `readState`, `stateFiles`, and `say`, which shows a value as JSON. */
async function run(lua: string, state: Disk): Promise<{ said: unknown[]; state: Disk }> {
    const program = `
        local state = require("/apis/ccpm/state")
        local stateFiles = state.stateFiles
        local function readState(...) return pcall(state.readState, ...) end
        local encode = require("/apis/trapos/json").encode
        local out = fs.open("/said", "w")
        local function say(...)
            for _, value in ipairs({ ... }) do out.writeLine(encode(type(value) == "table" and value or { value = value })) end
        end
        ${lua}
        out.close()
        os.shutdown()`;
    const disk = bench.disk({ ...own, ...state, "startup.lua": program });
    const { lines } = await bench.run(disk);
    expect(lines).toEqual([]);
    const { said = "", ...files } = contents(disk);
    const rest = Object.entries(files).filter(([path]) => !(path in own) && path !== "startup.lua");
    return {
        said: said
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as unknown),
        state: Object.fromEntries(rest),
    };
}

const read = "local notes = {} local ok, known = readState(fs, notes) say(ok, known, notes)";

test("without files it is empty", async () => {
    const { said, state } = await run(read, {});
    const empty = {
        configuration: { version: 1, registries: {} },
        lock: { version: 1, packages: {} },
        cache: { version: 1, registries: {} },
    };
    // Lua writes an empty list as an object.
    expect(said).toEqual([{ value: true }, empty, {}]);
    expect(state).toEqual({});
});

test("is read, and written so that it reads the same", async () => {
    const { said, state } = await run(
        `${read}
         for path, text in pairs(stateFiles(known, known)) do
             local file = fs.open(path, "w") file.write(text) file.close()
         end
         local _, again = readState(fs, notes)
         say(again, notes)`,
        whole,
    );
    expect(said).toEqual([
        { value: true },
        { configuration, lock, cache },
        {},
        { configuration, lock, cache },
        {},
    ]);
    expect(Object.keys(state)).toEqual(Object.keys(whole).sort());
});

describe("a file that cannot be read", () => {
    const broken: Record<string, [path: string, text: string]> = {
        "is no JSON": [LOCK, '{"version":1,"packages":{"alpha"'],
        "is empty": [LOCK, ""],
        "is JSON of another shape": [CONFIGURATION, '{"version":1,"registries":"one"}'],
        "has no version": [CACHE, '{"registries":{}}'],
    };
    test.each(Object.entries(broken))(
        "as it %s is set aside under a free name, and reported",
        async (_, [path, text]) => {
            const { said, state } = await run(read, {
                ...whole,
                [path]: text,
                [`${path}.broken`]: "an earlier one",
            });
            const [ok, known, notes] = said as [unknown, Record<string, unknown>, string[]];
            expect(ok).toEqual({ value: true });
            expect(notes).toHaveLength(1);
            expect(notes[0]).toMatch(
                new RegExp(`^${path} cannot be read \\(.+\\)\\. It was set aside as ${path}\\.broken2\\.`),
            );
            expect(known).toMatchObject({
                lock: path === LOCK ? { packages: {} } : lock,
                cache: path === CACHE ? { registries: {} } : cache,
            });
            const { [path]: _gone, ...others } = whole;
            expect(state).toEqual({
                ...others,
                [`${path}.broken`]: "an earlier one",
                [`${path}.broken2`]: text,
            });
        },
    );

    test("and cannot be set aside is a failure", async () => {
        const { said, state } = await run(
            `local disk = setmetatable({ move = function() error("/trapos: Access denied", 0) end }, { __index = fs })
             local ok, failure = readState(disk, {})
             say(ok, failure.code, failure.message)`,
            { [LOCK]: "?" },
        );
        expect(said).toEqual([
            { value: false },
            { value: "cannot_write" },
            { value: `${LOCK} cannot be written: Access denied.` },
        ]);
        expect(state).toEqual({ [LOCK]: "?" });
    });
});

test.each([LOCK, CONFIGURATION, CACHE])("%s of a newer ccpm is refused and stays", async (path) => {
    const newer = { ...whole, [path]: '{"version":2,"news":true}' };
    const { said, state } = await run(
        "local ok, failure = readState(fs, {}) say(ok, failure.code, failure.message)",
        newer,
    );
    expect(said).toEqual([
        { value: false },
        { value: "newer_format" },
        { value: `${path} was written by a newer ccpm.` },
    ]);
    expect(state).toEqual(newer);
});

test("when the last package goes, nothing stays", async () => {
    const { said } = await run(
        `local _, before = readState(fs, {})
         local after = { configuration = before.configuration, cache = before.cache, lock = { version = 1, packages = {} } }
         say(stateFiles(after, before))`,
        whole,
    );
    expect(said).toEqual([{ [LOCK]: false, [CONFIGURATION]: false, [CACHE]: false }]);
});

test("without any package, as after a lock that was set aside, registries stay", async () => {
    const { said } = await run(
        "local _, known = readState(fs, {}) local files = stateFiles(known, known) say(files)",
        { [CONFIGURATION]: whole[CONFIGURATION]! },
    );
    const [files] = said as [Record<string, string | false>];
    expect(JSON.parse(String(files[CONFIGURATION]))).toEqual(configuration);
    expect(files).toMatchObject({ [LOCK]: false, [CACHE]: false });
});
