/** What the page works on. */
import type { OpencodeClient } from "trapos-opencode";
import type { Jobs } from "../jobs/job.ts";
import type { Journal } from "../journal/journal.ts";
import type { Hub } from "../link/hub.ts";
import type { Log } from "../log.ts";
import type { Pairings } from "../pairing.ts";
import type { Turns } from "../turns/turns.ts";

export interface PageWorld {
    readonly journal: Journal;
    readonly hub: Hub;
    readonly turns: Turns;
    readonly pairings: Pairings;
    readonly jobs: Jobs;
    readonly client: () => OpencodeClient;
    readonly directory: string;
    readonly log: Log;
    /** Epoch milliseconds. */
    readonly now: () => number;
    /** Milliseconds since some moment, by a clock that nobody sets. */
    readonly elapsed: () => number;
    /** How the bridge and its opencode are: nothing that only grows older, and nothing that takes long to count. */
    readonly state: () => object;
    /** Keeps a secret out of the log. */
    readonly hide?: ((secret: string) => unknown) | undefined;
    /** The folder of the bridge's own. */
    readonly data: string;
}
