import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchedServer, type BenchServer, startBenchServer } from "./server.ts";

/** What figures are measured with. */
export interface Bench {
    /** The names of the figures of this run. */
    readonly wanted: readonly string[];
    /** Ends what is being measured. */
    readonly signal: AbortSignal;
    /** Tells whoever waits what is being measured. */
    say(text: string): void;
    /** A server with the scripted model, started when it is first asked for: a real opencode 1 where nothing is said. */
    server(which?: BenchedServer): Promise<BenchServer>;
    /** A new folder, for a computer's disk. */
    newFolder(): Promise<string>;
}

/**
 * Measures with a bench, and ends everything that was started for it, whatever happens.
 * @param use what to do with the bench
 */
export async function withBench<T>(
    options: Pick<Bench, "wanted" | "signal" | "say">,
    use: (bench: Bench) => Promise<T>,
): Promise<T> {
    const { wanted, signal, say } = options;
    const folder = await mkdtemp(join(tmpdir(), "trapos-bench-"));
    const started = new Map<BenchedServer, Promise<BenchServer>>();
    try {
        return await use({
            wanted,
            signal,
            say: (text) => say(text),
            newFolder: () => mkdtemp(join(folder, "computer-")),
            server(server = "opencode1") {
                const starting =
                    started.get(server) ??
                    startBenchServer({ server, home: join(folder, server), signal, say });
                started.set(server, starting);
                return starting;
            },
        });
    } finally {
        for (const starting of started.values()) {
            await starting.then(
                (server) => server.stop(),
                () => {},
            );
        }
        await rm(folder, { recursive: true, force: true });
    }
}
