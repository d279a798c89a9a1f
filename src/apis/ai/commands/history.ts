/** `ai history [n]`: shows the last prompts and their answers. */
import { listOf } from "../../trapos/json";
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { Turn } from "../types";
import { showAnswer } from "../view/answer";
import { conversation } from "../view/conversation";
import { wait } from "../view/waiting";

/** How many turns are shown where nothing is said. */
const USUAL = 5;

function run(context: Context, words: readonly string[]): readonly Turn[] {
    const limit = tonumber(words[0]) ?? USUAL;
    const session = context.options.session;
    return listOf(wait(context.options, () => context.ai.messages({ limit, session })));
}

function show(_context: Context, turns: readonly Turn[]): void {
    if (turns.length === 0) remark("Nothing was said yet.");
    else showAnswer(conversation(turns));
}

const history: AiCommand = {
    name: "history",
    usage: "ai history [n]",
    purpose: "Show the last prompts and answers",
    section: "What was said and done",
    most: 1,
    fits: (words) => string.find(words[0]!, "^[1-9]%d*$")[0] !== undefined,
    run,
    show,
};

export = history;
