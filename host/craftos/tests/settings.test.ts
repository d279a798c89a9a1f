/** The file that CC keeps settings in, as it is read and written on the host. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { boot } from "../src/index.ts";
import { readTable, writeLiteral } from "../src/lua-literal.ts";
import { readSetting, writeSettings } from "../src/settings.ts";

let disk: string;
beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), "craftos-settings-"));
});
afterEach(() => rmSync(disk, { recursive: true, force: true }));

/** Runs a program on a computer that starts with it, and ends. @returns the lines that it printed */
async function printedAtStart(program: string): Promise<string[]> {
    writeFileSync(join(disk, "startup.lua"), `${program} os.shutdown()`);
    const computer = await boot({ disk });
    await computer.exit;
    return computer
        .transcript()
        .trimEnd()
        .split("\n")
        .filter((line) => !line.startsWith("CraftOS "));
}

describe("settings on a disk", () => {
    test("a computer reads what was written", async () => {
        await writeSettings(disk, {
            "opencc.password": 'p"a\\s\ns é',
            "trapos.harness_mode": true,
            "opencc.poll_timeout_seconds": 2.5,
        });
        const output = await printedAtStart(
            'print(settings.get("opencc.password") == "p\\"a\\\\s\\ns \\195\\169")' +
                'print(settings.get("trapos.harness_mode"), settings.get("opencc.poll_timeout_seconds") + 1)',
        );
        expect(output.join("\n")).toMatch(/^true\ntrue.3\.5$/);
    });

    test("what the computer saved stays, whatever it is", async () => {
        const saved =
            'settings.set("opencc.session_id", "ses_1") settings.set("odd \\0\\r\\n\\"\\\\ \\255", { 1, "two", { a = -1e300, ["b c"] = 1/0 }, {} })' +
            'settings.set("opencc.server_url", "old") settings.save()';
        await printedAtStart(saved);
        await writeSettings(disk, { "opencc.server_url": "new" });
        const output = await printedAtStart(
            'local odd = settings.get("odd \\0\\r\\n\\"\\\\ \\255")' +
                'print(settings.get("opencc.session_id"), settings.get("opencc.server_url"))' +
                'print(odd[1] == 1, odd[2] == "two", odd[3].a == -1e300, odd[3]["b c"] == 1/0, next(odd[4]) == nil)',
        );
        expect(output).toEqual([
            expect.stringMatching(/^ses_1.new$/),
            expect.stringMatching(/^true.true.true.true.true$/),
        ]);
        expect(await readSetting(disk, "opencc.session_id")).toBe("ses_1");
    });

    test("undefined removes a setting, and a file that was cut short counts as none", async () => {
        await writeSettings(disk, { a: "x", b: "é" });
        await writeSettings(disk, { a: undefined });
        expect(await readSetting(disk, "a")).toBeUndefined();
        expect(await readSetting(disk, "b")).toBe("é");
        await writeFile(join(disk, ".settings"), '{\n  [ "a" ] = "x",\n  [ "b');
        await writeSettings(disk, { c: 1 });
        expect(await readSetting(disk, "a")).toBeUndefined();
        expect(await readSetting(disk, "c")).toBe(1);
    });

    test.each(["", "{", "return {}", "{ f() }", "{ 1 2 }", "{} {}", '{ ["a"] }', "nil", "{ 1.2.3 }"])(
        "%j is no table",
        (text) => {
            expect(readTable(text)).toBeUndefined();
        },
    );

    test("a table that is written reads the same", () => {
        const text =
            '{ 1, "two", three = true, [ "f our" ] = { {}, 1/0, -1/0, -2.5e-7, }, [7] = \'x\\065\\x42\\t\' }';
        const table = readTable(text)!;
        expect(table.get(7)).toBe("xAB\t");
        expect(readTable(writeLiteral(table))).toEqual(table);
    });
});
