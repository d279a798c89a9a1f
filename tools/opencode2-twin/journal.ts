/** A file to which everything is appended as it happens, so that a process that is killed loses nothing that it has told of. */
import {
    appendFileSync,
    closeSync,
    existsSync,
    mkdirSync,
    openSync,
    readFileSync,
    renameSync,
    writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/** One line: a kind, and what is kept of it. */
export type Entry = readonly [kind: string, ...values: unknown[]];

export interface Journal {
    /** Appends an entry; does nothing once it is closed. */
    write(entry: Entry): void;
    close(): void;
}

/**
 * Reads what an earlier process has left.
 * @param file its path
 * @returns its entries, oldest first; none where there is no file. A last line that was cut is left out.
 */
export function readJournal(file: string): Entry[] {
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8").split("\n");
    // What stands behind the last end of a line was not written whole.
    lines.pop();
    return lines.map((line) => JSON.parse(line) as Entry);
}

/**
 * Opens a journal for writing.
 * @param file its path; its folder is made when absent
 * @param entries what it begins with, in place of what it held
 */
export function openJournal(file: string, entries: readonly Entry[]): Journal {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    renameSync(`${file}.new`, file);
    let descriptor: number | undefined = openSync(file, "a");
    return {
        write(entry) {
            if (descriptor !== undefined) appendFileSync(descriptor, `${JSON.stringify(entry)}\n`);
        },
        close() {
            if (descriptor !== undefined) closeSync(descriptor);
            descriptor = undefined;
        },
    };
}
