import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { boot, type Computer } from "../../src/index.ts";
import { compileKernel, kernelImage, kernelSource, type PartName } from "../../src/machine/kernel-image.ts";
import { Machine } from "../../src/machine/machine.ts";
import { natives, values, type Reachable } from "./reachable.ts";

/** A folder with bios.lua and rom/ of a genuine CC: Tweaked, for those who have one. */
const genuineRom = process.env["CC_ROM"];
const ownRom = join(import.meta.dirname, "../../rom");

const walker = readFileSync(join(import.meta.dirname, "walk.lua"), "latin1");

/** Stands before bios.lua: a global with the names of all natives that there are, in the alphabet's order. */
const recorder = `
    NATIVES = {}
    do
        local seen = { [_G] = true }
        local function record(path, value)
            local keys = {}
            for key in next, value do keys[#keys + 1] = key end
            table.sort(keys)
            for _, key in next, keys do
                local item = value[key]
                if type(item) == "function" and not NATIVES[item] then
                    NATIVES[item] = path .. key
                elseif type(item) == "table" and item ~= NATIVES and not seen[item] then
                    seen[item] = true
                    record(path .. key .. ".", item)
                end
            end
        end
        record("", _G)
    end
`.replace(/\n\s*/g, " ");

let server: ReturnType<typeof createServer>;
let sockets: WebSocketServer;
let address: string;
beforeAll(async () => {
    server = createServer((_, response) => response.end("answer"));
    sockets = new WebSocketServer({ server });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
    sockets.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
});

/**
 * Boots a computer with the walk on it and returns what that has found.
 * @param rom the ROM; without one the walk itself stands in bios.lua's place
 * @param inside whether it looks inside of natives, too
 */
async function walk(rom: string | undefined, inside: boolean): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), "trapos-sandbox-"));
    let computer: Computer | undefined;
    try {
        const lua = join(folder, "lua");
        const disk = join(folder, "disk");
        mkdirSync(lua);
        mkdirSync(disk);
        const program = `SERVER = "${address}" ${walker} walk.run("found", ${inside})\nos.shutdown() while true do coroutine.yield() end`;
        if (rom === undefined) {
            mkdirSync(join(lua, "rom"));
            writeFileSync(join(lua, "bios.lua"), recorder + program);
        } else {
            symlinkSync(join(rom, "rom"), join(lua, "rom"));
            writeFileSync(
                join(lua, "bios.lua"),
                recorder + readFileSync(join(rom, "bios.lua"), "latin1"),
                "latin1",
            );
            writeFileSync(join(disk, "startup.lua"), program);
        }
        computer = await boot({ disk, rom: lua, http: { allow: ["127.0.0.1"] }, secondsWithoutYield: 100 });
        const exit = await computer.exit;
        expect(exit, computer.transcript()).toEqual({ reason: "shutdown", status: 0 });
        return readFileSync(join(disk, "found"), "latin1").split("\n");
    } finally {
        await computer?.close();
        rmSync(folder, { recursive: true });
    }
}

const namesOf = ({ of, names }: Reachable): string[] =>
    names.split(" ").map((name) => (of === undefined ? name : `${of}.${name}`));

const allowedNatives = natives.flatMap(namesOf).map((name) => `native ${name}`);
const allowedValues = values.flatMap((value) => namesOf(value).map((name) => `${value.kind} ${name}`));

/** What the walk finds without a ROM, less what it has put there itself. */
async function withoutRom(inside: boolean): Promise<string[]> {
    const own = /^table _G\.NATIVES$|^string _G\.(NATIVES\[function\]|SERVER)$/;
    return (await walk(undefined, inside)).filter((line) => !own.test(line));
}

describe("what a program can reach", () => {
    test("without a ROM is what is on the list, and all of it", async () => {
        expect(await withoutRom(true)).toEqual([...allowedNatives, ...allowedValues].sort());
    });

    test.each([["ours", ownRom], ...(genuineRom === undefined ? [] : [["a genuine one", genuineRom]])])(
        "with the ROM %s are no other natives, and functions of that ROM",
        async (_, rom) => {
            const found = await walk(rom, false);
            const of = (kind: string): string[] => found.filter((line) => line.startsWith(`${kind} `));
            expect(of("breach")).toEqual([]);
            expect(of("native").filter((line) => !allowedNatives.includes(line))).toEqual([]);
            expect(of("userdata")).toEqual(["userdata upvalueid"]);
            expect(
                of("function").filter((line) => !/^function @(bios\.lua|\/?rom\/.*\.lua)$/.test(line)),
            ).toEqual([]);
            // The walk has been everywhere.
            expect(of("function")).toContain("function @bios.lua");
            expect(of("native").length).toBeGreaterThan(allowedNatives.length * 0.9);
        },
    );
});

interface Hole {
    readonly part: PartName;
    /** Instructions of that part, and what stands in their place. */
    readonly from: string;
    readonly to: string;
    /** What the walk says of it. */
    readonly shows: RegExp;
    /** Whether it is only seen inside of natives. */
    readonly inside?: true;
}

const holes: Record<string, Hole> = {
    "a function of the kernel among the globals": {
        part: "kernel",
        from: "kernel.markNatives(globals)",
        to: "globals.leak = call kernel.markNatives(globals)",
        shows: /^native leak$/,
    },
    "the kernel in the registry": {
        part: "debugging",
        from: "return registry\n",
        to: "return kernel\n",
        shows: /^native registry\.call$/,
    },
    "upvalues of natives": {
        part: "debugging",
        from: 'if isOpaque(expect(1, body, "function")) then return nil end\n    return getupvalue',
        to: "return getupvalue",
        shows: /^breach .* getupvalue$/,
    },
    "environments of natives": {
        part: "debugging",
        from: "local index = not isOpaque(body) and environmentIndex(body)",
        to: "local index = getupvalue(body, 1) and 1",
        shows: /^breach .* debug\.getfenv$/,
    },
    "natives as compiled chunks": {
        part: "globals",
        from: 'error("unable to dump given function", 2)',
        to: "return string.dump(body)",
        shows: /^breach .* dump$/,
    },
    "finalizers' metatables": {
        part: "handles",
        from: "return handle\n",
        to: "return setmetatable(handle, { closes = kernel.call })\n",
        shows: /^native handle#\.closes$/,
    },
    "what Lua keeps between instructions": {
        part: "debugging",
        from: 'return name and sub(name, 1, 2) ~= "(*"',
        to: "return name",
        shows: /^breach .* shows \(\*temporary\)$/,
        inside: true,
    },
    "functions of the kernel on the stack": {
        part: "debugging",
        from: "describeNative(what, natives[info.func] and info.func, info)",
        to: "describeNative(what, info.func, info)",
        shows: /^native .*!/,
        inside: true,
    },
};

test.each(Object.entries(holes))(
    "the walk finds %s",
    async (_, { part, from, to, shows, inside }) => {
        const source = kernelSource(part);
        expect(source.split(from)).toHaveLength(2);
        const broken = compileKernel(new Map([[part, source.replace(from, () => to)]]));
        const original = Machine.kernel;
        Machine.kernel = () => new Map([...kernelImage(), ...broken]);
        try {
            const found = await withoutRom(inside === true);
            const known = new Set([...allowedNatives, ...allowedValues]);
            expect(found.filter((line) => !known.has(line))).toContainEqual(expect.stringMatching(shows));
        } finally {
            Machine.kernel = original;
        }
    },
    120_000,
);
