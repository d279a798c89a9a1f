/** Somebody at a computer that stays on: types, presses keys, and reads the screen whenever it waits for them. */
import type { Computer } from "craftos-headless";

/** How the row of the cursor ends or begins where a computer waits: the shell's prompt, a question, a pager, a list, a line to type. */
const waits =
    /^>$|\[[yY]\/[nN]\]$|(quit|Quit|\/ q)$|^(Title|[Pp]assword|User)\b.*:|^Number or part of a name:$|^[|/]$/;

/** How the last row of a box ends. */
const isBox = /(no, and why|no answer)$/;

/** How long a turn may take on a slow machine. */
const PATIENCE_SECONDS = 30;

/** The screen, without blanks at the ends of rows and without the empty rows at its end. */
export function shownOn(computer: Computer): string {
    return computer
        .screen()
        .map((row) => row.trimEnd())
        .join("\n")
        .trimEnd();
}

/** Waits until the screen is as it should be. Rejects with the screen where it is not within a minute. */
export function untilScreen(computer: Computer, isThere: (shown: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
        const end = (act: () => void): void => {
            clearTimeout(timer);
            stop();
            act();
        };
        const look = (): void => {
            const shown = shownOn(computer);
            if (isThere(shown)) end(() => resolve(shown));
        };
        const timer = setTimeout(
            () => end(() => reject(new Error(`The screen stays:\n${shownOn(computer)}`))),
            PATIENCE_SECONDS * 1000,
        );
        const stop = computer.onChange(look);
        look();
    });
}

/** Waits until the computer waits for its player, and gives what is on the screen then. */
export function untilWaiting(computer: Computer): Promise<string> {
    return untilScreen(computer, (shown) => {
        const rows = shown.split("\n");
        const last = rows.at(-1)!;
        // A pager whose place ends with a + goes on with laying rows out.
        if (/^\d+-\d+ of \d+\+/.test(last)) return false;
        return isBox.test(last) || (computer.cursor().y === rows.length && waits.test(last));
    });
}

/** Types a line and Enter, as a paste: the shell completes what is typed after each key, which takes its time. */
export async function typeLine(computer: Computer, line: string): Promise<void> {
    computer.queue("paste", line);
    await computer.press("enter");
}

/** Types a command on a screen that is empty. */
export async function typeAlone(computer: Computer, command: string): Promise<string> {
    await typeLine(computer, "clear");
    await untilScreen(computer, (shown) => shown === ">");
    await typeLine(computer, command);
    return untilWaiting(computer);
}
