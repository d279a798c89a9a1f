import { unicodeToFont } from "./font.ts";

/**
 * What a keyboard sends: events for typed text and for pressed keys. Key codes are GLFW's, which CC: Tweaked uses
 * since 1.85 (https://www.glfw.org/docs/latest/group__keys.html).
 */

const named: Record<string, number> = {
    space: 32, apostrophe: 39, comma: 44, minus: 45, period: 46, slash: 47, semicolon: 59, equals: 61,
    leftbracket: 91, backslash: 92, rightbracket: 93, grave: 96,
    enter: 257, tab: 258, backspace: 259, insert: 260, delete: 261, right: 262, left: 263, down: 264, up: 265,
    pageup: 266, pagedown: 267, home: 268, end: 269, capslock: 280, scrolllock: 281, numlock: 282,
    printscreen: 283, pause: 284,
    leftshift: 340, leftctrl: 341, leftalt: 342, rightshift: 344, rightctrl: 345, rightalt: 346,
    shift: 340, ctrl: 341, alt: 342, escape: 256,
}; // prettier-ignore

/** The unshifted key of each character that a US keyboard makes with shift. */
const shifted: Record<string, string> = Object.fromEntries(
    [...'~!@#$%^&*()_+{}|:"<>?'].map((character, index) => [
        character,
        "`1234567890-=[]\\;',./".charAt(index),
    ]),
);

export type KeyboardEvent =
    | [name: "key", code: number, held: boolean]
    | [name: "key_up", code: number]
    | [name: "char", character: string]
    | [name: "terminate"]
    /** No event, but what the computer itself does. */
    | [name: "shutdown" | "reboot"];

/** What holding ctrl and a letter does. */
const held: Record<string, "terminate" | "shutdown" | "reboot"> = {
    T: "terminate",
    S: "shutdown",
    R: "reboot",
};

/** The code of the key that makes a character, or undefined where a US keyboard has no such key. */
function keyOfCharacter(character: string): number | undefined {
    const key = shifted[character] ?? character.toUpperCase();
    return key.length === 1 && key >= " " && key <= "`" ? key.charCodeAt(0) : undefined;
}

/**
 * The events that typing one character makes: key, char, key_up. "\n" is Enter and "\t" is Tab, which make no char.
 * @throws Error for a character that CC's font does not have
 */
export function typeCharacter(character: string): KeyboardEvent[] {
    if (character === "\n" || character === "\r") return pressKeys("enter");
    if (character === "\t") return pressKeys("tab");
    const byte = unicodeToFont(character);
    if (byte === undefined)
        throw new Error(`${JSON.stringify(character)} cannot be typed: CC's font has no such character`);
    const code = keyOfCharacter(character);
    const char: KeyboardEvent = ["char", String.fromCharCode(byte)];
    return code === undefined ? [char] : [["key", code, false], char, ["key_up", code]];
}

/**
 * The events of pressing keys together: "enter", "up", "f5", "a", "ctrl+t". Keys go down in order and up in reverse.
 * In CC ctrl+t is held to end a program, ctrl+s to switch the computer off and ctrl+r to start it again: here they do
 * so at once.
 * @throws Error for a key that does not exist
 */
export function pressKeys(keys: string): KeyboardEvent[] {
    const codes = keys.split("+").map((name) => {
        const code = keyCode(name.trim());
        if (code === undefined)
            throw new Error(
                `There is no key ${JSON.stringify(name)}: use names such as enter, up, f1, a, ctrl+t`,
            );
        return code;
    });
    const events: KeyboardEvent[] = codes.map((code) => ["key", code, false]);
    const [first, second] = codes;
    const action =
        first === named["ctrl"] && codes.length === 2 ? held[String.fromCharCode(second ?? 0)] : undefined;
    if (action !== undefined) events.push([action]);
    return [...events, ...codes.reverse().map((code): KeyboardEvent => ["key_up", code])];
}

function keyCode(name: string): number | undefined {
    const lower = name.toLowerCase();
    const functionKey = /^f([1-9]|1\d|2[0-5])$/.exec(lower);
    if (functionKey) return 289 + Number(functionKey[1]);
    return named[lower] ?? (name.length === 1 ? keyOfCharacter(name) : undefined);
}
