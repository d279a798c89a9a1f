/** Asks for a line of text, with CC's own way to type one. */
import { fold } from "./font";
import { say } from "./screen";

/** What is asked for. */
export interface LineInput {
    /** Stands before what is typed, UTF-8: "Address: ". */
    readonly prompt: string;
    /** What stands there at first, to be kept or changed, UTF-8. */
    readonly initial?: string;
    /** Whether "*" are shown instead of what is typed. */
    readonly isSecret?: boolean;
}

/** Columns that what is typed needs beside the prompt. */
const LEAST_ROOM = 10;

/** What stands before what is typed where the prompt leaves it no room beside it. */
const SHORT_PROMPT = "> ";

/**
 * Lets somebody type a line. Longer ones than the row has room for move along, arrows and Home and End work, a paste
 * is taken.
 * @returns what was typed, up to Enter, in the computer's font: see `toUtf8`. Raises "Terminated" on Ctrl+T, on a row of
 * its own.
 */
export function readLine(input: LineInput): string {
    const [width] = term.getSize();
    let prompt = fold(input.prompt);
    if (prompt.length > width - LEAST_ROOM && prompt.length > SHORT_PROMPT.length) {
        say(input.prompt);
        prompt = SHORT_PROMPT;
    }
    write(prompt);
    const initial = input.initial === undefined ? undefined : fold(input.initial);
    const [ok, typed] = pcall(() =>
        read(input.isSecret === true ? "*" : undefined, undefined, undefined, initial),
    );
    if (!ok) {
        print();
        error(typed, 0);
    }
    return typed;
}
