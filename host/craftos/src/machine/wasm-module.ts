import { signed, unsigned, valueTypes, type ValueType } from "./wasm-assembler.ts";

/**
 * A WebAssembly module as bytes, whose functions and data can be changed and to which functions and variables can be
 * added. What is not touched is copied. Source: the WebAssembly specification, "Binary Format".
 */

const HEADER_BYTES = 8;
const section = { type: 1, import: 2, function: 3, global: 6, code: 10, data: 11 } as const;
const FUNCTION_TYPE = 0x60;
const IMPORTED_FUNCTION = 0;
const VARIABLE = 1;
const END = 0x0b;
const constants = { i32: 0x41, i64: 0x42 } as const;

class Reader {
    private readonly bytes: Uint8Array;
    position = 0;
    constructor(bytes: Uint8Array) {
        this.bytes = bytes;
    }
    get atEnd(): boolean {
        return this.position >= this.bytes.length;
    }
    byte(): number {
        const byte = this.bytes[this.position++];
        if (byte === undefined) throw new Error("A WebAssembly module ends too early");
        return byte;
    }
    unsigned(): number {
        let value = 0;
        for (let factor = 1; ; factor *= 128) {
            const byte = this.byte();
            value += (byte & 127) * factor;
            if (byte < 128) return value;
        }
    }
    take(length: number): Uint8Array {
        this.position += length;
        return this.bytes.subarray(this.position - length, this.position);
    }
}

/** A list whose elements are kept as bytes, and to which more may be added. */
class Vector {
    private count: number;
    private readonly parts: Uint8Array[];
    constructor(bytes: Uint8Array) {
        const reader = new Reader(bytes);
        this.count = reader.unsigned();
        this.parts = [bytes.subarray(reader.position)];
    }
    /** Adds an element and returns its number. */
    add(bytes: readonly number[]): number {
        this.parts.push(Uint8Array.from(bytes));
        return this.count++;
    }
    toBytes(): Uint8Array {
        return Buffer.concat([Buffer.from(unsigned(this.count)), ...this.parts]);
    }
}

function countImportedFunctions(bytes: Uint8Array): number {
    const reader = new Reader(bytes);
    const count = reader.unsigned();
    for (let index = 0; index < count; index++) {
        reader.take(reader.unsigned());
        reader.take(reader.unsigned());
        if (reader.byte() !== IMPORTED_FUNCTION) throw new Error("A WebAssembly module imports no function");
        reader.unsigned();
    }
    return count;
}

function readBodies(bytes: Uint8Array): Uint8Array[] {
    const reader = new Reader(bytes);
    return Array.from({ length: reader.unsigned() }, () => reader.take(reader.unsigned()));
}

/** A function's variables beside its parameters, as a body begins with them. */
const locals = (types: readonly ValueType[]): number[] => [
    ...unsigned(types.length),
    ...types.flatMap((type) => [1, valueTypes[type]]),
];

export interface FunctionType {
    readonly parameters: readonly ValueType[];
    readonly results: readonly ValueType[];
}

export interface FunctionBody {
    /** Variables beside the parameters. */
    readonly locals?: readonly ValueType[];
    /** Instructions, without the `end` of the function itself. */
    readonly code: readonly number[];
}

export class WasmModule {
    private readonly header: Uint8Array;
    private readonly sections: { id: number; bytes: Uint8Array }[] = [];
    private readonly vectors = new Map<number, Vector>();
    private readonly importedFunctions: number;
    private readonly bodies: Uint8Array[];

    /** @throws Error when these are no module, or one without functions, variables and data */
    constructor(bytes: Uint8Array) {
        const reader = new Reader(bytes);
        this.header = reader.take(HEADER_BYTES);
        while (!reader.atEnd) {
            const id = reader.byte();
            this.sections.push({ id, bytes: reader.take(reader.unsigned()) });
        }
        this.importedFunctions = countImportedFunctions(this.section(section.import));
        this.bodies = readBodies(this.section(section.code));
        for (const id of [section.type, section.function, section.global, section.data]) {
            this.vectors.set(id, new Vector(this.section(id)));
        }
    }

    private section(id: number): Uint8Array {
        const found = this.sections.find((one) => one.id === id);
        if (found === undefined) throw new Error(`A WebAssembly module has no section ${id}`);
        return found.bytes;
    }

    private add(id: number, bytes: readonly number[]): number {
        const vector = this.vectors.get(id);
        if (vector === undefined) throw new Error(`Nothing is added to section ${id}`);
        return vector.add(bytes);
    }

    /**
     * Exchanges instructions wherever they stand in some functions.
     * @param functions their numbers
     * @returns how often they were found
     */
    replace(functions: readonly number[], old: readonly number[], replacement: readonly number[]): number {
        const sought = Buffer.from(old);
        let found = 0;
        for (const index of functions) {
            const bytes = this.bodies[index - this.importedFunctions] ?? new Uint8Array(0);
            const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
            const pieces: Uint8Array[] = [];
            let position = 0;
            for (let start; (start = body.indexOf(sought, position)) >= 0; position = start + sought.length) {
                pieces.push(body.subarray(position, start), Uint8Array.from(replacement));
                found++;
            }
            pieces.push(body.subarray(position));
            this.bodies[index - this.importedFunctions] = Buffer.concat(pieces);
        }
        return found;
    }

    /** Puts instructions before those that a function has. */
    prepend(index: number, code: readonly number[]): void {
        const body = this.bodies[index - this.importedFunctions] ?? new Uint8Array(0);
        const reader = new Reader(body);
        for (let groups = reader.unsigned(); groups > 0; groups--) {
            reader.unsigned();
            reader.byte();
        }
        this.bodies[index - this.importedFunctions] = Buffer.concat([
            body.subarray(0, reader.position),
            Uint8Array.from(code),
            body.subarray(reader.position),
        ]);
    }

    /** Gives a function of the module another body. */
    replaceBody(index: number, body: FunctionBody): void {
        this.bodies[index - this.importedFunctions] = Uint8Array.from([
            ...locals(body.locals ?? []),
            ...body.code,
            END,
        ]);
    }

    /** The number that the next function gets which is added. */
    get nextFunction(): number {
        return this.importedFunctions + this.bodies.length;
    }

    /** Adds a function: its number is `nextFunction`. */
    addFunction({ parameters, results }: FunctionType, body: FunctionBody): void {
        const types = (list: readonly ValueType[]): number[] => [
            ...unsigned(list.length),
            ...list.map((type) => valueTypes[type]),
        ];
        const type = this.add(section.type, [FUNCTION_TYPE, ...types(parameters), ...types(results)]);
        this.add(section.function, unsigned(type));
        const index = this.nextFunction;
        this.bodies.push(new Uint8Array(0));
        this.replaceBody(index, body);
    }

    /** Adds a global variable and returns its number. */
    addVariable(type: keyof typeof constants, value: bigint): number {
        return this.add(section.global, [valueTypes[type], VARIABLE, constants[type], ...signed(value), END]);
    }

    /** Puts bytes into the memory as it is at the start, over what the module itself has put there. */
    setMemory(address: number, bytes: Uint8Array): void {
        this.add(section.data, [
            0,
            constants.i32,
            ...signed(BigInt(address)),
            END,
            ...unsigned(bytes.length),
            ...bytes,
        ]);
    }

    /** The section of the functions' bodies, each behind its size. */
    private code(): Uint8Array {
        const parts: Uint8Array[] = [Uint8Array.from(unsigned(this.bodies.length))];
        for (const body of this.bodies) parts.push(Uint8Array.from(unsigned(body.length)), body);
        return Buffer.concat(parts);
    }

    toBytes(): Uint8Array {
        const parts: Uint8Array[] = [this.header];
        for (const { id, bytes } of this.sections) {
            const content = id === section.code ? this.code() : (this.vectors.get(id)?.toBytes() ?? bytes);
            parts.push(Uint8Array.from([id, ...unsigned(content.length)]), content);
        }
        return Buffer.concat(parts);
    }
}
