import type { LuaValue } from "./wire.ts";

export interface QueuedEvent {
    readonly name: string;
    readonly args: readonly LuaValue[];
    /** Called once the computer has handled the event, or ended before it could. */
    readonly whenSeen?: (() => void) | undefined;
}

/** CC drops events beyond this many. Source: ComputerExecutor's QUEUE_LIMIT in CC: Tweaked. */
const MAXIMUM_QUEUED_EVENTS = 256;

/** The events that a computer has not seen yet, oldest first. */
export class EventQueue {
    private events: QueuedEvent[] = [];

    get length(): number {
        return this.events.length;
    }

    /** Adds an event; when the queue is full the event is lost, as in CC. */
    push(event: QueuedEvent): void {
        if (this.events.length < MAXIMUM_QUEUED_EVENTS) this.events.push(event);
        else event.whenSeen?.();
    }

    shift(): QueuedEvent | undefined {
        return this.events.shift();
    }

    clear(): void {
        const events = this.events;
        this.events = [];
        for (const event of events) event.whenSeen?.();
    }
}
