import { Machine } from "../computer/machine/machine.ts";

/** Stands at the end of a part of the computer's kernel, which still has collectgarbage where programs have not. */
const luaMemory = `
function kernel.globals.luaMemory()
    collectgarbage()
    collectgarbage()
    return collectgarbage("count") * 1024
end`;

/**
 * Gives programs a function that no computer has: `luaMemory()` collects Lua's garbage and returns the bytes that are
 * left. Computers that are switched on while `run` runs have it.
 */
export async function withLuaMemory<T>(run: () => Promise<T>): Promise<T> {
    const machine = Machine.prototype;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its machine below
    const original = machine["hostFunctions"];
    machine["hostFunctions"] = function (this: Machine) {
        const functions = original.call(this);
        const source = functions["kernel.source"] as (part: string) => [string];
        return {
            ...functions,
            "kernel.source": (part: string) => [source(part)[0] + (part === "globals" ? luaMemory : "")],
        };
    };
    try {
        return await run();
    } finally {
        machine["hostFunctions"] = original;
    }
}
