/**
 * Instructions of WebAssembly as text, in the words of its text format: one a line, with what belongs to it behind it.
 * `;;` begins a comment. It knows the instructions that are written here, not all there are.
 */

type Immediate =
    /** A number of a local or global variable, or of a label. */
    | "index"
    /** `$name`, or a function's number. */
    | "function"
    /** `offset=8`, where it is not 0, and `align=1`, where it is not as many bytes as are read or written. */
    | "memory"
    /** `(result i32)`, where a block leaves a value. */
    | "block"
    | "i32"
    | "i64"
    | "f64";

type Operation = readonly [code: number, immediate?: Immediate, alignment?: number];

/** Source: the WebAssembly specification, "Index of Instructions". */
const operations: Readonly<Record<string, Operation>> = {
    unreachable: [0x00],
    block: [0x02, "block"],
    loop: [0x03, "block"],
    if: [0x04, "block"],
    else: [0x05],
    end: [0x0b],
    br: [0x0c, "index"],
    br_if: [0x0d, "index"],
    return: [0x0f],
    call: [0x10, "function"],
    drop: [0x1a],
    select: [0x1b],
    "local.get": [0x20, "index"],
    "local.set": [0x21, "index"],
    "local.tee": [0x22, "index"],
    "global.get": [0x23, "index"],
    "global.set": [0x24, "index"],
    "i32.load": [0x28, "memory", 2],
    "i64.load": [0x29, "memory", 3],
    "f64.load": [0x2b, "memory", 3],
    "i32.load8_u": [0x2d, "memory", 0],
    "i32.load16_u": [0x2f, "memory", 1],
    "i32.store": [0x36, "memory", 2],
    "i64.store": [0x37, "memory", 3],
    "f64.store": [0x39, "memory", 3],
    "i32.store8": [0x3a, "memory", 0],
    "i32.store16": [0x3b, "memory", 1],
    "i32.const": [0x41, "i32"],
    "i64.const": [0x42, "i64"],
    "f64.const": [0x44, "f64"],
    "i32.eqz": [0x45],
    "i32.eq": [0x46],
    "i32.ne": [0x47],
    "i32.lt_s": [0x48],
    "i32.lt_u": [0x49],
    "i32.gt_s": [0x4a],
    "i32.gt_u": [0x4b],
    "i32.le_s": [0x4c],
    "i32.le_u": [0x4d],
    "i32.ge_s": [0x4e],
    "i32.ge_u": [0x4f],
    "i64.eqz": [0x50],
    "i64.eq": [0x51],
    "i64.ne": [0x52],
    "i64.lt_s": [0x53],
    "i64.lt_u": [0x54],
    "i64.gt_s": [0x55],
    "i64.gt_u": [0x56],
    "i64.ge_u": [0x5a],
    "f64.eq": [0x61],
    "f64.ne": [0x62],
    "f64.lt": [0x63],
    "f64.gt": [0x64],
    "f64.le": [0x65],
    "f64.ge": [0x66],
    "i32.add": [0x6a],
    "i32.sub": [0x6b],
    "i32.and": [0x71],
    "i32.or": [0x72],
    "i32.shl": [0x74],
    "i32.shr_s": [0x75],
    "i64.clz": [0x79],
    "i64.add": [0x7c],
    "i64.sub": [0x7d],
    "i64.mul": [0x7e],
    "i64.rem_s": [0x81],
    "i64.and": [0x83],
    "i64.or": [0x84],
    "i64.xor": [0x85],
    "i64.shl": [0x86],
    "i64.shr_s": [0x87],
    "i64.shr_u": [0x88],
    "i64.rotl": [0x89],
    "f64.abs": [0x99],
    "f64.neg": [0x9a],
    "f64.ceil": [0x9b],
    "f64.floor": [0x9c],
    "f64.trunc": [0x9d],
    "f64.add": [0xa0],
    "f64.sub": [0xa1],
    "f64.mul": [0xa2],
    "f64.div": [0xa3],
    "f64.min": [0xa4],
    "f64.max": [0xa5],
    "f64.copysign": [0xa6],
    "i32.wrap_i64": [0xa7],
    "i32.trunc_f64_s": [0xaa],
    "i64.extend_i32_u": [0xad],
    "f64.convert_i64_s": [0xb9],
    "i64.reinterpret_f64": [0xbd],
    "f64.reinterpret_i64": [0xbf],
    "i32.trunc_sat_f64_s": [0xfc02],
    "i64.trunc_sat_f64_s": [0xfc06],
};

/** The types of values, by their names. */
export const valueTypes = { i32: 0x7f, i64: 0x7e, f64: 0x7c } as const;
export type ValueType = keyof typeof valueTypes;

const NO_RESULT = 0x40;

/** A whole number without a sign, as WebAssembly writes it: seven bits a byte, the lowest first. */
export function unsigned(value: number): number[] {
    if (value < 128) return [value];
    const bytes: number[] = [];
    let rest = value;
    do {
        const low = rest % 128;
        rest = Math.floor(rest / 128);
        bytes.push(rest > 0 ? low + 128 : low);
    } while (rest > 0);
    return bytes;
}

/** A whole number with a sign. */
export function signed(value: bigint): number[] {
    const bytes: number[] = [];
    for (let rest = value; ;) {
        const low = Number(rest & 127n);
        rest >>= 7n;
        const isLast = (rest === 0n && low < 64) || (rest === -1n && low >= 64);
        bytes.push(isLast ? low : low + 128);
        if (isLast) return bytes;
    }
}

function double(text: string): number[] {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(text === "nan" ? NaN : text === "inf" ? Infinity : Number(text));
    return [...bytes];
}

function memory(words: readonly string[], alignment: number): number[] {
    const given = new Map(words.map((word) => word.split("=") as [string, string]));
    const bytes = given.get("align");
    return [
        ...unsigned(bytes === undefined ? alignment : Math.log2(Number(bytes))),
        ...unsigned(Number(given.get("offset") ?? 0)),
    ];
}

type Encoder = (words: readonly string[], operation: Operation, functions: FunctionNumbers) => number[];

/** The numbers of functions, by their names. */
export type FunctionNumbers = Readonly<Record<string, number>>;

const encoders: Readonly<Record<Immediate, Encoder>> = {
    index: ([word]) => unsigned(Number(word)),
    function: ([word = ""], _operation, functions) => {
        const name = word.slice(1);
        if (!word.startsWith("$")) return unsigned(Number(word));
        const index = Object.hasOwn(functions, name) ? functions[name] : undefined;
        if (index === undefined) throw new Error(`WebAssembly calls a function ${word} that is not there`);
        return unsigned(index);
    },
    memory: (words, [, , alignment = 0]) => memory(words, alignment),
    block: (words) => {
        const type = /^\(result (\w+)\)$/.exec(words.join(" "))?.[1];
        return [type === undefined ? NO_RESULT : valueTypes[type as ValueType]];
    },
    i32: ([word = ""]) => signed(BigInt(word)),
    i64: ([word = ""]) => signed(BigInt(word)),
    f64: ([word = ""]) => double(word),
};

/**
 * Turns instructions into bytes.
 * @param functions those that are called by a name
 * @throws Error that names what it does not understand
 */
export function assemble(text: string, functions: FunctionNumbers = {}): number[] {
    const bytes: number[] = [];
    for (const line of text.split("\n")) {
        const comment = line.indexOf(";;");
        const words = (comment < 0 ? line : line.slice(0, comment)).trim().split(" ");
        const name = words.shift() ?? "";
        if (name === "") continue;
        const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
        if (operation === undefined)
            throw new Error(`WebAssembly has no instruction ${name} that is known here`);
        const [code, immediate] = operation;
        if (code > 255) bytes.push(code >> 8, ...unsigned(code & 255));
        else bytes.push(code);
        if (immediate !== undefined) bytes.push(...encoders[immediate](words, operation, functions));
    }
    return bytes;
}
