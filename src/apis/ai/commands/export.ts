/** `ai export <file>`: writes the session into a file, as Markdown. */
import { remark, say } from "../../trapos/screen";
import { counted } from "../../trapos/text";
import type { AiCommand, Context } from "../command";
import { isFileName, pathOf, writeWhole } from "../localfile";
import { conversation } from "../view/conversation";
import { confirm } from "../view/confirm";
import { wait } from "../view/waiting";

/** More turns than a session has. */
const ALL_TURNS = 100000;

interface Export {
    readonly path: string;
    readonly turns: number;
    readonly isWritten: boolean;
}

function run(context: Context, words: readonly string[]): Export {
    const path = pathOf(words[0]!);
    const session = context.options.session;
    const turns = wait(context.options, () => context.ai.messages({ limit: ALL_TURNS, session }));
    if (turns.length === 0) return { path, turns: 0, isWritten: false };
    const isWanted =
        !fs.exists(path) || confirm(context, `export ${words[0]!}`, `${words[0]!} is there. Replace it?`);
    if (isWanted) writeWhole(path, conversation(turns));
    return { path, turns: turns.length, isWritten: isWanted };
}

function show(_context: Context, exported: Export): void {
    if (exported.isWritten) say(`Written: ${exported.path} (${counted(exported.turns, "prompt")})`);
    else if (exported.turns === 0) remark("Nothing was said yet: nothing was written.");
    else remark("Nothing was written.");
}

const exportSession: AiCommand = {
    name: "export",
    usage: "ai export <file>",
    purpose: "Write the session into a file",
    least: 1,
    most: 1,
    fits: (words) => isFileName(words[0]!),
    run,
    show,
};

export = exportSession;
