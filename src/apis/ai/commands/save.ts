/** `ai save [n] <file>`: writes code of the last answer into a file. */
import type { AiCommand, Context } from "../command";
import { blockNumbered, chosenBlock, isNumber, lastBlocks } from "../lastcode";
import { isFileName, pathOf } from "../localfile";
import { replaceFile, showWritten, type Written } from "../replacefile";

function run(context: Context, words: readonly string[]): Written {
    const blocks = lastBlocks(context);
    const name = words[words.length - 1]!;
    const block = words.length > 1 ? blockNumbered(blocks, words[0]!) : chosenBlock(blocks, []).block;
    return replaceFile(context, `save ${table.concat(words as string[], " ")}`, pathOf(name), block.code);
}

function show(_context: Context, written: Written): void {
    showWritten(written);
}

/** A file's name, or a number and any name: of a block that nobody has named a file is meant. */
function fits(words: readonly string[]): boolean {
    if (words.length === 1) return isFileName(words[0]!);
    return isNumber(words[0]!) && string.find(words[1]!, "^%-")[0] === undefined;
}

const save: AiCommand = {
    name: "save",
    usage: "ai save [n] <file>",
    purpose: "Write code to a file",
    least: 1,
    most: 2,
    fits,
    run,
    show,
};

export = save;
