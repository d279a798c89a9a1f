import { type Figure, isOk, type Result } from "./figure.ts";

/** A number as people read it: three digits, or all those of a whole number. */
function readable(value: number | undefined): string {
    if (value === undefined) return "failed";
    return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}

/** The line for programs: `{"name","value","unit","bar","ok"}`, with null for what there is not. */
export function jsonLine(result: Result): string {
    const { name, unit, bar } = result.figure;
    return JSON.stringify({ name, value: result.value ?? null, unit, bar: bar ?? null, ok: isOk(result) });
}

const headings = ["figure", "ours", "naive", "unit", "at most", ""];

/** Columns of words to the left, those of numbers to the right. */
const numbers = new Set([1, 2, 4]);

/** The table for people, a row a figure; what others need stands beside what ours does. */
export function table(results: readonly Result[]): string {
    const measured = new Set(results.map(({ figure }) => figure.name));
    const hasRow = ({ beside }: Figure) => beside === undefined || !measured.has(beside);
    const rows = results
        .filter(({ figure }) => hasRow(figure))
        .map((result) => {
            const { figure } = result;
            const other = results.find(({ figure: { beside } }) => beside === figure.name);
            const [ours, naive] = figure.beside === undefined ? [result, other] : [undefined, result];
            const ok = isOk(result) && (other === undefined || isOk(other));
            return [
                figure.name,
                ours ? readable(ours.value) : "",
                naive ? readable(naive.value) : "",
                figure.unit,
                figure.bar === undefined ? "" : readable(figure.bar),
                ok ? (figure.bar === undefined ? "" : "ok") : "NOT OK",
            ];
        });
    const all = [headings, ...rows];
    const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
    const line = (row: readonly string[]) =>
        row
            .map((cell, column) =>
                numbers.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
            )
            .join("  ")
            .trimEnd();
    return all.map(line).join("\n");
}
