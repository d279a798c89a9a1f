import { join } from "node:path";
import { boot, type Computer, readSetting, type Settings, writeSettings } from "craftos-headless";
import { opencodeClient } from "trapos-opencode";
import { startTestBridge } from "../harness/bridge.ts";
import { installPackages } from "../harness/disk.ts";
import type { Bench } from "./bench.ts";
import { type Client, naive, ours } from "./clients.ts";
import { startCountingLink } from "./counting-link.ts";
import { startCountingProxy } from "./counting-proxy.ts";
import { slowly } from "./server.ts";

/** What a turn took in which the model writes word by word. */
export interface LiveTurn {
    /** Seconds from the moment when opencode sent the first word until it stood on the screen. */
    readonly firstWord: number;
    /** Seconds from the server's `time.completed` of the answer until the shell's prompt was there again. */
    readonly complete: number;
    /** Requests from the computer, or frames beside those that only keep the link going. */
    readonly sent: number;
    readonly bytesReceived: number;
}

/** How a computer reaches opencode. */
export type Way = "linked" | "direct" | "naive";

const clientOf: Readonly<Record<Way, Client>> = { linked: ours, direct: ours, naive };

/** How long a turn may take beyond the model's answer. */
const patienceSeconds = 60;

/** A computer with a session. */
export interface LiveComputer {
    readonly way: Way;
    readonly disk: string;
    readonly id: number;
    readonly session: string;
    /** By which it finds the bridge, where it is linked. */
    readonly link?: Settings;
}

/** Computers that reach the bench's opencode in each way. */
export interface Live {
    /** Makes a computer whose session has had so many turns. One at a time. */
    newComputer(way: Way, history: number): Promise<LiveComputer>;
    /** Has a computer ask once. */
    turn(computer: LiveComputer): Promise<LiveTurn>;
    stop(): Promise<void>;
}

/** Counts what goes between a computer and one address, from now on. */
interface Counted {
    readonly settings: Settings;
    stop(): Promise<Pick<LiveTurn, "sent" | "bytesReceived">>;
}

/** Starts a bridge before the bench's server. */
export async function startLive(bench: Bench): Promise<Live> {
    const server = await bench.server();
    const { opencode, authorization } = server;
    const ended = new AbortController();
    const bridge = await startTestBridge(() => opencode, join(await bench.newFolder(), "bridge"));
    const sentAt = new Map<string, number>();
    const events = await opencodeClient(opencode).events(ended.signal);
    const watching = (async () => {
        for await (const chunk of events) {
            const [word] = /first\d+/.exec(Buffer.from(chunk).toString()) ?? [];
            if (word !== undefined && !sentAt.has(word)) sentAt.set(word, Date.now());
        }
    })().catch(() => undefined);
    let computers = 0;
    let asked = 0;

    async function countedLink(settings: Settings): Promise<Counted> {
        const link = await startCountingLink(String(settings["opencc.link_url"]));
        return {
            settings: { ...settings, "opencc.link_url": link.url },
            stop: async () => {
                await link.stop();
                return link.counts;
            },
        };
    }

    async function countedServer(client: Client, session: string): Promise<Counted> {
        const proxy = await startCountingProxy(opencode.url);
        const { username, password } = opencode;
        return {
            settings: client.settings({ url: proxy.url, username, password, authorization }, session),
            stop: async () => {
                const { requests, bytesReceived } = await proxy.stop();
                return { sent: requests, bytesReceived };
            },
        };
    }

    async function bootWith(disk: string, id: number, settings: Settings) {
        await writeSettings(disk, settings);
        const computer = await boot({ disk, id, http: { allow: ["127.0.0.1"] } });
        await computer.waitForText(/^> ?$/m);
        return computer;
    }

    return {
        async newComputer(way, history) {
            const disk = await bench.newFolder();
            const id = computers++;
            await installPackages(disk, way === "linked" ? ["trapos", "trapos-link"] : ["trapos"]);
            await clientOf[way].prepare?.(disk);
            if (way !== "linked") return { way, disk, id, session: await server.newSession(history) };
            // Only what a computer has made itself is its own.
            const link = bridge.link(id);
            const computer = await bootWith(disk, id, link);
            await computer.type("ai new\n");
            await computer.waitForText(/\n> ?$/, { sinceInput: true, timeoutSeconds: patienceSeconds });
            await computer.close();
            const session = String(await readSetting(disk, "opencc.session_id"));
            await server.addTurns(session, history);
            return { way, disk, id, session, link };
        },
        async turn({ way, disk, id, session, link }) {
            const client = clientOf[way];
            const counted = await (link ? countedLink(link) : countedServer(client, session));
            let computer: Computer | undefined;
            try {
                computer = await bootWith(disk, id, counted.settings);
                const number = ++asked;
                const timeoutSeconds = slowly.seconds + patienceSeconds;
                await computer.type(`${client.command} Slowly ${number}\n`);
                await computer.waitForText(`first${number}`, { timeoutSeconds });
                const shownAt = Date.now();
                await computer.waitForText(new RegExp(`last${number}[^]*\n> ?$`), { timeoutSeconds });
                const promptAt = Date.now();
                const wordAt = sentAt.get(`first${number}`) ?? NaN;
                const firstWord = (shownAt - wordAt) / 1000;
                const complete = (promptAt - (await server.lastCompleted(session))) / 1000;
                await computer.close();
                return { firstWord, complete, ...(await counted.stop()) };
            } finally {
                await computer?.close();
                await counted.stop();
            }
        },
        async stop() {
            ended.abort();
            await watching;
            await bridge.stop();
        },
    };
}
