/**
 * Lua 5.2's compiled chunks, as `string.dump` of this Lua writes them: numbers in the byte order of WebAssembly, four bytes
 * for a whole number, a size and an instruction, eight for a number.
 */

/** Bytes of the header: "\x1bLua", the version, the format, the sizes, and a tail that shows damage. */
const HEADER_BYTES = 18;
const INSTRUCTION_BYTES = 4;
const NUMBER_BYTES = 8;

/** A kind of constant. Source: Lua 5.2's lua.h. */
const [NIL, BOOLEAN, NUMBER, STRING] = [0, 1, 3, 4];

/** Goes through a chunk and copies it, less what it is told to leave out. */
class Copier {
    private readonly bytes: Buffer;
    private readonly kept: Buffer[] = [];
    private position = 0;
    private keptUpTo = 0;

    constructor(bytes: Buffer) {
        this.bytes = bytes;
    }

    get atEnd(): boolean {
        return this.position === this.bytes.length;
    }

    skip(count: number): void {
        this.position += count;
    }

    byte(): number {
        return this.bytes.readUInt8(this.position++);
    }

    whole(): number {
        this.position += 4;
        return this.bytes.readUInt32LE(this.position - 4);
    }

    string(): void {
        this.skip(this.whole());
    }

    /** Goes through something that begins with a number and is nothing where that is zero, and leaves it out. */
    leaveOut(goThrough: () => void): void {
        this.kept.push(this.bytes.subarray(this.keptUpTo, this.position), Buffer.alloc(4));
        goThrough();
        this.keptUpTo = this.position;
    }

    result(): Buffer {
        return Buffer.concat([...this.kept, this.bytes.subarray(this.keptUpTo)]);
    }
}

function times(count: number, run: () => void): void {
    for (let index = 0; index < count; index++) run();
}

function stripConstant(chunk: Copier): void {
    const kind = chunk.byte();
    if (kind === BOOLEAN) chunk.skip(1);
    else if (kind === NUMBER) chunk.skip(NUMBER_BYTES);
    else if (kind === STRING) chunk.string();
    else if (kind !== NIL) throw new Error(`A compiled chunk has a constant of the unknown kind ${kind}`);
}

function stripFunction(chunk: Copier): void {
    // The lines where it begins and ends, how many parameters, whether there are more, and the size of its stack.
    chunk.skip(4 + 4 + 1 + 1 + 1);
    chunk.skip(chunk.whole() * INSTRUCTION_BYTES);
    times(chunk.whole(), () => stripConstant(chunk));
    times(chunk.whole(), () => stripFunction(chunk));
    // Of each upvalue, where it comes from.
    chunk.skip(chunk.whole() * 2);
    // The source's name, the lines of the instructions, the names of locals and where they hold, those of upvalues.
    chunk.leaveOut(() => chunk.string());
    chunk.leaveOut(() => chunk.skip(chunk.whole() * 4));
    chunk.leaveOut(() =>
        times(chunk.whole(), () => {
            chunk.string();
            chunk.skip(8);
        }),
    );
    chunk.leaveOut(() => times(chunk.whole(), () => chunk.string()));
}

/**
 * Takes out of a compiled chunk what only serves to find errors, as `luac -s` does: the source's name, lines, and the
 * names of locals and upvalues.
 * @throws Error when it is no such chunk
 */
export function stripChunk(bytes: Uint8Array): Uint8Array {
    const chunk = new Copier(Buffer.from(bytes));
    chunk.skip(HEADER_BYTES);
    stripFunction(chunk);
    if (!chunk.atEnd) throw new Error("A compiled chunk goes on behind its end");
    return chunk.result();
}
