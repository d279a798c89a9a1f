import type { OpencodeClient } from "trapos-opencode";
import type { ListValues } from "../../../../src/apis/ai/protocol.ts";
import { coalesce } from "../coalesce.ts";

/** For how many times as long as a look took no other one begins: looking takes a fifth of the time at most. */
const RESTS = 4;

/** The longest of these rests, in milliseconds. */
const LONGEST_REST = 250;

/** For how long a look that hangs holds up the next one, in milliseconds. */
const PATIENCE = 2000;

/** Lists of what goes on in all sessions of a folder, of which each turn needs a line. */
const kinds = ["status", "permissions", "questions"] as const;

/** One look for all who want to know: a thousand turns that each asked for a list of a thousand would be told of a million. */
export type Looks = { readonly [K in (typeof kinds)[number]]: () => Promise<ListValues[K]> };

/**
 * @param client opencode as it is now
 * @param directory the folder
 * @param permissions how the permissions that wait are listed
 */
export function looksAt(
    client: () => OpencodeClient,
    directory: string,
    permissions: Looks["permissions"],
): Looks {
    const restAfter = (milliseconds: number) => Math.min(milliseconds * RESTS, LONGEST_REST);
    return {
        status: coalesce(() => client().readList("status", directory), restAfter, PATIENCE),
        permissions: coalesce(permissions, restAfter, PATIENCE),
        questions: coalesce(() => client().readList("questions", directory), restAfter, PATIENCE),
    };
}

/** Whether a list is one that is shared. */
export function isShared(kind: string): kind is keyof Looks {
    return (kinds as readonly string[]).includes(kind);
}
