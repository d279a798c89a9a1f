/**
 * What `ccpm` and `trapos` need at boot: the way to the programs and their help, and Tab completion. Modules of ccpm
 * are loaded when Tab wants them, so that nothing that is broken there can hold the boot up.
 */
import { choice } from "cc.completion";
import type * as argumentsModule from "../apis/ccpm/arguments";
import type { Cache, Configuration, Lock } from "../apis/ccpm/types";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler takes every other `require` for an import. */
const requireLater = require;

const STAGING = "/trapos/ccpm.staging";

function withFolder(path: string, folder: string): string {
    return string.find(`:${path}:`, `:${folder}:`, 1, true)[0] === undefined ? `${path}:${folder}` : path;
}

shell.setPath(withFolder(shell.path(), "/programs"));
help.setPath(withFolder(help.path(), "/help"));

// A power cut before the first change leaves a folder without the startup file that would see to it.
if (fs.exists(STAGING) && !fs.exists("/startup/00-ccpm-finish.lua")) {
    if (fs.exists(`${STAGING}/journal.json`)) print("An installation is not finished. Type: ccpm recover");
    else pcall(() => { fs.delete(STAGING); });
}

/** What was read last, by path, and when that was written: completion runs at every key. */
const values: Record<string, unknown> = {};
const times: Record<string, number> = {};

/** A file of ccpm's state; raises where there is none or it is broken. */
function load(path: string): unknown {
    const modified = fs.attributes(path).modified;
    if (times[path] !== modified) {
        const [file] = fs.open(path, "r");
        const text = file!.readAll();
        file!.close();
        values[path] = textutils.unserializeJSON(text);
        times[path] = modified;
    }
    return values[path];
}

function keysOf(record: object): string[] {
    const keys: string[] = [];
    for (const [key] of pairs(record as Record<string, unknown>)) keys.push(key);
    return keys;
}

const installed = (): string[] => keysOf((load("/trapos/ccpm.lock.json") as Lock).packages);

function available(): string[] {
    const found: Record<string, unknown> = {};
    const cache = load("/trapos/ccpm.cache.json") as Cache;
    for (const [, registry] of pairs(cache.registries)) {
        for (const name of keysOf(registry.packages)) found[name] = true;
    }
    return keysOf(found);
}

const registries = () => (load("/trapos/ccpm.json") as Configuration).registries as string[];

const OPERANDS: Record<string, ((this: void) => string[]) | undefined> = {
    install: available,
    info: available,
    uninstall: installed,
    upgrade: installed,
    files: installed,
    verify: installed,
};

/** What may stand at a place of the command line of ccpm. */
function choices(index: number, text: string, previous: string[]): string[] {
    const command = previous[1]!;
    const operands = OPERANDS[command];
    const isFlag = string.sub(text, 1, 1) === "-";
    if (!isFlag && index > 1 && operands) return operands();
    if (command === "registry" && index === 3) return registries();
    const words: string[] = [];
    for (const row of (requireLater("/apis/ccpm/arguments") as typeof argumentsModule).commands) {
        const [first, second] = string.match(row[0], "^(%S+) ?(.*)");
        if (isFlag && first === command) {
            for (const [flag] of string.gmatch(row[3], "%S+")) words.push(`--${flag}`);
        } else if (!isFlag && (index === 1 || command === "help")) {
            // The commands of registries stand one after another.
            if (first !== words[words.length - 1]) words.push(first!);
        } else if (!isFlag && index === 2 && first === command) {
            words.push(second!);
        }
    }
    return words;
}

function complete(_shell: unknown, index: number, text: string, previous: string[]): string[] {
    const [ok, found] = pcall(() => choice(text, choices(index, text, previous), true));
    return ok ? found : [];
}

shell.setCompletionFunction("programs/ccpm.lua", complete);
shell.setCompletionFunction("programs/trapos.lua", (_shell, index, text) =>
    index === 1 ? choice(text, ["help", "upgrade", "--version"]) : [],
);
