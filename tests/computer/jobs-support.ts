/** A computer that is linked with a bridge which has jobs: what these are, and what the bridge answers, is the test's. */
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { boot, type Computer, type ComputerOptions, type Settings, writeSettings } from "craftos-headless";
import { onTestFinished } from "vitest";
import type { Collected, Job } from "../../src/apis/ai/jobs/shapes.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { temporaryFolder } from "./libai-support.ts";
import { type LinkBridge, type LinkConnection, type Said, startLinkBridge } from "./link-bridge.ts";

/** What a call is answered with: a value, or a failure. */
export type Given =
    { readonly value: unknown } | { readonly code: string; readonly detail?: Record<string, string> };

/** A job as a test wants it. */
export function job(number: number, fields: Partial<Job> = {}): Job {
    return {
        number,
        state: "running",
        prompt: "write a door lock",
        computer: "castle",
        seconds: 65,
        tools: 0,
        cost: 0,
        attempt: 1,
        isKept: false,
        isCollected: false,
        ...fields,
    };
}

/** A bridge with jobs. */
export interface JobsBridge {
    readonly bridge: LinkBridge;
    /** By their numbers. */
    readonly jobs: Map<number, Collected>;
    /** The calls that came, in their order: name and arguments. */
    readonly calls: { readonly name: string; readonly given: Record<string, unknown> }[];
    /** What else computers have said. */
    readonly said: Said[];
    /** The connection that there is. */
    connection: LinkConnection;
    /** How often the computer has come. */
    connections: number;
    /** Answers calls in place of what the bridge does by itself; undefined for that, "silence" for no answer. */
    answer?: (name: string, given: Record<string, unknown>) => Given | "silence" | undefined;
    /** Sets a job, with its text, and says so to whoever waits for it. */
    set(job: Job, text?: string): void;
    /** Waits for a call of a name, and gives its arguments. */
    called(name: string, times?: number): Promise<Record<string, unknown>>;
}

/** Waits until something is so. */
export async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
    const end = Date.now() + 20_000;
    for (;;) {
        const seen = look();
        if (seen !== undefined && seen !== false) return seen;
        if (Date.now() > end) throw new Error(`It did not come to that: ${what}`);
        await new Promise((done) => setTimeout(done, 10));
    }
}

/** Starts a bridge with jobs, which takes every computer in. */
export async function startJobsBridge(): Promise<JobsBridge> {
    const bridge = await startLinkBridge();
    onTestFinished(() => bridge.stop());
    const waiting = new Set<() => void>();
    const world: JobsBridge = {
        bridge,
        jobs: new Map(),
        calls: [],
        said: [],
        connection: undefined as unknown as LinkConnection,
        connections: 0,
        set(job, text) {
            world.jobs.set(job.number, { job, ...(text === undefined ? {} : { text }) });
            for (const wake of waiting) wake();
        },
        called: async (name, times = 1) => {
            const found = () => world.calls.filter((call) => call.name === name);
            await until(`${times} calls of ${name}`, () => found().length >= times);
            return found()[times - 1]!.given;
        },
    };
    /** Waits for news, as long as a call wants to. */
    const news = (seconds: number) =>
        new Promise<void>((done) => {
            const wake = () => {
                clearTimeout(timer);
                waiting.delete(wake);
                done();
            };
            const timer = setTimeout(wake, seconds * 1000);
            waiting.add(wake);
        });
    const give = async (name: string, given: Record<string, unknown>): Promise<Given | "silence"> => {
        const answer = world.answer?.(name, given);
        if (answer !== undefined) return answer;
        if (name === "listJobs") return { value: [...world.jobs.values()].map(({ job }) => job).reverse() };
        const number = Number(given.number);
        const found = () => world.jobs.get(number);
        if (found() === undefined) return { code: "not_found", detail: { what: `no job ${number}` } };
        if (name === "collectJob") {
            const seconds = Number(given.seconds);
            if (seconds > 0 && ["queued", "running"].includes(found()!.job.state)) await news(seconds);
            return { value: found() };
        }
        return { value: found()!.job };
    };
    const serve = async (connection: LinkConnection) => {
        for (;;) {
            const said = await connection.said.next();
            if (said.type !== "call") {
                world.said.push(said);
                continue;
            }
            const given = said.arguments ?? {};
            world.calls.push({ name: said.name!, given });
            void give(said.name!, given).then((answer) => {
                if (answer === "silence") return;
                if ("value" in answer) connection.say({ type: "result", id: said.id, value: answer.value });
                else connection.say({ type: "failure", id: said.id, ...answer });
            });
        }
    };
    const admit = async () => {
        for (;;) {
            const connection = await bridge.nextWelcome();
            world.connection = connection;
            world.connections += 1;
            // It waits for what is said for 20 s, and nobody minds when nothing is.
            const again = (): Promise<void> => serve(connection).catch(() => again());
            void again();
        }
    };
    const again = (): Promise<void> => admit().catch(() => again());
    void again();
    return world;
}

/** The sizes at which a test looks at the screen. */
export const sizes = [
    { width: 51, height: 19, colour: true },
    { width: 26, height: 20, colour: true },
    { width: 51, height: 19, colour: false },
];

/** A computer that is linked with a bridge, with its prompt. */
export async function startComputer(
    world: JobsBridge,
    options: Partial<ComputerOptions> = {},
    settings: Settings = {},
    disk?: string,
): Promise<Computer> {
    const folder = disk ?? (await temporaryFolder());
    await installPackages(folder, ["trapos", "trapos-link"]);
    await writeSettings(folder, {
        "opencc.link_url": world.bridge.url,
        "opencc.link_token": "abc123",
        "trapos.autostart.trapos-link": true,
        "motd.enable": false,
        ...settings,
    });
    const before = world.connections;
    const computer = await boot({ disk: folder, id: 0, http: { allow: ["127.0.0.1"] }, ...options });
    onTestFinished(() => computer.close());
    await computer.waitForText(/(^|\n)> ?$/, { timeoutSeconds: 30 });
    if (settings["trapos.autostart.trapos-link"] !== false)
        await until("a connection", () => world.connections > before);
    return computer;
}

/** The rows of the screen, without what is empty at their ends and below. */
export function rowsOf(computer: Computer): string[] {
    const rows = computer.screen().map((row) => row.trimEnd());
    while (rows.at(-1) === "") rows.pop();
    return rows;
}

/** Whether the shell's prompt is the last row, or that of a pager. */
export function isDone(rows: readonly string[]): boolean {
    const last = rows.at(-1) ?? "";
    return last === ">" || /q: ?quit$/.test(last);
}

/** Types a command on a clear screen, and gives what it shows until the next prompt, or the first page. */
export async function run(computer: Computer, line: string): Promise<string[]> {
    await computer.type("clear\n");
    await until("a clear screen", () => rowsOf(computer).join() === ">");
    await computer.type(`${line}\n`);
    const rows = await until(`the end of ${line}`, () => {
        const shown = rowsOf(computer);
        return isDone(shown) && shown.length > 1 && shown;
    });
    if (rows.at(-1) !== ">") await computer.type("q");
    return rows;
}

/** Adds Lua to a file of a computer's disk. */
export async function addTo(disk: string, path: string, lua: string): Promise<void> {
    await appendFile(join(disk, path), lua);
}
