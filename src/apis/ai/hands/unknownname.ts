/** Errors that say that a name is not there: a function that the model made up, and not a mistake in how it is used. */
import { nearest } from "../../trapos/nearest";

/** A name that is nil where something was called or indexed. */
export interface UnknownName {
    readonly name: string;
    /** "global", "field", "method" and others, in Lua's words. */
    readonly kind: string;
}

/** How Lua 5.1 and 5.2, and how 5.3 and later say it. */
const WORDS = [
    "attempt to %w+ (%w+) '([^']+)' %(a nil value%)",
    "attempt to %w+ a nil value %((%w+) '([^']+)'%)",
];

/** The name that an error is about, if it is about one that is not there. A local that is nil is the program's own mistake. */
export function unknownName(problem: string): UnknownName | undefined {
    for (const words of WORDS) {
        const [kind, name] = string.match(problem, words);
        if (kind === "global" || kind === "field" || kind === "method") return { kind, name: name! };
    }
    return undefined;
}

/** The names of what programs of this computer call, which are most like one: each with a blank before it. */
export function namesLike(wanted: string, globals: Readonly<Record<string, unknown>>): string {
    const names: string[] = [];
    for (const [api, value] of pairs(globals)) {
        if (type(value) === "function") table.insert(names, api);
        if (type(value) === "table" && api !== "_G" && api !== "package") {
            for (const [name] of pairs(value)) table.insert(names, `${api}.${tostring(name)}`);
        }
    }
    return nearest(wanted, names);
}
