/** Shows code, and what is different about a file, page by page. */
import { difference } from "../../trapos/difference";
import { foldExact } from "../../trapos/font";
import { showRows } from "../../trapos/pager";

const COLOURS: Readonly<Record<string, number | undefined>> = {
    "+": colours.lime,
    "-": colours.red,
    "@": colours.lightGrey,
};

/** How much of a line its first row shows: no word is cut that has room in a row of its own. */
function lengthOfRow(line: string, most: number): number {
    const [words] = string.match(string.sub(line, 1, most), "^( *[^ ].* )[^ ]*$");
    if (words === undefined || string.sub(line, most + 1, most + 1) === " ") return most;
    const [word] = string.match(line, "^[^ ]+", words.length + 1);
    return word !== undefined && word.length <= most ? words.length : most;
}

/** A line as rows of the screen: tabs are two blanks, and a row that goes on says so. */
function rowsOf(line: string, width: number): string[] {
    const [plain] = string.gsub(foldExact(line), "\t", "  ");
    const rows: string[] = [];
    let rest = plain;
    while (rest.length > width) {
        const length = lengthOfRow(rest, width - 1);
        table.insert(rows, string.sub(rest, 1, length) + "\\");
        rest = string.sub(rest, length + 1);
    }
    table.insert(rows, rest);
    return rows;
}

/** Shows code as it is, page by page. */
export function showCode(code: string): void {
    showRows((width, emit) => {
        for (const [line] of string.gmatch(`${code}\n`, "([^\n]*)\n")) {
            for (const row of rowsOf(line!, width)) emit([{ text: row, colour: colours.lightBlue }]);
        }
    });
}

/** Shows what is different. */
export function showDifference(old: string, fresh: string): void {
    showRows((width, emit) => {
        for (const change of difference(old, fresh)) {
            const colour = COLOURS[change.kind] ?? colours.white;
            for (const row of rowsOf(change.kind + change.text, width)) emit([{ text: row, colour }]);
        }
    });
}
