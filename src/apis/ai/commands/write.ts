/** `ai write <file> <request>`: has the model write a file of this computer. */
import type { AiCommand, Context } from "../command";
import { restOf } from "../lastcode";
import { isFileName, pathOf, requireWritable } from "../localfile";
import { askForFile } from "../filerequest";
import { replaceFile, showWritten, textOfFile, type Written } from "../replacefile";

function run(context: Context, words: readonly string[]): Written {
    const name = words[0]!;
    const path = pathOf(name);
    requireWritable(path);
    const request = table.concat(restOf(words), " ");
    const fresh = askForFile(context, path, textOfFile(path), request);
    return replaceFile(context, `write ${name} ${request}`, path, fresh);
}

function show(_context: Context, written: Written): void {
    showWritten(written);
}

const write: AiCommand = {
    name: "write",
    usage: "ai write <file> <request>",
    purpose: "Have it write a file",
    least: 2,
    most: Infinity,
    wordsBeforeText: 1,
    fits: (words) => isFileName(words[0]!) && words.length > 1,
    run,
    show,
};

export = write;
