/** Many computers on one bridge: both in processes of their own, over real websockets on this machine. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installPacked } from "../../harness/packed.ts";
import { median } from "../statistics.ts";

/** How often /health is asked while the computers are told words, in milliseconds. */
const HEALTH_EVERY = 250;

/** What was measured of a time. */
export interface ScaleSample {
    /** Words that came, and how late, in milliseconds from the bridge's hearing of them. */
    readonly words: number;
    readonly p50: number;
    readonly p99: number;
    /** Bytes of the bridge's memory for each computer, after collecting garbage. */
    readonly memoryEach: number;
    /** Milliseconds that /health took, the middle of many over the whole time. */
    readonly health: number;
    /** Of one processor. */
    readonly cpu: number;
    readonly ends: number;
    readonly failures: number;
}

/** Computers that are linked with a bridge. */
export interface Scale {
    /** Bytes of the bridge's memory for each computer that is online and does nothing. */
    readonly idleEach: number;
    /** Has all of them prompt, one after another in so many seconds, and then again and again. */
    prompt(seconds: number): Promise<void>;
    /** Measures for some seconds. */
    sample(seconds: number): Promise<ScaleSample>;
    stop(): Promise<void>;
}

async function start(
    name: string,
    ...words: string[]
): Promise<{ child: ChildProcess; first: Record<string, unknown> }> {
    // Without this process's conditions, by which packages are their sources.
    const execArgv = ["--import", "tsx", "--expose-gc"];
    const child = fork(join(import.meta.dirname, name), words, { execArgv });
    const [first] = (await once(child, "message")) as [Record<string, unknown>];
    return { child, first };
}

async function ask(child: ChildProcess, message: object): Promise<Record<string, unknown>> {
    const answered = once(child, "message");
    child.send(message);
    return (await answered)[0] as Record<string, unknown>;
}

/** Links so many computers with a bridge, and connects them. */
export async function startScale(count: number): Promise<Scale> {
    const folder = await mkdtemp(join(tmpdir(), "trapos-installed-"));
    const installed = await installPacked("bridge", folder);
    const bridge = await start("bridge.ts", installed.folder);
    const clients = await start("clients.ts");
    const url = bridge.first.url as string;
    const processor = async () => (await ask(bridge.child, { what: "processor" })).cpu as number;
    const memory = async () => (await ask(bridge.child, { what: "memory" })).memory as number;
    const before = await memory();
    const { tokens } = await ask(bridge.child, { what: "link", count });
    await ask(clients.child, { what: "connect", url, tokens });
    const idleEach = ((await memory()) - before) / count;

    /** Asks for the bridge's health, again and again for some seconds. @returns the median of the milliseconds it took */
    async function health(seconds: number): Promise<number> {
        const times: number[] = [];
        const end = performance.now() + seconds * 1000;
        for (let begun = performance.now(); begun < end; begun = performance.now()) {
            await (await fetch(`${url}/health`)).text();
            times.push(performance.now() - begun);
            await sleep(HEALTH_EVERY);
        }
        return median(times);
    }

    return {
        idleEach,
        async prompt(seconds) {
            await ask(clients.child, { what: "prompt", seconds });
            await sleep(seconds * 1000);
        },
        async sample(seconds) {
            await ask(clients.child, { what: "forget" });
            const begun = await processor();
            const found = await health(seconds);
            const read = await ask(clients.child, { what: "read" });
            const ended = await processor();
            return {
                words: read.words as number,
                p50: read.p50 as number,
                p99: read.p99 as number,
                memoryEach: ((await memory()) - before) / count,
                health: found,
                cpu: (ended - begun) / seconds / 1e6,
                ends: read.ends as number,
                failures: read.failures as number,
            };
        },
        async stop() {
            clients.child.kill("SIGKILL");
            const ended = once(bridge.child, "exit");
            bridge.child.send({ what: "stop" });
            await ended;
            await rm(folder, { recursive: true, force: true });
        },
    };
}
