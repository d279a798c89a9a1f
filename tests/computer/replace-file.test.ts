/** A file that is written anew: the new one whole, or a clear failure and nothing lost, whatever fails and whenever the power goes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPackages } from "../../tools/harness/disk.ts";
import { contentsOf, everyOutcome, readDisk, type Outcome } from "../ccpm/power-cut-states.ts";
import { Bench, lastStartupFile } from "../ccpm/transaction-support.ts";
import { runWithLibai } from "./libai-support.ts";

/** The ways in which files are written, each of a path and a text; and what is needed to look at what came of it. */
const setup = `
    local replaceFile = require("/apis/ai/replacefile").replaceFile
    local context = { options = { answer = "yes", isQuiet = true, isAttended = false } }
    local function put(path, text) local file = fs.open(path, "w") file.write(text) file.close() end
    local function read(path)
        if not fs.exists(path) then return "none" end
        local file = fs.open(path, "r") local text = file.readAll() file.close() return text
    end
    local ways = {
        replace = function(path, text) replaceFile(context, "save x", path, text) end,
        whole = function(path, text) require("/apis/ai/localfile").writeWhole(path, text) end,
        bare = function(path, text) require("/apis/trapos/wholefile").writeText(fs, path, text) end,
    }
    local function try(way, path, text)
        local ok, failure = pcall(ways[way], path, text)
        if ok then return "written" end
        return type(failure) == "table" and failure.code .. ": " .. failure.message or "raw: " .. tostring(failure)
    end
`;

const flat = (lines: readonly string[]) => lines.map((line) => line.replace(/\s+/g, " ").trim());

it("says why it cannot be written, and leaves what was there", async () => {
    const { lines } = await runWithLibai(`${setup}
        put("/x", "old")
        local fill = fs.open("/fill", "w")
        while fs.getFreeSpace("/") > 3000 do fill.write(("x"):rep(1000)) end fill.close()
        for _, way in ipairs({ "replace", "whole" }) do
            print(try(way, "/x", ("y"):rep(5000))) print(read("/x"), fs.exists("/x.new"), fs.exists("/x.old"))
        end
        local more = fs.open("/more", "w") while pcall(more.write, "x") do end pcall(more.close)
        print(try("whole", "/x", "y")) print(read("/x"), fs.exists("/x.new"), fs.exists("/trapos/writing.json"))
        fs.delete("/fill") fs.delete("/more")
        print(try("replace", "/rom/x", "y")) print(try("replace", "/rom", "y"))
        print(try("whole", "/rom", "y")) print(try("whole", "/x/y", "y")) print(read("/x"))
    `);
    const full: unknown = expect.stringMatching(
        /^not_written: \/x could not be written: [^:]*:? ?[Oo]ut of space$/,
    );
    expect(flat(lines)).toEqual([
        full,
        "old false false",
        full,
        "old false false",
        full,
        "old false false",
        "not_written: /rom/x could not be written: it is read-only",
        "not_read: /rom could not be read: it is a folder",
        "not_written: /rom could not be written: it is a folder",
        expect.stringMatching(/^not_written: \/x\/y could not be written: [^:]*: [^:]*$/),
        "old",
    ]);
});

it("loses nothing, whichever step fails, and leaves nothing else", async () => {
    const { lines } = await runWithLibai(`${setup}
        local count, failAt = 0, 0
        for _, name in ipairs({ "open", "move", "delete" }) do
            local real = fs[name]
            fs[name] = function(...)
                count = count + 1
                if count == failAt then error("broken", 0) end
                return real(...)
            end
        end
        local faults, failed = {}, 0
        for way in pairs(ways) do
            for step = 1, 12 do
                failAt = 0
                for _, name in ipairs(fs.find("/x*")) do fs.delete(name) end
                put("/x", "old\\n") put("/x.old", "mine\\n") put("/x.new", "mine, too\\n")
                count, failAt = 0, step
                local said = try(way, "/x", "fresh\\n") failAt = 0
                if said ~= "written" then failed = failed + 1 end
                -- What could not be put right is put right before the next file is written.
                try("whole", "/y", "other")
                local now, names = read("/x"), table.concat(fs.find("/x*"), " ")
                local isFresh = said == "written"
                local wanted = isFresh and way == "replace" and "x x.new x.old x.old2" or "x x.new x.old"
                if now ~= (isFresh and "fresh\\n" or "old\\n") or names ~= wanted or said:find("^raw") and way ~= "bare"
                    or read("/x.old") ~= "mine\\n" or read("/x.new") ~= "mine, too\\n" or fs.exists("/trapos/writing.json")
                then faults[#faults + 1] = way .. step .. " " .. said .. " " .. now .. " " .. names end
            end
        end
        print(#faults, failed > 9, table.concat(faults, " | "))
        print(read("/x.old2"))
    `);
    expect(flat(lines)[0]).toBe("0 true");
});

it("keeps each old one under a name of its own, and says where", async () => {
    const { lines } = await runWithLibai(`${setup}
        put("/x", "1\\n")
        for text = 2, 4 do print(replaceFile(context, "save x", "/x", text .. "\\n").old) end
        print(replaceFile(context, "save x", "/y", "1\\n").old)
        print((read("/x") .. read("/x.old") .. read("/x.old2") .. read("/x.old3")):gsub("\\n", " "))
    `);
    expect(flat(lines)).toEqual(["/x.old", "/x.old2", "/x.old3", "nil", "4 1 2 3 4"]);
});

describe("whenever the power goes, and again while that is put right", () => {
    const bench = new Bench();
    afterAll(() => bench.close());

    const before = {
        x: "old x\n",
        "x.old": "of the player's",
        "x.new": "of the player's, too",
        "talk.md": "old talk",
        "trapos/ai/known.json": '{"models":["old/one"]}',
    };
    const after = {
        x: "new x\n",
        "fresh/y.lua": "new y\n",
        "talk.md": "new talk",
        "trapos/ai/known.json": '{"models":["new/one"]}',
    };
    const program = `${setup}
        replaceFile(context, "save x", "/x", "new x")
        replaceFile(context, "write y", "/fresh/y.lua", "new y")
        ways.whole("/talk.md", "new talk")
        require("/apis/ai/known").keep(fs, { models = { "new/one" } })
        print("all written")
    `;

    let packages: Readonly<Record<string, string>>;
    let outcomes: Outcome<string[]>[];
    beforeAll(async () => {
        const installed = bench.disk({});
        await installPackages(installed, ["trapos-ai"]);
        packages = readDisk(installed).files;
        const disk = bench.disk({ ...packages, ...before, "startup/zz.lua": lastStartupFile });
        const folder = bench.disk({ "program.lua": program });
        const run = async (where: string, operation: unknown, mounted?: string) => {
            const faults = { powerCut: { operation: operation as never } };
            return (await bench.run(where, mounted, { faults })).lines;
        };
        outcomes = await everyOutcome(
            bench,
            disk,
            async (where, watch) => expect(await run(where, watch, folder)).toContain("all written"),
            (where, watch) => run(where, watch),
        );
    }, 60_000);

    /** The player's side of a disk: what is not of a package. */
    function ownFiles(outcome: Outcome<string[]>): Record<string, string> {
        const all = Object.entries(contentsOf(outcome.after));
        return Object.fromEntries(all.filter(([path]) => !(path in packages) && path !== "startup/zz.lua"));
    }

    it("each file is whole, old or new, those of the player's are untouched, and no other is left", () => {
        expect(outcomes.length).toBeGreaterThan(40);
        const seen = new Set<string>();
        for (const outcome of outcomes) {
            const files = ownFiles(outcome);
            const where = outcome.trail.join("; ");
            for (const path of ["x", "talk.md", "trapos/ai/known.json"] as const) {
                expect([before[path], after[path]], `${where}: ${path}`).toContain(files[path]);
                seen.add(`${path} ${files[path]}`);
            }
            const isNew = files.x === after.x;
            const wanted = {
                ...before,
                ...(isNew ? { x: after.x, "x.old2": before.x } : {}),
                ...(files["fresh/y.lua"] === undefined ? {} : { "fresh/y.lua": after["fresh/y.lua"] }),
                ...(files["fresh/"] === undefined ? {} : { "fresh/": "" }),
                "talk.md": files["talk.md"],
                "trapos/ai/known.json": files["trapos/ai/known.json"],
            };
            expect(files, where).toEqual(wanted);
        }
        expect(seen.size).toBe(6);
    });

    it("the start says what became of the player's files, and that is so", () => {
        const said = new Set<string>();
        for (const outcome of outcomes) {
            const files = ownFiles(outcome);
            for (const line of outcome.said.filter((one) => one.startsWith("The power went"))) {
                said.add(line);
                const [, path] = /\/(x|fresh\/y\.lua|talk\.md)\b/.exec(line) ?? [];
                const isWritten = files[path!] === after[path as "x"];
                expect(line, outcome.trail.join("; ")).toMatch(isWritten ? /but .* is written/ : /before/);
            }
            expect(outcome.said.filter((line) => line.includes("/trapos/"))).toEqual([]);
        }
        expect([...said].sort()).toEqual([
            "The power went before /fresh/y.lua was written.",
            "The power went before /talk.md was written.",
            "The power went before /x was written.",
            "The power went, but /fresh/y.lua is written.",
            "The power went, but /talk.md is written.",
            "The power went, but /x is written. The old one: /x.old2",
        ]);
    });

    it("on a drive nothing is touched afterwards, for the disk may be another: the start says where to look", async () => {
        const floppy = bench.disk({ x: "old" });
        const disk = bench.disk({ ...packages, "startup/zz.lua": lastStartupFile });
        const folder = bench.disk({ "program.lua": `${setup} ways.replace("/drive/x", "new")` });
        const mounts = [
            { name: "drive", folder: floppy, writable: true },
            { name: "test", folder },
        ];
        const isLast = ({ name, to }: { name: string; to?: string }) => name === "move" && to === "/drive/x";
        const cut = { operation: isLast as never, moment: "before" } as const;
        expect((await bench.run(disk, undefined, { mounts, faults: { powerCut: cut } })).reason).toBe(
            "powerCut",
        );
        const other = bench.disk({ x: "mine", "x.new": "of another disk", "x.old": "as well" });
        const again = { mounts: [{ name: "drive", folder: other, writable: true }] };
        const told = "The power went while /drive/x was written. Is it gone? See /drive/x.old";
        expect((await bench.run(disk, undefined, again)).lines).toContain(told);
        expect(readDisk(other).files).toEqual({ x: "mine", "x.new": "of another disk", "x.old": "as well" });
        expect(readDisk(floppy).files).toEqual({ "x.new": "new\n", "x.old": "old" });
        // It is said once.
        expect((await bench.run(disk, undefined, again)).lines).not.toContain(told);
    });
});
