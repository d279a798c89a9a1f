/** A bridge for tests, with computers that are linked without anybody who approves. */
import { mkdir } from "node:fs/promises";
import { pino } from "pino";
import type { Settings } from "craftos-headless";
import { type Opencode, opencodeClient } from "trapos-opencode";
import { type AssembledBridge, assembleBridge, type BridgeParts, type Profile } from "trapos-bridge";
import { projectFolder } from "./disk.ts";

/** A bridge that runs. */
export interface TestBridge {
    readonly bridge: AssembledBridge;
    /** Links a computer, and gives the settings by which it finds the bridge. */
    link(gameId: number, profile?: Profile): Settings;
    /** Ends the link of a computer, as its owner does. */
    revoke(gameId: number): Promise<void>;
    /** Has opencode be away for the bridge, and why; nothing has it back. */
    setAway(reason: string | undefined): void;
    stop(): Promise<void>;
}

/**
 * Starts a bridge on a port of 127.0.0.1 that the system picks.
 * @param opencode the server that there is now
 * @param data the bridge's own folder; made when absent
 * @param options.isFenced whether sessions get the rules of their computer's profile, or those of opencode's configuration
 * @param options.parts what else is another than usual, as the clock
 */
export async function startTestBridge(
    opencode: () => Opencode,
    data: string,
    { isFenced = false, parts = {} }: { isFenced?: boolean; parts?: Partial<BridgeParts> } = {},
): Promise<TestBridge> {
    await mkdir(data, { recursive: true });
    let away: string | undefined;
    const adminToken = "the owner's token of a test";
    const bridge = await assembleBridge({
        client: () => opencodeClient(opencode()),
        opencode: () =>
            away === undefined
                ? { kind: "ready", version: opencode().version }
                : { kind: "away", reason: away, retryAt: Date.now() },
        host: "127.0.0.1",
        port: 0,
        directory: opencode().directory,
        data,
        packages: projectFolder,
        version: "0.1.0",
        log: pino({ level: process.env["TRAPOS_BRIDGE_LOG"] ?? "silent" }),
        approveLocal: isFenced,
        adminToken,
        // What opencode's own configuration says is what tests are about.
        ...(isFenced ? {} : { rulesOf: () => [] }),
        ...parts,
    });
    return {
        bridge,
        link(gameId, profile = "build") {
            const offer = bridge.pairings.offer(gameId, undefined, `test ${gameId}`);
            bridge.pairings.approve(offer.code, { profile });
            const { token } = bridge.pairings.state(offer.secret)!;
            return { "opencc.link_url": bridge.url, "opencc.link_token": token };
        },
        async revoke(gameId) {
            const response = await fetch(`${bridge.url}/admin/revoke`, {
                method: "POST",
                headers: { authorization: `Bearer ${adminToken}` },
                body: JSON.stringify({ computer: `computer ${gameId}` }),
            });
            if (!response.ok) throw new Error(await response.text());
        },
        setAway(reason) {
            away = reason;
        },
        stop: () => bridge.stop(),
    };
}
