import { TICK_MILLISECONDS, type Clock } from "./clock.ts";
import type { MemoryAccount } from "./memory-account.ts";

interface Pending {
    readonly id: number;
    readonly tick: number;
    readonly fire: () => void;
    /** Where it is in the heap. */
    place: number;
}

/** What a timer takes of memory, in bytes. Source: measured. */
export const TIMER_BYTES = 256;

/** After so many milliseconds at a stretch the rest of Node has a turn, before the rest of the timers. */
const FIRING_MILLISECONDS = 10;

/** Whether a timer is due before another: of one tick the older is first. */
function isBefore(first: Pending, second: Pending): boolean {
    return first.tick === second.tick ? first.id < second.id : first.tick < second.tick;
}

/**
 * Things that happen at a tick to come. One Node timer runs for the nearest of them and none when there is nothing
 * to wait for.
 */
export class Timers {
    private readonly clock: Clock;
    private readonly account: MemoryAccount;
    private readonly start: number;
    private readonly pending = new Map<number, Pending>();
    /** A binary heap: each is before those at twice its place plus 1 and plus 2. A program may have very many of them. */
    private readonly heap: Pending[] = [];
    private nextId = 0;
    private timeout: NodeJS.Timeout | undefined;
    /** The tick that the Node timer waits for. */
    private awaited: number | undefined;

    /** @param account books the timers */
    constructor(clock: Clock, account: MemoryAccount) {
        this.clock = clock;
        this.account = account;
        this.start = clock.monotonic();
    }

    /** Whole ticks since the timers were made. */
    ticks(): number {
        return Math.floor((this.clock.monotonic() - this.start) / TICK_MILLISECONDS);
    }

    /** Calls `fire` at the tick, or at the next one when that is past. Returns the number to cancel it with. */
    at(tick: number, fire: () => void): number {
        const id = this.nextId++;
        const timer = { id, tick: Math.max(tick, this.ticks() + 1), fire, place: this.heap.length };
        this.pending.set(id, timer);
        this.account.add(TIMER_BYTES);
        this.heap.push(timer);
        this.rise(timer);
        this.schedule();
        return id;
    }

    /** Calls `fire` when so many milliseconds have gone by, rounded up to ticks. Returns what calls it off. */
    after(milliseconds: number, fire: () => void): () => void {
        const id = this.at(this.ticks() + Math.ceil(milliseconds / TICK_MILLISECONDS), fire);
        return () => this.cancel(id);
    }

    cancel(id: number): void {
        const timer = this.pending.get(id);
        if (timer === undefined) return;
        this.remove(timer);
        this.schedule();
    }

    clear(): void {
        this.account.free(this.heap.length * TIMER_BYTES);
        this.heap.length = 0;
        this.pending.clear();
        this.schedule();
    }

    /** Looks at the clock again, after it has jumped. */
    reschedule(): void {
        this.awaited = undefined;
        this.schedule();
    }

    private schedule(): void {
        const nearest = this.heap[0]?.tick;
        if (nearest === this.awaited) return;
        clearTimeout(this.timeout);
        this.awaited = nearest;
        if (nearest === undefined) return;
        const wait = this.start + nearest * TICK_MILLISECONDS - this.clock.monotonic();
        // Longer waits than Node can hold are cut: nothing is due then and the rest is waited for anew.
        this.timeout = setTimeout(() => this.fireDue(), Math.min(Math.max(0, Math.ceil(wait)), 2 ** 31 - 1));
    }

    private fireDue(): void {
        const now = this.ticks();
        const end = performance.now() + FIRING_MILLISECONDS;
        for (let first = this.heap[0]; first !== undefined && first.tick <= now; first = this.heap[0]) {
            this.remove(first);
            first.fire();
            if (performance.now() > end) break;
        }
        this.reschedule();
    }

    private remove(timer: Pending): void {
        this.pending.delete(timer.id);
        this.account.free(TIMER_BYTES);
        const last = this.heap.pop();
        if (last === undefined || last === timer) return;
        this.put(last, timer.place);
        this.rise(last);
        this.sink(last);
    }

    private put(timer: Pending, place: number): void {
        this.heap[place] = timer;
        timer.place = place;
    }

    /** Brings a timer up to its place among those that it may be before. */
    private rise(timer: Pending): void {
        while (timer.place > 0) {
            const above = this.heap[(timer.place - 1) >> 1];
            if (above === undefined || !isBefore(timer, above)) return;
            const { place } = above;
            this.put(above, timer.place);
            this.put(timer, place);
        }
    }

    /** Brings a timer down to its place among those that may be before it. */
    private sink(timer: Pending): void {
        for (;;) {
            const left = this.heap[timer.place * 2 + 1];
            const right = this.heap[timer.place * 2 + 2];
            const first = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
            if (first === undefined || !isBefore(first, timer)) return;
            const { place } = first;
            this.put(first, timer.place);
            this.put(timer, place);
        }
    }
}
