import type { LuaValue } from "../index.ts";

/** The steps of a script, read from its text. Pure: see play-script.ts for what they do. */
export type Step =
    | { readonly name: "type" | "expect"; readonly text: string }
    | { readonly name: "press"; readonly keys: string }
    | { readonly name: "click"; readonly x: number; readonly y: number; readonly button: number }
    | { readonly name: "wait-for"; readonly text: string; readonly seconds: number }
    | { readonly name: "sleep"; readonly seconds: number }
    | { readonly name: "queue"; readonly event: string; readonly args: readonly LuaValue[] }
    | { readonly name: "resize"; readonly width: number; readonly height: number }
    | { readonly name: "screen" }
    | { readonly name: "save-text" | "save-png"; readonly file: string };

export interface ScriptLine {
    /** Counted from 1. */
    readonly number: number;
    readonly step: Step;
}

/** What is wrong with a script, with the line in its message. */
export class ScriptError extends Error {
    constructor(line: number, problem: string) {
        super(`Line ${line}: ${problem}`);
    }
}

/** A word of a line; what stands in quotes is always text. */
interface Word {
    readonly text: string;
    readonly quoted: boolean;
}

/** How each step is written. */
const usages: Readonly<Record<Step["name"], string>> = {
    type: 'type "TEXT"',
    press: "press KEYS",
    click: "click X Y [BUTTON]",
    "wait-for": 'wait-for "TEXT" [SECONDS]',
    sleep: "sleep SECONDS",
    expect: 'expect "TEXT"',
    queue: "queue EVENT [ARGUMENT ...]",
    resize: "resize WIDTH HEIGHT",
    screen: "screen",
    "save-text": "save-text FILE",
    "save-png": "save-png FILE",
};

/** The steps that there are, as they are written. */
export const stepUsages: readonly string[] = Object.values(usages);

const DEFAULT_WAIT_SECONDS = 10;

/** @throws Error for a quote that does not end, or an escape that JSON does not have */
function words(line: string): Word[] {
    const found: Word[] = [];
    const pattern = /\s*(?:("(?:[^"\\]|\\.)*")(?=\s|$)|([^\s"]\S*))/y;
    let end = 0;
    while (line.slice(end).trim() !== "") {
        const match = pattern.exec(line);
        if (match === null) throw new Error('text in quotes ends with " and a blank');
        end = pattern.lastIndex;
        const [, quoted, plain = ""] = match;
        if (quoted === undefined) {
            found.push({ text: plain, quoted: false });
            continue;
        }
        try {
            found.push({ text: JSON.parse(quoted) as string, quoted: true });
        } catch {
            throw new Error('in quotes write \\n for Enter, \\" for a quote and \\\\ for a backslash');
        }
    }
    return found;
}

/** A value of Lua: text where it is quoted or nothing else. */
function value({ text, quoted }: Word): LuaValue {
    if (quoted) return text;
    if (text === "true" || text === "false") return text === "true";
    if (text === "nil") return undefined;
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** @throws Error where a word is missing, is too many, or is no number where one belongs */
function readStep(name: string, args: readonly Word[]): Step {
    if (!Object.hasOwn(usages, name)) {
        throw new Error(
            `there is no step ${JSON.stringify(name)}; there are ${Object.keys(usages).join(", ")}`,
        );
    }
    const known = name as Step["name"];
    const wrong = (): Error => new Error(`write it as: ${usages[known]}`);
    const [first, second, third] = args;
    const number = (word: Word | undefined, fallback?: number): number => {
        if (word === undefined && fallback !== undefined) return fallback;
        if (word === undefined || word.quoted || !/^\d+(\.\d+)?$/.test(word.text)) throw wrong();
        return Number(word.text);
    };
    const atMost = (count: number): void => {
        if (args.length > count) throw wrong();
    };
    if (known === "screen") {
        atMost(0);
        return { name: known };
    }
    if (first === undefined) throw wrong();
    switch (known) {
        case "type":
        case "expect":
            atMost(1);
            return { name: known, text: first.text };
        case "press":
            atMost(1);
            return { name: known, keys: first.text };
        case "save-text":
        case "save-png":
            atMost(1);
            return { name: known, file: first.text };
        case "click":
            atMost(3);
            return { name: known, x: number(first), y: number(second), button: number(third, 1) };
        case "wait-for":
            atMost(2);
            return { name: known, text: first.text, seconds: number(second, DEFAULT_WAIT_SECONDS) };
        case "sleep":
            atMost(1);
            return { name: known, seconds: number(first) };
        case "resize":
            atMost(2);
            return { name: known, width: number(first), height: number(second) };
        case "queue":
            return { name: known, event: first.text, args: args.slice(1).map(value) };
    }
}

/**
 * Reads a script: one step a line. Blank lines, and lines that begin with "#", are skipped.
 * @throws ScriptError for the first line that is no step
 */
export function readScript(text: string): ScriptLine[] {
    const lines: ScriptLine[] = [];
    text.split(/\r?\n/).forEach((line, index) => {
        if (line.trim() === "" || line.trimStart().startsWith("#")) return;
        try {
            const [name, ...args] = words(line);
            lines.push({ number: index + 1, step: readStep(name?.text ?? "", args) });
        } catch (error) {
            throw new ScriptError(index + 1, (error as Error).message);
        }
    });
    return lines;
}
