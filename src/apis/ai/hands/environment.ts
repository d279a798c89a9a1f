/**
 * The globals of a program behind the fence. Each run gets tables of its own: Lua's libraries as copies, what the ROM
 * has in Lua (textutils, parallel, window and so on) loaded anew on top of these globals, and of the computer's APIs
 * what only looks. All else asks at the gate.
 */
import { eventFunctions, type Events } from "./events";
import { fileFunctions, type Files } from "./files";
import { control, guarded, permit, type Call, type Gate } from "./gate";
import { apis, osFunctions, osPrograms, type Api, type Group } from "./groups";
import { printFunctions, type Printed } from "./printed";
import { copied } from "./values";

type Table = Record<string, unknown>;

/** What the globals are made of. */
export interface Run {
    readonly gate: Gate;
    readonly events: Events;
    readonly files: Files;
    readonly printed: Printed;
    /** The terminal that the program draws on. */
    readonly screen: object;
}

declare function require(this: void, name: string): unknown;

/** Lua's functions that know nothing but their arguments. */
const FUNCTIONS = [
    "assert",
    "error",
    "ipairs",
    "next",
    "pairs",
    "rawequal",
    "rawget",
    "rawlen",
    "rawset",
    "select",
    "tonumber",
    "tostring",
    "type",
    "unpack",
    "_VERSION",
    "_HOST",
    "_CC_DEFAULT_SETTINGS",
];

const LIBRARIES = ["string", "math", "table", "bit32", "utf8", "bit"];

/** The ROM's APIs that are made of Lua alone, in the order in which they need each other. */
const ROM_APIS = [
    "colors",
    "colours",
    "keys",
    "vector",
    "textutils",
    "parallel",
    "window",
    "paintutils",
    "io",
    "help",
];

const MODULES = "rom/modules/main/";

/** Names of settings that keep secrets. */
const SECRETS = ["password", "secret", "token", "key"];

const globals = _G as unknown as Table;

function isSecret(name: unknown): boolean {
    for (const word of SECRETS) {
        if (string.find(string.lower(tostring(name)), word, 1, true)[0] !== undefined) return true;
    }
    return false;
}

/** A library's functions and values, in a table of its own. */
function library(name: string): Table | undefined {
    if (type(globals[name]) !== "table") return undefined;
    const own: Table = {};
    for (const [key, value] of pairs(globals[name] as Table)) {
        if (type(value) !== "table") own[key] = value;
    }
    return own;
}

/** Copies of some values. */
function copiedAll(...values: unknown[]): LuaMultiReturn<unknown[]> {
    if (select("#", ...values) === 0) return $multi();
    const [first] = select(1, ...values);
    return $multi(copied(first), ...copiedAll(...select(2, ...values)));
}

/**
 * An API of the computer's: what looks is there, and gives copies of its own tables; the rest asks at the gate.
 * @param real the API
 * @param name as the player reads it
 */
function closedApi(gate: Gate, real: Table, name: string, api: Api): Table {
    const own: Table = {};
    const isOpen: Record<string, true | undefined> = {};
    for (const open of api.open) isOpen[open] = true;
    for (const [key, value] of pairs(real)) {
        if (type(value) !== "function") {
            // Its colours, sides and channels; never a table, which others have, too.
            if (type(value) !== "table") own[key] = value;
        } else if (isOpen[key]) {
            own[key] = guarded(gate, (...given) => copiedAll(...(value as Call)(...given)));
        } else {
            own[key] = guarded(gate, (...given) => {
                permit(gate, api.group, `${name}.${key}`);
                return (value as Call)(...given);
            });
        }
    }
    return own;
}

/** An API whose functions are asked for by any name, as Minecraft's commands are. */
function anyName(gate: Gate, own: Table, real: Table, name: string, group: Group): Table {
    return setmetatable<Table, object>(own, {
        __index: (_own: unknown, key: unknown) =>
            guarded(gate, (...given) => {
                permit(gate, group, `${name}.${tostring(key)}`);
                return (real[key as string] as Call)(...given);
            }),
    });
}

/** Peripherals are closed where they are called: where there is none there is nothing to ask. */
function peripherals(gate: Gate, own: Table, real: Table): void {
    const wrap = own.wrap as Call;
    const find = own.find as Call | undefined;
    own.wrap = guarded(gate, (name) => {
        if (type(name) === "string" && (real.isPresent as Call)(name)[0] === false) return $multi(undefined);
        return wrap(name);
    });
    if (find === undefined) return;
    own.find = guarded(gate, (wanted, filter) => {
        for (const name of (real.getNames as Call)()[0] as string[]) {
            const types = [...(real.getType as Call)(name)];
            for (const one of types) {
                if (one === wanted) return find(wanted, filter);
            }
        }
        return $multi();
    });
}

/** Whether a value has a user and a password in it, as an address may. */
function hasPassword(value: unknown): boolean {
    return type(value) === "string" && string.find(value as string, "//[^/]*@")[0] !== undefined;
}

/** Settings are read, but for secrets. */
function settingFunctions(gate: Gate, own: Table, real: Table): void {
    for (const name of ["get", "getDetails"]) {
        own[name] = guarded(gate, (key, ...given) => {
            const isClosed =
                isSecret(key) || (type(key) === "string" && hasPassword((real.get as Call)(key)[0]));
            if (isClosed) permit(gate, "settings", `settings.${name}("${tostring(key)}")`);
            return copiedAll(...(real[name] as Call)(key, ...given));
        });
    }
}

/** `os`: what looks, events and timers; what switches off or starts programs asks. */
function osApi(run: Run): Table {
    const groupOf: Record<string, Group> = {};
    for (const name of osPrograms) groupOf[name] = "shell";
    const real = os as unknown as Table;
    const own = closedApi(run.gate, real, "os", { group: "os", open: osFunctions });
    for (const name of osPrograms) {
        if (real[name] === undefined) continue;
        own[name] = guarded(run.gate, (...given) => {
            permit(run.gate, "shell", `os.${name}`);
            return (real[name] as Call)(...given);
        });
    }
    for (const [name, call] of pairs(eventFunctions(run.events))) own[name] = call;
    return own;
}

/** `term`: as it is, but that the computer's own terminal is the program's. */
function terminal(run: Run): Table {
    const own: Table = {};
    for (const [name, value] of pairs(term as unknown as Table)) {
        if (type(value) === "function") own[name] = guarded(run.gate, value as Call);
    }
    own.native = guarded(run.gate, () => $multi(run.screen));
    return own;
}

/** The whole of a chunk that comes in pieces. */
function joined(nextPiece: Call): string {
    const pieces: string[] = [];
    while (true) {
        const [piece] = nextPiece();
        if (piece === undefined || piece === "") return table.concat(pieces);
        if (type(piece) !== "string") error("'reader' must return a string", 0);
        table.insert(pieces, piece as string);
    }
}

/** What loads code: text alone, and into these globals or a table that the program gives. */
function loaders(run: Run, own: Table, romGlobals: Table): void {
    const gate = run.gate;
    // Not the program's own table: it may have put something else there.
    const files = fileFunctions(run.files);
    const loadText: Call = (chunk, name, mode, environment) => {
        let source = chunk;
        if (type(chunk) === "function") source = joined(chunk as Call);
        if (type(source) !== "string")
            error(`bad argument #1 (string or function expected, got ${type(chunk)})`, 0);
        const text = source as string;
        if (string.byte(text, 1) === 27 || (mode !== undefined && mode !== "t" && mode !== "bt"))
            return $multi(undefined, "attempt to load a binary chunk");
        const called = type(name) === "string" ? (name as string) : "=(load)";
        const isGiven = type(environment) === "table";
        return load(text, called, "t", isGiven ? (environment as object) : own);
    };
    const loadFile: Call = (path, mode, environment) => {
        const [clean] = (files.combine as Call)(path, "");
        const isOfRom = string.find(clean as string, "^rom/")[0] !== undefined;
        if (!isOfRom) permit(gate, "shell", `run /${tostring(clean)}`);
        const [file] = (files.open as Call)(path, "r");
        if (file === undefined) return $multi(undefined, "File not found");
        const handle = file as Record<string, Call>;
        const [text] = handle.readAll!();
        handle.close!();
        let target: unknown = isOfRom ? romGlobals : own;
        if (environment !== undefined) target = environment;
        // Long ago the globals stood in the mode's place.
        else if (type(mode) === "table") target = mode;
        return loadText(text, `@/${tostring(clean)}`, "t", target);
    };
    own.load = guarded(gate, loadText);
    own.loadstring = guarded(gate, (text, name) => loadText(text, name));
    own.loadfile = guarded(gate, loadFile);
    own.dofile = guarded(gate, (path) => {
        const [chunk, problem] = loadFile(path);
        if (chunk === undefined) error(problem as string, 0);
        return (chunk as Call)();
    });
}

function sourceOf(path: string): string {
    const [file, problem] = fs.open(path, "r");
    if (file === undefined) error(problem, 0);
    const text = file!.readAll() ?? "";
    file!.close();
    return text;
}

/** Runs a file of the ROM's in some globals and returns what it returns. */
function romModule(path: string, environment: object): unknown {
    const [chunk, problem] = load(sourceOf(path), `@/${path}`, "t", environment);
    if (chunk === undefined) error(problem as string, 0);
    return (chunk as unknown as Call)()[0];
}

/** `require`: the ROM's modules, loaded anew; any other is a program of the player's. */
function modules(run: Run, own: Table, romGlobals: object): void {
    const loaded: Table = { _G: own };
    for (const name of LIBRARIES) loaded[name] = own[name];
    loaded.coroutine = own.coroutine;
    own.package = { loaded, path: `/${MODULES}?.lua`, preload: {} };
    own.require = guarded(run.gate, (name) => {
        if (type(name) !== "string") error(`bad argument #1 (string expected, got ${type(name)})`, 0);
        const called = name as string;
        if (loaded[called] !== undefined) return $multi(loaded[called]);
        const [path] = string.gsub(called, "%.", "/");
        const file = `${MODULES}${path}.lua`;
        const isOfRom = string.find(called, "^cc%.[%w_.]+$")[0] !== undefined && fs.exists(file);
        if (!isOfRom) {
            permit(run.gate, "shell", `require("${called}")`);
            return $multi(require(called));
        }
        loaded[called] = romModule(file, romGlobals);
        return $multi(loaded[called]);
    });
}

/** An API of the ROM's, which is what its file sets. */
function romApi(path: string, romGlobals: Table): Table {
    const set: Table = {};
    setmetatable(set, { __index: romGlobals } as never);
    romModule(path, set);
    const own: Table = {};
    for (const [name, value] of pairs(set)) {
        if (name !== "_ENV") own[name] = value;
    }
    return own;
}

/** Lua's functions for metatables. That of all texts is the computer's, and nobody gets it. */
function metatables(own: Table): void {
    own.getmetatable = (value: unknown) => {
        if (type(value) === "string") return { __index: own.string };
        return type(value) === "table" ? getmetatable(value as object) : undefined;
    };
    own.setmetatable = (value: unknown, metatable: unknown) => {
        // Called when the program is long over, where the computer's Lua has it at all.
        if (type(metatable) === "table" && rawget(metatable as never, "__gc" as never) !== undefined)
            error("__gc is not there", 2);
        return setmetatable(value as never, metatable as never) as unknown;
    };
}

/**
 * Makes the globals of a run.
 * @param shellApi the shell's API and multishell's, which no global has
 */
export function makeEnvironment(run: Run, shellApi: Readonly<Record<string, Table | undefined>>): Table {
    const gate = run.gate;
    const own: Table = {};
    own._G = own;
    for (const name of FUNCTIONS) own[name] = globals[name];
    for (const name of LIBRARIES) own[name] = library(name);
    const strings = own.string as Table;
    strings.dump = undefined;
    metatables(own);
    for (const [name, value] of pairs(control(gate))) own[name] = value;
    for (const [name, call] of pairs(printFunctions(gate, run.printed))) own[name] = call;
    own.fs = fileFunctions(run.files);
    own.os = osApi(run);
    own.sleep = (own.os as Table).sleep;
    own.term = terminal(run);
    for (const [name, api] of pairs(apis)) {
        const real = (globals[name] as Table | undefined) ?? shellApi[name];
        if (type(real) === "table") own[name] = closedApi(gate, real!, name, api);
    }
    const real = globals as Record<string, Table | undefined>;
    if (own.peripheral !== undefined) peripherals(gate, own.peripheral as Table, real.peripheral!);
    if (own.settings !== undefined) settingFunctions(gate, own.settings as Table, real.settings!);
    if (own.commands !== undefined)
        own.commands = anyName(gate, own.commands as Table, real.commands!, "commands", "commands");
    // The ROM names functions in its errors by it; it is no program's.
    const debug = { getinfo: () => ({}), getlocal: () => undefined, getmetatable: own.getmetatable };
    const romGlobals = setmetatable({ debug }, { __index: own }) as Table;
    loaders(run, own, romGlobals);
    modules(run, own, romGlobals);
    for (const name of ROM_APIS) {
        const path = `rom/apis/${name}.lua`;
        if (fs.exists(path)) own[name] = romApi(path, romGlobals);
    }
    return own;
}
