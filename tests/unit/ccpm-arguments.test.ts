/** The command line of `ccpm`: the same cases on the source in Node and on the compiled Lua. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runInLua } from "../../tools/lua/index.ts";
import { importSource } from "./support/lua-library.ts";

interface ArgumentsModule {
    commands: Record<string, [least: number, most: number, flags: string]>;
    parse(given: readonly string[]): Record<string, unknown>;
}

const source = await importSource<ArgumentsModule>("src/apis/ccpm/arguments.ts");

const split = (line: string) => line.split(" ").filter((word) => word !== "");
const parsers: [where: string, parse: (line: string) => unknown][] = [
    ["the source", (line) => source.parse(split(line))],
    ["Lua", (line) => runInLua("/apis/ccpm/arguments", "parse", [split(line)])],
];

const understood: [line: string, command: string, words: string, flags?: string[]][] = [
    ["", "help", ""],
    ["help", "help", ""],
    ["--help", "help", "", ["help"]],
    ["-h", "help", "", ["h"]],
    ["help install", "help", "install"],
    ["install --help", "help", "install", ["help"]],
    ["help registry add", "help", "registry add"],
    ["help registry", "help", "registry"],
    ["install trapos", "install", "trapos"],
    ["install trapos trapos-ai", "install", "trapos trapos-ai"],
    ["-y install trapos", "install", "trapos", ["yes"]],
    ["install trapos --yes --dry-run", "install", "trapos", ["yes", "dry-run"]],
    ["install --force a --yes b", "install", "a b", ["force", "yes"]],
    ["uninstall trapos --cascade", "uninstall", "trapos", ["cascade"]],
    ["uninstall --unused", "uninstall", "", ["unused"]],
    ["upgrade", "upgrade", ""],
    ["search", "search", ""],
    ["search door lock", "search", "door lock"],
    ["verify --fix", "verify", "", ["fix"]],
    ["registry", "registry list", ""],
    ["registry list", "registry list", ""],
    ["registry add owner/repo", "registry add", "owner/repo"],
    ["registry add owner/repo 1", "registry add", "owner/repo 1"],
    ["registry move owner/repo 2", "registry move", "owner/repo 2"],
    ["--version", "version", "", ["version"]],
    ["install --version", "version", "install", ["version"]],
];

/** What is shown help on is the command that is meant, so that its usage stands below. */
const refused: [line: string, problem: string, helpOn: string][] = [
    ["instal trapos", "There is no command instal.", "instal"],
    ["registry mvoe x 1", "There is no command registry mvoe.", "registry mvoe"],
    ["install a --dryrun", "ccpm install takes no --dryrun.", "install"],
    ["list -v", "ccpm list takes no -v.", "list"],
    ["list --cascade", "ccpm list takes no --cascade.", "list"],
    ["registry add a --yes", "ccpm registry add takes no --yes.", "registry add"],
    ["install", "Something is missing:", "install"],
    ["uninstall", "Something is missing:", "uninstall"],
    ["uninstall --cascade", "Something is missing:", "uninstall"],
    ["info", "Something is missing:", "info"],
    ["info a b", "That is too much:", "info"],
    ["recover everything", "That is too much:", "recover"],
    ["registry move x", "Something is missing:", "registry move"],
];

describe.each(parsers)("in %s", (_where, parse) => {
    it.each(understood)("ccpm %s", (line, command, words, flags = []) => {
        const set = Object.fromEntries(flags.map((flag) => [flag, true]));
        const parsed = parse(line) as Record<string, unknown>;
        expect(parsed).toMatchObject({ command, words: split(words) });
        // An empty table is an empty list, too.
        expect({ ...(parsed["flags"] as object) }).toEqual(set);
        expect(parsed["problem"]).toBeUndefined();
    });

    it.each(refused)("ccpm %s is not understood", (line, problem, helpOn) => {
        expect(parse(line)).toMatchObject({ command: "help", words: [helpOn], problem });
    });
});

it("help ccpm tells of every command, with its operands, and of every flag", async () => {
    const help = await readFile(new URL("../../help/ccpm.txt", import.meta.url), "utf8");
    for (const [name, row] of Object.entries(source.commands)) {
        const [least, most, flags] = row;
        const line = help.split("\n").find((one) => one.startsWith(`${name} `));
        const operands = line?.slice(name.length).match(/[<[]\w+[>\]](\.\.\.)?/g) ?? [];
        expect(operands.filter((one) => one.startsWith("<")).length, name).toBe(least);
        const isEndless = operands.some((one) => one.endsWith("..."));
        expect(isEndless ? Infinity : operands.length, name).toBe(most);
        for (const flag of flags.split(" ").filter((one) => one !== "")) {
            expect(help, name).toMatch(new RegExp(`^--${flag}[ ,]`, "m"));
        }
    }
    for (const line of help.split("\n")) expect(line.length, line).toBeLessThanOrEqual(51);
});
