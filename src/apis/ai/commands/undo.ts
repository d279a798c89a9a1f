/** `ai undo`: takes back the last prompt, its answer and what it did to files. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { Undone } from "../types";
import { showChangedFiles } from "../view/changes";
import { wait } from "../view/waiting";

function run(context: Context): Undone {
    return wait(context.options, () => context.ai.undo(context.options.session));
}

function show(_context: Context, undone: Undone): void {
    say(`Undone: ${undone.prompt}`);
    showChangedFiles(undone.files);
}

const undo: AiCommand = {
    name: "undo",
    usage: "ai undo",
    purpose: "Take back the last prompt",
    run,
    show,
};

export = undo;
