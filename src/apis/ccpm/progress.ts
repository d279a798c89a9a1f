/** What `ccpm` shows while it works, and how it writes numbers of bytes. */
import { showShare } from "../trapos/progress";
import { add, show, start } from "../trapos/listing";
import { clearRow } from "../trapos/screen";
import type { Progress } from "./types";

/** Bytes as a person reads them: "812 bytes", "45.2 kB". */
export function bytes(count: number): string {
    return count < 1000 ? `${count} bytes` : string.format("%.1f kB", count / 1e3);
}

const PHASES: Record<Progress["phase"], string> = { index: "Asking ", fetch: "Fetching ", apply: "Writing " };

/** Below so many columns the phase has no room. */
const NARROW = 40;

/** Shows in the moving line how far an application is. */
export function showProgress(progress: Progress): void {
    const [width] = term.getSize();
    const all = progress.totalBytes;
    let text = `${width < NARROW ? "" : PHASES[progress.phase]}${progress.done}/${progress.total} `;
    if (all > 0) text += string.format("%d/%d kB ", Math.ceil(progress.bytes / 1e3), Math.ceil(all / 1e3));
    // Of a long path the end tells more.
    showShare(text + string.sub(progress.name, text.length - width), progress.bytes / Math.max(all, 1));
}

/** Prints at once what a player must know beside the result. */
export function note(text: string): void {
    const listing = start();
    add(listing, text, colours.yellow);
    show(listing);
}

/** How it goes on after Ctrl+T, where nothing is half done. */
const UNCHANGED = "Nothing has changed. The same command goes on.";

/**
 * Does something that may show progress. The moving line is gone when it ends, however it ends.
 * @param stopped what is said at Ctrl+T
 * @returns what it returns; what it raises is raised on
 */
export function working<T>(act: (this: void) => T, stopped = UNCHANGED): T {
    const [ok, value] = pcall(act);
    clearRow();
    if (ok) return value;
    if ((value as unknown) === "Terminated") note(stopped);
    return error(value, 0);
}
