import { createRequire } from "node:module";
import { NUMBER_WRITER, readLuaModule } from "./lua-module.ts";
import { numberToText } from "./number-text.ts";
import { ByteWriter, encodeValues, WireReader, type LuaValue, type ReceivedValue } from "./wire.ts";

/**
 * Real Lua 5.2.4, compiled to WebAssembly, one instance a computer.
 *
 * The bindings have no way to give Lua a JavaScript function, so the two sides talk over Lua's stdin and stdout:
 * the kernel writes frames (see wire.ts) and, where it wants an answer, reads stdin; the moment it reads, every
 * frame written so far is carried out and the result of the last one is the answer. So calls are synchronous, and
 * frames that want no answer cost only their bytes.
 */

/** An error that the Lua program sees: it is raised there with this message. */
export class LuaError extends Error {}

/** What Lua can ask of Node. Arguments come unchecked from the kernel, which has checked what a program gave it. */
export type HostFunctions = Record<string, (...args: never[]) => readonly LuaValue[] | void>;

/** The little of WebAssembly's JavaScript interface that is needed; Node's types leave it out. */
interface WasmModule {
    readonly module: unique symbol;
}
interface WasmInstance {
    readonly exports: unknown;
}
declare const WebAssembly: {
    Module: new (bytes: Uint8Array) => WasmModule;
    Instance: new (module: WasmModule, imports: unknown) => WasmInstance;
    Memory: new () => WasmMemory;
};
interface WasmMemory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
}

const PAGE_BYTES = 65536;

function memoryOf(instance: WasmInstance): WasmMemory {
    const memory = Object.values(instance.exports as object).find(
        (item): item is WasmMemory => item instanceof WebAssembly.Memory,
    );
    if (memory === undefined) throw new Error("Lua's WebAssembly module exports no memory");
    return memory;
}

/** Makes memory refuse to grow beyond a size: Lua then raises "not enough memory". */
function limitMemory(memory: WasmMemory, bytes: number): void {
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
        if (memory.buffer.byteLength + pages * PAGE_BYTES > bytes) throw new RangeError("not enough memory");
        return grow(pages);
    };
}

interface Glue {
    cwrap(
        name: string,
        result: "number" | "string" | null,
        args: ("number" | "string")[],
    ): (...args: unknown[]) => number;
    _luaL_newstate(): number;
    _luaL_openlibs(state: number): void;
    _lua_pcallk(
        state: number,
        args: number,
        results: number,
        handler: number,
        context: number,
        k: number,
    ): number;
    _lua_pushvalue(state: number, index: number): void;
    _lua_settop(state: number, index: number): void;
}

/** A function that the module asks of the host. */
type HostCall = (...args: number[]) => number;

/** What the module asks of the host, by short names; the functions' own names are the long ones. */
type Imports = Record<string, Record<string, HostCall>>;

const STDOUT = 1;

interface GlueOptions {
    stdin(): null;
    instantiateWasm(imports: Imports, receive: (instance: WasmInstance) => void): unknown;
    quit(status: number, reason: unknown): void;
}

const require = createRequire(import.meta.url);
const gluePath = require.resolve("lua-wasm-bindings/dist/glue/glue-lua-5.2.4.js");
let compiled: WasmModule | undefined;

function compiledLua(): WasmModule {
    compiled ??= new WebAssembly.Module(readLuaModule(gluePath.replace(/\.js$/, ".wasm")));
    return compiled;
}

/** The Lua state was stopped from inside, by the kernel's os.exit. */
class Stopped extends Error {}

/**
 * Runs the glue's factory. It hangs handlers for uncaught errors on the process, one pair an instance, which would
 * turn a rejected promise anywhere in the program into an abort of Lua: they are taken off again.
 */
function instantiate(options: GlueOptions): Glue {
    const events = ["uncaughtException", "unhandledRejection"] as const;
    const before = events.map((event) => new Set(process.listeners(event as "uncaughtException")));
    const glue = (require(gluePath) as (options: GlueOptions) => Glue)(options);
    events.forEach((event, index) => {
        for (const listener of process.listeners(event as "uncaughtException")) {
            if (!before[index]?.has(listener)) process.removeListener(event, listener);
        }
    });
    return glue;
}

/** About how many bytes a large value takes, so that it is not copied from one buffer to the next. */
function sizeHint(value: LuaValue): number {
    return typeof value === "string" || value instanceof Uint8Array ? value.length : 0;
}

export class LuaVm {
    private readonly glue: Glue;
    private readonly state: number;
    private readonly host: HostFunctions;
    private readonly seed: number;
    private memory: WasmMemory | undefined;
    private readonly sent = new ByteWriter();
    private answer: Buffer = Buffer.alloc(0);
    private answerPosition = 0;
    /** A fault of ours inside a host function: it must not be mistaken for an error of the program. */
    private fault: Error | undefined;

    /**
     * @param host the functions that the kernel may call, by name
     * @param kernel Lua source that returns the function which `resume` runs
     * @param memoryBytes what Lua may use at most, 16 MiB or more
     * @param seed what the order of its tables follows from: a whole number from 0 to 2^31 - 1
     * @throws Error when the kernel does not compile or fails
     */
    constructor(host: HostFunctions, kernel: string, memoryBytes: number, seed: number) {
        this.host = host;
        this.seed = seed;
        this.glue = instantiate({
            stdin: () => null,
            instantiateWasm: (imports, receive) => {
                this.takeOver(imports);
                const instance = new WebAssembly.Instance(compiledLua(), imports);
                this.memory = memoryOf(instance);
                limitMemory(this.memory, memoryBytes);
                receive(instance);
                return instance.exports;
            },
            quit: () => {
                throw new Stopped();
            },
        });
        this.state = this.glue._luaL_newstate();
        this.glue._luaL_openlibs(this.state);
        const loadString = this.glue.cwrap("luaL_loadstring", "number", ["number", "string"]);
        if (loadString(this.state, kernel) !== 0) throw new Error(`The Lua kernel: ${this.popError()}`);
        this.run(0, 1);
    }

    /**
     * Hands values to the kernel's function and runs it until it returns.
     * @returns false when the kernel has stopped the state for good, after which the VM is of no more use
     */
    resume(values: readonly LuaValue[]): boolean {
        this.setAnswer("+", values);
        this.glue._lua_pushvalue(this.state, 1);
        return this.run(0, 0);
    }

    private run(args: number, results: number): boolean {
        let status: number;
        try {
            status = this.glue._lua_pcallk(this.state, args, results, 0, 0, 0);
            if (this.fault === undefined) this.carryOut();
        } catch (error) {
            if (this.fault === undefined && error instanceof Stopped) {
                this.carryOut();
                return false;
            }
            throw this.fault ?? error;
        }
        if (this.fault !== undefined) throw this.fault;
        if (status !== 0) throw new Error(`The Lua kernel: ${this.popError()}`);
        return true;
    }

    private popError(): string {
        const toString = this.glue.cwrap("lua_tolstring", "string", ["number", "number", "number"]);
        const message = String(toString(this.state, -1, 0));
        this.glue._lua_settop(this.state, -2);
        return message;
    }

    /**
     * Puts our own stdin and stdout in the place of the glue's, which pass one byte at a time. Of a file's reading and
     * writing `vectors` says where in memory the pieces are, `done` where to count.
     */
    private takeOver(imports: Imports): void {
        const own: Record<string, HostCall> = {
            _fd_read: (_file = 0, vectors = 0, count = 0, done = 0) =>
                this.transfer(vectors, count, done, (piece) => this.read(piece)),
            _fd_write: (file = 0, vectors = 0, count = 0, done = 0) =>
                this.transfer(vectors, count, done, (piece) => {
                    if (file === STDOUT) this.sent.writeBytes(piece);
                    return piece.length;
                }),
            // Lua asks for the time once, to make the seed of its hashes of it: nothing else of it differs from start to
            // start, as memory begins the same each time.
            _time: () => this.seed,
            [NUMBER_WRITER]: (text = 0, _format = 0, values = 0) => this.writeNumber(text, values),
        };
        for (const functions of Object.values(imports)) {
            for (const [key, { name }] of Object.entries(functions)) {
                const replacement = own[name];
                if (replacement === undefined) continue;
                functions[key] = replacement;
                delete own[name];
            }
        }
        if (Object.keys(own).length > 0) throw new Error("Lua's WebAssembly module asks for other functions");
    }

    /** C's sprintf for a single number: writes it to `text`, with a zero byte behind it, and returns its length. */
    private writeNumber(text: number, values: number): number {
        if (this.memory === undefined) throw new Error("Lua is not running");
        const memory = Buffer.from(this.memory.buffer);
        // A double stands at the next multiple of its size.
        const length = memory.write(
            numberToText(memory.readDoubleLE(Math.ceil(values / 8) * 8)),
            text,
            "latin1",
        );
        memory[text + length] = 0;
        return length;
    }

    /** Goes through the pieces of memory of a read or a write, until one is not done to its end. */
    private transfer(
        vectors: number,
        count: number,
        done: number,
        transferPiece: (piece: Uint8Array) => number,
    ): number {
        if (this.memory === undefined) throw new Error("Lua is not running");
        const view = new DataView(this.memory.buffer);
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

    /**
     * Lua reads. When it has sent frames it is owed an answer: they are carried out first. What it did not read of
     * the answer before, for want of memory, is dropped.
     */
    private read(piece: Uint8Array): number {
        if (piece.length > 0 && this.sent.length > 0) {
            try {
                const { ok, values } = this.carryOut();
                this.setAnswer(ok ? "+" : "-", values);
            } catch (error) {
                this.fault ??= error instanceof Error ? error : new Error(String(error));
                return 0;
            }
        }
        const bytes = this.answer.subarray(this.answerPosition, this.answerPosition + piece.length);
        piece.set(bytes);
        this.answerPosition += bytes.length;
        return bytes.length;
    }

    /** Does what the frames ask for, in order, and returns the result of the last. */
    private carryOut(): { ok: boolean; values: readonly LuaValue[] } {
        let result: { ok: boolean; values: readonly LuaValue[] } = { ok: true, values: [] };
        const reader = new WireReader(Buffer.from(this.sent.view()));
        this.sent.clear();
        while (!reader.atEnd) {
            const { name, args } = reader.readFrame();
            result = this.call(name, args);
        }
        return result;
    }

    private call(name: string, args: ReceivedValue[]): { ok: boolean; values: readonly LuaValue[] } {
        const hostFunction = this.host[name];
        if (hostFunction === undefined)
            throw new Error(`The Lua kernel called ${name}, which does not exist`);
        try {
            return { ok: true, values: hostFunction(...(args as never[])) ?? [] };
        } catch (error) {
            if (error instanceof LuaError) return { ok: false, values: [error.message] };
            throw error;
        }
    }

    /** An answer is eight hexadecimal digits of length, `+` or `-` for success or error, and the values. */
    private setAnswer(outcome: "+" | "-", values: readonly LuaValue[]): void {
        const large = values.reduce<number>((sum, value) => sum + sizeHint(value), 0);
        const body = new ByteWriter(large + 1024);
        body.writeText(`00000000${outcome}`);
        encodeValues(body, values);
        this.answer = body.view();
        this.answer.write((body.length - 8).toString(16).padStart(8, "0"), 0, "latin1");
        this.answerPosition = 0;
    }
}
