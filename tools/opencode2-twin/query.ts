/** Reads queries and cursors as strictly as opencode does. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { refusals } from "./refusal.ts";
import type { Backend, Call, Reply } from "./route.ts";
import { projectOf } from "./sessions.ts";

export type Order = "asc" | "desc";
export type Direction = "previous" | "next";

/** @throws Refusal for a number that is none, or out of bounds */
export function limitIn(query: URLSearchParams, most: number): number | undefined {
    const given = query.get("limit");
    if (given === null) return undefined;
    const limit = Number(given);
    const at = '\n  at ["limit"]';
    if (given === "" || !Number.isInteger(limit))
        throw refusals.invalid(`Expected an integer, got NaN${at}`, "Query");
    if (limit < 1)
        throw refusals.invalid(`Expected a value greater than or equal to 1, got ${limit}${at}`, "Query");
    if (limit > most)
        throw refusals.invalid(`Expected a value less than or equal to ${most}, got ${limit}${at}`, "Query");
    return limit;
}

/** @throws Refusal for another word */
export function orderIn(query: URLSearchParams): Order | undefined {
    const order = query.get("order");
    if (order === null || order === "asc" || order === "desc") return order ?? undefined;
    throw refusals.invalid(`Expected "asc" | "desc", got ${JSON.stringify(order)}\n  at ["order"]`, "Query");
}

/** @throws Refusal for what is neither "true" nor "false" */
export function flagIn(query: URLSearchParams, name: string): boolean {
    const given = query.get(name);
    if (given === null || given === "true" || given === "false") return given === "true";
    throw refusals.invalid(
        `Expected "true" | "false", got ${JSON.stringify(given)}\n  at ["${name}"]`,
        "Query",
    );
}

/** @throws Refusal for an id that does not start as it has to */
export function idIn(name: string, value: string, prefix: string, kind: "Params" | "Query"): string {
    if (value.startsWith(prefix)) return value;
    throw refusals.invalid(
        `Expected a string starting with "${prefix}", got ${JSON.stringify(value)}\n  at ["${name}"]`,
        kind,
    );
}

export function encodeCursor(cursor: object): string {
    return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

/** @throws Refusal for what is no cursor of ours, and for one beside an order */
export function cursorIn(query: URLSearchParams): Record<string, unknown> | undefined {
    const given = query.get("cursor");
    if (given === null) return undefined;
    if (query.get("order") !== null) throw refusals.cursor("Cursor cannot be combined with order");
    try {
        const cursor: unknown = JSON.parse(Buffer.from(given, "base64url").toString("utf8"));
        if (typeof cursor === "object" && cursor !== null) return cursor as Record<string, unknown>;
    } catch {
        // Then it is none.
    }
    throw refusals.cursor("Invalid cursor");
}

/**
 * A page of a list.
 * @param items all of it, in the order that is wanted
 * @param anchor behind or before which item it is, where it is not the first page
 */
export function pageOf<Item>(
    items: readonly Item[],
    limit: number,
    anchor: { index: number; direction: Direction } | undefined,
): Item[] {
    if (anchor === undefined) return items.slice(0, limit);
    const { index, direction } = anchor;
    return direction === "next"
        ? items.slice(index + 1, index + 1 + limit)
        : items.slice(Math.max(0, index - limit), index);
}

/**
 * The directory that a request is about: it is in its query or its header, else the server's.
 * @throws Refusal for a relative one
 */
export function directoryIn({ directory, doubts }: Backend, { query, headers }: Call<unknown>): string {
    const header = headers["x-opencode-directory"];
    const given = query.get("location[directory]") ?? (typeof header === "string" ? header : undefined);
    if (given === undefined) return directory;
    if (!given.startsWith("/"))
        throw refusals.invalid(
            `Expected an absolute path, got ${JSON.stringify(given)}\n  at ["location"]["directory"]`,
            "Query",
        );
    if (doubts.missingDirectory === "404" && !existsSync(given)) throw refusals.location(given);
    return resolve(given);
}

/** The envelope of what belongs to a place. */
export function located(directory: string, value: unknown): Reply {
    return { json: { location: { directory, project: projectOf(directory) }, data: value } };
}
