import type { KernelImage } from "./kernel-image.ts";
import { LuaProcess } from "./lua-process.ts";
import { ByteWriter, encodeValues, WireReader, type LuaValue, type ReceivedValue } from "./wire.ts";

/**
 * A computer's Lua, with its kernel.
 *
 * Lua has no way to call a JavaScript function, so the two sides talk over Lua's stdin and stdout: the kernel writes
 * frames (see wire.ts) and, where it wants an answer, reads stdin; the moment it reads, every frame written so far is
 * carried out and the result of the last one is the answer. So calls are synchronous, and frames that want no answer
 * cost only their bytes.
 */

/** An error that the Lua program sees: it is raised there with this message. */
export class LuaError extends Error {}

/** What Lua can ask of Node, by name. */
export type HostFunctions = Record<string, (...args: never[]) => readonly LuaValue[] | void>;

/** The kernel ends Lua: none of it runs any more. */
class Stopped extends Error {}

/** About how many bytes a large value takes, so that it is not copied from one buffer to the next. */
function sizeHint(value: LuaValue): number {
    return typeof value === "string" || value instanceof Uint8Array ? value.length : 0;
}

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

export class LuaVm {
    private readonly lua: LuaProcess;
    private host: ReadonlyMap<string, HostFunctions[string]>;
    private readonly sent = new ByteWriter();
    private answer: Buffer = Buffer.alloc(0);
    private answerPosition = 0;

    /**
     * @param host the functions that the kernel may call, by name
     * @param whileStarting what it may call until it has started, and never again
     * @param kernel its parts: the first, named "kernel", returns the function which `resume` runs
     * @param memoryBytes what Lua may use at most, 16 MiB or more
     * @param seed what the order of its tables follows from: a whole number from 0 to 2^31 - 1
     * @throws Error when the kernel fails
     */
    constructor(
        host: HostFunctions,
        whileStarting: HostFunctions,
        kernel: KernelImage,
        memoryBytes: number,
        seed: number,
    ) {
        const own: HostFunctions = {
            "kernel.stop": () => {
                throw new Stopped();
            },
        };
        const parts: HostFunctions = { "kernel.parts": () => [Object.fromEntries(kernel)] };
        this.host = new Map(Object.entries({ ...host, ...whileStarting, ...own, ...parts }));
        this.lua = new LuaProcess(
            { read: (piece) => this.read(piece), write: (piece) => this.sent.writeBytes(piece) },
            memoryBytes,
            seed,
        );
        const first = kernel.get("kernel");
        if (first === undefined) throw new Error("The kernel has no part of that name");
        this.answer = Buffer.concat([Buffer.from(lengthText(first.length), "latin1"), first]);
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
        const hostFunction = this.host.get(name);
        if (hostFunction === undefined)
            throw new Error(`The Lua kernel called ${name}, which does not exist`);
        try {
            return { ok: true, values: hostFunction(...(args as never[])) ?? [] };
        } catch (error) {
            if (error instanceof LuaError) return { ok: false, values: [error.message] };
            throw error;
        }
    }

    /** An answer is its length, `+` or `-` for success or error, and the values. */
    private setAnswer(outcome: "+" | "-", values: readonly LuaValue[]): void {
        const large = values.reduce<number>((sum, value) => sum + sizeHint(value), 0);
        const body = new ByteWriter(large + 1024);
        body.writeText(`${"0".repeat(LENGTH_DIGITS)}${outcome}`);
        encodeValues(body, values);
        this.answer = body.view();
        this.answer.write(lengthText(body.length - LENGTH_DIGITS), 0, "latin1");
        this.answerPosition = 0;
    }
}

function lengthText(length: number): string {
    return length.toString(16).padStart(LENGTH_DIGITS, "0");
}
