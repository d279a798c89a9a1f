import { LuaError, NOT_ENOUGH_MEMORY } from "./lua-error.ts";

/**
 * What waits on the host always has so much room, in bytes, whatever Lua has taken: a computer whose program has
 * filled the memory still gets its keys and timers.
 */
const ALWAYS_FREE = 8 * 1024 * 1024;

/**
 * The one account of a computer's memory: what Lua has taken and what waits for the computer on the host, such as
 * events, bodies and timers. All figures are bytes.
 */
export class MemoryAccount {
    private readonly limit: number;
    private lua = 0;
    private booked = 0;

    /** @param limit what Lua and the host may take together, beside what the host may always take */
    constructor(limit: number) {
        this.limit = limit;
    }

    /** What the host may still take. */
    get room(): number {
        return Math.max(0, Math.max(ALWAYS_FREE, this.limit - this.lua) - this.booked);
    }

    /** Books what the host takes, unless there is no room for it. Returns whether it did. */
    tryTake(bytes: number): boolean {
        if (bytes > this.room) return false;
        this.booked += bytes;
        return true;
    }

    /** Books what the host takes. @throws LuaError "not enough memory" */
    take(bytes: number): void {
        if (!this.tryTake(bytes)) throw new LuaError(NOT_ENOUGH_MEMORY);
    }

    /** Books what the host has to take, whether there is room or not: what is bounded by a limit of its own. */
    add(bytes: number): void {
        this.booked += bytes;
    }

    /** Gives back what was booked. */
    free(bytes: number): void {
        this.booked -= bytes;
    }

    /** For what is taken and given back within one call. @throws LuaError "not enough memory" */
    requireRoom(bytes: number): void {
        if (bytes > this.room) throw new LuaError(NOT_ENOUGH_MEMORY);
    }

    /** Lets Lua's memory grow to a size in all. Returns false where it may not. */
    growLua(bytes: number): boolean {
        if (bytes > this.limit - Math.max(0, this.booked - ALWAYS_FREE)) return false;
        this.lua = bytes;
        return true;
    }

    /** Lua has been switched off, and its memory is gone. */
    forgetLua(): void {
        this.lua = 0;
    }
}
