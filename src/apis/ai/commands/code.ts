/** `ai code [n]`: lists the code in the last answer, or shows one block of it. */
import { listOf } from "../../trapos/json";
import { remark, say } from "../../trapos/screen";
import { counted, cut, oneLine } from "../../trapos/text";
import type { AiCommand, Context } from "../command";
import { blockNumbered, isNumber, lastBlocks, type CodeBlock } from "../lastcode";
import { showCode } from "../view/difference";

type Shown = CodeBlock | readonly CodeBlock[];

function run(context: Context, words: readonly string[]): Shown {
    const blocks = lastBlocks(context);
    return words.length === 0 ? listOf(blocks) : blockNumbered(blocks, words[0]!);
}

function show(_context: Context, shown: Shown): void {
    if ("code" in shown) {
        showCode(shown.code);
        return;
    }
    const [width] = term.getSize();
    for (const block of shown) {
        const [first] = string.match(block.code, "%s*([^\n]*)");
        const about = `${block.number} ${block.language ?? "text"}, ${counted(block.lines, "line")}`;
        say(cut(oneLine(`${about}: ${first!}`), width));
    }
    remark("Show one: ai code <n>. Keep it: ai save <n> <file>. Run it: ai run <n>");
}

const code: AiCommand = {
    name: "code",
    usage: "ai code [n]",
    purpose: "Show its last code",
    most: 1,
    fits: (words) => isNumber(words[0]!),
    run,
    show,
};

export = code;
