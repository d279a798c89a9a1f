/** Lua 5.2's load, which CC has on every version. */
declare function load(
    this: void,
    source: string,
    name: string,
    mode: "t",
    environment: object,
): LuaMultiReturn<[(() => void) | undefined, string?]>;
