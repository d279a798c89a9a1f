/** Names that Tab offers, from ccpm's files as they are on the disk. Where there is none of a name there is nothing to offer. */
import { decode } from "../trapos/json";
import { CACHE, CONFIGURATION, LOCK } from "./state";
import type { Cache, Configuration, Lock } from "./types";

/** What was read, by path and when it was written: completion runs at every key. */
const read: Record<string, unknown> = {};

/** A file of ccpm's state; raises where there is none. */
function readFile(path: string): unknown {
    const key = path + fs.attributes(path).modified;
    if (read[key] === undefined) {
        const [file] = fs.open(path, "r");
        read[key] = decode(file!.readAll());
        file!.close();
    }
    return read[key];
}

/** The packages that are installed. */
export function installedNames(): string[] {
    const names: string[] = [];
    for (const [name] of pairs((readFile(LOCK) as Lock).packages)) table.insert(names, name);
    return names;
}

/** The packages that the registries were last seen to offer. */
export function offeredNames(): string[] {
    const found: Record<string, true | undefined> = {};
    const names: string[] = [];
    for (const [, registry] of pairs((readFile(CACHE) as Cache).registries)) {
        for (const [name] of pairs(registry.packages)) {
            if (!found[name]) table.insert(names, name);
            found[name] = true;
        }
    }
    return names;
}

/** The registries. */
export function registryNames(): readonly string[] {
    return (readFile(CONFIGURATION) as Configuration).registries;
}
