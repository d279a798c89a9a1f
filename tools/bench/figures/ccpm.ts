import { readFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { type Index, INDEX, type Registry, startRegistry } from "trapos-registry";
import { boot, spaceIn } from "craftos-headless";
import { projectFolder } from "../../harness/disk.ts";
import { makeVariant } from "../../harness/registry-variant.ts";
import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { neededPackages } from "./installed-size.ts";

/** What a change of packages costs. */
interface Cost {
    /** From Enter to the next prompt. */
    readonly seconds: number;
    readonly requests: number;
    /** Of the answers' bodies. */
    readonly bytes: number;
}

const clients = ["ours", "naive"] as const;
const changes = ["install", "upgrade-nothing", "upgrade-one-file"] as const;
type Client = (typeof clients)[number];

interface Measured {
    readonly costs: Readonly<Record<(typeof changes)[number], Cost>>;
    /** Bytes of the disk after the install. */
    readonly used: number;
}

const timeoutSeconds = 120;

/** What is changed in the newer registry: one file. */
const changedFile = "startup/servers.lua";

/** A registry that serves one tree after another at the same address. */
interface Server {
    readonly url: string;
    /** What was asked of it, and how many bytes it answered, since the last call. */
    take(): Omit<Cost, "seconds">;
    replace(root: string): Promise<void>;
    stop(): Promise<void>;
}

async function startServer(): Promise<Server> {
    let requests = 0;
    let bytes = 0;
    const start = (root: string, port?: number): Promise<Registry> =>
        startRegistry({
            root,
            port,
            onAnswer: ({ size }) => {
                requests += 1;
                bytes += size;
            },
        });
    let registry = await start(projectFolder);
    const { url } = registry;
    return {
        url,
        take() {
            const taken = { requests, bytes };
            [requests, bytes] = [0, 0];
            return taken;
        },
        async replace(root) {
            await registry.stop();
            registry = await start(root, Number(new URL(url).port));
        },
        stop: () => registry.stop(),
    };
}

/** Runs a command on a computer that has just booted, and waits for the next prompt. */
async function runCommand(bench: Bench, server: Server, disk: string, command: string): Promise<Cost> {
    const computer = await boot({ disk, http: { allow: ["127.0.0.1"] } });
    const stop = () => void computer.close();
    bench.signal.addEventListener("abort", stop);
    try {
        const prompt = /(^|\n)>$/;
        await computer.waitForText(prompt, { timeoutSeconds });
        await computer.type(command);
        server.take();
        const rowsBefore = computer.transcript().split("\n").length;
        const enter = performance.now();
        await computer.type("\n");
        await computer.waitForText(prompt, { timeoutSeconds });
        const seconds = (performance.now() - enter) / 1000;
        const output = computer.transcript().split("\n").slice(rowsBefore).join("\n");
        if (!/Done\.|nothing to do/.test(output)) throw new Error(`${command} failed:\n${output}`);
        return { seconds, ...server.take() };
    } finally {
        bench.signal.removeEventListener("abort", stop);
        await computer.close();
    }
}

/** Installs trapos on a bare computer, and upgrades it. */
async function measureClient(bench: Bench, client: Client): Promise<Measured> {
    bench.say(`install and upgrade of trapos, ${client} ...`);
    const disk = await bench.newFolder();
    const server = await startServer();
    try {
        const newer = await bench.newFolder();
        await makeVariant(newer, { files: { [changedFile]: (content) => `${content}-- newer\n` } });
        const naive = `naive-install ${server.url}`;
        if (client === "naive") {
            await copyFile(
                join(import.meta.dirname, "../lua/naive-install.lua"),
                join(disk, "naive-install.lua"),
            );
        }
        const [install, upgrade] =
            client === "naive"
                ? [naive, naive]
                : [`wget run ${server.url}install.lua --yes`, "ccpm upgrade --yes"];
        const first = await runCommand(bench, server, disk, install);
        const used = spaceIn(disk);
        const nothing = await runCommand(bench, server, disk, upgrade);
        await server.replace(newer);
        const oneFile = await runCommand(bench, server, disk, upgrade);
        return { costs: { install: first, "upgrade-nothing": nothing, "upgrade-one-file": oneFile }, used };
    } finally {
        await server.stop();
    }
}

const measured = new Map<Client, Promise<Measured>>();

/** Measures each client only once. */
async function measure(bench: Bench, client: Client): Promise<Measured> {
    const measuring = measured.get(client) ?? measureClient(bench, client);
    measured.set(client, measuring);
    return measuring;
}

/** The files that an install of trapos fetches. */
function fileCount(): number {
    const index = JSON.parse(readFileSync(join(projectFolder, INDEX), "utf8")) as Index;
    return neededPackages(index, "trapos").flatMap((one) => Object.keys(one.files)).length;
}

/** The most that each may be. */
const bars: Readonly<Record<(typeof changes)[number], Partial<Cost>>> = {
    // Each file once, install.lua and the index.
    install: { seconds: 5, requests: fileCount() + 2 },
    "upgrade-nothing": { requests: 1 },
    "upgrade-one-file": { requests: 2 },
};

const units: Readonly<Record<keyof Cost, string>> = { seconds: "s", requests: "requests", bytes: "B" };

/** Seconds, requests and bytes of an install of trapos and of its upgrades, ours and the naive installer's. */
export const ccpmFigures: readonly Figure[] = [
    ...changes.flatMap((change) =>
        clients.flatMap((client) =>
            (Object.keys(units) as (keyof Cost)[]).map((what): Figure => {
                const name = `ccpm-${change}-${what}`;
                const value = async (bench: Bench) => (await measure(bench, client)).costs[change][what];
                if (client === "ours")
                    return { name, unit: units[what], bar: bars[change][what], measure: value };
                return { name: `${name}-naive`, unit: units[what], beside: name, measure: value };
            }),
        ),
    ),
    {
        name: "trapos-on-disk",
        unit: "B",
        measure: async (bench) => (await measure(bench, "ours")).used,
    },
];
