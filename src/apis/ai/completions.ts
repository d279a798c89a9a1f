/** What Tab offers of what was last seen of the server: no request is made for it. */
import { recall, type Known } from "./known";

/** Names that are known, and one more. */
export function knownNames(of: keyof Known, other?: string): readonly string[] {
    const names: string[] = [];
    for (const name of recall(fs)[of] ?? []) table.insert(names, name);
    if (other !== undefined) table.insert(names, other);
    return names;
}

/** Files of the server, where a word begins with an "@". */
export function mentions(text: string): readonly string[] {
    const names: string[] = [];
    if (string.sub(text, 1, 1) !== "@") return names;
    for (const path of recall(fs).files ?? []) table.insert(names, `@${path}`);
    return names;
}
