/** What a person does in a terminal, read from what the terminal sends. Pure: no terminal is touched here. */

/** The positions are the terminal's cells, counted from 1. Buttons are CC's: 1 left, 2 right, 3 middle. */
export type Input =
    | { readonly kind: "leave" }
    /** Keys pressed together, as Computer.press takes them. */
    | { readonly kind: "press"; readonly keys: string }
    /** One character. */
    | { readonly kind: "type"; readonly text: string }
    | { readonly kind: "paste"; readonly text: string }
    | {
          readonly kind: "mouse";
          readonly action: "click" | "drag" | "up";
          readonly button: number;
          readonly x: number;
          readonly y: number;
      }
    | { readonly kind: "scroll"; readonly direction: -1 | 1; readonly x: number; readonly y: number };

const PASTE_START = "\u001b[200~";
const PASTE_END = "\u001b[201~";

/** Keys by the letter that ends their sequence, and by the number before "~". Source: xterm's control sequences. */
const keyOfLetter: Readonly<Record<string, string>> = {
    A: "up", B: "down", C: "right", D: "left", F: "end", H: "home",
    P: "f1", Q: "f2", R: "f3", S: "f4",
}; // prettier-ignore
const keyOfNumber: Readonly<Record<string, string>> = {
    1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown", 7: "home", 8: "end",
    11: "f1", 12: "f2", 13: "f3", 14: "f4", 15: "f5", 17: "f6", 18: "f7", 19: "f8", 20: "f9", 21: "f10",
    23: "f11", 24: "f12",
}; // prettier-ignore

/** A sequence that Escape begins: with "[", with "O", or before a single character when Alt is held. */
const sequence = /^\u001b(?:\[\[[A-E]|\[[0-?]*[ -/]*[@-~]|O[ -~]|[^[O\u001b])/u;

/** A sequence that more bytes may still complete. */
const unfinished = /^\u001b(?:\[\[?|\[[0-?]*[ -/]*|O)?$/;

function withModifiers(key: string, parameter: string | undefined): string {
    const bits = Number(parameter ?? "1") - 1;
    return `${bits & 4 ? "ctrl+" : ""}${bits & 2 ? "alt+" : ""}${bits & 1 ? "shift+" : ""}${key}`;
}

const ESCAPE = 27;
const DELETE = 127;

/** A character outside of any sequence, or undefined where no key of a computer belongs to it. */
function readCharacter(character: string): Input | undefined {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\u0003") return { kind: "leave" };
    if (character === "\r" || character === "\n") return { kind: "press", keys: "enter" };
    if (character === "\t") return { kind: "press", keys: "tab" };
    if (character === "\b" || code === DELETE) return { kind: "press", keys: "backspace" };
    if (code === 0) return { kind: "press", keys: "ctrl+space" };
    if (code < ESCAPE) return { kind: "press", keys: `ctrl+${String.fromCharCode(code + 96)}` };
    return code < 32 ? undefined : { kind: "type", text: character };
}

/** A report of the mouse: its bits, its position, and "M", or "m" where a button was let go. */
function readMouse(bits: number, x: number, y: number, letter: string): Input | undefined {
    const which = bits & 3;
    if (bits & 64) return which > 1 ? undefined : { kind: "scroll", direction: which === 0 ? -1 : 1, x, y };
    const button = [1, 3, 2][which];
    if (button === undefined || bits & 128) return undefined;
    const action = letter === "m" ? "up" : bits & 32 ? "drag" : "click";
    return { kind: "mouse", action, button, x, y };
}

function readSequence(text: string): Input | undefined {
    const mouse = /^\[<(\d+);(\d+);(\d+)([Mm])$/.exec(text);
    if (mouse) return readMouse(Number(mouse[1]), Number(mouse[2]), Number(mouse[3]), mouse[4] ?? "");
    if (text === "[Z") return { kind: "press", keys: "shift+tab" };
    const console = /^\[\[([A-E])$/.exec(text);
    if (console) return { kind: "press", keys: `f${(console[1] ?? "").charCodeAt(0) - 64}` };
    const numbered = /^\[(\d+)(?:;(\d+))?~$/.exec(text);
    const lettered = /^(?:\[(?:1;(\d+))?|O)([A-Z])$/.exec(text);
    const key = numbered ? keyOfNumber[numbered[1] ?? ""] : keyOfLetter[lettered?.[2] ?? ""];
    if (key !== undefined)
        return { kind: "press", keys: withModifiers(key, numbered ? numbered[2] : lettered?.[1]) };
    if (text.startsWith("[") || text.startsWith("O")) return undefined;
    const alone = readCharacter(text);
    const keys =
        alone?.kind === "press" ? alone.keys : alone?.kind === "type" ? altKey(alone.text) : undefined;
    return keys === undefined ? undefined : { kind: "press", keys: `alt+${keys}` };
}

/** The key of a character, where pressing it with Alt is something that a computer can be told. */
function altKey(character: string): string | undefined {
    return /^[a-z0-9]$/i.test(character) ? character.toLowerCase() : undefined;
}

/**
 * Reads what a terminal has sent.
 * @param text all that is not read yet
 * @returns what it means, and its end that more must follow to be understood: hand that in again before what comes
 * next. What means nothing to a computer (Escape alone, unknown sequences) is left out.
 */
export function readInput(text: string): { inputs: Input[]; rest: string } {
    const inputs: Input[] = [];
    let rest = text;
    while (rest !== "") {
        if (rest.startsWith(PASTE_START)) {
            const end = rest.indexOf(PASTE_END);
            if (end < 0) break;
            inputs.push({ kind: "paste", text: rest.slice(PASTE_START.length, end) });
            rest = rest.slice(end + PASTE_END.length);
            continue;
        }
        if (unfinished.test(rest)) break;
        const found = sequence.exec(rest)?.[0];
        const taken = found ?? String.fromCodePoint(rest.codePointAt(0) ?? 0);
        const input = found === undefined ? readCharacter(taken) : readSequence(found.slice(1));
        if (input !== undefined) inputs.push(input);
        rest = rest.slice(taken.length);
    }
    return { inputs, rest };
}

/** As many characters a paste has at most. Source: CC: Tweaked, which cuts it there. */
const PASTE_LENGTH = 512;

/**
 * What a computer gets of a pasted text, as in the game: its first line, up to 512 characters, "?" for those that CC
 * does not let through. One byte a character; empty when there is nothing to paste.
 */
export function pastedText(text: string): string {
    const line = /^[^\r\n]*/.exec(text)?.[0] ?? "";
    return [...line]
        .slice(0, PASTE_LENGTH)
        .map((character) => (/[ -~\u00a1-\u00ac\u00ae-\u00ff]/.test(character) ? character : "?"))
        .join("");
}
