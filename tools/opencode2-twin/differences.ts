/** What has changed in a file, as a patch. */
import type { FileDifference } from "./types.ts";

function linesOf(content: string | undefined): string[] {
    if (content === undefined || content === "") return [];
    const lines = content.split("\n");
    if (lines.at(-1) === "") lines.pop();
    return lines;
}

/** How many lines at the start are the same. */
function commonStart(one: readonly string[], other: readonly string[]): number {
    const most = Math.min(one.length, other.length);
    let count = 0;
    while (count < most && one[count] === other[count]) count += 1;
    return count;
}

/**
 * The difference between two states of a file: one hunk, from the first line that differs to the last.
 * @param before undefined where it was not there
 * @param after undefined where it is not there any more
 * @param context how many lines around the hunk; the whole file when absent
 */
export function differenceOf(
    file: string,
    before: string | undefined,
    after: string | undefined,
    context = Infinity,
): FileDifference {
    const old = linesOf(before);
    const now = linesOf(after);
    const start = commonStart(old, now);
    const end = commonStart(old.slice(start).reverse(), now.slice(start).reverse());
    const removed = old.slice(start, old.length - end);
    const added = now.slice(start, now.length - end);
    const above = old.slice(Math.max(0, start - context), start);
    const below = old.slice(old.length - end, Math.min(old.length, old.length - end + context));
    const first = start - above.length;
    const counted = (changed: readonly string[]): string => {
        const count = above.length + changed.length + below.length;
        return `${count === 0 ? first : first + 1},${count}`;
    };
    const body = [
        ...above.map((line) => ` ${line}`),
        ...removed.map((line) => `-${line}`),
        ...added.map((line) => `+${line}`),
        ...below.map((line) => ` ${line}`),
    ];
    const head = [
        `--- ${before === undefined ? "/dev/null" : `a/${file}`}`,
        `+++ ${after === undefined ? "/dev/null" : `b/${file}`}`,
        `@@ -${counted(removed)} +${counted(added)} @@`,
    ];
    return {
        file,
        patch: `${[...head, ...body].join("\n")}\n`,
        additions: added.length,
        deletions: removed.length,
        status: before === undefined ? "added" : after === undefined ? "deleted" : "modified",
    };
}
