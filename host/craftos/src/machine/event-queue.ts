import type { MemoryAccount } from "./memory-account.ts";
import { memoryOf, type LuaValue } from "./wire.ts";

export interface QueuedEvent {
    readonly name: string;
    readonly args: readonly LuaValue[];
    /** Called once the computer has handled the event, or ended before it could. */
    readonly whenSeen?: (() => void) | undefined;
    /** Called when the program does not get the event: what came with it can be given back. */
    readonly whenLost?: (() => void) | undefined;
}

/** CC drops events beyond this many. Source: ComputerExecutor's QUEUE_LIMIT in CC: Tweaked. */
const MAXIMUM_QUEUED_EVENTS = 256;

/** Bytes that may wait in all, of which a neighbour may send most: about what so many websocket messages take. */
const MAXIMUM_QUEUED_BYTES = 40 * 1024 * 1024;

/** Events of up to so many bytes always have room, as there are few enough of them: a key or a timer must not be lost. */
const ALWAYS_TAKEN = 8192;

/** What became of an event. */
export type Queued = "queued" | "full" | "noMemory";

/** The events that a computer has not seen yet, oldest first. */
export class EventQueue {
    private readonly account: MemoryAccount;
    private events: { event: QueuedEvent; bytes: number }[] = [];
    private bytes = 0;

    /** @param account books what waits */
    constructor(account: MemoryAccount) {
        this.account = account;
    }

    get length(): number {
        return this.events.length;
    }

    /**
     * Adds an event; when the queue is full the event is lost, as in CC, and where there is no memory for it, too.
     * @param always whether there is memory for it in any case
     */
    push(event: QueuedEvent, always = false): Queued {
        if (this.events.length >= MAXIMUM_QUEUED_EVENTS) return this.lose(event, "full");
        const bytes = memoryOf(event.name) + memoryOf(event.args);
        if (always || bytes <= ALWAYS_TAKEN) this.account.add(bytes);
        else if (this.bytes + bytes > MAXIMUM_QUEUED_BYTES || !this.account.tryTake(bytes)) {
            return this.lose(event, "noMemory");
        }
        this.events.push({ event, bytes });
        this.bytes += bytes;
        return "queued";
    }

    private forget(bytes: number): void {
        this.bytes -= bytes;
        this.account.free(bytes);
    }

    private lose(event: QueuedEvent, why: Queued): Queued {
        event.whenLost?.();
        event.whenSeen?.();
        return why;
    }

    shift(): QueuedEvent | undefined {
        const first = this.events.shift();
        if (first !== undefined) this.forget(first.bytes);
        return first?.event;
    }

    clear(): void {
        const events = this.events;
        this.events = [];
        for (const { event, bytes } of events) {
            this.forget(bytes);
            this.lose(event, "full");
        }
    }
}
