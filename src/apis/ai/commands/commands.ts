/** `ai commands`: lists the commands of opencode's configuration. */
import { listOf } from "../../trapos/json";
import { add, show as showListing, start } from "../../trapos/listing";
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { CommandSummary } from "../types";
import { wait } from "../view/waiting";

function run(context: Context): readonly CommandSummary[] {
    return listOf(wait(context.options, () => context.ai.commands()));
}

function show(_context: Context, commands: readonly CommandSummary[]): void {
    if (commands.length === 0) {
        remark("opencode has no commands of its own there.");
        return;
    }
    const listing = start();
    for (const command of commands) add(listing, `ai /${command.name}`, undefined, command.description);
    showListing(listing);
}

const commands: AiCommand = {
    name: "commands",
    usage: "ai commands",
    purpose: "List its own commands",
    run,
    show,
};

export = commands;
