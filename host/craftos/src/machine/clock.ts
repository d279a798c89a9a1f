/** The times that a computer knows. Handed in, so that a test can set them. */
export interface Clock {
    /** Milliseconds since some moment, never going back: what timers and os.clock run on. */
    monotonic(): number;
    /** Milliseconds since 1970 UTC: what os.epoch, os.date and file times show. */
    wall(): number;
}

/** The host's clock, from which a test can jump. */
export class JumpingClock implements Clock {
    private monotonicAhead = 0;
    private wallAhead = 0;

    monotonic(): number {
        return performance.now() + this.monotonicAhead;
    }

    wall(): number {
        return Date.now() + this.wallAhead;
    }

    /** @param monotonic milliseconds ahead, 0 or more; @param wall milliseconds ahead, or back where negative */
    jump(monotonic: number, wall: number): void {
        this.monotonicAhead += monotonic;
        this.wallAhead += wall;
    }
}

/** A game tick in milliseconds: Minecraft's world and with it every computer advances 20 times a second. */
export const TICK_MILLISECONDS = 50;

/** A world day in ticks; a new world begins at six in the morning of its first day. */
const TICKS_PER_DAY = 24_000;
const TICKS_PER_HOUR = 1000;
const START_OF_WORLD_TICKS = 6000;

/** The world's time after so many ticks: its day, counted from 1, and the hour, 0 up to 24. */
export function worldTime(ticks: number): { day: number; hour: number } {
    const total = ticks + START_OF_WORLD_TICKS;
    return { day: Math.floor(total / TICKS_PER_DAY) + 1, hour: (total % TICKS_PER_DAY) / TICKS_PER_HOUR };
}

/** The ticks since the world began at which a day's hour comes. */
export function ticksAt(day: number, hour: number): number {
    return Math.ceil((day - 1) * TICKS_PER_DAY + hour * TICKS_PER_HOUR - START_OF_WORLD_TICKS);
}
