/** The code in the last answer, by the numbers that `ai code` shows. */
import { linesIn } from "../trapos/difference";
import type { Context } from "./command";
import { fail } from "./failure";
import { codeBlocks } from "./markdown/codeblocks";
import { wait } from "./view/waiting";

/** A block of code. */
export interface CodeBlock {
    readonly number: number;
    readonly language?: string;
    /** UTF-8. */
    readonly code: string;
    readonly lines: number;
}

/** Whether a word is the number of a block. */
export function isNumber(word: string): boolean {
    return string.find(word, "^[1-9]%d?%d?$")[0] !== undefined;
}

/** All words but the first. */
export function restOf(words: readonly string[]): string[] {
    const rest: string[] = [];
    for (const at of $range(1, words.length - 1)) table.insert(rest, words[at]!);
    return rest;
}

/** The blocks of the last answer. Fails with `no_blocks` where there are none. */
export function lastBlocks(context: Context): CodeBlock[] {
    const reply = wait(context.options, () => context.ai.last(context.options.session));
    const blocks: CodeBlock[] = [];
    for (const [number, block] of ipairs(codeBlocks(reply.text))) {
        const lines = linesIn(block.code).length;
        table.insert(blocks, { number, language: block.language, code: block.code, lines });
    }
    if (blocks.length === 0) throw fail("no_blocks");
    return blocks;
}

/** One of some blocks. Fails with `no_such_block`. */
export function blockNumbered(blocks: readonly CodeBlock[], word: string): CodeBlock {
    const block = blocks[(tonumber(word) ?? 0) - 1];
    if (block === undefined) throw fail("no_such_block", { number: word, most: blocks.length });
    return block;
}

/** The block that words begin with, else the only one, and the words behind it. Fails with `which_block` where there are several. */
export function chosenBlock(
    blocks: readonly CodeBlock[],
    words: readonly string[],
): { readonly block: CodeBlock; readonly rest: readonly string[] } {
    if (words.length > 0 && isNumber(words[0]!)) {
        return { block: blockNumbered(blocks, words[0]!), rest: restOf(words) };
    }
    if (blocks.length > 1) throw fail("which_block", { most: blocks.length });
    return { block: blocks[0]!, rest: words };
}
