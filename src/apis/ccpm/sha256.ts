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

/** The first 32 bits of the fractional parts of the square and cube roots of the first primes, counted from 1. */
const initial = new LuaTable<number, number>();
const constants = new LuaTable<number, number>();
let primes = 0;
let candidate = 2;
while (primes < 64) {
    let prime = true;
    for (const divisor of $range(2, math.sqrt(candidate))) prime = prime && candidate % divisor > 0;
    if (prime) {
        primes += 1;
        initial.set(primes, math.floor((candidate ** (1 / 2) % 1) * WORD));
        constants.set(primes, math.floor((candidate ** (1 / 3) % 1) * WORD));
    }
    candidate += 1;
}

type Eight = [number, number, number, number, number, number, number, number];

let blocksWithoutYield = 0;

/**
 * Hashes a byte string. Once in 64 KiB, over all calls, it yields with an event of its own, so that a long content
 * (or many) is not "too long without yielding"; other events that come meanwhile are dropped, as by os.pullEvent.
 * @param bytes the content
 * @returns 64 hexadecimal digits in lower case
 */
export function sha256(bytes: string): string {
    let length = "";
    for (const place of $range(7, 0, -1)) {
        length += string.char(math.floor((bytes.length * 8) / 256 ** place) % 256);
    }
    const padded = bytes + string.char(128) + string.rep("\0", (55 - bytes.length) % 64) + length;
    const hash = new LuaTable<number, number>();
    for (const index of $range(1, 8)) hash.set(index, initial.get(index));
    const words = new LuaTable<number, number>();
    for (const at of $range(1, padded.length, 64)) {
        blocksWithoutYield += 1;
        if (blocksWithoutYield >= BLOCKS_WITHOUT_YIELD) {
            blocksWithoutYield = 0;
            os.queueEvent(YIELD);
            os.pullEvent(YIELD);
        }
        for (const index of $range(1, 16)) {
            const [a, b, c, d] = string.byte(padded, at + index * 4 - 4, at + index * 4 - 1);
            words.set(index, ((a! * 256 + b!) * 256 + c!) * 256 + d!);
        }
        for (const index of $range(17, 64)) {
            const early = words.get(index - 15);
            const late = words.get(index - 2);
            const mixed = bxor(rrotate(early, 7), rrotate(early, 18), rshift(early, 3));
            const other = bxor(rrotate(late, 17), rrotate(late, 19), rshift(late, 10));
            words.set(index, (words.get(index - 16) + mixed + words.get(index - 7) + other) % WORD);
        }
        let [a, b, c, d, e, f, g, h] = unpack(hash as unknown as Eight);
        for (const index of $range(1, 64)) {
            const chosen = bxor(g, band(e, bxor(f, g)));
            const majority = band(a, b) + band(c, bxor(a, b));
            const first =
                h +
                bxor(rrotate(e, 6), rrotate(e, 11), rrotate(e, 25)) +
                chosen +
                constants.get(index) +
                words.get(index);
            const second = bxor(rrotate(a, 2), rrotate(a, 13), rrotate(a, 22)) + majority;
            h = g;
            g = f;
            f = e;
            e = (d + first) % WORD;
            d = c;
            c = b;
            b = a;
            a = (first + second) % WORD;
        }
        for (const [index, value] of ipairs([a, b, c, d, e, f, g, h])) {
            hash.set(index, (hash.get(index) + value) % WORD);
        }
    }
    return string.format(string.rep("%08x", 8), ...unpack(hash as unknown as Eight));
}
