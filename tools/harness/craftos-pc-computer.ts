import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Exit, fontToUnicode, shownText } from "craftos-headless";
import type { BootOptions, DrivenComputer } from "./backend.ts";
import { type DriverMessage, Exchange, exchangeMount } from "./exchange.ts";
import { type Keystroke, pressedKeystrokes, typedKeystrokes } from "./keystrokes.ts";

/**
 * How often messages are looked for. The folder is read in place of being watched, as `fs.watch` tells of changes late,
 * twice or never, depending on the system and the file system.
 */
const millisecondsBetweenLooks = 20;

/** How long the process may take to end once the computer has said that it goes off. */
const graceMilliseconds = 5000;

/** How long a computer runs on that nobody watches any more, as this process was killed. */
const patienceSeconds = 60;

/** Scrolled-off rows that are kept. */
const maximumHistory = 10_000;

const defaultWaitSeconds = 10;

/**
 * The command line that switches a computer on. From CraftOS-PC's src/main.cpp: unknown options are ignored, `-c` alone
 * is another option than `-c=`, and a mount with `-rw` is writable whatever the configuration says.
 * @param dataFolder where CraftOS-PC keeps its configuration
 * @param exchangeFolder see Exchange
 */
export function commandLine(
    { disk, id = 0, rom }: Pick<BootOptions, "disk" | "id" | "rom">,
    dataFolder: string,
    exchangeFolder: string,
): string[] {
    return [
        "--headless",
        ...(rom === undefined ? [] : ["--rom", rom]),
        ...["--directory", dataFolder],
        ...["--start-dir", disk],
        ...["--id", String(id)],
        ...["--mount-rw", `${exchangeMount}=${exchangeFolder}`],
    ];
}

/** What was shown, from what CraftOS-PC wrote: without colours and other terminal codes, right-trimmed. */
export function writtenText(written: string): string {
    return written
        .replace(/\x1b\[[\d;?]*[A-Za-z]/g, "")
        .replace(/\r\n?/g, "\n")
        .replace(/[ \t]+$/gm, "")
        .trimEnd();
}

/** @param outputFile gets what it writes. A pipe would stay open as long as a child of its own lives. */
async function startProcess(program: string, args: string[], outputFile: string): Promise<ChildProcess> {
    const output = openSync(outputFile, "w");
    try {
        const child = spawn(program, args, {
            stdio: ["ignore", output, output],
            // Otherwise SDL keeps the signals of Ctrl+C and of a closed terminal for itself.
            env: { ...process.env, SDL_NO_SIGNAL_HANDLERS: "1" },
        });
        return await new Promise((resolve, reject) => {
            child.on("spawn", () => resolve(child));
            child.on("error", (error) => reject(new Error(`CraftOS-PC does not start: ${error.message}`)));
        });
    } finally {
        closeSync(output);
    }
}

/**
 * Starts CraftOS-PC, headless, with our driver on the computer.
 * @param program path of its executable
 * @throws Error with one line when it cannot be started
 */
export async function bootCraftosPc(program: string, options: BootOptions): Promise<DrivenComputer> {
    const { disk, id = 0, label, width = 51, height = 19, colour = true } = options;
    if (!colour) throw new Error("Headless CraftOS-PC always has colours.");
    const folder = await mkdtemp(join(tmpdir(), "trapos-craftos-pc-"));
    try {
        const dataFolder = join(folder, "data");
        const exchangeFolder = join(folder, "exchange");
        await mkdir(join(dataFolder, "config"), { recursive: true });
        await mkdir(exchangeFolder);
        if (label !== undefined) {
            const configuration = { label: Buffer.from(label).toString("base64"), base64: true };
            await writeFile(join(dataFolder, "config", `${id}.json`), JSON.stringify(configuration));
        }
        await copyFile(join(import.meta.dirname, "lua/driver.lua"), join(disk, "startup.lua"));
        const exchange = new Exchange(exchangeFolder, { width, height, patienceSeconds });
        const outputFile = join(folder, "output.txt");
        const args = commandLine(options, dataFolder, exchangeFolder);
        const child = await startProcess(program, args, outputFile);
        const cleanUp = () => rm(folder, { recursive: true, force: true });
        return new CraftosPcComputer(child, exchange, outputFile, cleanUp);
    } catch (error) {
        await rm(folder, { recursive: true, force: true });
        throw error;
    }
}

class CraftosPcComputer implements DrivenComputer {
    readonly exit: Promise<Exit>;
    private readonly child: ChildProcess;
    private readonly exchange: Exchange;
    private readonly listeners = new Set<() => void>();
    private readonly history: string[] = [];
    private rows: string[] = [];
    private stepsSent = 0;
    private stepsSeen = 0;
    private isCut = false;
    private hasEnded = false;
    /** What the driver said that the end is. */
    private announced: Exit | undefined;
    private grace: NodeJS.Timeout | undefined;
    private readonly outputFile: string;
    /** What the process wrote itself, read at its end. */
    private output = "";

    constructor(child: ChildProcess, exchange: Exchange, outputFile: string, cleanUp: () => Promise<void>) {
        this.child = child;
        this.exchange = exchange;
        this.outputFile = outputFile;
        const looks = setInterval(() => this.look(), millisecondsBetweenLooks);
        this.exit = new Promise((resolve) => {
            child.on("exit", (status, signal) => {
                clearInterval(looks);
                clearTimeout(this.grace);
                this.look();
                this.output = this.readOutput();
                this.hasEnded = true;
                void cleanUp().finally(() => resolve(this.ending(status, signal)));
                this.tellListeners();
            });
        });
    }

    private readOutput(): string {
        return this.hasEnded ? this.output : writtenText(readFileSync(this.outputFile, "utf8"));
    }

    /** The driver's word counts, not the status of the process: a ROM of CC: Tweaked does not hand it on. */
    private ending(status: number | null, signal: NodeJS.Signals | null): Exit {
        if (this.announced !== undefined) return this.announced;
        if (this.isCut) return { reason: "powerCut" };
        const how = signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
        return { reason: "failed", message: `CraftOS-PC ${how} before the computer was switched off` };
    }

    private look(): void {
        if (this.hasEnded) return;
        try {
            const messages = this.exchange.receive();
            for (const message of messages) this.take(message);
            if (messages.length > 0) this.tellListeners();
        } catch (error) {
            // It is the end of this computer, and not of all tests.
            const message = `The driver's messages cannot be read: ${(error as Error).message}`;
            this.announced ??= { reason: "failed", message };
            this.child.kill("SIGKILL");
        }
    }

    private take({ scrolled = [], screen, step, ended, failed }: DriverMessage): void {
        const shown = (row: string): string => fontToUnicode(Buffer.from(row, "latin1"));
        for (const row of scrolled.slice(-maximumHistory)) this.history.push(shown(row));
        this.history.splice(0, Math.max(0, this.history.length - maximumHistory));
        this.rows = screen.map(shown);
        // The driver counts anew after a reboot.
        this.stepsSeen = Math.max(this.stepsSeen, step);
        if (failed !== undefined) this.announced = { reason: "failed", message: failed };
        else if (ended !== undefined) this.announced = { reason: "shutdown", status: ended };
        if (this.announced !== undefined)
            this.grace ??= setTimeout(() => this.child.kill("SIGKILL"), graceMilliseconds);
    }

    private tellListeners(): void {
        for (const listener of [...this.listeners]) listener();
    }

    /** Looks again after each change, until `isOver` says so. */
    private until(isOver: () => boolean): Promise<void> {
        return new Promise((resolve) => {
            const listener = (): void => {
                if (!isOver()) return;
                this.listeners.delete(listener);
                resolve();
            };
            this.listeners.add(listener);
            listener();
        });
    }

    private async send(events: readonly Keystroke[]): Promise<void> {
        if (this.hasEnded || this.announced !== undefined) return;
        const step = ++this.stepsSent;
        this.exchange.send({ step, events });
        await this.until(() => this.stepsSeen >= step || this.announced !== undefined || this.hasEnded);
    }

    type(text: string): Promise<void> {
        return this.send(typedKeystrokes(text));
    }

    press(keys: string): Promise<void> {
        return this.send(pressedKeystrokes(keys));
    }

    screen(): string[] {
        return [...this.rows];
    }

    transcript(): string {
        // Without a driver there is only what CraftOS-PC itself says.
        if (this.rows.length === 0) return this.readOutput();
        const rows = this.rows.map((row) => row.trimEnd());
        while (rows.at(-1) === "") rows.pop();
        return [...this.history, ...rows].join("\n");
    }

    async waitForText(text: string | RegExp, options: { timeoutSeconds?: number } = {}): Promise<void> {
        const seconds = options.timeoutSeconds ?? defaultWaitSeconds;
        const pattern = typeof text === "string" ? shownText(text) : text;
        const isThere = (): boolean => this.transcript().search(pattern) >= 0;
        let isTimeUp = false;
        const timer = setTimeout(() => {
            isTimeUp = true;
            this.tellListeners();
        }, seconds * 1000);
        await this.until(() => isTimeUp || this.hasEnded || isThere());
        clearTimeout(timer);
        if (isThere()) return;
        const wanted = typeof text === "string" ? JSON.stringify(text) : String(text);
        const why = this.hasEnded ? "the computer ended before" : `not seen in ${seconds} s`;
        throw new Error(`${wanted}: ${why}. The screen:\n${this.screen().join("\n") || this.transcript()}`);
    }

    async powerCut(): Promise<void> {
        if (!this.hasEnded) {
            this.isCut = true;
            this.child.kill("SIGKILL");
        }
        await this.exit;
    }

    close(): Promise<void> {
        return this.powerCut();
    }
}
