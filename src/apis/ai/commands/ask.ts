/** `ai <prompt>`: asks, and shows the answer. */
import { outcome } from "../../trapos/failure";
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { Reply } from "../types";
import { mentions } from "../completions";
import { fail } from "../failure";
import { filesOf } from "../localfile";
import { readLines } from "../view/typedlines";
import { showReply } from "../view/answer";
import { offerAsks, openAsks } from "../view/openasks";
import { waitForTurn } from "../view/waiting";

/** The prompt: the words, and with `--lines` what is typed behind them. */
function promptOf(context: Context, words: readonly string[]): string {
    const prompt = table.concat(words as string[], " ");
    if (context.flags.lines === undefined) return prompt;
    if (!context.options.isAttended)
        throw fail("bad_command_line", { what: "--lines needs somebody who types" });
    const lines = readLines();
    return prompt === "" ? lines : `${prompt}\n${lines}`;
}

function run(context: Context, words: readonly string[]): Reply | undefined {
    const options = context.options;
    const prompt = promptOf(context, words);
    options.files = filesOf(context.flags.file as readonly string[] | undefined);
    const [ok, reply] = outcome(() => waitForTurn(options, () => context.ai.ask(prompt, options)));
    if (ok) return reply;
    // What waits in another session than this computer's own is not looked for.
    const isOwn = options.session === undefined;
    if (reply.code !== "session_busy" || !options.isAttended || !isOwn) throw reply;
    const open = openAsks(context);
    if (open.length === 0) throw reply;
    remark(reply.message);
    const isAnswered = offerAsks(context, open);
    if (isAnswered) remark("Then ask again. Show that answer: ai resume");
    else throw reply;
    return undefined;
}

function show(context: Context, reply: Reply | undefined): void {
    if (reply !== undefined) showReply(context.options, reply);
}

const ask: AiCommand = {
    name: "ask",
    usage: "ai <prompt>",
    purpose: "Ask; also: ai ask <prompt>",
    most: Infinity,
    isText: true,
    complete: (_previous, text) => mentions(text),
    run,
    show,
};

export = ask;
