/** A program for `startScale`: an installed bridge in a process of its own, whose memory is measured. Its word is the folder. */
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pino } from "pino";
import type * as bridgePackage from "trapos-bridge";
import type { Happening } from "trapos-opencode";
import { projectFolder } from "../../harness/disk.ts";
import { startCrowdedOpencode } from "./opencode.ts";

// What people install is what is measured: run from its sources every function takes 250 bytes more, for its name.
const installed = createRequire(join(process.argv[2] ?? "", "main.js")).resolve("trapos-bridge");
const { assembleBridge } = (await import(pathToFileURL(installed).href)) as typeof bridgePackage;

const data = await mkdtemp(join(tmpdir(), "trapos-scale-"));
let happened: (happening: Happening) => void = () => undefined;
const opencode = startCrowdedOpencode((happening) => happened(happening));
const bridge = await assembleBridge({
    client: () => opencode.client,
    opencode: () => ({ kind: "ready", version: "1.18.33" }),
    adminToken: "none",
    host: "127.0.0.1",
    port: 0,
    directory: data,
    data,
    packages: projectFolder,
    version: "0.1.0",
    log: pino({ level: "silent" }),
    approveLocal: false,
    rulesOf: () => [],
});
happened = (happening) => bridge.turns.happened(happening);

/** What is in use. Nothing is measured meanwhile: to collect garbage takes a while. */
function memory(): number {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
}

process.on("message", (message: { what: string; count?: number }) => {
    if (message.what === "link") {
        const tokens = Array.from({ length: message.count ?? 0 }, (_, place) => {
            const offer = bridge.pairings.offer(place, undefined, `computer ${place}`);
            bridge.pairings.approve(offer.code, { name: `c${place}` });
            return bridge.pairings.state(offer.secret)?.token;
        });
        process.send?.({ tokens });
    } else if (message.what === "processor") {
        const { user, system } = process.cpuUsage();
        process.send?.({ cpu: user + system });
    } else if (message.what === "memory") {
        process.send?.({ memory: memory() });
    } else {
        opencode.stop();
        void bridge
            .stop()
            .then(() => rm(data, { recursive: true, force: true }))
            .then(() => process.exit(0));
    }
});
process.on("disconnect", () => process.exit(1));
process.send?.({ url: bridge.url });
