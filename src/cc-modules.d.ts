/** CC's own modules that the boot package needs. */

/** @noSelf */
declare module "cc.expect" {
    /** Raises "bad argument" in the name of the function that called, unless the value has one of the types. */
    export function expect(index: number, value: unknown, ...types: string[]): void;
}

/** @noSelf */
declare module "cc.require" {
    /** Makes `require` and `package` for a program's environment; relative names start from the folder. */
    export function make(environment: object, folder: string): LuaMultiReturn<[unknown, unknown]>;
}

declare function loadfile(
    this: void,
    path: string,
    mode: undefined,
    environment: object,
): LuaMultiReturn<[(() => void) | undefined, string?]>;

/** @noSelf */
declare namespace window {
    function create(
        parent: ITerminal,
        x: number,
        y: number,
        width: number,
        height: number,
        visible?: boolean,
    ): ITerminal;
}
