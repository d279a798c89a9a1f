import type Database from "libsql";

/** An open database, as libsql has it. */
export type OpenDatabase = InstanceType<typeof Database>;

/** Does all of `change`, or nothing where it throws. */
export function transaction<Result>(database: OpenDatabase, change: () => Result): Result {
    database.exec("BEGIN IMMEDIATE");
    try {
        const result = change();
        database.exec("COMMIT");
        return result;
    } catch (error) {
        // A full disk has ended the transaction by itself: a ROLLBACK would raise another error in place of this one.
        if (database.inTransaction) database.exec("ROLLBACK");
        throw error;
    }
}
