/** Digits that a fraction is written with. Source: LUAI_NUMFFORMAT of Lua, "%.14g". */
const DIGITS = 14;

const withoutZeros = (digits: string): string =>
    digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;

/**
 * Writes a number as CC's Lua does: a whole one that 64 bits hold with all its digits, and neither -0 nor -nan, which
 * Lua's own "%.14g" would write.
 */
export function numberToText(value: number): string {
    if (Number.isSafeInteger(value)) return String(value + 0);
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    // 2^63 itself counts as the largest whole number of 64 bits there.
    if (value === 2 ** 63) return String(2n ** 63n - 1n);
    if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) return String(BigInt(value));
    const [mantissa = "", exponent = ""] = value.toExponential(DIGITS - 1).split("e");
    const power = Number(exponent);
    if (power >= -4 && power < DIGITS) return withoutZeros(value.toFixed(DIGITS - 1 - power));
    const sign = power < 0 ? "-" : "+";
    return `${withoutZeros(mantissa)}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}
