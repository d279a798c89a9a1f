/** Wrong values for the fields of JSON answers. */

/** JSON as it is written, whether it is valid or not. */
export class Raw {
    readonly text: string;
    constructor(text: string) {
        this.text = text;
    }
}

/** Where a value is: names of fields and places in lists, from the outside in; empty for the answer itself. */
export type Path = readonly (string | number)[];

/** A wrong value by what is wrong with it; `missing` takes the field away. */
export type Wrong = "missing" | ((value: unknown) => unknown);

const DEEP = 3000;

/** What servers that are broken, hostile, older or newer may send in a field's place. */
export const wrongs: Readonly<Record<string, Wrong>> = {
    missing: "missing",
    null: () => null,
    true: () => true,
    false: () => false,
    zero: () => 0,
    number: () => 7.5,
    negative: () => -1,
    huge: () => new Raw("1e300"),
    infinite: () => new Raw("1e999"),
    "not a number": () => new Raw("NaN"),
    "empty text": () => "",
    text: () => "some text",
    "text with line breaks": () => "one\ntwo\r\n\tthree \u001b[31mred\u001b[0m",
    "text that is no id": () => "../../../x?y=1&z=ö#%",
    "10 kB of text": () => "a b".repeat(3500),
    "100 kB word": () => "w".repeat(100_000),
    "web page": () =>
        `<html><head><title>502 Bad Gateway</title></head><body>${"<p>x</p>\n".repeat(700)}</body>`,
    "empty object": () => ({}),
    object: () => ({ n: 5, id: 3, "1": "x" }),
    "empty list": () => [],
    list: () => [1, "two", null, [3], { four: 4 }],
    "list with holes": () => [null, null, "x", null],
    wrapped: (value) => [value],
    doubled: (value) => ({ value, data: value, [""]: value }),
    deep: () => new Raw(`${"[".repeat(DEEP)}${"]".repeat(DEEP)}`),
};

/** Writes JSON, without blanks. */
export function write(value: unknown): string {
    if (value instanceof Raw) return value.text;
    if (Array.isArray(value)) return `[${value.map((entry) => write(entry ?? null)).join(",")}]`;
    if (typeof value === "object" && value !== null) {
        const fields = Object.entries(value).filter(([, field]) => field !== undefined);
        return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${write(field)}`).join(",")}}`;
    }
    return JSON.stringify(value);
}

/** Every place in a value, its own included. */
export function pathsIn(value: unknown, path: Path = []): Path[] {
    if (typeof value !== "object" || value === null) return [path];
    const within = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    return [path, ...within.flatMap(([key, field]) => pathsIn(field, [...path, key]))];
}

/**
 * A copy in which one place holds something wrong.
 * @returns undefined where there is no such place
 */
export function spoil(value: unknown, path: Path, wrong: Wrong): { value: unknown } | undefined {
    const [key, ...rest] = path;
    if (key === undefined) return { value: wrong === "missing" ? new Raw("") : wrong(value) };
    if (typeof value !== "object" || value === null || !(key in value)) return undefined;
    const field = (value as Record<string | number, unknown>)[key];
    const isGone = rest.length === 0 && wrong === "missing";
    const spoiled = isGone ? { value: undefined } : spoil(field, rest, wrong);
    if (spoiled === undefined) return undefined;
    if (Array.isArray(value)) {
        const list = [...(value as unknown[])];
        if (isGone) list.splice(Number(key), 1);
        else list[Number(key)] = spoiled.value;
        return { value: list };
    }
    return { value: { ...value, [key]: spoiled.value } };
}
