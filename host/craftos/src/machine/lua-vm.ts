import type { KernelImage } from "./kernel-image.ts";
import { LuaError } from "./lua-error.ts";
import { LuaProcess } from "./lua-process.ts";
import type { MemoryAccount } from "./memory-account.ts";
import { ByteWriter, encodeValues, WireReader, type LuaValue, type ReceivedValue } from "./wire.ts";

/**
 * A computer's Lua, with its kernel.
 *
 * Lua has no way to call a JavaScript function, so the two sides talk over Lua's stdin and stdout: the kernel writes
 * frames (see wire.ts) and, where it wants an answer, reads stdin; the moment it reads, every frame written so far is
 * carried out and the result of the last one is the answer. So calls are synchronous, and frames that want no answer
 * cost only their bytes.
 */

export { LuaError };

/** What Lua can ask of Node, by name. */
export type HostFunctions = Record<string, (...args: never[]) => readonly LuaValue[] | void>;

/** The same as it is called: with all arguments in one list, as they may be more than JavaScript's stack holds. */
export type HostCalls = Record<string, (args: readonly ReceivedValue[]) => readonly LuaValue[] | void>;

/** The kernel ends Lua: none of it runs any more. */
class Stopped extends Error {}

/** The longest message of an error that a program gets: some repeat what the program gave. */
const MAXIMUM_MESSAGE = 65536;

/** What the values of one frame may take in any case, in bytes: no frame that wants no answer takes more. */
const FRAME_ROOM = 4 * 1024 * 1024;

/** An answer's length, in hexadecimal digits. */
const LENGTH_DIGITS = 8;

/**
 * What runs first: it reads the kernel's first part, which is compiled, and runs it. Nothing is read ahead, so that what is
 * left of an answer that was not read to its end is Node's, who drops it.
 */
const starter = `
    io.stdin:setvbuf("no")
    return load(io.stdin:read(tonumber(io.stdin:read(${LENGTH_DIGITS}), 16)), "=?", "b")()`;

/** Where on Lua's stack the function is that the kernel has returned. */
const KERNEL = 1;

/** What became of a frame: what it returns, or the message of the error that it raises. */
interface Result {
    readonly ok: boolean;
    readonly values: readonly LuaValue[];
}

export class LuaVm {
    private readonly lua: LuaProcess;
    private host: ReadonlyMap<string, HostCalls[string]>;
    private readonly account: MemoryAccount;
    private readonly sent = new ByteWriter();
    private readonly answers = new ByteWriter();
    /** What is left of the answer, and how much of its first piece has been read. */
    private answer: Uint8Array[] = [];
    private answerPosition = 0;

    /**
     * @param host the functions that the kernel may call, by name
     * @param whileStarting what it may call until it has started, and never again
     * @param kernel its parts: the first, named "kernel", returns the function which `resume` runs
     * @param account books what Lua takes and says whether there is room for what it sends
     * @param seed what the order of its tables follows from: a whole number from 0 to 2^31 - 1
     * @throws Error when the kernel fails
     */
    constructor(
        host: HostCalls,
        whileStarting: HostCalls,
        kernel: KernelImage,
        account: MemoryAccount,
        seed: number,
    ) {
        this.account = account;
        const own: HostCalls = {
            "kernel.stop": () => {
                throw new Stopped();
            },
        };
        const parts: HostCalls = { "kernel.parts": () => [Object.fromEntries(kernel)] };
        this.host = new Map(Object.entries({ ...host, ...whileStarting, ...own, ...parts }));
        this.lua = new LuaProcess(
            { read: (piece) => this.read(piece), write: (piece) => this.sent.writeBytes(piece) },
            account,
            seed,
        );
        const first = kernel.get("kernel");
        if (first === undefined) throw new Error("The kernel has no part of that name");
        this.answer = [lengthText(first.length), first];
        this.lua.load(starter);
        this.run(1);
        this.host = new Map(Object.entries({ ...host, ...own }));
    }

    /**
     * Hands values to the kernel's function and runs it until it returns.
     * @returns false when the kernel has stopped Lua for good
     * @throws whatever a host function has thrown that is no LuaError, and what goes wrong in the kernel. Like one that has
     * stopped, the VM is of no more use then
     */
    resume(values: readonly LuaValue[]): boolean {
        this.setAnswer("+", values);
        this.lua.pushCopy(KERNEL);
        return this.run(0);
    }

    private run(results: number): boolean {
        try {
            this.lua.call(results);
        } catch (error) {
            if (error instanceof Stopped) return false;
            throw error;
        }
        this.carryOut();
        return true;
    }

    /**
     * Lua reads. When it has sent frames it is owed an answer: they are carried out first. What it did not read of
     * the answer before, since it was broken off, is dropped.
     */
    private read(piece: Uint8Array): number {
        if (piece.length > 0 && this.sent.length > 0) {
            const { ok, values } = this.carryOut();
            this.setAnswer(ok ? "+" : "-", values);
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
        const hostFunction = this.host.get(name);
        if (hostFunction === undefined)
            throw new Error(`The Lua kernel called ${name}, which does not exist`);
        return hostFunction(args) ?? [];
    }

    /** An answer is its length, `+` or `-` for success or error, and the values. */
    private setAnswer(outcome: "+" | "-", values: readonly LuaValue[]): void {
        const { answers } = this;
        answers.writeText(outcome);
        encodeValues(answers, values);
        this.answer = [lengthText(answers.length), ...answers.take()];
        this.answerPosition = 0;
    }
}

function lengthText(length: number): Uint8Array {
    return Buffer.from(length.toString(16).padStart(LENGTH_DIGITS, "0"), "latin1");
}
