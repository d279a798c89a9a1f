/**
 * What @jackmacwindows/craftos-types leaves out or has wrong of CC's API, as CC: Tweaked 1.113 documents it.
 */

/** @noSelf */
declare namespace http {
    function request(options: {
        url: string;
        method?: string;
        headers?: Record<string, string>;
        body?: string;
        binary?: boolean;
        timeout?: number;
    }): LuaMultiReturn<[boolean, string?]>;
}

/** @noSelf */
declare namespace parallel {
    function waitForAny(...functions: (() => void)[]): number;
}

/** @noSelf */
declare module "cc.strings" {
    export function wrap(text: string, width?: number): string[];
    export function ensure_width(text: string, width?: number): string;
}

/** @noSelf */
declare module "cc.completion" {
    export function choice(text: string, choices: string[], addSpace?: boolean): string[];
}

/** Lua 5.3's, which CC has on every version. */
declare namespace utf8 {
    function len(this: void, text: string): number | false | undefined;
    function char(this: void, ...codes: number[]): string;
    function codepoint(this: void, text: string): number;
}

/** Lua 5.2's, which CC has on every version. */
declare namespace table {
    /** What `pack` makes: the values by their places, and their number. */
    interface Packed {
        readonly [at: number]: unknown;
        readonly n: number;
    }
    function pack(this: void, ...values: unknown[]): Packed;
    function unpack(this: void, list: Packed, from: number, to: number): LuaMultiReturn<unknown[]>;
}
