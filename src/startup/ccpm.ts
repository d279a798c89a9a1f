/**
 * What `ccpm` and `trapos` need at boot: the way to the programs and their help, and Tab completion. Modules of ccpm
 * are loaded as late as can be and under pcall, so that nothing that is broken there can hold the boot up.
 */
import { choice } from "cc.completion";
import type * as argumentsModule from "../apis/ccpm/arguments";
import type * as finishModule from "../apis/ccpm/finish";
import type { Cache, Configuration, Lock } from "../apis/ccpm/types";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler takes every other `require` for an import. */
const load = require;

for (const [folder, api] of pairs({ programs: shell, help })) {
    const path = api.path();
    if (string.find(`:${path}:`, `:/${folder}:`, 1, true)[0] === undefined) api.setPath(`${path}:/${folder}`);
}

// What a power cut has left without the startup file that would see to it, or with one that cannot.
const [isSound] = pcall(() => {
    const finish = load("/apis/ccpm/finish") as typeof finishModule;
    const isNew = !fs.exists(finish.FINISHER);
    const [done, line] = finish.recover(fs, true);
    // Why it cannot be finished a startup file that is there has said already.
    if (line !== undefined && (done || isNew)) print(line);
});
// Where that file is damaged what was begun to mend it goes all the same.
if (!isSound && !fs.exists("/trapos/ccpm.staging/journal.json")) {
    for (const folder of ["staging", "partial"]) pcall(fs.delete, `/trapos/ccpm.${folder}`);
}

/** What was read, by path and when it was written: completion runs at every key. */
const known: Record<string, unknown> = {};

/** A file of ccpm's state; raises where there is none. */
function read(name: string): unknown {
    const path = `/trapos/${name}.json`;
    const key = path + fs.attributes(path).modified;
    if (known[key] === undefined) {
        const [file] = fs.open(path, "r");
        known[key] = textutils.unserializeJSON(file!.readAll());
        file!.close();
    }
    return known[key];
}

/** What may stand at a place of the command line of ccpm, as the keys of a table. */
function choices(index: number, text: string, previous: string[]): Record<string, unknown> {
    const commands = (load("/apis/ccpm/arguments") as typeof argumentsModule).commands;
    const found: Record<string, unknown> = {};
    let name = previous[1] ?? "";
    if (name === "registry" && index > 2) name = `registry ${previous[2]}`;
    const command = commands[name];
    let operand: string | undefined = "command";
    if (command) operand = command[3];
    const place = string.find(name, " ")[0] === undefined ? 1 : 2;
    if (command && index - place > command[1]) return found;
    if (string.sub(text, 1, 1) === "-") {
        for (const [flag] of string.gmatch(command![2], "%S+")) found[`--${flag}`] = true;
    } else if (operand === "installed") {
        return (read("ccpm.lock") as Lock).packages;
    } else if (operand === "available") {
        for (const [, registry] of pairs((read("ccpm.cache") as Cache).registries)) {
            for (const [offered] of pairs(registry.packages)) found[offered] = true;
        }
    } else if (operand === "registry") {
        for (const registry of (read("ccpm") as Configuration).registries) found[registry] = true;
    } else if (operand === "command") {
        for (const [one] of pairs(commands)) {
            const [first, second] = string.match(one, "(%S+) ?(.*)");
            if (index === 1 || command) found[first!] = true;
            else if (first === name) found[second!] = true;
        }
    }
    return found;
}

shell.setCompletionFunction("programs/ccpm.lua", (_shell, index, text, previous) => {
    const found: string[] = [];
    pcall(() => {
        for (const [word] of pairs(choices(index, text, previous))) found.push(word);
    });
    table.sort(found);
    return choice(text, found, true);
});
shell.setCompletionFunction("programs/trapos.lua", (_shell, index, text) =>
    index === 1 ? choice(text, ["help", "upgrade", "--version"]) : [],
);
