/** Shows answers: their Markdown as colours, page by page. */
import { open, printRow } from "../../trapos/pager";
import { inColour, remark } from "../../trapos/screen";
import { oneLine, shorten } from "../../trapos/text";
import type { Options } from "../command";
import type * as layoutModule from "../markdown/layout";
import type { Reply } from "../types";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** The colours of what is marked in an answer. */
const COLOURS: Record<string, number | undefined> = {
    heading: colours.yellow,
    bold: colours.yellow,
    code: colours.lightBlue,
    quote: colours.lightGrey,
    link: colours.cyan,
};

/** Characters that a word of the server's may take where others stand beside it. */
const LONGEST_WORD = 40;

/**
 * Prints an answer.
 * @param answer Markdown, UTF-8
 */
export function showAnswer(answer: string): void {
    // Loaded for an answer alone: most commands show none.
    const layOut = (load("/apis/ai/markdown/layout") as typeof layoutModule).layOut;
    const [width] = term.getSize();
    const pager = open();
    layOut(answer, width, (row) =>
        printRow(pager, () => {
            for (const span of row) inColour(COLOURS[span.style] ?? colours.white, write, span.text);
        }),
    );
}

/** A word of the server's, in the computer's font, that leaves room for others beside it. */
function short(word: string): string {
    return shorten(oneLine(word), LONGEST_WORD);
}

/** What `--verbose` says of a reply: what is there. */
export function showDetails(options: Options, reply: Reply): void {
    if (!options.isVerbose) return;
    const said: string[] = [];
    if (reply.model !== undefined) table.insert(said, `model=${short(reply.model)}`);
    if (reply.finish !== undefined) table.insert(said, `finish=${short(reply.finish)}`);
    const tokens = reply.tokens;
    if (tokens) table.insert(said, string.format("tokens=%.0f+%.0f", tokens.input, tokens.output));
    table.insert(said, string.format("seconds=%.1f", reply.seconds));
    remark(`[ai] ${table.concat(said, ", ")}`);
}

/** Prints a reply, and what must be known of it. */
export function showReply(options: Options, reply: Reply): void {
    showAnswer(reply.text);
    if (reply.finish === "length") remark("The answer was cut at the model's limit.");
    showDetails(options, reply);
}
