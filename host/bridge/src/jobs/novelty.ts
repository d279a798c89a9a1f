/**
 * How much a model has written since it wrote anything new: text that comes in pieces, whose stretches are known again. Pure;
 * what is said of a text does not depend on the pieces in which it comes.
 *
 * A text is cut into chunks where lines and sentences end. A chunk is new where it was not there before with the hundred
 * characters that stand before it: of a list of blocks `"x": 1` is old after a few lines, what stands around it is not. A
 * loop is old after its first round, whatever its length.
 */

/** What is known of a text; only the functions below change it. */
export interface Novelty {
    /** What has come of the chunk that has no end yet. */
    rest: string;
    /** The chunks before that, as far as they tell apart what comes next. */
    context: string[];
    /** Hashes of the stretches that were there, those that came first before the others. */
    readonly known: Set<number>;
    /** How many characters were nothing new, less what was. */
    stale: number;
    /** The newest chunk that was nothing new. */
    repeated: string;
}

/** A chunk without an end of a line or a sentence is cut between these lengths. */
const shortestCut = 50;
const longestChunk = 200;
/** So many characters, of the chunk and before it, tell whether it is new. */
const contextLength = 100;
/** How many stretches are known: text of some 500,000 characters, in less than 1 MB. */
const mostKnown = 10_000;
/** A new character makes up for so many that were not: a list has something new in each of its entries, a loop has not. */
const worth = 4;
/** By so many characters a place to cut is chosen. */
const cutContext = 8;

/** Makes what is known of a text of which nothing has come. */
export function startNovelty(): Novelty {
    return { rest: "", context: [], known: new Set(), stale: 0, repeated: "" };
}

/** A number that two texts share only when they are the same, as good as always (FNV-1a). */
function hashOf(text: string): number {
    let hash = 0x811c9dc5;
    for (let index = 0; index < text.length; index += 1)
        hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    return hash | 0;
}

const end = /\n|[.!?;:…]["'”’»)\]*_]*\s|[。！？；]/;

/**
 * Where to cut a chunk that has no end. By what stands there, not by its length: a loop is then cut at the same places in each of
 * its rounds, even one without a blank.
 */
function cutOf(chunk: string): number {
    let best = longestChunk;
    let lowest = Infinity;
    for (let at = shortestCut; at <= longestChunk; at += 1) {
        const score = hashOf(chunk.slice(at - cutContext, at));
        if (score > lowest) continue;
        lowest = score;
        best = at;
    }
    return best;
}

/** The length of the chunk at a place of a text; nothing while that is not sure. */
function chunkLength(text: string, at: number): number | undefined {
    const chunk = text.slice(at, at + longestChunk);
    const found = end.exec(chunk);
    if (found !== null) return found.index + found[0].length;
    return chunk.length < longestChunk ? undefined : cutOf(chunk);
}

/** Adds a text to those that are known, of which the oldest are forgotten. @returns whether it was known */
export function remember(known: Set<number>, text: string): boolean {
    const hash = hashOf(text);
    if (known.has(hash)) return true;
    known.add(hash);
    for (const oldest of known) {
        if (known.size <= mostKnown) break;
        known.delete(oldest);
    }
    return false;
}

/** Keeps of the chunks what tells apart the next one. */
function trim(context: string[]): void {
    let length = context.reduce((sum, chunk) => sum + chunk.length, 0);
    while (length - context[0]!.length >= contextLength) length -= context.shift()!.length;
}

/** @returns whether the chunk is new */
function addChunk(novelty: Novelty, chunk: string): boolean {
    const words = chunk.replace(/\s+/g, " ").trim();
    if (words !== "") {
        novelty.context.push(words);
        trim(novelty.context);
    }
    const isKnown = remember(novelty.known, novelty.context.join(" "));
    if (isKnown) {
        novelty.stale += chunk.length;
        novelty.repeated = words;
    } else {
        novelty.stale = Math.max(0, novelty.stale - worth * chunk.length);
    }
    return !isKnown;
}

/**
 * Takes a piece of the text.
 * @param novelty what is known, which it changes
 * @returns whether anything in it is new, as far as that is known
 */
export function addText(novelty: Novelty, piece: string): boolean {
    const text = novelty.rest + piece;
    let at = 0;
    let isNew = false;
    for (;;) {
        const length = chunkLength(text, at);
        if (length === undefined) break;
        if (addChunk(novelty, text.slice(at, at + length))) isNew = true;
        at += length;
    }
    novelty.rest = text.slice(at);
    return isNew;
}

/** Forgets what was written: it is written once more. */
export function forgetText(novelty: Novelty): void {
    Object.assign(novelty, startNovelty());
}
