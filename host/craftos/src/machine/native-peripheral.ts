import { LuaError, type HostFunctions } from "./lua-vm.ts";
import { sides, type AttachedComputer, type Peripheral, type Side } from "./peripherals/peripheral.ts";
import type { Timers } from "./timers.ts";
import { TICK_MILLISECONDS } from "./clock.ts";
import type { LuaValue, ReceivedValue } from "./wire.ts";

/** More arguments than any method has: JavaScript's stack does not hold all that a program may give. */
const MOST_ARGUMENTS = 255;

/** What is beside a computer. */
export class Peripherals {
    private readonly timers: Timers;
    private readonly queue: (event: string, ...args: LuaValue[]) => void;
    private readonly attached = new Map<Side, { peripheral: Peripheral; computer: AttachedComputer }>();
    private isOn = false;

    constructor(timers: Timers, queue: (event: string, ...args: LuaValue[]) => void) {
        this.timers = timers;
        this.queue = queue;
    }

    /** Puts something on a side, in the place of what was there. Programs get the events that CC has for it. */
    attach(side: Side, peripheral: Peripheral): void {
        this.detach(side);
        const computer: AttachedComputer = {
            side,
            queue: this.queue,
            after: (milliseconds, fire) => {
                this.timers.after(milliseconds, fire);
            },
            now: () => this.timers.ticks() * TICK_MILLISECONDS,
        };
        this.attached.set(side, { peripheral, computer });
        if (!this.isOn) return;
        peripheral.attach(computer);
        this.queue("peripheral", side);
    }

    detach(side: Side): void {
        const found = this.attached.get(side);
        if (found === undefined) return;
        this.attached.delete(side);
        if (!this.isOn) return;
        found.peripheral.detach(found.computer);
        this.queue("peripheral_detach", side);
    }

    switchOn(): void {
        this.isOn = true;
        for (const { peripheral, computer } of this.attached.values()) peripheral.attach(computer);
    }

    switchOff(): void {
        if (!this.isOn) return;
        this.isOn = false;
        for (const { peripheral, computer } of this.attached.values()) peripheral.detach(computer);
    }

    private find(name: string): { peripheral: Peripheral; computer: AttachedComputer } | undefined {
        const side = sides.find((candidate) => candidate === name.toLowerCase());
        return side && this.attached.get(side);
    }

    private call(name: string, method: string, args: ReceivedValue[]): readonly LuaValue[] | void {
        const found = this.find(name);
        if (found === undefined) throw new LuaError("No peripheral attached");
        const { peripheral, computer } = found;
        const run = Object.hasOwn(peripheral.methods, method) ? peripheral.methods[method] : undefined;
        if (run === undefined) throw new LuaError(`No such method ${method}`);
        return run(computer, ...args.slice(0, MOST_ARGUMENTS));
    }

    /** What peripheral is in Node. */
    hostFunctions(): HostFunctions {
        return {
            "peripheral.isPresent": (side: string) => [this.find(side) !== undefined],
            "peripheral.getType": (side: string) => [this.find(side)?.peripheral.type],
            "peripheral.hasType": (side: string, type: string) => {
                const found = this.find(side);
                return [found && found.peripheral.type === type];
            },
            "peripheral.getMethods": (side: string) => {
                const found = this.find(side);
                return [found && Object.keys(found.peripheral.methods)];
            },
            "peripheral.call": (side: string, method: string, args: ReceivedValue[]) =>
                this.call(side, method, args),
        };
    }
}
