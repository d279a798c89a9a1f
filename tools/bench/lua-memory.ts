import { compileKernel, kernelImage, kernelSource, Machine } from "craftos-headless/machine";

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
    const original = Machine.kernel;
    const extended = compileKernel(new Map([["globals", kernelSource("globals") + luaMemory]]));
    Machine.kernel = () => new Map([...kernelImage(), ...extended]);
    try {
        return await run();
    } finally {
        Machine.kernel = original;
    }
}
