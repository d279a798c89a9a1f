/** Asks the model about one file of this computer. */
import { isSettingsFile } from "../trapos/settingsfile";
import { toUtf8 } from "../trapos/utf8";
import type { Context } from "./command";
import { fail } from "./failure";
import { codeBlocks } from "./markdown/codeblocks";
import { textOfFile } from "./replacefile";
import type { AskOptions } from "./types";
import { wait } from "./view/waiting";

/** The largest file that is sent, in bytes: much more than a program has, and a model's money. */
const MOST = 100000;

const SYSTEM =
    "The file is one of a ComputerCraft computer in a game, and is not on your machine: do not use tools for it. " +
    "Answer with the whole new file in one block of code, with nothing left out, and at most two sentences beside it.";

/** A file's text. Fails with `not_read` where there is none, or too much. */
export function requireText(path: string): string {
    const text = textOfFile(path);
    if (text === undefined) throw fail("not_read", { path, what: "there is no such file" });
    return text;
}

/** A prompt with a file in it, whose fence is longer than any in the file. */
export function withFile(path: string, text: string, request: string): string {
    if (isSettingsFile(path)) throw fail("not_read", { path, what: "it has the server's password" });
    if (text.length > MOST) throw fail("not_read", { path, what: `it has more than ${MOST / 1000} kB` });
    let marks = "```";
    while (string.find(text, marks, 1, true)[0] !== undefined) marks += "`";
    return `${request}\n\nThe file ${path}:\n${marks}\n${toUtf8(text)}\n${marks}`;
}

/**
 * Has the model write a file.
 * @param text what the file holds, where it is there
 * @returns what it is to hold, in UTF-8. Fails with `no_file` where the answer has none
 */
export function askForFile(
    context: Context,
    path: string,
    text: string | undefined,
    request: string,
): string {
    // An answer that cannot be kept is not paid for.
    if (fs.isReadOnly(path)) throw fail("not_written", { path, what: "it is read-only" });
    const prompt = text === undefined ? `Write the file ${path}: ${request}` : withFile(path, text, request);
    const own: Record<string, unknown> = {};
    for (const [name, value] of pairs(context.options as unknown as Record<string, unknown>))
        own[name] = value;
    own.system = SYSTEM;
    const options = own as unknown as Context["options"];
    const reply = wait(options, () => context.ai.ask(prompt, options as AskOptions));
    let longest: string | undefined;
    for (const block of codeBlocks(reply.text)) {
        if (longest === undefined || block.code.length > longest.length) longest = block.code;
    }
    if (longest === undefined) throw fail("no_file", {}, reply.text);
    return longest;
}
