import { type KeyboardEvent, pressKeys, typeCharacter } from "craftos-headless";

/** Names of CC's keys API with neighbouring codes of GLFW's, by the first code. */
const runs: Record<number, string> = {
    32: "space",
    39: "apostrophe",
    44: "comma minus period slash zero one two three four five six seven eight nine",
    59: "semicolon",
    61: "equals",
    65: "a b c d e f g h i j k l m n o p q r s t u v w x y z leftbracket backslash rightbracket",
    96: "grave",
    257: "enter tab backspace insert delete right left down up pageup pagedown home end",
    280: "capslock scrolllock numlock printscreen pause",
    290: "f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15",
    340: "leftshift leftctrl leftalt leftsuper rightshift rightctrl rightalt",
};
const nameOfCode: ReadonlyMap<number, string> = new Map(
    Object.entries(runs).flatMap(([first, names]) =>
        names.split(" ").map((name, index): [number, string] => [Number(first) + index, name]),
    ),
);

/** An event as it goes to the computer: keys by their names in small letters, characters by their bytes. */
export type Keystroke =
    [name: "key" | "key_up", key: string] | [name: "char", byte: number] | [name: "terminate"];

function keystroke(event: KeyboardEvent): Keystroke {
    const [name] = event;
    switch (name) {
        case "key":
        case "key_up": {
            const key = nameOfCode.get(event[1]);
            if (key === undefined)
                throw new Error(`CC's keys API has no name for the key with code ${event[1]}.`);
            return [name, key];
        }
        case "char":
            return [name, event[1].charCodeAt(0)];
        case "terminate":
            return [name];
        case "shutdown":
        case "reboot":
            throw new Error(
                `Ctrl+${name === "shutdown" ? "S" : "R"} is no event, so that it cannot be sent.`,
            );
    }
}

/**
 * The keystrokes of typing text; "\n" is Enter. Keys have names, as their codes are others on CraftOS-PC.
 * @throws Error for a character that CC's font does not have
 */
export function typedKeystrokes(text: string): Keystroke[] {
    return [...text].flatMap(typeCharacter).map(keystroke);
}

/**
 * The keystrokes of pressing keys together, as "enter" or "ctrl+t".
 * @throws Error for keys that do not exist, and for what is no event: ctrl+s and ctrl+r
 */
export function pressedKeystrokes(keys: string): Keystroke[] {
    return pressKeys(keys).map(keystroke);
}
