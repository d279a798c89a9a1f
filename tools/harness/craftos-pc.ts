import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Backend } from "./backend.ts";
import { bootCraftosPc } from "./craftos-pc-computer.ts";

/** The environment, with CRAFTOS_PC, the program's path, and CRAFTOS_PC_ROM, a folder with bios.lua and rom/. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What CraftOS-PC does otherwise than the game: cases of specs and end-to-end tests that are not run on it, and why.
 * From its src/apis/fs.cpp, os.cpp and http.cpp, src/runtime.cpp and the source of its Lua, in its default configuration.
 */
export const craftosPcSkipped: Readonly<Record<string, string>> = {
    "events queue carries a copy of a table": "CraftOS-PC hands on the table itself",
    "events queue leaves functions out": "CraftOS-PC hands on functions",
    "events queue holds 256 and loses what comes then": "CraftOS-PC's queue has no end",
    "events timers wants a number": "CraftOS-PC takes nan for a time",
    "fs paths combine takes backslashes for slashes": "CraftOS-PC does so on Windows alone",
    "fs paths raises for a path that leads out": 'CraftOS-PC says "No such file" for "Invalid Path"',
    "fs files copy refuses to overwrite": "CraftOS-PC takes it for a copy of a folder into itself",
    "fs handles open raises for another mode": "CraftOS-PC names the mode in its message",
    "fs handles read refuses a negative count": 'CraftOS-PC says "characters" for "bytes"',
    "fs handles at most 128 are open": "CraftOS-PC raises where CC gives nil and the reason",
    "fs space a new file counts at least 500 bytes": "CraftOS-PC gives the space of the host's disk",
    "fs space a long file counts its bytes": "CraftOS-PC gives the space of the host's disk",
    "fs space raises when the disk is full": "CraftOS-PC does not enforce the disk's quota",
    "http get follows a redirect": "CraftOS-PC loses the port of a redirect without a host",
    "http get says when nobody is there": 'CraftOS-PC says "Connection refused" for "Could not connect"',
    "http request a failure that comes at once is an event as well":
        "CraftOS-PC tells of it by the event alone",
    "http rules denies private addresses that are not allowed":
        "CraftOS-PC lets loopback through, and its rules are not per computer",
    "lua math.atan takes two, as atan2": "CraftOS-PC drops the second",
    "lua metamethods there is no __gc": "CraftOS-PC has it",
    "lua order compares no tables whose metamethods are not one and the same":
        "CraftOS-PC calls that of either, as Lua 5.2",
    "lua calls and no deeper than 32,768":
        "CraftOS-PC's stack holds a million values, however many calls that is",
    "lua calls a recursion through natives ends as one of Lua alone": 'CraftOS-PC says "C stack overflow"',
    "lua errors of a native's argument are at the line that called it": "CraftOS-PC has another message",
    "lua errors of a native's argument are at the line of pcall, where that called it":
        "CraftOS-PC gives no line",
    "lua errors of an argument say its type, and that of its metatable's __name":
        "CraftOS-PC has another message",
    "lua errors have the line of the program, whatever native calls the function":
        "CraftOS-PC puts the line of coroutine.wrap before it",
    "lua errors may be anything, and arrive as they are": "CraftOS-PC makes texts of numbers",
    "lua load takes no compiled chunk, whatever the mode": "CraftOS-PC takes compiled chunks",
    "lua load takes none in pieces either": "CraftOS-PC takes compiled chunks",
    "lua load there is nothing that would compile one": "CraftOS-PC has string.dump",
    "lua tables pairs of what is no table is an error where it is gone through":
        "CraftOS-PC raises it at once, as Lua 5.2",
    "saved, and run by hand, it says which rule forbids a private address":
        "CraftOS-PC lets loopback through, and its rules are not per computer",
};

/**
 * Finds the CraftOS-PC that the environment names.
 * @returns its path, or a line that says what is missing
 */
export async function findCraftosPc(
    environment: Environment,
): Promise<{ path: string } | { missing: string }> {
    const path = environment["CRAFTOS_PC"];
    const how = "Install it from https://www.craftos-pc.cc and set CRAFTOS_PC=/path/to/craftos.";
    if (path === undefined || path === "") return { missing: `CraftOS-PC is not named. ${how}` };
    const isFile = await stat(path).then(
        (found) => found.isFile(),
        () => false,
    );
    if (!isFile) return { missing: `There is no CraftOS-PC at ${path}. ${how}` };
    try {
        await access(path, constants.X_OK);
    } catch {
        return { missing: `${path} cannot be executed. ${how}` };
    }
    return { path: resolve(path) };
}

/**
 * A real CraftOS-PC, headless. docs/testing.md says what has been seen of it.
 * @param program path of its executable
 * @param environment with CRAFTOS_PC_ROM, if it is not to boot its own ROM
 */
export function craftosPc(program: string, environment: Environment = {}): Backend {
    const ownRom = environment["CRAFTOS_PC_ROM"];
    return {
        name: "CraftOS-PC",
        skipped: craftosPcSkipped,
        boot: ({ rom = ownRom, ...options }) =>
            bootCraftosPc(program, { ...options, ...(rom && { rom: resolve(rom) }) }),
    };
}
