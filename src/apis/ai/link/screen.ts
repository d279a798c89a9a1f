/** Sends what this computer's screen shows to a bridge that watches it, where its player has allowed that. */
import { LOOK, ROWS } from "../../trapos/notices";
import { say, type Message } from "./conversation";
import type { BridgeSays } from "./frames";
import { MESSAGE } from "./names";

/** Seconds between two screens. */
const PAUSE = 1;

/** What IBM's code page 437 has below 32, and CC's font, too, as code points; a blank where that has one. */
const SYMBOLS =
    "20 263A 263B 2665 2666 2663 2660 2022 25D8 20 20 2642 2640 20 266A 266B " +
    "25BA 25C4 2195 203C B6 A7 25AC 21A8 2191 2193 2192 2190 221F 2194 25B2 25BC";

/** The first of Unicode's sextants. They leave out what older characters are: the left half. */
const SEXTANTS = 0x1fb00;
const LEFT_HALF = 21;
const LEFT_HALF_BLOCK = 0x258c;

/** Each character of CC's font that is not ASCII, as UTF-8. */
const characters: Record<string, string> = {};

for (const code of $range(160, 255)) characters[string.char(code)] = utf8.char(code);
// As the font has them: a blank like any, and a hyphen that is seen.
characters[string.char(160)] = " ";
characters[string.char(173)] = "-";
for (const pattern of $range(0, 31)) {
    let code = SEXTANTS + pattern - 1;
    if (pattern === 0) code = 32;
    else if (pattern === LEFT_HALF) code = LEFT_HALF_BLOCK;
    else if (pattern > LEFT_HALF) code -= 1;
    characters[string.char(128 + pattern)] = utf8.char(code);
}
characters["\x7f"] = utf8.char(0x2592);
let place = 0;
for (const [code] of string.gmatch(SYMBOLS, "%x+")) {
    characters[string.char(place)] = utf8.char(tonumber(code, 16)!);
    place += 1;
}

/** A text in CC's font as UTF-8, a character for each byte. */
function asUtf8(text: string): string {
    return string.gsub(text, "[^ -~]", characters)[0];
}

/** Whether the player has allowed it. */
function isShared(): boolean {
    return settings.get("opencc.share_screen") === true;
}

/** Sends a screen, or that nobody has allowed that. */
function send(rows?: readonly (readonly string[])[]): void {
    const sent: string[][] = [];
    for (const [text, colours, grounds] of rows ?? [])
        table.insert(sent, [asUtf8(text!), colours!, grounds!]);
    if (rows === undefined) say({ type: "screen" });
    else say({ type: "screen", rows: sent });
}

/** All that rows show, to tell whether it is something else. */
function wholeOf(rows: readonly (readonly string[])[]): string {
    const parts: string[] = [];
    for (const row of rows) table.insert(parts, table.concat(row as string[], "\n"));
    return table.concat(parts, "\n");
}

/** What stands for a screen that is not shown. */
const HIDDEN = "hidden";

/** Sends what the screen shows while it is watched, at once and then where it has changed, for ever. */
export function keepShowing(): void {
    let until = 0;
    let last: string | undefined;
    let timer: number | undefined;
    const look = () => {
        timer = undefined;
        if (os.clock() >= until) return;
        if (isShared()) os.queueEvent(LOOK);
        else if (last !== HIDDEN) {
            last = HIDDEN;
            send();
        }
        timer = os.startTimer(PAUSE);
    };
    while (true) {
        const [event, first] = os.pullEventRaw();
        if (event === MESSAGE && (first as Message).type === "watch") {
            until = os.clock() + (first as unknown as BridgeSays["watch"]).seconds;
            last = undefined;
            // One was sent within the last second: the next is due in time.
            if (timer === undefined) look();
        } else if (event === "timer" && first === timer) look();
        else if (event === ROWS && os.clock() < until && isShared()) {
            const rows = first as readonly (readonly string[])[];
            const whole = wholeOf(rows);
            if (whole !== last) send(rows);
            last = whole;
        }
    }
}
