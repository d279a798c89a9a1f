/** Lets somebody choose from a list by number or name, however long it is. */
import { fold } from "../../trapos/font";
import { remark, say } from "../../trapos/screen";
import { cut } from "../../trapos/text";
import { askLine } from "./asking";

/** Rows of the screen that are not the list's: what it is about above, two below, and the one that is typed on. */
const OTHER_ROWS = 4;

/** Names that hold a text, whatever its case; the one that is it alone, if there is one. */
export function matching(names: readonly string[], text: string): string[] {
    const found: string[] = [];
    const wanted = string.lower(text);
    for (const name of names) {
        const lower = string.lower(name);
        if (lower === wanted) return [name];
        if (string.find(lower, wanted, 1, true)[0] !== undefined) table.insert(found, name);
    }
    return found;
}

/** Shows a page of a list, with the numbers that choose. */
function showPage(names: readonly string[], first: number, rows: number, chosen: string): void {
    const [width] = term.getSize();
    const digits = `${names.length}`.length;
    for (const at of $range(first, Math.min(first + rows - 1, names.length))) {
        const name = names[at - 1]!;
        const mark = name === chosen ? "*" : " ";
        print(cut(`${mark}${string.format(`%${digits}d`, at)} ${fold(name)}`, width));
    }
}

/**
 * Asks until one is chosen.
 * @param names at least one
 * @param chosen the one that Enter alone keeps
 * @returns its name
 */
export function choose(names: readonly string[], chosen: string): string {
    let shown = names;
    let first = 1;
    while (true) {
        const [, height] = term.getSize();
        const rows = Math.max(height - OTHER_ROWS, 1);
        showPage(shown, first, rows, chosen);
        const isLong = shown.length > rows;
        const last = Math.min(first + rows - 1, shown.length);
        if (isLong) remark(`${first}-${last} of ${shown.length}. n: next page`);
        const typed = askLine("Number or part of a name: ");
        const number = tonumber(typed);
        const named = number === undefined ? undefined : shown[number - 1];
        if (typed === "") return chosen;
        if (named !== undefined) return named;
        if (typed === "n" && isLong) {
            first = last < shown.length ? last + 1 : 1;
        } else if (number !== undefined) {
            say(`There are numbers from 1 to ${shown.length}.`, colours.red);
        } else {
            const found = matching(names, typed);
            if (found.length === 1) return found[0]!;
            if (found.length === 0) say(`None has ${typed} in its name.`, colours.red);
            else shown = found;
            first = 1;
        }
    }
}
