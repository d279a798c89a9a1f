/** What is typed in the course of the setup. */
import { fail } from "../failure";
import { clearRow } from "../../trapos/screen";

/** What leaves the setup at every question. */
const LEAVE = "q";

/** CC's read, whose cursor and row are put right at Ctrl+T. */
function readLine(mask?: string): string {
    const [ok, typed] = pcall(() => read(mask));
    if (ok) return typed;
    term.setCursorBlink(false);
    print();
    return error(typed, 0);
}

/**
 * Asks for a line. Fails with `left` at `q`; Ctrl+T raises "Terminated".
 * @param question what stands before it
 * @param mask what is shown in place of each character
 * @returns without blanks around it
 */
export function askLine(question: string, mask?: string): string {
    clearRow();
    write(question);
    const typed = readLine(mask);
    if (typed === LEAVE) throw fail("left");
    if (mask !== undefined) return typed;
    return string.match(typed, "^%s*(.-)%s*$")[0]!;
}
