/** What a transaction does when something is in its way: nothing at all, or all of it later. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { boot } from "craftos-headless";
import { before, boots, FINISHED, plan, TITLE } from "./power-cut-support.ts";
import { Bench, contents, performPlan, planned, sha256, type Disk } from "./transaction-support.ts";

const bench = new Bench();
afterAll(() => bench.close());

const after = planned(before, plan);
const isCommit = ({ to }: { to?: string | undefined }): boolean => (to ?? "").endsWith("/journal.json");

/** Runs Lua on a disk where the plan can be performed. */
async function run(lua: string, files: Disk = before): Promise<{ said: string[]; disk: string }> {
    const disk = bench.disk(files);
    const { lines } = await bench.run(disk, bench.program(plan, lua));
    return { said: lines.slice(lines.indexOf("gamma") + 1, -1), disk };
}

/** A disk where the power went at the commit. */
async function cutAtCommit(files: Disk = before): Promise<string> {
    const disk = bench.disk(files);
    const program = bench.program(plan, performPlan);
    const { reason, lines } = await bench.run(disk, program, {
        faults: { powerCut: { operation: isCommit } },
    });
    expect(reason, lines.join("\n")).toBe("powerCut");
    return disk;
}

/** Lua: all that is on the disk as one text, without what is kept for the next run. */
const snapshot = `
local function snapshot(folder)
    local parts = {}
    for _, name in ipairs(fs.list(folder or "/")) do
        local path = fs.combine(folder or "", name)
        if path ~= "rom" and path ~= "test" and path ~= "trapos/ccpm.partial" then
            parts[#parts + 1] = path .. "=" .. (fs.isDir(path) and snapshot(path) or readAll(path))
        end
    end
    return table.concat(parts, "|")
end
`;

describe("nothing changes", () => {
    test("when the disk is full, wherever that shows; after the commit the rest is done later", async () => {
        const { said, disk } = await run(`
            ${snapshot}
            local whole = snapshot()
            --- The disk, where the nth operation that needs space fails.
            local function fullAt(nth)
                local count = 0
                local disk = setmetatable({}, { __index = fs })
                local function spend()
                    count = count + 1
                    if count == nth then error("/somewhere: Out of space", 0) end
                end
                for _, name in ipairs({ "makeDir", "copy" }) do
                    disk[name] = function(...) spend() return fs[name](...) end
                end
                function disk.open(path, mode)
                    local file, reason = fs.open(path, mode)
                    if mode == "wb" and file then
                        local ok, problem = pcall(spend)
                        if not ok then file.close() fs.delete(path) return nil, problem end
                        local write = file.write
                        function file.write(text) spend() return write(text) end
                    end
                    return file, reason
                end
                return disk
            end
            local messages, nth, failure = {}, 0
            repeat
                nth = nth + 1
                sleep(0)
                local disk, files = fullAt(nth), changes()
                local ok, transaction = open(disk, files)
                failure = transaction
                if ok then
                    ok, failure = stageAll(transaction, files)
                    if ok then ok, failure = pcall(transactions.commit, transaction, plan, plan.state) end
                    transactions.keep(transaction)
                end
                assert(not ok)
                if failure.code == "cannot_write" then
                    messages[failure.message] = true
                    assert(snapshot() == whole, nth)
                    fs.delete("trapos/ccpm.partial")
                end
            until failure.code ~= "cannot_write"
            for message in pairs(messages) do print(message) end
            print(nth > 25, failure.code, fs.exists("/trapos/ccpm.staging/journal.json"))
            print(failure.message)
        `);
        expect(said.slice(0, 2)).toEqual([
            "trapos/ccpm.staging cannot be written: Out of space.",
            "true not_finished true",
        ]);
        expect(said[2]).toBe("A change was begun and cannot be finished.");
        expect((await bench.run(disk)).lines).toContain(FINISHED);
        expect(contents(disk)).toEqual(after);
    });

    test("when a full disk says so itself", async () => {
        const { said, disk } = await run(`
            local filler = fs.open("filler", "wb")
            filler.write(("x"):rep(fs.getFreeSpace("/") - 6000))
            filler.close()
            ${performPlan}
            fs.delete("filler") fs.delete("trapos/ccpm.partial")
        `);
        expect(said[0]).toBe("trapos/ccpm.staging cannot be written: Out of space.");
        expect(contents(disk)).toEqual(before);
    });

    test("when there is no space for folders, which is known before the commit", async () => {
        const { said, disk } = await run(`
            local disk = setmetatable({ getFreeSpace = function() return 1999 end }, { __index = fs })
            local files = changes()
            local _, transaction = open(disk, files)
            stageAll(transaction, files)
            local ok, failure = pcall(transactions.commit, transaction, plan, plan.state)
            print(ok, failure.code, failure.message)
            transactions.keep(transaction)
            fs.delete("trapos/ccpm.partial")
        `);
        // apis/beta/, apis/beta/deep/, apis/shared/ and startup.ccpm-old/ take 500 each.
        expect(said).toEqual(["false no_space The disk is too full: 2000 bytes are needed, 1999 are free."]);
        expect(contents(disk)).toEqual(before);
    });

    test("when the disk cannot be written", async () => {
        const { said, disk } = await run(`
            local function deny() error("/trapos: Access denied", 0) end
            local disk = setmetatable({ makeDir = deny, copy = deny, move = deny }, { __index = fs })
            local ok, failure = open(disk, changes())
            print(ok, failure.code, failure.message)
        `);
        expect(said).toEqual(["false cannot_write trapos/ccpm.staging cannot be written: Access denied."]);
        expect(contents(disk)).toEqual(before);
    });

    const meanwhile: Record<string, [path: string, lua: string]> = {
        "has other content of the same size": [
            "apis/alpha/main.lua",
            `sleep(0.1) local file = fs.open("apis/alpha/main.lua", "w") file.write("return 9") file.close()`,
        ],
        "has another size": [
            "programs/gamma.lua",
            `local file = fs.open("programs/gamma.lua", "a") file.write("!") file.close()`,
        ],
        "is gone": ["startup/gamma.lua", `fs.delete("startup/gamma.lua")`],
        "is there now": [
            "apis/beta/empty.lua",
            `local file = fs.open("apis/beta/empty.lua", "w") file.close()`,
        ],
        "is a folder now": ["startup/beta.lua", `fs.makeDir("startup/beta.lua")`],
        "was a file and is a folder": [
            "apis/alpha/main.lua",
            `fs.delete("apis/alpha/main.lua") fs.makeDir("apis/alpha/main.lua")`,
        ],
        "is where an edited file would be kept": [
            "apis/alpha/edited.lua.ccpm-old",
            `fs.copy("notes.txt", "apis/alpha/edited.lua.ccpm-old")`,
        ],
        "is a file where a folder is needed": ["apis/beta", `fs.copy("notes.txt", "apis/beta")`],
        "is a file where a folder is needed for an edited one": [
            "startup.ccpm-old",
            `fs.copy("notes.txt", "startup.ccpm-old")`,
        ],
    };
    test.each(Object.entries(meanwhile))("when a file %s", async (_what, [path, lua]) => {
        const { said, disk } = await run(`
            local files = changes()
            local _, transaction = open(fs, files)
            assert(stageAll(transaction, files))
            ${lua}
            ${snapshot}
            local ok, failure = pcall(transactions.commit, transaction, plan, plan.state)
            print(ok, failure.code, failure.message)
            transactions.keep(transaction)
            print(fs.exists("trapos/ccpm.staging"), fs.exists("startup/00-ccpm-finish.lua"))
        `);
        expect(said).toEqual([
            `false changed_meanwhile ${path} changed meanwhile. Nothing was touched.`,
            "false false",
        ]);
        const files = contents(disk);
        for (const [name, content] of Object.entries(before)) {
            if (!name.startsWith(path)) expect(files[name]).toBe(content);
        }
        expect(files["trapos/ccpm.lock.json"]).toBe("{lock 1}");
    });

    test("when /startup is a file", async () => {
        const files = { startup: 'shell.run("/test/program.lua") os.shutdown()', "apis/x.lua": "return 1" };
        const disk = bench.disk(files);
        const modules = Object.fromEntries(
            Object.entries(before).filter(([path]) => path in before && path.startsWith("apis/")),
        );
        const program = bench.program(
            { title: "x", changes: [{ path: "apis/y.lua", content: "y" }], state: {} },
            performPlan,
            modules,
        );
        const { lines } = await bench.run(disk, program);
        expect(lines).toEqual([
            "startup is a file; ccpm needs a folder there.",
            "Move it: mv startup startup.lua",
        ]);
        expect(contents(disk)).toEqual(files);
    });

    test("when Ctrl+T is pressed before the commit; the next run need not fetch what there is", async () => {
        const disk = bench.disk(before);
        const program = bench.program(
            plan,
            `local files = changes()
             local _, transaction = open(fs, files)
             print(pcall(function()
                 assert(stageAll(transaction, { files[1], files[2] }))
                 print("fetching")
                 sleep(1000)
             end))
             transactions.keep(transaction)`,
        );
        const computer = await boot({ disk, mounts: [{ name: "test", folder: program }], width: 120 });
        try {
            await computer.waitForText("fetching");
            await computer.press("ctrl+t");
            await computer.exit;
            expect(computer.transcript()).toMatch(/false +Terminated/);
        } finally {
            await computer.close();
        }
        const [first, second] = plan.changes.map(({ content }) => content!);
        const left = { ...before };
        for (const content of [first!, second!]) left[`trapos/ccpm.partial/${sha256(content)}`] = content;
        expect(contents(disk)).toEqual(Object.fromEntries(Object.entries(left).sort()));
        // It is not cleaned up by a boot: the power had not gone.
        expect((await bench.run(disk)).lines).toEqual(boots.old);
        expect(Object.keys(contents(disk))).toHaveLength(Object.keys(left).length);
    });
});

describe("what a failed run has left", () => {
    const [one, two] = [plan.changes[0]!.content!, plan.changes[1]!.content!];
    const left = {
        ...before,
        [`trapos/ccpm.partial/${sha256(one)}`]: one,
        [`trapos/ccpm.partial/${sha256(two)}`]: "return 'bad'",
        [`trapos/ccpm.partial/${sha256("of another plan")}`]: "of another plan",
    };

    test("is used where it is right and needed, and gone after a run that succeeds", async () => {
        const { said, disk } = await run(
            `local count = 0
             for sha, size in pairs(transactions.leftBehind(fs)) do count = count + size end
             print(count)
             local files = changes()
             local _, transaction = open(fs, files)
             for index = 1, 3 do print(transactions.has(transaction, files[index].to)) end
             print(#fs.list("trapos/ccpm.partial"))
             transactions.keep(transaction)
             print(fs.exists("trapos/ccpm.staging"), #fs.list("trapos/ccpm.partial"))
             _, transaction = open(fs, files)
             print(transactions.has(transaction, files[1].to))
             assert(stageAll(transaction, files))
             print(pcall(transactions.commit, transaction, plan, plan.state))`,
            left,
        );
        const bytes = String(one.length + "return 'bad'".length + "of another plan".length);
        expect(said).toEqual([bytes, "true", "false", "false", "2", "false 2", "true", "true"]);
        expect(contents(disk)).toEqual(after);
    });

    test("is gone after a power cut", async () => {
        const disk = bench.disk(left);
        const { reason } = await bench.run(disk, bench.program(plan, performPlan), {
            faults: {
                powerCut: { operation: ({ name, path }) => name === "close" && path.endsWith(".new") },
            },
        });
        expect(reason).toBe("powerCut");
        await bench.run(disk);
        expect(contents(disk)).toEqual(before);
    });
});

describe("two at once", () => {
    test("the later takes over, and the earlier is told", async () => {
        const { said, disk } = await run(`
            local files = changes()
            local _, first = open(fs, files)
            pcall(transactions.stage, first, files[1].to, content(files[1].to))
            local _, second = open(fs, files)
            local ok, failure = pcall(transactions.stage, first, files[2].to, content(files[2].to))
            print(ok, failure.code)
            print(select(2, pcall(transactions.commit, first, { title = "x", files = {}, data = {} }, {})).code)
            transactions.keep(first)
            assert(stageAll(second, files))
            print(pcall(transactions.commit, second, plan, plan.state))
        `);
        expect(said).toEqual(["false changed_meanwhile", "changed_meanwhile", "true"]);
        expect(contents(disk)).toEqual(after);
    });

    test("one that was committed is finished first", async () => {
        const disk = await cutAtCommit({ ...before, "startup.lua": "" });
        // Startup files do not run here, as where another disk boots.
        writeFileSync(join(disk, ".settings"), '{["shell.allow_startup"] = false}');
        const program = bench.program(plan, "");
        const computer = await boot({ disk, mounts: [{ name: "test", folder: program }], width: 120 });
        try {
            writeFileSync(
                join(disk, "again.lua"),
                `local ok, failure = pcall(require("/apis/ccpm/transaction").open, fs, {})
                 print(ok, failure.code, fs.exists("trapos/ccpm.staging"), fs.exists("startup/00-ccpm-finish.lua"))`,
            );
            await computer.type("again\n");
            await computer.waitForText(/false +changed_meanwhile +false +false/);
        } finally {
            await computer.close();
        }
        rmSync(join(disk, "again.lua"));
        rmSync(join(disk, ".settings"));
        expect(contents(disk)).toEqual({ ...after, "startup.lua": "" });
    });
});

describe("recovery", () => {
    test.each([
        "{broken",
        '{"version":1,"title":"x"}',
        '{"version":1,"title":"x","steps":7}',
        '{"version":1,"title":"x","steps":[7]}',
        '{"version":1,"title":"x","steps":[{}]}',
    ])("sets a journal aside that cannot be read, and says what to do: %s", async (journal) => {
        const disk = await cutAtCommit();
        writeFileSync(join(disk, "trapos/ccpm.staging/journal.json"), journal);
        const { lines } = await bench.run(disk);
        expect(lines).toEqual([
            boots.old[0],
            "ccpm cannot read its journal. Type: ccpm verify --fix",
            ...boots.old.slice(1),
        ]);
        expect(contents(disk)).toEqual({ ...before, "trapos/ccpm.journal.broken": journal });
    });

    test("is done by ccpm where a /startup.lua of the player's never returns", async () => {
        const disk = await cutAtCommit();
        const menu = `
            print("menu")
            print(require("/apis/ccpm/finish").recover(fs))
            print(require("/apis/ccpm/finish").recover(fs))
            os.shutdown()`;
        writeFileSync(join(disk, "startup.lua"), menu);
        expect((await bench.run(disk)).lines).toEqual(["menu", `true ${FINISHED}`, "true"]);
        expect(contents(disk)).toEqual({ ...after, "startup.lua": menu });
    });

    test("leaves everything in place when it fails, and goes on at the next boot", async () => {
        const disk = await cutAtCommit();
        writeFileSync(join(disk, "startup.lua"), 'fs.makeDir("apis/beta/empty.lua/in/the/way")');
        const { lines } = await bench.run(disk);
        expect(lines.slice(0, 2)).toEqual([
            `ccpm cannot finish: ${TITLE}`,
            "apis/beta/empty.lua: File exists. Mend that, then: reboot",
        ]);
        expect(lines.at(-1)).toBe("booted");
        rmSync(join(disk, "apis/beta/empty.lua"), { recursive: true });
        writeFileSync(join(disk, "startup.lua"), before["startup.lua"]!);
        expect((await bench.run(disk)).lines).toContain(FINISHED);
        expect(contents(disk)).toEqual(after);
    });

    test("restarts the computer once at most, whatever startup files do to each other", async () => {
        const rival =
            'fs.delete("startup/gamma.lua") fs.copy("notes.txt", "startup/gamma.lua") print("rival")';
        const disk = await cutAtCommit();
        writeFileSync(join(disk, "startup.lua"), rival);
        const { lines } = await bench.run(disk);
        expect(lines).toContain(FINISHED);
        expect(lines.at(-1)).toBe("booted");
        // It is not the file that was to go.
        const files = { ...after, "startup.lua": rival, "startup/gamma.lua": before["notes.txt"] };
        expect(contents(disk)).toEqual(files);
    });

    test.each<[what: string, path: string, kept: string]>([
        [
            "in the place of a new file is kept beside it",
            "apis/beta/empty.lua",
            "apis/beta/empty.lua.ccpm-old",
        ],
        [
            "in the place of a newer file is kept beside it",
            "apis/alpha/main.lua",
            "apis/alpha/main.lua.ccpm-old",
        ],
        [
            "in the place of a new startup file is kept elsewhere",
            "startup/beta.lua",
            "startup.ccpm-old/beta.lua",
        ],
        [
            "in the place of what is kept already is kept, too",
            "startup/alpha.lua",
            "startup.ccpm-old/alpha.lua",
        ],
        ["in the place of a file that goes stays", "apis/gamma/deep/down.lua", "apis/gamma/deep/down.lua"],
    ])("what the player writes before it %s", async (_what, path, kept) => {
        const disk = await cutAtCommit();
        mkdirSync(join(disk, dirname(path)), { recursive: true });
        writeFileSync(join(disk, path), "-- written since");
        const { lines } = await bench.run(disk);
        expect(lines).toContain(FINISHED);
        expect(contents(disk)).toEqual({ ...after, [kept]: "-- written since" });
    });

    test("what the player writes in the middle of it, where something was kept and has gone, stays", async () => {
        const disk = bench.disk(before);
        const isAfter = ({ path }: { path: string }): boolean => path === "startup/alpha.lua";
        const program = bench.program(plan, performPlan);
        await bench.run(disk, program, { faults: { powerCut: { operation: isAfter } } });
        expect(contents(disk)).toHaveProperty(["programs/gamma.lua.ccpm-old"]);
        writeFileSync(join(disk, "programs/gamma.lua"), "-- written since");
        writeFileSync(join(disk, "startup/alpha.lua"), "-- written since, too");
        await bench.run(disk);
        expect(contents(disk)).toEqual({
            ...after,
            "programs/gamma.lua": "-- written since",
            "startup.ccpm-old/alpha.lua2": "-- written since, too",
        });
    });

    test("leaves alone what another program has not committed, except at boot", async () => {
        const { said, disk } = await run(`
            local files = changes()
            local _, transaction = open(fs, files)
            print(require("/apis/ccpm/finish").recover(fs))
            assert(stageAll(transaction, files))
            print(pcall(transactions.commit, transaction, plan, plan.state))
        `);
        expect(said).toEqual(["true", "true"]);
        expect(contents(disk)).toEqual(after);
    });
});
