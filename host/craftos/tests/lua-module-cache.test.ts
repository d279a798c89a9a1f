/** The machine's changed Lua is kept between starts, so that what is kept has to be what would be made. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { cachedLuaModule } from "../src/machine/lua-module-cache.ts";
import { readLuaModule } from "../src/machine/lua-module.ts";

const path = createRequire(import.meta.url).resolve("lua-wasm-bindings/dist/glue/glue-lua-5.2.4.wasm");
const made = Buffer.from(readLuaModule(path));
const root = mkdtempSync(join(tmpdir(), "trapos-test-"));
const folder = join(root, "cache");
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("it is made once, and read then", () => {
    expect(Buffer.from(cachedLuaModule(path, folder)).equals(made)).toBe(true);
    const [file, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    writeFileSync(join(folder, file!), "kept");
    expect(Buffer.from(cachedLuaModule(path, folder)).toString()).toBe("kept");
});

test("where nothing can be written it is made", () => {
    writeFileSync(folder, "a file");
    chmodSync(folder, 0o400);
    expect(Buffer.from(cachedLuaModule(path, folder)).equals(made)).toBe(true);
});

test("another module than the one that is known is refused", () => {
    const other = join(root, "other.wasm");
    writeFileSync(other, made);
    expect(() => cachedLuaModule(other, folder)).toThrow("another Lua");
});
