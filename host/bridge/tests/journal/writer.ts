/**
 * A process that changes a journal at random until it is killed, opens it anew every few changes, and says each change when it is done: its number and
 * what the journal said. `writer.ts <file> <seed> <number of the first change>`
 */
import { writeSync } from "node:fs";
import { openDatabase } from "../../src/journal/database.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { journalIn } from "../../src/journal/store.ts";
import { change } from "./changes.ts";

/** The log goes into the file every few changes, so that kills meet that too. */
function open(): Journal {
    const database = openDatabase(file);
    database.exec("PRAGMA wal_autocheckpoint = 20");
    return journalIn(database, file);
}

const [file = "", seed, first] = process.argv.slice(2);
writeSync(1, "opening\n");
let journal = open();
for (let number = Number(first); ; number++) {
    if (number % 10 === 0) {
        journal.close();
        journal = open();
    }
    writeSync(1, `${JSON.stringify({ number, answer: change(journal, Number(seed), number) })}\n`);
}
