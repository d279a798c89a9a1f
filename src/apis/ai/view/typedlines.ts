/** Lines that are typed one after another: a line of the shell, and what is pasted into it, is one line of 512 characters. */
import { remark } from "../../trapos/screen";

/**
 * Reads lines until an empty one.
 * @returns the lines, as they were typed
 */
export function readLines(): string {
    remark("Type lines; an empty one ends them.");
    const lines: string[] = [];
    while (true) {
        write("| ");
        const line = read(undefined, lines);
        if (line === "") return lines.join("\n");
        table.insert(lines, line);
    }
}
