import { barOf, type Figure, isOk, type Result } from "./figure.ts";

/** A number as people read it: three digits, or all those of a whole number. */
function readable(value: number | undefined): string {
    if (value === undefined) return "failed";
    return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}

/**
 * The line for programs: `{"name","value","unit","bar","ok"}`, with null for what there is not.
 * @param results of the same run, so far
 */
export function jsonLine(result: Result, results: readonly Result[] = []): string {
    const { name, unit } = result.figure;
    const bar = barOf(result.figure, results) ?? null;
    return JSON.stringify({ name, value: result.value ?? null, unit, bar, ok: isOk(result, results) });
}

/** The column of a figure: ours, or that in which it stands beside one of ours. */
function columnOf({ beside, column }: Figure): string {
    return beside === undefined ? "ours" : (column ?? "naive");
}

/** The table for people, a row a figure; what others need stands beside what ours does. */
export function table(results: readonly Result[]): string {
    const measured = new Set(results.map(({ figure }) => figure.name));
    const hasRow = ({ beside }: Figure) => beside === undefined || !measured.has(beside);
    const others = new Set(["naive", ...results.map(({ figure }) => columnOf(figure))]);
    others.delete("ours");
    const columns = ["ours", ...others];
    const headings = ["figure", ...columns, "unit", "at most", ""];
    /** Columns of words to the left, those of numbers to the right. */
    const isNumber = (column: number) =>
        (column > 0 && column <= columns.length) || column === headings.length - 2;
    const rows = results
        .filter(({ figure }) => hasRow(figure))
        .map((result) => {
            const { figure } = result;
            const inRow = [result, ...results.filter(({ figure: { beside } }) => beside === figure.name)];
            const cells = columns.map((column) => {
                const found = inRow.find((one) => columnOf(one.figure) === column);
                return found ? readable(found.value) : "";
            });
            const ok = inRow.every((one) => isOk(one, results));
            const hasBar = inRow.some((one) => barOf(one.figure, results) !== undefined);
            const bar = barOf(figure, results);
            return [
                figure.name,
                ...cells,
                figure.unit,
                bar === undefined ? "" : readable(bar),
                ok ? (hasBar ? "ok" : "") : "NOT OK",
            ];
        });
    const all = [headings, ...rows];
    const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
    const line = (row: readonly string[]) =>
        row
            .map((cell, column) =>
                isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
            )
            .join("  ")
            .trimEnd();
    return all.map(line).join("\n");
}
