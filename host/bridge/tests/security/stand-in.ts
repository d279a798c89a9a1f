/** A bridge whose opencode is a stand-in that is asked in vain, for tests of what never gets that far. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { OpencodeClient } from "trapos-opencode";
import { type AssembledBridge, assembleBridge, type BridgeParts } from "../../src/assembly.ts";
import type { Profile } from "../../src/journal/journal.ts";
import { projectFolder } from "../../../../tools/harness/disk.ts";

/** What the owner's commands show in these tests. */
export const ADMIN_TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef";

/** A bridge that runs. */
export interface StandIn {
    readonly bridge: AssembledBridge;
    readonly url: string;
    /** The bridge's own folder. */
    readonly data: string;
    /** What was asked of opencode, as "name first-argument". */
    readonly asked: string[];
    /** What the bridge logged, a line each. */
    readonly log: string[];
    /** What the bridge is made of, to start it again. */
    readonly parts: BridgeParts;
    /** Moves the clock that people set, in milliseconds. */
    jump(milliseconds: number): void;
    /** Moves the clock that nobody sets, in milliseconds. */
    wait(milliseconds: number): void;
    /** Links a computer. */
    link(profile?: Profile): { readonly url: string; readonly token: string; readonly id: string };
}

/** An opencode that has every session, and says nothing. */
export function standInClient(asked: string[], more: Partial<OpencodeClient> = {}): OpencodeClient {
    let sessions = 0;
    let rules: readonly unknown[] = [];
    const known: Record<string, unknown> = {
        url: "http://127.0.0.1:1",
        dialect: 1,
        events: () =>
            Promise.resolve({
                async *[Symbol.asyncIterator]() {
                    await new Promise(() => undefined);
                    yield new Uint8Array();
                },
            }),
        health: () => Promise.resolve({ version: "1.18.33" }),
        createSession: () => Promise.resolve({ id: `ses_${++sessions}`, title: "", time: {} }),
        forkSession: () => Promise.resolve({ id: `ses_${++sessions}`, title: "", time: {} }),
        getSession: (id: string) => Promise.resolve({ id, title: "", time: {} }),
        setPermission: (_id: string, given: readonly unknown[]) => {
            rules = given;
            return Promise.resolve(rules);
        },
        listSessions: () => Promise.resolve([]),
        getMessages: () => Promise.resolve([]),
        readList: () => Promise.resolve([]),
        listFiles: () => Promise.resolve([]),
        ...more,
    };
    return new Proxy({} as OpencodeClient, {
        get(_target, name: string) {
            const found = known[name];
            if (typeof found === "string" || typeof found === "number") return found;
            return (...given: unknown[]) => {
                if (name !== "events") asked.push(`${name} ${String(given[0])}`);
                if (typeof found === "function") return (found as (...all: unknown[]) => unknown)(...given);
                return Promise.resolve(undefined);
            };
        },
    });
}

/** Starts one, which ends with the test. */
export async function startStandIn(
    more: Partial<OpencodeClient> = {},
    parts: Partial<BridgeParts> = {},
): Promise<StandIn> {
    const data = await mkdtemp(join(tmpdir(), "trapos-safety-"));
    const asked: string[] = [];
    const log: string[] = [];
    let [moved, waited] = [0, 0];
    const client = standInClient(asked, more);
    const all: BridgeParts = {
        client: () => client,
        opencode: () => ({ kind: "ready", version: "1.18.33" }),
        adminToken: ADMIN_TOKEN,
        host: "127.0.0.1",
        port: 0,
        directory: data,
        data,
        packages: projectFolder,
        version: "0.1.0",
        log: pino({ level: "trace" }, { write: (line) => log.push(line) }),
        approveLocal: false,
        now: () => Date.now() + moved,
        elapsed: () => performance.now() + waited,
        ...parts,
    };
    const bridge = await assembleBridge(all);
    onTestFinished(async () => {
        await bridge.stop();
        await rm(data, { recursive: true, force: true });
    });
    let games = 0;
    return {
        bridge,
        url: bridge.url,
        data,
        asked,
        log,
        parts: all,
        jump(milliseconds) {
            moved += milliseconds;
        },
        wait(milliseconds) {
            waited += milliseconds;
        },
        link(profile = "build") {
            const offer = bridge.pairings.offer(games++, undefined, `game ${games}`);
            const { id } = bridge.pairings.approve(offer.code, { profile, owner: `owner ${games}` });
            return { url: bridge.url, token: bridge.pairings.state(offer.secret)!.token, id };
        },
    };
}
