import { createRequire } from "node:module";
import { join } from "node:path";
import { luaImports, type ModuleImport } from "./lua-imports.ts";
import { cachedLuaModule } from "./lua-module-cache.ts";
import { NUMBER_WRITER } from "./lua-module.ts";
import type { MemoryAccount } from "./memory-account.ts";
import { numberToText } from "./number-text.ts";

/**
 * Real Lua 5.2.4, compiled to WebAssembly, one instance a process of Lua: its memory, its state, and the two streams
 * that are all it has of the world.
 */

/** The little of WebAssembly's JavaScript interface that is needed; Node's types leave it out. */
interface WasmModule {
    readonly module: unique symbol;
}
interface WasmMemory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
}
type WasmFunction = (...args: number[]) => number;
interface WasmTable {
    get(index: number): WasmFunction;
}
declare const WebAssembly: {
    Module: { new (bytes: Uint8Array): WasmModule; imports(module: WasmModule): ModuleImport[] };
    Instance: new (module: WasmModule, imports: unknown) => { readonly exports: unknown };
};

/** What is used of the module's exports, by the names to which emscripten has shortened them. */
interface Exports {
    /** Its memory, and the table of functions that C's pointers to functions stand for. */
    readonly G: WasmMemory;
    readonly ra: WasmTable;
    /** What runs before anything else. */
    H: WasmFunction;
    /** luaL_newstate, luaL_openlibs, luaL_loadstring */
    aa: WasmFunction;
    ha: WasmFunction;
    $: WasmFunction;
    /** lua_settop, lua_pushvalue, lua_tolstring, lua_pcallk */
    J: WasmFunction;
    N: WasmFunction;
    R: WasmFunction;
    Z: WasmFunction;
    /** stackSave, stackRestore, setThrew, malloc */
    ma: WasmFunction;
    na: WasmFunction;
    pa: WasmFunction;
    qa: WasmFunction;
}

/** What the process reads and writes. Whatever these throw ends it: it is of no more use then. */
export interface LuaStreams {
    /** Lua reads: fills the piece from its beginning and returns with how many bytes, less only at the end. */
    read(piece: Uint8Array): number;
    /** Lua writes. The piece is Lua's own memory: what is to be kept of it has to be copied. */
    write(piece: Uint8Array): void;
}

const require = createRequire(import.meta.url);
let compiled: WasmModule | undefined;

function compiledLua(): WasmModule {
    compiled ??= new WebAssembly.Module(
        cachedLuaModule(
            require.resolve("lua-wasm-bindings/dist/glue/glue-lua-5.2.4.wasm"),
            join(import.meta.dirname, "../../.cache"),
        ),
    );
    return compiled;
}

const PAGE_BYTES = 65536;
const STDOUT = 1;

/** ENOSYS. Source: emscripten's errno.h. */
const NO_SUCH_FUNCTION = 52;

/** What C's longjmp throws: always the same, since making an error is dear. */
const LONGJMP = new Error("longjmp");

export class LuaProcess {
    private readonly streams: LuaStreams;
    private readonly exports: Exports;
    private readonly account: MemoryAccount;
    private readonly started = performance.now();
    private readonly state: number;
    /** The functions of the module's table that were called, by their place. */
    private readonly functions: WasmFunction[] = [];
    private upperHalf = 0;
    private bytes = new Uint8Array(0);

    /**
     * @param account books its memory, of which there has to be room for 16 MiB
     * @param seed what the order of its tables follows from: a whole number from 0 to 2^31 - 1
     */
    constructor(streams: LuaStreams, account: MemoryAccount, seed: number) {
        this.streams = streams;
        this.account = account;
        const imports = luaImports(WebAssembly.Module.imports(compiledLua()), {
            _fd_read: (_file, vectors, count, done) =>
                this.transfer(vectors, count, done, (piece) => this.streams.read(piece)),
            _fd_write: (file, vectors, count, done) =>
                this.transfer(vectors, count, done, (piece) => {
                    if (file === STDOUT) this.streams.write(piece);
                    return piece.length;
                }),
            invoke_vii: (place, first, second) => this.invoke(place, first, second),
            _emscripten_longjmp: (environment, value) => {
                this.exports.pa(environment, value === 0 ? 1 : value);
                throw LONGJMP;
            },
            _setTempRet0: (value) => {
                this.upperHalf = value;
            },
            _getTempRet0: () => this.upperHalf,
            _emscripten_memcpy_big: (to, from, length) => {
                this.memory().copyWithin(to, from, from + length);
            },
            _emscripten_resize_heap: (wanted) => this.grow(wanted >>> 0),
            _clock: () => Math.trunc((performance.now() - this.started) * 1000) | 0,
            // Lua makes the seed of its hashes of it. Nothing else of it differs from start to start, as memory begins the
            // same each time.
            _time: () => seed,
            _environ_sizes_get: () => NO_SUCH_FUNCTION,
            [NUMBER_WRITER]: (text, _format, values) => this.writeNumber(text, values),
        });
        this.exports = new WebAssembly.Instance(compiledLua(), imports).exports as Exports;
        account.growLua(this.exports.G.buffer.byteLength);
        this.exports.H();
        this.state = this.exports.aa();
        this.exports.ha(this.state);
    }

    /**
     * Compiles text and leaves the function on Lua's stack.
     * @param source binary text, as everywhere (see wire.ts), without a zero byte
     * @throws Error when it does not compile
     */
    load(source: string): void {
        const place = this.exports.qa(source.length + 1);
        const memory = this.memory();
        if (place === 0 || source.length >= memory.length - place) throw new Error("not enough memory");
        Buffer.from(memory.buffer).write(source, place, "latin1");
        memory[place + source.length] = 0;
        if (this.exports.$(this.state, place) !== 0) throw this.popError();
    }

    /** Puts what is at a place of Lua's stack on top of it. */
    pushCopy(place: number): void {
        this.exports.N(this.state, place);
    }

    /**
     * Calls the function on top of Lua's stack, which takes nothing, and leaves so many results there.
     * @throws Error with Lua's message when it fails, and whatever the streams throw
     */
    call(results: number): void {
        if (this.exports.Z(this.state, 0, results, 0, 0, 0) !== 0) throw this.popError();
    }

    private popError(): Error {
        const start = this.exports.R(this.state, -1, 0);
        const memory = this.memory();
        const message =
            start === 0
                ? "an error that is no text"
                : Buffer.from(memory.buffer).toString("latin1", start, memory.indexOf(0, start));
        this.exports.J(this.state, -2);
        return new Error(`The Lua kernel: ${message}`);
    }

    /** The memory as it is now: it is another buffer after it has grown. */
    private memory(): Uint8Array {
        const { buffer } = this.exports.G;
        if (this.bytes.buffer !== buffer) this.bytes = new Uint8Array(buffer);
        return this.bytes;
    }

    /** C's setjmp. What is no longjmp goes through all of Lua, which is then of no more use. */
    private invoke(place: number, first: number, second: number): void {
        const stack = this.exports.ma();
        try {
            const called = (this.functions[place] ??= this.exports.ra.get(place));
            called(first, second);
        } catch (error) {
            if (error !== LONGJMP) throw error;
            this.exports.na(stack);
            this.exports.pa(1, 0);
        }
    }

    /** Makes the memory larger, by a fifth where there is room for that. Returns 0 where there is none for what is wanted. */
    private grow(wanted: number): number {
        const { account } = this;
        const { G: memory } = this.exports;
        const before = memory.buffer.byteLength;
        const whole = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
        const size = [whole(Math.max(wanted, before * 1.2)), whole(wanted)].find((one) =>
            account.growLua(one),
        );
        if (size === undefined) return 0;
        try {
            memory.grow((size - before) / PAGE_BYTES);
            return 1;
        } catch {
            account.growLua(before);
            return 0;
        }
    }

    /** C's sprintf for a single number: writes it to `text`, with a zero byte behind it, and returns its length. */
    private writeNumber(text: number, values: number): number {
        const memory = Buffer.from(this.memory().buffer);
        // A double stands at the next multiple of its size.
        const number = memory.readDoubleLE(Math.ceil(values / 8) * 8);
        const length = memory.write(numberToText(number), text, "latin1");
        memory[text + length] = 0;
        return length;
    }

    /**
     * Goes through the pieces of memory of a read or a write, until one is not done to its end.
     * @param vectors where in memory it says where the pieces are
     * @param done where in memory the bytes are counted
     */
    private transfer(
        vectors: number,
        count: number,
        done: number,
        transferPiece: (piece: Uint8Array) => number,
    ): number {
        const view = new DataView(this.exports.G.buffer);
        let total = 0;
        for (let index = 0; index < count; index++) {
            const start = view.getUint32(vectors + index * 8, true);
            const length = view.getUint32(vectors + index * 8 + 4, true);
            const transferred = transferPiece(new Uint8Array(view.buffer, start, length));
            total += transferred;
            if (transferred < length) break;
        }
        view.setUint32(done, total, true);
        return 0;
    }
}
