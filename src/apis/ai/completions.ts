/** What Tab offers of what was last seen of the server: no request is made for it. */
import { recall, type Known } from "./known";

/** Names that can be typed as one word. Others would be drawn with whatever a server has written into them. */
function typable(known: readonly string[] | undefined): string[] {
    const names: string[] = [];
    for (const name of known ?? []) {
        if (string.find(name, "^[!-~]+$")[0] !== undefined) table.insert(names, name);
    }
    return names;
}

/** Names that are known, and one more. */
export function knownNames(
    of: Exclude<keyof Known, "server" | "session">,
    other?: string,
): readonly string[] {
    const names = typable(recall(fs)[of]);
    if (other !== undefined) table.insert(names, other);
    return names;
}

/** Files of the server, where a word begins with an "@". */
export function mentions(text: string): readonly string[] {
    const names: string[] = [];
    if (string.sub(text, 1, 1) !== "@") return names;
    for (const path of typable(recall(fs).files)) table.insert(names, `@${path}`);
    return names;
}
