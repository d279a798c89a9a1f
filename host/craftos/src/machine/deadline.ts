import type { Timers } from "./timers.ts";

/** Something that happens unless it is put off again and again. */
export class Deadline {
    private readonly timers: Timers;
    private readonly milliseconds: number;
    private readonly miss: () => void;
    private callOff: (() => void) | undefined;

    /** @param milliseconds 0 is without end */
    constructor(timers: Timers, milliseconds: number, miss: () => void) {
        this.timers = timers;
        this.milliseconds = milliseconds;
        this.miss = miss;
        this.start();
    }

    private start(): void {
        if (this.milliseconds > 0) this.callOff = this.timers.after(this.milliseconds, this.miss);
    }

    /** Puts it off, unless it was cleared. */
    restart(): void {
        if (this.callOff === undefined) return;
        this.callOff();
        this.start();
    }

    clear(): void {
        this.callOff?.();
        this.callOff = undefined;
    }
}
