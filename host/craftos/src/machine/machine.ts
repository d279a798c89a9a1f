import { readFileSync } from "node:fs";
import * as nodePath from "node:path";
import { JumpingClock } from "./clock.ts";
import { EventQueue, type Queued, type QueuedEvent } from "./event-queue.ts";
import { FileOperations, PowerCut, type PowerCutPlan, type Unflushed } from "./file-operations.ts";
import { FileSystem } from "./file-system.ts";
import { HandleTable } from "./handle-table.ts";
import { HostFolder } from "./host-folder.ts";
import { checkingArguments } from "./host-arguments.ts";
import { HttpClient } from "./http-client.ts";
import { HttpRules } from "./http-rules.ts";
import { kernelImage, type KernelImage } from "./kernel-image.ts";
import { LuaVm, type HostFunctions } from "./lua-vm.ts";
import { MemoryAccount } from "./memory-account.ts";
import { fsFunctions } from "./native-fs.ts";
import { httpFunctions, type Offer } from "./native-http.ts";
import { NetworkFaultPlan, type NetworkFaults } from "./network-faults.ts";
import { osFunctions } from "./native-os.ts";
import { Peripherals } from "./native-peripheral.ts";
import { termFunctions } from "./native-term.ts";
import { websocketFunctions } from "./native-websocket.ts";
import { Terminal } from "./terminal.ts";
import { sanitizePath } from "./path.ts";
import { runFor } from "./time-limit.ts";
import { Timers } from "./timers.ts";
import { WebsocketClient } from "./websocket-client.ts";
import type { LuaValue } from "./wire.ts";

/** What a computer has of disk space, in bytes. Source: ComputerCraft's default configuration. */
const DISK_CAPACITY = 1_000_000;

/** After so many milliseconds at a stretch a computer lets the rest of Node have a turn. */
const TURN_MILLISECONDS = 10;

/** When Lua's own watch has not stopped a program so many seconds after its time was up, Node does. */
const SECONDS_BEFORE_FORCE = 2.5;

/** How often what Lua sends is in memory while it is read: as it came, and as values. */
const FRAME_COPIES = 2;

/** Looking through all of Lua's memory takes time: where it has found nothing it is not done again for so long. */
const MILLISECONDS_AFTER_VAIN_COLLECTION = 1000;

/** Places of colours. */
const [WHITE, RED] = [0, 14];

const TOO_LONG = "Too long without yielding";

/** What programs find in _HOST. */
const HOST = "ComputerCraft 1.113.1 (TrapOS headless)";

/** How a computer ended. */
export interface Exit {
    reason: "shutdown" | "powerCut" | "failed";
    /** What os.shutdown was given, 0 without. */
    status?: number;
    /** Why it failed. */
    message?: string;
}

export interface MachineOptions {
    disk: string;
    /** Holds bios.lua and rom/. */
    rom: string;
    id: number;
    label: string | undefined;
    width: number;
    height: number;
    colour: boolean;
    /** Undefined when there is no http API. */
    http:
        | {
              allow: readonly string[];
              onDenied?: (host: string, port: number) => void;
              /** Whether programs may open websockets. */
              websocket: boolean;
          }
        | undefined;
    secondsWithoutYield: number;
    /** What Lua and what waits for it may use together, in bytes. */
    memoryBytes: number;
    faults: Faults;
    /** What math.random begins with at each start; undefined for something else each time. */
    randomSeed: number | undefined;
    mounts: readonly MountOptions[];
}

/** A folder of the host that a computer sees beside its disk. */
export interface MountOptions {
    /** Where it is: "shared" is /shared. */
    name: string;
    /** Folder of the host. */
    folder: string;
    /** Whether the computer may write to it, without any quota: it may not unless this is true. */
    writable?: boolean;
}

/** What is made to go wrong. */
export interface Faults {
    /** Cuts the power at a file operation. */
    powerCut?: PowerCutPlan;
    /** What happens to requests and websockets. */
    network?: NetworkFaults;
}

/**
 * A computer without its case: Lua, and all that Lua can reach. It runs when an event comes, until the program waits
 * again, and has nothing scheduled otherwise.
 */
export class Machine {
    /** Where each start takes the kernel from. */
    static kernel: () => KernelImage = kernelImage;
    readonly terminal: Terminal;
    readonly exit: Promise<Exit>;
    label: string | undefined;
    private readonly options: MachineOptions;
    private readonly bios: string;
    readonly fileOperations: FileOperations;
    readonly networkFaults: NetworkFaultPlan;
    private readonly clock = new JumpingClock();
    private readonly account: MemoryAccount;
    private readonly timers: Timers;
    private readonly files: FileSystem;
    private readonly handles: HandleTable;
    private readonly http: HttpClient | undefined;
    private readonly websockets: WebsocketClient | undefined;
    readonly peripherals: Peripherals;
    private readonly queued: EventQueue;
    private readonly listeners = new Set<() => void>();
    private settleExit!: (exit: Exit) => void;
    private vm: LuaVm | undefined;
    /** What random numbers and the order of Lua's tables follow from, since the computer has been on. */
    private seed = 0;
    /** The only event that the program waits for, or undefined for any. */
    private filter: string | undefined;
    /** A size of the terminal that Lua does not know yet. */
    private sizeToTell: readonly number[] | undefined;
    /** The event that the computer is handling. */
    private current: QueuedEvent | undefined;
    private turn: NodeJS.Immediate | undefined;
    private startTick = 0;
    /** What is to happen as soon as the program yields. */
    private next: Exit | "reboot" | undefined;
    private hasEnded = false;
    /** When Lua has last looked for room and found none. */
    private soughtInVain = -Infinity;

    /** @throws Error from Node when the disk or the ROM cannot be read, or for a rule that is none */
    constructor(options: MachineOptions) {
        this.options = options;
        this.label = options.label;
        this.account = new MemoryAccount(options.memoryBytes);
        this.timers = new Timers(this.clock, this.account);
        this.queued = new EventQueue(this.account);
        this.peripherals = new Peripherals(this.timers, (event, ...args) => this.offer(event, args));
        this.bios = readFileSync(nodePath.join(options.rom, "bios.lua"), "latin1");
        this.terminal = new Terminal(options.width, options.height);
        const disk = new HostFolder(options.disk, { capacity: DISK_CAPACITY });
        const rom = new HostFolder(nodePath.join(options.rom, "rom"), { readOnly: true });
        this.files = new FileSystem([
            { location: "", label: "hdd", folder: disk },
            { location: "rom", label: "rom", folder: rom },
            ...options.mounts.map(({ name, folder, writable = false }) => ({
                location: sanitizePath(name),
                label: name,
                folder: new HostFolder(folder, { readOnly: !writable }),
            })),
        ]);
        this.fileOperations = new FileOperations(options.faults.powerCut);
        this.handles = new HandleTable(this.fileOperations, this.account);
        this.networkFaults = new NetworkFaultPlan(options.faults.network);
        if (options.http !== undefined) {
            const network = {
                rules: new HttpRules(options.http.allow, options.http.onDenied),
                faults: this.networkFaults,
                timers: this.timers,
                account: this.account,
                makeRoom: () => this.makeRoom(),
            };
            this.http = new HttpClient(network);
            this.websockets = new WebsocketClient(network);
        }
        this.exit = new Promise((resolve) => {
            this.settleExit = resolve;
        });
    }

    get hasMouse(): boolean {
        return this.options.colour;
    }

    get ended(): boolean {
        return this.hasEnded;
    }

    /** Switches the computer on and runs it until it waits for its first event. */
    start(): void {
        this.forLimitedTime(() => this.startUp());
    }

    private startUp(): void {
        this.startTick = this.timers.ticks();
        this.terminal.reset();
        this.filter = undefined;
        this.next = undefined;
        try {
            this.seed = this.options.randomSeed ?? Math.floor(Math.random() * 2 ** 31);
            this.vm = new LuaVm(
                checkingArguments(this.hostFunctions()),
                checkingArguments(this.startFunctions()),
                Machine.kernel(),
                this.account,
                this.seed,
            );
        } catch (error) {
            this.end({ reason: "failed", message: (error as Error).message });
            throw error;
        }
        this.peripherals.switchOn();
        // The first event has neither name nor arguments: it starts bios.lua.
        this.resume([]);
    }

    /** What the kernel may ask for only until it has started. */
    private startFunctions(): HostFunctions {
        const { options } = this;
        return {
            "kernel.bios": () => [this.bios],
            "kernel.options": () => [
                {
                    width: this.terminal.width,
                    height: this.terminal.height,
                    colour: options.colour,
                    id: options.id,
                    http: this.http !== undefined,
                    host: HOST,
                    seed: this.seed,
                    secondsWithoutYield: options.secondsWithoutYield,
                },
            ],
        };
    }

    private hostFunctions(): HostFunctions {
        const offer: Offer = (event, args, whenLost) => this.offer(event, args, whenLost);
        return {
            "kernel.carryOut": () => undefined,
            "kernel.requireRoom": (bytes: number) => this.account.requireRoom(FRAME_COPIES * bytes),
            "kernel.waiting": (filter: string | undefined) => {
                this.filter = filter;
            },
            "kernel.failed": (message: string) => {
                this.next = { reason: "failed", message };
            },
            ...termFunctions(this.terminal),
            ...fsFunctions(this.files, this.fileOperations, this.handles),
            ...this.handles.hostFunctions(),
            ...this.peripherals.hostFunctions(),
            ...osFunctions(this.osContext()),
            ...(this.http && httpFunctions(this.http, this.handles, offer)),
            ...(this.websockets &&
                websocketFunctions(this.websockets, offer, this.options.http?.websocket === true)),
        };
    }

    private osContext(): Parameters<typeof osFunctions>[0] {
        const getLabel = (): string | undefined => this.label;
        const setLabel = (label: string | undefined): void => {
            this.label = label;
        };
        return {
            clock: this.clock,
            account: this.account,
            timers: this.timers,
            startTick: () => this.startTick,
            queue: (event, args) => this.offer(event, args),
            shutdown: (status) => {
                this.next ??= { reason: "shutdown", status };
            },
            reboot: () => {
                this.next ??= "reboot";
            },
            get label() {
                return getLabel();
            },
            set label(label) {
                setLabel(label);
            },
        };
    }

    /**
     * Queues an event of whoever drives the computer, for which there is always memory. `whenSeen` is called once it has
     * been handled, or the computer has ended.
     */
    queue(name: string, args: readonly LuaValue[], whenSeen?: () => void): void {
        this.push({ name, args, whenSeen }, true);
    }

    /** Queues an event that has come of what a program did. `whenLost` is called when the program does not get it. */
    private offer(name: string, args: readonly LuaValue[], whenLost?: () => void): Queued {
        return this.push({ name, args, whenLost }, false);
    }

    private push(event: QueuedEvent, always: boolean): Queued {
        if (this.hasEnded) {
            event.whenLost?.();
            event.whenSeen?.();
            return "full";
        }
        const queued = this.queued.push(event, always);
        this.takeTurnSoon();
        return queued;
    }

    /** Has Lua look for what the program does not hold any more, such as bodies of responses. Not while Lua runs. */
    private makeRoom(): void {
        const { room } = this.account;
        if (performance.now() - this.soughtInVain < MILLISECONDS_AFTER_VAIN_COLLECTION) return;
        this.forLimitedTime(() => {
            try {
                this.vm?.resume(["collect"]);
            } catch (error) {
                this.end({ reason: "failed", message: (error as Error).message });
            }
        });
        if (this.account.room <= room) this.soughtInVain = performance.now();
    }

    /** Calls `listener` after every stretch in which the computer ran, and when it ends, until the result is called. */
    onChange(listener: () => void): () => void {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    private takeTurn(): void {
        this.turn = undefined;
        this.forLimitedTime(() => this.handleEvents(performance.now() + TURN_MILLISECONDS));
        this.takeTurnSoon();
        this.tellListeners();
    }

    private takeTurnSoon(): void {
        if (!this.hasEnded && this.queued.length > 0) this.turn ??= setImmediate(() => this.takeTurn());
    }

    private handleEvents(end: number): void {
        while (this.vm !== undefined && performance.now() < end) {
            const event = this.queued.shift();
            if (event === undefined) break;
            this.current = event;
            if (this.filter === undefined || event.name === this.filter || event.name === "terminate") {
                this.resume([event.name, ...event.args]);
            } else {
                event.whenLost?.();
            }
            this.finishEvent();
        }
    }

    private finishEvent(): void {
        this.current?.whenSeen?.();
        this.current = undefined;
    }

    /** Runs Lua, which may be broken off anywhere and is of no more use then. */
    private forLimitedTime(run: () => void): void {
        const seconds = this.options.secondsWithoutYield + SECONDS_BEFORE_FORCE;
        if (runFor(Math.ceil(seconds * 1000), run)) return;
        this.end({ reason: "failed", message: TOO_LONG });
        this.finishEvent();
    }

    private tellListeners(): void {
        for (const listener of [...this.listeners]) listener();
    }

    private resume(event: readonly LuaValue[]): void {
        try {
            const size = this.sizeToTell;
            this.sizeToTell = undefined;
            this.vm?.resume([size, ...event]);
        } catch (error) {
            this.next =
                error instanceof PowerCut
                    ? { reason: "powerCut" }
                    : { reason: "failed", message: (error as Error).message };
        }
        this.doNext();
    }

    private doNext(): void {
        const { next } = this;
        if (next === "reboot") {
            this.switchOff();
            // Not at once: a computer that does nothing but reboot must not keep the rest of Node waiting.
            this.turn = setImmediate(() => this.startAgain());
        } else if (next !== undefined) {
            this.end(next);
        }
    }

    private startAgain(): void {
        this.turn = undefined;
        this.forLimitedTime(() => {
            try {
                this.startUp();
            } catch (error) {
                if (!this.hasEnded) throw error;
            }
        });
        this.takeTurnSoon();
        this.tellListeners();
    }

    /** Stops everything that belongs to this run of the computer. `cut` is what a power cut leaves, if it is one. */
    private switchOff(cut?: Unflushed): void {
        this.vm = undefined;
        this.account.forgetLua();
        if (this.turn !== undefined) clearImmediate(this.turn);
        this.turn = undefined;
        this.peripherals.switchOff();
        this.timers.clear();
        this.http?.abortAll();
        this.websockets?.abortAll();
        this.handles.closeAll(cut);
        this.queued.clear();
    }

    private end(exit: Exit, unflushed = this.fileOperations.unflushed): void {
        if (this.hasEnded) return;
        this.hasEnded = true;
        this.switchOff(exit.reason === "powerCut" ? unflushed : undefined);
        if (exit.reason === "failed") {
            const titleColour = this.options.colour ? RED : WHITE;
            this.terminal.drawFailure("Error running computer", exit.message ?? "", titleColour);
        }
        this.settleExit(exit);
        this.tellListeners();
    }

    /** Stops at once: nothing of the program runs any more. */
    powerCut(unflushed?: Unflushed): void {
        this.end({ reason: "powerCut" }, unflushed);
    }

    /** Switches off or starts again, as holding Ctrl+S or Ctrl+R does. */
    stop(how: "shutdown" | "reboot"): void {
        if (this.hasEnded) return;
        if (how === "shutdown") {
            this.end({ reason: "shutdown", status: 0 });
            return;
        }
        this.switchOff();
        this.startAgain();
    }

    /** Gives the terminal another size and tells the program. */
    resize(width: number, height: number): void {
        this.terminal.resize(width, height);
        this.sizeToTell = [width, height];
        this.queue("term_resize", []);
    }

    /** Sets the clock on. Timers that are due by then come at once. Milliseconds, as JumpingClock takes them. */
    jumpClock(monotonic: number, wall: number): void {
        this.clock.jump(monotonic, wall);
        this.timers.reschedule();
    }
}
