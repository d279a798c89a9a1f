/** The module of WebAssembly that is changed and grows, and the text that its instructions are written in. */
import { describe, expect, test } from "vitest";
import { assemble, signed, unsigned } from "../src/machine/wasm-assembler.ts";
import { WasmModule } from "../src/machine/wasm-module.ts";

declare const WebAssembly: {
    Module: new (bytes: Uint8Array) => unknown;
    Instance: new (module: unknown, imports: unknown) => { exports: Record<string, unknown> };
};

const bytesOf = (text: string): number[] => [...Buffer.from(text, "latin1")];
const section = (id: number, ...content: number[]): number[] => [id, ...unsigned(content.length), ...content];
const name = (text: string): number[] => [text.length, ...bytesOf(text)];

/** A module with a function "f" of one i32, which adds 1, a call of the host "h", a variable 5 and a byte of data. */
function smallModule(): Uint8Array {
    const body = [0, ...assemble("local.get 0\ni32.const 1\ni32.add"), 0x0b];
    return Uint8Array.from([
        ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        ...section(1, 1, 0x60, 1, 0x7f, 1, 0x7f),
        ...section(2, 1, ...name("a"), ...name("h"), 0, 0),
        ...section(3, 1, 0),
        ...section(5, 1, 0, 1),
        ...section(6, 1, 0x7f, 1, 0x41, 5, 0x0b),
        ...section(7, 2, ...name("f"), 0, 1, ...name("m"), 2, 0),
        ...section(10, 1, body.length, ...body),
        ...section(11, 1, 0, 0x41, 8, 0x0b, 1, 77),
    ]);
}

interface Exports {
    f: (value: number) => number;
    m: { buffer: ArrayBuffer };
}
const run = (module: WasmModule): Exports =>
    new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
        a: { h: (value: number) => value * 10 },
    }).exports as unknown as Exports;

const F = 1;

describe("a module", () => {
    test("stays as it is while nothing is changed", () => {
        expect(Buffer.from(new WasmModule(smallModule()).toBytes()).equals(smallModule())).toBe(true);
    });

    test("has instructions exchanged for more, also for so many that sizes need more bytes", () => {
        const module = new WasmModule(smallModule());
        const more = "i32.const 100000\ni32.add\n".repeat(3000);
        expect(module.replace([F], assemble("i32.const 1\ni32.add"), assemble(more))).toBe(1);
        expect(run(module).f(7)).toBe(300000007);
        expect(module.replace([F], assemble("i32.const 4\ni32.add"), [])).toBe(0);
        expect(module.replace([F], assemble("i32.const 100000\ni32.add"), assemble("call 0"))).toBe(3000);
    });

    test("gets functions, of which one calls the other, variables, and bytes in its memory", () => {
        const module = new WasmModule(smallModule());
        const twice = module.nextFunction;
        const variable = module.addVariable("i64", -3n);
        module.addFunction(
            { parameters: ["i32", "f64"], results: ["i32"] },
            {
                locals: ["i64", "f64"],
                code: assemble(`
                    global.get ${variable}
                    local.tee 2
                    i32.wrap_i64
                    local.get 0
                    i32.const 2
                    i32.shl
                    i32.add
                    i32.const 100
                    i32.load8_u
                    i32.add`),
            },
        );
        module.setMemory(100, Uint8Array.from([1]));
        module.replaceBody(F, {
            code: assemble("local.get 0\nf64.const 0.5\ncall $twice\ncall 0", { twice }),
        });
        const { f, m } = run(module);
        expect(f(6)).toBe((6 * 4 - 3 + 1) * 10);
        expect([...new Uint8Array(m.buffer, 8, 1), ...new Uint8Array(m.buffer, 100, 1)]).toEqual([77, 1]);
    });

    test("runs what is put before a function's instructions and behind its variables", () => {
        const module = new WasmModule(smallModule());
        module.replaceBody(F, { locals: ["i64", "f64"], code: assemble("local.get 0") });
        module.prepend(F, assemble("local.get 0\ni32.const 2\ni32.sub\nlocal.set 0"));
        expect(run(module).f(6)).toBe(4);
    });

    test("that ends too early is none", () => {
        expect(() => new WasmModule(smallModule().subarray(0, 20))).toThrow();
    });
});

describe("numbers", () => {
    test("without and with a sign are written as WebAssembly reads them", () => {
        expect([0, 127, 128, 2 ** 32 - 1].map(unsigned)).toEqual([
            [0],
            [127],
            [128, 1],
            [255, 255, 255, 255, 15],
        ]);
        const values = [0n, 63n, 64n, -1n, -64n, -65n, 2n ** 31n - 1n, -(2n ** 31n)];
        for (const value of values) {
            const module = new WasmModule(smallModule());
            module.replaceBody(F, { code: [0x41, ...signed(value)] });
            expect(run(module).f(0)).toBe(Number(value));
        }
    });
});

describe("instructions", () => {
    test("that are not known, and functions that are not there, are told", () => {
        expect(() => assemble("local.get 0\ni32.jump 5")).toThrow("i32.jump");
        expect(() => assemble("call $nobody")).toThrow("$nobody");
    });

    test("may have comments, offsets, alignments and results", () => {
        expect(
            assemble(`
                ;; nothing
                i64.load offset=300 align=1 ;; a load
                block (result f64)
                end`),
        ).toEqual([0x29, 0, 0xac, 2, 0x02, 0x7c, 0x0b]);
    });
});
