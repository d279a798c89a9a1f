import { explained } from "./database.ts";
import { type OpenDatabase, transaction } from "./transaction.ts";

/** SQL with values for its question marks. What fails because of the file is a JournalError. */
export interface Tables {
    /** @returns how many rows it has changed */
    readonly run: (sql: string, ...values: unknown[]) => number;
    /** @returns rows by their columns' names; what SQL calls NULL is absent in them */
    readonly all: <Type>(sql: string, ...values: unknown[]) => Type[];
    readonly first: <Type>(sql: string, ...values: unknown[]) => Type | undefined;
    /** Does all of `change`, or nothing where it throws. */
    readonly atOnce: <Result>(change: () => Result) => Result;
    /** Does `change` without waiting for the disk. */
    readonly withoutDisk: <Result>(change: () => Result) => Result;
}

function recordOf<Type>(row: unknown): Type {
    return Object.fromEntries(Object.entries(row as object).filter(([, value]) => value !== null)) as Type;
}

/** @param file the path of the database, for messages */
export function tablesOf(database: OpenDatabase, file: string): Tables {
    const prepare = (sql: string) => database.prepare<unknown[]>(sql);
    const statements = new Map<string, ReturnType<typeof prepare>>();

    function prepared(sql: string): ReturnType<typeof prepare> {
        let statement = statements.get(sql);
        if (statement === undefined) {
            statement = prepare(sql);
            statements.set(sql, statement);
        }
        return statement;
    }

    function explaining<Result>(work: () => Result): Result {
        try {
            return work();
        } catch (error) {
            throw explained(error, file);
        }
    }

    function all<Type>(sql: string, ...values: unknown[]): Type[] {
        const rows = explaining(() => prepared(sql).all(...values));
        return rows.map((row) => recordOf<Type>(row));
    }

    return {
        run: (sql, ...values) => explaining(() => prepared(sql).run(...values).changes),
        all,
        first: <Type>(sql: string, ...values: unknown[]) => all<Type>(sql, ...values)[0],
        atOnce: (change) => explaining(() => transaction(database, change)),
        withoutDisk: (change) =>
            explaining(() => {
                database.exec("PRAGMA synchronous = NORMAL");
                try {
                    return change();
                } finally {
                    database.exec("PRAGMA synchronous = FULL");
                }
            }),
    };
}
