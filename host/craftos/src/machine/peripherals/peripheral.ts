import type { LuaValue, ReceivedValue } from "../wire.ts";

export const sides = ["bottom", "top", "back", "front", "right", "left"] as const;
export type Side = (typeof sides)[number];

/** The computer as a peripheral sees it. */
export interface AttachedComputer {
    readonly side: Side;
    queue(event: string, ...args: LuaValue[]): void;
    /** Calls `fire` after so many milliseconds, unless the computer is switched off before. */
    after(milliseconds: number, fire: () => void): void;
    /** Milliseconds on the computer's clock. */
    now(): number;
}

/** A method is given the computer that calls it. It raises LuaError for what the program did wrong. */
export type PeripheralMethod = (
    computer: AttachedComputer,
    ...args: ReceivedValue[]
) => readonly LuaValue[] | void;

/** Something that can be put beside a computer. */
export interface Peripheral {
    /** "modem" for instance. */
    readonly type: string;
    readonly methods: Readonly<Record<string, PeripheralMethod>>;
    /** A computer beside it has been switched on, or it has been put beside one that runs. */
    attach(computer: AttachedComputer): void;
    detach(computer: AttachedComputer): void;
}
