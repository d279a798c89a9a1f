/** What a native server keeps and the preview swallows: it is kept here, in a file, as it outlives a server. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Fields } from "./exchange.ts";

/** By the id of a session or a message: what is kept of it. */
export interface Kept {
    /** What is kept of it; nothing of what is not known. */
    of(id: string): Fields;
    /** Keeps more of it; what has no value changes nothing. */
    keep(id: string, more: Fields): void;
    forget(id: string): void;
}

/** Opens such a file, which need not be there yet. */
export function openKept(path: string): Kept {
    const all = new Map<string, Fields>(
        existsSync(path)
            ? Object.entries(JSON.parse(readFileSync(path, "utf8")) as Record<string, Fields>)
            : [],
    );
    const write = (): void => writeFileSync(path, JSON.stringify(Object.fromEntries(all)));
    return {
        of: (id) => all.get(id) ?? {},
        keep(id, more) {
            const given = Object.entries(more).filter(([, value]) => value !== undefined);
            if (given.length === 0) return;
            all.set(id, { ...all.get(id), ...Object.fromEntries(given) });
            write();
        },
        forget(id) {
            if (all.delete(id)) write();
        },
    };
}
