/** `ai !<line>`: runs a line of the server's shell, after asking. */
import { foldExact } from "../../trapos/font";
import { add, show as showListing, start } from "../../trapos/listing";
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { ShellOutput } from "../types";
import { knownSession } from "../sessionlist";
import { confirm } from "../view/confirm";
import { wait } from "../view/waiting";

interface Run {
    readonly ran?: ShellOutput;
}

function run(context: Context, words: readonly string[]): Run {
    const line = table.concat(words as string[], " ");
    // Where none is named, one that is missing is made anew.
    if (context.options.session !== undefined) knownSession(context, undefined);
    const isWanted = confirm(
        context,
        `!${line}`,
        `The server's own machine runs this, and nothing else asks:\n  ${foldExact(line)}\nRun it?`,
    );
    return isWanted ? { ran: wait(context.options, () => context.ai.shell(line, context.options)) } : {};
}

function show(_context: Context, run: Run): void {
    const ran = run.ran;
    if (ran === undefined) {
        remark("Nothing was run.");
        return;
    }
    const listing = start();
    const [output] = string.gsub(ran.output, "\n$", "");
    for (const [row] of string.gmatch(`${output}\n`, "([^\n]*)\n")) add(listing, row!);
    if (ran.output === "") remark("It printed nothing.");
    else showListing(listing);
}

const shell: AiCommand = {
    name: "shell",
    usage: "ai !<line>",
    purpose: "Run it in its shell",
    least: 1,
    most: Infinity,
    isText: true,
    isSign: true,
    run,
    show,
};

export = shell;
