/** The program `runtest` as a user meets it: what it prints, what it reports and how it ends. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { boot } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";

interface Run {
    /** What it printed, by rows. */
    rows: string[];
    succeeded: boolean;
    report?: { files: { file: string; cases: Record<string, unknown>[] }[] };
}

/** Runs `runtest` with the words, on a pocket computer's screen, over spec files in /specs. */
async function runtest(words: string, specs: Record<string, string>): Promise<Run> {
    const disk = mkdtempSync(join(tmpdir(), "trapos-runtest-"));
    onTestFinished(() => rmSync(disk, { recursive: true, force: true }));
    await installPackages(disk, ["trapos-test"]);
    mkdirSync(join(disk, "specs"));
    for (const [name, lua] of Object.entries(specs)) writeFileSync(join(disk, "specs", name), lua);
    const startup = `term.clear() term.setCursorPos(1, 1) os.shutdown(shell.run("/programs/runtest ${words}") and 0 or 1)`;
    writeFileSync(join(disk, "startup.lua"), startup);
    const computer = await boot({ disk, width: 26, height: 20 });
    onTestFinished(() => computer.close());
    const { status } = await computer.exit;
    const report = join(disk, "report.json");
    const text = words.includes("--report /") ? readFileSync(report, "utf8") : undefined;
    return {
        rows: computer.transcript().split("\n"),
        succeeded: status === 0,
        ...(text !== undefined && { report: JSON.parse(text) as NonNullable<Run["report"]> }),
    };
}

const passing = `describe("sums", function() it("add up", function() assert.are.equal(3, 1 + 2) end) end)`;

test("prints each case and the counts, and succeeds", async () => {
    const { rows, succeeded } = await runtest("", { "a.spec.lua": passing });
    expect(rows).toEqual(["/specs/a.spec.lua", "+ sums add up", "", "1 passed, 0 failed"]);
    expect(succeeded).toBe(true);
});

test("--version is no run, and what is no flag is told how to go on", async () => {
    expect((await runtest("--version", { "a.spec.lua": passing })).rows).toEqual([
        expect.stringMatching(/^runtest \d+\.\d+\.\d+$/),
    ]);
    const { rows, succeeded } = await runtest("--bogus", { "a.spec.lua": passing });
    expect(rows).toEqual(["There is no flag --bogus.", "See: runtest --help"]);
    expect(succeeded).toBe(false);
});

test("every word is a path, run among them", async () => {
    const { rows } = await runtest("run", { "a.spec.lua": passing });
    expect(rows).toEqual(["No such file: /run"]);
});

test("a failure shows file, line and values, and fails the program", async () => {
    const { rows, succeeded } = await runtest("", {
        "a.spec.lua": `it("is 3", function()\n  assert.are.equal(3, "x\\n")\nend)`,
    });
    expect(rows.slice(1)).toEqual([
        "- is 3",
        "",
        "is 3",
        "/specs/a.spec.lua:2",
        "expected: 3",
        'got: "x\\n"',
        "",
        "0 passed, 1 failed",
    ]);
    expect(succeeded).toBe(false);
});

test("a file that does not compile is a failed case", async () => {
    const { rows, succeeded } = await runtest("", { "a.spec.lua": "local = 1", "b.spec.lua": passing });
    expect(rows).toContain("- loads");
    expect(rows).toContain("1 passed, 1 failed");
    expect(succeeded).toBe(false);
});

test("before_each and after_each run around each case, outer ones outside, after failures too", async () => {
    const { rows } = await runtest("", {
        "a.spec.lua": `
            local order = ""
            local function note(word) return function() order = order .. word end end
            before_each(note("a")) after_each(note("d"))
            describe("inner", function()
                before_each(note("b")) after_each(note("c"))
                it("one", function() error("x") end)
                it("two", function() end)
            end)
            it("saw them", function() assert.are.equal("abcdabcda", order) end)`,
    });
    expect(rows).toContain("+ saw them");
});

test("pending cases are told apart and do not fail the program", async () => {
    const { rows, succeeded } = await runtest("", {
        "a.spec.lua": `it("later") it("not here", function() pending("no modem") end) ${passing}`,
    });
    expect(rows.slice(1)).toEqual([
        "? later",
        "? not here",
        "+ sums add up",
        "",
        "1 passed, 0 failed",
        "2 pending",
    ]);
    expect(succeeded).toBe(true);
});

test("writes a report", async () => {
    const { report } = await runtest("--report /report.json", {
        "a.spec.lua": `${passing} it("fails", function() assert.is_true(nil, "why") end)`,
    });
    expect(report?.files).toEqual([
        {
            file: "/specs/a.spec.lua",
            cases: [
                { names: ["sums", "add up"], status: "passed" },
                {
                    names: ["fails"],
                    status: "failed",
                    where: "/specs/a.spec.lua:1",
                    message: "why",
                    expected: "true",
                    got: "nil",
                },
            ],
        },
    ]);
});

test("cases that are to be skipped are not run", async () => {
    const { rows, succeeded } = await runtest("--skip /specs/skip.json", {
        "skip.json": `{"sums never": "not on this machine"}`,
        "a.spec.lua": `describe("sums", function() it("never", function() os.shutdown(9) end) end)`,
    });
    expect(rows).toContain("? sums never");
    expect(succeeded).toBe(true);
});

test("Ctrl+T ends all of it", async () => {
    const { rows, succeeded } = await runtest("", {
        "a.spec.lua": `
            it("waits", function() os.queueEvent("terminate") os.pullEvent("never") end)
            it("is not reached", function() end)`,
    });
    expect(rows).toEqual(["/specs/a.spec.lua", "Terminated"]);
    expect(succeeded).toBe(false);
});

test("every form of an assertion holds and fails as it says", async () => {
    const holding = [
        "assert(true)",
        "assert.same({ 1, { a = false } }, { 1, { a = false } })",
        "assert.are_not.same({ 1 }, { 1, 2 })",
        "assert.are_not.same({ 1, 2 }, { 1 })",
        "assert.are_not.equal({}, {})",
        "assert.is_not_nil(false)",
        "assert.is_falsy(nil)",
        "assert.is.truthy(0)",
        "assert.is_table({})",
        'assert.matches("^a", "abc")',
        'assert.does_not_match("^b", "abc")',
        'assert.has_error(function() error("x") end, "x")',
        "assert.has_error(function() error({ 1 }) end, { 1 })",
        "assert.has_no.errors(function() end)",
        'assert.error_matches(function() error("abc") end, "b")',
    ];
    const failing = [
        "assert(false)",
        "assert.same({ false }, {})",
        "assert.same({}, { false })",
        "assert.are.equal(1, 2)",
        "assert.is_nil(false)",
        "assert.is_true(1)",
        'assert.matches("b", 5)',
        "assert.has_error(function() end)",
        'assert.has_error(function() error("y") end, "x")',
        'assert.error_matches(function() end, "b")',
        "assert.is_nothing_known(1)",
    ];
    const lua = [...holding, ...failing].map((line, index) => `it("${index}", function() ${line} end)`);
    const { report } = await runtest("--report /report.json", { "a.spec.lua": lua.join("\n") });
    const statuses = report?.files[0]?.cases.map(({ status }) => status);
    expect(statuses).toEqual([...holding.map(() => "passed"), ...failing.map(() => "failed")]);
});

test.each([
    ["--what", "There is no flag --what."],
    ["/nowhere", "No such file: /nowhere"],
    ["--report", "--report needs a value."],
])("bad input %s is one message", async (words, message) => {
    const { rows, succeeded } = await runtest(words, {});
    expect(rows[0]).toBe(message);
    expect(succeeded).toBe(false);
});
