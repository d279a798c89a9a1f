import type { ValueType } from "./wasm-assembler.ts";
import type { FunctionType } from "./wasm-module.ts";

/**
 * Functions that Lua's WebAssembly module gets beside its own, or in their place, so that it computes, compares, counts
 * and complains as Cobalt 0.9.4 does, the Lua of CC: Tweaked 1.113.
 *
 * Where things stand in memory is lua-wasm-bindings 0.5.3's. A value has 16 bytes: what it is, and at 8 of what type (the
 * lower four bits: 0 nil, 3 a number, 4 a string, 5 a table, 6 a function, 7 a userdata). Of a coroutine, `L`: at 8 the top
 * of its stack, at 16 the call that runs, at 38 how many calls of C are nested, at 41 whether hooks may run, at 42 a byte that Lua leaves unused, at 72
 * its outermost call. Of a call: at 0 its function's place on the stack, at 8 the call that it came from, at 12 the one
 * within it, at 18 whether its function is Lua's (1), at 28 its next instruction, at 38 two bytes that Lua leaves unused. Of a string: at 12 its
 * length, at 16 its text. Of a table: at 7 how many keys have room beside its list, as a power of 2, at 8 how long the list may
 * be.
 */

/** Functions of the module that are called or changed here, by their names in Lua's sources. */
export const own = {
    luaL_error: 33,
    luaM_realloc_: 34,
    luaV_equalobj_: 159,
    lua_next: 192,
    luaD_precall: 214,
    lua_type: 35,
    lua_pushvalue: 36,
    lua_pushlstring: 39,
    luaL_argerror: 41,
    luaL_checknumber: 43,
    luaL_checklstring: 45,
    lua_tolstring: 46,
    lua_pushfstring: 56,
    luaL_checkinteger: 57,
    luaS_newlstr: 58,
    luaL_checktype: 59,
    luaG_runerror: 62,
    /** Of the parser. */
    subexpr: 63,
    luaO_pushfstring: 64,
    /** Of the parser. */
    statement: 71,
    luaL_checkudata: 72,
    luaD_throw: 74,
    luaT_gettmbyobj: 79,
    luaD_call: 81,
    luaL_checkunsigned: 86,
    lua_tointegerx: 91,
    strcmp: 110,
    strcoll: 201,
    luaG_typeerror: 177,
    sprintf: 182,
    luaV_execute: 199,
    luaV_concat: 200,
    luaO_pushvfstring: 202,
    lua_error: 209,
    lua_isstring: 134,
    lua_setmetatable: 150,
    lua_tonumberx: 212,
    luaO_chunkid: 230,
    log: 237,
    atan: 240,
    luaD_pcall: 254,
    pow: 256,
    luaC_checkfinalizer: 370,
    luaH_getstr: 273,
    luaV_lessthan: 275,
    luaO_arith: 276,
    /** With lua_resume in it. */
    auxresume: 312,
    lua_tounsignedx: 341,
    /** Of the parser. */
    assignment: 353,
    luaG_ordererror: 364,
    luaG_errormsg: 365,
    lua_newstate: 373,
    lua_newthread: 374,
    luaE_extendCI: 375,
    str_find_aux: 294,
    luaL_tolstring: 321,
    luaL_where: 326,
    math_randomseed: 410,
    math_random: 411,
    math_rad: 412,
    math_pow: 413,
    math_modf: 414,
    math_min: 415,
    math_max: 416,
    math_log: 417,
    math_fmod: 421,
    math_deg: 424,
    math_ceil: 427,
    math_atan: 428,
    math_atan2: 429,
    gmatch_aux: 454,
    str_format: 456,
    luaB_setmetatable: 527,
    luaB_costatus: 507,
    luaB_coresume: 509,
    luaB_tonumber: 526,
    luaB_error: 544,
    /** Compiles. */
    f_parser: 568,
    /** Runs first in a coroutine. */
    resume: 569,
} as const;

/**
 * Texts in the module's memory, by where they are put. Those that the functions need stand at the far end of C's stack,
 * which is 5 MiB large and never grows so far, as calls of C are not nested so deep; the others take the places of C's.
 */
export const texts = {
    21760: "__name",
    21768: "bad argument (%s)",
    21792: "bad argument (%s, got %s)",
    21824: "cannot resume running coroutine",
    21856: "",
    // "cannot resume non-suspended coroutine": then it waits for one that it has resumed.
    5118: "cannot resume normal coroutine",
    // "coroutine expected"
    9792: "thread expected",
    // "invalid value (%s) at index %d in table for 'concat'"
    10028: "bad argument (string expected, got %s)",
    // "value out of range" of string.char
    12379: "invalid value",
    // "malformed pattern (missing arguments to '%%b')"
    12536: "unbalanced pattern",
    // "width must be positive"
    13280: "width must be postive",
    // "invalid capture index %%%d"
    12650: "invalid capture index",
} as const;

/** Variables that the module gets, by what they hold. It has one of its own, so the first has the number 1. */
export const variables = {
    /** How deep calls of C were nested when the parser began. */
    parserDepth: { index: 1, type: "i32" },
    /** The state of the random numbers. */
    random0: { index: 2, type: "i64" },
    random1: { index: 3, type: "i64" },
    random2: { index: 4, type: "i64" },
    random3: { index: 5, type: "i64" },
    /** What was done beside instructions since the last look at the time, as so many instructions. */
    effort: { index: 6, type: "i32" },
} as const;

/**
 * How many calls a coroutine may have: its functions, and those of C. Source: Cobalt's DebugState, MAX_SIZE and
 * MAX_ERROR_SIZE: 10 more for the handler of the error.
 */
const MOST_CALLS = 32768;
const CALLS_OF_HANDLER = 10;

/** Stands where Lua keeps the place of the handler of an error on its stack, which is a multiple of 16. */
export const IN_HANDLER = 1;

/** See watch.lua. */
const INSTRUCTIONS_BETWEEN_LOOKS = 200000;

export interface NewFunction {
    readonly type: FunctionType;
    readonly locals?: readonly ValueType[];
    readonly code: string;
}

const type = (parameters: readonly ValueType[], ...results: ValueType[]): FunctionType => ({
    parameters,
    results,
});

/** Numbers ------------------------------------------------------------------------------------------------------- */

/** The exact remainder of a division that is cut off, with the sign of the dividend, as Java's `%`. */
const remainder: NewFunction = {
    type: type(["f64", "f64"], "f64"),
    // 2 and 3: the digits of both, 4 and 5: their exponents, 6: how far digits are shifted.
    locals: ["i64", "i64", "i64", "i64", "i64"],
    code: `
        ;; Whole numbers of 63 bits.
        local.get 0
        i64.trunc_sat_f64_s
        local.tee 2
        f64.convert_i64_s
        local.get 0
        f64.eq
        local.get 1
        i64.trunc_sat_f64_s
        local.tee 3
        f64.convert_i64_s
        local.get 1
        f64.eq
        i32.and
        local.get 3
        i64.eqz
        i32.eqz
        i32.and
        local.get 0
        f64.abs
        f64.const 9223372036854775808
        f64.lt
        i32.and
        local.get 1
        f64.abs
        f64.const 9223372036854775808
        f64.lt
        i32.and
        if
        local.get 2
        local.get 3
        i64.rem_s
        f64.convert_i64_s
        return
        end
        ;; Nothing is left of what has no end, nor by 0.
        local.get 0
        local.get 0
        f64.sub
        local.get 0
        local.get 0
        f64.sub
        f64.ne
        local.get 1
        local.get 1
        f64.ne
        i32.or
        local.get 1
        f64.const 0
        f64.eq
        i32.or
        if
        f64.const nan
        return
        end
        local.get 0
        f64.abs
        local.get 1
        f64.abs
        f64.lt
        if
        local.get 0
        return
        end
        ;; Both as digits and an exponent: the first of 53 digits is not 0.
        local.get 0
        f64.abs
        i64.reinterpret_f64
        local.tee 2
        i64.const 52
        i64.shr_u
        local.tee 4
        i64.eqz
        if
        local.get 2
        local.get 2
        i64.clz
        i64.const 11
        i64.sub
        local.tee 6
        i64.shl
        local.set 2
        i64.const 1
        local.get 6
        i64.sub
        local.set 4
        else
        local.get 2
        i64.const 4503599627370495
        i64.and
        i64.const 4503599627370496
        i64.or
        local.set 2
        end
        local.get 1
        f64.abs
        i64.reinterpret_f64
        local.tee 3
        i64.const 52
        i64.shr_u
        local.tee 5
        i64.eqz
        if
        local.get 3
        local.get 3
        i64.clz
        i64.const 11
        i64.sub
        local.tee 6
        i64.shl
        local.set 3
        i64.const 1
        local.get 6
        i64.sub
        local.set 5
        else
        local.get 3
        i64.const 4503599627370495
        i64.and
        i64.const 4503599627370496
        i64.or
        local.set 3
        end
        ;; Long division.
        block
        loop
        local.get 2
        local.get 3
        i64.ge_u
        if
        local.get 2
        local.get 3
        i64.sub
        local.set 2
        end
        local.get 4
        local.get 5
        i64.eq
        br_if 1
        local.get 2
        i64.const 1
        i64.shl
        local.set 2
        local.get 4
        i64.const 1
        i64.sub
        local.set 4
        br 0
        end
        end
        local.get 2
        i64.eqz
        if
        f64.const 0
        return
        end
        ;; Back to a number.
        local.get 2
        local.get 2
        i64.clz
        i64.const 11
        i64.sub
        local.tee 6
        i64.shl
        local.set 2
        local.get 4
        local.get 6
        i64.sub
        local.tee 4
        i64.const 0
        i64.gt_s
        if (result i64)
        local.get 2
        i64.const 4503599627370496
        i64.sub
        local.get 4
        i64.const 52
        i64.shl
        i64.or
        else
        local.get 2
        i64.const 1
        local.get 4
        i64.sub
        i64.shr_u
        end
        f64.reinterpret_i64
        local.get 0
        f64.copysign`,
};

/** What `%` gives: the remainder with the sign of the divisor, and no -0, as Cobalt has none. */
const modulo: NewFunction = {
    type: type(["f64", "f64"], "f64"),
    locals: ["f64"],
    code: `
        ;; Of whole numbers up to 2^52 what is quickest is exact: the quotient is too far from any other whole number to be
        ;; rounded to it.
        local.get 0
        f64.floor
        local.get 0
        f64.eq
        local.get 1
        f64.floor
        local.get 1
        f64.eq
        i32.and
        local.get 0
        f64.abs
        f64.const 4503599627370496
        f64.le
        i32.and
        local.get 1
        f64.abs
        f64.const 4503599627370496
        f64.le
        i32.and
        local.get 1
        f64.const 0
        f64.ne
        i32.and
        if
        local.get 0
        local.get 0
        local.get 1
        f64.div
        f64.floor
        local.get 1
        f64.mul
        f64.sub
        f64.const 0
        f64.add
        return
        end
        local.get 0
        local.get 1
        call $remainder
        local.tee 2
        local.get 1
        local.get 2
        f64.add
        local.get 2
        local.get 2
        local.get 1
        f64.mul
        f64.const 0
        f64.lt
        select
        local.set 2
        drop
        local.get 2
        f64.const 0
        f64.add`,
};

/** What `/` gives. By 0 only the dividend's sign counts, and what is no number counts as negative. */
const quotient: NewFunction = {
    type: type(["f64", "f64"], "f64"),
    code: `
        local.get 1
        f64.const 0
        f64.eq
        if
        f64.const inf
        f64.const nan
        f64.const -Infinity
        local.get 0
        f64.const 0
        f64.eq
        select
        local.get 0
        f64.const 0
        f64.gt
        select
        return
        end
        local.get 0
        local.get 1
        f64.div
        f64.const 0
        f64.add`,
};

/** What `^` gives: as C's, but 1 to the power of what is no number or has no end is no number, as in Java. */
const raised: NewFunction = {
    type: type(["f64", "f64"], "f64"),
    code: `
        local.get 0
        f64.abs
        f64.const 1
        f64.eq
        local.get 1
        local.get 1
        f64.sub
        f64.const 0
        f64.ne
        i32.and
        if
        f64.const nan
        return
        end
        local.get 0
        local.get 1
        call $pow
        f64.const 0
        f64.add`,
};

/** Puts a number on top of the stack, 0 in place of -0. */
const pushNumber: NewFunction = {
    type: type(["i32", "f64"]),
    locals: ["i32"],
    code: `
        local.get 0
        i32.load offset=8
        local.tee 2
        local.get 1
        f64.const 0
        f64.add
        f64.store
        local.get 2
        i32.const 3
        i32.store offset=8
        local.get 0
        local.get 2
        i32.const 16
        i32.add
        i32.store offset=8`,
};

/** The next of the random numbers: xoshiro256**, whose numbers follow from the seed as they do in CC. */
const nextRandom: NewFunction = {
    type: type([], "i64"),
    locals: ["i64", "i64", "i64", "i64"],
    code: `
        global.get ${variables.random0.index}
        local.set 0
        global.get ${variables.random1.index}
        local.set 1
        global.get ${variables.random2.index}
        local.get 0
        i64.xor
        local.set 2
        global.get ${variables.random3.index}
        local.get 1
        i64.xor
        local.set 3
        local.get 1
        i64.const 5
        i64.mul
        i64.const 7
        i64.rotl
        i64.const 9
        i64.mul
        local.get 0
        local.get 3
        i64.xor
        global.set ${variables.random0.index}
        local.get 1
        local.get 2
        i64.xor
        global.set ${variables.random1.index}
        local.get 2
        local.get 1
        i64.const 17
        i64.shl
        i64.xor
        global.set ${variables.random2.index}
        local.get 3
        i64.const 45
        i64.rotl
        global.set ${variables.random3.index}`,
};

/** A random whole number from 0 to a limit. */
const randomUpTo: NewFunction = {
    type: type(["i64"], "i64"),
    // 1: as many bits as the limit has, 2: the number.
    locals: ["i64", "i64"],
    code: `
        call $nextRandom
        local.set 2
        local.get 0
        local.get 0
        i64.const 1
        i64.add
        i64.and
        i64.eqz
        if
        local.get 2
        local.get 0
        i64.and
        return
        end
        i64.const -1
        local.get 0
        i64.clz
        i64.shr_u
        local.set 1
        block
        loop
        local.get 2
        local.get 1
        i64.and
        local.tee 2
        local.get 0
        i64.gt_u
        i32.eqz
        br_if 1
        call $nextRandom
        local.set 2
        br 0
        end
        end
        local.get 2`,
};

/** Order ---------------------------------------------------------------------------------------------------------- */

/**
 * The metamethod by which two values are compared with `<`. As in Lua 5.1 both have to be of one type and to have the same
 * one, or else they are not compared.
 */
const lessMethod: NewFunction = {
    type: type(["i32", "i32", "i32"], "i32"),
    locals: ["i32", "i32"],
    code: `
        local.get 0
        local.get 1
        i32.const 13
        call $luaT_gettmbyobj
        local.set 3
        local.get 0
        local.get 1
        local.get 2
        local.get 3
        local.get 0
        local.get 2
        i32.const 13
        call $luaT_gettmbyobj
        call $sameMethod
        local.get 3`,
};

/**
 * The metamethod for `<=`, or a nil where `<` of the operands turned round takes its place: where the left one has no
 * `__le`.
 */
const lessOrEqualMethod: NewFunction = {
    type: type(["i32", "i32", "i32"], "i32"),
    locals: ["i32"],
    code: `
        local.get 0
        local.get 1
        i32.const 14
        call $luaT_gettmbyobj
        local.tee 3
        i32.load offset=8
        i32.eqz
        if
        local.get 3
        return
        end
        local.get 0
        local.get 1
        local.get 2
        local.get 3
        local.get 0
        local.get 2
        i32.const 14
        call $luaT_gettmbyobj
        call $sameMethod
        local.get 3`,
};

/** Raises "attempt to compare" unless two values are of one type and their metamethods are one and the same. */
const sameMethod: NewFunction = {
    type: type(["i32", "i32", "i32", "i32", "i32"]),
    code: `
        local.get 3
        i32.load offset=8
        i32.const 0
        i32.ne
        local.get 3
        i32.load offset=8
        local.get 4
        i32.load offset=8
        i32.eq
        i32.and
        local.get 3
        i32.load
        local.get 4
        i32.load
        i32.eq
        i32.and
        local.get 1
        i32.load offset=8
        i32.const 15
        i32.and
        local.get 2
        i32.load offset=8
        i32.const 15
        i32.and
        i32.eq
        i32.and
        i32.eqz
        if
        local.get 0
        local.get 1
        local.get 2
        call $luaG_ordererror
        end`,
};

/** Errors --------------------------------------------------------------------------------------------------------- */

/**
 * Puts before the message on top of the stack where the program stands: the file and line of the innermost function of
 * Lua. Functions of C and of the kernel do not count: the kernel's have no source.
 */
const addPlace: NewFunction = {
    type: type(["i32", "i32"]),
    // 2: a call, 3: its function's prototype, 4: the name of its source, 5: room on C's stack.
    locals: ["i32", "i32", "i32", "i32"],
    code: `
        local.get 0
        i32.load offset=16
        local.set 2
        block
        loop
        local.get 2
        i32.load8_u offset=18
        i32.const 1
        i32.and
        if
        local.get 2
        i32.load
        i32.load
        i32.load offset=12
        local.tee 3
        i32.load offset=36
        local.tee 4
        br_if 2
        end
        local.get 2
        i32.load offset=8
        local.tee 2
        br_if 0
        end
        return
        end
        global.get 0
        i32.const 80
        i32.sub
        local.tee 5
        global.set 0
        local.get 5
        i32.const 16
        i32.add
        local.get 4
        i32.const 16
        i32.add
        call $luaO_chunkid
        local.get 5
        local.get 5
        i32.const 16
        i32.add
        i32.store
        local.get 5
        local.get 3
        i32.load offset=20
        if (result i32)
        local.get 2
        i32.load offset=28
        local.get 3
        i32.load offset=12
        i32.sub
        local.get 3
        i32.load offset=20
        i32.add
        i32.const 4
        i32.sub
        i32.load
        else
        i32.const 0
        end
        i32.store offset=4
        local.get 5
        local.get 1
        i32.store offset=8
        local.get 0
        i32.const 4090 ;; "%s:%d: %s"
        local.get 5
        call $luaO_pushfstring
        drop
        local.get 5
        i32.const 80
        i32.add
        global.set 0`,
};

/** The name of a value's type: that of its metatable, `__name`, where it is a table or a userdata and has one. */
const typeName: NewFunction = {
    type: type(["i32", "i32"], "i32"),
    // 2: the type, 3: the metatable, then the name in it.
    locals: ["i32", "i32"],
    code: `
        local.get 1
        i32.load offset=8
        i32.const 15
        i32.and
        local.tee 2
        i32.const 5
        i32.eq
        local.get 2
        i32.const 7
        i32.eq
        i32.or
        if
        local.get 1
        i32.load
        local.get 2
        i32.const 5
        i32.eq
        if (result i32)
        i32.const 24
        else
        i32.const 8
        end
        i32.add
        i32.load
        local.tee 3
        if
        local.get 3
        local.get 0
        i32.const 21760 ;; "__name"
        i32.const 6
        call $luaS_newlstr
        call $luaH_getstr
        local.tee 3
        i32.load offset=8
        i32.const 15
        i32.and
        i32.const 4
        i32.eq
        if
        local.get 3
        i32.load
        i32.const 16
        i32.add
        return
        end
        end
        end
        local.get 2
        i32.const 2
        i32.shl
        i32.const 2836 ;; luaT_typenames
        i32.add
        i32.load`,
};

/** The name of an argument's type; "nil" where there is no such argument. */
const argumentType: NewFunction = {
    type: type(["i32", "i32"], "i32"),
    locals: ["i32"],
    code: `
        local.get 0
        i32.load offset=16
        i32.load
        local.get 1
        i32.const 4
        i32.shl
        i32.add
        local.tee 2
        local.get 0
        i32.load offset=8
        i32.ge_u
        local.get 1
        i32.const 0
        i32.le_s
        i32.or
        if
        i32.const 2836
        i32.load
        return
        end
        local.get 0
        local.get 2
        call $typeName`,
};

/** Raises that an argument has another type. Cobalt does not say which argument. */
const typeError: NewFunction = {
    type: type(["i32", "i32", "i32"], "i32"),
    locals: ["i32"],
    code: `
        global.get 0
        i32.const 16
        i32.sub
        local.tee 3
        global.set 0
        local.get 3
        local.get 2
        i32.store
        local.get 0
        i32.const 21768 ;; "bad argument (%s)"
        local.get 3
        call $luaL_error`,
};

/** As `typeError`, with what is expected as a text of its own. */
const kindError: NewFunction = {
    type: type(["i32", "i32", "i32"], "i32"),
    locals: ["i32"],
    code: `
        global.get 0
        i32.const 16
        i32.sub
        local.tee 3
        global.set 0
        local.get 3
        local.get 2
        i32.store
        local.get 3
        local.get 0
        local.get 1
        call $argumentType
        i32.store offset=4
        local.get 0
        i32.const 21792 ;; "bad argument (%s, got %s)"
        local.get 3
        call $luaL_error`,
};

/** As luaL_tolstring, of a text or a number alone: no metatable is asked. */
const ownText: NewFunction = {
    type: type(["i32", "i32", "i32"], "i32"),
    code: `
        local.get 0
        local.get 1
        call $lua_pushvalue
        local.get 0
        i32.const -1
        local.get 2
        call $lua_tolstring`,
};

/**
 * Counts something as so many instructions. Where it comes to as many as there are between two looks at the time, the hook
 * of the coroutine comes with its next instruction.
 */
const spend: NewFunction = {
    type: type(["i32", "i32"]),
    code: `
        global.get ${variables.effort.index}
        local.get 1
        i32.add
        local.tee 1
        i32.const ${INSTRUCTIONS_BETWEEN_LOOKS}
        i32.const ${INSTRUCTIONS_BETWEEN_LOOKS}
        local.get 1
        i32.gt_s
        select
        local.tee 1
        global.set ${variables.effort.index}
        local.get 1
        i32.const ${INSTRUCTIONS_BETWEEN_LOOKS}
        i32.lt_s
        local.get 0
        i32.load offset=48
        i32.const 1
        i32.le_s
        i32.or
        if
        return
        end
        local.get 0
        i32.const 1
        i32.store offset=48
        i32.const 0
        global.set ${variables.effort.index}`,
};

/** How many bytes are looked at or copied in the time of an instruction, as a power of 2, and how many values. */
export const BYTES_AN_INSTRUCTION = 6;
const VALUES_AN_INSTRUCTION = 3;
/** Fewer cost no more than the call itself. */
const CHEAP_TEXT = 4096;
const CHEAP_VALUES = 64;

/** Counts a text that C looks through. */
const spendBytes: NewFunction = {
    type: type(["i32", "i32"]),
    locals: ["i32"],
    code: `
        local.get 1
        i32.load offset=12
        local.tee 2
        i32.const ${CHEAP_TEXT}
        i32.lt_u
        if
        return
        end
        local.get 0
        local.get 2
        i32.const ${BYTES_AN_INSTRUCTION}
        i32.shr_s
        call $spend`,
};

/** As `spendBytes`, of a value that may be no text. */
const spendText: NewFunction = {
    type: type(["i32", "i32"]),
    code: `
        local.get 1
        i32.load offset=8
        i32.const 15
        i32.and
        i32.const 4
        i32.eq
        if
        local.get 0
        local.get 1
        i32.load
        call $spendBytes
        end`,
};

/** Counts values that are handed over. */
const spendValues: NewFunction = {
    type: type(["i32", "i32"]),
    code: `
        local.get 1
        i32.const ${CHEAP_VALUES}
        i32.lt_s
        if
        return
        end
        local.get 0
        local.get 1
        i32.const ${VALUES_AN_INSTRUCTION}
        i32.shr_s
        call $spend`,
};

/** Counts what a function is called with: how many values, and the first of them, where it is a text. */
const spendCall: NewFunction = {
    type: type(["i32", "i32"]),
    locals: ["i32"],
    code: `
        local.get 0
        local.get 0
        i32.load offset=8
        local.get 1
        i32.sub
        i32.const 4
        i32.shr_s
        local.tee 2
        call $spendValues
        local.get 2
        i32.const 1
        i32.le_s
        if
        return
        end
        local.get 0
        local.get 1
        i32.const 16
        i32.add
        call $spendText`,
};

/** Counts the search for the first key of a table, which may have been emptied. The key before is on top of the stack. */
const spendSearch: NewFunction = {
    type: type(["i32", "i32"]),
    locals: ["i32"],
    code: `
        local.get 0
        i32.load offset=8
        i32.const 16
        i32.sub
        i32.load offset=8
        local.get 1
        i32.const 0
        i32.le_s
        i32.or
        if
        return
        end
        local.get 0
        local.get 0
        i32.load offset=16
        i32.load
        local.get 1
        i32.const 4
        i32.shl
        i32.add
        i32.load
        local.tee 2
        i32.load offset=8
        i32.const 1
        local.get 2
        i32.load8_u offset=7
        i32.shl
        i32.add
        i32.const ${BYTES_AN_INSTRUCTION}
        i32.shr_s
        call $spend`,
};

/**
 * Calls the handler of an error: once, as in CC, so that an error in it ends the call that would handle it. What room it
 * took beyond the most calls is given back.
 */
const callHandler: NewFunction = {
    type: type(["i32", "i32", "i32", "i32"]),
    // 6: where the handler is on the stack.
    locals: ["i32", "i32", "i32"],
    code: `
        local.get 0
        i32.load offset=68
        local.set 6
        local.get 0
        i32.const ${IN_HANDLER}
        i32.store offset=68
        local.get 0
        local.get 1
        local.get 2
        local.get 3
        call $luaD_call
        local.get 0
        local.get 6
        i32.store offset=68
        local.get 0
        i32.load8_u offset=42
        i32.eqz
        if
        return
        end
        local.get 0
        i32.load offset=16
        local.tee 4
        i32.load offset=12
        local.set 5
        local.get 4
        i32.const 0
        i32.store offset=12
        block
        loop
        local.get 5
        i32.eqz
        br_if 1
        local.get 5
        i32.load offset=12
        local.set 4
        local.get 0
        local.get 5
        i32.const 40
        i32.const 0
        call $luaM_realloc_
        drop
        local.get 4
        local.set 5
        br 0
        end
        end`,
};

/** The functions that are added, by name. */
export const added: Readonly<Record<string, NewFunction>> = {
    remainder,
    modulo,
    quotient,
    raised,
    pushNumber,
    nextRandom,
    randomUpTo,
    sameMethod,
    lessMethod,
    lessOrEqualMethod,
    addPlace,
    typeName,
    argumentType,
    typeError,
    kindError,
    ownText,
    spend,
    spendBytes,
    spendText,
    spendValues,
    spendCall,
    spendSearch,
    callHandler,
};

/** Functions of the module that are exchanged as a whole. */
export const replaced: Partial<Record<keyof typeof own, Omit<NewFunction, "type">>> = {
    /** One more call: counts how many there are, and raises "stack overflow" where they are too many. */
    luaE_extendCI: {
        // 1: the call before, 2: how many there are, 3: the new one.
        locals: ["i32", "i32", "i32"],
        code: `
            local.get 0
            i32.load offset=16
            local.tee 1
            local.get 0
            i32.const 72
            i32.add
            i32.eq
            if (result i32)
            i32.const 1
            else
            local.get 1
            i32.load16_u offset=38
            i32.const 1
            i32.add
            end
            local.tee 2
            i32.const ${MOST_CALLS}
            i32.gt_u
            if
            local.get 0
            i32.load8_u offset=42
            i32.eqz
            if
            local.get 0
            i32.const 1
            i32.store8 offset=42
            local.get 0
            i32.const 4997 ;; "stack overflow"
            i32.const 0
            call $luaG_runerror
            unreachable
            end
            local.get 2
            i32.const ${MOST_CALLS + CALLS_OF_HANDLER}
            i32.gt_u
            if
            local.get 0
            i32.const 6 ;; LUA_ERRERR
            call $luaD_throw
            unreachable
            end
            end
            local.get 0
            i32.const 0
            i32.const 0
            i32.const 40
            call $luaM_realloc_
            local.set 3
            local.get 1
            local.get 3
            i32.store offset=12
            local.get 3
            i32.const 0
            i32.store offset=12
            local.get 3
            local.get 1
            i32.store offset=8
            local.get 3
            local.get 2
            i32.store16 offset=38
            local.get 3`,
    },
    luaG_runerror: {
        code: `
            local.get 0
            local.get 0
            local.get 1
            local.get 2
            call $luaO_pushvfstring
            call $addPlace
            local.get 0
            call $luaG_errormsg
            unreachable`,
    },
    luaL_error: {
        code: `
            local.get 0
            local.get 0
            local.get 1
            local.get 2
            call $luaO_pushvfstring
            call $addPlace
            local.get 0
            call $lua_error`,
    },
    /** Names the argument's number, but no function. */
    luaL_argerror: {
        locals: ["i32"],
        code: `
            global.get 0
            i32.const 16
            i32.sub
            local.tee 3
            global.set 0
            local.get 3
            local.get 1
            i32.store
            local.get 3
            local.get 2
            i32.store offset=4
            local.get 0
            i32.const 7264 ;; "bad argument #%d (%s)"
            local.get 3
            call $luaL_error`,
    },
    math_atan: {
        code: `
            local.get 0
            i32.const 2
            call $lua_type
            i32.const 0
            i32.gt_s
            if
            local.get 0
            call $math_atan2
            return
            end
            local.get 0
            local.get 0
            i32.const 1
            call $luaL_checknumber
            call $atan
            call $pushNumber
            i32.const 1`,
    },
    /** Not exact where the quotient is not, as in Cobalt. */
    math_fmod: {
        locals: ["f64", "f64"],
        code: `
            local.get 0
            local.get 0
            i32.const 1
            call $luaL_checknumber
            local.tee 1
            local.get 0
            i32.const 2
            call $luaL_checknumber
            local.tee 2
            local.get 1
            local.get 2
            f64.div
            f64.trunc
            f64.mul
            f64.sub
            call $pushNumber
            i32.const 1`,
    },
    math_modf: {
        locals: ["f64", "f64"],
        code: `
            local.get 0
            local.get 0
            i32.const 1
            call $luaL_checknumber
            local.tee 1
            f64.trunc
            local.tee 2
            call $pushNumber
            local.get 0
            local.get 1
            local.get 2
            f64.sub
            call $pushNumber
            i32.const 2`,
    },
    /** Takes one or two seeds. Without any the numbers go on from what follows from those before. */
    math_randomseed: {
        locals: ["i64", "i64", "i32"],
        code: `
            local.get 0
            i32.const 1
            call $lua_type
            i32.const -1
            i32.eq
            if
            call $nextRandom
            local.set 1
            call $nextRandom
            local.set 2
            else
            local.get 0
            i32.const 1
            call $luaL_checknumber
            i64.trunc_sat_f64_s
            local.set 1
            local.get 0
            i32.const 2
            call $lua_type
            i32.const 0
            i32.gt_s
            if
            local.get 0
            i32.const 2
            call $luaL_checknumber
            i64.trunc_sat_f64_s
            local.set 2
            end
            end
            local.get 1
            global.set ${variables.random0.index}
            i64.const 255
            global.set ${variables.random1.index}
            local.get 2
            global.set ${variables.random2.index}
            i64.const 0
            global.set ${variables.random3.index}
            i32.const 16
            local.set 3
            loop
            call $nextRandom
            drop
            local.get 3
            i32.const 1
            i32.sub
            local.tee 3
            br_if 0
            end
            local.get 0
            local.get 1
            f64.convert_i64_s
            call $pushNumber
            local.get 0
            local.get 2
            f64.convert_i64_s
            call $pushNumber
            i32.const 2`,
    },
    math_random: {
        // 1: how many arguments, 2 and 3: the lowest and the highest number.
        locals: ["i32", "i64", "i64"],
        code: `
            local.get 0
            i32.load offset=8
            local.get 0
            i32.load offset=16
            i32.load
            i32.sub
            i32.const 4
            i32.shr_s
            i32.const 1
            i32.sub
            local.tee 1
            i32.eqz
            if
            local.get 0
            call $nextRandom
            i64.const 11
            i64.shr_u
            f64.convert_i64_s
            f64.const 1.1102230246251565e-16 ;; 2^-53
            f64.mul
            call $pushNumber
            i32.const 1
            return
            end
            local.get 1
            i32.const 2
            i32.gt_s
            if
            local.get 0
            i32.const 16736 ;; "wrong number of arguments"
            i32.const 0
            call $luaL_error
            return
            end
            i64.const 1
            local.set 2
            local.get 1
            i32.const 1
            i32.eq
            if
            ;; One limit has 32 bits.
            local.get 0
            i32.const 1
            call $luaL_checknumber
            i64.trunc_sat_f64_s
            i64.const 32
            i64.shl
            i64.const 32
            i64.shr_s
            local.set 3
            else
            local.get 0
            i32.const 1
            call $luaL_checknumber
            i64.trunc_sat_f64_s
            local.set 2
            local.get 0
            i32.const 2
            call $luaL_checknumber
            i64.trunc_sat_f64_s
            local.set 3
            end
            local.get 3
            local.get 2
            i64.lt_s
            if
            local.get 0
            local.get 1
            i32.const 16718 ;; "interval is empty"
            call $luaL_argerror
            return
            end
            local.get 0
            local.get 3
            local.get 2
            i64.sub
            call $randomUpTo
            local.get 2
            i64.add
            f64.convert_i64_s
            call $pushNumber
            i32.const 1`,
    },
};
