import { ticksAt, TICK_MILLISECONDS, worldTime, type Clock } from "./clock.ts";
import { formatDate, secondsFromTable } from "./date.ts";
import type { Queued } from "./event-queue.ts";
import { LuaError, NOT_ENOUGH_MEMORY } from "./lua-error.ts";
import type { HostFunctions } from "./lua-vm.ts";
import type { MemoryAccount } from "./memory-account.ts";
import { TIMER_BYTES, type Timers } from "./timers.ts";
import type { LuaTable, LuaValue, ReceivedValue } from "./wire.ts";

/** What os needs of the computer that it runs on. */
export interface OsContext {
    readonly clock: Clock;
    readonly account: MemoryAccount;
    /** Ticks of the world. */
    readonly timers: Timers;
    /** The world's tick at which the computer was switched on. */
    startTick(): number;
    queue(event: string, args: readonly LuaValue[]): Queued;
    shutdown(status: number): void;
    reboot(): void;
    label: string | undefined;
}

/** Characters: each may stand for a whole date. */
const MAXIMUM_DATE_FORMAT = 65536;

const DAY_MILLISECONDS = 86_400_000;
const HOUR_MILLISECONDS = 3_600_000;

/** The milliseconds since 1970 that a place's clock would show if it were UTC's. */
function localWall(clock: Clock): number {
    return clock.wall() - new Date(clock.wall()).getTimezoneOffset() * 60_000;
}

/** Hours of the day, or days since 1970 counted from 1, in "utc" or "local" time. */
function wallIn(clock: Clock, where: string): number {
    if (where === "utc") return clock.wall();
    if (where === "local") return localWall(clock);
    throw new LuaError("Unsupported operation");
}

/** What os is in Node. Timers and alarms last until the computer is switched off. */
export function osFunctions(context: OsContext): HostFunctions {
    const { account, clock, timers } = context;
    const world = (): { day: number; hour: number } => worldTime(timers.ticks());
    const timerTokens = new Set<number>();
    const alarmTokens = new Set<number>();

    function queueAt(tick: number, event: string, tokens: Set<number>): number {
        account.requireRoom(TIMER_BYTES);
        const token = timers.at(tick, () => {
            tokens.delete(token);
            context.queue(event, [token]);
        });
        tokens.add(token);
        return token;
    }

    return {
        "os.queueEvent": (name: string, args: ReceivedValue[]) => {
            if (context.queue(name, args) === "noMemory") throw new LuaError(NOT_ENOUGH_MEMORY);
        },
        "os.startTimer": (seconds: number) => [
            queueAt(timers.ticks() + Math.round((seconds * 1000) / TICK_MILLISECONDS), "timer", timerTokens),
        ],
        "os.cancelTimer": (token: number) => {
            if (timerTokens.delete(token)) timers.cancel(token);
        },
        "os.setAlarm": (time: number) => {
            if (time < 0 || time >= 24) throw new LuaError("Number out of range");
            const { day, hour } = world();
            return [queueAt(ticksAt(time > hour ? day : day + 1, time), "alarm", alarmTokens)];
        },
        "os.cancelAlarm": (token: number) => {
            if (alarmTokens.delete(token)) timers.cancel(token);
        },
        "os.shutdown": (status: number | undefined) => context.shutdown(status ?? 0),
        "os.reboot": () => context.reboot(),
        "os.getComputerLabel": () => [context.label],
        "os.setComputerLabel": (label: string | undefined) => {
            context.label = label?.replace(/[^ -~\u00a1-\u00ac\u00ae-\u00ff]/g, "?");
        },
        "os.clock": () => [((timers.ticks() - context.startTick()) * TICK_MILLISECONDS) / 1000],
        "os.time": (where: string) => {
            const place = where.toLowerCase();
            if (place === "ingame") return [world().hour];
            const wall = wallIn(clock, place);
            return [
                Math.floor((((wall % DAY_MILLISECONDS) + DAY_MILLISECONDS) % DAY_MILLISECONDS) / 1000) / 3600,
            ];
        },
        "os.timeFromTable": (table: LuaTable) => [secondsFromTable(table)],
        "os.day": (where: string) => {
            const place = where.toLowerCase();
            return [
                place === "ingame" ? world().day : Math.floor(wallIn(clock, place) / DAY_MILLISECONDS) + 1,
            ];
        },
        "os.epoch": (where: string) => {
            const place = where.toLowerCase();
            if (place === "ingame") {
                const { day, hour } = world();
                return [day * DAY_MILLISECONDS + Math.floor(hour * HOUR_MILLISECONDS)];
            }
            // Both are the same moment in CC.
            wallIn(clock, place);
            return [Math.floor(clock.wall())];
        },
        "os.date": (format: string, seconds: number | undefined) => {
            if (format.length > MAXIMUM_DATE_FORMAT) throw new LuaError(NOT_ENOUGH_MEMORY);
            return [formatDate(format, seconds ?? Math.floor(clock.wall() / 1000))];
        },
    };
}
