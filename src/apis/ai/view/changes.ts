/** Shows what a turn has changed of files. */
import { add, show, start, type Listing } from "../../trapos/listing";
import type { Change } from "../types";

/** The colours of a unified diff's rows, by the sign with which they begin. */
const COLOURS: Readonly<Record<string, number | undefined>> = {
    "+": colours.lime,
    "-": colours.red,
    "@": colours.cyan,
};

/** How a file was changed, as a letter: added, deleted or modified. */
function letterOf(change: Change): string {
    const letter = string.upper(string.sub(change.status ?? "modified", 1, 1));
    return letter === "" ? "M" : letter;
}

function addFile(listing: Listing, change: Change): void {
    add(
        listing,
        `${letterOf(change)} ${change.file}`,
        undefined,
        string.format("+%.0f -%.0f", change.additions, change.deletions),
    );
}

/** Lists files and how much of each was changed. */
export function showChangedFiles(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    const listing = start();
    for (const change of changes) addFile(listing, change);
    show(listing);
}

/** Shows the diffs of files, and of those without one their names. */
export function showPatches(changes: readonly Change[]): void {
    const listing = start();
    for (const change of changes) {
        addFile(listing, change);
        for (const [row] of string.gmatch(change.patch ?? "", "([^\n]+)")) {
            // The names of the file stand above already.
            const [isName] = string.find(row!, "^[-+=][-+=][-+=]");
            const [isIndex] = string.find(row!, "^Index: ");
            if (isName === undefined && isIndex === undefined)
                add(listing, row!, COLOURS[string.sub(row!, 1, 1)]);
        }
    }
    show(listing);
}
