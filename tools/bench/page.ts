/** The owner's page with many computers and jobs behind it, for its figures. */
import { Agent, request } from "node:http";
import { pino } from "pino";
import { assembleBridge } from "trapos-bridge";
import type { Happening } from "trapos-opencode";
import { projectFolder } from "../harness/disk.ts";
import { startCrowdedOpencode } from "./scale/opencode.ts";

const COMPUTERS = 1000;
const JOBS = 500;

/** A bridge whose page somebody has logged in to. */
export interface PageBridge {
    /** The page's address, without a slash at its end. */
    readonly url: string;
    /** With what logs in. */
    readonly loginUrl: string;
    /** Asks for something of the page. @returns how many milliseconds the whole answer took, and what it is */
    ask(path: string): Promise<{ readonly milliseconds: number; readonly text: string }>;
    /** Looks at the page, as a browser does that has it open. @returns ends it */
    watch(): Promise<() => void>;
    /** Has something change that all who look are told of. */
    change(): void;
    stop(): Promise<void>;
}

/** @param data a new folder */
export async function startPageBridge(data: string): Promise<PageBridge> {
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
    const { pairings } = bridge;
    for (let place = 0; place < COMPUTERS; place += 1) {
        const offer = pairings.offer(place, undefined, `game ${place}`);
        const computer = pairings.approve(offer.code, {
            name: `computer ${place}`,
            owner: `owner ${place % 100}`,
        });
        pairings.state(offer.secret);
        if (place < JOBS)
            await bridge.jobs.spawn(computer, {
                key: `job ${place}`,
                prompt: "Build a wall around the house",
            });
    }
    // Something waits to be answered, whose view is a part of what is loaded.
    pairings.offer(0, "the last one", "127.0.0.1");

    const { origin: url, hash } = new URL(bridge.pageUrl);
    const begun = await fetch(`${url}/page/login`, {
        method: "POST",
        headers: { origin: url, "content-type": "application/json" },
        body: JSON.stringify({ token: hash.slice(1) }),
    });
    const cookie = begun.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const { guard } = (await begun.json()) as { guard: string };
    const headers = { cookie, "x-trapos-guard": guard };
    const agent = new Agent({ keepAlive: true });
    let changes = 0;
    return {
        url,
        loginUrl: bridge.pageUrl,
        ask: (path) =>
            new Promise((resolve, reject) => {
                const start = performance.now();
                const sent = request(`${url}${path}`, { headers, agent }, (response) => {
                    let text = "";
                    response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
                    response.on("end", () => {
                        const milliseconds = performance.now() - start;
                        if (response.statusCode === 200) resolve({ milliseconds, text });
                        else reject(new Error(`${path}: ${text}`));
                    });
                });
                sent.on("error", reject).end();
            }),
        watch: () =>
            new Promise((resolve, reject) => {
                const sent = request(`${url}/page/events`, { headers }, (response) => {
                    response.resume();
                    response.on("error", () => undefined);
                    resolve(() => void sent.destroy());
                });
                sent.on("error", reject).end();
            }),
        change() {
            const offer = pairings.offer(1, `one of many ${++changes}`, `game ${changes}`);
            pairings.refuse(offer.code);
            // What turns tell has the computers looked at, too.
            bridge.turns.lookAnew();
        },
        async stop() {
            agent.destroy();
            opencode.stop();
            await bridge.stop();
        },
    };
}
