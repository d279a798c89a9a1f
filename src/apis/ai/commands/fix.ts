/** `ai fix <file> [problem]`: has the model correct a file of this computer. */
import type { AiCommand, Context } from "../command";
import { askForFile, requireText } from "../filerequest";
import { restOf } from "../lastcode";
import { isFileName, pathOf, requireWritable } from "../localfile";
import { replaceFile, showWritten, type Written } from "../replacefile";

function run(context: Context, words: readonly string[]): Written {
    const name = words[0]!;
    const path = pathOf(name);
    const text = requireText(path);
    requireWritable(path);
    const said = table.concat(restOf(words), " ");
    const request = said === "" ? "Find what is wrong with it and correct it." : `Correct this: ${said}`;
    return replaceFile(
        context,
        `fix ${table.concat(words as string[], " ")}`,
        path,
        askForFile(context, path, text, request),
    );
}

function show(_context: Context, written: Written): void {
    showWritten(written);
}

const fix: AiCommand = {
    name: "fix",
    usage: "ai fix <file> [problem]",
    purpose: "Have it mend a file",
    least: 1,
    most: Infinity,
    wordsBeforeText: 1,
    fits: (words) => isFileName(words[0]!),
    run,
    show,
};

export = fix;
