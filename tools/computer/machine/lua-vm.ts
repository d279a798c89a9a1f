import { createRequire } from "node:module";
import { LuaError } from "./lua-error.ts";
import { NUMBER_WRITER, readLuaModule } from "./lua-module.ts";
import type { MemoryAccount } from "./memory-account.ts";
import { numberToText } from "./number-text.ts";
import { ByteWriter, encodeValues, WireReader, type LuaValue } from "./wire.ts";

/**
 * Real Lua 5.2.4, compiled to WebAssembly, one instance a computer.
 *
 * The bindings have no way to give Lua a JavaScript function, so the two sides talk over Lua's stdin and stdout:
 * the kernel writes frames (see wire.ts) and, where it wants an answer, reads stdin; the moment it reads, every
 * frame written so far is carried out and the result of the last one is the answer. So calls are synchronous, and
 * frames that want no answer cost only their bytes.
 */

export { LuaError };

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

/** Makes memory refuse to grow beyond what the account lets it: Lua then raises "not enough memory". */
function limitMemory(memory: WasmMemory, account: MemoryAccount): void {
    account.growLua(memory.buffer.byteLength);
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
        if (!account.growLua(memory.buffer.byteLength + pages * PAGE_BYTES))
            throw new RangeError("not enough memory");
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

/** The longest message of an error that a program gets: some repeat what the program gave. */
const MAXIMUM_MESSAGE = 65536;

/** What the values of one frame may take in any case, in bytes: no frame that wants no answer takes more. */
const FRAME_ROOM = 4 * 1024 * 1024;

/** Where Lua 5.2.4 keeps things of a thread, in bytes from its address, and what stands there. */
const thread = { type: 4, hookMask: 40, allowHook: 41 };
const THREAD_TYPE = 8;
const COUNT_MASK = 8;

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

/** What became of a frame: what it returns, or the message of the error that it raises. */
interface Result {
    readonly ok: boolean;
    readonly values: readonly LuaValue[];
}

export class LuaVm {
    private readonly glue: Glue;
    private readonly state: number;
    private readonly host: HostFunctions;
    private readonly account: MemoryAccount;
    private memory: WasmMemory | undefined;
    private readonly sent = new ByteWriter();
    private readonly answers = new ByteWriter();
    /** What is left of the answer, and how much of its first piece has been read. */
    private answer: Uint8Array[] = [];
    private answerPosition = 0;
    /** A fault of ours inside a host function: it must not be mistaken for an error of the program. */
    private fault: Error | undefined;

    /**
     * @param host the functions that the kernel may call, by name
     * @param kernel Lua source that returns the function which `resume` runs
     * @param account books what Lua takes and says whether there is room for what it sends
     * @throws Error when the kernel does not compile or fails
     */
    constructor(host: HostFunctions, kernel: string, account: MemoryAccount) {
        this.host = host;
        this.account = account;
        this.glue = instantiate({
            stdin: () => null,
            instantiateWasm: (imports, receive) => {
                this.takeOver(imports);
                const instance = new WebAssembly.Instance(compiledLua(), imports);
                this.memory = memoryOf(instance);
                limitMemory(this.memory, account);
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

    /**
     * Lets hooks run in a thread that is inside of a hook: Lua has them rest there, so that what a hook raises an error
     * for, the handlers of the error, would not be watched.
     * @param address the thread's
     * @throws Error where no such thread stands
     */
    allowHooks(address: number): void {
        const memory = Buffer.from(this.memory?.buffer ?? new ArrayBuffer(0));
        const isHooked =
            memory[address + thread.type] === THREAD_TYPE &&
            ((memory[address + thread.hookMask] ?? 0) & COUNT_MASK) !== 0 &&
            memory[address + thread.allowHook] === 0;
        if (!isHooked) throw new Error("The Lua kernel named a thread that is in no hook");
        memory[address + thread.allowHook] = 1;
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
        let read = 0;
        for (let [first] = this.answer; first !== undefined && read < piece.length; [first] = this.answer) {
            const bytes = first.subarray(this.answerPosition, this.answerPosition + piece.length - read);
            piece.set(bytes, read);
            read += bytes.length;
            this.answerPosition += bytes.length;
            if (this.answerPosition < first.length) break;
            this.answer.shift();
            this.answerPosition = 0;
        }
        return read;
    }

    /** Does what the frames ask for, in order, and returns the result of the last. */
    private carryOut(): Result {
        let result: Result = { ok: true, values: [] };
        const reader = new WireReader(this.sent.takeWhole());
        while (!reader.atEnd) {
            try {
                result = { ok: true, values: this.readAndCall(reader) };
            } catch (error) {
                if (!(error instanceof LuaError)) throw error;
                result = { ok: false, values: [error.message.slice(0, MAXIMUM_MESSAGE)] };
            }
        }
        return result;
    }

    private readAndCall(reader: WireReader): readonly LuaValue[] {
        const { name, args } = reader.readFrame(Math.max(this.account.room, FRAME_ROOM));
        const hostFunction = this.host[name];
        if (hostFunction === undefined)
            throw new Error(`The Lua kernel called ${name}, which does not exist`);
        return hostFunction(...(args as never[])) ?? [];
    }

    /** An answer is eight hexadecimal digits of length, `+` or `-` for success or error, and the values. */
    private setAnswer(outcome: "+" | "-", values: readonly LuaValue[]): void {
        const { answers } = this;
        answers.writeText(outcome);
        encodeValues(answers, values);
        const length = answers.length.toString(16).padStart(8, "0");
        this.answer = [Buffer.from(length, "latin1"), ...answers.take()];
        this.answerPosition = 0;
    }
}
