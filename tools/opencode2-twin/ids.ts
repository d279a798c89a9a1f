/** Ids as opencode makes them: a prefix, and characters that rise with time. */
import { randomBytes } from "node:crypto";

let last = 0;

/**
 * Makes an id that sorts behind all that were made before by this process.
 * @param prefix such as "msg_"
 */
export function newId(prefix: string): string {
    // Several in one millisecond rise, too.
    last = Math.max(last + 1, Date.now() * 4096);
    return `${prefix}${last.toString(16).padStart(14, "0")}${randomBytes(7).toString("hex")}`;
}
