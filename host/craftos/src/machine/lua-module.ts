import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { added, BYTES_AN_INSTRUCTION, IN_HANDLER, own, replaced, texts, variables } from "./lua-functions.ts";
import { assemble } from "./wasm-assembler.ts";
import { WasmModule } from "./wasm-module.ts";

/**
 * Lua's WebAssembly module, changed so that it is CC's Lua: instructions are exchanged within its functions, some of these
 * are exchanged as a whole, and some are added (see lua-functions.ts).
 */

/**
 * A function of C's library that Lua asks the host for and never calls, with as many parameters as `sprintf` and of
 * the same types. It takes the place of `sprintf` where Lua writes a number.
 */
export const NUMBER_WRITER = "___sys_dup3";
const NUMBER_WRITER_INDEX = 29;

/** The SHA-256 of the module of lua-wasm-bindings 0.5.3, whose functions are known by their numbers. */
const KNOWN_MODULE = "0aa51f4a3b3d468ac63193404cd6986badff2dba16a38758dea7657e455d2834";

interface Change {
    /** The functions in which the instructions stand. */
    readonly functions: readonly (keyof typeof own)[];
    readonly from: string;
    readonly to: string;
    /** How often they stand there in all: once unless given. */
    readonly count?: number;
}

/** How deep calls of C may be nested, coroutines of coroutines among them. */
const NESTED_CALLS = 500;
/** How many more the handler of the error gets that comes then. Source: LUAI_MAXCCALLS / 8 in Lua's ldo.c. */
const NESTED_CALLS_OF_HANDLER = 25;

/** Taking so many bytes of memory costs no more than an instruction does. */
const CHEAP_BYTES = 1024;
/** What resuming a coroutine counts as. */
const INSTRUCTIONS_A_RESUME = 4000;

/** To check an argument's type, and to say which it has. */
const checks = [
    "luaL_checknumber",
    "luaL_checklstring",
    "luaL_checkinteger",
    "luaL_checktype",
    "luaL_checkunsigned",
] as const;

const changes: readonly Change[] = [
    // Whole numbers -----------------------------------------------------------------------------------------------------
    {
        // 0x80000000 for what is beyond 32 bits. In its place the lower half of a long, as Java makes it of a double.
        functions: ["lua_tointegerx"],
        from: `
            f64.abs
            f64.const 2147483648
            f64.lt
            if
            local.get 5
            i32.trunc_f64_s
            br 1
            end
            i32.const -2147483648
            end`,
        to: `
            i64.trunc_sat_f64_s
            i32.wrap_i64
            end`,
    },
    {
        // Rounds. In its place the bytes of a long are kept, of which the lower half is read.
        functions: ["lua_tounsignedx"],
        from: `
            f64.const 6755399441055744
            f64.add
            f64.store offset=8`,
        to: `
            i64.trunc_sat_f64_s
            f64.reinterpret_i64
            f64.store offset=8`,
    },
    {
        // sprintf(text, "%.14g", number).
        functions: ["lua_tolstring", "luaV_concat"],
        from: "call $sprintf",
        to: `call ${NUMBER_WRITER_INDEX}`,
        count: 4,
    },

    // Texts -----------------------------------------------------------------------------------------------------------------
    {
        // format.lua has made texts of all values, and has asked their metatables.
        functions: ["str_format"],
        from: "call $luaL_tolstring",
        to: "call $ownText",
    },

    // Finalizers ----------------------------------------------------------------------------------------------------------
    {
        // CC's Lua has none: the call that remembers a table or a userdata for its `__gc`.
        functions: ["lua_setmetatable"],
        from: "call $luaC_checkfinalizer",
        to: "drop\n drop\n drop",
        count: 2,
    },

    // Arithmetic --------------------------------------------------------------------------------------------------------
    {
        functions: ["luaV_execute"],
        from: `
            local.tee 18
            local.get 3
            f64.load
            local.tee 19
            local.get 18
            local.get 19
            f64.div
            f64.floor
            f64.mul
            f64.sub`,
        to: `
            local.get 3
            f64.load
            call $modulo`,
    },
    {
        functions: ["luaV_execute"],
        from: "f64.mul\n f64.store",
        to: "f64.mul\n f64.const 0\n f64.add\n f64.store",
    },
    { functions: ["luaV_execute"], from: "f64.div\n f64.store", to: "call $quotient\n f64.store" },
    {
        functions: ["luaV_execute"],
        from: "f64.neg\n f64.store",
        to: "f64.neg\n f64.const 0\n f64.add\n f64.store",
    },
    {
        // The minus before a number in the source.
        functions: ["subexpr"],
        from: "f64.neg\n f64.store offset=8",
        to: "f64.neg\n f64.const 0\n f64.add\n f64.store offset=8",
    },
    {
        functions: ["luaV_execute", "luaO_arith", "math_pow"],
        from: "call $pow",
        to: "call $raised",
        count: 3,
    },
    {
        // Arithmetic with texts, and that of the compiler with constants.
        functions: ["luaO_arith"],
        from: `
            local.get 1
            local.get 1
            local.get 2
            f64.div
            f64.floor
            local.get 2
            f64.mul
            f64.sub
            return`,
        to: `
            local.get 1
            local.get 2
            call $modulo
            return`,
    },
    {
        functions: ["luaO_arith"],
        from: "local.get 2\n f64.mul\n return",
        to: "local.get 2\n f64.mul\n f64.const 0\n f64.add\n return",
    },
    { functions: ["luaO_arith"], from: "f64.div\n return", to: "call $quotient\n return" },
    { functions: ["luaO_arith"], from: "f64.neg", to: "f64.neg\n f64.const 0\n f64.add" },

    // The math library and tonumber ---------------------------------------------------------------------------------------
    {
        functions: ["math_max"],
        from: "local.get 4\n local.get 4\n local.get 5\n f64.lt\n select",
        to: "local.get 4\n f64.max",
    },
    {
        functions: ["math_min"],
        from: "local.get 4\n local.get 4\n local.get 5\n f64.gt\n select",
        to: "local.get 4\n f64.min",
    },
    { functions: ["math_ceil"], from: "f64.ceil", to: "f64.ceil\n f64.const 0\n f64.add" },
    {
        functions: ["math_deg"],
        from: "f64.const 0.017453292519943295\n f64.div",
        to: "f64.const 57.29577951308232\n f64.mul\n f64.const 0\n f64.add",
    },
    {
        functions: ["math_rad"],
        from: "f64.const 0.017453292519943295\n f64.mul",
        to: "f64.const 0.017453292519943295\n f64.mul\n f64.const 0\n f64.add",
    },
    { functions: ["math_atan2"], from: "f64.store", to: "f64.const 0\n f64.add\n f64.store" },
    { functions: ["math_pow"], from: "f64.store", to: "f64.const 0\n f64.add\n f64.store" },
    { functions: ["math_log"], from: "f64.store", to: "f64.const 0\n f64.add\n f64.store" },
    {
        // The logarithm to the base 10 is no other than those to other bases.
        functions: ["math_log"],
        from: `
            local.tee 2
            f64.const 10
            f64.eq
            if
            local.get 1
            call 289
            br 1
            end`,
        to: "local.set 2",
    },
    {
        functions: ["luaB_tonumber"],
        from: "local.get 9\n f64.store",
        to: "local.get 9\n f64.const 0\n f64.add\n f64.store",
    },
    {
        functions: ["luaB_tonumber"],
        from: "select\n f64.store",
        to: "select\n f64.const 0\n f64.add\n f64.store",
    },
    {
        // The base 10 is as none.
        functions: ["luaB_tonumber"],
        from: "i32.const 2\n call $lua_type\n i32.const 0\n i32.le_s",
        to: `
            i32.const 2
            call $lua_type
            i32.const 0
            i32.le_s
            local.get 0
            i32.const 2
            i32.const 0
            call $lua_tonumberx
            f64.const 10
            f64.eq
            i32.or`,
    },

    // Searching -----------------------------------------------------------------------------------------------------------
    {
        // A search that would begin behind the end begins at the end.
        functions: ["str_find_aux"],
        from: `
            local.get 2
            local.tee 5
            local.get 8
            i32.const 1
            i32.add
            i32.le_u
            br_if 0`,
        to: `
            local.get 2
            local.get 8
            i32.const 1
            i32.add
            local.get 2
            local.get 8
            i32.const 1
            i32.add
            i32.le_u
            select
            local.set 5
            br 0`,
    },
    {
        // gmatch finds nothing at the very end, not even an empty text.
        functions: ["gmatch_aux"],
        from: "call $lua_tointegerx\n local.tee 3\n i32.lt_s",
        to: "call $lua_tointegerx\n local.tee 3\n i32.le_s",
    },
    {
        functions: ["gmatch_aux"],
        from: "i32.load offset=16\n i32.le_u\n br_if 0",
        to: "i32.load offset=16\n i32.lt_u\n br_if 0",
    },

    // Order -------------------------------------------------------------------------------------------------------------
    {
        functions: ["luaV_lessthan"],
        from: "local.get 0\n local.get 1\n i32.const 13\n call $luaT_gettmbyobj",
        to: "local.get 0\n local.get 1\n local.get 2\n call $lessMethod",
    },
    {
        functions: ["luaV_execute"],
        from: "local.get 0\n local.get 4\n i32.const 14\n call $luaT_gettmbyobj",
        to: "local.get 0\n local.get 4\n local.get 2\n call $lessOrEqualMethod",
    },
    {
        // Only the left operand's __le counts.
        functions: ["luaV_execute"],
        from: "local.get 0\n local.get 2\n i32.const 14\n call $luaT_gettmbyobj",
        to: "local.get 0\n local.get 4\n i32.const 14\n call $luaT_gettmbyobj",
    },
    {
        functions: ["luaV_execute"],
        from: "local.get 0\n local.get 2\n i32.const 13\n call $luaT_gettmbyobj",
        to: "local.get 0\n local.get 4\n local.get 2\n call $lessMethod",
    },

    // What takes time -----------------------------------------------------------------------------------------------------
    {
        // `<=` of texts.
        functions: ["luaV_execute"],
        from: "local.tee 3\n i32.const 16\n i32.add\n local.tee 5\n call $strcoll",
        to: "local.tee 3\n i32.const 16\n i32.add\n local.tee 5\n local.get 0\n local.get 1\n call $spendBytes\n call $strcoll",
    },
    {
        // What a native returns.
        functions: ["luaD_precall"],
        from: `
            local.set 1
            local.get 0
            i32.load offset=8
            local.get 1
            i32.const 4
            i32.shl
            i32.sub
            local.set 5
            local.get 0
            i32.load offset=16
            local.set 2`,
        to: `
            local.tee 1
            i32.const 64
            i32.ge_s
            if
            local.get 0
            local.get 1
            call $spendValues
            end
            local.get 0
            i32.load offset=8
            local.get 1
            i32.const 4
            i32.shl
            i32.sub
            local.set 5
            local.get 0
            i32.load offset=16
            local.set 2`,
    },

    // How deep calls may be nested ------------------------------------------------------------------------------------------
    {
        // The byte of ours in a coroutine, which says whether it has too many calls, begins as 0.
        functions: ["lua_newstate", "lua_newthread"],
        from: "i32.const 256\n i32.store16 offset=40",
        to: "i32.const 256\n i32.store offset=40",
        count: 2,
    },
    {
        // It is 0 again where the error is caught.
        functions: ["luaD_pcall", "auxresume"],
        from: "i32.store8 offset=41",
        to: "i32.store16 offset=41 align=1",
        count: 2,
    },
    { functions: ["luaG_errormsg"], from: "call $luaD_call", to: "call $callHandler" },
    {
        functions: ["luaD_call", "resume"],
        from: "i32.const 200",
        to: `i32.const ${NESTED_CALLS}`,
        count: 3,
    },
    {
        functions: ["luaD_call"],
        from: "i32.const 225",
        to: `i32.const ${NESTED_CALLS + NESTED_CALLS_OF_HANDLER}`,
    },
    {
        // "stack overflow" in place of "C stack overflow".
        functions: ["luaD_call", "resume"],
        from: "i32.const 5012",
        to: "i32.const 5014",
        count: 2,
    },
    {
        // The parser's own limit counts from where it began.
        functions: ["subexpr", "statement"],
        from: "i32.const 65535\n i32.and\n i32.const 201",
        to: `i32.const 65535\n i32.and\n global.get ${variables.parserDepth.index}\n i32.sub\n i32.const 201`,
        count: 2,
    },
    {
        functions: ["assignment"],
        from: "i32.load16_u offset=38\n local.get 2",
        to: `i32.load16_u offset=38\n global.get ${variables.parserDepth.index}\n i32.sub\n local.get 2`,
    },

    // What errors say ------------------------------------------------------------------------------------------------------
    {
        functions: checks,
        from: "call $lua_type\n i32.const 2\n i32.shl\n i32.const 2836\n i32.add\n i32.load",
        to: "call $argumentType",
        count: 5,
    },
    {
        functions: checks,
        from: "call $lua_pushfstring\n call $luaL_argerror",
        to: "call $lua_pushfstring\n call $typeError",
        count: 5,
    },
    {
        // A number is raised as it is, without a place.
        functions: ["luaB_error"],
        from: "i32.const 1\n call $lua_isstring\n i32.eqz",
        to: "i32.const 1\n call $lua_type\n i32.const 4\n i32.ne",
    },
    {
        functions: ["luaB_setmetatable"],
        from: "i32.const 8745\n call $luaL_argerror",
        to: "i32.const 8745\n call $kindError",
    },
    {
        functions: ["luaB_costatus", "luaB_coresume"],
        from: "i32.const 9792\n call $luaL_argerror",
        to: "i32.const 9792\n call $kindError",
        count: 2,
    },
    {
        functions: ["luaG_typeerror"],
        from: `
            local.get 1
            i32.load offset=8
            i32.const 15
            i32.and
            i32.const 2
            i32.shl
            i32.const 2836
            i32.add
            i32.load`,
        to: "local.get 0\n local.get 1\n call $typeName",
    },
    {
        functions: ["luaG_ordererror"],
        from: `
            local.get 1
            i32.load offset=8
            i32.const 15
            i32.and
            i32.const 2
            i32.shl
            i32.const 2836
            i32.add
            i32.load
            local.tee 1
            local.get 2
            i32.load offset=8
            i32.const 15
            i32.and
            i32.const 2
            i32.shl
            i32.const 2836
            i32.add
            i32.load
            local.tee 2
            i32.eq`,
        to: `
            local.get 0
            local.get 1
            call $typeName
            local.tee 1
            local.get 0
            local.get 2
            call $typeName
            local.tee 2
            call $strcmp
            i32.eqz`,
    },
];

/** What runs before a function does anything else. */
const before: Partial<Record<keyof typeof own, string>> = {
    f_parser: `
        local.get 0
        i32.load16_u offset=38
        global.set ${variables.parserDepth.index}`,
    luaM_realloc_: `
        local.get 3
        i32.const ${CHEAP_BYTES}
        i32.gt_u
        if
        local.get 0
        local.get 3
        i32.const ${BYTES_AN_INSTRUCTION}
        i32.shr_s
        call $spend
        end`,
    // What C does with long texts, many values and large tables counts, too, or a program would have its time over long
    // before the next look at it.
    // Nearly all calls have few values and no text, and cost two comparisons here.
    luaD_precall: `
        local.get 0
        i32.load offset=8
        local.get 1
        i32.sub
        i32.const 1024
        i32.gt_s
        local.get 1
        i32.load offset=24
        i32.const 15
        i32.and
        i32.const 4
        i32.eq
        i32.or
        if
        local.get 0
        local.get 1
        call $spendCall
        end`,
    luaV_lessthan: `
        local.get 0
        local.get 1
        call $spendText`,
    luaV_equalobj_: `
        local.get 0
        if
        local.get 0
        local.get 1
        call $spendText
        end`,
    lua_next: `
        local.get 0
        local.get 1
        call $spendSearch`,
    luaG_errormsg: `
        local.get 0
        i32.load offset=68
        i32.const ${IN_HANDLER}
        i32.eq
        if
        local.get 0
        i32.const 6 ;; LUA_ERRERR
        call $luaD_throw
        unreachable
        end`,
    auxresume: `
        local.get 0
        i32.const ${INSTRUCTIONS_A_RESUME}
        call $spend
        local.get 0
        local.get 1
        i32.eq
        if
        local.get 0
        i32.const 21824 ;; "cannot resume running coroutine"
        i32.const 31
        call $lua_pushlstring
        drop
        i32.const -1
        return
        end`,
    // The kernel asks for the innermost line of the program, in a hook with a level that is higher by one: hooks may run
    // again then.
    luaL_where: `
        local.get 1
        i32.const 1000000
        i32.ge_s
        if
        local.get 1
        i32.const 1000000
        i32.gt_s
        if
        local.get 0
        i32.const 1
        i32.store8 offset=41
        end
        local.get 0
        i32.const 21856
        i32.const 0
        call $lua_pushlstring
        drop
        local.get 0
        i32.const 21856
        call $addPlace
        return
        end`,
};

function apply(module: WasmModule): void {
    const functions: Record<string, number> = { ...own };
    Object.keys(added).forEach((name, index) => (functions[name] = module.nextFunction + index));
    for (const [name, { from, to, count = 1, ...change }] of Object.entries(changes)) {
        const numbers = change.functions.map((one) => own[one]);
        const found = module.replace(numbers, assemble(from, functions), assemble(to, functions));
        if (found !== count) throw new Error(`Change ${name} of Lua's module fits ${found} times`);
    }
    for (const { type, locals, code } of Object.values(added)) {
        module.addFunction(type, { locals, code: assemble(code, functions) });
    }
    for (const [name, { locals, code }] of Object.entries(replaced)) {
        module.replaceBody(functions[name] ?? 0, { locals, code: assemble(code, functions) });
    }
    for (const [name, code] of Object.entries(before)) {
        module.prepend(functions[name] ?? 0, assemble(code, functions));
    }
    for (const type of Object.values(variables)) module.addVariable(type.type, 0n);
    for (const [address, text] of Object.entries(texts)) {
        module.setMemory(Number(address), Buffer.from(`${text}\0`, "latin1"));
    }
}

/**
 * Reads the module and changes it.
 * @throws Error when it is not that of lua-wasm-bindings 0.5.3
 */
export function readLuaModule(path: string): Uint8Array {
    const bytes = readFileSync(path);
    if (createHash("sha256").update(bytes).digest("hex") !== KNOWN_MODULE) {
        throw new Error("lua-wasm-bindings has another Lua than the one that is known here");
    }
    const module = new WasmModule(bytes);
    apply(module);
    return module.toBytes();
}
