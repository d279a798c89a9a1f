/** The number of a job, as somebody types it. */

/** Whether a word is one. Jobs are numbered for ever, so it may be large. */
export function isJobNumber(word: string): boolean {
    return string.find(word, "^[1-9]%d*$")[0] !== undefined && word.length <= 9;
}
