/** What Tab offers of what was last seen of the server: no request is made for it. */
import { recall, type Known } from "./known";

/** Names that are known, and one more. */
export function knownNames(of: keyof Known, other?: string): readonly string[] {
    const names: string[] = [];
    for (const name of recall(fs)[of] ?? []) table.insert(names, name);
    if (other !== undefined) table.insert(names, other);
    return names;
}
