import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Computer, savePng, saveText, shownText } from "../index.ts";
import { type ScriptLine, ScriptError, type Step } from "./script.ts";

/** What a script needs besides the computer. */
export interface Stage {
    /** Takes what the step `screen` shows. */
    readonly print: (text: string) => void;
    /** The folder that files are saved in. */
    readonly folder: string;
    /** Stops the script before its next step, and a sleep at once. */
    readonly signal?: AbortSignal;
}

/** Without the blanks that rows end with, as transcripts have them. */
const withoutEnds = (text: string): string => text.replace(/ +$/gm, "");

const shownRows = (computer: Computer): string => withoutEnds(computer.screen().join("\n"));

async function take(step: Step, computer: Computer, { print, folder, signal }: Stage): Promise<void> {
    switch (step.name) {
        case "type":
            return computer.type(step.text);
        case "press":
            return computer.press(step.keys);
        case "click":
            return computer.click(step.x, step.y, step.button);
        case "wait-for":
            return computer.waitForText(step.text, { timeoutSeconds: step.seconds, sinceInput: true });
        case "sleep":
            return sleep(step.seconds * 1000, undefined, { signal });
        case "expect":
            if (!shownText(step.text).test(shownRows(computer))) {
                throw new Error(`${JSON.stringify(step.text)} is not on the screen:\n${shownRows(computer)}`);
            }
            return;
        case "queue":
            return computer.queue(step.event, ...step.args);
        case "resize":
            return computer.resize(step.width, step.height);
        case "screen":
            return print(shownRows(computer));
        case "save-text":
            return saveText(computer, resolve(folder, step.file));
        case "save-png":
            return savePng(computer, resolve(folder, step.file));
    }
}

const looks = new Set<Step["name"]>(["screen", "save-text", "save-png", "expect", "wait-for", "sleep"]);

/**
 * Plays a script on a computer, a step after the other.
 * @throws ScriptError for the first step that fails, or that needs a computer which is off by then
 */
export async function playScript(
    lines: readonly ScriptLine[],
    computer: Computer,
    stage: Stage,
): Promise<void> {
    const power = { isOff: false };
    void computer.exit.then(() => {
        power.isOff = true;
    });
    for (const { number, step } of lines) {
        if (stage.signal?.aborted) return;
        try {
            if (power.isOff && !looks.has(step.name)) throw new Error("the computer is off");
            await take(step, computer, stage);
        } catch (error) {
            if (stage.signal?.aborted) return;
            throw new ScriptError(number, withoutEnds((error as Error).message).trimEnd());
        }
    }
}
