/**
 * Writes the words of a command as a player types them: one with blanks goes in double quotes, which is all the
 * quoting that CC's shell has. A single word is taken for a whole command line.
 */
export function commandLine(words: readonly string[]): string {
    if (words.length === 1) return words[0] ?? "";
    return words
        .map((word) => (word === "" || (/\s/.test(word) && !word.includes('"')) ? `"${word}"` : word))
        .join(" ");
}
