/** Who has logged in to the page: by the token that the terminal shows, and from then on by a cookie. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { Log } from "../log.ts";
import { hashOf } from "../pairing.ts";

/** How many wrong tokens are logged in a minute, whoever sends them. */
const MOST_WRONG = 10;
const MINUTE = 60_000;

/** How long somebody stays logged in, in milliseconds, and how many may be at once. */
const LONGEST = 30 * 24 * 60 * MINUTE;
const MOST = 32;

/** Somebody who has logged in. */
export interface Login {
    /** The hash of the cookie, by which it is known here. */
    readonly hash: string;
    /** The hash of what its page keeps and shows with each request. */
    readonly guardHash: string;
}

/** Those who have logged in. */
export interface Logins {
    /** What is shown to log in, while this bridge runs. */
    readonly token: string;
    /**
     * Logs somebody in.
     * @returns the cookie and the guard, which are known to nobody else from then on; or why there are none
     */
    begin(token: string): { readonly cookie: string; readonly guard: string } | "wrong" | "too_many";
    /** Who has a cookie. */
    find(cookie: string | undefined): Login | undefined;
    end(login: Login): void;
}

/** What the file holds: hashes alone. */
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const readFile = z.array(z.object({ hash, guardHash: hash, at: z.number() }));

function load(file: string): z.infer<typeof readFile> {
    try {
        return readFile.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch {
        // There is none yet, or it is none of ours: everybody logs in again.
        return [];
    }
}

function isSame(one: string, other: string): boolean {
    return timingSafeEqual(
        createHash("sha256").update(one).digest(),
        createHash("sha256").update(other).digest(),
    );
}

/**
 * Makes the place of those who have logged in.
 * @param file where their hashes are kept, so that a bridge that is started again knows them
 * @param now epoch milliseconds
 * @param elapsed milliseconds since some moment, by a clock that nobody sets
 * @param hide keeps a secret out of the log
 */
export function createLogins(
    file: string,
    now: () => number,
    elapsed: () => number,
    log: Log,
    hide: (secret: string) => unknown = () => undefined,
): Logins {
    const token = randomBytes(24).toString("hex");
    hide(token);
    let known = load(file);
    let wrong: number[] = [];

    function keep(next: typeof known): void {
        known = next.slice(-MOST);
        try {
            writeFileSync(`${file}.new`, JSON.stringify(known), { mode: 0o600 });
            renameSync(`${file}.new`, file);
        } catch (error) {
            log.warn({ err: error }, "who has logged in to the page is forgotten when the bridge ends");
        }
    }

    return {
        token,
        begin(given) {
            const at = elapsed();
            wrong = wrong.filter((before) => at - before < MINUTE);
            // The right one is always taken: whoever sends wrong ones is not to keep the owner out.
            if (!isSame(given, token)) {
                if (wrong.length >= MOST_WRONG) return "too_many";
                wrong.push(at);
                log.warn(
                    { inLastMinute: wrong.length },
                    "somebody tried to log in to the page, and could not",
                );
                return "wrong";
            }
            // A browser sends a cookie to all ports of this machine, whoever listens there: by itself it is worth nothing.
            const [cookie, guard] = [randomBytes(32).toString("hex"), randomBytes(32).toString("hex")];
            keep([...known, { hash: hashOf(cookie), guardHash: hashOf(guard), at: now() }]);
            log.info("somebody has logged in to the page");
            return { cookie, guard };
        },
        find(cookie) {
            if (cookie === undefined) return undefined;
            const hash = hashOf(cookie);
            const found = known.find((entry) => isSame(entry.hash, hash));
            if (found === undefined || Math.abs(now() - found.at) > LONGEST) return undefined;
            return { hash, guardHash: found.guardHash };
        },
        end({ hash }) {
            keep(known.filter((entry) => entry.hash !== hash));
            log.info("somebody has logged out of the page");
        },
    };
}
