/**
 * Draws a screen's rows as a monitor in text.
 * @param rows what it shows; shorter rows are filled up
 * @param width characters a row
 * @param indent set before each line
 */
export function frame(rows: readonly string[], width: number, indent = " "): string {
    const bar = "─".repeat(width);
    const lines = rows.map((row) => `│${row}${" ".repeat(Math.max(0, width - Array.from(row).length))}│`);
    return [`┌${bar}┐`, ...lines, `└${bar}┘`].map((line) => indent + line).join("\n");
}

/** The rows to show: the screen, or all of the transcript when some of it has scrolled off. */
export function visibleRows(screen: readonly string[], transcript: string): string[] {
    const rows = transcript.split("\n");
    return rows.length > screen.length ? rows : [...screen];
}
