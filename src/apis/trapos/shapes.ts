/** Shapes as data, and the types that they stand for; /apis/trapos/shape reads values by them. */

/** What a single value can be; /apis/trapos/shape says what each word takes. */
export interface Words {
    readonly text: string;
    readonly long: string;
    readonly name: string;
    readonly message: string;
    readonly reason: string;
    readonly id: string;
    readonly folder: string;
    readonly boolean: boolean;
    readonly time: number;
    readonly count: number;
    readonly amount: number;
    readonly status: number;
    readonly present: true;
    readonly any: unknown;
}

/**
 * A shape: a word; fields, each with its shape, where a question mark behind the name says that it may be absent; or
 * - `["list", shape]`: a list in which one wrong entry makes the whole wrong;
 * - `["some", shape]`, `["record", shape]`: a list, or a table by names, without its wrong entries; where there are
 *   entries and all are wrong the whole is;
 * - `["either", word, other]`: a value that `other` stands for where it is wrong or missing;
 * - `["choice", other, ...]`: one of these texts; the first of them for anything else.
 */
export type Shape =
    | keyof Words
    | readonly ["list" | "some" | "record", Shape]
    | readonly ["either", keyof Words, string]
    | readonly ["choice", ...string[]]
    | { readonly [field: string]: Shape };

type Needed<S> = { readonly [K in keyof S as K extends `${string}?` ? never : K]: Of<S[K]> };
type Optional<S> = { readonly [K in keyof S as K extends `${infer Name}?` ? Name : never]?: Of<S[K]> };
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** The type of what is read by a shape. */
export type Of<S> = S extends keyof Words
    ? Words[S]
    : S extends readonly ["list" | "some", infer Entry]
      ? readonly Of<Entry>[]
      : S extends readonly ["record", infer Entry]
        ? Readonly<Record<string, Of<Entry> | undefined>>
        : S extends readonly ["either", infer Word extends keyof Words, string]
          ? Words[Word]
          : S extends readonly ["choice", ...infer Texts extends readonly string[]]
            ? Texts[number]
            : Flat<Needed<S> & Optional<S>>;
