import { existsSync, statSync } from "node:fs";
import * as nodePath from "node:path";
import { fileURLToPath } from "node:url";
import { pressKeys, typeCharacter, type KeyboardEvent } from "./machine/keyboard.ts";
import type { Unflushed } from "./machine/file-operations.ts";
import { Machine, type Exit, type Faults, type MountOptions } from "./machine/machine.ts";
import type { NetworkFaults } from "./machine/network-faults.ts";
import type { Peripheral, Side } from "./machine/peripherals/peripheral.ts";
import type { Picture } from "./machine/terminal.ts";
import type { LuaValue } from "./machine/wire.ts";
import { matchesNew, shownText } from "./shown-text.ts";

export { fontToUnicode } from "./machine/font.ts";
export { pressKeys, typeCharacter, type KeyboardEvent } from "./machine/keyboard.ts";
export { spaceIn } from "./machine/host-folder.ts";
export { shownText } from "./shown-text.ts";
export { savePng, saveText } from "./save-screen.ts";
export { readSetting, writeSettings, type Settings } from "./settings.ts";
export { watch, type End } from "./watch.ts";
export type { Picture } from "./machine/terminal.ts";
export { ModemNetwork } from "./machine/peripherals/modem.ts";
export { Monitor } from "./machine/peripherals/monitor.ts";
export type { Peripheral, Side } from "./machine/peripherals/peripheral.ts";
export { Speaker, type Played } from "./machine/peripherals/speaker.ts";
export type { LuaValue } from "./machine/wire.ts";
export type { FileOperation, PowerCutPlan, Unflushed } from "./machine/file-operations.ts";
export type { Exit, Faults, MountOptions } from "./machine/machine.ts";
export type { FaultyRequest, NetworkFault, NetworkFaults } from "./machine/network-faults.ts";

export interface ComputerOptions {
    /** Folder of the host that is "/" on the computer; it must exist. A read-only /rom is mounted over it. */
    disk: string;
    /** 0 unless given. */
    id?: number;
    label?: string;
    /** Characters a row: 51 unless given. */
    width?: number;
    /** Rows: 19 unless given. */
    height?: number;
    /** Whether it is an advanced computer, which it is unless this is false. */
    colour?: boolean;
    /** Folder with bios.lua and rom/: ours unless given. One of CC: Tweaked works too. */
    rom?: string;
    http?: {
        /** False takes the http API away. */
        enabled?: boolean;
        /** False switches websockets off, as CC's `http.websocket_enabled = false` does. */
        websocket?: boolean;
        /**
         * Hosts, ranges such as "127.0.0.0/8", or "$private", that are let through although they are private; with a port
         * behind them on that port alone: "127.0.0.1:4096".
         */
        allow?: string[];
        /** Called with each private address that a program asks for and that is denied. */
        onDenied?: (host: string, port: number) => void;
    };
    /**
     * After so many seconds a program that does not yield gets an error: 7 unless given. One that goes on is stopped
     * with the computer 1.5 s later, or 2.5 s later where it is inside a single call such as a search for a pattern.
     */
    secondsWithoutYield?: number;
    /** What Lua may use, in MiB, from 16 on: 256 unless given. Beyond it programs get "not enough memory". */
    memoryMebibytes?: number;
    /**
     * A whole number from 0 to 2^31 - 1 from which math.random's numbers and the order of `pairs` follow, so that a program
     * that does the same finds the same after each start, reboots among them. Without it both differ from start to start.
     */
    randomSeed?: number;
    /** Folders of the host that the computer sees beside its disk. */
    mounts?: readonly MountOptions[];
    /** What is beside the computer when it starts: modems, speakers, monitors. */
    peripherals?: Partial<Record<Side, Peripheral>>;
    /** What is made to go wrong, for tests. */
    faults?: Faults;
}

/** See `Computer.waitForText`. */
export interface WaitOptions {
    timeoutSeconds?: number;
    sinceInput?: boolean;
}

export interface Computer {
    /** Types text, a key at a time; "\n" is Enter. Resolves when the computer has seen all of it, or has ended. */
    type(text: string): Promise<void>;
    /**
     * Presses keys together: "enter", "up", "f1". "ctrl+t" ends a program, "ctrl+s" switches the computer off and
     * "ctrl+r" starts it again, as holding them does in the game. Resolves as `type` does.
     */
    press(keys: string): Promise<void>;
    /**
     * Clicks on the screen of an advanced computer. Resolves as `type` does.
     * @param x column, and @param y row, counted from 1
     * @param button 1 (left, unless given), 2 (right) or 3 (middle)
     * @throws Error beyond the screen, and on a computer without colour, which has no mouse
     */
    click(x: number, y: number, button?: number): Promise<void>;
    /** Gives the screen another size in characters; the program gets a `term_resize` event. */
    resize(width: number, height: number): void;
    /** Puts something beside the computer, in the place of what was on that side; the program gets an event. */
    attach(side: Side, peripheral: Peripheral): void;
    /** Takes away what is on a side, if there is something. */
    detach(side: Side): void;
    /** What os.setComputerLabel has set. It outlives reboots; hand it to `boot` for the next start. */
    label(): string | undefined;
    /** Queues any event. Strings are bytes: characters up to 255. */
    queue(event: string, ...args: LuaValue[]): void;
    /** One string a row, of `width` characters of CC's font (see fontToUnicode). */
    screen(): string[];
    /** What the screen looks like now, with its colours. */
    picture(): Picture;
    /** Calls `listener` whenever the screen may have changed, and at the end, until the result is called. */
    onChange(listener: () => void): () => void;
    /** Counted from 1. */
    cursor(): { x: number; y: number; blink: boolean };
    /** Every row that scrolled off the top, then those of the screen up to the last used one, right-trimmed. */
    transcript(): string;
    /**
     * Waits until the transcript holds a text or matches a pattern. In a text blanks at the end of a row may be missing, as
     * the rows of the transcript have none.
     * @param options.timeoutSeconds 10 unless given
     * @param options.sinceInput counts only what has been shown, or wiped away and shown again, since the last input: what was
     * typed, pressed, clicked or queued, or a new size
     * @throws Error with the screen in its message when the time is up or the computer ends first
     */
    waitForText(text: string | RegExp, options?: WaitOptions): Promise<void>;
    /** How the computer ended. A reboot is no end. */
    readonly exit: Promise<Exit>;
    /**
     * Stops now: nothing of the program runs any more.
     * @param options.unflushed what the disk keeps of bytes that were neither flushed nor closed: "lost" unless given
     */
    powerCut(options?: { unflushed?: Unflushed }): Promise<void>;
    /** How many file operations there have been that change the disk: where `faults.powerCut` can cut. */
    fileOperations(): number;
    /** From now on requests and websockets go wrong in this way; undefined ends it. */
    setNetworkFaults(faults: NetworkFaults | undefined): void;
    /**
     * Sets the computer's clocks.
     * @param by.seconds what goes by at once for os.clock, timers, timeouts and the world's time: 0 or more
     * @param by.wallSeconds how far os.epoch("utc") and os.date jump, back where it is negative: as `seconds` unless
     * given
     */
    jumpClock(by: { seconds?: number; wallSeconds?: number }): void;
    /** Ends the computer if it still runs, as a power cut does. May be called any number of times. */
    close(): Promise<void>;
}

const ourRom = fileURLToPath(new URL("../rom", import.meta.url));
const DEFAULT_WAIT_SECONDS = 10;

function requireFolder(path: string, what: string): void {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
        throw new Error(`${what} is no folder: ${path}`);
}

function requireWhole(value: number, name: string, least: number, most = Infinity): void {
    if (!Number.isInteger(value) || value < least || value > most) {
        const range = most === Infinity ? `from ${least} on` : `from ${least} to ${most}`;
        throw new Error(`${name} must be a whole number ${range}, but is ${value}`);
    }
}

/** Mount names that would hide the disk or the ROM, or leave the computer. */
const takenName = /^(\/?$|\/?rom$|\.\.)/i;

function requireMounts(mounts: readonly MountOptions[]): void {
    for (const { name, folder } of mounts) {
        if (takenName.test(name)) throw new Error(`A mount cannot be named ${JSON.stringify(name)}`);
        requireFolder(folder, `The mount ${name}`);
    }
}

type MouseEvent = [name: "mouse_click" | "mouse_up", button: number, x: number, y: number];

/**
 * Switches a computer on. It runs in this process; when it has nothing to do it uses no processor time and does not
 * keep the process alive.
 * @returns once it has run up to the first event that it waits for
 * @throws Error with one line for options that cannot be: no such disk, no bios.lua, an impossible size
 */
export async function boot(options: ComputerOptions): Promise<Computer> {
    const { disk, id = 0, width = 51, height = 19, rom = ourRom } = options;
    const { secondsWithoutYield = 7, memoryMebibytes = 256, mounts = [] } = options;
    requireFolder(disk, "The disk");
    requireFolder(rom, "The ROM");
    if (!existsSync(nodePath.join(rom, "bios.lua"))) throw new Error(`The ROM has no bios.lua: ${rom}`);
    requireFolder(nodePath.join(rom, "rom"), "The ROM's rom/");
    requireWhole(id, "id", 0);
    requireWhole(width, "width", 1);
    requireWhole(height, "height", 1);
    if (!(secondsWithoutYield > 0))
        throw new Error(`secondsWithoutYield must be above 0, but is ${secondsWithoutYield}`);
    requireMounts(mounts);
    if (options.randomSeed !== undefined) requireWhole(options.randomSeed, "randomSeed", 0, 2 ** 31 - 1);
    requireWhole(memoryMebibytes, "memoryMebibytes", 16);
    const machine = new Machine({
        disk,
        rom,
        id,
        label: options.label,
        width,
        height,
        colour: options.colour ?? true,
        http:
            options.http?.enabled === false
                ? undefined
                : {
                      allow: options.http?.allow ?? [],
                      onDenied: options.http?.onDenied,
                      websocket: options.http?.websocket ?? true,
                  },
        secondsWithoutYield,
        memoryBytes: memoryMebibytes * 1024 * 1024,
        faults: options.faults ?? {},
        randomSeed: options.randomSeed,
        mounts,
    });
    for (const [side, peripheral] of Object.entries(options.peripherals ?? {})) {
        machine.peripherals.attach(side as Side, peripheral);
    }
    machine.start();
    return new RunningComputer(machine);
}

class RunningComputer implements Computer {
    readonly exit: Promise<Exit>;
    private readonly machine: Machine;

    constructor(machine: Machine) {
        this.machine = machine;
        this.exit = machine.exit;
    }

    private async send(events: readonly (KeyboardEvent | MouseEvent)[]): Promise<void> {
        for (const [name, ...args] of events) {
            if (name === "shutdown" || name === "reboot") {
                this.machine.stop(name);
                continue;
            }
            await new Promise<void>((resolve) => this.machine.queue(name, args, resolve));
        }
    }

    async type(text: string): Promise<void> {
        this.machine.terminal.noteInput();
        for (const character of text) await this.send(typeCharacter(character));
    }

    async press(keys: string): Promise<void> {
        this.machine.terminal.noteInput();
        await this.send(pressKeys(keys));
    }

    async click(x: number, y: number, button = 1): Promise<void> {
        const { terminal } = this.machine;
        if (!this.machine.hasMouse) throw new Error("A computer without colour has no mouse");
        requireWhole(x, "x", 1, terminal.width);
        requireWhole(y, "y", 1, terminal.height);
        requireWhole(button, "button", 1, 3);
        terminal.noteInput();
        await this.send([
            ["mouse_click", button, x, y],
            ["mouse_up", button, x, y],
        ]);
    }

    resize(width: number, height: number): void {
        requireWhole(width, "width", 1);
        requireWhole(height, "height", 1);
        this.machine.terminal.noteInput();
        this.machine.resize(width, height);
    }

    attach(side: Side, peripheral: Peripheral): void {
        this.machine.peripherals.attach(side, peripheral);
    }

    detach(side: Side): void {
        this.machine.peripherals.detach(side);
    }

    label(): string | undefined {
        return this.machine.label;
    }

    queue(event: string, ...args: LuaValue[]): void {
        this.machine.terminal.noteInput();
        this.machine.queue(event, args);
    }

    screen(): string[] {
        return this.machine.terminal.screen();
    }

    picture(): Picture {
        return this.machine.terminal.picture(this.machine.hasMouse);
    }

    onChange(listener: () => void): () => void {
        return this.machine.onChange(listener);
    }

    cursor(): { x: number; y: number; blink: boolean } {
        const { cursorX, cursorY, cursorBlink } = this.machine.terminal;
        return { x: cursorX, y: cursorY, blink: cursorBlink };
    }

    transcript(): string {
        return this.machine.terminal.transcript();
    }

    waitForText(text: string | RegExp, options: WaitOptions = {}): Promise<void> {
        const { timeoutSeconds: seconds = DEFAULT_WAIT_SECONDS, sinceInput = false } = options;
        const { terminal } = this.machine;
        const pattern = typeof text === "string" ? shownText(text) : text;
        const wanted = typeof text === "string" ? JSON.stringify(text) : String(text);
        const isInTranscript = (): boolean => terminal.transcript().search(pattern) >= 0;
        const isThere = sinceInput ? () => matchesNew(pattern, terminal.shownRows()) : isInTranscript;
        return new Promise((resolve, reject) => {
            let revision = -1;
            const look = (): void => {
                if (terminal.revision !== revision) {
                    revision = terminal.revision;
                    if (isThere()) {
                        stop();
                        resolve();
                        return;
                    }
                }
                if (this.machine.ended) giveUp("the computer ended before");
            };
            const giveUp = (why: string): void => {
                stop();
                reject(new Error(`${wanted}: ${why}. The screen:\n${this.screen().join("\n")}`));
            };
            const timer = setTimeout(() => {
                if (isInTranscript()) giveUp(`not shown anew in ${seconds} s, only before the last input`);
                else giveUp(`not seen in ${seconds} s`);
            }, seconds * 1000);
            const stopListening = this.machine.onChange(look);
            const stop = (): void => {
                clearTimeout(timer);
                stopListening();
            };
            look();
        });
    }

    async powerCut(options: { unflushed?: Unflushed } = {}): Promise<void> {
        this.machine.powerCut(options.unflushed);
    }

    fileOperations(): number {
        return this.machine.fileOperations.count;
    }

    setNetworkFaults(faults: NetworkFaults | undefined): void {
        this.machine.networkFaults.set(faults);
    }

    jumpClock({ seconds = 0, wallSeconds = seconds }: { seconds?: number; wallSeconds?: number }): void {
        if (!(seconds >= 0)) throw new Error(`seconds must be 0 or more, but is ${seconds}`);
        this.machine.jumpClock(seconds * 1000, wallSeconds * 1000);
    }

    async close(): Promise<void> {
        this.machine.powerCut();
    }
}
