/** `ai run [n] [arguments]`: runs code of the last answer as a program of the player's, once it was shown. */
import { foldFile } from "../../trapos/font";
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { fail } from "../failure";
import { chosenBlock, isNumber, lastBlocks } from "../lastcode";
import { writeWhole } from "../localfile";
import { confirm, isShownFirst } from "../view/confirm";
import { showCode } from "../view/difference";

declare const shell: { execute(this: void, program: string, ...words: string[]): boolean };

/** Where the program stands while it runs. */
const FILE = "/trapos/ai/run.lua";

/** A screen that nobody sees. */
function hiddenScreen(): ITerminal {
    const [width, height] = term.getSize();
    return window.create(term.current(), 1, 1, width, height, false);
}

interface Ran {
    readonly isRun: boolean;
}

function run(context: Context, words: readonly string[]): Ran {
    const chosen = chosenBlock(lastBlocks(context), words);
    const block = chosen.block;
    if (isShownFirst(context)) showCode(block.code);
    const typed = words.length === 0 ? "run" : `run ${table.concat(words as string[], " ")}`;
    if (!confirm(context, typed, "Run this, with all that a program may do?")) return { isRun: false };
    writeWhole(FILE, foldFile(block.code));
    const screen = term.current();
    // With --json the screen is for the object alone.
    if (context.flags.json === true) term.redirect(hiddenScreen());
    const [ok, succeeded] = pcall(shell.execute, FILE, ...chosen.rest);
    term.redirect(screen);
    fs.delete(FILE);
    if (!ok) error(succeeded, 0);
    if (!succeeded) throw fail("program_failed");
    return { isRun: true };
}

function show(_context: Context, ran: Ran): void {
    if (!ran.isRun) remark("Nothing was run.");
}

const runCommand: AiCommand = {
    name: "run",
    usage: "ai run [n] [arguments]",
    purpose: "Run its code here",
    most: Infinity,
    // What follows the number is the program's: "ai run 1 -v".
    wordsBeforeText: 0,
    fits: (words) => isNumber(words[0]!),
    run,
    show,
};

export = runCommand;
