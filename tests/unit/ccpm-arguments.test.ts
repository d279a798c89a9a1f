/** The command line of `ccpm`: the same cases on the source in Node and on the compiled Lua. */
import { describe, expect, it } from "vitest";
import { runInLua } from "./support/lua.ts";
import { importSource } from "./support/lua-library.ts";

interface ArgumentsModule {
    parse(given: readonly string[]): Record<string, unknown>;
    nearest(word: string, choices: readonly string[]): string | undefined;
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
    ["--help", "help", ""],
    ["-h", "help", ""],
    ["help install", "help", "install"],
    ["install --help", "help", "install"],
    ["help registry add", "help", "registry add"],
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
    ["--version", "version", ""],
    ["install --version", "version", "install"],
];

const refused: [line: string, problem: string, hint: string][] = [
    ["instal trapos", "There is no command instal.", "Did you mean: ccpm install?"],
    ["lsit", "There is no command lsit.", "Did you mean: ccpm list?"],
    ["registry mvoe x 1", "There is no command registry mvoe.", "Did you mean: ccpm registry move?"],
    ["xyzzy", "There is no command xyzzy.", "See: ccpm help"],
    ["install a --dryrun", "There is no flag --dryrun.", "Did you mean: --dry-run?"],
    ["install a --zzzzzz", "There is no flag --zzzzzz.", "See: ccpm help"],
    ["list --cascade", "ccpm list takes no --cascade.", "See: ccpm help list"],
    ["install", "Type: ccpm install <package>...", "See: ccpm help install"],
    ["uninstall", "Type: ccpm uninstall <package>...", "See: ccpm help uninstall"],
    ["info", "Type: ccpm info <package>", "See: ccpm help info"],
    ["info a b", "Type: ccpm info <package>", "See: ccpm help info"],
    ["recover everything", "ccpm recover takes no words.", "See: ccpm help recover"],
    ["registry move x", "Type: ccpm registry move <registry> <n>", "See: ccpm help registry move"],
];

describe.each(parsers)("in %s", (_where, parse) => {
    it.each(understood)("ccpm %s", (line, command, words, flags = []) => {
        const set = Object.fromEntries(flags.map((flag) => [flag, true]));
        const parsed = parse(line) as Record<string, unknown>;
        expect(parsed).toMatchObject({ command, words: split(words) });
        // An empty table is an empty list, too.
        expect({ ...(parsed["flags"] as object) }).toEqual(set);
        expect(parsed).not.toHaveProperty("problem");
    });

    it.each(refused)("ccpm %s is not understood", (line, problem, hint) => {
        expect(parse(line)).toMatchObject({ problem, hint });
    });
});

const wanted: [word: string, meant: string | null][] = [
    ["trapos-al", "trapos-ai"],
    ["ai", "trapos-ai"],
    ["cppm", "ccpm"],
    ["x", null],
    ["something-else", null],
    ["", null],
];

it.each(wanted)("what is near %s", (word, meant) => {
    const choices = ["ccpm", "trapos-ai", "trapos", "trapos-core"];
    const args = [word, choices] as const;
    expect(source.nearest(...args) ?? null).toBe(meant);
    expect(runInLua("/apis/ccpm/arguments", "nearest", args)).toBe(meant);
});
