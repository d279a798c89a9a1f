import { NUMBER_WRITER } from "./lua-module.ts";

/**
 * What Lua's WebAssembly module asks of its host. A module can do nothing but compute by itself, so this list is all
 * that a program on the computer could ever reach outside of it: emscripten's own glue, which would start a shell for
 * `system`, is never loaded.
 */

/** A function that the module asks for. */
export type HostCall = (...args: number[]) => number | void;

/** What is let in. Each stands here with its reason; all else is refused. */
export interface GivenImports {
    /** Lua writes to a file of C's library: its standard output is the kernel's way to Node. */
    _fd_write: HostCall;
    /** Lua reads from one: its standard input is Node's way to the kernel. */
    _fd_read: HostCall;
    /** C's setjmp: calls a function by its place in the module's own table and catches what the next one throws. */
    invoke_vii: HostCall;
    /** C's longjmp, by which Lua raises errors. */
    _emscripten_longjmp: HostCall;
    /** The upper half of a result of 64 bits is set, and asked for. */
    _setTempRet0: HostCall;
    _getTempRet0: HostCall;
    /** Copies within the module's memory. */
    _emscripten_memcpy_big: HostCall;
    /** More memory, up to the computer's limit. */
    _emscripten_resize_heap: HostCall;
    /** Microseconds: the kernel's watch over programs that do not yield. */
    _clock: HostCall;
    /** The time, as C calls it: what Lua mixes into the order of its tables. */
    _time: HostCall;
    /** How many variables the environment has, which C's library asks before anything else: there is no environment. */
    _environ_sizes_get: HostCall;
    /** Writes a number as text into the module's memory. */
    [NUMBER_WRITER]: HostCall;
}

/**
 * Every function that the module asks for, by the name to which emscripten has shortened it. The long names are those
 * in lua-wasm-bindings' dist/glue/glue-lua-5.2.4.js.
 */
const longNames: Readonly<Record<string, string>> = {
    a: "_fd_close",
    b: "_time",
    c: "_setTempRet0",
    d: "___sys_fcntl64",
    e: "_getTempRet0",
    f: "___sys_unlink",
    g: "_fd_write",
    h: "___sys_open",
    i: "_emscripten_longjmp",
    j: "_fd_read",
    k: "invoke_vii",
    l: "_fd_seek",
    m: "___sys_lstat64",
    n: "_emscripten_memcpy_big",
    o: "_mktime",
    p: "___sys_rename",
    q: "___sys_rmdir",
    r: "_exit",
    s: "_system",
    t: "_difftime",
    u: "_strftime",
    v: "___localtime_r",
    w: "___gmtime_r",
    x: "_clock",
    y: "_emscripten_resize_heap",
    z: "___clock_gettime",
    A: "_environ_get",
    B: "_environ_sizes_get",
    C: "___sys_dup2",
    D: NUMBER_WRITER,
    E: "___sys_ioctl",
    F: "_abort",
};

/** One of what a module asks for. */
export interface ModuleImport {
    readonly module: string;
    readonly name: string;
    readonly kind: string;
}

/** Stands for a function that is not let in: whoever calls it ends the computer. */
function refuse(name: string): HostCall {
    return () => {
        throw new Error(`Lua asked its host for ${name.replace(/^_+/, "")}, which it does not get`);
    };
}

/**
 * Puts together what a module gets: what is given, and a refusal for each other function on the list.
 * @param asked what the module asks for
 * @throws Error when that is not exactly what is on the list
 */
export function luaImports(
    asked: readonly ModuleImport[],
    given: GivenImports,
): Record<string, Record<string, HostCall>> {
    const functions: Record<string, HostCall> = {};
    for (const { module, name, kind } of asked) {
        const longName = Object.hasOwn(longNames, name) ? longNames[name] : undefined;
        if (module !== "a" || kind !== "function" || longName === undefined) {
            throw new Error(`Lua's WebAssembly module asks for ${module}.${name}, which is not known here`);
        }
        functions[name] = Object.hasOwn(given, longName)
            ? given[longName as keyof GivenImports]
            : refuse(longName);
    }
    const missing = Object.keys(longNames).filter((name) => !Object.hasOwn(functions, name));
    if (missing.length > 0)
        throw new Error("lua-wasm-bindings has another Lua than the one that is known here");
    return { a: functions };
}
