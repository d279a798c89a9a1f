/** Files that a journal cannot be opened from: each is told in one line, and left as it is. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "libsql";
import { describe, expect, test } from "vitest";
import {
    closeDatabase,
    explained,
    JournalError,
    type JournalErrorCode,
    openDatabase,
} from "../../src/journal/database.ts";
import { migrations } from "../../src/journal/migrations.ts";
import { openJournal } from "../../src/journal/store.ts";
import { computerOf } from "./samples.ts";
import { journalFile, kill, startHolder } from "./support.ts";

const file = journalFile();

/** Makes a journal with so many computers, and closes it. */
function makeJournal(computers = 1): void {
    const journal = openJournal(file.path);
    for (let number = 1; number <= computers; number++) journal.addComputer(computerOf(`c${number}`));
    journal.close();
}

/** Leaves what a killed bridge leaves: a file, and a log beside it that holds its newest changes. */
async function leaveLog(): Promise<void> {
    await kill(await startHolder(file.path));
    expect(readFileSync(`${file.path}-wal`).length).toBeGreaterThan(0);
}

function failureOf(open: () => unknown): JournalError {
    try {
        open();
    } catch (error) {
        if (error instanceof JournalError) return error;
        throw error;
    }
    throw new Error("It was opened.");
}

/** The contents of all files of the folder but the index of the log, which holds nothing. */
function contents(): Record<string, string> {
    const names = readdirSync(dirname(file.path)).filter((name) => !name.endsWith("-shm"));
    return Object.fromEntries(
        names.map((name) => [name, readFileSync(`${dirname(file.path)}/${name}`).toString("base64")]),
    );
}

/** Expects a failure that is told in one line, and leaves every byte as it is. */
function expectRefusal(code: JournalErrorCode, words: RegExp): void {
    const before = contents();
    const { code: found, message } = failureOf(() => openJournal(file.path));
    expect(found).toBe(code);
    expect(message).toMatch(words);
    expect(message).toContain(file.path);
    expect(message).not.toContain("\n");
    expect(contents()).toEqual(before);
}

describe("a damaged file", () => {
    test.each<[string, () => unknown]>([
        ["no database", () => writeFileSync(file.path, "What is this?\n".repeat(1000))],
        ["cut off", () => truncateSync(file.path, 3 * 4096)],
        ["overwritten in the middle", () => overwrite(4096 * 2, 8 * 4096)],
        ["overwritten at its beginning", () => overwrite(20, 60)],
    ])("that is %s is refused, and left as it is", (_, damage) => {
        makeJournal(100);
        damage();
        expectRefusal("damaged", /is damaged \(.+\).+ put a backup in its place/);
    });

    test("is left as it is with a dead bridge's log beside it", async () => {
        makeJournal(100);
        await leaveLog();
        overwrite(4096 * 2, 8 * 4096);
        expectRefusal("damaged", /move it and its -wal aside/);
    });

    test("of another program is none of ours", () => {
        const other = new Database(file.path);
        other.exec("CREATE TABLE users (name TEXT)");
        other.close();
        expectRefusal("damaged", /another program's/);
    });

    function overwrite(from: number, to: number): void {
        const bytes = readFileSync(file.path);
        expect(bytes.length).toBeGreaterThan(to);
        writeFileSync(file.path, bytes.fill(0x55, from, to));
    }
});

describe("a newer bridge's file", () => {
    const newer = [...migrations, "CREATE TABLE more (name TEXT)"];

    test("is refused, and left as it is", () => {
        closeDatabase(openDatabase(file.path, newer));
        expectRefusal("newer", /newer bridge.+start that version again/);
        closeDatabase(openDatabase(file.path, newer));
    });
});

describe("a file that another bridge has open", () => {
    test("is refused until that one is killed, and then has all that it was told", async () => {
        const holder = await startHolder(file.path);
        try {
            expectRefusal("locked", /Another bridge has .+ open: end that one/);
        } finally {
            await kill(holder);
        }
        const journal = openJournal(file.path);
        expect(journal.computers()).toEqual([computerOf("held")]);
        journal.close();
        expect(readdirSync(dirname(file.path))).toEqual(["journal.db"]);
    });

    test("is refused in the same process, which loses nothing by that", () => {
        const journal = openJournal(file.path);
        expect(failureOf(() => openJournal(file.path)).code).toBe("locked");
        expect(failureOf(() => openJournal(file.path)).code).toBe("locked");
        journal.addComputer(computerOf("c1"));
        expect(journal.computers()).toHaveLength(1);
        journal.close();
    });
});

test.each<[string, JournalErrorCode | undefined]>([
    ["SQLITE_BUSY_RECOVERY", "locked"],
    ["SQLITE_CORRUPT_INDEX", "damaged"],
    ["SQLITE_IOERR_WRITE", "unusable"],
    ["SQLITE_IOERR_SHMSIZE", "full"],
    ["SQLITE_READONLY", "unusable"],
    ["SQLITE_CONSTRAINT_UNIQUE", undefined],
    ["SQLITE_ERROR", undefined],
])("SQLite's %s is %s", (code, expected) => {
    const error = new Database.SqliteError("what it says", code);
    const found = explained(error, "journal.db");
    if (expected) expect(found).toMatchObject({ name: "JournalError", code: expected, cause: error });
    else expect(found).toBe(error);
});

describe("a path", () => {
    test.each([
        ["in a folder that is not there", () => (file.path = join(dirname(file.path), "none", "journal.db"))],
        ["a folder itself", () => mkdirSync(file.path)],
        ["below a file", () => (writeFileSync(file.path, ""), (file.path = join(file.path, "journal.db")))],
    ])("that is %s is refused", (_, prepare) => {
        prepare();
        const failure = failureOf(() => openJournal(file.path));
        expect(failure.code).toBe("unusable");
        expect(failure.message).toContain("look at the folder");
    });

    test.each(["with space.db", "50%25.db", "what?.db", "a#b.db", "ü.db"])("may be %s", (name) => {
        file.path = join(dirname(file.path), name);
        makeJournal();
        makeJournalAgain();
        expect(readdirSync(dirname(file.path))).toEqual([name]);
    });

    function makeJournalAgain(): void {
        const journal = openJournal(file.path);
        expect(journal.computers()).toEqual([computerOf("c1")]);
        journal.close();
    }
});

describe("a copy", () => {
    test("has all that the journal had at that moment, and is one", () => {
        const journal = openJournal(file.path);
        journal.addComputer(computerOf("c1"));
        const copy = join(dirname(file.path), "alice's copy.db");
        journal.copyTo(copy);
        journal.addComputer(computerOf("c2"));
        expect(failureOf(() => journal.copyTo(copy))).toMatchObject({ code: "unusable" });
        journal.close();
        const copied = openJournal(copy);
        expect(copied.computers()).toEqual([computerOf("c1")]);
        expect(copied.addComputer(computerOf("c2"))).toBeUndefined();
        copied.close();
    });

    test("into a folder that is not there says so", () => {
        const journal = openJournal(file.path);
        const copy = join(dirname(file.path), "none", "copy.db");
        const { code, message } = failureOf(() => journal.copyTo(copy));
        expect(code).toBe("unusable");
        expect(message).toContain(copy);
        journal.close();
    });
});

test("what is promised waits for the disk", () => {
    const database = openDatabase(file.path);
    expect(database.pragma("synchronous")).toEqual([{ synchronous: 2 }]);
    expect(database.pragma("journal_mode")).toEqual([{ journal_mode: "wal" }]);
    closeDatabase(database);
});

test("a file whose bridge was killed in the middle of a change to it is as it was before", () => {
    makeJournal(100);
    const computers = openAndRead();
    const other = new Database(file.path);
    // Too little memory for the change: a part of it is in the file, and what was there before in a file beside it.
    other.exec("PRAGMA cache_size = 1; BEGIN; UPDATE computers SET name = name || hex(randomblob(500))");
    const [bytes, beside] = [readFileSync(file.path), readFileSync(`${file.path}-journal`)];
    other.exec("ROLLBACK");
    other.close();
    expect(bytes.equals(readFileSync(file.path))).toBe(false);
    writeFileSync(file.path, bytes);
    writeFileSync(`${file.path}-journal`, beside);
    expect(openAndRead()).toEqual(computers);
    expect(readdirSync(dirname(file.path))).toEqual(["journal.db"]);

    function openAndRead(): unknown {
        const journal = openJournal(file.path);
        const found = journal.computers();
        journal.close();
        return found;
    }
});

test("a file that a bridge had just begun to make is made whole", () => {
    writeFileSync(file.path, "");
    makeJournal();
    expect(failureOf(() => openDatabase(file.path, [])).code).toBe("newer");
});

// Windows lets few make links.
test.skipIf(process.platform === "win32")(
    "a journal that a link leads to is opened, as it always was",
    async () => {
        makeJournal();
        const link = join(dirname(file.path), "link.db");
        symlinkSync(file.path, link);
        const journal = openJournal(link);
        journal.addComputer(computerOf("c2"));
        await journal.durable();
        journal.close();
        const again = openJournal(file.path);
        expect(again.computers()).toHaveLength(2);
        again.close();
    },
);
