/** `ai diff`: shows what the last turn has changed. */
import { listOf } from "../../trapos/json";
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { Change } from "../types";
import { showPatches } from "../view/changes";
import { wait } from "../view/waiting";

function run(context: Context): readonly Change[] {
    return listOf(wait(context.options, () => context.ai.diff(context.options.session)));
}

function show(_context: Context, changes: readonly Change[]): void {
    if (changes.length === 0) remark("The last turn has changed no file.");
    else showPatches(changes);
}

const diff: AiCommand = {
    name: "diff",
    usage: "ai diff",
    purpose: "Show what the last turn changed",
    run,
    show,
};

export = diff;
