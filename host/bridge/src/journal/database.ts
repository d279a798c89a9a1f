/** The journal's file: opened by one bridge alone, looked at before it is written to, and its failures in words. */
import * as fs from "node:fs";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import Database from "libsql";
import { coalesce } from "../coalesce.ts";
import { migrate, migrations } from "./migrations.ts";
import type { OpenDatabase } from "./transaction.ts";

/**
 * - `newer`: a newer bridge wrote it
 * - `locked`: another bridge has it open
 * - `damaged`: it is no journal, or no longer a whole one
 * - `full`: there is no room on the disk; nothing of the change was kept
 * - `unusable`: the system does not let it be opened, read or written
 */
export type JournalErrorCode = "newer" | "locked" | "damaged" | "full" | "unusable";

/** What is wrong with the journal's file, and what to do, in one line. */
export class JournalError extends Error {
    readonly code: JournalErrorCode;

    constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = "JournalError";
        this.code = code;
    }
}

/** For how long opening waits for another that is just looking at the file, or ending. Milliseconds. */
const patience = 1000;

const lines: Record<JournalErrorCode, (file: string, what: string) => string> = {
    newer: (file) =>
        `A newer bridge wrote the journal ${file}: start that version again, or give this one a folder of its own.`,
    locked: (file) =>
        `Another bridge has the journal ${file} open: end that one, or give this one a folder of its own.`,
    damaged: (file, what) =>
        `The journal ${file} is damaged (${what}) and was left as it is: move it and its -wal aside, or put a backup in its place.`,
    full: (file) => `The disk of the journal ${file} is full and nothing of this was kept: make room on it.`,
    unusable: (file, what) =>
        `The journal ${file} cannot be used (${what}): look at the folder, the disk, and who may write there.`,
};

function sqliteCode(error: unknown): string | undefined {
    return error instanceof Database.SqliteError ? error.code : undefined;
}

function codeOf(error: unknown): JournalErrorCode | undefined {
    const code = sqliteCode(error) ?? "";
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return "locked";
    if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return "damaged";
    // SHMSIZE: there is no room for the index of the log, 32 KiB, that is made where the file is looked at.
    if (/^SQLITE_(FULL|IOERR_SHMSIZE)/.test(code)) return "full";
    return /^SQLITE_(CANTOPEN|IOERR|READONLY|PERM)/.test(code) ? "unusable" : undefined;
}

function failure(code: JournalErrorCode, file: string, what: string, cause?: unknown): JournalError {
    return new JournalError(code, lines[code](file, what), { cause });
}

/** @returns what a failure of SQLite says about the file; any other failure as it is */
export function explained(error: unknown, file: string): unknown {
    const code = codeOf(error);
    return code === undefined ? error : failure(code, file, (error as Error).message, error);
}

/** @param path what SQLite is to open, @param file the same for messages */
function connect(path: string, file: string): OpenDatabase {
    try {
        return new Database(path, { timeout: patience });
    } catch (error) {
        // libsql's own error here has no code, and words for those who wrote it.
        throw failure("unusable", file, "it cannot be opened", error);
    }
}

/** Whether there is a file. @throws JournalError where there is something else, or no way to it */
function isThere(file: string): boolean {
    let found: fs.Stats | undefined;
    try {
        found = fs.statSync(file, { throwIfNoEntry: false });
    } catch (error) {
        throw failure("unusable", file, (error as Error).message, error);
    }
    if (found?.isFile() === false) throw failure("unusable", file, "it is no file");
    return found !== undefined;
}

/**
 * Looks at a file without changing what it says. It is opened for reading alone, as a connection that may write moves a
 * dead bridge's log into the file when it ends, damaged or not. `exec` alone is used: libsql ends a prepared statement, and
 * with it what the connection has locked, no sooner than its garbage is collected.
 * @throws JournalError "damaged", "newer"
 */
function examine(file: string, newestVersion: number): void {
    // A kill while the file is opened or closed leaves a change half done, and what was there before in a file beside it:
    // that has to be put back before anything can be read.
    const mode = fs.existsSync(`${file}-journal`) ? "rw" : "ro";
    const looked = connect(`${pathToFileURL(file).href}?mode=${mode}`, file);
    /** Whether an expression is true, in all rows of a SELECT. */
    const holds = (select: string): boolean => {
        try {
            looked.exec(`DELETE FROM temp.answer; INSERT INTO temp.answer ${select}`);
            return true;
        } catch (error) {
            if (sqliteCode(error)?.startsWith("SQLITE_CONSTRAINT")) return false;
            throw error;
        }
    };
    try {
        looked.exec("PRAGMA temp_store = MEMORY; CREATE TEMP TABLE answer (holds CHECK (holds))");
        if (!holds("SELECT quick_check = 'ok' FROM pragma_quick_check")) {
            throw failure("damaged", file, "its parts do not fit together");
        }
        // A bridge that was killed while it made the file leaves an empty one.
        if (holds("SELECT COUNT(*) = 0 FROM main.sqlite_master")) return;
        if (!holds("SELECT COUNT(*) = 1 FROM main.sqlite_master WHERE type = 'table' AND name = 'meta'")) {
            throw failure("damaged", file, "it is another program's");
        }
        const version = "FROM main.meta WHERE name = 'version'";
        if (!holds(`SELECT COUNT(*) = 1 ${version}`))
            throw failure("damaged", file, "it does not say its version");
        if (!holds(`SELECT value <= ${newestVersion} ${version}`)) throw failure("newer", file, "");
    } finally {
        looked.close();
    }
}

/**
 * Opens a journal's file for this process alone, and brings it to the newest version. What holds others off is a lock of
 * the operating system, which ends with the process, however that ends.
 * @param file its path, in a folder that is there
 * @param steps the migrations: a test has its own
 * @throws JournalError
 */
export function openDatabase(file: string, steps: readonly string[] = migrations): OpenDatabase {
    let database: OpenDatabase | undefined;
    try {
        if (isThere(file)) examine(file, steps.length);
        database = connect(file, file);
        // The lock is taken by the first statement that reads or writes, and kept. Without fullfsync macOS says that
        // data is on the disk when the disk still has it in its memory.
        database.exec(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; " +
                "PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON",
        );
        // Looking at a dead bridge's log leaves an index of it, which nobody uses who has the lock.
        fs.rmSync(`${file}-shm`, { force: true });
        migrate(database, steps);
        return database;
    } catch (error) {
        if (database) closeDatabase(database);
        throw explained(error, file);
    }
}

function openLog(file: string): number {
    try {
        // SQLite names it after the file that a link leads to.
        return fs.openSync(`${fs.realpathSync(file)}-wal`, "r+");
    } catch (error) {
        throw failure("unusable", file, (error as Error).message, error);
    }
}

/**
 * The file to which an open database's changes are added, and which it has for as long as it is open.
 * @param file the database's path
 */
export function logOnDisk(file: string): { durable(): Promise<void>; close(): void } {
    // Whoever syncs a file has all of it synced, whoever wrote it. Windows wants to be allowed to write for that.
    const log = openLog(file);
    const sync = promisify(fs.fsync);
    let syncing: Promise<void> = Promise.resolve();
    let isClosed = false;
    return {
        durable: coalesce(() => {
            // Closing the database has put all of it on the disk.
            if (isClosed) return Promise.resolve();
            syncing = sync(log).catch((error: unknown) => {
                throw failure("unusable", file, (error as Error).message, error);
            });
            return syncing;
        }),
        close() {
            if (isClosed) return;
            isClosed = true;
            const close = () => fs.closeSync(log);
            syncing.then(close, close);
        },
    };
}

/**
 * Writes a copy of it into a new file.
 * @throws JournalError about the new file
 */
export function copyDatabase(database: OpenDatabase, copy: string): void {
    // SQLite would write into an empty one.
    if (isThere(copy)) throw failure("unusable", copy, "it is there already");
    try {
        database.exec(`VACUUM INTO '${copy.replaceAll("'", "''")}'`);
        // SQLite itself does not wait for the disk here.
        const written = fs.openSync(copy, "r+");
        fs.fsyncSync(written);
        fs.closeSync(written);
    } catch (error) {
        fs.rmSync(copy, { force: true });
        throw explained(error, copy);
    }
}

/**
 * Closes it, and frees it for others at once. libsql by itself keeps the lock until the garbage of every prepared
 * statement is collected; leaving WAL gives it back, and puts all into the one file.
 */
export function closeDatabase(database: OpenDatabase): void {
    try {
        database.exec(
            "PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT COUNT(*) FROM sqlite_master",
        );
    } catch {
        // Where there is no room for that its log stays, and the lock until this process ends. The next one reads both.
    }
    database.close();
}
