/**
 * One end of the link between a computer and the bridge: messages in order, each once, over connections that break. Pure,
 * so that both ends are this same code.
 *
 * What is sent is numbered from 1 on and kept until the other end has acknowledged it. After a reconnection each end says
 * the number up to which it has everything, and the other one goes on from there. No more than WINDOW frames are on their
 * way at once: at most 256 events wait on a computer, and the rest is dropped without a word (CC: Tweaked).
 */

/** The most frames on their way that were not acknowledged. */
export const WINDOW = 64;

/** So many frames are taken before an acknowledgement is sent at once; fewer are acknowledged with the next ping. */
const ACKNOWLEDGED_AT_ONCE = 16;

/** The most frames that wait: a computer that is away for so long is begun anew with. */
const MOST_WAITING = 1024;

/** One end. */
export interface Channel {
    /** Frames that were not acknowledged, oldest first: the first has the number `acknowledged + 1`. */
    frames: string[];
    /** The number up to which the other end has everything. */
    acknowledged: number;
    /** The number up to which frames were given to the connection that there is. */
    written: number;
    /** The number up to which everything was taken from the other end. */
    received: number;
    /** The number up to which that was said to the other end. */
    confirmed: number;
}

/** A channel on which nothing was sent. */
export function openChannel(): Channel {
    return { frames: [], acknowledged: 0, written: 0, received: 0, confirmed: 0 };
}

/**
 * Puts a frame on its way.
 * @param write makes the frame's text of its number
 * @returns false where so many wait that it was not taken
 */
export function put(channel: Channel, write: (this: void, sequence: number) => string): boolean {
    const frames = channel.frames;
    if (frames.length >= MOST_WAITING) return false;
    frames.push(write(channel.acknowledged + frames.length + 1));
    return true;
}

/** Whether a frame that is put now is written at once: nothing waits, and the window is open. */
export function isOpen(channel: Channel): boolean {
    return channel.frames.length < WINDOW;
}

/** The frames to be written to the connection now, oldest first. They count as written from then on. */
export function nextFrames(channel: Channel): string[] {
    const last = Math.min(channel.frames.length, WINDOW);
    const next: string[] = [];
    for (let place = channel.written - channel.acknowledged; place < last; place++) {
        next.push(channel.frames[place]!);
    }
    channel.written = Math.max(channel.written, channel.acknowledged + last);
    return next;
}

/**
 * Takes the other end's word for what it has.
 * @param sequence the number up to which it has everything
 * @returns false where that cannot be, as it was never sent
 */
export function acknowledge(channel: Channel, sequence: number): boolean {
    const count = sequence - channel.acknowledged;
    if (sequence > channel.written) return false;
    if (count <= 0) return true;
    const frames = channel.frames;
    const left: string[] = [];
    for (let place = count; place < frames.length; place++) left.push(frames[place]!);
    channel.frames = left;
    channel.acknowledged = sequence;
    return true;
}

/**
 * Takes a frame of the other end.
 * @returns "new" for the next one; "old" for one that was taken before; "gap" where one before it is missing
 */
export function receive(channel: Channel, sequence: number): "new" | "old" | "gap" {
    if (sequence <= channel.received) return "old";
    if (sequence > channel.received + 1) return "gap";
    channel.received = sequence;
    return "new";
}

/** Whether it is time to say what was received. */
export function owesAcknowledgement(channel: Channel): boolean {
    return channel.received - channel.confirmed >= ACKNOWLEDGED_AT_ONCE;
}

/** The number to be acknowledged; it counts as said from then on. */
export function confirm(channel: Channel): number {
    channel.confirmed = channel.received;
    return channel.received;
}

/**
 * Goes on over another connection.
 * @param sequence the number up to which the other end has everything
 * @returns false where what it lacks is not kept any more, or was never sent: both ends begin anew then
 */
export function resume(channel: Channel, sequence: number): boolean {
    const last = channel.acknowledged + channel.frames.length;
    if (sequence < channel.acknowledged || sequence > last) return false;
    channel.written = Math.max(channel.written, sequence);
    acknowledge(channel, sequence);
    channel.written = channel.acknowledged;
    return true;
}
