import { LuaError } from "../lua-vm.ts";
import type { LuaTable, ReceivedValue } from "../wire.ts";

/** Checks of what a program passes to a peripheral's method, with CC's messages. Indexes count from 1. */

function typeName(value: ReceivedValue): string {
    if (value === undefined) return "nil";
    return typeof value === "object" ? "table" : typeof value;
}

function badArgument(index: number, expected: string, value: ReceivedValue): LuaError {
    return new LuaError(`bad argument #${index} (${expected} expected, got ${typeName(value)})`);
}

export function checkText(index: number, value: ReceivedValue): string {
    if (typeof value !== "string") throw badArgument(index, "string", value);
    return value;
}

export function checkBoolean(index: number, value: ReceivedValue): boolean {
    if (typeof value !== "boolean") throw badArgument(index, "boolean", value);
    return value;
}

export function checkTable(index: number, value: ReceivedValue): LuaTable {
    if (!(value instanceof Map)) throw badArgument(index, "table", value);
    return value;
}

/** A number that is neither infinite nor NaN. */
export function checkNumber(index: number, value: ReceivedValue): number {
    if (typeof value !== "number") throw badArgument(index, "number", value);
    if (Number.isFinite(value)) return value;
    const shown = Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    throw new LuaError(`bad argument #${index} (number expected, got ${shown})`);
}

/** As CC makes a whole number of any: what is behind the point is cut off. */
export function checkWhole(index: number, value: ReceivedValue): number {
    if (typeof value !== "number") throw badArgument(index, "number", value);
    return Number.isNaN(value) ? 0 : Math.trunc(value);
}

/** What coerces to a string. */
export function toText(value: ReceivedValue): string {
    return value === undefined ? "nil" : typeof value === "object" ? "table" : String(value);
}
