/** Shows what an examination found, a thing a line, as it goes on. */
import * as strings from "cc.strings";
import { clearRow, inColour } from "../../trapos/screen";
import { oneLine, shorten } from "../../trapos/text";
import type { Check } from "./check";

/** Colours of the states, where there are any; the words tell them apart, too. */
const COLOURS: { readonly [K in Check["state"]]: number } = {
    ok: colours.lime,
    warning: colours.yellow,
    failed: colours.red,
    skipped: colours.lightGrey,
};

/** Columns of a state, with a blank behind the longest. */
const STATE_COLUMNS = 8;
/** Columns that go before what a line goes on with. */
const INDENT = "  ";
/** On screens narrower than this hints begin at the edge. */
const NARROW = 30;
/** Columns that a message may take: four rows of a computer's screen. */
const LONGEST = 180;

/** Prints a text in rows; those after the first are indented. */
function printIndented(text: string, start: string, indent: string, colour: number): void {
    const [width] = term.getSize();
    const rows = strings.wrap(start + shorten(oneLine(text), LONGEST), width);
    // What is put before a row takes room: all but the first row are wrapped anew.
    const [rest] = string.gsub(table.concat(rows, " ", 2), "%s+", " ");
    inColour(colour, print, rows[0] ?? "");
    if (rest === "") return;
    for (const row of strings.wrap(rest, width - indent.length)) inColour(colour, print, indent + row);
}

/** Prints a check, in the place of what stands on the row. */
export function printCheck(check: Check): void {
    clearRow();
    const colour = COLOURS[check.state];
    const start = strings.ensure_width(check.state, STATE_COLUMNS);
    printIndented(check.message, `${start}${check.check}: `, INDENT, colour);
    const [width] = term.getSize();
    // A row of a pocket computer is as wide as the name of the file that rules are written into.
    const indent = width < NARROW ? "" : INDENT;
    // A hint may show lines as they are to be written into a file.
    for (const [line] of string.gmatch(check.hint ?? "", "[^\n]+")) {
        printIndented(line!, indent, indent, colours.white);
    }
}

/** Prints, on one line, what was skipped because of one thing. */
export function printSkipped(checks: readonly Check[]): void {
    const names: string[] = [];
    for (const check of checks) table.insert(names, check.check);
    const first = checks[0];
    if (first === undefined) return;
    clearRow();
    const start = strings.ensure_width(first.state, STATE_COLUMNS);
    printIndented(`${table.concat(names, ", ")}: ${first.message}`, start, INDENT, COLOURS.skipped);
}
