/** What was said in a session, as Markdown. Pure. */
import type { Turn } from "../types";

/** A text in which each line is a quote. */
function quoted(text: string): string {
    return `> ${string.gsub(text, "\n", "\n> ")[0]}`;
}

/**
 * Turns as one Markdown text: each prompt as a quote, and its answer below it.
 * @param turns oldest first
 * @returns UTF-8, with a line end behind its last line
 */
export function conversation(turns: readonly Turn[]): string {
    const texts: string[] = [];
    for (const turn of turns) {
        table.insert(texts, quoted(turn.prompt));
        if (turn.text !== "") table.insert(texts, turn.text);
        if (turn.problem !== undefined) table.insert(texts, `*${turn.problem}*`);
    }
    return `${texts.join("\n\n")}\n`;
}
