/** A bridge in a process of its own, which can be killed at any moment. It is told what it needs, and linked with, by messages. */
import { opencodeClient } from "trapos-opencode";
import { assembleBridge } from "trapos-bridge";
import { pino } from "pino";
import { projectFolder } from "../../../tools/harness/disk.ts";

/** What its owner's commands show. */
export const OWNER = "the owner's token of a test";

/** What it is begun with. */
export interface Begin {
    readonly url: string;
    readonly username: string;
    readonly password: string;
    readonly directory: string;
    readonly data: string;
    /** 0 the first time. */
    readonly port: number;
}

/** What it says: that it listens, or the token of a computer that was linked. */
export type Said = { readonly port: number } | { readonly token: string };

process.once("message", (begin: Begin) => {
    void start(begin);
});
// It ends with whoever started it.
process.once("disconnect", () => process.exit());

async function start({ directory, data, port, ...login }: Begin): Promise<void> {
    const client = opencodeClient(login);
    const bridge = await assembleBridge({
        client: () => client,
        opencode: () => ({ kind: "ready", version: "1" }),
        host: "127.0.0.1",
        port,
        directory,
        data,
        packages: projectFolder,
        version: "0",
        log: pino({ level: process.env["TRAPOS_BRIDGE_LOG"] ?? "silent" }),
        approveLocal: false,
        jobs: { jobsAtOnce: 12, jobTools: 500, jobMinutes: 120, jobCost: 5 },
        adminToken: OWNER,
        rulesOf: () => [],
    });
    process.on("message", (gameId: number) => {
        const offer = bridge.pairings.offer(gameId, undefined, `soak ${gameId}`);
        bridge.pairings.approve(offer.code, { profile: "build" });
        process.send!({ token: bridge.pairings.state(offer.secret)!.token } satisfies Said);
    });
    process.send!({ port: Number(new URL(bridge.url).port) } satisfies Said);
}
