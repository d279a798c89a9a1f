/** Shows answers: their Markdown as colours, page by page. */
import { showRows } from "../../trapos/pager";
import { remark } from "../../trapos/screen";
import { oneLine, shorten } from "../../trapos/text";
import type { Options } from "../command";
import type * as layoutModule from "../markdown/layout";
import { rememberAnswer } from "../session";
import type { Reply } from "../types";
import { coloured } from "./colours";
import { liveView } from "./waiting";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** Characters that a word of the server's may take where others stand beside it. */
const LONGEST_WORD = 40;

/**
 * Shows an answer, page by page where it is long.
 * @param answer Markdown, UTF-8
 */
export function showAnswer(answer: string): void {
    // Loaded for an answer alone: most commands show none.
    const layOut = (load("/apis/ai/markdown/layout") as typeof layoutModule).layOut;
    showRows((width, emit) => layOut(answer, width, term.isColour(), (row) => emit(coloured(row))));
}

/** A word of the server's, in the computer's font, that leaves room for others beside it. */
function short(word: string): string {
    return shorten(oneLine(word), LONGEST_WORD);
}

/** Whether an answer stands on the screen already, as it was seen while it was written. */
function isShown(answer: string, again?: string): boolean {
    const live = liveView();
    return live !== undefined && live.isShown(answer, again);
}

/** Shows what there was of an answer until it failed, but for what was seen while it was written. */
export function showWritten(text: string): void {
    if (text !== "" && !isShown(text)) showAnswer(text);
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

/**
 * Shows a reply, but for an answer that was seen while it was written, and what must be known of it.
 * @param heading stands above an answer that was not seen
 */
export function showReply(options: Options, reply: Reply, heading?: string): void {
    const session = options.session;
    const again = session === undefined ? "ai last" : `ai last --session ${session}`;
    if (!isShown(reply.text, again)) {
        if (heading !== undefined) remark(heading);
        showAnswer(reply.text);
    }
    rememberAnswer(fs);
    if (reply.finish === "length") remark("The answer was cut at the model's limit.");
    showDetails(options, reply);
}
