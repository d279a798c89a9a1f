/** `ai redo`: brings back what was undone last. */
import { say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { Undone } from "../types";
import { showChangedFiles } from "../view/changes";
import { wait } from "../view/waiting";

function run(context: Context): Undone {
    return wait(context.options, () => context.ai.redo(context.options.session));
}

function show(_context: Context, undone: Undone): void {
    say(`There again: ${undone.prompt}`);
    showChangedFiles(undone.files);
}

const redo: AiCommand = {
    name: "redo",
    usage: "ai redo",
    purpose: "Bring back what was undone",
    run,
    show,
};

export = redo;
