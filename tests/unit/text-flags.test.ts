/** What stands in a prompt is no flag, whichever command's name the prompt begins with. In the compiled Lua. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "./support/computer.ts";

/** Commands whose words are a text anyway, or that are written as a sign. */
const others = ["ask", "bg", "command", "lua", "new", "shell"];
/** Those that look on the disk for a file of that name, which there is none of here. */
const ofFiles = ["fix", "write"];
const names = readdirSync("src/apis/ai/commands")
    .map((file) => file.replace(/\.ts$/, ""))
    .filter((name) => ![...others, ...ofFiles].includes(name));

describe("a prompt that begins with a command's name", () => {
    it.each(names)("ai %s ...: what looks like a flag is part of it", (name) => {
        const words = [name, ..."of the six doors -y --no --json --frob --help --version -f".split(" ")];
        expect(parse("/apis/ai/commandtable", words.join(" "))).toEqual({ command: "ask", words, flags: [] });
    });

    it.each(names)("ai --no-pager %s --agent plan ...: what stands before it is one", (name) => {
        const line = `--no-pager ${name} --agent plan of the six doors -y`;
        expect(parse("/apis/ai/commandtable", line)).toEqual({
            command: "ask",
            words: [name, "of", "the", "six", "doors", "-y"],
            flags: { "no-pager": true, agent: "plan" },
        });
    });

    it.each(ofFiles)("ai %s: so is what stands in its request", (name) => {
        const line = `${name} --no-pager door.lua --no have it take -y and --json`;
        expect(parse("/apis/ai/commandtable", line)).toEqual({
            command: name,
            words: ["door.lua", "have", "it", "take", "-y", "and", "--json"],
            flags: { "no-pager": true, no: true },
        });
    });
});
