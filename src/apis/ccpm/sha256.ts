/** SHA-256 as FIPS 180-4 defines it, fast enough for the files of programs. */

/** The library bit32, whose name TypeScriptToLua takes for a word of Lua's. */
interface Bits {
    band(this: void, ...values: number[]): number;
    bxor(this: void, ...values: number[]): number;
    rrotate(this: void, value: number, bits: number): number;
    rshift(this: void, value: number, bits: number): number;
}

const bits = (_G as unknown as { bit32: Bits }).bit32;
const band = bits.band;
const bxor = bits.bxor;
const rrotate = bits.rrotate;
const rshift = bits.rshift;

/** Words are whole numbers below this. */
const WORD = 4294967296;

/** Blocks of 64 bytes between two yields: 64 KiB. */
const BLOCKS_WITHOUT_YIELD = 1024;
const YIELD = "ccpm_sha256";

/**
 * The first 32 bits of the fractional parts of the square and cube roots of the first 64 primes, counted from 1. Of the
 * square roots eight are used.
 */
const squareRoots = new LuaTable<number, number>();
const cubeRoots = new LuaTable<number, number>();
for (const candidate of $range(2, 311)) {
    let prime = true;
    for (const divisor of $range(2, math.sqrt(candidate))) prime = prime && candidate % divisor > 0;
    if (prime) {
        const place = cubeRoots.length() + 1;
        squareRoots.set(place, math.floor((math.sqrt(candidate) % 1) * WORD));
        cubeRoots.set(place, math.floor((candidate ** (1 / 3) % 1) * WORD));
    }
}

type Eight = [number, number, number, number, number, number, number, number];

let blocks = 0;

/**
 * Hashes a byte string. Once in 64 KiB, over all calls, it yields with an event of its own, so that a long content
 * (or many) is not "too long without yielding"; other events that come meanwhile are dropped, as by os.pullEvent.
 * @param bytes the content
 * @returns 64 hexadecimal digits in lower case
 */
export function sha256(bytes: string): string {
    // The length in bits, which ends it, is put in as a word: no content on a computer is 512 MiB long.
    const padded = bytes + string.char(128) + string.rep("\0", ((55 - bytes.length) % 64) + 8);
    const hash = [...unpack(squareRoots as unknown as Eight, 1, 8)] as unknown as LuaTable<number, number>;
    const words = new LuaTable<number, number>();
    for (const at of $range(1, padded.length, 64)) {
        blocks += 1;
        if (blocks % BLOCKS_WITHOUT_YIELD === 0) {
            os.queueEvent(YIELD);
            os.pullEvent(YIELD);
        }
        for (const index of $range(1, 16)) {
            const [a, b, c, d] = string.byte(padded, at + index * 4 - 4, at + index * 4 - 1);
            words.set(index, ((a! * 256 + b!) * 256 + c!) * 256 + d!);
        }
        if (at + 63 === padded.length) words.set(16, bytes.length * 8);
        for (const index of $range(17, 64)) {
            const early = words.get(index - 15);
            const late = words.get(index - 2);
            const mixed = bxor(rrotate(early, 7), rrotate(early, 18), rshift(early, 3));
            const other = bxor(rrotate(late, 17), rrotate(late, 19), rshift(late, 10));
            words.set(index, (words.get(index - 16) + mixed + words.get(index - 7) + other) % WORD);
        }
        let [a, b, c, d, e, f, g, h] = unpack(hash as unknown as Eight);
        for (const index of $range(1, 64)) {
            const first =
                h +
                bxor(rrotate(e, 6), rrotate(e, 11), rrotate(e, 25)) +
                bxor(g, band(e, bxor(f, g))) +
                cubeRoots.get(index) +
                words.get(index);
            const second =
                bxor(rrotate(a, 2), rrotate(a, 13), rrotate(a, 22)) + band(a, b) + band(c, bxor(a, b));
            [a, b, c, d, e, f, g, h] = [(first + second) % WORD, a, b, c, (d + first) % WORD, e, f, g];
        }
        for (const [index, value] of ipairs([a, b, c, d, e, f, g, h])) {
            hash.set(index, (hash.get(index) + value) % WORD);
        }
    }
    return string.format(string.rep("%08x", 8), ...unpack(hash as unknown as Eight));
}
