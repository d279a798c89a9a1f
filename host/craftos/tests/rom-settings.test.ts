import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newDisk, printed, start } from "./rom-support.ts";

describe("settings", () => {
    test("a value goes before the given default, and that before the defined one", async () => {
        const program = `
            print(settings.get("a"), settings.get("a", 1))
            settings.define("a", { default = 2 })
            print(settings.get("a"), settings.get("a", 1))
            settings.set("a", 3)
            print(settings.get("a"), settings.get("a", 1))
            settings.unset("a")
            print(settings.get("a"))
        `;
        expect(await printed(program)).toEqual(["nil 1", "2 1", "3 3", "2"]);
    });

    test("a defined type is insisted on", async () => {
        const program = `
            settings.define("n", { type = "number" })
            print(select(2, pcall(settings.set, "n", "text")))
            print(select(2, pcall(settings.set, "x", nil)))
            print(select(2, pcall(settings.define, "x", { type = "colour" })))
            print(pcall(settings.define, "x", { default = print }))
        `;
        const output = (await printed(program, {}, { width: 120 })).join("\n");
        expect(output).toMatch(/#2.* \(number expected, got string\)/);
        expect(output).toMatch(/#2.* \(number, string, boolean or table expected, got nil\)/);
        expect(output).toContain('Unknown type "colour". Expected one of number, string, boolean, table.');
        expect(output).toMatch(/bad field 'default' \(.* expected, got function\)/);
    });

    test("save and load keep values over a restart, but not definitions", async () => {
        const disk = newDisk({
            "startup.lua": `
                if settings.get("kept") then
                    local table = settings.get("table")
                    print(settings.get("kept"), table.list[2], settings.get("flag"), settings.get("gone"))
                    print(settings.getDetails("kept").description)
                    os.shutdown()
                end
                settings.define("kept", { description = "only this once", default = "nothing" })
                settings.set("kept", "text")
                settings.set("table", { list = { 1, 2 } })
                settings.set("flag", false)
                print(settings.save())
                settings.set("gone", 1)
                os.reboot()
            `,
        });
        const computer = await start({}, { disk });
        await computer.exit;
        expect(computer.transcript()).toMatch(/^text 2 false nil\nnil$/m);
        expect(readFileSync(join(disk, ".settings"), "utf8")).toContain('kept = "text"');
    });

    test("load passes over what is not valid, and says whether there were settings", async () => {
        const files = {
            good: '{ ["list.show_hidden"] = "yes", fine = 1, [2] = 3 }',
            bad: "not a table",
        };
        const program = `
            print(settings.load("good"), settings.load("bad"), settings.load("missing"))
            print(settings.get("list.show_hidden"), settings.get("fine"))
        `;
        expect(await printed(program, files)).toEqual(["true false false", "false 1"]);
    });

    test("save says when it cannot", async () => {
        expect(await printed('print(settings.save("/rom/x"))')).toEqual(["false"]);
    });

    test("a change is told as an event", async () => {
        const program = `
            settings.define("a", { default = 1 })
            settings.set("a", 2) print(os.pullEvent("setting_changed"))
            settings.unset("a") print(os.pullEvent("setting_changed"))
        `;
        expect(await printed(program)).toEqual(["setting_changed a 2 1", "setting_changed a nil 2"]);
    });

    test("tables that are handed out are copies", async () => {
        const program = `
            settings.set("t", { 1 })
            settings.get("t")[1] = 2
            print(settings.get("t")[1], settings.getDetails("t").changed)
        `;
        expect(await printed(program)).toEqual(["1 true"]);
    });

    test("names are sorted, defined or not", async () => {
        const program = `
            settings.define("zz.defined") settings.set("zz.set", 1) settings.define("zz.both") settings.set("zz.both", 1)
            for _, name in ipairs(settings.getNames()) do if name:find("^zz") then print(name) end end
            settings.clear() settings.undefine("zz.both")
            print(settings.get("zz.set"), settings.get("list.show_hidden"))
        `;
        expect(await printed(program)).toEqual(["zz.both", "zz.defined", "zz.set", "nil false"]);
    });
});
