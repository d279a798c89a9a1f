/** The time that a server writes above its answers. */

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

/**
 * Days from 1970-01-01 to a date of the Gregorian calendar.
 * @param month from 1
 */
function daysOf(year: number, month: number, day: number): number {
    // The year begins in March, so that a leap day is its last one.
    const shifted = month > 2 ? year : year - 1;
    const monthFromMarch = (month + 9) % 12;
    const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
    // 719469 is the same for 1970-01-01, counted from March 1 of the year 0 on.
    return shifted * 365 + leapDays + Math.floor((monthFromMarch * 306 + 5) / 10) + day - 719469;
}

/**
 * Reads the header Date as HTTP has it since 1.1 (RFC 9110, section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
 * @returns epoch milliseconds, or nothing for another text
 */
export function readHttpDate(text: string): number | undefined {
    const found = string.match(text, "^%a+, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$");
    const [day, name, year, hour, minute, second] = found;
    if (name === undefined) return undefined;
    const [at] = string.find(MONTHS, name, 1, true);
    if (at === undefined || (at - 1) % 3 !== 0) return undefined;
    const days = daysOf(tonumber(year)!, (at - 1) / 3 + 1, tonumber(day)!);
    const seconds = tonumber(hour)! * 3600 + tonumber(minute)! * 60 + tonumber(second)!;
    return (days * 86400 + seconds) * 1000;
}
