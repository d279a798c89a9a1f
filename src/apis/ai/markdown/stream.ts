/** An answer in Markdown that comes in pieces, as rows: those that stay as they are, and those of what has not ended yet. */
import { linesOf } from "./codeblocks";
import type { Span } from "./inline";
import { copySheet, feed, openSheet, settle, type Page } from "./layout";
import { answerIn, mayBecomeMark, noThoughts, type Thoughts } from "./reasoning";

/** Where rows and news of a stream go. */
export interface StreamEnds {
    /** Gets each row that stays. */
    readonly emit: (this: void, row: Span[]) => void;
    /** Told that all until now was no answer but what a model thought aloud, which a mark at its end tells alone. */
    readonly discard: (this: void) => void;
}

/** An answer as far as it has come. */
export interface Stream {
    readonly ends: StreamEnds;
    page: Page;
    thoughts: Thoughts;
    /** The line that has not ended, in UTF-8. */
    unfinished: string;
    /** Whether any line has ended in a line break. */
    hasBreak: boolean;
    /** Whether the last line was ended without one. */
    isCut: boolean;
    /** The lines of the answer that have ended, in UTF-8. */
    lines: string[];
}

/** A character of UTF-8 of which the last bytes are missing, by its first byte. */
const CUT_SHORT = [
    `[${string.char(0xc2)}-${string.char(0xf4)}]$`,
    `[${string.char(0xe0)}-${string.char(0xf4)}][${string.char(0x80)}-${string.char(0xbf)}]$`,
    `[${string.char(0xf0)}-${string.char(0xf4)}][${string.char(0x80)}-${string.char(0xbf)}][${string.char(0x80)}-${string.char(0xbf)}]$`,
];

/**
 * Begins an answer. Of several blocks of code the first one has no number, as nothing tells that another one comes.
 * @param width columns of the screen
 * @param hasGround whether code gets a ground, as `layOut` takes it
 */
export function openStream(width: number, hasGround: boolean, ends: StreamEnds): Stream {
    return {
        ends,
        page: openSheet(width, hasGround, ends.emit),
        thoughts: noThoughts(),
        unfinished: "",
        hasBreak: false,
        isCut: false,
        lines: [],
    };
}

/** Lays out what comes from now on, and what has not ended, for another width. */
export function setWidth(stream: Stream, width: number): void {
    stream.page = copySheet(stream.page, width, stream.ends.emit);
}

/** Takes a line that has ended. */
function take(stream: Stream, line: string): void {
    const wasGuess = stream.thoughts.isGuess;
    const answer = answerIn(stream.thoughts, line);
    if (stream.thoughts.isGuess !== wasGuess) {
        stream.lines = [];
        stream.page = openSheet(stream.page.width, stream.page.hasGround, stream.ends.emit);
        stream.ends.discard();
    }
    if (answer === undefined) return;
    table.insert(stream.lines, answer);
    feed(stream.page, answer);
}

/** The lines of what has not ended: several only where no line break has come, and returns may stand for some. */
function unfinishedLines(stream: Stream): string[] {
    const text = stream.unfinished;
    if (text === "") return [];
    if (stream.hasBreak) return [text];
    const lines: string[] = [];
    for (const [line] of string.gmatch(linesOf(text), "([^\n]*)\n")) table.insert(lines, line!);
    return lines;
}

/**
 * Takes the next piece of an answer. Takes a time in proportion to the piece and to the line that has not ended.
 * @param piece UTF-8, cut anywhere
 */
export function addPiece(stream: Stream, piece: string): void {
    if (stream.isCut && piece !== "") {
        stream.isCut = false;
        // The line break behind a line that was ended before it came.
        piece = string.gsub(piece, "^\r?\n", "")[0];
    }
    let [stop] = string.find(piece, "\n", 1, true);
    let start = 1;
    while (stop !== undefined) {
        stream.hasBreak = true;
        take(stream, stream.unfinished + string.sub(piece, start, stop - 1));
        stream.unfinished = "";
        start = stop + 1;
        [stop] = string.find(piece, "\n", start, true);
    }
    stream.unfinished += string.sub(piece, start);
}

/** Ends what has not ended: its rows stay. What comes behind it begins a line of its own. */
export function endLine(stream: Stream): void {
    const lines = unfinishedLines(stream);
    stream.unfinished = "";
    for (const line of lines) take(stream, line);
    if (lines.length > 0) stream.isCut = true;
    settle(stream.page);
}

/** Whether anything has not ended: a line, or a table. */
export function hasTail(stream: Stream): boolean {
    const page = stream.page;
    return stream.unfinished !== "" || page.held !== undefined || page.table !== undefined;
}

/** What is known of reasoning, to read on from without changing it. */
function copyThoughts(stream: Stream): Thoughts {
    const thoughts = stream.thoughts;
    return {
        fence: thoughts.fence,
        isThinking: thoughts.isThinking,
        hasThought: thoughts.hasThought,
        isGuess: thoughts.isGuess,
    };
}

/** A text without a character at its end of which bytes are still to come. */
function withoutCut(text: string): string {
    for (const cut of CUT_SHORT) {
        const [start] = string.find(text, cut);
        if (start !== undefined) return string.sub(text, 1, start - 1);
    }
    return text;
}

/**
 * The rows of what has not ended as they would be if it ended here: of the last line, and of a table that grows. Takes a time
 * in proportion to these.
 */
export function tailOf(stream: Stream): Span[][] {
    const rows: Span[][] = [];
    const page = copySheet(stream.page, stream.page.width, (row) => {
        table.insert(rows, row);
    });
    const thoughts = copyThoughts(stream);
    for (const line of unfinishedLines(stream)) {
        const isCode = thoughts.fence !== undefined;
        const answer = answerIn(thoughts, line);
        if (answer !== undefined && (isCode || !mayBecomeMark(answer))) feed(page, withoutCut(answer));
    }
    settle(page);
    return rows;
}

/** A text without blank lines at its beginning, which are not shown. */
function fromText(text: string): string {
    return string.gsub(text, "^%s*\n", "")[0];
}

/** A text without its blanks. */
function lettersOf(text: string): string {
    return string.gsub(text, "%s+", "")[0];
}

/** Whether nothing has come but blanks, and what the model thought aloud. */
export function isEmpty(stream: Stream): boolean {
    return lettersOf(table.concat(stream.lines)) === "" && tailOf(stream).length === 0;
}

/**
 * Ends an answer, once the whole of it is known.
 * @param whole UTF-8, without what the model thought aloud
 * @returns whether it is what has come, whose end is taken from it where that is missing
 */
export function complete(stream: Stream, whole: string): boolean {
    const thoughts = copyThoughts(stream);
    const parts: string[] = [];
    for (const line of stream.lines) table.insert(parts, line);
    let isHidden = thoughts.isThinking;
    for (const line of unfinishedLines(stream)) {
        const answer = answerIn(thoughts, line);
        isHidden = answer === undefined;
        table.insert(parts, answer ?? "");
    }
    if (stream.unfinished === "") table.insert(parts, "");
    const come = fromText(table.concat(parts, "\n"));
    const answer = fromText(whole);
    const isBeginning = string.sub(answer, 1, come.length) === come;
    if (isBeginning) {
        // Reasoning without an end goes to that of its step, and what stands there is behind it.
        stream.thoughts.isThinking = false;
        if (isHidden) stream.unfinished = "";
        stream.isCut = false;
        addPiece(stream, string.sub(answer, come.length + 1));
    }
    endLine(stream);
    return isBeginning || lettersOf(come) === lettersOf(answer);
}
