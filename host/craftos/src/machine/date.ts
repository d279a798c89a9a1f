import { LuaError } from "./lua-vm.ts";
import type { LuaTable, LuaValue } from "./wire.ts";

/** os.date and os.time of a table, as CC has them: strftime's conversions with American English names. */

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]; // prettier-ignore

interface Fields {
    year: number;
    /** 1 to 12. */
    month: number;
    day: number;
    hour: number;
    minute: number;
    second: number;
    /** 0 is Sunday. */
    weekday: number;
    /** 1 to 366. */
    dayOfYear: number;
    /** Minutes east of UTC. */
    offset: number;
    summer: boolean;
}

const DAY = 86_400_000;

function fieldsAt(seconds: number, utc: boolean): Fields {
    const real = new Date(seconds * 1000);
    if (Number.isNaN(real.getTime())) throw new LuaError("bad argument #2 (time out of range)");
    const offset = utc ? 0 : -real.getTimezoneOffset();
    // A date whose UTC fields are the local ones.
    const date = new Date(real.getTime() + offset * 60_000);
    const year = date.getUTCFullYear();
    return {
        year,
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
        weekday: date.getUTCDay(),
        dayOfYear: Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / DAY) + 1,
        offset,
        summer: !utc && isSummerTime(real),
    };
}

/** Whether a place's clocks are ahead of what they are in its winter. */
function isSummerTime(date: Date): boolean {
    const year = date.getFullYear();
    const offsets = [new Date(year, 0, 1), new Date(year, 6, 1)].map((day) => day.getTimezoneOffset());
    return date.getTimezoneOffset() < Math.max(...offsets);
}

/** ISO 8601's week and the year that it belongs to. */
function isoWeek(fields: Fields): { year: number; week: number } {
    const weekday = fields.weekday === 0 ? 7 : fields.weekday;
    // The week belongs to the year of its Thursday.
    const thursday = new Date(Date.UTC(fields.year, 0, fields.dayOfYear + 4 - weekday));
    const year = thursday.getUTCFullYear();
    return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY / 7) + 1 };
}

const two = (value: number): string => String(value).padStart(2, "0");

const conversions: Record<string, (fields: Fields) => string> = {
    "%": () => "%",
    n: () => "\n",
    t: () => "\t",
    a: (f) => weekdays[f.weekday]?.slice(0, 3) ?? "",
    A: (f) => weekdays[f.weekday] ?? "",
    b: (f) => months[f.month - 1]?.slice(0, 3) ?? "",
    h: (f) => months[f.month - 1]?.slice(0, 3) ?? "",
    B: (f) => months[f.month - 1] ?? "",
    c: (f) => expand("%a %b %e %H:%M:%S %Y", f),
    C: (f) => two(Math.floor(f.year / 100) % 100),
    d: (f) => two(f.day),
    D: (f) => expand("%m/%d/%y", f),
    x: (f) => expand("%m/%d/%y", f),
    e: (f) => String(f.day).padStart(2),
    F: (f) => expand("%Y-%m-%d", f),
    g: (f) => two(isoWeek(f).year % 100),
    G: (f) => String(isoWeek(f).year),
    H: (f) => two(f.hour),
    I: (f) => two(f.hour % 12 || 12),
    j: (f) => String(f.dayOfYear).padStart(3, "0"),
    m: (f) => two(f.month),
    M: (f) => two(f.minute),
    p: (f) => (f.hour < 12 ? "AM" : "PM"),
    r: (f) => expand("%I:%M:%S %p", f),
    R: (f) => expand("%H:%M", f),
    S: (f) => two(f.second),
    T: (f) => expand("%H:%M:%S", f),
    X: (f) => expand("%H:%M:%S", f),
    u: (f) => String(f.weekday || 7),
    // CC counts the weeks of %U in sevens from the first of January.
    U: (f) => two(Math.floor((f.dayOfYear - 1) / 7) + 1),
    V: (f) => two(isoWeek(f).week),
    w: (f) => String(f.weekday),
    W: (f) => two(Math.floor((f.dayOfYear + 6 - ((f.weekday + 6) % 7)) / 7)),
    y: (f) => two(f.year % 100),
    Y: (f) => String(f.year),
    z: (f) =>
        `${f.offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(f.offset) / 60))}${two(Math.abs(f.offset) % 60)}`,
    Z: () => "ISO",
};

function expand(format: string, fields: Fields): string {
    return format.replace(/%(.?)/gs, (_, specifier: string) => {
        if (specifier === "") return "";
        const conversion = conversions[specifier];
        if (!conversion) throw new LuaError(`bad argument #1: invalid conversion specifier '%${specifier}'`);
        return conversion(fields);
    });
}

/** @param seconds since 1970 UTC
 *  @returns the text, or for the format "*t" the fields in a table */
export function formatDate(format: string, seconds: number): LuaValue {
    const utc = format.startsWith("!");
    const pattern = utc ? format.slice(1) : format;
    const fields = fieldsAt(Math.trunc(seconds), utc);
    if (pattern !== "*t") return expand(pattern, fields);
    return {
        year: fields.year,
        month: fields.month,
        day: fields.day,
        hour: fields.hour,
        min: fields.minute,
        sec: fields.second,
        wday: fields.weekday + 1,
        yday: fields.dayOfYear,
        isdst: fields.summer,
    };
}

/** Seconds since 1970 UTC of local time in a table, as os.time takes it. */
export function secondsFromTable(table: LuaTable): number {
    const field = (name: string, fallback?: number): number => {
        const value = table.get(name);
        if (typeof value === "number") return Math.trunc(value);
        if (fallback === undefined) throw new LuaError(`field "${name}" missing in date table`);
        return fallback;
    };
    const [year, month, day] = [field("year"), field("month"), field("day")];
    // 12 is what CC takes for a field that is left out, for minutes and seconds too.
    const date = new Date(2000, 0, 1, field("hour", 12), field("min", 12), field("sec", 12));
    date.setFullYear(year, month - 1, day);
    return Math.floor(date.getTime() / 1000);
}
