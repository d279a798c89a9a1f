/** The command lines of `ccpm` and `trapos`, as tables of cases, in the compiled Lua. */
import { describe, expect, it } from "vitest";
import { parse } from "./support/computer.ts";

const understood: [line: string, command: string, words: string, flags?: string[]][] = [
    ["", "help", ""],
    ["help", "help", ""],
    ["--help", "help", "", ["help"]],
    ["-h", "help", "", ["help"]],
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
    ["install --version", "version", "", ["version"]],
];

/** What is shown help on is the command that is meant, so that its usage stands below. */
const refused: [line: string, problem: string, helpOn: string][] = [
    ["instal trapos", "There is no command instal. Did you mean install?", "instal"],
    ["registry mvoe x 1", "There is no command registry mvoe. Did you mean registry move?", "registry mvoe"],
    ["dance", "There is no command dance.", "dance"],
    ["install a --dryrun", "There is no flag --dryrun. Did you mean --dry-run?", "install"],
    ["install a --yes=1", "There is no flag --yes=1. Did you mean --yes?", "install"],
    ["-yes list", "There is no flag -yes. Did you mean --yes?", "list"],
    ["install trapos -force", "There is no flag -force. Did you mean --force?", "install"],
    ["list --verison", "There is no flag --verison. Did you mean --version?", "list"],
    ["list -v", "There is no flag -v. Did you mean --version?", "list"],
    ["list -nil", "There is no flag -nil.", "list"],
    ["list -y", "ccpm list takes no -y.", "list"],
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

const split = (line: string) => line.split(" ").filter((word) => word !== "");

describe("the command line", () => {
    it.each(understood)("ccpm %s", (line, command, words, flags = []) => {
        const set = Object.fromEntries(flags.map((flag) => [flag, true]));
        const parsed = parse("/apis/ccpm/commandtable", line) as Record<string, unknown>;
        expect(parsed).toMatchObject({ command, words: split(words) });
        // An empty table is an empty list, too.
        expect({ ...(parsed["flags"] as object) }).toEqual(set);
        expect(parsed["problem"]).toBeUndefined();
    });

    it.each(refused)("ccpm %s is not understood", (line, problem, helpOn) => {
        const words = split(helpOn).length > 1 ? [helpOn] : split(helpOn);
        expect(parse("/apis/ccpm/commandtable", line)).toMatchObject({ command: "help", words, problem });
    });

    it.each([
        ["", "status"],
        ["upgrade", "upgrade"],
        ["upgrade trapos-ai --yes --force", "upgrade"],
        ["help", "help"],
        ["--version", "version"],
    ])("trapos %s", (line, command) => {
        expect(parse("/apis/ccpm/overview", line)).toMatchObject({ command });
    });
});
