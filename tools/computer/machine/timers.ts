import { TICK_MILLISECONDS, type Clock } from "./clock.ts";

interface Pending {
    readonly tick: number;
    readonly fire: () => void;
}

/**
 * Things that happen at a tick to come. One Node timer runs for the nearest of them and none when there is nothing
 * to wait for.
 */
export class Timers {
    private readonly clock: Clock;
    private readonly start: number;
    private readonly pending = new Map<number, Pending>();
    private nextId = 0;
    private timeout: NodeJS.Timeout | undefined;

    constructor(clock: Clock) {
        this.clock = clock;
        this.start = clock.monotonic();
    }

    /** Whole ticks since the timers were made. */
    ticks(): number {
        return Math.floor((this.clock.monotonic() - this.start) / TICK_MILLISECONDS);
    }

    /** Calls `fire` at the tick, or at the next one when that is past. Returns the number to cancel it with. */
    at(tick: number, fire: () => void): number {
        const id = this.nextId++;
        this.pending.set(id, { tick: Math.max(tick, this.ticks() + 1), fire });
        this.schedule();
        return id;
    }

    /** Calls `fire` when so many milliseconds have gone by, rounded up to ticks. Returns what calls it off. */
    after(milliseconds: number, fire: () => void): () => void {
        const id = this.at(this.ticks() + Math.ceil(milliseconds / TICK_MILLISECONDS), fire);
        return () => this.cancel(id);
    }

    cancel(id: number): void {
        if (this.pending.delete(id)) this.schedule();
    }

    clear(): void {
        this.pending.clear();
        this.schedule();
    }

    /** Looks at the clock again, after it has jumped. */
    reschedule(): void {
        this.schedule();
    }

    private schedule(): void {
        clearTimeout(this.timeout);
        this.timeout = undefined;
        if (this.pending.size === 0) return;
        let nearest = Infinity;
        for (const { tick } of this.pending.values()) nearest = Math.min(nearest, tick);
        const wait = this.start + nearest * TICK_MILLISECONDS - this.clock.monotonic();
        // Longer waits than Node can hold are cut: nothing is due then and the rest is waited for anew.
        this.timeout = setTimeout(() => this.fireDue(), Math.min(Math.max(0, Math.ceil(wait)), 2 ** 31 - 1));
    }

    private fireDue(): void {
        const now = this.ticks();
        const due = [...this.pending].filter(([, { tick }]) => tick <= now);
        due.sort(([firstId, first], [secondId, second]) => first.tick - second.tick || firstId - secondId);
        for (const [id] of due) this.pending.delete(id);
        for (const [, { fire }] of due) fire();
        this.schedule();
    }
}
