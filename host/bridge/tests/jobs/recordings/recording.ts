/** How turns are kept that were recorded of a real opencode server; see record.ts. */
import type { Happening } from "trapos-opencode";

/** What happened in a turn, and when: milliseconds after it began. */
export interface Happened {
    readonly at: number;
    readonly happening: Happening;
}

/** A turn in which nothing was wrong. */
export interface RecordedTurn {
    readonly name: string;
    readonly happened: readonly Happened[];
}

/** Where a piece of text belongs: session, message, part. */
type Place = readonly [string, string, string];

/** Pieces of a text that came in the same millisecond with the number of its place, or anything else as it is. */
type Entry =
    | readonly [at: number, kind: "text" | "reasoning", place: number, pieces: readonly string[]]
    | readonly [at: number, happening: Happening];

/** A turn as its file has it. */
export interface PackedTurn {
    readonly name: string;
    readonly places: readonly Place[];
    readonly entries: readonly Entry[];
}

/** All turns as their file has them. */
export interface Recordings {
    /** Of opencode. */
    readonly version: string;
    readonly turns: readonly PackedTurn[];
}

/** Packs a turn: of the pieces of its texts no more is kept than what differs. */
export function pack({ name, happened }: RecordedTurn): PackedTurn {
    const places: Place[] = [];
    const entries: Entry[] = [];
    let pieces: string[] = [];
    let before: readonly unknown[] = [];
    for (const { at, happening } of happened) {
        if (happening.kind !== "text" && happening.kind !== "reasoning") {
            entries.push([at, happening]);
            before = [];
            continue;
        }
        const { sessionId, messageId, partId, kind, text } = happening;
        let place = places.findIndex(([session, , part]) => session === sessionId && part === partId);
        if (place < 0) place = places.push([sessionId, messageId, partId]) - 1;
        if (before[0] === at && before[1] === kind && before[2] === place) {
            pieces.push(text);
            continue;
        }
        pieces = [text];
        before = [at, kind, place];
        entries.push([at, kind, place, pieces]);
    }
    return { name, places, entries };
}

/** A turn as it happened. */
export function unpack({ name, places, entries }: PackedTurn): RecordedTurn {
    const lengths = new Map<string, number>();
    const happened = entries.flatMap((entry): Happened[] => {
        if (entry.length === 2) {
            const [at, happening] = entry;
            if (happening.kind === "text replaced" || happening.kind === "reasoning replaced")
                lengths.set(happening.partId, happening.text.length);
            return [{ at, happening }];
        }
        const [at, kind, place, pieces] = entry;
        const [sessionId, messageId, partId] = places[place]!;
        return pieces.map((text) => {
            const offset = lengths.get(partId) ?? 0;
            lengths.set(partId, offset + text.length);
            return { at, happening: { sessionId, kind, messageId, partId, offset, text } };
        });
    });
    return { name, happened };
}
