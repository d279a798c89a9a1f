import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type LuaLiteral, readTable, writeLiteral } from "./lua-literal.ts";

/** Settings by name, as text, number or yes and no; undefined removes one. */
export type Settings = Record<string, string | number | boolean | undefined>;

// A computer's strings are bytes; ours become UTF-8.
const toBytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");
const fromBytes = (bytes: string) => Buffer.from(bytes, "latin1").toString("utf8");

async function readTableOf(disk: string): Promise<Map<string | number, LuaLiteral>> {
    const text = await readFile(join(disk, ".settings"), "latin1").catch(() => "");
    // A file that was cut short by a power cut is none to CC either.
    return readTable(text) ?? new Map<string | number, LuaLiteral>();
}

/**
 * Sets settings in /.settings, where CC's settings API loads them at boot. What the computer saved itself stays.
 * @param disk the host folder that is the computer's "/"
 */
export async function writeSettings(disk: string, settings: Settings): Promise<void> {
    const table = await readTableOf(disk);
    for (const [name, value] of Object.entries(settings)) {
        if (value === undefined) table.delete(toBytes(name));
        else table.set(toBytes(name), typeof value === "string" ? toBytes(value) : value);
    }
    const sorted = new Map([...table].sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)));
    await writeFile(join(disk, ".settings"), writeLiteral(sorted), "latin1");
}

/**
 * Reads a setting that the computer saved.
 * @returns undefined when it has not been saved or is a table
 */
export async function readSetting(
    disk: string,
    name: string,
): Promise<string | number | boolean | undefined> {
    const value = (await readTableOf(disk)).get(toBytes(name));
    if (value instanceof Map) return undefined;
    return typeof value === "string" ? fromBytes(value) : value;
}
