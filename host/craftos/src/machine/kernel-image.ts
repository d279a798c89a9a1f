import { readFileSync } from "node:fs";
import * as nodePath from "node:path";
import { fileURLToPath } from "node:url";
import { stripChunk } from "./lua-chunk.ts";
import { LuaProcess } from "./lua-process.ts";
import { MemoryAccount } from "./memory-account.ts";

/** The parts of the kernel: the files of lua/, the first of which loads the others. */
const partNames = [
    "kernel",
    "arguments",
    "debugging",
    "escapes",
    "format",
    "fs",
    "globals",
    "handles",
    "http",
    "math",
    "os",
    "pack",
    "peripheral",
    "redstone",
    "repetition",
    "strings",
    "tables",
    "term",
    "utf8",
    "watch",
    "websocket",
] as const;
export type PartName = (typeof partNames)[number];

/** The kernel's parts, compiled, by their names. */
export type KernelImage = ReadonlyMap<PartName, Uint8Array>;

const folder = fileURLToPath(new URL("../../kernel", import.meta.url));

/** The source of a part, as binary text (see wire.ts). */
export function kernelSource(name: PartName): string {
    return readFileSync(nodePath.join(folder, `${name}.lua`), "latin1");
}

/** What the compiler may take of memory. */
const COMPILER_BYTES = 64 * 1024 * 1024;

/**
 * A program that compiles: it reads names and sources until there are no more, and writes the compiled chunks. What goes
 * over has its length before it. One that does not compile ends it with an error.
 */
const compiler = `
    local stdin, stdout = io.stdin, io.stdout
    local function read()
        local length = stdin:read(8)
        return length and stdin:read(tonumber(length, 16))
    end
    for name in read do
        local chunk = string.dump(assert(load(read(), "=kernel/" .. name, "t")))
        stdout:write(("%08x"):format(#chunk), chunk)
    end
    stdout:flush()
`;

/**
 * Compiles the kernel's parts, and takes all out of them that tells of their sources: Lua then shows their functions, and
 * their errors, without names and lines.
 * @throws Error with the line that does not compile
 */
export function compileKernel(sources: ReadonlyMap<PartName, string>): KernelImage {
    const withLength = (text: string): string => text.length.toString(16).padStart(8, "0") + text;
    const input = Buffer.from(
        [...sources].map(([name, source]) => withLength(name) + withLength(source)).join(""),
        "latin1",
    );
    const output: Buffer[] = [];
    let position = 0;
    const lua = new LuaProcess(
        {
            read(piece) {
                const bytes = input.subarray(position, position + piece.length);
                piece.set(bytes);
                position += bytes.length;
                return bytes.length;
            },
            write: (piece) => void output.push(Buffer.from(piece)),
        },
        new MemoryAccount(COMPILER_BYTES),
        0,
    );
    lua.load(compiler);
    lua.call(0);
    const chunks = Buffer.concat(output);
    const image = new Map<PartName, Uint8Array>();
    let start = 0;
    for (const name of sources.keys()) {
        const end = start + 8 + parseInt(chunks.toString("latin1", start, start + 8), 16);
        image.set(name, stripChunk(chunks.subarray(start + 8, end)));
        start = end;
    }
    return image;
}

let image: KernelImage | undefined;

/** The kernel, compiled once a process. */
export function kernelImage(): KernelImage {
    image ??= compileKernel(new Map(partNames.map((name) => [name, kernelSource(name)])));
    return image;
}
