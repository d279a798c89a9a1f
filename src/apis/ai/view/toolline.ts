/** A tool call that has ended, as a line that stays. */
import { note } from "../../trapos/screen";
import { cut, oneLine } from "../../trapos/text";
import type { ToolCall } from "../toolcalls";

/** Stands before a command, which needs no other name. */
const SHELL_MARK = "$";

/** What stands before what a tool did. */
const MARKS: Record<string, string | undefined> = {
    bash: SHELL_MARK,
    shell: SHELL_MARK,
    read: "<",
    list: "<",
    glob: "?",
    grep: "?",
    websearch: "?",
    webfetch: "@",
    write: ">",
    edit: ">",
    multiedit: ">",
    patch: ">",
    apply_patch: ">",
    task: "&",
    subagent: "&",
};
const OTHER_MARK = "+";

/** Seconds, as short as they tell something. */
function timeText(seconds: number | undefined): string {
    if (seconds === undefined) return "";
    return string.format(seconds < 9.95 ? " %.1f s" : " %.0f s", seconds);
}

/** Whether a call has failed; a shell's command has where its exit status says so. */
function hasFailed(call: ToolCall): boolean {
    return call.status === "error" || (call.exit !== undefined && call.exit !== 0);
}

/** What it did: its name only where its mark does not tell, and the files that it has written. */
function saidOf(call: ToolCall): string {
    if (call.files.length > 0) return `${call.tool} ${table.concat(call.files as string[], " ")}`;
    const title = call.title ?? "";
    if (title === "") return call.tool;
    return MARKS[call.tool] === SHELL_MARK ? title : `${call.tool} ${title}`;
}

/** Why it failed, for the end of its line. */
function problemOf(call: ToolCall): string {
    if (call.status === "error") return call.message === undefined ? "failed" : `failed: ${call.message}`;
    return `exit ${call.exit}`;
}

/**
 * Shows a call that has ended: `$ npm test 3.2 s`, or `! $ npm test 3.2 s exit 1` where it failed. One row; what it did is
 * cut before the rest.
 */
export function showTool(call: ToolCall): void {
    const [width] = term.getSize();
    const isFailed = hasFailed(call);
    const start = `${isFailed ? "! " : ""}${MARKS[call.tool] ?? OTHER_MARK} `;
    const end = timeText(call.seconds) + (isFailed ? ` ${oneLine(problemOf(call))}` : "");
    const said = oneLine(saidOf(call));
    const room = Math.max(width - start.length - end.length, Math.min(said.length, Math.floor(width / 2)));
    note(cut(start + cut(said, room) + end, width), isFailed ? colours.red : undefined);
}
