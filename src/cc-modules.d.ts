/** CC's own modules that the boot package needs. */

/** @noSelf */
declare module "cc.expect" {
    /** Raises "bad argument" in the name of the function that called, unless the value has one of the types. */
    export function expect(index: number, value: unknown, ...types: string[]): void;
}
