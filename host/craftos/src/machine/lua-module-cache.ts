import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readLuaModule } from "./lua-module.ts";

/** What the changed module follows from, beside the module itself, which is known by its hash. */
const MAKERS = /^(lua-functions|lua-module|wasm-assembler|wasm-module)\./;

/**
 * Reads the module that `readLuaModule` makes. It is made once: that takes some 30 ms, as long as a tenth of a boot.
 * @param path the module as it comes from npm
 * @param folder where it is kept, if anything can be
 * @throws Error when the module is not the one that is known
 */
export function cachedLuaModule(path: string, folder: string): Uint8Array {
    const hash = createHash("sha256").update(readFileSync(path));
    const makers = readdirSync(import.meta.dirname).filter((name) => MAKERS.test(name));
    for (const name of makers.sort()) hash.update(readFileSync(join(import.meta.dirname, name)));
    const file = join(folder, `lua-${hash.digest("hex").slice(0, 32)}.wasm`);
    try {
        return readFileSync(file);
    } catch {
        const made = readLuaModule(path);
        keep(folder, file, made);
        return made;
    }
}

/** Other processes see the whole file or none. */
function keep(folder: string, file: string, bytes: Uint8Array): void {
    const unfinished = `${file}.${process.pid}`;
    try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(unfinished, bytes);
        renameSync(unfinished, file);
    } catch {
        // Nothing can be written there: it is made at each start.
    }
}
